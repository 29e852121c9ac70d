"""Reading publishers' files so that every complaint names the file and the line."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kg.errors import ComityError

ADVICE = "mend the line or download the file again from its publisher"
MISSING = frozenset(
    {"", "NA", "N/A", "#N/A", "nan", "NaN", "None", "Not Applicable", "Not Assigned"}
)
FIELD_LIMIT = 10_000_000


@dataclass(frozen=True)
class Record:
    """One record of a CSV file with the line it ends on, for error messages."""

    path: Path
    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column].strip()

    def error(self, problem: str) -> ComityError:
        """Return an error that places `problem` at this record."""
        return ComityError(f"{self.path}:{self.line}: {problem}; {ADVICE}")

    def number(self, column: str) -> float | None:
        """Return the cell as a number, None where the publisher marks it missing."""
        text = self[column]
        if text in MISSING:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(f"{column} is {text!r}, not a number")
        return value

    def year(self, column: str) -> str:
        """Return the cell as a four-digit year (`1991.0` becomes `1991`)."""
        year = self.known_year(column)
        if not year:
            raise self.error(f"{column} is empty where a year is needed")
        return year

    def known_year(self, column: str) -> str:
        """Return the cell as a four-digit year, empty where the publisher does not know it."""
        value = self.number(column)
        if value is None:
            return ""
        if value != int(value) or not 1000 <= value <= 2200:
            raise self.error(f"{column} is {self[column]!r}, not a year")
        return str(int(value))

    def date(self, column: str, pattern: str = "%Y-%m-%d") -> str:
        """Return the cell as an ISO date, empty where missing; `pattern` is strptime's."""
        text = self[column]
        if text in MISSING:
            return ""
        try:
            return datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            raise self.error(f"{column} is {text!r}, not a date") from None


def require(path: Path, columns: Sequence[str] | None, needed: Sequence[str]) -> None:
    """Raise ComityError unless the header `columns` holds every column in `needed`."""
    absent = [column for column in needed if column not in (columns or ())]
    if absent:
        raise ComityError(
            f"{path}:1: no column {', '.join(absent)}; "
            "check that this is the publisher's own file, or name another --format"
        )


def decode(path: Path) -> str:
    """Return the file's text: UTF-8 (with or without a mark), else Windows-1252."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ComityError(f"{path}: {error.strerror}; give the path of a readable file") from None
    if b"\0" in data:
        raise ComityError(f"{path}: holds binary data; give the publisher's CSV or JSON file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of a CSV file, blank lines left out."""
    csv.field_size_limit(FIELD_LIMIT)
    reader = csv.reader(io.StringIO(decode(path), newline=""), strict=True)
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise ComityError(f"{path}:{reader.line_num}: {error}; {ADVICE}") from None


def records(path: Path, needed: Sequence[str]) -> Iterator[Record]:
    """Yield the records of a CSV file whose first line is a header that holds `needed`.

    Raises ComityError for a missing column and for a record of another width than the header.
    """
    rows = lines(path)
    _, header = next(rows, (1, []))
    require(path, header, needed)
    for line, cells in rows:
        yield record_of(path, line, header, cells)


def record_of(path: Path, line: int, header: list[str], cells: list[str]) -> Record:
    """Return one record, raising ComityError unless it is as wide as the header."""
    record = Record(path, line, dict(zip(header, cells, strict=False)))
    if len(cells) != len(header):
        raise record.error(f"{len(cells)} cells where the header has {len(header)}")
    return record


def load_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file, else raise ComityError."""
    try:
        document = json.loads(decode(path))
    except json.JSONDecodeError as error:
        raise ComityError(
            f"{path}:{error.lineno}: malformed JSON ({error.msg}, column {error.colno}); {ADVICE}"
        ) from None
    except (RecursionError, ValueError):
        raise ComityError(f"{path}: nested too deeply to be the publisher's; {ADVICE}") from None
    if not isinstance(document, dict):
        raise ComityError(f"{path}:1: no JSON object; check that this is the publisher's own file")
    return document


def load_json(path: Path, key: str) -> dict[str, Any]:
    """Return a JSON object that has a list under `key`, else raise ComityError."""
    document = load_object(path)
    if not isinstance(document.get(key), list):
        raise ComityError(f"{path}:1: no list {key!r}; check that this is the publisher's own file")
    return document


@contextmanager
def shaped(path: Path, what: str) -> Iterator[None]:
    """Turn the slips of a document that is not shaped as its format says into a ComityError."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise ComityError(
            f"{path}: not {what} ({type(error).__name__}: {error}); "
            "download it again from its publisher"
        ) from None


def texts(value: object) -> list[str]:
    """Return the texts in a JSON value that may be one text, a list, or nothing."""
    values = value if isinstance(value, list) else [value]
    return [" ".join(text.split()) for text in values if isinstance(text, str) and text.strip()]


def things(value: object) -> list[dict[str, Any]]:
    """Return the objects in a JSON list; nothing where it is no list."""
    return [thing for thing in value if isinstance(thing, dict)] if isinstance(value, list) else []
