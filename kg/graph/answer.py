"""Answers as a person or a program reads them: a table, JSON, CSV or TSV, or RDF.

An answer of Comity's own is a list of rows (mappings from column to value). On a terminal it is a
table with figures rounded to be read; every other format keeps full precision. Unknown values are
empty in tables and CSV, null in JSON.

The answer to a query is written in the standard's formats, with full terms (SPARQL 1.1 results in
JSON, XML, CSV and TSV; RDF for graphs), or, when it is asked for in short, like any other answer.
"""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
SUFFIXES = {
    ".json": "json",
    ".srj": "json",
    ".xml": "xml",
    ".srx": "xml",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "table",
    ".ttl": "turtle",
    ".trig": "trig",
    ".nt": "ntriples",
    ".nq": "nquads",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
}
AS_GRAPH = {"json": "jsonld", "xml": "rdfxml"}
"""What the suffixes of rows mean for a graph."""
_ENDING = {"json": "\n", "xml": "\n", "csv": "", "tsv": ""}
FORMULA = re.compile(r"[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that steer a terminal: control characters, escapes, changes of direction."""
SHORT = 14  # a cell so short is not broken while a longer one can be
NUMBERS = {"integer", "int", "long"}
REALS = {"decimal", "double", "float"}


def chosen_format(wanted: str | None, output: Path | None, graph: bool = False) -> str:
    """Return the format to write: as wanted, else by the output's suffix, else by the terminal.

    Raises ComityError where the suffix is not known; a device or a pipe needs none.
    """
    if wanted:
        return wanted
    suffix = output.suffix.lower() if output else ""
    if suffix in SUFFIXES:
        form = SUFFIXES[suffix]
        return AS_GRAPH.get(form, form) if graph else form
    if suffix:
        known = " ".join(SUFFIXES)
        raise ComityError(f"{output}: no format has the suffix {suffix}: give --format, or {known}")
    if graph:
        return "turtle"
    return "table" if output is None and sys.stdout.isatty() else "csv"


def text(
    rows: Sequence[Row],
    form: str,
    columns: Sequence[str] | None = None,
    *,
    spreadsheet: bool = False,
) -> str:
    """Return rows in one of FORMATS; `columns` sets which are shown in a table, and their order.

    `spreadsheet` keeps CSV and TSV cells from being taken for formulas.
    """
    names = list(columns or (rows[0] if rows else ()))
    if form == "json":
        return json_text([dict(row) for row in rows])
    if form == "table":
        return _table(rows, names)
    if form not in FORMATS:
        raise ComityError(f"--format {form}: this answer comes as {', '.join(FORMATS)}", code=3)
    cell = _harmless if spreadsheet else _cell
    return _separated(rows, list(rows[0] if rows else names), "\t" if form == "tsv" else ",", cell)


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


def result_text(
    result: Result, form: str, *, short: bool = False, spreadsheet: bool = False
) -> str:
    """Return the answer to any SPARQL query: rows, true/false, or a graph.

    Rows have full terms; `short` makes them readable: short IRIs and plain values. In a
    spreadsheet's cells full terms are whole IRIs and plain values.
    """
    if not isinstance(result, ox.QuerySolutions | ox.QueryBoolean):
        return _graph_text(result, form)
    if form not in {*FORMATS, *RESULT_FORMATS}:
        options = ", ".join(dict.fromkeys([*FORMATS, *RESULT_FORMATS]))
        raise ComityError(f"--format {form}: rows come as {options}", code=3)
    plain_truth = isinstance(result, ox.QueryBoolean) and form not in {"json", "xml"}
    if isinstance(result, ox.QueryBoolean) and (plain_truth or short):
        return f"{str(bool(result)).lower()}\n"
    standard = form == "xml" or not (short or spreadsheet or form == "table")
    if standard or isinstance(result, ox.QueryBoolean):
        return (result.serialize(format=RESULT_FORMATS[form]) or b"").decode() + _ENDING[form]
    names = _names(result)
    rows = _rows(result) if short or form == "table" else _lexical(result)
    return text(rows, form, names, spreadsheet=spreadsheet) if rows else _empty(names, form)


def _graph_text(result: Iterator[ox.Triple], form: str) -> str:
    if form not in GRAPH_FORMATS:
        options = ", ".join(GRAPH_FORMATS)
        raise ComityError(f"--format {form}: a graph comes as {options}", code=3)
    kind = GRAPH_FORMATS[form]
    return (ox.serialize(result, format=kind, prefixes=shown_prefixes(form)) or b"").decode()


def shown_prefixes(form: str) -> dict[str, str]:
    """Return the prefixes to write a graph with: none in JSON-LD, whose readers differ on them."""
    return {} if form == "jsonld" else PREFIXES


def _lexical(result: ox.QuerySolutions) -> list[dict[str, str]]:
    names = _names(result)
    rows = solutions(result)
    return [
        {n: str(getattr(t, "value", t or "")) for n, t in zip(names, row, strict=True)}
        for row in rows
    ]


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
        if kind in REALS and isfinite(float(shown)):
            return float(shown)
    return shown


def emit(content: str | bytes, output: Path | None = None) -> None:
    """Print an answer, or write it to a file whole or not at all.

    A terminal gets no control characters of the data; raises ComityError where output fails.
    """
    data = content if isinstance(content, bytes) else content.encode("utf-8", "replace")
    if output is not None:
        write_whole(output, data)
        return
    try:
        sys.stdout.write(visible(data.decode()) if sys.stdout.isatty() else data.decode())
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise ComityError(f"standard output: cannot be written ({error.strerror})") from error


def visible(text: str) -> str:
    """Return a text whose control characters are written as escapes that do nothing."""
    lines = text.replace("\r\n", "\n")
    return CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), lines)


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
    return visible(str(cell))


def _figure(number: float) -> str:
    if number != number:  # noqa: PLR0124  NaN is the one number that differs from itself
        return ""
    return f"{number:.3f}" if 0.001 <= abs(number) < 1000 or number == 0 else f"{number:.4g}"


def _empty(names: Sequence[str], form: str) -> str:
    if form == "json":
        return "[]\n"
    return (
        "(no rows)\n"
        if form == "table"
        else _separated([], names, "\t" if form == "tsv" else ",", _cell)
    )


def _separated(
    rows: Iterable[Row], names: Sequence[str], mark: str, cell: Callable[[object], object]
) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=mark, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([cell(row.get(name)) for name in names] for row in rows)
    return buffer.getvalue()


def _cell(cell: object) -> object:
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False)
    return "" if cell is None else cell


def _harmless(cell: object) -> object:
    """Put an apostrophe before what a spreadsheet would run (OWASP, CSV injection)."""
    shown = _cell(cell)
    risky = isinstance(shown, str) and FORMULA.match(shown) and not NUMBER.fullmatch(shown)
    return f"'{shown}" if risky else shown


def _table(rows: Sequence[Row], names: Sequence[str]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return "(no rows)\n"
    table = Table(box=None, pad_edge=False, header_style="")
    terminal = sys.stdout.isatty()
    console = Console(file=io.StringIO(), force_terminal=terminal, width=None if terminal else 200)
    wide = {name: max(len(name), *(len(shown(row.get(name))) for row in rows)) for name in names}
    whole = {name for name in names if wide[name] <= SHORT}
    kept = sum(wide[name] + 1 for name in whole) < console.width
    for name in names:
        figures = all(isinstance(row.get(name), int | float | None) for row in rows)
        side: Literal["left", "right"] = "right" if figures else "left"
        alone = kept and name in whole
        table.add_column(Text(name), justify=side, overflow="fold", no_wrap=alone)
    for row in rows:
        table.add_row(*(Text(shown(row.get(name))) for name in names))
    console.print(table)
    return str(console.file.getvalue())  # type: ignore[attr-defined]
