"""The shipped facts: the ontology's files and the tables of kg/data, as quads.

`kg/data/tables.json` is a CSVW table group: it lists every table with the schema that says what
its rows mean. Rows made from a publisher's file are that publisher's dataset, which a newer
edition of the file replaces; a table in `curated/` is a dataset of Comity's own, whatever its rows
cite. Tables keep one fact a row, so that a person can read and mend them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import csvw
from kg.terms import BASE, shipped

SCHEMES = {
    ox.NamedNode(f"{BASE}ontology#{name}")
    for name in ("agreement-kinds", "relation-kinds", "indicators")
}
DATASET = csvw.expanded("dcat:Dataset")
ONTOLOGY_GRAPH = ox.NamedNode(BASE + "source/ontology")


@dataclass(frozen=True)
class Table:
    """One shipped table: its file, and the schema file that describes it."""

    path: Path
    schema: Path

    @property
    def curated(self) -> bool:
        """Whether its facts were gathered by hand, from many sources."""
        return self.path.parent.name == "curated"

    @property
    def graph(self) -> str:
        """A template of the dataset that a row belongs to."""
        if self.curated:
            return f"source:curated-{self.path.stem}"
        return "source:{key}" if self.path.stem == "sources" else "source:{source}"


def tables(folder: Path | None = None) -> list[Table]:
    """List the shipped tables in the order of tables.json."""
    folder = folder or shipped("data")
    group = json.loads((folder / "tables.json").read_text(encoding="utf-8"))
    return [Table(folder / t["url"], folder / t["tableSchema"]) for t in group["tables"]]


def ontology_files() -> list[Path]:
    """List the Turtle files of the ontology and its vocabularies."""
    return sorted(shipped("ontology").glob("*.ttl"))


def ontology_quads(path: Path) -> Iterator[ox.Quad]:
    """Yield one ontology file's quads, in the ontology's own named graph."""
    try:
        for quad in ox.parse(path=path):
            yield ox.Quad(quad.subject, quad.predicate, quad.object, ONTOLOGY_GRAPH)
    except SyntaxError as error:
        raise ComityError(f"{path}: not valid Turtle: {error}") from error


def classes() -> Iterator[ox.Quad]:
    """Yield the ontology's classes and properties, and the titles of its vocabularies alone.

    A subject of a user's own declares its kinds itself.
    """
    about: dict[str, ox.NamedNode | ox.Literal] = {
        "dcterms:title": ox.Literal("The ontology of Comity"),
        "rdf:type": ox.NamedNode(DATASET),
    }
    for name, value in about.items():
        yield ox.Quad(ONTOLOGY_GRAPH, ox.NamedNode(csvw.expanded(name)), value, ONTOLOGY_GRAPH)
    for path in ontology_files():
        whole = path.stem in {"comity", "reused"}
        yield from (q for q in ontology_quads(path) if whole or q.subject in SCHEMES)


def content_hash() -> str:
    """Return a digest of everything that the shipped graph is made from."""
    digest = hashlib.blake2b(digest_size=10)
    parts = [part for table in tables() for part in (table.path, table.schema)]
    for path in [*ontology_files(), *parts, Path(__file__), Path(csvw.__file__)]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def table_quads(table: Table) -> Iterator[ox.Quad]:
    """Yield the quads of one shipped table; a curated one is described as a dataset."""
    if table.curated:
        yield from _described(table)
    yield from csvw.table_quads(table.path, csvw.schema(table.schema), csvw.template(table.graph))


def _described(table: Table) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(csvw.expanded(table.graph))
    title = f"Comity, curated table: {table.path.stem.replace('_', ' ')}"
    note = "Each row cites the document that states it, or is Comity's own judgement"
    stated: dict[str, ox.NamedNode | ox.Literal] = {
        "rdf:type": ox.NamedNode(csvw.expanded("dcat:Dataset")),
        "skos:notation": ox.Literal(f"curated-{table.path.stem}"),
        "dcterms:title": ox.Literal(title),
        "dcterms:publisher": ox.Literal("The Comity developers"),
        "dcterms:license": ox.Literal("the project's licence; facts keep their sources' terms"),
        "rdfs:comment": ox.Literal(note),
    }
    for name, value in stated.items():
        yield ox.Quad(graph, ox.NamedNode(csvw.expanded(name)), value, graph)
