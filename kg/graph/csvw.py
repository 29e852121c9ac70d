"""From a table to triples: CSV plus its CSVW metadata, as W3C "Generating RDF from Tabular Data".

The subset that Comity uses: `aboutUrl`, `propertyUrl`, `valueUrl` templates (RFC 6570 `{name}`,
`{+name}` and `{/name}`), `datatype`, `lang`, `separator`, `required`, `virtual` columns and
`suppressOutput`. One thing is added: the datatype `coop:date` reads a partial date (1996, 1996-05,
1996-05-12) into an xsd:date, and states its precision where the column names a property for it in
`coop:precisionUrl`. A template one of whose names is empty in a row says nothing there, but
`{/name}` is left out alone. Which graph a row goes to is for the caller to say, not the schema.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox

from kg.errors import ComityError
from kg.terms import PREFIXES

TableRow = Mapping[str, str]
Template = Callable[[TableRow], str | None]
Reading = Callable[[str], ox.Literal]

XSD = PREFIXES["xsd"]
NAME = re.compile(r"\{([+/]?)(\w+)\}")
LEXICAL = {
    "string": r"(?s).*",
    "integer": r"[+-]?\d+",
    "decimal": r"[+-]?(\d+(\.\d*)?|\.\d+)",
    "boolean": r"true|false",
    "date": r"\d{4}-\d{2}-\d{2}",
    "anyURI": r"[^\s<>\"{}|\\^`]+",
}
PARTIAL = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
UNRESERVED = "-._~"
RESERVED = UNRESERVED + ":/?#@!$&'()*+,;=%"
LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Column:
    """What one column of a table says: about what, which property, and how to read a cell."""

    name: str
    property: ox.NamedNode | None
    about: Template | None = None
    value: Template | None = None
    read: Reading | None = None
    separator: str | None = None
    precision: ox.NamedNode | None = None
    required: bool = False
    virtual: bool = False


@dataclass(frozen=True)
class Schema:
    """What a row of a table says: its subject, and its columns."""

    about: Template
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns that the file itself must have."""
        return [column.name for column in self.columns if not column.virtual]


def schema(path: Path) -> Schema:
    """Read a table schema from a JSON file; raise ComityError where it is malformed."""
    try:
        return _schema(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ComityError(f"{path}: cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        message = f"{path}:{error.lineno}:{error.colno}: not valid JSON: {error.msg}"
        raise ComityError(message) from error
    except KeyError as error:
        raise ComityError(f"{path}: not a CSVW table schema: {error.args[0]} is missing") from error
    except ValueError as error:
        raise ComityError(f"{path}: not a CSVW table schema: {error}") from error
    except (TypeError, AttributeError) as error:
        told = "not a CSVW table schema: an object, or its columns, is something else"
        raise ComityError(f"{path}: {told}") from error


def rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, row) of a UTF-8 CSV file with a header; empty cells are ""."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            _check_unique(path, reader.fieldnames or [])
            for row in reader:
                if None in row or None in row.values():
                    found = len([cell for cell in row.values() if cell is not None])
                    raise ComityError(
                        f"{path}:{reader.line_num}: {found} cells where the header has "
                        f"{len(reader.fieldnames or [])}: mend the row"
                    )
                yield reader.line_num, row
    except UnicodeDecodeError as error:
        raise ComityError(f"{path}: not UTF-8 text: save the table as UTF-8") from error
    except csv.Error as error:
        raise ComityError(f"{path}:{reader.line_num}: not valid CSV: {error}") from error
    except OSError as error:
        raise ComityError(f"{path}: cannot be read: {error.strerror}") from error


def table_quads(path: Path, described: Schema, graph: Template) -> Iterator[ox.Quad]:
    """Yield the quads of a whole table, each row in the graph that the template makes of it.

    Raises ComityError with file and line at a bad cell.
    """
    lines = rows(path)
    for number, (line, row) in enumerate(lines):
        if number == 0:
            _check_header(path, row, described)
        try:
            yield from row_quads(row, described, graph)
        except ValueError as error:
            raise ComityError(f"{path}:{line}: {error}") from error
        except KeyError as error:
            message = f"{path}:1: the schema reads a column {error} that the table lacks"
            raise ComityError(message) from error


def row_quads(row: TableRow, described: Schema, graph: Template) -> Iterator[ox.Quad]:
    """Yield the quads of one row; raise ValueError that names the column of a bad cell."""
    subject, home = described.about(row), graph(row)
    if subject is None or home is None:
        raise ValueError("the row lacks a part of its own name or its source")
    row_subject, row_graph = ox.NamedNode(subject), ox.NamedNode(home)
    for column in described.columns:
        about = row_subject if column.about is None else _node(column.about(row))
        if column.property is None or about is None:
            continue
        for value in _values(column, row):
            yield ox.Quad(about, column.property, value, row_graph)
        if column.precision is not None and row[column.name]:
            yield ox.Quad(about, column.precision, precision(row[column.name]), row_graph)


def precision(text: str) -> ox.Literal:
    """Return `year`, `month` or `day`: how exact a partial date is."""
    return ox.Literal({4: "year", 7: "month"}.get(len(text), "day"))


def first_day(text: str) -> str:
    """Complete a partial ISO date to its first day; raise ValueError where it is no date."""
    found = PARTIAL.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is not a date: write 1996, 1996-05 or 1996-05-12")
    return date.fromisoformat(f"{found[1]}-{found[2] or '01'}-{found[3] or '01'}").isoformat()


def _check_unique(path: Path, names: Sequence[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ComityError(f"{path}:1: the header has {', '.join(twice)} more than once: rename it")


def _check_header(path: Path, row: TableRow, described: Schema) -> None:
    missing = [name for name in described.names if name not in row]
    if missing:
        raise ComityError(f"{path}:1: the header lacks {', '.join(missing)}: add the column(s)")


def _values(column: Column, row: TableRow) -> Iterable[ox.NamedNode | ox.Literal]:
    cell = "" if column.virtual else row[column.name]
    if not column.virtual and not cell:
        if column.required:
            raise ValueError(f"column {column.name} is empty: it must have a value")
        return ()
    parts = cell.split(column.separator) if column.separator else [cell]
    return [value for part in parts if (value := _value(column, row, part)) is not None]


def _value(column: Column, row: TableRow, part: str) -> ox.NamedNode | ox.Literal | None:
    if column.value is not None:
        context = row if column.virtual else {**row, column.name: part}
        return _node(column.value(context))
    if column.read is None:
        return None
    try:
        return column.read(part)
    except ValueError as error:
        raise ValueError(f"column {column.name}: {error}") from error


@lru_cache(maxsize=100_000)
def _named(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _node(iri: str | None) -> ox.NamedNode | None:
    return None if iri is None else _named(iri)


def _schema(document: dict[str, object]) -> Schema:
    entries = document["columns"]
    if not isinstance(entries, list):
        raise TypeError("columns")
    return Schema(
        about=template(str(document["aboutUrl"])),
        columns=tuple(_column(entry) for entry in entries),
    )


def _column(entry: dict[str, object]) -> Column:
    def optional(key: str) -> Template | None:
        return template(str(entry[key])) if key in entry else None

    virtual = bool(entry.get("virtual"))
    silent = entry.get("suppressOutput") or "propertyUrl" not in entry
    precise = entry.get("coop:precisionUrl")
    return Column(
        name="" if virtual else str(entry["name"]),
        property=None if silent else ox.NamedNode(expanded(str(entry["propertyUrl"]))),
        about=optional("aboutUrl"),
        value=optional("valueUrl"),
        read=_reading(str(entry.get("datatype", "string")), str(entry.get("lang", ""))),
        separator=str(entry["separator"]) if "separator" in entry else None,
        precision=ox.NamedNode(expanded(str(precise))) if precise else None,
        required=bool(entry.get("required")),
        virtual=virtual,
    )


def expanded(iri: str) -> str:
    """Expand a short IRI (`schema:name`, `coop:via`) with Comity's prefixes."""
    prefix, found, local = iri.partition(":")
    return PREFIXES[prefix] + local if found and prefix in PREFIXES else iri


def template(text: str) -> Template:
    """Compile an RFC 6570 template; it yields None where a name it needs is empty."""
    pattern = expanded(text)
    pieces = NAME.split(pattern)
    constants, kept, names = pieces[::3], pieces[1::3], pieces[2::3]

    def fill(row: TableRow) -> str | None:
        filled = [constants[0]]
        for name, operator, after in zip(names, kept, constants[1:], strict=True):
            cell = row[name]
            if not cell and operator != "/":
                return None
            filled += (_quoted(cell, operator), after)
        return "".join(filled)

    return fill if names else (lambda _: pattern)


@lru_cache(maxsize=100_000)
def _quoted(cell: str, operator: str) -> str:
    if operator == "+":  # RFC 6570, section 3.2.3: what is encoded already stays as it is
        return quote(LONE_PERCENT.sub("%25", cell), safe=RESERVED)
    slash = "/" if operator == "/" and cell else ""
    return slash + quote(cell, safe=UNRESERVED)


def _reading(datatype: str, lang: str) -> Reading:
    if lang:
        return lambda text: ox.Literal(text, language=lang)
    if datatype == "coop:date":
        day = ox.NamedNode(XSD + "date")
        return lambda text: ox.Literal(first_day(text), datatype=day)
    return _typed(datatype)


def _typed(datatype: str) -> Reading:
    kind = ox.NamedNode(XSD + datatype)
    lexical = re.compile(LEXICAL[datatype], re.ASCII)

    def read(text: str) -> ox.Literal:
        if not lexical.fullmatch(text):
            raise ValueError(f"{text!r} is not of type {datatype}")
        return ox.Literal(text, datatype=kind)

    return read
