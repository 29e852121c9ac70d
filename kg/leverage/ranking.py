"""The partners of one node ranked, on a network of any size.

Exact wherever that is affordable: with dense matrices where their cost, estimated from the numbers
of nodes and ties, is below that of a sparse method or half a second; by searches from every node
(`search`, `shortcut`) within a budget. Beyond it reach, harmonic and betweenness are estimated from
a sample of the nodes, with a bound on the error; forest, kirchhoff, katz and pagerank by random
probes of the inverse (`sparse`). The best candidates, 64 to 256 of them, are then solved for
exactly, but for betweenness. Nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kg.leverage import sparse
from kg.leverage.formula import Vector
from kg.leverage.inverse import Indices
from kg.leverage.objective import (
    LARGE,
    PROBLEMS,
    gains,
    known_objective,
    tied_to,
    usual_strength,
)
from kg.leverage.resolvent import Problem
from kg.leverage.sample import Sampled
from kg.leverage.search import Search
from kg.leverage.shortcut import shortcut_gains
from kg.leverage.ties import Ties

COLUMNS = ("node", "gain", "basis", "error", "within")
EXACT, ROUNDS, TOP = 64, 4, 20  # candidates solved for at a time, how often, for the best how many
STEPS, LONG = 1.2e7, 2.4e7  # microseconds, about, that searches may take, for betweenness LONG
SHORT = 5e5  # and dense matrices, where a sparse method would be faster but not exact
CUBE = {"reach": 5e-5, "harmonic": 4e-5, "betweenness": 2e-4}  # n^3 times this: dense, in steps
INVERSE, PROBES = 2.6e-5, 4.5  # the same for an inverse; and for probes, times n and ties
SEARCH, ENTRY = 40.0, 3e-3  # for one search, and for each node and tie it may see

Solve = Callable[[Indices], Vector]
Estimate = tuple[Sampled, Solve | None]
"""Gains of all, and how to solve for some exactly."""


@dataclass(frozen=True)
class Gains:
    """Gains (n,), NaN for the focal node and its neighbours; which are only estimated (n,).

    `errors` (n,) are standard errors; the true gains lie within `bounds` (n,) of the estimated
    ones, all at once with probability .95. Both are 0 for exact gains, NaN where they are unknown.
    """

    values: Vector
    estimated: NDArray[np.bool_]
    errors: Vector
    bounds: Vector

    @classmethod
    def exact(cls, values: Vector) -> Self:
        """Return gains of which none is estimated."""
        none = np.zeros(len(values))
        return cls(values, none > 0.0, none, none)


def rank_ties(
    ties: Ties, focal: str, objective: str = "reach", strength: float | None = None
) -> list[dict[str, object]]:
    """Return {node, gain, basis, error, within} for every non-neighbour of `focal`, best first.

    `basis` is "exact" or "estimated"; `error` is the standard error of an estimated gain and
    `within` the bound on its error, None where it is not known.
    Gains have twelve significant digits, so that equal ones are equal; those are ordered by name.
    Raises ComityError for an unknown node or objective, and what the objective raises.
    """
    network = ties.strengths if known_objective(objective) == "reach" else ties.weights
    found = any_gains(network, ties.index(focal), objective, strength)
    rows = [
        (float(f"{found.values[j]:.12g}"), ties.nodes[j], _basis(found, j))
        for j in np.flatnonzero(~np.isnan(found.values)).tolist()
    ]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [{"node": node, "gain": gain} | basis for gain, node, basis in rows]


def any_gains(
    network: csr_array, focal: int, objective: str, strength: float | None = None
) -> Gains:
    """Return the gains of one focal node by the cheaper way; raises what `gains` raises."""
    if dense_pays(network, objective):
        return Gains.exact(gains(network, focal, objective, strength))
    return large_gains(network, focal, objective, strength)


def dense_pays(network: csr_array, objective: str) -> bool:
    """Tell whether dense matrices are worth their cost."""
    size, entries = network.shape[0], network.shape[0] + network.nnz
    if objective in PROBLEMS:
        other = max(SHORT, PROBES * entries)
    else:
        other = size * (SEARCH + ENTRY * entries)
    return size <= LARGE and CUBE.get(objective, INVERSE) * size**3 <= other


def large_gains(
    network: csr_array, focal: int, objective: str, strength: float | None = None
) -> Gains:
    """Return the gains without dense matrices: exact, or estimated and the best of them exact."""
    tied = tied_to(network, focal)
    if tied.all():
        return Gains.exact(np.full(len(tied), np.nan))
    guess, solve = _estimate(network, focal, objective, usual_strength(objective, strength))
    table = np.where(tied, np.nan, guess.values)
    if not guess.bounds.any():
        return Gains.exact(table)
    solved = _solve_best(table, solve) if solve else np.zeros(0, dtype=np.intp)
    estimated = np.ones(len(tied), bool)
    for column in (estimated, guess.errors, guess.bounds):
        column[solved] = 0
    return Gains(table, estimated, guess.errors, guess.bounds)


def _estimate(network: csr_array, focal: int, objective: str, weight: float) -> Estimate:
    if objective in PROBLEMS:
        return _probed(PROBLEMS[objective](network), focal, weight)
    if objective == "betweenness":
        return shortcut_gains(network, focal, LONG), None
    search = (
        Search.reach(network, focal, weight)
        if objective == "reach"
        else Search.harmonic(network, focal)
    )
    return search.estimate(STEPS), search.gains


def _probed(problem: Problem, focal: int, weight: float) -> Estimate:
    system = problem.system()
    known = sparse.estimate(system, focal, singular=problem.singular)

    def solve(nodes: Indices) -> Vector:
        refined = sparse.refine(known, system, nodes, singular=problem.singular)
        return np.asarray(problem.gain(refined, weight)[0][nodes])

    guess = problem.gain(known, weight)[0]
    unknown = np.full(len(guess), np.nan)
    return Sampled(guess, unknown.copy(), unknown, sparse.PROBES), solve


def _solve_best(table: Vector, solve: Solve) -> Indices:
    """Put exact gains into the table (n,) for the best candidates; return which these are.

    EXACT candidates are solved for at a time, until no estimate left comes within twice the error
    seen so far of the exact gain at rank TOP, or after ROUNDS.
    """
    guess = np.where(np.isnan(table), -np.inf, table)
    order = np.argsort(-guess, kind="stable")[: np.count_nonzero(~np.isnan(table))]
    for stop in range(EXACT, EXACT * ROUNDS + 1, EXACT):
        block = order[stop - EXACT : stop]
        table[block] = solve(block)
        solved, first = table[order[:stop]], guess[order[:stop]]
        ratio = np.divide(first, solved, out=np.ones_like(solved), where=solved != 0.0)
        error = np.sqrt(np.mean((ratio - 1.0) ** 2))
        left = guess[order[stop:]].max(initial=-np.inf)
        if left * (1.0 + 2.0 * error) < np.sort(solved)[::-1][:TOP].min():
            break
    return order[:stop]


def _basis(found: Gains, j: int) -> dict[str, object]:
    return {
        "basis": "estimated" if found.estimated[j] else "exact",
        "error": _shown(found.errors[j]) if found.estimated[j] else None,
        "within": _shown(found.bounds[j]) if found.estimated[j] else None,
    }


def _shown(bound: np.float64) -> float | None:
    return float(f"{bound:.3g}") if np.isfinite(bound) else None
