"""Need and capability of countries at a date, each factor traceable to observations in the graph.

    need = exposure * value * (1 - capability / 2)          every factor in 0..1

exposure    the geometric mean of two readings: online, the share of people who use the internet,
            and reported, ln(1 + a) / ln(1 + max a), a = threat actors said to have attacked it.
value       industrial value at stake, V = GDP * industry share: log10 of V in current US dollars
            between 100 million (0) and 10 trillion (1).
capability  the Global Cybersecurity Index of the latest edition at or before the date; it lowers
            need and never annuls it.

Reports of attacks carry no dates; with `strict` they are left out and exposure is `online` alone.

A missing input is imputed. Reported: an unreported country counts as one reported once. Online and
capability: the median of the subregion (of the region, of all, where that is unknown too). Value:
by the line of log V on log population, fitted on the countries that have both. Whatever was
imputed is listed in `missing`, and is shown as such wherever it is used; `depth` grades a country
by how much of it was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.errors import ComityError
from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.leverage.formula import Vector
from kg.network.network import Country, Network
from kg.terms import PREFIXES, local, named

LOWEST_VALUE = 1e8
HIGHEST_VALUE = 1e13
SMALLEST = 1e-3  # a factor below it is taken for nothing
NEUTRAL = 0.5  # a scaled factor nobody has an observation of

# How many years an observation is of use; a count of people ages less than an economy's figures.
MEMORY = {
    "internet-users": 12,
    "gdp": 12,
    "industry-share": 12,
    "gci": 12,
    "gdp-per-head": 12,
    "population": 30,
}


@dataclass(frozen=True)
class Observation:
    """One observed figure: its year, value and source."""

    indicator: str
    year: int
    value: float
    source: str


@dataclass(frozen=True)
class Needs:
    """Need, its factors, and what was not known; arrays are (n,) in the network's order.

    `spread` is how far need may be off where inputs were imputed: a standard deviation of its
    logarithm. `absent` names the inputs that are known of no country at the date.
    """

    exposure: Vector
    value: Vector
    capability: Vector
    spread: Vector
    actors: dict[str, int]
    observations: dict[str, dict[str, Observation]]
    missing: tuple[tuple[str, ...], ...]
    absent: tuple[str, ...] = ()

    @property
    def need(self) -> Vector:
        """The need of every country, 0..1."""
        return np.asarray(self.exposure * self.value * (1.0 - self.capability / 2.0))

    def depth(self, place: int) -> str:
        """Grade how much of a country is known: A all inputs, B all but one, C some, D none."""
        return "ABCCD"[len(self.missing[place])]

    def gdp_per_head(self, iso3: str) -> float | None:
        """The latest GDP per head of a country in US dollars, None where it is not known."""
        seen = self.observations.get(iso3, {}).get("gdp-per-head")
        return seen.value if seen else None


def load(store: Store, network: Network, strict: bool = False) -> Needs:
    """Read what was known of every country of the network by the network's date.

    With `strict`, reports of attacks, which carry no dates, are left out. Raises ComityError where
    an input is known of no country at all: a ranking would be made of nothing.
    """
    seen = latest(store, network.at.year)
    actors = {} if strict else _actors(store)
    places = network.countries
    raw = {
        "threat exposure": np.array([actors.get(c.iso3, np.nan) for c in places], dtype=float),
        "internet use": np.array([_seen(seen.get(c.iso3, {}), "internet-users") for c in places]),
        "industrial value": np.array([_industry(seen.get(c.iso3, {})) for c in places]),
        "capability": np.array([_seen(seen.get(c.iso3, {}), "gci") for c in places]),
    }
    people = np.array([_seen(seen.get(c.iso3, {}), "population") for c in places])
    gaps = {name: np.isnan(column) for name, column in raw.items()}
    if gaps["industrial value"].all():
        raise ComityError(
            f"{store.location}: industrial value (GDP and industry's share) is not known of any"
            " country at this date: load observations, or choose a later --at"
        )
    reported = scaled_exposure(np.where(gaps["threat exposure"], 1.0, raw["threat exposure"]))
    online = imputed(raw["internet use"] / 100.0, places)
    value = scaled_value(fitted(raw["industrial value"], people))
    capability = imputed(raw["capability"], places)
    readings = {
        "threat exposure": (np.sqrt(reported), np.full(len(places), np.sqrt(reported.min()))),
        "internet use": (
            np.sqrt(online),
            np.sqrt(without_own(raw["internet use"] / 100.0, places)),
        ),
        "industrial value": (value, scaled_value(by_people(raw["industrial value"], people))),
        "capability": (1 - capability / 2, 1 - without_own(raw["capability"], places) / 2),
    }
    if strict:
        reported = np.ones(len(places))
        gaps["threat exposure"][:] = False
    return Needs(
        exposure=np.sqrt(reported * online),
        value=value,
        capability=capability,
        spread=np.sqrt(sum(doubt(*pair, gaps[name]) ** 2 for name, pair in readings.items())),
        actors=actors,
        observations=seen,
        missing=tuple(_missing(gaps, row) for row in range(len(places))),
        absent=tuple(name for name, gap in gaps.items() if gap.all()),
    )


def doubt(scaled: Vector, instead: Vector, gap: NDArray[np.bool_]) -> Vector:
    """Return (n,): the standard deviation of the log factor where it was imputed, 0 elsewhere.

    `instead` (n,) is what would have been imputed had the country's own `scaled` value been
    missing; how far the two lie apart, where both are known, is how wrong an imputation tends to
    be.
    """
    known = ~gap & (scaled > SMALLEST) & (instead > SMALLEST)
    apart = np.log(scaled[known] / instead[known])
    return np.asarray(np.where(gap, np.sqrt(np.mean(apart**2)) if len(apart) else 1.0, 0.0))


def without_own(column: Vector, countries: tuple[Country, ...]) -> Vector:
    """Return (n,): what would be imputed for each country if its own value were missing."""
    filled = np.empty_like(column)
    for row, country in enumerate(countries):
        others = column.copy()
        others[row] = np.nan
        filled[row] = _median(others, countries, country)
    return filled


def latest(
    store: Store, year: int, memory: Mapping[str, int] = MEMORY
) -> dict[str, dict[str, Observation]]:
    """Return the latest observation up to a year, by country and indicator.

    `memory` says for how many years one is of use.
    """
    text = engine_query("observations")
    text = with_values(text, "indicator", [named(PREFIXES["indicator"] + i) for i in memory])
    newest: dict[tuple[str, str], tuple[int, str, str]] = {}
    for country, indicator, when, value, source in store.texts(text):
        known = newest.get((country, indicator))
        if int(when) <= year and (known is None or known[0] < int(when)):
            newest[country, indicator] = (int(when), value, source)
    found: dict[str, dict[str, Observation]] = {}
    for (country, indicator), (last, figure, origin) in newest.items():
        name = local(indicator)
        if year - memory[name] <= last:
            seen = Observation(name, last, float(figure), local(origin))
            found.setdefault(local(country), {})[name] = seen
    return found


def scaled_exposure(actors: Vector) -> Vector:
    """Scale counts of threat actors to 0..1: ln(1 + a) / ln(1 + max a)."""
    top = np.log1p(actors.max(initial=0.0))
    return np.asarray(np.log1p(actors) / top if top else np.full_like(actors, NEUTRAL))


def scaled_value(dollars: Vector) -> Vector:
    """Scale industrial value added in current US dollars to 0..1, by its order of magnitude."""
    low, high = np.log10(LOWEST_VALUE), np.log10(HIGHEST_VALUE)
    return np.asarray(np.clip((np.log10(np.maximum(dollars, 1.0)) - low) / (high - low), 0, 1))


def fitted(dollars: Vector, people: Vector) -> Vector:
    """Fill gaps in industrial value by its log-linear relation to population; 0 without people."""
    return np.asarray(np.where(np.isnan(dollars), by_people(dollars, people), dollars))


def by_people(dollars: Vector, people: Vector) -> Vector:
    """Return (n,): the industrial value that population alone suggests; 0 where it is unknown."""
    known = (dollars > 0) & (people > 0)
    if known.sum() <= 2:
        return np.zeros_like(dollars)
    slope, level = np.polyfit(np.log(people[known]), np.log(dollars[known]), 1)
    crowd = np.where(people > 0, people, 1.0)
    return np.asarray(np.where(people > 0, np.exp(level + slope * np.log(crowd)), 0.0))


def imputed(column: Vector, countries: tuple[Country, ...]) -> Vector:
    """Fill gaps with the median of the subregion, else of the region, else of all countries."""
    filled = column.copy()
    for row in np.flatnonzero(np.isnan(column)):
        filled[row] = _median(column, countries, countries[row])
    return filled


def _median(column: Vector, countries: tuple[Country, ...], country: Country) -> float:
    same_subregion = _mask([c.subregion == country.subregion for c in countries])
    same_region = _mask([c.region == country.region for c in countries])
    for mask in (same_subregion, same_region, np.ones(len(countries), dtype=bool)):
        known = column[mask & ~np.isnan(column)]
        if known.size:
            return float(np.median(known))
    return NEUTRAL


def _mask(flags: list[bool]) -> NDArray[np.bool_]:
    return np.array(flags, dtype=bool)


def _actors(store: Store) -> dict[str, int]:
    rows = store.texts(engine_query("targets"))
    return {local(country): int(count) for country, count in rows}


def _industry(known: dict[str, Observation]) -> float:
    return _seen(known, "gdp") * _seen(known, "industry-share") / 100.0


def _seen(known: dict[str, Observation], indicator: str) -> float:
    return known[indicator].value if indicator in known else float("nan")


def _missing(gaps: dict[str, NDArray[np.bool_]], row: int) -> tuple[str, ...]:
    return tuple(name for name, gap in gaps.items() if gap[row])
