"""The history of a graph: what `kg.forecast.history` needs for a forecast, read from a store."""

from __future__ import annotations

from collections.abc import Sequence

from kg.forecast.history import COLUMNS, INDICATORS, History, Table
from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.terms import PREFIXES, local, named


def read(store: Store) -> History:
    """Read agreements, memberships, indicators and pairs of countries from a store."""
    return History.from_tables(
        {
            "countries": _countries(store),
            "agreements": _agreements(store),
            "participations": _participations(store),
            "observations": _observations(store),
            "dyads": _dyads(store),
        }
    )


def _table(name: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    """Turn rows into the columns that a forecast reads, in an order no store decides."""
    cells: Sequence[Sequence[str]] = list(zip(*sorted(rows), strict=True))
    known = dict(zip(columns, cells or [()] * len(columns), strict=True))
    return {column: known[column] for column in COLUMNS[name]}


def _countries(store: Store) -> Table:
    rows = [row[:6] for row in store.texts(engine_query("countries"))]
    columns = ("iso3", "name", "name_zh", "region", "subregion", "un_member")
    return _table("countries", columns, rows)


def _agreements(store: Store) -> Table:
    rows = store.texts(engine_query("signatures"))
    found = [(local(of), local(kind).removeprefix("kind-"), signed) for of, kind, signed in rows]
    return _table("agreements", ("id", "kind", "signed"), found)


def _participations(store: Store) -> Table:
    rows = store.texts(engine_query("participations"))
    found = [
        (of.replace(":", "/", 1), local(country), start, end)
        for country, of, _, start, end, *_ in rows
    ]
    return _table("participations", ("of", "country", "start", "end"), found)


def _observations(store: Store) -> Table:
    text = engine_query("observations")
    text = with_values(text, "indicator", [named(PREFIXES["indicator"] + i) for i in INDICATORS])
    found = [
        (local(country), local(indicator), year, value)
        for country, indicator, year, value, _ in store.texts(text)
    ]
    return _table("observations", ("country", "indicator", "year", "value"), found)


def _dyads(store: Store) -> Table:
    rows = store.texts(engine_query("proximities"))
    columns = ("a", "b", "distance_km", "contiguous", "common_language", "colony")
    return _table(
        "dyads", columns, [(local(one), local(other), *rest) for one, other, *rest in rows]
    )
