"""Replicates of a network: its ties and paths if kinds of agreement tied more, or less, strongly.

Of every pair the surprise -ln(1 - tau) is a sum over kinds. A replicate multiplies the strength of
each kind by a factor of its own, and with it each kind's part of the sum,

    part' = part * ln(1 - c') / ln(1 - c)

where c is what an agreement of the kind adds to a pair on average, c' the same with the new
strength. That is exact where all agreements of a kind add the same. A path of a replicate is the
network's own best path, or the tie itself if that is stronger; it is a lower bound, for another
path may have become the best, and right to first order (the envelope theorem).
`benchmarks/certainty.py` says how far both are from the exact figures.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from kg.leverage.formula import SHORTEST, Matrix, Vector
from kg.leverage.inverse import Indices
from kg.network.network import Network

STRONGEST = 0.95  # a strength stays below 1, however large its factor


def scaled(strength: Vector, factor: Matrix) -> Matrix:
    """Return strengths multiplied by factors, all below 1."""
    return np.asarray(np.minimum(strength * factor, np.maximum(STRONGEST, strength)))


def ties(network: Network, factor: Matrix) -> Matrix:
    """Return tau (replicates, n, n) for factors (replicates, kinds) of the strengths of kinds."""
    size = len(network.countries)
    parts, mean = _by_kind(network)
    ratio = np.log1p(-scaled(mean, factor)) / np.log1p(-mean)
    more = (ratio - 1.0) @ parts
    surprise = -np.log1p(-network.tau.ravel()) + more
    tau = -np.expm1(-np.maximum(surprise, 0.0))
    return np.asarray(tau.reshape(-1, size, size))


def paths(network: Network, tau: Matrix) -> Matrix:
    """Return rho (replicates, n, n): the network's own best paths under other tie strengths."""
    size = len(network.countries)
    steps = np.ascontiguousarray(tau.reshape(len(tau), -1).T)
    rho = np.zeros_like(steps)
    rho[:: size + 1] = 1.0
    for pair, shorter, last in _hops(network.tau):
        rho[pair] = rho[shorter] * steps[last]
    return np.asarray(np.maximum(rho, steps).T.reshape(tau.shape))


def _by_kind(network: Network) -> tuple[Matrix, Vector]:
    """Return the surprise by kind (kinds, n * n), and what one agreement adds (kinds,)."""
    size, surprise = len(network.countries), -np.log1p(-network.contribution)
    parts, mean = np.zeros((len(network.kinds), size * size)), np.zeros(len(network.kinds))
    for row, slug in enumerate(network.kinds):
        own = np.flatnonzero(np.array(network.agreement_kinds, dtype=object) == slug)
        taken = network.incidence[own]
        part = (taken.T @ taken.multiply(surprise[own, None])).toarray()
        np.fill_diagonal(part, 0.0)
        parts[row] = part.ravel()
        count = np.asarray((taken > 0).sum(axis=1), dtype=np.float64).ravel() ** 2 * surprise[own]
        mean[row] = count @ network.contribution[own] / count.sum() if count.any() else 0.5
    return parts, mean


def _hops(tau: Matrix) -> list[tuple[Indices, Indices, Indices]]:
    """List by length the best paths: flat places of the pair, of all but its last tie, and of that.

    A pair without a path is in none of them.
    """
    rows, columns = np.nonzero(tau)
    lengths = np.maximum(-np.log(tau[rows, columns]), SHORTEST)
    graph = csr_array((lengths, (rows, columns)), shape=tau.shape)
    _, before = dijkstra(graph, directed=True, return_predecessors=True)
    size, found = len(tau), []
    start, end = np.nonzero(before >= 0)
    done = np.eye(size, dtype=bool)
    while len(start):
        last = before[start, end].astype(np.int64)
        ready = done[start, last]
        a, b, via = start[ready], end[ready], last[ready]
        found.append((a * size + b, a * size + via, via * size + b))
        done[a, b] = True
        start, end = start[~ready], end[~ready]
    return found
