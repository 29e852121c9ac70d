"""The how-to pages are true: what they tell a reader to do is done here."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import dedent

import nbformat
import networkx as nx
import numpy as np
import pytest
from nbclient import NotebookClient
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


def shown(book):
    """The text of every cell's answer."""
    outputs = [out for cell in book.cells for out in cell.get("outputs", ())]
    return "".join(out.get("text") or out["data"]["text/plain"] for out in outputs)


@pytest.mark.parametrize(("name", "fixed"), [("gains", True), ("recommend", False)])
def test_notebooks_run(store, name, fixed):
    book = nbformat.read(DOCS / "notebooks" / f"{name}.ipynb", as_version=4)
    before = shown(book)
    NotebookClient(book, timeout=300, record_timing=False).execute()
    assert shown(book) == before if fixed else shown(book)


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


SIXTH = """
from dataclasses import replace
import numpy as np
import golden
from kg.advice import certainty, explain, group, robustness
from kg.advice.recommend import recommend
from kg.leverage.formula import FACTORS, expected, written

with golden.known(golden.store()) as now:
    factors = now.factors("CHN")
    five = expected({**factors.values, "capability": 1.0}, now.powers)
    np.testing.assert_allclose(factors.expected, five * now.needs.capability, rtol=1e-12)
    ranked = recommend(now, "CHN")
    median = explain.median_factors(ranked)
    for row in ranked:
        j = now.network.index[row.country.iso3]
        assert row.as_json()["capability"] == now.needs.capability[j]
        values = explain.factors_of(row)
        assert f"x capability {row.capability:.3f}" in written(values, now.powers)
        shares = explain.shapley(values, median, now.powers)
        assert tuple(shares) == FACTORS and FACTORS[5] == "capability"
        gap = row.expected_leverage - explain.product(median, now.powers)
        np.testing.assert_allclose(sum(shares.values()), gap, atol=1e-12)
        one = group.game(now, "CHN", 2, "independent").value([j])
        np.testing.assert_allclose(one, row.expected_leverage, rtol=1e-9)
    chosen = np.array([now.network.index[row.country.iso3] for row in ranked])
    assert "capability" in robustness.correlations(now, factors, chosen)
    view, sample = certainty.draw(now, factors)
    without = replace(view, factors={**view.factors, "capability": np.ones(golden.N)})
    drawn = without.scores(sample) * now.needs.capability
    np.testing.assert_allclose(view.scores(sample), drawn, rtol=1e-9)
"""


def test_adding_a_factor(tmp_path):
    shutil.copytree(DOCS.parent / "kg", tmp_path / "kg", ignore=shutil.ignore_patterns("data"))
    for part in ("kg/data", "ontology", "queries"):
        (tmp_path / part).symlink_to(DOCS.parent / part)
    page = (DOCS / "how-to" / "factor.md").read_text(encoding="utf-8")
    steps = re.split(r"\n\d\. \*\*`(kg/[\w/.]+)`\*\*", page)[1:]
    changed = steps[::2]
    assert len(changed) == 3
    for name, step in zip(changed, steps[1::2], strict=True):
        text = (tmp_path / name).read_text(encoding="utf-8")
        for block in re.findall(r"    ```diff\n(.*?)    ```", step, re.DOTALL):
            lines = dedent(block).splitlines()
            old, new = ("\n".join(x[1:] for x in lines if x[0] in f" {c}") for c in "-+")
            assert text.count(f"\n{old}\n") == 1, f"{name} has not once: {old}"
            text = text.replace(f"\n{old}\n", f"\n{new}\n")
        (tmp_path / name).write_text(text, encoding="utf-8")
    path = os.pathsep.join((str(tmp_path), str(Path(__file__).parent)))
    subprocess.run(
        [sys.executable, "-c", SIXTH],
        check=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
    )
