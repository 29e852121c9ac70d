"""The how-to pages are true: what they tell a reader to do is done here."""

from __future__ import annotations

import doctest
import re
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

import kg
from kg.graph.catalog import questions
from kg.leverage import objective
from kg.leverage.objective import OBJECTIVES, PROBLEMS
from kg.leverage.resolvent import Kirchhoff, farness_gain
from kg.sources.places import Places
from kg.sources.tables import Draft

DOCS = Path(__file__).resolve().parents[1] / "docs"


@pytest.mark.parametrize("page", ["docs/how-to/python.md", "README.md"])
def test_sessions_in_pages_hold(store, page):
    result = doctest.testfile(str(DOCS.parent / page), module_relative=False)
    assert result.attempted > 5
    assert not result.failed


def test_pages_name_commands_that_exist(comity):
    from kg.command.main import main

    for page in DOCS.rglob("*.md"):
        for name in re.findall(r"(?:^    |`)comity ([a-z]+)", page.read_text(), re.MULTILINE):
            assert name in main.commands, f"{page.name}: comity {name}"


@dataclass(frozen=True)
class Farness(Kirchhoff):
    """Current-flow farness of the focal node, on a connected network."""

    def gain(self, known, weight):
        return farness_gain(known, weight)


def test_adding_an_objective(monkeypatch):
    monkeypatch.setitem(PROBLEMS, "farness", Farness)
    monkeypatch.setattr(objective, "OBJECTIVES", (*OBJECTIVES, "farness"))
    graph = nx.path_graph(5)

    def farness(g):
        return sum(nx.resistance_distance(g, 0, t) for t in g)

    for node, gain in kg.gains(graph, 0, "farness").items():
        after = graph.copy()
        after.add_edge(0, node)
        assert gain == pytest.approx(farness(graph) - farness(after))
    joined = replace(Farness(csr_array(nx.to_numpy_array(graph)))).joined(0, 4, 1.0)
    assert np.asarray(joined.weights.todense())[0, 4] == 1.0


def test_adding_a_source(tmp_path):
    page = (DOCS / "how-to" / "source.md").read_text(encoding="utf-8")
    code = dedent(page[page.index("```python") + 9 : page.index("    ```\n\n    `records`")])
    module: dict = {}
    exec(compile(code, "source.md", "exec"), module)
    path = tmp_path / "visits.csv"
    path.write_text("Country,Partner,Year\nChina,Kazakhstan,2013\nAtlantis,China,2014\n")
    draft = Draft("visits")
    module["read"](path, Places.shipped(), draft)
    (row,) = draft.tables["observations"]
    assert (row["country"], row["year"], row["source"]) == ("CHN", "2013", "visits")
    assert draft.dropped == {"not a country of ISO 3166-1": 1}


def test_adding_a_question(store, tmp_path):
    page = (DOCS / "how-to" / "question.md").read_text(encoding="utf-8")
    shown = re.search(r'--8<-- "queries/(\w+)/([\w-]+)\.rq"', page)
    folder = tmp_path / shown[1]
    folder.mkdir()
    text = (DOCS.parent / "queries" / shown[1] / f"{shown[2]}.rq").read_text(encoding="utf-8")
    (folder / "mine.rq").write_text(text)
    mine = questions(tmp_path)["mine"]
    names = {row[1] for row in store.texts(mine.filled({"country": "MNG"}))}
    assert {"China", "Russia"} <= names
