"""Need and capability of countries at a date, each factor traceable to observations in the graph.

    need = exposure * value * (1 - capability)          every factor in 0..1

exposure    ln(1 + a) / ln(1 + max a): a = threat actors said to have attacked the country.
value       industrial value at stake, V = GDP * industry share: log10 of V in current US dollars
            between 100 million (0) and 10 trillion (1).
capability  the Global Cybersecurity Index of the latest edition at or before the date.

A missing input is imputed. Exposure: an unreported country counts as one reported once. Value: by
the line of log V on log population, fitted on the countries that have both. Capability: the median
of the subregion (of the region, of all, where that is unknown too). Whatever was imputed is listed
in `missing`, and is shown as such wherever it is used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.leverage.formula import Vector
from kg.network.network import Country, Network
from kg.terms import PREFIXES, local, named

LOWEST_VALUE = 1e8
HIGHEST_VALUE = 1e13
NEUTRAL = 0.5  # a scaled factor nobody has an observation of

# How many years an observation is of use; a count of people ages less than an economy's figures.
MEMORY = {"gdp": 12, "industry-share": 12, "gci": 12, "gdp-per-head": 12, "population": 30}


@dataclass(frozen=True)
class Observation:
    """One observed figure: its year, value and source."""

    indicator: str
    year: int
    value: float
    source: str


@dataclass(frozen=True)
class Needs:
    """Need, its factors, and what was not known; arrays are (n,) in the network's order."""

    exposure: Vector
    value: Vector
    capability: Vector
    actors: dict[str, int]
    observations: dict[str, dict[str, Observation]]
    missing: tuple[tuple[str, ...], ...]

    @property
    def need(self) -> Vector:
        """The need of every country, 0..1."""
        return np.asarray(self.exposure * self.value * (1.0 - self.capability))

    def gdp_per_head(self, iso3: str) -> float | None:
        """The latest GDP per head of a country in US dollars, None where it is not known."""
        seen = self.observations.get(iso3, {}).get("gdp-per-head")
        return seen.value if seen else None


def load(store: Store, network: Network) -> Needs:
    """Read what was known of every country of the network by the network's date."""
    seen = latest(store, network.at.year)
    actors = _actors(store)
    places = network.countries
    raw = {
        "threat exposure": np.array([actors.get(c.iso3, np.nan) for c in places], dtype=float),
        "industrial value": np.array([_industry(seen.get(c.iso3, {})) for c in places]),
        "capability": np.array([_seen(seen.get(c.iso3, {}), "gci") for c in places]),
    }
    people = np.array([_seen(seen.get(c.iso3, {}), "population") for c in places])
    gaps = {name: np.isnan(column) for name, column in raw.items()}
    return Needs(
        exposure=scaled_exposure(np.where(gaps["threat exposure"], 1.0, raw["threat exposure"])),
        value=scaled_value(fitted(raw["industrial value"], people)),
        capability=imputed(raw["capability"], places),
        actors=actors,
        observations=seen,
        missing=tuple(_missing(gaps, row) for row in range(len(places))),
    )


def latest(store: Store, year: int) -> dict[str, dict[str, Observation]]:
    """Return the latest observation up to a year, by country and indicator."""
    text = engine_query("observations")
    text = with_values(text, "indicator", [named(PREFIXES["indicator"] + i) for i in MEMORY])
    newest: dict[tuple[str, str], tuple[int, str, str]] = {}
    for country, indicator, when, value, source in store.texts(text):
        known = newest.get((country, indicator))
        if int(when) <= year and (known is None or known[0] < int(when)):
            newest[country, indicator] = (int(when), value, source)
    found: dict[str, dict[str, Observation]] = {}
    for (country, indicator), (last, figure, origin) in newest.items():
        name = local(indicator)
        if year - MEMORY[name] <= last:
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
    known = (dollars > 0) & (people > 0)
    filled = np.nan_to_num(dollars)
    gaps = np.isnan(dollars) & (people > 0)
    if known.sum() > 2:
        slope, level = np.polyfit(np.log(people[known]), np.log(dollars[known]), 1)
        filled[gaps] = np.exp(level + slope * np.log(people[gaps]))
    return np.asarray(filled)


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
