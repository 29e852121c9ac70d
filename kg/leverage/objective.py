"""What a tie would do for a focal node f, in closed form: seven objectives behind one interface.

The network is undirected; d are hops, A the weights, L the Laplacian, n the number of nodes. The
gain is the increase of a value (or the decrease of a cost) when the tie is added and everything is
computed anew; no formula below is an approximation, and none needs the recomputation.

reach        sum_{t != f} need_t rho_ft, rho the best path's product of tie strengths; the partner
             counts too. Entries of the matrix are strengths in [0, 1]. (`formula`; facility
             location: Nemhauser, Wolsey and Fisher 1978)
harmonic     sum_{t != f} 1 / d_ft (Marchiori and Latora 2000; adding ties: Crescenzi, D'Angelo,
             Severini and Velaj 2016)
forest       sum_t (Q_ff + Q_tt - 2 Q_ft), Q = (I + L)^-1, a cost: forest distances, which are
             current-flow distances made finite on any network (Chebotarev and Shamis 1997; Jin,
             Bao and Zhang 2019)
betweenness  share of the shortest paths between two others that lead through f, summed over
             unordered pairs (Freeman 1977; adding ties: Bergamini and others 2018)
kirchhoff    n tr(L^+), a cost of the whole network, infinite where it is not connected (Klein and
             Randic 1993)
katz         x_f, x = (I - alpha A)^-1 1, alpha = 0.5 / lambda_max(A) before the tie (Katz 1953)
pagerank     f's PageRank on the weighted network, damping 0.85, dangling nodes uniform (Brin and
             Page 1998)

Guarantees: the gains of reach and harmonic fall as ties are added (submodular), so a greedy choice
of several ties is within 1 - 1/e of the best; nothing of the kind is proven for the others, and
betweenness, kirchhoff and katz break it. Katz, PageRank and Kirchhoff mostly rank partners by
degree: views, not headlines.

`state` keeps the matrices of a network in memory; it answers for a focal node, all pairs or whole
agreements, and accepts a tie in O(n^2). It is exact, for up to LARGE nodes; `ranking` ranks the
partners of one node on a network of any size.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.leverage.geodesic import Betweenness, Harmonic
from kg.leverage.inverse import Indices
from kg.leverage.reach import Reach
from kg.leverage.resolvent import Forest, Katz, Kirchhoff, PageRank, Problem, Resolvent
from kg.leverage.ties import STRENGTH

LARGE = 5_000  # nodes up to which matrices are dense

Network: TypeAlias = Matrix | csr_array

PROBLEMS: dict[str, Callable[[csr_array], Problem]] = {
    "forest": Forest,
    "kirchhoff": Kirchhoff,
    "katz": Katz.of,
    "pagerank": PageRank,
}
OBJECTIVES = ("reach", "harmonic", "betweenness", *PROBLEMS)


class State(Protocol):
    """A network with what an objective needs in memory."""

    def gains(self, focal: int, strength: float) -> Vector:
        """Return (n,): the gain of `focal` through a new tie with each node."""

    def pairs(self, strength: float) -> Matrix:
        """Return (n, n): row f is the gain of f through a new tie with each node."""

    def agreements(self, members: Indices, focal: int, strength: float) -> Vector:
        """Return (m,): the gain of `focal` through each agreement, a row of `members` (m, t)."""

    def accept(self, a: int, b: int, strength: float) -> Self:
        """Return the state after one more tie."""


def state(network: Network, objective: str, need: Vector | None = None) -> State:
    """Return the network ready for an objective; `need` (n,) is for reach and 1 when not given.

    Raises ComityError for an unknown objective, kirchhoff on a disconnected network, katz on one
    without ties, and (code 3) more than LARGE nodes.
    """
    if network.shape[0] > LARGE:
        raise ComityError(
            f"{objective} keeps dense matrices, for at most {LARGE:,} nodes, and the network has "
            f"{network.shape[0]:,}; use another objective",
            code=3,
        )
    ties = csr_array(network)
    if known_objective(objective) == "reach":
        return Reach.of(ties.toarray(), need)
    if objective in PROBLEMS:
        return Resolvent.of(PROBLEMS[objective](ties))
    return (Harmonic if objective == "harmonic" else Betweenness).of(ties)


def gains(network: Network, focal: int, objective: str, strength: float | None = None) -> Vector:
    """Return (n,): the gain of `focal` through a new tie; NaN for itself and its neighbours.

    `network` (n, n) is symmetric with a zero diagonal. `strength` is the weight of the new tie, 1
    by default (reach: 0.5). Raises what `state` raises.
    """
    weight = usual_strength(objective, strength)
    tied = tied_to(csr_array(network), focal)
    return np.where(tied, np.nan, state(network, objective).gains(focal, weight))


def all_gains(network: Network, objective: str, strength: float | None = None) -> Matrix:
    """Return (n, n): row f is `gains` of f, NaN on the diagonal and for existing ties."""
    table = state(network, objective).pairs(usual_strength(objective, strength))
    tied = csr_array(network).toarray() != 0.0
    np.fill_diagonal(tied, True)
    table[tied] = np.nan
    return table


def agreement_gain(
    network: Network,
    members: Indices,
    focal: int,
    objective: str,
    strength: float | None = None,
) -> float:
    """Return what `focal` gains when every two of the members (t,) get a tie of that strength.

    Where two members are tied already the agreement comes on top: weights add, strengths combine
    by noisy-or.
    """
    weight = usual_strength(objective, strength)
    return float(state(network, objective).agreements(members[None, :], focal, weight)[0])


def known_objective(objective: str) -> str:
    """Return the objective; raise ComityError where there is none of that name."""
    if objective not in OBJECTIVES:
        raise ComityError(f"no objective {objective!r}; there are {', '.join(OBJECTIVES)}")
    return objective


def usual_strength(objective: str, strength: float | None) -> float:
    """Return the strength of the new tie; raise ComityError where it is out of range."""
    if known_objective(objective) == "reach":
        value, allowed = STRENGTH if strength is None else strength, "above 0 and at most 1"
        fine = 0.0 < value <= 1.0
    else:
        value, allowed = 1.0 if strength is None else strength, "a positive number"
        fine = 0.0 < value < math.inf
    if not fine:
        raise ComityError(f"strength {value:g} of a new tie: for {objective} it must be {allowed}")
    return value


def tied_to(network: csr_array, focal: int) -> NDArray[np.bool_]:
    """Return (n,): whether a node is the focal node or tied to it."""
    tied = network[[focal]].toarray()[0] != 0.0
    tied[focal] = True
    return np.asarray(tied)
