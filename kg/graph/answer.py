"""Answers as a person or a program reads them: a table, JSON, CSV or TSV.

An answer is a list of rows (mappings from column to value). On a terminal it is a table with
figures rounded to be read; every other format keeps full precision. Unknown values are empty in
tables and CSV, null in JSON.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.errors import ComityError
from kg.files import write_whole
from kg.graph.store import solutions
from kg.graph.worker import Result
from kg.terms import PREFIXES, plain

if TYPE_CHECKING:
    import rdflib

Row = Mapping[str, Any]

FORMATS = ("table", "json", "csv", "tsv")
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
SUFFIXES = {
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "table",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".rdf": "rdfxml",
    ".jsonld": "jsonld",
}
NUMBERS = {"integer", "int", "long"}
REALS = {"decimal", "double", "float"}


def chosen_format(wanted: str | None, output: Path | None, graph: bool = False) -> str:
    """Return the format to write: as wanted, else by the output's suffix, else by the terminal."""
    if wanted:
        return wanted
    if output and output.suffix.lower() in SUFFIXES:
        return SUFFIXES[output.suffix.lower()]
    if graph:
        return "turtle"
    return "table" if output is None and sys.stdout.isatty() else "csv"


def text(rows: Sequence[Row], form: str, columns: Sequence[str] | None = None) -> str:
    """Return rows in one of FORMATS; `columns` sets which are shown in a table, and their order."""
    names = list(columns or (rows[0] if rows else ()))
    if form == "json":
        return json_text([dict(row) for row in rows])
    if form == "table":
        return _table(rows, names)
    if form not in FORMATS:
        raise ComityError(f"--format {form}: this answer comes as {', '.join(FORMATS)}", code=3)
    return _separated(rows, list(rows[0] if rows else names), "\t" if form == "tsv" else ",")


def is_graph(result: Result) -> bool:
    """Tell whether a result is a graph (CONSTRUCT, DESCRIBE), not rows or true/false."""
    return not isinstance(result, ox.QuerySolutions | ox.QueryBoolean)


def json_text(document: object) -> str:
    """Return a document as JSON text."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def content(result: Result) -> list[dict[str, Any]] | bool | rdflib.Graph:
    """Return the answer to any SPARQL query as Python has it: rows, true/false, or triples."""
    if isinstance(result, ox.QueryBoolean):
        return bool(result)
    if isinstance(result, ox.QuerySolutions):
        return _rows(result)
    from rdflib import Graph

    graph = Graph()
    return graph.parse(data=ox.serialize(result, format=ox.RdfFormat.N_TRIPLES), format="nt")


def result_text(result: Result, form: str) -> str:
    """Return the answer to any SPARQL query: rows, true/false, or a graph."""
    if isinstance(result, ox.QueryBoolean):
        return f"{str(bool(result)).lower()}\n"
    if isinstance(result, ox.QuerySolutions):
        names, rows = _names(result), _rows(result)
        return text(rows, form, names) if rows else _empty(names, form)
    if form not in GRAPH_FORMATS:
        options = ", ".join(GRAPH_FORMATS)
        raise ComityError(f"--format {form}: a graph comes as {options}", code=3)
    used = {name: iri for name, iri in PREFIXES.items() if form != "jsonld"}
    return ox.serialize(result, format=GRAPH_FORMATS[form], prefixes=used).decode()  # type: ignore[union-attr]


def _names(result: ox.QuerySolutions) -> list[str]:
    return [variable.value for variable in result.variables]


def _rows(result: ox.QuerySolutions) -> list[dict[str, Any]]:
    names = _names(result)
    return [dict(zip(names, map(value, row), strict=True)) for row in solutions(result)]


def value(term: object) -> str | int | float | bool | None:
    """Return a term as a Python value: numbers as numbers, IRIs short, unbound as None."""
    if term is None:
        return None
    kind = term.datatype.value.rsplit("#", 1)[-1] if isinstance(term, ox.Literal) else ""
    shown = plain(term)
    if kind == "boolean":
        return shown == "true"
    with suppress(ValueError):
        if kind in NUMBERS:
            return int(shown)
        if kind in REALS:
            return float(shown)
    return shown


def emit(content: str | bytes, output: Path | None = None) -> None:
    """Print an answer, or write it to a file whole or not at all."""
    if output is None:
        sys.stdout.write(content if isinstance(content, str) else content.decode())
        return
    write_whole(output, content.encode() if isinstance(content, str) else content)


def shown(cell: object) -> str:
    """Return a value as a table shows it: figures to three places, lists joined, gaps empty."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return _figure(cell)
    if isinstance(cell, list | tuple):
        return ", ".join(shown(item) for item in cell)
    if isinstance(cell, Mapping):
        return " ".join(shown(item) for item in cell.values())
    return str(cell)


def _figure(number: float) -> str:
    if number != number:  # noqa: PLR0124  NaN is the one number that differs from itself
        return ""
    return f"{number:.3f}" if 0.001 <= abs(number) < 1000 or number == 0 else f"{number:.4g}"


def _empty(names: Sequence[str], form: str) -> str:
    if form == "json":
        return "[]\n"
    return (
        "(no rows)\n" if form == "table" else _separated([], names, "\t" if form == "tsv" else ",")
    )


def _separated(rows: Iterable[Row], names: Sequence[str], mark: str) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)
    return buffer.getvalue()


def _cell(cell: object) -> object:
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False)
    return "" if cell is None else cell


def _table(rows: Sequence[Row], names: Sequence[str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return "(no rows)\n"
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        figures = all(isinstance(row.get(name), int | float | None) for row in rows)
        table.add_column(Text(name), justify="right" if figures else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(row.get(name))) for name in names))
    terminal = sys.stdout.isatty()
    console = Console(file=io.StringIO(), force_terminal=terminal, width=None if terminal else 200)
    console.print(table)
    return str(console.file.getvalue())  # type: ignore[attr-defined]
