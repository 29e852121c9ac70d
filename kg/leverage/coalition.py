"""Coalitions: which partners should sign one agreement with a focal node.

The table V (n, n) says what one partner is good for: V_jt = need_t max(0, tau_fj rho_jt - rho_ft).
A set J of members that join brings the best of them to every third node, and each its own `bonus`:

    gain(J) = sum_t max_{j in J} V_jt + sum_{j in J} bonus_j           facility location

and is worth gain(J)^g, g in (0, 1]. How many join decides the value of an agreement with S:

certain         everybody joins: gain(S)^g
independent     each joins with its own probability pi_j: the expectation of gain(J)^g
all-or-nothing  prod_{j in S} pi_j times the value of `certain`

The gain is monotone and submodular, so is a concave power of it, and so is an expectation of
those: for the first two, greedy choice is within 1 - 1/e of the best (Nemhauser, Wolsey and Fisher
1978), and lazy evaluation finds the same choice (Minoux 1978). The third is not. The expectation
is exact up to ten members that may or may not join, and beyond that taken over draws with a fixed
seed. Up to three members every set is considered; sets that a bound rules out are not evaluated.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
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
EXACT = 10  # members up to which every outcome is counted
DRAWS = 4096  # outcomes beyond that
SEED = 1


@dataclass(frozen=True)
class Game:
    """What a coalition is worth: V (n, n), the probability to join (n,), bonus (n,), the model."""

    table: Matrix
    joining: Vector
    bonus: Vector
    accession: Accession
    power: float = 1.0

    @classmethod
    def of(
        cls,
        table: Matrix,
        joining: Vector,
        accession: Accession = "independent",
        bonus: Vector | None = None,
        power: float = 1.0,
    ) -> Self:
        """Return the game; raises ComityError for an unknown accession model."""
        if accession not in ACCESSIONS:
            raise ComityError(f"no accession {accession!r}; there are {', '.join(ACCESSIONS)}")
        own = np.zeros(len(table)) if bonus is None else bonus
        return cls(table, joining, own, accession, power)

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
        joins, chances = outcomes(joining[chosen])
        levels = np.zeros((len(joins), self.table.shape[1]))
        for column, member in zip(joins.T, chosen, strict=True):
            np.maximum(levels, column[:, None] * self.table[member], out=levels)
        gains = levels.sum(axis=1) + joins @ self.bonus[chosen]
        return Prefix(self, joining, odds, levels, gains, chances, float(np.prod(odds[chosen])))


def outcomes(joining: Vector) -> tuple[Matrix, Vector]:
    """Return who may join, (outcomes, members) of 0 and 1, and the chance of each outcome.

    `joining` (members,) are the chances of joining. All outcomes are listed where there are at
    most 2^EXACT; else DRAWS are drawn with a fixed seed.
    """
    open_ = np.flatnonzero((joining > 0.0) & (joining < 1.0))
    if len(open_) > EXACT:
        random = np.random.default_rng(SEED)
        joins = (random.random((DRAWS, len(joining))) < joining).astype(np.float64)
        return joins, np.full(DRAWS, 1.0 / DRAWS)
    joins = np.tile((joining >= 1.0).astype(np.float64), (2 ** len(open_), 1))
    joins[:, open_] = list(product((0.0, 1.0), repeat=len(open_)))
    return joins, np.asarray(np.where(joins > 0.0, joining, 1.0 - joining).prod(axis=1))


@dataclass(frozen=True)
class Prefix:
    """A coalition so far: what each third node gets in each outcome (r, n), and its chance (r,)."""

    game: Game
    joining: Vector  # (n,): the probability that a member of the agreement joins it
    odds: Vector  # (n,): the factor of a member in the probability that there is an agreement
    levels: Matrix
    gains: Vector  # (r,): the whole gain of each outcome
    chances: Vector
    chance: float  # that there is an agreement

    @property
    def worth(self) -> float:
        """What the agreement is worth, if there is one."""
        return float(self.chances @ self.gains**self.game.power)

    @property
    def value(self) -> float:
        """What the coalition is worth."""
        return self.chance * self.worth

    def added(self, nodes: Indices | slice) -> Vector:
        """Return (m,): what each node as one more member adds to the worth."""
        table, bonus, power = self.game.table[nodes], self.game.bonus[nodes], self.game.power
        added = np.zeros(len(table))
        for level, gain, chance in zip(self.levels, self.gains, self.chances, strict=True):
            more = np.maximum(table - level, 0.0).sum(axis=1) + bonus
            added += chance * ((gain + more) ** power - gain**power)
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
