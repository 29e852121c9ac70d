"""Which doubts drive a ranking, and how near it is to any one factor.

Sobol's first-order and total indices (Sobol 2001; Saltelli et al. 2010), by scipy, of the doubts of
`kg.advice.certainty` on how much of the present top ten is kept: the first is the share of the
variance that one doubt makes alone, the second with all that it makes together with others.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kg.advice import certainty
from kg.advice.certainty import DOUBTS, SEED, Outlook, Sample, ranks, top_of
from kg.advice.snapshot import Factors, Snapshot, candidates
from kg.leverage.formula import Matrix, Vector
from kg.leverage.inverse import Indices
from kg.network.need import Observation

WORDS = {
    "strengths": "strengths of kinds of agreement",
    "need": "need of each country",
    "readiness": "readiness of each country to sign",
    "calibration": "chance of each pair",
    "obstacles": "levels of obstacles",
    "preference": "powers of gain and popularity",
}
BANK = 512  # draws of each doubt that are combined anew
SAMPLES = 256  # a power of 2, as Sobol's sequence asks


def correlations(snapshot: Snapshot, factors: Factors, chosen: Indices) -> dict[str, float]:
    """Return Spearman's correlation of the headline with partner's degree, GDP and each factor.

    A headline that is one factor in disguise would be a defect; so every run says how near it is.
    What is the same for all candidates correlates with nothing, and is left out.
    """
    codes = [snapshot.network.countries[j].iso3 for j in chosen]
    seen = snapshot.needs.observations
    others = {
        "degree": snapshot.network.tau.sum(axis=1)[chosen],
        "GDP": np.array([_gdp(seen.get(code, {})) for code in codes]),
        **{name: values[chosen] for name, values in factors.values.items()},
    }
    headline = factors.expected[chosen]
    found = {name: spearman(headline, other) for name, other in others.items()}
    return {name: value for name, value in found.items() if not np.isnan(value)}


def spearman(one: Vector, other: Vector) -> float:
    """Return the rank correlation of two columns where both are known; NaN if one is constant."""
    known = ~(np.isnan(one) | np.isnan(other))
    if not known.any():
        return float("nan")
    a, b = (_average_ranks(column[known]) for column in (one, other))
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / scale) if scale else float("nan")


def _average_ranks(column: Vector) -> Vector:
    """Rank values from 0; equal values share the mean of their ranks."""
    _, place, count = np.unique(column, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count + 1) / 2)[place])


def _gdp(seen: dict[str, Observation]) -> float:
    return seen["gdp"].value if "gdp" in seen else float("nan")


def report(snapshot: Snapshot, focal: str) -> list[dict[str, float | str]]:
    """Return how sure a ranking is: tiers, Sobol indices, and correlations."""
    factors = snapshot.factors(focal)
    chosen = np.array(candidates(snapshot, factors.focal))
    sure = certainty.certainty(snapshot, factors, chosen)
    tiers = [certainty.tier(share) for share in sure.top]
    rows = [_row("candidates of a tier", name, tiers.count(name)) for name in certainty.TIERS]
    view, sample = certainty.draw(snapshot, factors, draws=BANK)
    kept = Kept(view, sample, chosen, factors)
    rows.append(_row("top ten kept", "mean over all draws", float(kept.all().mean())))
    found = sobol(kept)
    rows += [_row("doubt about the top ten: alone", WORDS[n], one) for n, one, _ in found]
    rows += [_row("doubt about the top ten: with others", WORDS[n], all_) for n, _, all_ in found]
    others = correlations(snapshot, factors, chosen)
    rows += [_row("rank correlation of the headline", *item) for item in others.items()]
    return rows


def _row(measure: str, of: str, value: float) -> dict[str, float | str]:
    return {"measure": measure, "of": of, "value": value}


class Kept:
    """How much of the present top ten is kept when draws of the doubts are combined anew."""

    def __init__(self, view: Outlook, sample: Sample, chosen: Indices, factors: Factors) -> None:
        self.view, self.sample, self.chosen = view, sample, chosen
        self.blocked = factors.blocked[chosen]
        now = ranks(factors.expected[None, chosen], self.blocked)[0]
        self.top = top_of(len(chosen))
        self.best = np.flatnonzero(now <= self.top)

    def all(self) -> Vector:
        """Return (d,): the share of the top ten that is kept in each draw."""
        return self._shares(self.sample)

    def at(self, raw: Matrix) -> Vector:
        """Return (s,) for places 0..1 (doubts, s) in the draws of each doubt."""
        rows = np.minimum((raw * len(self.sample.need)).astype(np.int64), len(self.sample.need) - 1)
        return self._shares(self.sample.picked(dict(zip(DOUBTS, rows, strict=True))))

    def _shares(self, sample: Sample) -> Vector:
        places = ranks(self.view.scores(sample)[:, self.chosen], self.blocked)
        return np.asarray((places[:, self.best] <= self.top).mean(axis=1))


def sobol(kept: Kept, samples: int = SAMPLES, seed: int = SEED) -> list[tuple[str, float, float]]:
    """Return (doubt, first order, total): its part in the variance of what is kept."""
    from scipy.stats import sobol_indices, uniform

    ranges: Any = [uniform()] * len(DOUBTS)  # the stubs know too little of frozen distributions
    with np.errstate(invalid="ignore"):  # a top ten that nothing moves has no variance to share
        found = sobol_indices(func=kept.at, n=samples, dists=ranges, rng=seed)
    shares = np.nan_to_num([found.first_order, found.total_order]).T
    return [(name, *pair) for name, pair in zip(DOUBTS, shares.tolist(), strict=True)]
