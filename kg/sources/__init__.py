"""Importers: one a publisher's format, each turning that publisher's own file into table rows.

`read` chooses the importer by name or by the file's first lines. Every importer has a name, which
is also the key of its source and of the named graph that a newer edition replaces.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from pathlib import Path

from kg.errors import ComityError
from kg.sources import threats
from kg.sources.places import Places
from kg.sources.reader import decode, lines
from kg.sources.registry import IMPORTERS, Importer
from kg.sources.tables import COLUMNS, Draft, Row, read_table

__all__ = ["COLUMNS", "IMPORTERS", "Imported", "Importer", "Row", "detect", "publisher", "read"]

HEAD_LINES = 8


@dataclass(frozen=True)
class Imported:
    """What one file yielded.

    `source` is the row of the table `sources` that describes it (its `key` names the graph),
    `tables` the rows by table, `dropped` the number of records left out by reason.
    """

    source: Row
    tables: Mapping[str, list[Row]]
    dropped: Counter[str]

    @property
    def key(self) -> str:
        """Return the key of the source."""
        return self.source["key"]


def publisher(name: str, edition: str | None = None) -> Row:
    """Return the `sources` row of an importer; `edition` labels the release that was loaded."""
    table = read_table(Path(str(files("kg.sources") / "publishers.csv")))
    row = next(row for row in table if row["key"] == name)
    if edition is None:
        return row
    year = edition[:4] if edition[:4].isdigit() else ""
    title = f"{row['title']}, edition {edition}"
    return row | {"title": title, "year": year, "citation": f"{row['publisher']}, {title}"}


def json_words(path: Path) -> frozenset[str]:
    """Return the keys of a JSON object, and the names of the ATT&CK matrices that it holds."""
    try:
        document = json.loads(decode(path))
    except (json.JSONDecodeError, RecursionError):
        return frozenset()
    if not isinstance(document, dict):
        return frozenset()
    objects = document.get("objects")
    things = [t for t in objects if isinstance(t, dict)] if isinstance(objects, list) else []
    matrices = [threats.reference(t) for t in things if t.get("type") == "x-mitre-matrix"]
    return frozenset(document) | {matrix.get("id", "") for matrix in matrices}


def head(path: Path) -> frozenset[str]:
    """Return the words a file is recognised by: the cells of its first lines, or its JSON keys."""
    if path.suffix.lower() == ".json":
        return json_words(path)
    return frozenset(cell for _, cells in islice(lines(path), HEAD_LINES) for cell in cells)


def detect(path: Path) -> Importer | None:
    """Return the importer whose signature the file's head holds, None if there is none.

    Where several match, the most specific (longest) signature wins.
    """
    words = head(path)
    fitting = [i for i in IMPORTERS.values() if i.signature and i.signature <= words]
    return max(fitting, key=lambda importer: len(importer.signature), default=None)


def choose(path: Path, name: str | None) -> Importer:
    """Return the importer called `name`, else the one detected; raise ComityError if none."""
    if name is not None and name not in IMPORTERS:
        raise ComityError(f"unknown format {name!r}; known are {', '.join(sorted(IMPORTERS))}")
    importer = IMPORTERS[name] if name else detect(path)
    if importer is None:
        raise ComityError(
            f"{path}: no known format; name one with --format ({', '.join(sorted(IMPORTERS))})"
        )
    return importer


def read(
    path: Path, name: str | None = None, edition: str | None = None, places: Places | None = None
) -> Imported:
    """Read a publisher's file into table rows.

    `name` is an importer's name (None: detect it), `edition` a label for a release other than the
    one described in the source table, `places` the countries to map to (None: the shipped ones).
    Raises ComityError for an unknown format and for a malformed file, naming file and line.
    """
    importer = choose(path, name)
    draft = Draft(importer.name)
    importer.parse(path, places or Places.shipped(), draft)
    if not draft.tables:
        raise ComityError(f"{path}: no record that {importer.name} can use; check the file")
    return Imported(publisher(importer.name, edition), draft.tables, draft.dropped)
