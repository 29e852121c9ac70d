"""Load advisories, clusters and broken files twice: `python benchmarks/exchange.py CSAF CLUSTERS`.

CSAF is a folder of CSAF 2.0 files, CLUSTERS one of MISP galaxy clusters of different kinds. All go
into a copy of the shipped graph, each a dataset of its own, and then a second time. Counted is
what the files themselves hold: advisories, weaknesses, clusters' values. Every named graph that
was there before is compared statement by statement. The hostile and broken files are those of
`tests/test_exchange.py`. Exits 1 where a count differs, another graph is touched, or the second
load changes anything.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import build
from kg.graph.load import apply, drafts, plan
from kg.graph.store import EmbeddedStore
from kg.terms import ONTOLOGY, SOURCE

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))


def graphs(store: EmbeddedStore) -> dict[str, tuple[int, int]]:
    """Return the number of statements of every named graph and a digest of them."""
    found = {}
    for graph in store.inner.named_graphs():
        quads = list(store.inner.quads_for_pattern(None, None, None, graph))
        found[str(graph)] = len(quads), hash(frozenset(map(hash, quads)))
    return found


def loaded(store: EmbeddedStore, paths: list[Path]) -> tuple[int, int]:
    """Load files together, each a dataset of its own; return statements added and removed."""
    added, removed = 0, 0
    with drafts(store, paths) as made:
        for one in made:
            planned = plan(store, one)
            apply(store, planned)
            added, removed = added + planned.count, removed + len(planned.removed)
    return added, removed


def refused(store: EmbeddedStore, paths: list[Path]) -> list[str]:
    """Load files one after the other; return why each that was refused was."""
    found = []
    for path in paths:
        try:
            loaded(store, [path])
        except ComityError as error:
            found.append(f"{path.name}: {error}")
    return found


def instances(store: EmbeddedStore, kind: str, new: set[str]) -> int:
    """Count the things of a class that the new graphs describe."""
    typed = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    quads = store.inner.quads_for_pattern(None, typed, ox.NamedNode(ONTOLOGY + kind), None)
    return len({str(q.subject) for q in quads if str(q.graph_name) in new})


def held(csaf: list[Path], clusters: list[Path]) -> dict[str, int]:
    """Count what the files themselves hold."""
    documents = [json.loads(path.read_text(encoding="utf-8")) for path in csaf]
    weak = {v["cve"] for d in documents for v in d.get("vulnerabilities", ()) if "cve" in v}
    values = [json.loads(path.read_text(encoding="utf-8"))["values"] for path in clusters]
    return {
        "Advisory": len({d["document"]["tracking"]["id"] for d in documents}),
        "Vulnerability": len(weak),
        "IntelligenceObject": sum(len({v["uuid"] for v in some}) for some in values),
    }


def main(csaf: Path, clusters: Path) -> int:
    """Run both loads; print the figures and return the exit code."""
    from test_exchange import HOSTILE

    files = sorted(csaf.glob("*.json")), sorted(clusters.glob("*.json"))
    with tempfile.TemporaryDirectory() as folder:
        store = EmbeddedStore(build.build(Path(folder) / "graph"), writable=True)
        bad = []
        for number, (name, text) in enumerate(sorted(HOSTILE.items())):
            bad.append(Path(folder) / f"bad-{number}-{name.replace(' ', '-')}.json")
            bad[-1].write_text(json.dumps(text), encoding="utf-8")
        before, began = graphs(store), time.perf_counter()
        added, removed = loaded(store, [*files[0], *files[1]])
        took, first = time.perf_counter() - began, graphs(store)
        new = first.keys() - before.keys()
        wanted = held(*files)
        found = {kind: instances(store, kind, new) for kind in wanted}
        again, gone = loaded(store, [*files[0], *files[1]])
        second = graphs(store)
        said = refused(store, bad)
        last = graphs(store)
    touched = [graph for graph, state in before.items() if first.get(graph) != state]
    touched += [g for g in first if second.get(g) != first[g] or last.get(g) != first[g]]
    touched = [graph for graph in touched if graph != f"<{SOURCE}loads>"]  # the log of loads
    print(f"{len(files[0])} CSAF files and {len(files[1])} clusters in {took:.0f} s")
    print(f"first: +{added:,} -{removed:,} statements")
    print(*(f"{kind}: {found[kind]:,} of {wanted[kind]:,}" for kind in wanted), sep="; ")
    print(f"second: +{again:,} -{gone:,}; graphs touched: {touched or 'none'}")
    print(f"{len(bad)} hostile or broken files: {len(said)} refused, {len(bad) - len(said)} read")
    print(*said, sep="\n")
    return int(bool(added == 0 or removed or again or gone or touched or found != wanted))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
