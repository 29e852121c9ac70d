"""A user's own inventory: a CSV table with a product a line; what is wrong is said by line."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.errors import ComityError
from kg.files import table

NEEDED = ("vendor", "product")
KNOWN = ("site", "zone", "vendor", "product", "version", "sector")


@dataclass(frozen=True)
class Item:
    """One line: where a product stands (site, zone, its sector), and which version it has."""

    line: int
    vendor: str
    product: str
    version: str = ""
    site: str = ""
    zone: str = ""
    sector: str = ""


@dataclass(frozen=True)
class Inventory:
    """The lines that could be read, and what is wrong with the others."""

    items: tuple[Item, ...]
    problems: tuple[str, ...]


def read(path: Path) -> Inventory:
    """Read an inventory: columns vendor and product, and site, zone, version, sector or not.

    Raises ComityError where the file is no such table or has no usable line.
    """
    items, problems = [], []
    for line, row in _rows(path):
        if isinstance(row, str):
            problems.append(f"{path}:{line}: {row}")
        else:
            items.append(Item(line, **{name: row.get(name, "") for name in KNOWN}))
    if not items:
        raise ComityError(f"{path}: no line names a vendor and a product: add one a product")
    return Inventory(tuple(items), tuple(problems))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str] | str]]:
    with table(path) as file:
        reader = csv.DictReader(file)
        names = [name.strip().lower() for name in reader.fieldnames or ()]
        absent = [name for name in NEEDED if name not in names]
        if absent:
            raise ComityError(f"{path}:1: the header lacks {', '.join(absent)}: add it")
        reader.fieldnames = names
        for row in reader:
            yield reader.line_num, _row(row)


def _row(row: dict[str, str]) -> dict[str, str] | str:
    """Return the cells of a line, or what is wrong with it."""
    if None in row or None in row.values():
        return "more or fewer cells than the header"
    cells = {name: " ".join(text.split()) for name, text in row.items()}
    empty = [name for name in NEEDED if not cells[name]]
    return f"{' and '.join(empty)} empty" if empty else cells
