"""History: who signed what with whom in which year, and what was known about each country then.

Everything a forecast may use is held here with the year in which it became known, so a question
"as of year Y" is answered by a filter on that year and by nothing else:

- an agreement counts from the year it was signed; its status and end, which are as of today in
  every published list, are not read at all;
- a membership counts from its first year to its end, if the end is past at Y;
- an indicator gives its last value at or before Y, and nothing if there is none.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kg.errors import ComityError

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Row: TypeAlias = Mapping[str, str]
Table: TypeAlias = Mapping[str, Sequence[str]]

DATA = Path(__file__).parent / "data"
INDICATORS = ("gdp", "population", "ideal-point")
NEVER = 9999
COLUMNS = {
    "countries": ("iso3", "name", "region", "subregion", "un_member"),
    "agreements": ("id", "kind", "signed"),
    "participations": ("of", "country", "start", "end"),
    "observations": ("country", "indicator", "year", "value"),
    "dyads": ("a", "b", "distance_km", "contiguous", "common_language", "colony"),
}


@dataclass(frozen=True)
class Ties:
    """Signatures between two countries: positions `a` < `b` in the list of countries, and years."""

    a: Ints
    b: Ints
    year: Ints


@dataclass(frozen=True)
class Spells:
    """Memberships: `country` belongs to `group` from year `start` until before year `end`."""

    country: Ints
    group: Ints
    start: Ints
    end: Ints
    groups: int


@dataclass(frozen=True)
class Series:
    """One indicator: values by country and year, in the order of the years."""

    country: Ints
    year: Ints
    value: Floats


@dataclass(frozen=True)
class Geography:
    """Covariates of pairs that do not change: symmetric (n, n), NaN where unknown."""

    distance: Floats
    contiguous: Floats
    language: Floats
    colony: Floats


@dataclass(frozen=True)
class History:
    """All dated facts about `countries` (ISO alpha-3, sorted) that a forecast may use.

    `ties` holds agreements of exactly two parties by kind, `blocs` those of three and more,
    `bodies` the memberships of intergovernmental organizations.
    """

    countries: tuple[str, ...]
    names: tuple[str, ...]
    region: Ints
    subregion: Ints
    ties: Mapping[str, Ties]
    blocs: Mapping[str, Spells]
    bodies: Spells
    series: Mapping[str, Series]
    geography: Geography

    @classmethod
    def from_rows(
        cls,
        countries: Iterable[Row],
        agreements: Iterable[Row],
        participations: Iterable[Row],
        observations: Iterable[Row],
        dyads: Iterable[Row],
        members: Sequence[str] | None = None,
    ) -> History:
        """Build from rows shaped like the shipped tables (columns: see `COLUMNS`; all text).

        `members` (ISO alpha-3) replaces the member states of the United Nations as the countries
        compared. Rows about other countries are left out.
        """
        given = zip(
            COLUMNS, (countries, agreements, participations, observations, dyads), strict=True
        )
        return cls.from_tables({name: _columns(name, rows) for name, rows in given}, members)

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, Table], members: Sequence[str] | None = None
    ) -> History:
        """Build from whole columns: {table: {column: cells}}, the fast way in."""
        states = _states(tables["countries"], members)
        index = {code: i for i, code in enumerate(states)}
        parties, bodies = _parties(tables["participations"], index)
        ties, blocs = _agreements(
            tables["agreements"], parties, {index.get("BEL", -2), index.get("LUX", -3)}
        )
        return cls(
            countries=tuple(states),
            names=tuple(row[0] for row in states.values()),
            region=_codes([row[1] for row in states.values()]),
            subregion=_codes([row[2] for row in states.values()]),
            ties=ties,
            blocs=blocs,
            bodies=bodies,
            series=_series(tables["observations"], index),
            geography=_geography(tables["dyads"], index),
        )

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each country."""
        return {code: i for i, code in enumerate(self.countries)}

    def position(self, country: str) -> int:
        """Return the position of `country`; raises ComityError if it is not compared."""
        if country not in self.index:
            raise ComityError(
                f"{country}: not one of the {len(self.countries)} countries compared;"
                " give the ISO alpha-3 code of a member of the United Nations"
            )
        return self.index[country]

    def signed(self, kinds: Iterable[str], after: int, until: int) -> Floats:
        """Return (n, n): bilateral agreements of `kinds` signed in after+1 .. until."""
        counts = np.zeros((len(self.countries),) * 2)
        for kind in kinds:
            if kind in self.ties:
                ties = self.ties[kind]
                chosen = (ties.year > after) & (ties.year <= until)
                np.add.at(counts, (ties.a[chosen], ties.b[chosen]), 1.0)
        return counts + counts.T

    def as_of(self, indicator: str, year: int) -> Floats:
        """Return (n,): the last value of `indicator` at or before `year`, NaN if none."""
        values = np.full(len(self.countries), np.nan)
        if indicator in self.series:
            series = self.series[indicator]
            known = series.year <= year
            values[series.country[known]] = series.value[known]
        return values


def members_of(spells: Spells, countries: int, year: int) -> Floats:
    """Return (countries, groups): 1 where the country is a member at the end of `year`."""
    incidence = np.zeros((countries, spells.groups))
    current = (spells.start <= year) & (spells.end > year)
    incidence[spells.country[current], spells.group[current]] = 1.0
    return incidence


def load(folder: Path = DATA, members: Sequence[str] | None = None) -> History:
    """Read the shipped tables (CSV, UTF-8) from `folder`.

    Raises ComityError if a table or one of its columns is missing.
    """
    tables: dict[str, Table] = {
        name: _read(folder / f"{name}.csv", name) for name in COLUMNS if name != "observations"
    }
    parts = [_read(folder / "observations" / f"{key}.csv", "observations") for key in INDICATORS]
    tables["observations"] = {
        column: [cell for part in parts for cell in part[column]]
        for column in COLUMNS["observations"]
    }
    return History.from_tables(tables, members)


def _read(path: Path, table: str) -> Table:
    if not path.is_file():
        raise ComityError(f"{path}: missing table; reinstall comity or rebuild its data")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = csv.reader(handle)
        head = next(rows, [])
        columns = dict(zip(head, zip(*rows, strict=True), strict=False)) or dict.fromkeys(head, ())
    missing = [name for name in COLUMNS[table] if name not in head]
    if missing:
        raise ComityError(f"{path}: line 1: no column {', '.join(missing)}")
    return columns


def _columns(table: str, rows: Iterable[Row]) -> Table:
    listed = list(rows)
    return {name: [row.get(name) or "" for row in listed] for name in COLUMNS[table]}


def _states(table: Table, members: Sequence[str] | None) -> dict[str, tuple[str, str, str]]:
    """Return {iso3: (name, region, subregion)} of the countries compared, sorted by code."""
    wanted = None if members is None else set(members)
    rows = zip(*(table[c] for c in COLUMNS["countries"]), strict=True)
    return {
        code: (name, region, subregion)
        for code, name, region, subregion, member in sorted(rows)
        if (member == "true" if wanted is None else code in wanted)
    }


def _codes(labels: Sequence[str]) -> Ints:
    """Number the labels; an empty one is a class of its own for each country, equal to none."""
    known = {label: i for i, label in enumerate(sorted(set(labels) - {""}))}
    return np.array([known.get(label, -1 - i) for i, label in enumerate(labels)], dtype=np.int64)


def _year(date: str, default: int = NEVER) -> int:
    return int(date[:4]) if date else default


def _parties(
    table: Table, index: Mapping[str, int]
) -> tuple[dict[str, list[tuple[int, int]]], Spells]:
    """Split participations: {agreement id: [(country or -1, start)]} and memberships of bodies."""
    parties: dict[str, list[tuple[int, int]]] = {}
    bodies: dict[str, int] = {}
    spells: list[tuple[int, int, int, int]] = []
    for of, country, start, end in zip(*(table[c] for c in COLUMNS["participations"]), strict=True):
        place = index.get(country, -1)
        if of.startswith("agreement/"):
            parties.setdefault(of[10:], []).append((place, _year(start)))
        elif place >= 0 and start:
            group = bodies.setdefault(of, len(bodies))
            spells.append((place, group, _year(start), _year(end)))
    return parties, _spells(spells, len(bodies))


def _spells(rows: Sequence[tuple[int, int, int, int]], groups: int) -> Spells:
    block = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Spells(*block.T, groups=groups)


def _agreements(
    table: Table, parties: Mapping[str, Sequence[tuple[int, int]]], union: set[int]
) -> tuple[dict[str, Ties], dict[str, Spells]]:
    """Sort agreements by kind into those of exactly two parties and those of more."""
    pairs: dict[str, list[tuple[int, int, int]]] = {}
    groups: dict[str, list[tuple[int, int, int, int]]] = {}
    count: dict[str, int] = {}
    for key, kind, signed in zip(*(table[c] for c in COLUMNS["agreements"]), strict=True):
        members = parties.get(key, ())
        places = sorted({place for place, _ in members})
        if not signed or len(members) < 2:
            continue
        if len(members) == 3 and union <= set(places):
            o = [p for p in places if p not in union][0]
            if o >= 0:
                for u in union:
                    pairs.setdefault(kind, []).append((min(o, u), max(o, u), _year(signed)))
            continue
        if len(members) == 2:
            if places[0] >= 0 and len(places) == 2:
                pairs.setdefault(kind, []).append((places[0], places[1], _year(signed)))
            continue
        group = count[kind] = count.get(kind, -1) + 1
        groups.setdefault(kind, []).extend(
            (place, group, _year(signed), NEVER) for place in places if place >= 0
        )
    ties = {kind: Ties(*np.array(rows, dtype=np.int64).T) for kind, rows in pairs.items()}
    return ties, {kind: _spells(rows, count[kind] + 1) for kind, rows in groups.items()}


def _series(table: Table, index: Mapping[str, int]) -> dict[str, Series]:
    rows: dict[str, list[tuple[int, int, float]]] = {}
    for country, indicator, year, value in zip(
        *(table[c] for c in COLUMNS["observations"]), strict=True
    ):
        if country in index and value:
            rows.setdefault(indicator, []).append((int(year[:4]), index[country], float(value)))
    return {name: _one_series(sorted(cells)) for name, cells in rows.items()}


def _one_series(cells: Sequence[tuple[int, int, float]]) -> Series:
    years, places, values = zip(*cells, strict=True)
    return Series(np.array(places), np.array(years), np.array(values, dtype=np.float64))


def _geography(table: Table, index: Mapping[str, int]) -> Geography:
    a = np.array([index.get(code, -1) for code in table["a"]], dtype=np.int64)
    b = np.array([index.get(code, -1) for code in table["b"]], dtype=np.int64)
    inside = (a >= 0) & (b >= 0)
    grids = []
    for column in COLUMNS["dyads"][2:]:
        cells = [_number(cell) for cell in table[column]]
        grid = np.full((len(index),) * 2, np.nan)
        values = np.array(cells, dtype=np.float64)[inside]
        grid[a[inside], b[inside]] = values
        grid[b[inside], a[inside]] = values
        grids.append(grid)
    return Geography(*grids)


def _number(cell: str) -> float:
    return _WORDS[cell] if cell in _WORDS else float(cell)


_WORDS = {"true": 1.0, "false": 0.0, "": float("nan")}
