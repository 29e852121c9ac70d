"""The log of loads: which file became which edition of which dataset, and who owns which graph.

The log is a graph of the store, so that a load and its record are one transaction.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from kg.graph.catalog import engine_query
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import BASE, ONTOLOGY, PREFIXES, SOURCE, compact, tail

LOG = ox.NamedNode(SOURCE + "loads")
LOAD = BASE + "load/"


@dataclass(frozen=True)
class Load:
    """One load: when (UTC), from which file, what it made and how much it changed.

    `dataset` and `graphs` are IRIs; `added` and `removed` count the statements of the dataset.
    """

    number: int
    when: str
    file: str
    dataset: str
    edition: str
    added: int
    removed: int
    graphs: frozenset[str]

    def as_json(self) -> dict[str, Any]:
        """Return the load as `comity log` prints it."""
        return {
            "load": self.number,
            "when": self.when,
            "file": self.file,
            "dataset": compact(self.dataset),
            "edition": self.edition,
            "added": self.added,
            "removed": self.removed,
        }

    def quads(self) -> list[ox.Quad]:
        """Return the statements that record this load."""
        about = ox.NamedNode(f"{LOAD}{self.number}")
        stated: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            (PREFIXES["rdf"] + "type", ox.NamedNode(ONTOLOGY + "Load")),
            (PREFIXES["dcterms"] + "issued", _typed(self.when, "dateTime")),
            (ONTOLOGY + "file", ox.Literal(self.file)),
            (ONTOLOGY + "dataset", ox.NamedNode(self.dataset)),
            (PREFIXES["dcat"] + "version", ox.Literal(self.edition)),
            (ONTOLOGY + "added", _typed(str(self.added), "integer")),
            (ONTOLOGY + "removed", _typed(str(self.removed), "integer")),
            *((ONTOLOGY + "graph", ox.NamedNode(graph)) for graph in sorted(self.graphs)),
        ]
        return [ox.Quad(about, ox.NamedNode(name), value, LOG) for name, value in stated]


def described() -> list[ox.Quad]:
    """Return the statements that describe the log itself, as the first load makes it."""
    kind = ox.NamedNode(PREFIXES["dcat"] + "Dataset")
    title = ox.Literal("The log of loads")
    return [
        ox.Quad(LOG, ox.NamedNode(PREFIXES["rdf"] + "type"), kind, LOG),
        ox.Quad(LOG, ox.NamedNode(PREFIXES["dcterms"] + "title"), title, LOG),
    ]


def loads(store: EmbeddedStore) -> list[Load]:
    """Read the log, first load first."""
    graphs: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in solutions(store.trusted(engine_query("loads"))):
        *cells, graph = (getattr(term, "value", "") for term in row)
        graphs[tuple(cells)].add(graph)
    return sorted(map(_load, graphs.items()), key=lambda load: load.number)


def editions(past: Iterable[Load]) -> dict[str, Load]:
    """Return the present edition of each dataset that was loaded: its latest load."""
    return {load.dataset: load for load in past}


def owners(past: Iterable[Load]) -> dict[str, str]:
    """Return which dataset each loaded graph belongs to; a later load may take one over."""
    owner: dict[str, str] = {}
    for load in past:
        for graph in [graph for graph, dataset in owner.items() if dataset == load.dataset]:
            del owner[graph]
        owner |= dict.fromkeys(load.graphs, load.dataset)
    return owner


def _load(item: tuple[tuple[str, ...], set[str]]) -> Load:
    (iri, when, file, dataset, edition, added, removed), graphs = item
    number = int(tail(iri))
    return Load(number, when, file, dataset, edition, int(added), int(removed), frozenset(graphs))


def _typed(text: str, kind: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(PREFIXES["xsd"] + kind))
