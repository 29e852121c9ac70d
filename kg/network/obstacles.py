"""Barriers: what withholds part of the gain, each an assertion in the graph with a source."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import Matrix
from kg.network.network import Network
from kg.terms import local


@dataclass(frozen=True)
class Barrier:
    """One barrier that a country holds toward one other, or toward all when `toward` is ""."""

    country: str
    toward: str
    kind: str
    level: float
    text: str
    source: str
    locator: str
    checked: str
    confidence: str

    def holds_against(self, focal: str) -> bool:
        """Tell whether it withholds what `focal` offers."""
        return self.country != focal and self.toward in {"", focal}


def load(store: Store) -> list[Barrier]:
    """Read all barriers."""
    found = []
    for country, toward, kind, level, *rest in store.texts(engine_query("barriers")):
        text, source, locator, checked, confidence = rest
        slug = local(kind).removeprefix("barrier-")
        found.append(
            Barrier(
                local(country),
                local(toward),
                slug,
                float(level),
                text,
                local(source),
                locator,
                checked,
                confidence,
            )
        )
    return found


def held(barriers: list[Barrier], country: str, focal: str) -> list[Barrier]:
    """Return the barriers that a country holds against a focal one."""
    return [b for b in barriers if b.country == country and b.holds_against(focal)]


def level(barriers: list[Barrier]) -> float:
    """Return the share of the gain that barriers withhold together: 1 - prod(1 - level).

    Of several barriers of one kind only the highest counts: they say the same thing twice.
    """
    highest: dict[str, float] = {}
    for barrier in barriers:
        highest[barrier.kind] = max(barrier.level, highest.get(barrier.kind, 0.0))
    return 1.0 - prod(1.0 - value for value in highest.values())


def table(barriers: list[Barrier], network: Network) -> Matrix:
    """Return (n, n): row f, column j is the share of the gain that j withholds from f."""
    found = np.zeros((len(network.countries),) * 2)
    codes = [country.iso3 for country in network.countries]
    by_country = {b.country: [x for x in barriers if x.country == b.country] for b in barriers}
    for country, own in by_country.items():
        if country in network.index:
            column = [level(held(own, country, focal)) for focal in codes]
            found[:, network.index[country]] = column
    return found
