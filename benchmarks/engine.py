"""Compare the engine with what it is built on, in one run: `python benchmarks/engine.py`.

Prints one line a measure: the ratio, the bar, and what was compared. Times are medians, and only
their ratios within this run mean anything. `--quick` leaves out rdflib's own store, which takes
minutes to load.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox

from kg.graph import build
from kg.graph.store import EmbeddedStore
from kg.terms import PREFIXES

MIX = {
    "point lookup": "SELECT ?p ?o { country:NAM ?p ?o }",
    "a country's treaties": """SELECT ?of ?start {
        ?p coop:from country:KAZ ; coop:to ?of ; schema:startDate ?start .
        ?of coop:kind coop:kind-investment-treaty }""",
    "star join": """SELECT ?code ?year ?value {
        ?o schema:measuredProperty indicator:gci ; schema:observationAbout/skos:notation ?code ;
           coop:year ?year ; schema:value ?value } ORDER BY DESC(?value) LIMIT 20""",
    "range": """SELECT ?o ?value { ?o schema:measuredProperty indicator:gdp ; coop:year 2016 ;
        schema:value ?value FILTER(?value > 1e12) }""",
    "group by": """SELECT ?kind (COUNT(*) AS ?n) { ?a a coop:Agreement ; coop:kind ?kind }
        GROUP BY ?kind""",
    "group by over a path": """SELECT ?code (COUNT(?of) AS ?n) {
        ?p a coop:Participation ; coop:from/skos:notation ?code ; coop:to ?of }
        GROUP BY ?code ORDER BY DESC(?n) LIMIT 20""",
    "optional": """SELECT ?of ?end { ?p coop:from country:DEU ; coop:to ?of
        OPTIONAL { ?p schema:endDate ?end } }""",
    "shared agreements": """SELECT ?of { ?p coop:from country:CHN ; coop:to ?of .
        ?q coop:to ?of ; coop:from country:KAZ }""",
    "threats": """SELECT ?actor { ?t a coop:Targeting ; coop:to country:UKR ; coop:from ?actor }""",
    "negation": """SELECT ?code { ?c a schema:Country ; skos:notation ?code
        MINUS { ?o schema:observationAbout ?c ; schema:measuredProperty indicator:gci } }""",
}


def timed(action: Callable[[], object], repeats: int) -> float:
    """Return the median seconds of an action."""
    spent = []
    for _ in range(repeats):
        begin = time.perf_counter()
        action()
        spent.append(time.perf_counter() - begin)
    return statistics.median(spent)


def paired(one: Callable[[], object], other: Callable[[], object], repeats: int) -> float:
    """Return the median ratio of two actions that take turns, so that both meet the same noise."""
    ratios = []
    for _ in range(repeats):
        first = timed(one, 1)
        ratios.append(first / timed(other, 1))
    return statistics.median(ratios)


def process(*command: str) -> Callable[[], object]:
    """Return an action that runs a command to its end."""
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


def report(name: str, value: float, bar: str, note: str) -> None:
    """Print one measure."""
    print(f"{name:34} {value:8.2f}x   bar {bar:8}  {note}")


def query_path(store: EmbeddedStore, repeats: int) -> None:
    """Our query path against pyoxigraph itself, over the mix."""

    def ours(text: str) -> Callable[[], object]:
        return lambda: [tuple(row) for row in store.trusted(text)]  # type: ignore[union-attr, arg-type]

    def raw(text: str) -> Callable[[], object]:
        return lambda: [
            tuple(row)
            for row in store.inner.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        ]

    mine = sum(timed(ours(text), repeats) for text in MIX.values())
    theirs = sum(timed(raw(text), repeats) for text in MIX.values())
    report("query path / raw pyoxigraph", mine / theirs, "<= 1.15", "sum over a mix of 10 queries")


def against_rdflib(store: EmbeddedStore) -> None:
    """rdflib's own in-memory store against ours on disk, over the mix.

    Once with the same named graphs and their union, as we answer; once with the graphs dropped,
    which is less work than ours.
    """
    import rdflib

    ours = sum(timed(lambda t=text: list(store.trusted(t)), 5) for text in MIX.values())  # type: ignore[misc, arg-type]
    with tempfile.TemporaryDirectory() as folder:
        quads, triples = Path(folder) / "all.nq", Path(folder) / "all.nt"
        store.inner.dump(str(quads), ox.RdfFormat.N_QUADS)
        with triples.open("wb") as file:
            file.writelines(f"{quad.triple} .\n".encode() for quad in store.inner)
        for graph, path, form, bar in (
            (rdflib.Dataset(default_union=True), quads, "nquads", ">= 20"),
            (rdflib.Graph(), triples, "nt", ""),
        ):
            graph.parse(path, format=form)
            theirs = sum(timed(lambda t=text, g=graph: asked(g, t), 1) for text in MIX.values())  # type: ignore[misc]
            name = f"rdflib {type(graph).__name__} / query path"
            report(name, theirs / ours, bar, "the same mix")


def asked(graph: object, text: str) -> list[object]:
    """Ask rdflib."""
    return list(graph.query(text, initNs=PREFIXES))  # type: ignore[attr-defined]


def building(store: EmbeddedStore) -> None:
    """Building the shipped graph from its tables against bulk loading its finished N-Quads."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "all.nq"
        store.inner.dump(str(dump), ox.RdfFormat.N_QUADS)
        made = timed(lambda: build.build(Path(folder) / "g"), 1)
        raw = timed(lambda: ox.Store(str(Path(folder) / "raw")).bulk_load(path=str(dump)), 1)
    report("build / bulk load of N-Quads", made / raw, "", f"{len(store.inner):,} quads")


def command_line(repeats: int) -> None:
    """A warm `recommend` and `--help` as multiples of importing their libraries."""
    libraries = "import click, numpy, scipy.sparse.csgraph, pyoxigraph, rich.table, rich.console"
    recommend = process("-m", "cli", "recommend", "CHN")
    recommend()
    value = paired(recommend, process("-c", libraries), repeats)
    report("recommend CHN / its imports", value, "<= 3", libraries.removeprefix("import "))
    value = paired(process("-m", "cli", "--help"), process("-c", "import click"), 2 * repeats)
    report("--help / import click", value, "<= 2", "whole processes")


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out rdflib's own store")
    quick = parser.parse_args().quick
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    store = build.cached()
    print(f"{len(store.inner):,} quads")
    query_path(store, 15)
    building(store)
    command_line(9)
    if not quick:
        against_rdflib(store)


if __name__ == "__main__":
    main()
