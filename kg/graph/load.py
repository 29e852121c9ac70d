"""Bring your own data: RDF files, CSV tables with CSVW metadata, and publishers' own files.

Each source has its own named graph. A file is read whole before the store is touched; then one
transaction for each graph makes what was read its whole content. Loading twice changes nothing, a
newer edition replaces its own graph only, and a load that is killed leaves the old one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import csvw
from kg.graph.store import EmbeddedStore
from kg.terms import BASE, PREFIXES, shipped

RDF_SUFFIXES = {".ttl", ".nt", ".nq", ".trig", ".rdf", ".xml", ".jsonld", ".n3", ".owl"}
SKOLEM = BASE + "unnamed/"


@dataclass(frozen=True)
class Loaded:
    """What one named graph gained and lost."""

    graph: str
    added: int
    removed: int


def load(
    store: EmbeddedStore,
    path: Path,
    source: str | None = None,
    form: str | None = None,
    edition: str | None = None,
) -> list[Loaded]:
    """Load one file; return what changed, graph by graph. Raises ComityError at a bad file.

    `source` names the graph of an RDF file (else the file's own name), `form` the publisher's
    format (else it is recognised), `edition` the release of a publisher's file.
    """
    by_graph: dict[str, list[ox.Quad]] = {}
    for quad in read(path, source, form, edition):
        by_graph.setdefault(quad.graph_name.value, []).append(quad)  # type: ignore[union-attr]
    return [
        Loaded(graph, *store.replace(ox.NamedNode(graph), quads))
        for graph, quads in by_graph.items()
    ]


def read(
    path: Path, source: str | None = None, form: str | None = None, edition: str | None = None
) -> Iterator[ox.Quad]:
    """Yield the quads of a file: RDF, a CSV beside its CSVW metadata, or a publisher's format."""
    if not path.is_file():
        raise ComityError(f"{path}: no such file")
    if form is None and path.suffix.lower() in RDF_SUFFIXES:
        yield from _rdf(path, source or path.stem)
    elif form is None and (metadata := _metadata(path)):
        yield from csvw.table_quads(path, csvw.schema(metadata))
    else:
        yield from _published(path, form, edition)


def _metadata(path: Path) -> Path | None:
    """Find a table's CSVW metadata where the standard puts it: FILE-metadata.json."""
    beside = path.with_name(path.name + "-metadata.json")
    return beside if beside.is_file() else None


def _published(path: Path, form: str | None, edition: str | None) -> Iterator[ox.Quad]:
    from kg import sources

    imported = sources.read(path, form, edition)
    yield from _table("sources", [dict(imported.source)])
    for name, rows in imported.tables.items():
        yield from _table(name, rows)


def _table(name: str, rows: list[dict[str, str]]) -> Iterator[ox.Quad]:
    described = csvw.schema(shipped("data") / "schemas" / f"{name}.json")
    for row in rows:
        try:
            yield from csvw.row_quads(row, described)
        except ValueError as error:
            raise ComityError(f"table {name}, row {row}: {error}") from error


def _rdf(path: Path, source: str) -> Iterator[ox.Quad]:
    graph = ox.NamedNode(BASE + "source/" + re.sub(r"[^\w.-]", "-", source))
    try:
        parsed = ox.Dataset(ox.parse(path=path, base_iri=path.resolve().as_uri()))
    except SyntaxError as error:
        raise ComityError(f"{path}{_position(error)}: {error}") from error
    except (ValueError, OSError) as error:
        raise ComityError(f"{path}: cannot be read: {error}") from error
    yield from _described(graph, path)
    yield from _skolemized(parsed, graph)


def _position(error: SyntaxError) -> str:
    return f":{error.lineno}:{error.offset}" if error.lineno else ""


def _described(graph: ox.NamedNode, path: Path) -> Iterator[ox.Quad]:
    """State the file as the source of its graph."""
    kind = ox.NamedNode(PREFIXES["dcat"] + "Dataset")
    yield ox.Quad(graph, ox.NamedNode(PREFIXES["rdf"] + "type"), kind, graph)
    title = ox.NamedNode(PREFIXES["dcterms"] + "title")
    yield ox.Quad(graph, title, ox.Literal(path.name), graph)


def _skolemized(parsed: ox.Dataset, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Give unnamed nodes a name from their canonical label, so that loading twice is one load.

    W3C RDF Dataset Canonicalization (RDFC-1.0); RDF 1.1, section 3.5, on skolem IRIs.
    """
    parsed.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    lines = "\n".join(sorted(map(str, parsed)))
    content = hashlib.blake2b(lines.encode(), digest_size=8).hexdigest()

    def named(term: object) -> object:
        unnamed = isinstance(term, ox.BlankNode)
        return ox.NamedNode(f"{SKOLEM}{content}/{term.value}") if unnamed else term  # type: ignore[attr-defined]

    for quad in parsed:
        home = graph if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name
        yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object), named(home))  # type: ignore[arg-type]
