"""Leverage: how much need a focal node reaches through a new tie.

Definitions (n nodes, indices 0..n-1; every quantity in 0..1 unless said otherwise):

tie strength `tau`      symmetric (n, n), zero diagonal, in [0, 1); noisy-or over agreements.
path strength `rho`  the best path's product of tie strengths; rho_aa = 1, unreachable = 0.
onward gain             need_t * max(0, tau_fj * rho_jt - rho_ft) for each third node t:
                        what f reaches better through j once the tie (f, j) has strength tau_fj.
direct gain             need_j * max(0, c_f - c_j) + need_f * max(0, c_j - c_f), c = capability:
                        what the better equipped side can bring to the other.

The onward gain is exact: a simple path from f uses at most one new tie at f. It adds over third
nodes and has the unit of need.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]

# A tie of strength 1 has length 0, which a sparse matrix would read as "no tie".
SHORTEST = 1e-300


def path_strength(tau: Matrix) -> Matrix:
    """Return rho (n, n): the largest product of tie strengths over all paths (Dijkstra on -log)."""
    rows, columns = np.nonzero(tau)
    lengths = np.maximum(-np.log(tau[rows, columns]), SHORTEST)
    graph = csr_array((lengths, (rows, columns)), shape=tau.shape)
    return np.asarray(np.exp(-dijkstra(graph, directed=True)))


def strengthened(tau: Matrix, focal: int, strength: float) -> Vector:
    """Return (n,): the strength of every tie of `focal` after one more agreement (noisy-or)."""
    return np.asarray(1.0 - (1.0 - tau[focal]) * (1.0 - strength))


def onward(rho: Matrix, need: Vector, focal: int, tie: Vector) -> Matrix:
    """Return (n, n): entry (j, t) is the need in t that `focal` gains through a tie with j.

    `tie` (n,) is the strength that the tie (focal, j) would have. Row `focal`, column `focal`
    and the diagonal are zero: the partner itself is counted in the direct gain.
    """
    gain = need * np.maximum(0.0, tie[:, None] * rho - rho[focal])
    gain[focal, :] = 0.0
    gain[:, focal] = 0.0
    np.fill_diagonal(gain, 0.0)
    return np.asarray(gain)


def direct(need: Vector, capability: Vector, focal: int) -> Vector:
    """Return (n,): what the better equipped of `focal` and j can bring to the other's need."""
    lead = capability[focal] - capability
    gain = need * np.maximum(0.0, lead) + need[focal] * np.maximum(0.0, -lead)
    gain[focal] = 0.0
    return np.asarray(gain)


def incumbent(rho: Matrix, capability: Vector, focal: int) -> Vector:
    """Return (n,): the strongest channel from j to a third node at least as capable as `focal`.

    The partner itself is no third node: a partner is not its own incumbent.
    """
    rivals = np.flatnonzero(capability >= capability[focal])
    channels = np.array(rho[:, rivals])
    channels[rivals, np.arange(len(rivals))] = 0.0
    channels[:, rivals == focal] = 0.0
    return np.asarray(channels.max(axis=1, initial=0.0))


def onward_offered(rho: Matrix, need: Vector, focal: int, tie: Vector) -> Vector:
    """Return (n,): the onward gain of each j through `focal`, the same tie seen from j's side."""
    gain = need * np.maximum(0.0, tie[:, None] * rho[focal] - rho)
    gain[:, focal] = 0.0
    np.fill_diagonal(gain, 0.0)
    gain[focal] = 0.0
    return np.asarray(gain.sum(axis=1))


def incumbent_at(rho: Matrix, capability: Vector, focal: int) -> Vector:
    """Return (n,): entry j is the strongest channel to `focal` from a rival at least as able as j.

    Neither j nor `focal` is a rival.
    """
    rival = capability[None, :] >= capability[:, None]
    np.fill_diagonal(rival, False)
    rival[:, focal] = False
    return np.asarray(np.where(rival, rho[focal], 0.0).max(axis=1, initial=0.0))


def expected(feasibility: Vector, barrier: Vector, incumbency: Vector, gain: Vector) -> Vector:
    """Return (n,): feasibility * (1 - barrier) * (1 - incumbent) * (direct + onward)."""
    return np.asarray(feasibility * (1.0 - barrier) * (1.0 - incumbency) * gain)
