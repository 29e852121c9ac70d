"""History: who signed what with whom in which year, and what was known about each country then.

Everything a forecast may use is read from a store with the year in which it became known, so a
question "as of year Y" is answered by a filter on that year and by nothing else:

- an agreement counts from the year it was signed; its status and its end, which every published
  list gives as of today, are not read at all;
- a membership counts from its first year until its end, if that end is past at Y;
- an indicator gives its last value at or before Y, and nothing if there is none;
- a country exists from the year of its first indicator.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from kg.errors import ComityError
from kg.files import table
from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.profile import profile
from kg.terms import PREFIXES, local, named

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Row: TypeAlias = Mapping[str, str]
Table: TypeAlias = Mapping[str, Sequence[str]]

INDICATORS = ("gdp", "ideal-point")
BLOC = "-bloc"
"""Suffix of a kind's agreements of three and more parties, which are kept apart."""
NEVER = 9999
COLUMNS = {
    "countries": ("iso3", "name", "region", "un_member"),
    "agreements": ("id", "kind", "signed"),
    "participations": ("of", "country", "start", "end"),
    "observations": ("country", "indicator", "year", "value"),
    "dyads": ("a", "b", "distance_km", "contiguous", "common_language", "colony"),
}
# Belgium and Luxembourg sign investment treaties as one party, their economic union.
JOINT_PARTIES = {"investment-treaty": frozenset({"BEL", "LUX"})}
FLAGS = {"true": 1.0, "false": 0.0, "": float("nan")}


@dataclass(frozen=True)
class Ties:
    """Signatures that tie two countries: positions `a` < `b` in the list of countries, years."""

    a: Ints
    b: Ints
    year: Ints


@dataclass(frozen=True)
class Memberships:
    """`country` belongs to body `group` from year `start` until before year `end`."""

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

    `ties` holds agreements of exactly two parties under their kind, and the pairs brought
    together by an agreement of three and more parties under the kind with `-bloc` appended.
    `region` numbers the regions; a country without one is a region of its own. `always` says that
    all exist from the beginning, as in a subject of a user's own.
    """

    countries: tuple[str, ...]
    names: tuple[str, ...]
    region: Ints
    ties: Mapping[str, Ties]
    bodies: Memberships
    series: Mapping[str, Series]
    geography: Geography
    always: bool = False

    @classmethod
    def from_rows(
        cls,
        countries: Iterable[Row],
        agreements: Iterable[Row],
        participations: Iterable[Row],
        observations: Iterable[Row],
        dyads: Iterable[Row],
        extra: Iterable[str] = (),
    ) -> History:
        """Build from rows with the columns `COLUMNS`, all text.

        The countries compared are the member states of the United Nations and `extra` (ISO
        alpha-3); rows about others are left out. Raises ComityError on a bad date or
        number.
        """
        given = (countries, agreements, participations, observations, dyads)
        tables = {name: _columns(name, rows) for name, rows in zip(COLUMNS, given, strict=True)}
        return cls.from_tables(tables, extra)

    @classmethod
    def from_tables(cls, tables: Mapping[str, Table], extra: Iterable[str] = ()) -> History:
        """Build from whole columns, {table: {column: cells}}: the fast way in."""
        states = _states(tables["countries"], extra)
        index = {code: i for i, code in enumerate(states)}
        parties, bodies = _parties(tables["participations"], index)
        return cls(
            countries=tuple(states),
            names=tuple(name for name, _ in states.values()),
            region=_codes([region for _, region in states.values()]),
            ties=_ties(tables["agreements"], parties, index),
            bodies=bodies,
            series=_series(tables["observations"], index),
            geography=_geography(tables["dyads"], index),
        )

    @cached_property
    def index(self) -> dict[str, int]:
        """Position of each country."""
        return {code: i for i, code in enumerate(self.countries)}

    def last_year(self, kinds: Iterable[str]) -> int:
        """Return the last year in which any agreement of `kinds` was signed, 0 if there is none."""
        return max((int(ties.year.max(initial=0)) for ties in self._of(kinds)), default=0)

    def position(self, country: str) -> int:
        """Return the position of `country`; raises ComityError if it is not compared."""
        if country not in self.index:
            raise ComityError(
                f"{country}: not one of the {len(self.countries)} countries compared;"
                " give the ISO alpha-3 code of a member of the United Nations"
            )
        return self.index[country]

    def with_ties(self, kind: str, ties: Ties) -> History:
        """Return the same history with `ties` as one more kind."""
        return replace(self, ties={**self.ties, kind: ties})

    def signed(self, kinds: Iterable[str], after: int, until: int) -> Floats:
        """Return (n, n): how many agreements of `kinds` were signed in after+1 .. until."""
        counts = np.zeros((len(self.countries),) * 2)
        for ties in self._of(kinds):
            chosen = (ties.year > after) & (ties.year <= until)
            np.add.at(counts, (ties.a[chosen], ties.b[chosen]), 1.0)
        return counts + counts.T

    def latest(self, kinds: Iterable[str], until: int) -> Ints:
        """Return (n, n): the last year of a signature at or before `until`; -NEVER if none."""
        years = np.full((len(self.countries),) * 2, -NEVER, dtype=np.int64)
        for ties in self._of(kinds):
            chosen = ties.year <= until
            np.maximum.at(years, (ties.a[chosen], ties.b[chosen]), ties.year[chosen])
        return np.maximum(years, years.T)

    def first(self, kinds: Iterable[str]) -> Ints:
        """Return (n, n): the year of the first signature ever; NEVER if none."""
        years = np.full((len(self.countries),) * 2, NEVER, dtype=np.int64)
        for ties in self._of(kinds):
            np.minimum.at(years, (ties.a, ties.b), ties.year)
        return np.minimum(years, years.T)

    def as_of(self, indicator: str, year: int) -> Floats:
        """Return (n,): the last value of `indicator` at or before `year`, NaN if none."""
        values = np.full(len(self.countries), np.nan)
        if indicator in self.series:
            series = self.series[indicator]
            known = series.year <= year
            values[series.country[known]] = series.value[known]
        return values

    def known(self, year: int) -> Flags:
        """Return (n,): whether any indicator of the country is dated at or before `year`.

        In a subject of a user's own all exist from the beginning.
        """
        if self.always:
            return np.ones(len(self.countries), dtype=bool)
        values = np.stack([self.as_of(name, year) for name in INDICATORS])
        return np.asarray(~np.isnan(values).all(axis=0))

    def memberships(self, year: int) -> Floats:
        """Return (n, bodies): 1 where the country is a member at the end of `year`."""
        spells = self.bodies
        incidence = np.zeros((len(self.countries), spells.groups))
        current = (spells.start <= year) & (spells.end > year)
        incidence[spells.country[current], spells.group[current]] = 1.0
        return incidence

    def _of(self, kinds: Iterable[str]) -> list[Ties]:
        return [self.ties[kind] for kind in kinds if kind in self.ties]


def read(store: Store, extra: Iterable[str] = ()) -> History:
    """Read the history of a store; `extra` countries (ISO alpha-3) are compared too."""
    wanted = sorted(extra)
    return store.made(f"history {wanted}", lambda: _read(store, wanted))


def _read(store: Store, extra: Sequence[str]) -> History:
    own = profile.of(store) is not None
    return replace(History.from_tables(tables(store), extra), always=own)


def tables(store: Store) -> dict[str, Table]:
    """Return the columns `COLUMNS` of a store's facts, rows in an order no store decides."""
    return {
        "countries": _table("countries", _countries(store)),
        "agreements": _table("agreements", _agreements(store)),
        "participations": _table("participations", _participations(store)),
        "observations": _table("observations", _observations(store)),
        "dyads": _table("dyads", _dyads(store)),
    }


def _table(name: str, rows: Iterable[tuple[str, ...]]) -> Table:
    columns = COLUMNS[name]
    cells: Sequence[Sequence[str]] = list(zip(*sorted(rows), strict=True))
    return dict(zip(columns, cells or [()] * len(columns), strict=True))


def _countries(store: Store) -> Iterator[tuple[str, ...]]:
    for code, name, _, region, _, member, *_ in store.texts(engine_query("countries")):
        yield code, name, region, member


def _agreements(store: Store) -> Iterator[tuple[str, ...]]:
    for of, kind, signed in store.texts(engine_query("signatures")):
        yield local(of), local(kind).removeprefix("kind-"), signed


def _participations(store: Store) -> Iterator[tuple[str, ...]]:
    for country, of, _, start, end, *_ in store.texts(engine_query("participations")):
        yield of.replace(":", "/", 1), local(country), start, end


def _observations(store: Store) -> Iterator[tuple[str, ...]]:
    wanted = [named(PREFIXES["indicator"] + name) for name in INDICATORS]
    text = with_values(engine_query("observations"), "indicator", wanted)
    for country, indicator, year, value, _ in store.texts(text):
        yield local(country), local(indicator), year, value


def _dyads(store: Store) -> Iterator[tuple[str, ...]]:
    for one, other, *covariates in store.texts(engine_query("proximities")):
        yield local(one), local(other), *covariates


def read_ties(path: Path) -> list[tuple[int, str, str, int]]:
    """Return (line, a, b, year) of each tie of a user's CSV file with the columns a, b, year.

    Raises ComityError with file and line of a mistake.
    """
    with table(path) as handle:
        reader = csv.DictReader(handle, skipinitialspace=True)
        missing = {"a", "b", "year"} - set(reader.fieldnames or ())
        if missing:
            names = ", ".join(sorted(missing))
            raise ComityError(f"{path}:1: no column {names}; the columns must be a, b and year")
        lines = [_tie(row, f"{path}:{reader.line_num}", reader.line_num) for row in reader]
    if not lines:
        raise ComityError(f"{path}:1: no ties below the header")
    return lines


def _tie(row: Mapping[str, str | None], where: str, line: int) -> tuple[int, str, str, int]:
    a, b, year = ((row.get(column) or "").strip() for column in ("a", "b", "year"))
    if a == b:
        raise ComityError(f"{where}: a tie needs two different countries, not {a!r} and {b!r}")
    if len(year) != 4 or not year.isdecimal():
        raise ComityError(f"{where}: {year!r} is not a year; write it with four digits")
    return line, a, b, int(year)


def _columns(table: str, rows: Iterable[Row]) -> Table:
    listed = list(rows)
    return {name: [row.get(name) or "" for row in listed] for name in COLUMNS[table]}


def _cells(tables: Table, name: str) -> Iterable[tuple[str, ...]]:
    return zip(*(tables[column] for column in COLUMNS[name]), strict=True)


def _states(table: Table, extra: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return {iso3: (name, region)} of the countries compared, sorted by code."""
    wanted = set(extra)
    return {
        code: (name, region)
        for code, name, region, member in sorted(_cells(table, "countries"))
        if member == "true" or code in wanted
    }


def _codes(labels: Sequence[str]) -> Ints:
    known = {label: i for i, label in enumerate(sorted(set(labels) - {""}))}
    return np.array([known.get(label, -1 - i) for i, label in enumerate(labels)], dtype=np.int64)


def _year(date: str, default: int = NEVER) -> int:
    if not date:
        return default
    if not date[:4].isdecimal():
        raise ComityError(f"{date!r} is not a date; write YYYY, YYYY-MM or YYYY-MM-DD")
    return int(date[:4])


def _number(cell: str) -> float:
    try:
        return FLAGS[cell] if cell in FLAGS else float(cell)
    except ValueError as error:
        raise ComityError(f"{cell!r} is not a number") from error


def _parties(table: Table, index: Mapping[str, int]) -> tuple[dict[str, set[str]], Memberships]:
    """Split participations into {agreement: its parties} and the memberships of bodies."""
    parties: dict[str, set[str]] = {}
    bodies: dict[str, int] = {}
    spells: list[tuple[int, int, int, int]] = []
    for of, code, since, until in _cells(table, "participations"):
        kind, _, key = of.partition("/")
        if kind == "agreement":
            parties.setdefault(key, set()).add(code)
        elif code in index and since:
            body = bodies.setdefault(key, len(bodies))
            spells.append((index[code], body, _year(since), _year(until)))
    country, group, start, end = np.array(spells, dtype=np.int64).reshape(-1, 4).T
    return parties, Memberships(country, group, start, end, len(bodies))


def _ties(
    table: Table, parties: Mapping[str, set[str]], index: Mapping[str, int]
) -> dict[str, Ties]:
    """Return the signatures by kind, bilateral ones apart from those of three and more parties."""
    rows: dict[str, list[tuple[int, int, int]]] = {}
    for key, kind, signed in _cells(table, "agreements"):
        states = parties.get(key, set())
        joint = JOINT_PARTIES.get(kind, frozenset()) & states
        sides = len(states) - max(0, len(joint) - 1)
        if signed and sides > 1:
            label, year = kind if sides == 2 else kind + BLOC, _year(signed)
            pairs = _pairs(states, joint, index)
            rows.setdefault(label, []).extend((a, b, year) for a, b in pairs)
    return {kind: ties_of(cells) for kind, cells in rows.items()}


def ties_of(rows: Sequence[tuple[int, int, int]]) -> Ties:
    """Return the ties of rows (a, b, year), where a < b are positions of countries."""
    return Ties(*np.array(rows, dtype=np.int64).reshape(-1, 3).T)


def _pairs(
    states: set[str], joint: frozenset[str], index: Mapping[str, int]
) -> list[tuple[int, int]]:
    """Return the pairs of parties compared (positions a < b), but none within a joint party."""
    places = sorted(index[code] for code in states if code in index)
    inside = {index[code] for code in joint if code in index}
    return [(a, b) for a, b in combinations(places, 2) if not inside >= {a, b}]


def _series(table: Table, index: Mapping[str, int]) -> dict[str, Series]:
    cells: dict[str, list[tuple[int, int, float]]] = {}
    for country, indicator, year, value in _cells(table, "observations"):
        if country in index and value:
            row = (_year(year), index[country], _number(value))
            cells.setdefault(indicator, []).append(row)
    return {name: _one_series(sorted(rows)) for name, rows in cells.items()}


def _one_series(rows: Sequence[tuple[int, int, float]]) -> Series:
    years, places, values = zip(*rows, strict=True)
    return Series(np.array(places), np.array(years), np.array(values, dtype=np.float64))


def _geography(table: Table, index: Mapping[str, int]) -> Geography:
    rows = [
        (index[a], index[b], *map(_number, cells))
        for a, b, *cells in _cells(table, "dyads")
        if a in index and b in index
    ]
    block = np.array(rows, dtype=np.float64).reshape(-1, 6)
    a, b = block[:, 0].astype(np.int64), block[:, 1].astype(np.int64)
    return Geography(*(_grid(len(index), a, b, values) for values in block[:, 2:].T))


def _grid(n: int, a: Ints, b: Ints, values: Floats) -> Floats:
    grid = np.full((n, n), np.nan)
    grid[a, b] = values
    grid[b, a] = values
    return grid
