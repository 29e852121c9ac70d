"""How sure a ranking is: of its weights, of its network, and of which weight matters.

weights   stochastic multicriteria acceptability analysis (Lahdelma, Hokkanen and Salminen 1998):
          the headline is a product, so a weight is the exponent of a factor; Dirichlet draws whose
          mean gives every factor the exponent 1.
ties      replicates of the network in which each present tie is dropped and each absent one added
          by chance, a tenth each; the focal country's own by feasibility.
Sobol     first-order and total indices (Sobol 2001; Saltelli et al. 2010) of the weights on the
          place of the first candidate, by scipy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.advice.snapshot import Factors, Snapshot, candidates
from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector, path_strength
from kg.leverage.inverse import Indices
from kg.network.centrality import FAINT
from kg.network.need import Observation

CRITERIA = ("feasibility", "barrier", "popularity", "gain")
DRAWS = 10_000
REPLICATES = 300
CHANGED = 0.10
TOP = 10
LOW, HIGH = 0.05, 0.95
SEED = 1
NOTHING = 1e-12  # a factor of zero, on the logarithmic scale


@dataclass(frozen=True)
class Acceptability:
    """What the draws of the weights say of m candidates; ranks count from 1, arrays are (m,)."""

    low: Vector
    high: Vector
    top: Vector


def criteria(factors: Factors, chosen: Sequence[int] | Indices) -> Matrix:
    """Return (m, 4): the factors of the headline product of each candidate, larger is better."""
    powers = factors.powers
    rows = (
        factors.feasibility,
        1 - factors.barrier,
        factors.popularity**-powers.popularity,
        factors.gain**powers.gain,
    )
    return np.asarray(np.column_stack(rows)[list(chosen)])


def scores(values: Matrix, weights: Matrix) -> Matrix:
    """Return (draws, m): prod_k x_k ** (4 w_k); equal weights give the headline itself."""
    logs = np.log(np.maximum(values, NOTHING))
    return np.asarray(values.shape[1] * weights @ logs.T)


def acceptability(values: Matrix, draws: int = DRAWS, seed: int = SEED) -> Acceptability:
    """Rank the candidates under random weights; return rank intervals and the chance of the top."""
    random = np.random.default_rng(seed)
    weights = random.dirichlet(np.ones(values.shape[1]), size=draws)
    ranks = _ranks(scores(values, weights).astype(np.float32))
    low, high = np.quantile(ranks, (LOW, HIGH), axis=0, method="inverted_cdf")
    return Acceptability(low, high, (ranks <= TOP).mean(axis=0))


def weighted(values: Matrix, weights: Vector) -> Vector:
    """Return (m,): the headline under the user's weights, scaled to sum to 1."""
    return np.asarray(np.exp(scores(values, weights[None, :] / weights.sum())[0]))


def parse_weights(text: str) -> Vector:
    """Read `feasibility=2,gain=1`; what is not named weighs 1. Raises ComityError."""
    chosen = dict.fromkeys(CRITERIA, 1.0)
    for part in text.split(","):
        name, _, value = part.strip().partition("=")
        try:
            chosen[name] = float(value) if name in chosen else -1.0
        except ValueError:
            chosen[name] = -1.0
        if not 0.0 <= chosen[name] < np.inf:
            raise ComityError(
                f"--weights {part}: write NAME=NUMBER with a name of {', '.join(CRITERIA)}"
            )
    if not any(chosen.values()):
        raise ComityError("--weights: at least one weight must be above 0")
    return np.array([chosen[name] for name in CRITERIA])


def correlations(snapshot: Snapshot, factors: Factors, chosen: Indices) -> dict[str, float]:
    """Return Spearman's correlation of the headline with partner's degree, GDP and each factor.

    A headline that is one factor in disguise would be a defect; so every run says how near it is.
    """
    codes = [snapshot.network.countries[j].iso3 for j in chosen]
    seen = snapshot.needs.observations
    others = {
        "degree": snapshot.network.tau.sum(axis=1)[chosen],
        "GDP": np.array([_gdp(seen.get(code, {})) for code in codes]),
        "feasibility": factors.feasibility[chosen],
        "barrier": factors.barrier[chosen],
        "popularity": factors.popularity[chosen],
        "direct": factors.direct[chosen],
        "onward": factors.onward.sum(axis=1)[chosen],
    }
    headline = factors.expected[chosen]
    return {name: spearman(headline, other) for name, other in others.items()}


def spearman(one: Vector, other: Vector) -> float:
    """Return the rank correlation of two columns where both are known; NaN if one is constant."""
    known = ~(np.isnan(one) | np.isnan(other))
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


def report(snapshot: Snapshot, focal: str) -> list[dict[str, float | str | None]]:
    """Return how sure a ranking is: bootstrap overlap, Sobol indices, and correlations."""
    factors = snapshot.factors(focal)
    chosen = np.array(candidates(snapshot, factors.focal))
    overlap = tie_bootstrap(snapshot, focal, chosen)
    low, high = np.quantile(overlap, (LOW, HIGH))
    values = criteria(factors, chosen)
    rows = [_row("top 10 kept when a tenth of the ties changes", "mean", float(overlap.mean()))]
    rows[0] |= {"low": float(low), "high": float(high)}
    for index in sobol(values):
        rows.append(_row("Sobol first-order index on the first place", *index[:2]))
        rows.append(_row("Sobol total index on the first place", index[0], index[2]))
    found = correlations(snapshot, factors, chosen)
    rows += [_row("rank correlation of the headline", *item) for item in found.items()]
    return rows


def _row(measure: str, of: str, value: float) -> dict[str, float | str | None]:
    return {"measure": measure, "of": of, "value": value, "low": None, "high": None}


def tie_bootstrap(
    snapshot: Snapshot,
    focal: str,
    chosen: Sequence[int] | Indices,
    replicates: int = REPLICATES,
    seed: int = SEED,
) -> Vector:
    """Return (replicates,): the share of the top 10 that survives a changed network."""
    factors = snapshot.factors(focal)
    best = set(np.argsort(-factors.expected[list(chosen)], kind="stable")[:TOP])
    random = np.random.default_rng(seed)
    overlaps = []
    for _ in range(replicates):
        tau = _disturbed(snapshot.network.tau, factors.feasibility, factors.focal, random)
        again = np.argsort(-_expected(snapshot, factors, tau)[list(chosen)], kind="stable")[:TOP]
        overlaps.append(len(best.intersection(again)) / len(best))
    return np.array(overlaps)


def sobol(values: Matrix, samples: int = 256, seed: int = SEED) -> list[tuple[str, float, float]]:
    """Return (weight, first order, total): its part in the variance of the best one's rank."""
    from scipy.stats import sobol_indices, uniform

    size = values.shape[1]
    best = int(np.argmax(scores(values, np.full((1, size), 1 / size))[0]))
    ranges: Any = [uniform(0.01, 0.99)] * size  # the stubs know too little of frozen distributions

    def place(raw: Matrix) -> Vector:
        return _ranks(scores(values, (raw / raw.sum(axis=0)).T))[:, best]

    with np.errstate(invalid="ignore"):  # a place that no weight moves has no variance to share
        found = sobol_indices(func=place, n=samples, dists=ranges, rng=seed)
    shares = np.nan_to_num([found.first_order, found.total_order]).T
    return [(name, *pair) for name, pair in zip(CRITERIA, shares.tolist(), strict=True)]


def _ranks(table: Matrix) -> Matrix:
    order = np.argsort(-table, axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, table.shape[1] + 1)[None, :], axis=1)
    return np.asarray(ranks, dtype=np.float64)


def _disturbed(tau: Matrix, feasibility: Vector, focal: int, random: np.random.Generator) -> Matrix:
    """Drop a tenth of the ties, and add as many, those of the focal country by feasibility."""
    rows, columns = np.triu_indices(len(tau), 1)
    strengths = tau[rows, columns]
    present = np.flatnonzero(strengths >= FAINT)
    count = max(1, int(CHANGED * len(present)))
    odds = np.full(len(rows), np.nanmean(feasibility))
    own = (rows == focal) | (columns == focal)
    odds[own] = np.nan_to_num(feasibility[np.where(rows == focal, columns, rows)[own]])
    dropped = random.choice(present, count, replace=False, p=_shares(1.0 - odds[present]))
    absent = np.setdiff1d(np.arange(len(rows)), present)
    added = random.choice(absent, min(count, len(absent)), replace=False, p=_shares(odds[absent]))
    changed = strengths.copy()
    changed[added] = np.median(strengths[present])
    changed[dropped] = 0.0
    again = np.zeros_like(tau)
    again[rows, columns] = changed
    return np.asarray(again + again.T)


def _shares(odds: Vector) -> Vector:
    return np.asarray((odds + 1e-9) / (odds + 1e-9).sum())


def _expected(snapshot: Snapshot, factors: Factors, tau: Matrix) -> Vector:
    changed = snapshot.with_ties(tau, path_strength(tau))
    return changed.factors(snapshot.network.countries[factors.focal].iso3).expected
