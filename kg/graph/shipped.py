"""The shipped facts: the ontology's files and the tables of kg/data, as quads.

`kg/data/tables.json` is a CSVW table group: it lists every table with the schema that says what
its rows mean. Tables keep one fact a row, so that a person can read and mend them.
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

ONTOLOGY_GRAPH = ox.NamedNode(BASE + "source/ontology")


@dataclass(frozen=True)
class Table:
    """One shipped table: its file, and the schema file that describes it."""

    path: Path
    schema: Path


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


def content_hash() -> str:
    """Return a digest of everything that the shipped graph is made from."""
    digest = hashlib.blake2b(digest_size=10)
    parts = [part for table in tables() for part in (table.path, table.schema)]
    for path in [*ontology_files(), *parts, Path(__file__), Path(csvw.__file__)]:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def table_quads(table: Table) -> Iterator[ox.Quad]:
    """Yield the quads of one shipped table."""
    return csvw.table_quads(table.path, csvw.schema(table.schema))
