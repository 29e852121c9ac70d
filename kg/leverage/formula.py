"""Leverage: how much need a focal node reaches through a new tie, and what that is worth.

Definitions (n nodes, indices 0..n-1; every quantity in 0..1 unless said otherwise):

tie strength `tau`      symmetric (n, n), zero diagonal, in [0, 1); noisy-or over agreements.
path strength `rho`     the best path's product of tie strengths; rho_aa = 1, unreachable = 0.
onward gain             need_t * max(0, tau_fj * rho_jt - rho_ft) for each third node t:
                        what f reaches better through j once the tie (f, j) has strength tau_fj.
direct gain             need_j * (tau_fj after - tau_fj now): what f reaches of j's own need.
expected leverage       feasibility * (1 - barrier) * popularity^-h * (direct + onward)^g

The onward gain is exact: a simple path from f uses at most one new tie at f. It adds over third
nodes and has the unit of need. Popularity is by how much the partner's odds of signing exceed the
average node's, whoever asks (above 0); a part h of it is taken out, so that a ranking says whom
this focal node should ask and not whom everybody asks. The power g < 1 of the gain says that twice
the gain is worth less than twice the chance. Both were measured on past windows: see `Powers`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Mapping[str, Matrix | float]

# What the expected leverage is made of; the gain is direct plus onward.
FACTORS = ("feasibility", "barrier", "popularity", "direct", "onward")

# A tie of strength 1 has length 0, which a sparse matrix would read as "no tie".
SHORTEST = 1e-300


def path_strength(tau: Matrix | csr_array, sources: NDArray[np.int64] | None = None) -> Matrix:
    """Return rho (s, n) from some nodes, else from all: the best path's product of tie strengths.

    By Dijkstra on -log.
    """
    ties = csr_array(tau)
    lengths = np.maximum(-np.log(ties.data), SHORTEST)
    graph = csr_array((lengths, ties.indices, ties.indptr), shape=ties.shape)
    return np.asarray(np.exp(-dijkstra(graph, directed=True, indices=sources)))


def strengthened(tau: Matrix, focal: int, strength: float) -> Vector:
    """Return (n,): the strength of every tie of `focal` after one more agreement (noisy-or)."""
    return np.asarray(1.0 - (1.0 - tau[focal]) * (1.0 - strength))


def onward(rho: Matrix, need: Vector, focal: int, tie: Vector) -> Matrix:
    """Return (n, n): entry (j, t) is the need in t that `focal` gains through a tie with j.

    `tie` (n,) is the strength that the tie (focal, j) would have; `need` is 0 for nodes that are
    no third node to `focal`. Row `focal`, column `focal` and the diagonal are zero: the partner
    itself is counted in the direct gain.
    """
    gain = need * np.maximum(0.0, tie[:, None] * rho - rho[focal])
    gain[focal, :] = 0.0
    gain[:, focal] = 0.0
    np.fill_diagonal(gain, 0.0)
    return np.asarray(gain)


def direct(need: Vector, tau: Matrix, focal: int, tie: Vector) -> Vector:
    """Return (n,): the need of each node j that `focal` reaches through a stronger tie with j.

    `tie` (n,) is the strength that the tie (focal, j) would have.
    """
    gain = need * np.maximum(0.0, tie - tau[focal])
    gain[focal] = 0.0
    return np.asarray(gain)


def direct_offered(need: Vector, tau: Matrix, focal: int, tie: Vector) -> Vector:
    """Return (n,): the need of `focal` that each node j reaches through a stronger tie with it."""
    gain = need[focal] * np.maximum(0.0, tie - tau[focal])
    gain[focal] = 0.0
    return np.asarray(gain)


def incumbent(rho: Matrix, capability: Vector, focal: int) -> Vector:
    """Return (n,): the strongest path from j to a third node at least as capable as `focal`.

    The partner itself is no third node: a partner is not its own incumbent. This is context; it
    is no part of the expected leverage, for nodes with strong friends sign more, not less.
    """
    rivals = np.flatnonzero(capability >= capability[focal])
    paths = np.array(rho[:, rivals])
    paths[rivals, np.arange(len(rivals))] = 0.0
    paths[:, rivals == focal] = 0.0
    return np.asarray(paths.max(axis=1, initial=0.0))


def onward_offered(rho: Matrix, need: Matrix, focal: int, tie: Vector) -> Vector:
    """Return (n,): the onward gain of each j through `focal`, the same tie seen from j's side.

    `need` (n, n) has a row for each node j: 0 for nodes that are no third node to j.
    """
    gain = need * np.maximum(0.0, tie[:, None] * rho[focal] - rho)
    gain[:, focal] = 0.0
    np.fill_diagonal(gain, 0.0)
    gain[focal] = 0.0
    return np.asarray(gain.sum(axis=1))


@dataclass(frozen=True)
class Powers:
    """How much gain and popularity count in the expected leverage: the exponents g and h."""

    gain: float
    popularity: float


# Measured on cyber-security agreements, forecast five years ahead at 2011-2020: balance is no less
# accurate than chance alone, spreads the first places over more partners, and lets the gain speak a
# little; more of the gain costs accuracy (docs/ranking.md; `comity backtest --headline`).
PREFERENCES = {
    "chance": Powers(gain=0.0, popularity=0.0),
    "balance": Powers(gain=0.05, popularity=0.25),
    "gain": Powers(gain=1.0, popularity=0.25),
}
BALANCE = PREFERENCES["balance"]


def expected(factors: Values, powers: Powers = BALANCE) -> Matrix:
    """Return the expected leverage with chosen powers."""
    return headline(factors, powers.gain, powers.popularity)


def headline(factors: Values, g: Matrix | float, h: Matrix | float) -> Matrix:
    """Return the expected leverage; the `FACTORS` and the powers are arrays that broadcast."""
    gain = factors["direct"] + factors["onward"]
    chance = factors["feasibility"] * (1.0 - factors["barrier"])
    return np.asarray(chance * factors["popularity"] ** -h * gain**g)


def kept(factors: Values, powers: Powers) -> Matrix:
    """Return what the chance and the gain^g are multiplied by: all else that the factors say."""
    return expected({**factors, "feasibility": 1.0, "direct": 1.0, "onward": 0.0}, powers)


def written(factors: Mapping[str, float], powers: Powers) -> str:
    """Return the formula with one partner's figures in it."""
    return (
        f"chance {factors['feasibility']:.4f} x (1 - barrier {factors['barrier']:.3f})"
        f" x popularity {factors['popularity']:.3g}^-{powers.popularity:.2g}"
        f" x (direct {factors['direct']:.4f} + onward {factors['onward']:.4f})^{powers.gain:.2g}"
    )
