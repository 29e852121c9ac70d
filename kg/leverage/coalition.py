"""Coalitions: which partners should sign one agreement with a focal node.

The table V (n, n) says what one partner is good for: V_jt = need_t max(0, tau_fj rho_jt - rho_ft).
A coalition S brings the best of its members to every third node, sum_t max_{j in S} V_jt: facility
location. `bonus` (n,) adds what each member brings by itself. How many join decides the value:

certain         everybody joins: sum_t max_{j in S} V_jt + sum_{j in S} bonus_j
independent     each joins with its own probability pi_j: the expectation of the above,
                sum_t sum_r V_(r)t pi_(r) prod_{i < r} (1 - pi_(i)), V sorted in descending order,
                + sum_j pi_j bonus_j
all-or-nothing  prod_{j in S} pi_j times the value of `certain`

The first two are monotone and submodular: greedy choice is within 1 - 1/e of the best (Nemhauser,
Wolsey and Fisher 1978), and lazy evaluation finds the same choice (Minoux 1978). The third is not.
Up to three members every set is considered; sets that a bound rules out are not evaluated.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import comb, exp
from typing import Literal, Self, TypeAlias

import numpy as np

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.leverage.inverse import Indices

Members: TypeAlias = tuple[int, ...]
Accession: TypeAlias = Literal["independent", "all-or-nothing", "certain"]
ACCESSIONS: tuple[Accession, ...] = ("independent", "all-or-nothing", "certain")
SMALL = 3  # members up to which every set is considered
GREEDY = 1.0 - exp(-1.0)
CLOSE = 1e-12  # relative: an improvement below this is rounding


@dataclass(frozen=True)
class Game:
    """What a coalition is worth: V (n, n), the probability to join (n,), bonus (n,), the model."""

    table: Matrix
    joining: Vector
    bonus: Vector
    accession: Accession

    @classmethod
    def of(
        cls,
        table: Matrix,
        joining: Vector,
        accession: Accession = "independent",
        bonus: Vector | None = None,
    ) -> Self:
        """Return the game; raises ComityError for an unknown accession model."""
        if accession not in ACCESSIONS:
            raise ComityError(f"no accession {accession!r}; there are {', '.join(ACCESSIONS)}")
        return cls(table, joining, np.zeros(len(table)) if bonus is None else bonus, accession)

    @property
    def submodular(self) -> bool:
        """Whether greedy choice carries a guarantee."""
        return self.accession != "all-or-nothing"

    def value(self, members: Sequence[int]) -> float:
        """Return what an agreement with `members` is worth."""
        return self.prefix(members).value

    def prefix(self, members: Sequence[int]) -> Prefix:
        """Return a coalition ready to be extended."""
        chosen = np.array(members, dtype=np.intp)
        sure = np.ones(len(self.table))
        joining = self.joining if self.accession == "independent" else sure
        odds = sure if self.submodular else self.joining
        levels, chances = _levels(self.table[chosen], joining[chosen])
        worth = float(np.sum(levels * chances) + joining[chosen] @ self.bonus[chosen])
        return Prefix(self, joining, odds, levels, chances, float(np.prod(odds[chosen])), worth)


@dataclass(frozen=True)
class Prefix:
    """A coalition so far: for each third node, what it gets (levels) with what chance (r, n)."""

    game: Game
    joining: Vector  # (n,): the probability that a member of the agreement joins it
    odds: Vector  # (n,): the factor of a member in the probability that there is an agreement
    levels: Matrix
    chances: Matrix
    chance: float  # that there is an agreement
    worth: float  # of the agreement, if there is one

    @property
    def value(self) -> float:
        """What the coalition is worth."""
        return self.chance * self.worth

    def added(self, nodes: Indices | slice) -> Vector:
        """Return (m,): what each node as one more member adds to the worth."""
        table = self.game.table[nodes]
        added = self.game.bonus[nodes]
        for level, chance in zip(self.levels, self.chances, strict=True):
            added = added + np.maximum(table, level) @ chance - level @ chance
        return np.asarray(self.joining[nodes] * added)

    def extended(self, nodes: Indices | slice) -> Vector:
        """Return (m,): the value with each node as one more member."""
        return np.asarray(self.chance * self.odds[nodes] * (self.worth + self.added(nodes)))


@dataclass(frozen=True)
class Coalition:
    """A choice of partners in the order of choice, what each added, and what is known of it."""

    members: Members
    marginals: tuple[float, ...]
    value: float
    guarantee: str  # a plain sentence
    share: float | None  # the value is at least this share of the best, in 0..1; None: unknown


def coverage(rho: Matrix, need: Vector, focal: int, tie: Vector) -> Matrix:
    """Return V (n, n): need_t max(0, tie_j rho_jt - rho_ft), zero for t = `focal`.

    `tie` (n,) is the strength the tie of `focal` with each node would have. Members count as
    third nodes too: t = j is what `focal` reaches of j itself.
    """
    table = need * np.maximum(0.0, tie[:, None] * rho - rho[focal])
    table[focal, :] = 0.0
    table[:, focal] = 0.0
    return np.asarray(table)


def choose(
    game: Game, size: int, candidates: Iterable[int], include: Sequence[int] = ()
) -> Coalition:
    """Return the best (or a good) coalition of `size` partners, `include` among them.

    Candidates that must not join are left out by the caller. Raises ComityError when there are
    fewer candidates than places, or more to include than places.
    """
    included = tuple(dict.fromkeys(include))
    free = np.setdiff1d(np.fromiter(candidates, dtype=np.intp), included)
    places = size - len(included)
    if size < 1 or places < 0:
        raise ComityError(f"a coalition of {size} partners cannot include {len(included)}")
    if places > len(free):
        raise ComityError(f"a coalition of {size} needs {places} candidates, there are {len(free)}")
    if places <= SMALL:
        return _exhaustive(game, included, free, places)
    return (_lazy if game.submodular else _swapped)(game, included, free, places)


def pair_values(game: Game, candidates: Indices) -> Matrix:
    """Return (m, m): the value of an agreement with each two candidates; NaN where i >= j."""
    own = replace(
        game,
        table=game.table[candidates],
        joining=game.joining[candidates],
        bonus=game.bonus[candidates],
    )
    values = np.full((len(candidates), len(candidates)), np.nan)
    for place in range(len(candidates) - 1):
        later = slice(place + 1, None)
        values[place, later] = own.prefix([place]).extended(later)
    return values


def _levels(table: Matrix, joining: Vector) -> tuple[Matrix, Matrix]:
    """Return the distribution of max_j V_jt over who joins: levels and their chances (r, n).

    The last level is 0, the outcome that nobody who matters for t joins.
    """
    order = np.argsort(-table, axis=0)
    levels = np.take_along_axis(table, order, axis=0)
    joins = joining[order]
    nobody = np.cumprod(1.0 - joins, axis=0)
    first = np.ones((1, table.shape[1]))
    before = np.concatenate([first, nobody])
    chances = before * np.concatenate([joins, first])
    levels = np.concatenate([levels, 0.0 * first])
    used = chances.any(axis=1)
    return levels[used], chances[used]


def _exhaustive(game: Game, included: Members, free: Indices, places: int) -> Coalition:
    """Return the best of all sets."""
    free = free[np.argsort(-game.prefix(included).extended(free), kind="stable")]
    start = _greedy(game, included, free, places)
    best = _search(game, included, free, places, (start, game.value(start)))[0]
    number = comb(len(free), places)
    sentence = f"the best of all {number:,} possible choices"
    return _report(game, included, best[len(included) :], sentence, 1.0)


def _search(
    game: Game, members: Members, nodes: Indices, places: int, best: tuple[Members, float]
) -> tuple[Members, float]:
    """Return the better of `best` and the best set of `members` and `places` of the nodes.

    A member adds to a larger set at most what it adds to a smaller one: that bounds what the
    remaining places can bring, and a prefix whose bound is not above `best` is passed over.
    """
    if not places:
        return best
    prefix = game.prefix(members)
    added, odds = prefix.added(nodes), prefix.odds[nodes]
    worth, chance = prefix.worth + added, prefix.chance * odds
    if places == 1:
        values = chance * worth
        top = int(np.argmax(values)) if len(nodes) else 0
        better = len(nodes) and values[top] > best[1] * (1.0 + CLOSE)
        return ((*members, int(nodes[top])), float(values[top])) if better else best
    rest = places - 1
    bound = chance[:-1] * _later_best(odds) ** rest * (worth[:-1] + rest * _later_best(added))
    for place, limit in enumerate(bound):
        if limit > best[1]:
            chosen = (*members, int(nodes[place]))
            best = _search(game, chosen, nodes[place + 1 :], rest, best)
    return best


def _later_best(values: Vector) -> Vector:
    """Return (n - 1,): for each position but the last, the largest value after it."""
    return np.asarray(np.maximum.accumulate(values[:0:-1])[::-1])


def _greedy(game: Game, members: Members, free: Indices, places: int) -> Members:
    """Return the members and `places` of the free nodes, each time the one that adds most."""
    for _ in range(places):
        top = int(np.argmax(game.prefix(members).extended(free)))
        members, free = (*members, int(free[top])), np.delete(free, top)
    return members


def _lazy(game: Game, included: Members, free: Indices, places: int) -> Coalition:
    """Return what `_greedy` returns, evaluating a node anew only when it may be the next."""
    members, prefix = included, game.prefix(included)
    gains = prefix.extended(free) - prefix.value
    heap = [(-gain, int(node), len(included)) for gain, node in zip(gains, free, strict=True)]
    heapq.heapify(heap)
    while len(members) < len(included) + places:
        _, node, seen = heapq.heappop(heap)
        if seen == len(members):
            members = (*members, node)
            prefix = game.prefix(members)
        else:
            gain = prefix.extended(np.array([node]))[0] - prefix.value
            heapq.heappush(heap, (-gain, node, len(members)))
    share = _certified(prefix, np.array([node for _, node, _ in heap], dtype=np.intp), places)
    sentence = (
        f"at least {GREEDY:.0%} of the best value (1 - 1/e: the value is monotone and submodular); "
        f"a bound computed for this very case says at least {share:.0%}"
    )
    return _report(game, included, members[len(included) :], sentence, max(GREEDY, share))


def _certified(prefix: Prefix, free: Indices, places: int) -> float:
    """Return the share of the best value that is proven: the best adds at most the top gains."""
    gains = np.sort(prefix.extended(free) - prefix.value)[::-1][:places]
    best = prefix.value + float(np.maximum(gains, 0.0).sum())
    return prefix.value / best if best > 0.0 else 1.0


def _swapped(game: Game, included: Members, free: Indices, places: int) -> Coalition:
    """Return a set that no exchange of one chosen member improves."""
    chosen = list(_greedy(game, included, free, places)[len(included) :])
    while _swap(game, included, chosen, free):
        pass
    sentence = (
        "no guarantee: an all-or-nothing value is not submodular; "
        "no exchange of a single member improves this choice"
    )
    return _report(game, included, tuple(chosen), sentence, None)


def _swap(game: Game, included: Members, chosen: list[int], free: Indices) -> bool:
    """Exchange one of the chosen members for a better one; return whether there was one."""
    value = game.value((*included, *chosen))
    outside = np.setdiff1d(free, chosen)
    for place in range(len(chosen)):
        kept = (*included, *chosen[:place], *chosen[place + 1 :])
        values = game.prefix(kept).extended(outside)
        if values.max(initial=0.0) > value * (1.0 + CLOSE):
            chosen[place] = int(outside[np.argmax(values)])
            return True
    return False


def _report(
    game: Game, included: Members, chosen: Members, guarantee: str, share: float | None
) -> Coalition:
    """Return the coalition with its members in the order in which each adds most."""
    order = _greedy(game, included, np.array(sorted(chosen), dtype=np.intp), len(chosen))
    values = [game.value(order[:count]) for count in range(len(order) + 1)]
    marginals = tuple(after - before for before, after in pairwise(values))
    return Coalition(order, marginals, values[-1], guarantee, share)
