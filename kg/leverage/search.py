"""The gains of reach and harmonic on a large sparse network, by searches that stop early.

Both objectives sum a value of the length d_ft of the best path from f to each t: exp(-d) for reach,
where a tie of strength s has length -ln s, and 1 / d for harmonic, where every tie has length 1. A
tie (f, j) of length c brings t nearer only where c + d_jt < d_ft, and then every node on the way
from j to t too. So two searches need not go further:

- from a target t, up to d_ft - c: it meets every partner j that would bring t nearer;
- from a partner j, up to d_fj - c along the lengths l(u, v) - (d_fv - d_fu), which are not negative
  (Johnson 1977): it meets every target that j brings nearer.

The sum over a random sample of targets estimates the gains of all partners at once; over all
targets it is exact. The gain of one partner is exact by the second search.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from kg.leverage.formula import SHORTEST, Vector
from kg.leverage.inverse import Indices
from kg.leverage.sample import Sampled, Tally

SLACK = 1e-9  # relative: how much further than needed a search goes, against rounding
PILOT = 64  # searches from which is learned how many are affordable
CLEARED, SEEN, MET = 80, 10, 0.3  # nodes made ready in a step, ties seen; steps for a node met


@dataclass(frozen=True)
class Search:
    """A network of lengths (n, n), the node f that seeks a tie, and the length c of that tie."""

    lengths: csr_array
    focal: int
    step: float
    value: Callable[[Vector], Vector]
    away: Vector  # (n,): d_ft

    @classmethod
    def reach(cls, strengths: csr_array, focal: int, strength: float) -> Self:
        """Return the search over a network of tie strengths."""
        lengths = _like(strengths, np.maximum(-np.log(strengths.data), SHORTEST))
        return cls._of(lengths, focal, float(-np.log(strength)), lambda d: np.exp(-d))

    @classmethod
    def harmonic(cls, ties: csr_array, focal: int) -> Self:
        """Return the search in hops."""
        return cls._of(_like(ties, np.ones(ties.nnz)), focal, 1.0, lambda d: 1.0 / d)

    @classmethod
    def _of(
        cls, lengths: csr_array, focal: int, step: float, value: Callable[[Vector], Vector]
    ) -> Self:
        return cls(lengths, focal, step, value, _lengths_from(lengths, focal))

    def estimate(self, steps: float, seed: int = 0) -> Sampled:
        """Return the gain of a tie with each node, exact where that takes no more than `steps`.

        A step is about a microsecond. What a search takes is learned from the first PILOT.
        """
        size = len(self.away)
        targets = np.random.default_rng(seed).permutation(np.delete(np.arange(size), self.focal))
        nearest = float(self.lengths.data.min(initial=np.inf))
        widest = float(self.value(np.array(self.step + nearest)))
        tally = Tally(size, len(targets), widest)
        met = sum(tally.add(*self._helpers(target)) for target in targets[:PILOT])
        ties = self.lengths.nnz / size
        each = size / CLEARED + met / PILOT * (MET + ties / SEEN)
        for target in targets[PILOT : max(PILOT, int(steps / each))]:
            tally.add(*self._helpers(target))
        return tally.result().plus(self._own())

    def gain(self, partner: np.intp) -> float:
        """Return the exact gain of a tie with one node."""
        limit = float(self.away[partner] - self.step) * (1.0 + SLACK)
        if limit <= 0.0:
            return 0.0
        reduced, heights = self._reduced
        found = _lengths_from(reduced, partner, limit)
        met = np.flatnonzero(np.isfinite(found))
        met = met[met != self.focal]
        lengths = found[met] + heights[met] - heights[partner]
        return float(self._better(np.maximum(lengths, 0.0), self.away[met]).sum())

    def gains(self, partners: Indices) -> Vector:
        """Return the exact gains of ties with some nodes."""
        return np.array([self.gain(partner) for partner in partners])

    def _helpers(self, target: np.intp) -> tuple[Indices, Vector]:
        """Return the nodes that would bring a target nearer, and by how much in value."""
        limit = float(self.away[target] - self.step) * (1.0 + SLACK)
        if limit <= 0.0:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        found = _lengths_from(self.lengths, target, limit)
        found[target] = np.inf  # what a partner itself is worth is known: see `_own`
        met = np.flatnonzero(np.isfinite(found))
        return met, self._better(found[met], self.away[target])

    def _own(self) -> Vector:
        """Return (n,): what a tie with each node gains of the node itself."""
        before = self.away.copy()
        before[self.focal] = np.inf
        return self._better(np.zeros(len(before)), before)

    def _better(self, lengths: Vector, before: Vector | float) -> Vector:
        now = self.value(np.asarray(before, dtype=np.float64))
        return np.asarray(np.maximum(0.0, self.value(lengths + self.step) - now))

    @cached_property
    def _reduced(self) -> tuple[csr_array, Vector]:
        """The lengths less what they lead away from f, and the d_ft (0 where f does not reach)."""
        heights = np.where(np.isfinite(self.away), self.away, 0.0)
        start = np.repeat(heights, np.diff(self.lengths.indptr))
        data = self.lengths.data - (heights[self.lengths.indices] - start)
        return _like(self.lengths, np.maximum(data, SHORTEST)), heights


def _lengths_from(lengths: csr_array, node: int | np.intp, limit: float = np.inf) -> Vector:
    return np.asarray(dijkstra(lengths, indices=np.array([node]), limit=limit)[0])


def _like(network: csr_array, data: Vector) -> csr_array:
    return csr_array((data, network.indices, network.indptr), shape=network.shape)
