"""Importers: one a publisher's format, each turning that publisher's own file into table rows.

`read` chooses the importer by name or by the file's first lines. The key of its source is that of
the named graph that a newer edition replaces: the importer's name, or, in formats where each file
is a publication of its own (an advisory, a galaxy), what the file says it is.
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
from kg.sources.reader import decode, lines, texts, things
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
    return labelled(next(row for row in table if row["key"] == name), edition)


def labelled(row: Row, edition: str | None) -> Row:
    """Return a `sources` row with the label of the release that was loaded."""
    if edition is None:
        return row
    year = edition[:4] if edition[:4].isdigit() else ""
    title = f"{row['title']}, edition {edition}"
    return row | {"title": title, "year": year, "citation": f"{row['publisher']}, {title}"}


def json_words(path: Path) -> frozenset[str]:
    """Return the keys of a JSON object and its head, its type, its ATT&CK matrices."""
    try:
        document = json.loads(decode(path))
    except (json.JSONDecodeError, RecursionError):
        return frozenset()
    if not isinstance(document, dict):
        return frozenset()
    parts = things(document.get("objects"))
    matrices = [threats.reference(part) for part in parts if part.get("type") == "x-mitre-matrix"]
    ids = {matrix.get("id", "") for matrix in matrices}
    head = document.get("document")
    inner = frozenset(head) if isinstance(head, dict) else frozenset()
    return frozenset(document) | inner | ids | set(texts(document.get("type")))


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
    described = publisher(importer.name) | (importer.describe(path) if importer.describe else {})
    draft = Draft(described["key"])
    importer.parse(path, places or Places.shipped(), draft)
    if not draft.tables:
        raise ComityError(f"{path}: no record that {importer.name} can use; check the file")
    return Imported(labelled(described, edition), draft.tables, draft.dropped)
