"""Publishers' own files, loaded by a user: idempotent, and each edition in its own graph."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg import sources
from kg.graph.load import load
from kg.graph.store import EmbeddedStore, solutions
from kg.sources import IMPORTERS
from kg.terms import SOURCE

FILES = {name: importer.file for name, importer in IMPORTERS.items() if importer.file}
LONG, LINES = 4_000_000, 10_000  # bytes of a table that is cut, and the lines that are left
NOT_SHIPPED = {
    "cisa-ics-advisories": "companies/CISA_ICS_ADV_Master.csv",
    "geo-nuclear": "projects/nuclear_power_plants.csv",
    "eurepoc": "threats/EuRepoC_Global_Database_1.1.csv",
    "eurepoc-receivers": "threats/EuRepoC_Receiver_1.1.csv",
    "aiddata": "projects/aiddata_cof_v1_2000_2014.csv",
    "trade-dyads": "indicators/trade_dyadic_1964_2016.csv",
}


@pytest.mark.slow
@pytest.mark.parametrize(("name", "file"), sorted({**FILES, **NOT_SHIPPED}.items()))
def test_loading_twice_changes_nothing(shared: Path, tmp_path: Path, name: str, file: str) -> None:
    store, path = EmbeddedStore(), shortened(shared / file, tmp_path)
    first = load(store, path, form=name)
    size = len(store.inner)
    assert size > first.count > 100
    again = load(store, path, form=name)
    assert (again.count, again.removed) == (0, ())
    assert len(store.inner) == size


def shortened(path: Path, folder: Path) -> Path:
    """The file, or a copy of the first lines of a long table."""
    if path.suffix != ".csv" or path.stat().st_size < LONG:
        return path
    copy = folder / path.name
    with path.open("rb") as lines, copy.open("wb") as head:
        head.writelines(islice(lines, LINES))
    return copy


@pytest.mark.slow
@pytest.mark.parametrize("name", ["itu-gci", "mitre-attack-ics", "unctad-iia"])
def test_the_shipped_edition_is_what_its_publishers_file_gives(
    shared: Path, store: EmbeddedStore, name: str
) -> None:
    """But for controls: what a curated table describes is not stated by its number again."""
    mine = EmbeddedStore()
    load(mine, shared / FILES[name], form=name)
    here, there = (stated(s, name) for s in (store, mine))
    left_out = {subject for subject, _, _ in there - here}
    assert here <= there
    assert all("/control/" in str(subject) for subject in left_out)
    assert left_out <= {quad.subject for quad in store.quads() if quad.graph_name != graph(name)}


def graph(name: str) -> ox.NamedNode:
    return ox.NamedNode(SOURCE + name)


def stated(store: EmbeddedStore, name: str) -> set[tuple[object, object, object]]:
    """The statements of a source's graph, those about the source itself aside."""
    quads = store.inner.quads_for_pattern(None, None, None, graph(name))
    return {(q.subject, q.predicate, q.object) for q in quads if q.subject != graph(name)}


def test_a_publishers_file_is_recognised(shared: Path) -> None:
    found = sources.detect(shared / "threats/ics-attack.json")
    assert found is not None
    assert found.name == "mitre-attack-ics"


@pytest.mark.slow
def test_advisories_answer_questions_after_loading(shared: Path) -> None:
    store = EmbeddedStore()
    load(store, shared / NOT_SHIPPED["cisa-ics-advisories"])
    text = """SELECT (COUNT(DISTINCT ?a) AS ?n)
              { ?s a coop:ProductStatus ; coop:from ?a ; coop:to/coop:vendor vendor:siemens }"""
    assert int(next(solutions(store.trusted(text)))[0].value) > 100  # type: ignore[union-attr]
