"""How likely each pair of a network is to sign, as `kg.forecast.feasibility` forecasts it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kg.graph.cache import Rows
from kg.graph.store import Store
from kg.leverage.formula import Matrix
from kg.network.network import Network
from kg.terms import shipped

UNKNOWN: tuple[str, ...] = ("feasibility",)
MODEL_FILES = ("feasibility.py", "features.py", "history.py")


@dataclass(frozen=True)
class PairForecast:
    """The chance of an agreement within five years.

    `probability` (n, n) is symmetric, 0..1, in the network's order; a pair that is not forecast
    (one of them is no member of the United Nations, or did not exist yet) has the mean of all
    forecasts, and `missing` says so; `missing` (n, n) names the inputs that were not known.
    """

    probability: Matrix
    missing: tuple[tuple[tuple[str, ...], ...], ...]


def load(store: Store, network: Network) -> PairForecast:
    """Forecast all pairs of the network from what was known by the year of its date."""
    year = network.at.year
    rows = store.kept(f"pair-forecast {year} {_model_digest()}", lambda: _forecast(store, year))
    size = len(network.countries)
    usual = float(np.mean([float(row[2]) for row in rows]))
    probability = np.full((size, size), usual)
    missing = [[UNKNOWN] * size for _ in range(size)]
    for one, other, chance, gaps in rows:
        if one in network.index and other in network.index:
            a, b = network.index[one], network.index[other]
            probability[a, b] = probability[b, a] = float(chance)
            missing[a][b] = missing[b][a] = tuple(gaps.split("|")) if gaps else ()
    return PairForecast(probability, tuple(tuple(row) for row in missing))


def _forecast(store: Store, year: int) -> Rows:
    from kg.forecast import feasibility
    from kg.forecast.history import read

    history = read(store)
    found = feasibility.forecast(history, feasibility.model_for(history, year), year)
    codes = history.countries
    return [
        (one, other, repr(float(found.probability[a, b])), "|".join(found.missing(one, other)))
        for a, one in enumerate(codes)
        for b, other in enumerate(codes)
        if a < b and not np.isnan(found.probability[a, b])
    ]


def _model_digest() -> str:
    """Name the state of the model: a forecast is made again when its code or weights change."""
    digest = hashlib.blake2b(digest_size=8)
    for name in MODEL_FILES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update((shipped("data") / "feasibility.json").read_bytes())
    return digest.hexdigest()
