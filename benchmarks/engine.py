"""Compare the engine with what it is built on, in one run: `python benchmarks/engine.py`.

Prints one line a measure: the median ratio with its quartiles, the bar, and what was compared. The
two sides take turns and are measured by processor time. `--quick` leaves out rdflib's own store,
which takes minutes to load. Exits 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path

import pyoxigraph as ox
from contest import Spread, contest

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


def process(*command: str) -> Callable[[], object]:
    """Return an action that runs a command to its end."""
    return lambda: subprocess.run([sys.executable, *command], check=True, capture_output=True)


def report(name: str, ratio: Spread, bar: str, note: str) -> bool:
    """Print one measure; return whether its bar is met."""
    limit = float(bar.split()[1]) if bar else 0.0
    met = not bar or (ratio.middle <= limit if bar.startswith("<=") else ratio.middle >= limit)
    verdict = "" if met else "MISSED"
    print(f"{name:34} {ratio.text():>22}   bar {bar:8} {verdict:7} {note}", flush=True)
    return met


def mix(ask: Callable[[str], Iterable[object]]) -> Callable[[], object]:
    """Return an action that asks the whole mix and reads every row."""
    return lambda: [list(ask(text)) for text in MIX.values()]


def query_path(store: EmbeddedStore, repeats: int) -> Iterator[bool]:
    """Our query path against pyoxigraph itself, over the mix."""

    def ours(text: str) -> Iterable[object]:
        return (tuple(row) for row in store.trusted(text))  # type: ignore[union-attr, arg-type]

    def raw(text: str) -> Iterable[object]:
        rows = store.inner.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        return (tuple(row) for row in rows)  # type: ignore[union-attr, arg-type]

    ratio = contest(mix(ours), mix(raw), repeats)
    yield report("query path / raw pyoxigraph", ratio, "<= 1.15", "a mix of 10 queries")


def against_rdflib(store: EmbeddedStore) -> Iterator[bool]:
    """rdflib's own in-memory store against ours on disk, over the mix.

    Once with the same named graphs and their union, as we answer; once with the graphs dropped,
    which is less work than ours.
    """
    import rdflib

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
            theirs = mix(lambda text, graph=graph: graph.query(text, initNs=PREFIXES))  # type: ignore[misc]
            ratio = contest(theirs, mix(store.trusted), 3)  # type: ignore[arg-type]
            name = f"rdflib {type(graph).__name__} / query path"
            yield report(name, ratio, bar, "the same mix")


def building(store: EmbeddedStore) -> Iterator[bool]:
    """Building the shipped graph from its tables against bulk loading its finished N-Quads."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "all.nq"
        store.inner.dump(str(dump), ox.RdfFormat.N_QUADS)
        places = (Path(folder) / str(number) for number in count())
        ratio = contest(
            lambda: build.build(next(places)),
            lambda: ox.Store(str(next(places))).bulk_load(path=str(dump)),
            2,
        )
    yield report("build / bulk load of N-Quads", ratio, "", f"{len(store.inner):,} quads")


def command_line(repeats: int) -> Iterator[bool]:
    """A warm `recommend` and `--help` as multiples of importing their libraries."""
    libraries = "import click, numpy, scipy.sparse.csgraph, pyoxigraph, rich.table, rich.console"
    recommend = process("-m", "cli", "recommend", "CHN")
    ratio = contest(recommend, process("-c", libraries), repeats)
    yield report("recommend CHN / its imports", ratio, "<= 3", libraries.removeprefix("import "))
    ratio = contest(process("-m", "cli", "--help"), process("-c", "import click"), 2 * repeats)
    yield report("--help / import click", ratio, "<= 2", "whole processes")


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out rdflib's own store")
    quick = parser.parse_args().quick
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    store = build.cached()
    print(f"{len(store.inner):,} quads")
    met = [*query_path(store, 15), *building(store), *command_line(9)]
    if not quick:
        met += against_rdflib(store)
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
