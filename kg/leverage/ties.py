"""Ties: a user's own network, read from an edge list.

The file is CSV in UTF-8 with a header that names the columns `a`, `b` and, if wanted, `weight`, or
columns named otherwise that are said to be these; other columns are passed over. Nodes are any
strings. The network is undirected.

- A row whose `b` (and weight) is empty names a node without ties.
- Without weights a pair is tied or not: repeated rows say the same thing twice.
- With weights every row is one agreement: weights of a repeated pair add up, and strengths combine
  by noisy-or, 1 - prod(1 - s).
- An agreement's strength, for the objective `reach`, is its weight where that lies strictly
  between 0 and 1, and 0.5 otherwise.
"""

from __future__ import annotations

import csv
import io
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

import numpy as np
from scipy.sparse import csr_array

from kg.errors import ComityError

STRENGTH = 0.5
STDIN = "-"
COLUMNS = ("a", "b", "weight")


@dataclass(frozen=True)
class Ties:
    """A network of n nodes: names, and two symmetric sparse matrices (n, n) without a diagonal."""

    nodes: tuple[str, ...]
    weights: csr_array
    strengths: csr_array

    def index(self, name: str) -> int:
        """Return the position of a node; raises ComityError that lists names like it."""
        if name in self.nodes:
            return self.nodes.index(name)
        lowered = {node.casefold(): node for node in self.nodes}
        close = [lowered[key] for key in get_close_matches(name.casefold(), lowered, n=3)]
        hint = f"did you mean {', '.join(close)}?" if close else "its names are in columns a and b"
        raise ComityError(f"no node {name!r} among the {len(self.nodes)} of the network; {hint}")


def read_ties(path: Path | str, columns: Mapping[str, str] | None = None) -> Ties:
    """Return the network of an edge list, of standard input where the path is `-`.

    `columns` names the columns that are `a`, `b` and `weight` where they are called otherwise.
    Raises ComityError with file and line of a mistake.
    """
    names = {name: name for name in COLUMNS} | dict(columns or {})
    unknown = sorted(names.keys() - set(COLUMNS))
    if unknown:
        raise ComityError(f"no column {unknown[0]} to name: there are {', '.join(COLUMNS)}")
    try:
        with _opened(path) as file:
            rows = list(_rows(file, str(path), names))
    except OSError as error:
        raise ComityError(f"{path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ComityError(f"{path}: not UTF-8 text ({error.reason}); save it as UTF-8") from error
    if not rows:
        raise ComityError(f"{path}: no ties below the header")
    return _network(rows)


def _opened(path: Path | str) -> TextIO:
    if str(path) != STDIN:
        return Path(path).open(encoding="utf-8-sig", newline="")
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")


def _rows(
    file: TextIO, path: str, names: Mapping[str, str]
) -> Iterator[tuple[str, str, float | None]]:
    """Yield (a, b, weight) for each row; b is empty for a node without ties."""
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = _places(header, f"{path}:1", names)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _row(cells, len(header), places, f"{path}:{reader.line_num}")
    except csv.Error as error:
        raise ComityError(f"{path}:{reader.line_num}: not readable as CSV: {error}") from error


def _places(header: list[str], where: str, names: Mapping[str, str]) -> tuple[int, int, int | None]:
    weight = names["weight"]
    wanted = [names["a"], names["b"], *([weight] if weight != "weight" else [])]
    missing = [name for name in wanted if name not in header]
    if missing:
        raise ComityError(
            f"{where}: no column {' and '.join(missing)}; the header must be a,b or a,b,weight, "
            "or name yours: --map a=FROM,b=TO,weight=W"
        )
    place = header.index(weight) if weight in header else None
    return header.index(names["a"]), header.index(names["b"]), place


def _row(
    cells: list[str], width: int, places: tuple[int, int, int | None], where: str
) -> tuple[str, str, float | None]:
    if len(cells) != width:
        raise ComityError(f"{where}: {len(cells)} cells where the header has {width}")
    a, b = cells[places[0]].strip(), cells[places[1]].strip()
    weight = "" if places[2] is None else cells[places[2]].strip()
    if not a:
        raise ComityError(f"{where}: column a is empty; a node without ties goes into column a")
    if a == b:
        raise ComityError(f"{where}: {a!r} is tied to itself; remove the row")
    if not b and weight:
        raise ComityError(f"{where}: a weight but no node in column b")
    return a, b, _weight(weight, where) if b and places[2] is not None else None


def _weight(text: str, where: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight > 0.0):
        raise ComityError(f"{where}: weight {text!r} is not a positive number")
    return weight


def _network(rows: list[tuple[str, str, float | None]]) -> Ties:
    nodes = tuple(sorted({name for row in rows for name in row[:2] if name}))
    position = {name: index for index, name in enumerate(nodes)}
    weights: dict[tuple[int, int], float] = {}
    strengths: dict[tuple[int, int], float] = {}
    for a, b, weight in rows:
        if not b:
            continue
        pair = min(position[a], position[b]), max(position[a], position[b])
        if weight is None:
            weights[pair], strengths[pair] = 1.0, STRENGTH
        else:
            strength = weight if weight < 1.0 else STRENGTH
            weights[pair] = weights.get(pair, 0.0) + weight
            strengths[pair] = 1.0 - (1.0 - strengths.get(pair, 0.0)) * (1.0 - strength)
    return Ties(nodes, symmetric(weights, len(nodes)), symmetric(strengths, len(nodes)))


def symmetric(values: dict[tuple[int, int], float], size: int) -> csr_array:
    """Return the symmetric matrix (size, size) with a value for each unordered pair."""
    pairs = np.array(list(values), dtype=np.intp).reshape(-1, 2)
    data = np.array(list(values.values()))
    rows, columns = np.concatenate([pairs, pairs[:, ::-1]]).T
    return csr_array((np.concatenate([data, data]), (rows, columns)), shape=(size, size))
