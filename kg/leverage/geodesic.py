"""Objectives that are read off shortest paths in hops: harmonic closeness and betweenness.

Hops and the numbers of shortest paths come from one breadth-first search for all sources at once.
A new tie (f, j) gives f the hops  near_t = min(d_ft, d_jt + 1); that is exact, for a shortest path
from f uses at most one new tie at f. Betweenness needs two more facts: a path through f splits
into two shortest paths to f, and the shortest paths that avoid f are those of the old network.

Weights play no part: a tie is one hop.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from kg.leverage.formula import Matrix, Vector
from kg.leverage.inverse import Indices

LONG = 64  # hops from which a network is searched with sparse instead of dense frontiers
CHUNK = 1 << 22  # entries held at once while comparing paths
BYTE, INTEGER = (np.int8, 60), (np.int32, 1 << 29)  # types for hops, and what stands for "never"


def geodesics(ties: csr_array, sources: Indices | None = None) -> tuple[Matrix, Matrix]:
    """Return the hops (n, s) from each source, infinite where out of reach, and the path counts.

    Column s belongs to sources[s]; without `sources`, to node s. The counts are the numbers of
    shortest paths (as floats: they can be astronomic), 1 from a node to itself.
    """
    pattern = csr_array((np.ones(ties.nnz), ties.indices, ties.indptr), shape=ties.shape)
    chosen = np.arange(ties.shape[0]) if sources is None else sources
    search = _narrow_search if _longest(pattern) > LONG else _wide_search
    return search(pattern, chosen)


def _longest(pattern: csr_array) -> float:
    """Return the most hops that a node is away from the first node of its component."""
    _, labels = connected_components(pattern, directed=False)
    _, first = np.unique(labels, return_index=True)
    hops = dijkstra(pattern, indices=first, unweighted=True, min_only=True)
    return float(np.max(hops, initial=0.0))


def _wide_search(pattern: csr_array, sources: Indices) -> tuple[Matrix, Matrix]:
    """Search level by level with dense frontiers: fast where a few levels reach everything."""
    frontier = np.zeros((pattern.shape[0], len(sources)))
    frontier[sources, np.arange(len(sources))] = 1.0
    hops, counts = np.zeros_like(frontier), frontier.copy()
    while True:
        unseen = counts == 0.0
        frontier = pattern @ frontier
        frontier *= unseen
        if not frontier.any():
            hops[unseen] = np.inf
            return hops, counts
        hops += unseen
        counts += frontier


def _narrow_search(pattern: csr_array, sources: Indices) -> tuple[Matrix, Matrix]:
    """Search level by level with sparse frontiers: work n * m however long the paths are."""
    shape = (pattern.shape[0], len(sources))
    hops, counts = np.full(shape, np.inf), np.zeros(shape)
    ones = np.ones(len(sources))
    frontier = coo_array((ones, (sources, np.arange(len(sources)))), shape=shape)
    level = 0
    while frontier.nnz:
        hops[frontier.coords] = level
        counts[frontier.coords] = frontier.data
        found = (pattern @ frontier.tocsr()).tocoo()
        new = np.isinf(hops[found.coords])
        rows, columns = found.coords
        frontier = coo_array((found.data[new], (rows[new], columns[new])), shape=shape)
        level += 1
    return hops, counts


def harmonic_gains(focal: Vector, hops: Matrix, node: int) -> Vector:
    """Return (s,): the gain of sum_t 1 / d_ft when `node` is tied to each source of `hops` (n, s).

    `focal` (n,) holds the hops from `node`.
    """
    before = focal.copy()
    before[node] = np.inf
    near = hops + 1.0
    near[node] = np.inf
    np.minimum(near, before[:, None], out=near)
    np.divide(1.0, near, out=near)
    return np.asarray(near.sum(axis=0) - (1.0 / before).sum())


@dataclass(frozen=True)
class Harmonic:
    """Harmonic closeness with all hops in memory."""

    hops: Matrix  # (n, n)

    @classmethod
    def of(cls, ties: csr_array) -> Self:
        """Return the state of a network: one search from every node."""
        return cls(geodesics(ties)[0])

    def gains(self, focal: int, strength: float) -> Vector:  # noqa: ARG002
        """Return (n,): the gain of `focal` through a tie with each node, whatever its weight."""
        return harmonic_gains(self.hops[focal], self.hops, focal)

    def pairs(self, strength: float) -> Matrix:
        """Return (n, n): row f is the gain of f through a tie with each node, O(n^3)."""
        return np.stack([self.gains(focal, strength) for focal in range(len(self.hops))])

    def agreements(self, members: Indices, focal: int, strength: float) -> Vector:  # noqa: ARG002
        """Return (m,): the gain of `focal` through each agreement, a row of `members` (m, t)."""
        return np.array([self._agreement(row, focal) for row in members])

    def accept(self, a: int, b: int, strength: float) -> Self:  # noqa: ARG002
        """Return the state after a tie: O(n^2)."""
        return type(self)(np.minimum(self.hops, _detour(self.hops, a, b)))

    def _agreement(self, members: Indices, focal: int) -> float:
        before = self.hops[focal].copy()
        after = np.minimum(before, before[members].min() + 1.0 + self.hops[members].min(axis=0))
        before[focal] = after[focal] = np.inf
        return float((1.0 / after).sum() - (1.0 / before).sum())


def _detour(hops: Matrix, a: int, b: int) -> Matrix:
    """Return (n, n): the hops between all pairs by way of a tie (a, b)."""
    through = hops[a][:, None] + (hops[b] + 1.0)
    return np.asarray(np.minimum(through, through.T))


def betweenness(hops: Matrix, counts: Matrix, focal: int) -> float:
    """Return the pairs whose shortest paths lead through `focal`, each pair counted once."""
    through = _through(hops, counts, focal)
    return float((through / np.maximum(counts, 1.0)).sum() / 2.0)


def _through(hops: Matrix, counts: Matrix, focal: int) -> Matrix:
    """Return (n, n): how many shortest paths between two other nodes lead through `focal`."""
    own, paths = hops[focal], counts[focal]
    through = np.outer(paths, paths)
    through[(own[:, None] + own != hops) | (counts == 0.0)] = 0.0
    through[focal, :] = 0.0
    through[:, focal] = 0.0
    np.fill_diagonal(through, 0.0)
    return through


@dataclass(frozen=True)
class Betweenness:
    """Betweenness, not normalised, with all hops and path counts in memory."""

    ties: csr_array
    hops: Matrix  # (n, n)
    counts: Matrix  # (n, n)

    @classmethod
    def of(cls, ties: csr_array) -> Self:
        """Return the state of a network: one search from every node."""
        return cls(ties, *geodesics(ties))

    def gains(self, focal: int, strength: float) -> Vector:  # noqa: ARG002
        """Return (n,): the gain of `focal` through a tie with each node, O(n^2) for each."""
        return _betweenness_gains(self.hops, self.counts, focal)

    def pairs(self, strength: float) -> Matrix:
        """Return (n, n): row f is the gain of f through a tie with each node, O(n^4)."""
        return np.stack([self.gains(focal, strength) for focal in range(len(self.hops))])

    def agreements(self, members: Indices, focal: int, strength: float) -> Vector:  # noqa: ARG002
        """Return (m,): the gain of `focal` through each agreement, one search an agreement."""
        before = betweenness(self.hops, self.counts, focal)
        after = [betweenness(*geodesics(_with_clique(self.ties, row)), focal) for row in members]
        return np.array(after) - before

    def accept(self, a: int, b: int, strength: float) -> Self:
        """Return the state after a tie: O(n^2)."""
        tie = csr_array(([strength, strength], ([a, b], [b, a])), shape=self.ties.shape)
        forth = self.hops[a][:, None] + (self.hops[b] + 1.0)
        hops = np.minimum(self.hops, np.minimum(forth, forth.T))
        if self.hops[a, b] == 1.0:
            return type(self)(csr_array(self.ties + tie), self.hops, self.counts)
        new = np.outer(self.counts[a], self.counts[b])
        new *= forth == hops
        counts = self.counts * (self.hops == hops) + new + new.T
        return type(self)(csr_array(self.ties + tie), hops, counts)


def _with_clique(ties: csr_array, members: Indices) -> csr_array:
    rows, columns = np.meshgrid(members, members)
    other = rows != columns
    clique = csr_array((np.ones(other.sum()), (rows[other], columns[other])), shape=ties.shape)
    return csr_array(ties + clique)


def _betweenness_gains(hops: Matrix, counts: Matrix, focal: int) -> Vector:
    """Return (n,): the gain of the betweenness of `focal` through a tie with each node.

    Once f and j are tied, the paths from s to t through f have near_s + near_t hops. Where that is
    less than d_st they are all the shortest paths there are; where it equals d_st they are joined
    by those that avoid f, `rest`. Only pairs with an end nearer to j than to f can change.
    """
    through = _through(hops, counts, focal)
    rest = counts - through
    share = through / np.maximum(counts, 1.0)
    steps = _compact(hops)
    closer = steps < steps[focal]
    closer[steps[focal] <= 1] = False
    near = np.where(closer, steps + 1, steps[focal]).astype(steps.dtype)
    paths = counts * closer + counts[focal] * (near == steps[focal])
    before = _pair_sums(closer.astype(np.float64), share)
    after = _after(steps, near, closer, paths, rest, focal)
    return np.asarray(after - before)


def _compact(hops: Matrix) -> Matrix:
    """Return the hops as small integers; "never" exceeds any detour, and twice it fits."""
    longest = np.max(hops, where=np.isfinite(hops), initial=0.0)
    kind, never = BYTE if 2.0 * (longest + 1.0) < BYTE[1] else INTEGER
    return np.where(np.isinf(hops), never, hops).astype(kind)


def _pair_sums(closer: Matrix, share: Matrix) -> Vector:
    """Return (n,): for each j, the sum of share_st over pairs with an end in the set of j."""
    half = closer @ share
    half *= closer
    return np.asarray(closer @ share.sum(axis=1) - half.sum(axis=1) / 2.0)


def _after(
    steps: Matrix, near: Matrix, closer: Matrix, paths: Matrix, rest: Matrix, focal: int
) -> Vector:
    """Return (n,): for each j, the new shares of f over the pairs with an end in the set of j."""
    steps[:, focal] = -1
    np.fill_diagonal(steps, -1)
    size = len(steps)
    total = np.zeros(size)
    for partner, end in _chunks(closer & (near < steps.max(axis=1)), CHUNK // size + 1):
        room = steps[end] - near[partner]
        need = near[partner, end]
        place = np.flatnonzero(room >= need[:, None])
        pick, t = np.divmod(place, size)
        j, s = partner[pick], end[pick]
        tied = room.ravel()[place] == need[pick]
        via = paths[j, s] * paths[j, t]
        share = via / (via + rest[s, t] * tied) * (1.0 - closer[j, t] / 2.0)
        total += np.bincount(j, share, minlength=size)
    return total


def _chunks(mask: Matrix, rows: int) -> Iterator[tuple[Indices, Indices]]:
    """Yield the coordinates of the true entries of `mask`, at most `rows` at a time."""
    first, second = np.nonzero(mask)
    for start in range(0, len(first), rows):
        yield first[start : start + rows], second[start : start + rows]
