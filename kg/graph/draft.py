"""A file read whole into statements, before any graph is touched.

A named graph is what was loaded together. A user's file is a dataset of the user's own, named by
`source` or else by the file: its statements go into that dataset's graph, whomever they cite, and
those of an RDF file's named graphs into graphs of these names. A publisher's file is that
publisher's dataset. The statements are streamed into an N-Quads file, so that a file of any size
needs little memory and what a stranger wrote can be read in a process apart.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import csvw, worker
from kg.graph.fault import Limits
from kg.terms import BASE, PREFIXES, SOURCE, shipped

RDF_FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".n3": ox.RdfFormat.N3,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
}
PACE = 1_000_000
"""Bytes of an RDF file that a worker must read in a second, beside what any task may take."""
SKOLEM = BASE + "unnamed/"
TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
TITLE = ox.NamedNode(PREFIXES["dcterms"] + "title")
DATASET = ox.NamedNode(PREFIXES["dcat"] + "Dataset")
DEFAULT = ox.DefaultGraph()
UNNAMED = frozenset({ox.BlankNode, ox.Triple})
UNSAFE = re.compile(r"[^\w.-]")


@dataclass(frozen=True)
class Draft:
    """What one file would say in a graph, with its statements in an N-Quads file.

    `dataset` is the dataset's IRI, `published` whether it is a publisher's own file, `edition` the
    label given to the release or else the file's digest, `graphs` the IRIs of the named graphs,
    `count` how many different statements there are, `classes` the IRIs of what they type.
    """

    file: Path
    dataset: str
    published: bool
    edition: str
    graphs: frozenset[str]
    count: int
    classes: frozenset[str]
    statements: Path


@dataclass(frozen=True)
class Reading:
    """A file's dataset, whether it is a publisher's own, and its statements as they are read."""

    dataset: str
    published: bool
    quads: Iterator[ox.Quad]


@dataclass
class _Tally:
    """What is counted while the statements of a dataset pass."""

    dataset: str
    hashes: array[int] = field(default_factory=lambda: array("q"))
    graphs: set[Any] = field(default_factory=set)
    classes: set[object] = field(default_factory=set)

    def over(self, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
        """Yield the statements, and count them; how the dataset itself is described is no class."""
        hashed, home, own = self.hashes.append, None, ox.NamedNode(self.dataset)
        for quad in quads:
            subject, predicate, value, graph = quad
            hashed(hash(quad))
            if graph != home:
                home = graph
                self.graphs.add(home)
            if predicate == TYPE and subject != own:
                self.classes.add(value)
            yield quad

    @property
    def count(self) -> int:
        """How many different statements passed (by a 64-bit hash, in 8 bytes each)."""
        import numpy as np

        return len(np.unique(np.frombuffer(self.hashes, dtype=np.int64)))


def draft(
    path: Path,
    statements: Path,
    source: str | None = None,
    form: str | None = None,
    edition: str | None = None,
) -> Draft:
    """Read a file and write its statements as N-Quads; raise ComityError where it is bad.

    `source` names the dataset (else the file's own name does, or its publisher), `form` the
    publisher's format (else it is recognised), `edition` the release of a publisher's file.
    """
    found = reading(path, source, form, edition)
    tally = _Tally(found.dataset)
    ox.serialize(tally.over(found.quads), str(statements), ox.RdfFormat.N_QUADS)
    return Draft(
        path,
        found.dataset,
        found.published,
        edition or digest(path),
        frozenset(graph.value for graph in tally.graphs),
        tally.count,
        frozenset(getattr(kind, "value", "") for kind in tally.classes),
        statements,
    )


def read(
    path: Path, source: str | None = None, form: str | None = None, edition: str | None = None
) -> Iterator[ox.Quad]:
    """Yield the statements of a file: RDF, a CSV beside its CSVW metadata, or a publisher's."""
    return reading(path, source, form, edition).quads


def reading(
    path: Path, source: str | None = None, form: str | None = None, edition: str | None = None
) -> Reading:
    """Recognise a file; its statements are read when they are asked for."""
    if not path.is_file():
        raise ComityError(f"{path}: no such file")
    own = SOURCE + UNSAFE.sub("-", source or path.stem)
    if form is None and path.suffix.lower() in RDF_FORMATS:
        return Reading(own, False, _described(own, path, _rdf(path, own)))
    if form is None and (metadata := _metadata(path)):
        rows = csvw.table_quads(path, csvw.schema(metadata), csvw.template(own))
        return Reading(own, False, _described(own, path, rows))
    return _published(path, source and own, form, edition)


def digest(path: Path) -> str:
    """Return the content of a file in 16 hexadecimal digits."""
    with path.open("rb") as file:
        content = hashlib.file_digest(file, partial(hashlib.blake2b, digest_size=8))
    return content.hexdigest()


def _metadata(path: Path) -> Path | None:
    """Find a table's CSVW metadata where the standard puts it: FILE-metadata.json."""
    beside = path.with_name(path.name + "-metadata.json")
    return beside if beside.is_file() else None


def _published(path: Path, own: str | None, form: str | None, edition: str | None) -> Reading:
    from kg import sources

    imported = sources.read(path, form, edition)
    dataset = own or SOURCE + imported.key
    tables = {"sources": [dict(imported.source)], **imported.tables}
    quads = (quad for name, rows in tables.items() for quad in _table(name, rows, dataset))
    if own and own != SOURCE + imported.key:
        return Reading(own, False, _described(own, path, quads))
    return Reading(dataset, True, quads)


def _table(name: str, rows: list[dict[str, str]], dataset: str) -> Iterator[ox.Quad]:
    described = csvw.schema(shipped("data") / "schemas" / f"{name}.json")
    graph = csvw.template(dataset)
    for row in rows:
        try:
            yield from csvw.row_quads(row, described, graph)
        except ValueError as error:
            cells = ", ".join(f"{column} {cell}" for column, cell in row.items() if cell)
            raise ComityError(f"table {name}, the row with {cells}: {error}") from error


def _described(dataset: str, path: Path, quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """Yield the statements, and state the file as the dataset's title where they give none."""
    graph = ox.NamedNode(dataset)
    titled = False
    for quad in quads:
        titled = titled or (quad.predicate == TITLE and quad.subject == graph)
        yield quad
    yield ox.Quad(graph, TYPE, DATASET, graph)
    if not titled:
        yield ox.Quad(graph, TITLE, ox.Literal(path.name), graph)


def _rdf(path: Path, dataset: str) -> Iterator[ox.Quad]:
    """Yield the statements of an RDF file, with a name for each unnamed node.

    The name is the file's digest and the order of first appearance (RDF 1.1, section 3.5, on
    skolem IRIs), so that loading a file twice is loading it once. Canonical labels would also
    survive a change of order, but to find them may take for ever.
    """
    named = _Names(f"{SKOLEM}{digest(path)}/")
    own: Any = ox.NamedNode(dataset)
    form = RDF_FORMATS[path.suffix.lower()]
    many = form.supports_datasets
    limits = Limits(timeout=Limits.timeout + path.stat().st_size / PACE)
    for subject, predicate, value, graph in worker.parse(path, form, limits):
        yield ox.Quad(
            named(subject) if type(subject) in UNNAMED else subject,
            predicate,
            named(value) if type(value) in UNNAMED else value,
            named(graph) if many and graph != DEFAULT else own,
        )


class _Names:
    """Names for the unnamed nodes of one file; other terms stay as they are."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.known: dict[ox.BlankNode, ox.NamedNode] = {}

    def __call__(self, term: Any) -> Any:  # noqa: ANN401
        if isinstance(term, ox.BlankNode):
            return self._of(term)
        if isinstance(term, ox.Triple):
            return ox.Triple(self(term.subject), term.predicate, self(term.object))
        return term

    def _of(self, node: ox.BlankNode) -> ox.NamedNode:
        name = self.known.get(node)
        if name is None:
            name = self.known[node] = ox.NamedNode(f"{self.base}{len(self.known) + 1}")
        return name
