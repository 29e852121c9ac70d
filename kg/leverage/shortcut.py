"""The gains of betweenness on a large network, from searches out of some sources or out of all.

A tie (f, j) makes paths s - j - f - t, from the nodes s that are nearer to j than to f: with
x = d_sj + 1 and a the number of shortest ways from s to f once the tie is there, f then carries all
shortest paths from s to t where x + d_ft < d_st, and a c_ft / (a c_ft + c_st') of them where both
are equal, c the numbers of shortest paths and c' those that avoid f (`geodesic`). So

    gain_j = sum over s with d_sj < d_sf of  [F_s(x, a) - the share that f carries from s now],

and one search from s, beside that from f, gives the term of every j. All sources give the gains
exactly, in O(n m); a random sample of them estimates all gains, with the bound of `sample`. A
sample seldom holds the j's own neighbourhood, where the terms are largest. So each node drawn
counts twice: as a source for the j two and more hops away, and as a target t, whose search gives
the shares of every s; those of s = j and of the neighbours s of j are added up for every j.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from kg.leverage.formula import Vector
from kg.leverage.geodesic import geodesics
from kg.leverage.inverse import Indices
from kg.leverage.sample import Sampled, Tally

BATCH = 32  # sources searched at a time
START, SEEN = 150.0, 35  # steps that a source takes, and entries of the network seen in a step
CELLS = 1 << 22  # entries held at once while comparing paths


@dataclass(frozen=True)
class View:
    """What one node sees: hops (n,) and numbers of shortest paths (n,) to every node."""

    hops: Vector
    counts: Vector


def shortcut_gains(ties: csr_array, focal: int, steps: float, seed: int = 0) -> Sampled:
    """Return the gain of the betweenness of `focal` (unordered pairs) by a tie with each node.

    So many sources are searched that it takes about `steps` (microseconds); all of them, where
    that is enough, make it exact.
    """
    size = ties.shape[0]
    number = max(BATCH, int(steps / (START + (size + ties.nnz) / SEEN)))
    near = View(*(table[:, 0] for table in geodesics(ties, np.array([focal]))))
    pattern = csr_array((np.ones(ties.nnz), ties.indices, ties.indptr), shape=ties.shape)
    everyone = np.arange(size)
    sources = np.random.default_rng(seed).permutation(np.delete(np.arange(size), focal))[:number]
    tally = Tally(size, size - 1, max(size - 2.0, 0.0))
    for start in range(0, len(sources), BATCH):
        block = sources[start : start + BATCH]
        hops, counts = geodesics(ties, block)
        for column, source in enumerate(block):
            seen = View(hops[:, column].copy(), counts[:, column].copy())
            parts = _as_target(seen, near, focal, int(source), pattern)
            candidates, terms = _as_source(seen, near, focal, int(source))
            parts[candidates] += terms
            tally.add(everyone, parts)
    return tally.result()


def _as_target(seen: View, near: View, focal: int, target: int, pattern: csr_array) -> Vector:
    """Return (n,): for each j, what f gains of a target from s = j and from the neighbours of j."""
    if np.isinf(near.hops[target]):
        return np.zeros(len(seen.hops))
    room = seen.hops - near.hops[target]
    ways = near.counts[target]
    through = ways * near.counts * (room == near.hops)
    rest = np.where(np.isfinite(room), seen.counts - through, 0.0)
    before = through / np.maximum(seen.counts, 1.0)
    own = np.where(room > 1.0, 1.0, ways / (ways + rest)) - before
    own *= (room >= 1.0) & (near.hops > 1.0)
    more = ways * (1.0 + near.counts * (near.hops == 2.0))
    beside = np.where(room > 2.0, 1.0, more / (more + rest)) - before
    beside *= (room >= 2.0) & (near.hops > 1.0)
    own[focal] = beside[focal] = 0.0
    return np.asarray(own + pattern @ beside)


def _as_source(seen: View, near: View, focal: int, source: int) -> tuple[Indices, Vector]:
    """Return the candidates, two hops or more from a source, nearer than f, and its terms."""
    known = np.isfinite(near.hops)
    known[[focal, source]] = False
    targets = np.flatnonzero(known)
    room = seen.hops[targets] - near.hops[targets]
    through = seen.counts[focal] * near.counts[targets] * (room == seen.hops[focal])
    rest = np.where(np.isfinite(room), seen.counts[targets] - through, 0.0)
    before = (through / np.maximum(seen.counts[targets], 1.0)).sum()
    closer = np.flatnonzero((seen.hops < seen.hops[focal]) & (seen.hops > 1.0))
    after = np.zeros(len(closer))
    lengths = seen.hops[closer] + 1.0
    for length in np.unique(lengths):
        here = np.flatnonzero(lengths == length)
        ways = seen.counts[closer[here]] + seen.counts[focal] * (length == seen.hops[focal])
        tied = room == length
        after[here] = np.count_nonzero(room > length)
        after[here] += _shares(ways, rest[tied] / near.counts[targets[tied]])
    return closer, after - before


def _shares(ways: Vector, against: Vector) -> Vector:
    """Return for each a in `ways` the sum of a / (a + q) over the q in `against`."""
    if not len(against):
        return np.zeros(len(ways))
    distinct, place = np.unique(ways, return_inverse=True)
    others, times = np.unique(against, return_counts=True)
    sums = np.zeros(len(distinct))
    for start in range(0, len(others), step := max(1, CELLS // len(distinct))):
        block = slice(start, start + step)
        sums += (distinct[:, None] / (distinct[:, None] + others[block])) @ times[block]
    return np.asarray(sums[place])
