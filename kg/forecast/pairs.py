"""How likely each pair of a network is to sign an agreement of a kind within five years.

Two numbers stand beside the chance. With m + r_a + r_b the additive part of its log-odds over the
open pairs (the two countries' own readiness to sign with anyone), the popularity of a partner is
exp(r_b), against the average country; and the lift of a pair is its chance over the chance that
m + r_a + r_b alone gives: how much likelier these two sign than either does with anyone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from kg.forecast import feasibility, history, kinds
from kg.forecast.features import TARGETS
from kg.forecast.history import Flags, Ints
from kg.graph.cache import Rows
from kg.graph.store import Store
from kg.leverage.formula import Matrix, Vector
from kg.network.need import Needs
from kg.network.network import Network
from kg.terms import shipped

UNKNOWN: tuple[str, ...] = ("feasibility",)
GENERAL = "cooperation"
MODEL_FILES = ("feasibility.py", "features.py", "history.py", "kinds.py", "pairs.py")
ROUNDS = 50  # of alternating means, which converge geometrically


@dataclass(frozen=True)
class PairForecast:
    """The chance of an agreement of a kind within five years, in the network's order of countries.

    `probability` (n, n) is symmetric, 0..1; a pair that is not forecast (one of them is no member
    of the United Nations, or did not exist yet) has the mean of all forecasts, and `missing` says
    so; `missing` (n, n) names the inputs that were not known. `forecast` (n, n) says which pairs
    are forecast. `target` names what was forecast, `pooled` how, for kinds with few agreements.
    """

    target: str
    probability: Matrix
    forecast: Flags
    missing: tuple[tuple[tuple[str, ...], ...], ...]
    pooled: kinds.Pooled | None = None

    @cached_property
    def readiness(self) -> tuple[float, Vector]:
        """The additive part of the log-odds: m, and r (n,), whose mean is 0."""
        return additive(logit(self.probability), self.forecast)

    @cached_property
    def popularity(self) -> Vector:
        """Return (n,): by what factor a country's odds of signing exceed the average country's."""
        return np.asarray(np.exp(self.readiness[1]))

    @cached_property
    def lift(self) -> Matrix:
        """Return (n, n): the chance over the chance that the two countries' readiness gives."""
        level, own = self.readiness
        anyone = 1.0 / (1.0 + np.exp(-(level + own[:, None] + own)))
        return np.asarray(np.where(self.forecast, self.probability / anyone, 1.0))


def logit(chance: Matrix) -> Matrix:
    """Return the log-odds of chances."""
    kept = np.clip(chance, 1e-9, 1.0 - 1e-9)
    return np.asarray(np.log(kept / (1.0 - kept)))


def additive(values: Matrix, among: Flags) -> tuple[float, Vector]:
    """Return m and r (n,) so that m + r_a + r_b fits symmetric `values` (n, n) best among pairs.

    Least squares by alternating means over the pairs that `among` (n, n) marks, none of which is
    on the diagonal; a row without a pair has 0.
    """
    marks = np.array(among, dtype=np.float64)
    np.fill_diagonal(marks, 0.0)
    count = marks.sum(axis=1)
    total = max(count.sum(), 1.0)
    level, own = float((values * marks).sum() / total), np.zeros(len(values))
    for _ in range(ROUNDS):
        rest = (values - level - own) * marks
        own = np.divide(rest.sum(axis=1), count, out=np.zeros_like(own), where=count > 0)
        shift = float(own[count > 0].mean()) if (count > 0).any() else 0.0
        own[count > 0] -= shift
        level = float(((values - own[:, None] - own) * marks).sum() / total)
    return level, own


def load(store: Store, network: Network, needs: Needs, kind: str) -> PairForecast:
    """Forecast all pairs of the network from what was known by the year of its date."""
    year, target = network.at.year, kinds.target_of(kind)
    if target in kinds.TARGETS:
        known = _basis(store, year)
        places, there = _places(known.countries, network)
        tau = _taken(network.tau, places)
        imputed = np.array(["capability" in names for names in needs.missing])
        found = kinds.pooled(
            known,
            target,
            tau,
            np.where(there, needs.capability[places], 0.0),
            np.where(there, imputed[places], True),
        )
        gaps = dict(known.gaps)
        return _placed(target, found.probability, known.countries, gaps, network, found)
    chosen = target if target in TARGETS else GENERAL
    codes, chance, gaps = _learned(store, chosen, year)
    return _placed(chosen, chance, codes, gaps, network)


def _places(countries: tuple[str, ...], network: Network) -> tuple[Ints, Flags]:
    """Return each country's position in the network, and whether it is there at all."""
    places = np.array([network.index.get(code, -1) for code in countries])
    return places, places >= 0


def _taken(tau: Matrix, places: Ints) -> Matrix:
    there = places >= 0
    return np.asarray(np.where(there[:, None] & there, tau[np.ix_(places, places)], 0.0))


def _placed(
    target: str,
    chance: Matrix,
    codes: tuple[str, ...],
    gaps: dict[tuple[str, str], tuple[str, ...]],
    network: Network,
    pooled: kinds.Pooled | None = None,
) -> PairForecast:
    """Put the forecasts of pairs of codes into the network's order."""
    size = len(network.countries)
    places, there = _places(codes, network)
    inside = np.flatnonzero(there)
    probability = np.full((size, size), np.nan)
    probability[np.ix_(places[inside], places[inside])] = chance[np.ix_(inside, inside)]
    known = ~np.isnan(probability)
    usual = float(chance[~np.isnan(chance)].mean()) if known.any() else kinds.FLOOR
    missing = [[() if known[a, b] else UNKNOWN for b in range(size)] for a in range(size)]
    for (one, other), names in gaps.items():
        if one in network.index and other in network.index:
            a, b = network.index[one], network.index[other]
            if known[a, b]:
                missing[a][b] = missing[b][a] = names
    return PairForecast(
        target=target,
        probability=np.where(known, probability, usual),
        forecast=known,
        missing=tuple(tuple(row) for row in missing),
        pooled=pooled,
    )


def _basis(store: Store, year: int) -> kinds.Basis:
    """Return the basis of pooled forecasts, kept between runs as rows of text."""
    question = f"basis {year} {model_digest()}"
    rows = store.kept(question, lambda: _basis_rows(kinds.basis(history.read(store), year)))
    return _basis_of(rows, year)


RATE, COUNTRY = "rate", "country"


def _basis_rows(known: kinds.Basis) -> Rows:
    codes = known.countries
    rows: Rows = [(RATE, name, repr(value)) for name, value in known.rate.items()]
    rows += [(COUNTRY, code, "") for code in codes]
    for a, b in zip(*np.nonzero(np.triu(known.exists, 1)), strict=True):
        counts = " ".join(str(int(known.signed[name][a, b])) for name in known.rate)
        gaps = "|".join(known.gaps.get((codes[a], codes[b]), ()))
        rows.append((codes[a], codes[b], f"{float(known.general[a, b])!r} {counts}|{gaps}"))
    return rows


def _basis_of(rows: Rows, year: int) -> kinds.Basis:
    rate = {row[1]: float(row[2]) for row in rows if row[0] == RATE}
    codes = tuple(row[1] for row in rows if row[0] == COUNTRY)
    index = {code: place for place, code in enumerate(codes)}
    general = np.full((len(codes),) * 2, np.nan)
    signed = {name: np.zeros((len(codes),) * 2) for name in rate}
    gaps = {}
    for one, other, text in rows[len(rate) + len(codes) :]:
        a, b = index[one], index[other]
        figures, _, names = text.partition("|")
        chance, *counts = figures.split()
        general[a, b] = general[b, a] = float(chance)
        for name, count in zip(rate, counts, strict=True):
            signed[name][a, b] = signed[name][b, a] = float(count)
        if names:
            gaps[one, other] = tuple(names.split("|"))
    return kinds.Basis(year, codes, general, signed, rate, gaps)


def _learned(
    store: Store, target: str, year: int
) -> tuple[tuple[str, ...], Matrix, dict[tuple[str, str], tuple[str, ...]]]:
    """Return countries, chances (n, n) and gaps of a target learned by itself."""
    question = f"forecast {target} {year} {model_digest()}"
    rows = store.kept(question, lambda: _learned_rows(store, target, year))
    codes = tuple(sorted({code for row in rows for code in row[:2]}))
    index = {code: place for place, code in enumerate(codes)}
    chance = np.full((len(codes),) * 2, np.nan)
    gaps = {}
    for one, other, value, names in rows:
        a, b = index[one], index[other]
        chance[a, b] = chance[b, a] = float(value)
        if names:
            gaps[one, other] = tuple(names.split("|"))
    return codes, chance, gaps


def _learned_rows(store: Store, target: str, year: int) -> Rows:
    known = history.read(store)
    found = feasibility.forecast(known, feasibility.model_for(known, year, target), year)
    codes = known.countries
    return [
        (one, other, repr(float(found.probability[a, b])), "|".join(found.missing(one, other)))
        for a, one in enumerate(codes)
        for b, other in enumerate(codes)
        if a < b and not np.isnan(found.probability[a, b])
    ]


def model_digest() -> str:
    """Name the state of the model: a forecast is made again when its code or weights change."""
    digest = hashlib.blake2b(digest_size=8)
    for name in MODEL_FILES:
        digest.update(Path(__file__).with_name(name).read_bytes())
    digest.update((shipped("data") / "feasibility.json").read_bytes())
    return digest.hexdigest()
