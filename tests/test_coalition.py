"""Coalitions against enumeration of sets and of who joins."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.leverage.coalition import ACCESSIONS, Game, choose, coverage, pair_values
from kg.leverage.formula import path_strength, strengthened


def game_of(seed, accession, n=9, density=0.3):
    random = np.random.default_rng(seed)
    tau = np.triu(random.uniform(0.1, 0.9, (n, n)) * (random.random((n, n)) < density), 1)
    tau += tau.T
    need, joining = random.random(n), random.uniform(0.02, 0.98, n)
    table = coverage(path_strength(tau), need, 0, strengthened(tau, 0, 0.5))
    power = random.choice([0.1, 0.25, 1.0])
    return Game.of(table, joining, accession, bonus=random.random(n) * 0.2, power=power)


def subsets(nodes):
    return chain.from_iterable(combinations(nodes, size) for size in range(len(nodes) + 1))


def brute_value(game, members):
    """The definition: who joins is enumerated, each outcome with its probability."""

    def worth(joined):
        best = game.table[list(joined)].max(axis=0).sum() if joined else 0.0
        return (best + game.bonus[list(joined)].sum()) ** game.power

    def chance(joined):
        return np.prod([game.joining[j] if j in joined else 1 - game.joining[j] for j in members])

    if game.accession == "certain":
        return worth(members)
    if game.accession == "all-or-nothing":
        return np.prod(game.joining[list(members)]) * worth(members)
    return sum(chance(joined) * worth(joined) for joined in subsets(members))


seeds = st.integers(0, 100_000)
accessions = pytest.mark.parametrize("accession", ACCESSIONS)


@accessions
@settings(max_examples=40)
@given(seed=seeds, members=st.lists(st.integers(1, 8), unique=True, max_size=6))
def test_value_is_the_expectation_over_who_joins(accession, seed, members):
    game = game_of(seed, accession)
    expected = brute_value(game, tuple(members))
    assert game.value(members) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@accessions
@settings(max_examples=25)
@given(seed=seeds, size=st.integers(1, 3))
def test_small_coalitions_are_the_best(accession, seed, size):
    game = game_of(seed, accession)
    found = choose(game, size, range(1, 9))
    best = max(game.value(members) for members in combinations(range(1, 9), size))
    assert found.value == pytest.approx(best, rel=1e-10)
    assert found.share == 1.0
    assert len(set(found.members)) == size


@accessions
@settings(max_examples=25)
@given(seed=seeds, size=st.integers(4, 6))
def test_larger_coalitions_keep_what_they_promise(accession, seed, size):
    game = game_of(seed, accession)
    found = choose(game, size, range(1, 9))
    best = max(game.value(members) for members in combinations(range(1, 9), size))
    assert found.value <= best * (1 + 1e-12)
    if accession == "all-or-nothing":
        assert found.share is None
        assert "not submodular" in found.guarantee
        others = set(range(1, 9)) - set(found.members)
        for out, new in ((out, new) for out in found.members for new in others):
            swapped = [*(set(found.members) - {out}), new]
            assert game.value(swapped) <= found.value * (1 + 1e-9)
    else:
        assert found.value >= found.share * best * (1 - 1e-12)
        assert found.share >= 1 - 1 / np.e


@pytest.mark.parametrize("accession", ["independent", "certain"])
@settings(max_examples=40)
@given(seed=seeds, size=st.integers(4, 7))
def test_lazy_choice_is_the_greedy_choice(accession, seed, size):
    game = game_of(seed, accession)
    members = []
    for _ in range(size):
        free = [node for node in range(1, 9) if node not in members]
        members.append(max(free, key=lambda node: game.value([*members, node])))
    assert choose(game, size, range(1, 9)).value == pytest.approx(game.value(members), rel=1e-12)


@pytest.mark.parametrize("accession", ["independent", "certain"])
@settings(max_examples=60)
@given(seed=seeds, data=st.data())
def test_value_is_monotone_and_submodular(accession, seed, data):
    game = game_of(seed, accession)
    large = data.draw(st.lists(st.integers(1, 7), unique=True))
    small = [node for node in large if data.draw(st.booleans())]
    with_small = game.value([*small, 8]) - game.value(small)
    with_large = game.value([*large, 8]) - game.value(large)
    assert with_small >= with_large - 1e-12
    assert with_large >= -1e-12


def test_all_or_nothing_is_not_submodular():
    """A hesitant member halves a good coalition, and costs a worthless one nothing."""
    table = np.zeros((3, 3))
    table[1, 2] = 1.0
    game = Game.of(table, np.array([1.0, 1.0, 0.5]), "all-or-nothing")
    assert game.value([2]) - game.value([]) == 0.0
    assert game.value([1, 2]) - game.value([1]) == -0.5


@accessions
@settings(max_examples=20)
@given(seed=seeds)
def test_included_and_left_out(accession, seed):
    game = game_of(seed, accession)
    found = choose(game, 4, [1, 2, 3, 4, 5, 6], include=[8])
    sets = ((8, *members) for members in combinations(range(1, 7), 3))
    assert found.members[0] == 8
    assert 7 not in found.members
    assert found.value == pytest.approx(max(game.value(members) for members in sets), rel=1e-10)
    assert sum(found.marginals) == pytest.approx(found.value)
    assert choose(game, 1, [], include=[8]).members == (8,)


@accessions
def test_pair_values(accession):
    game = game_of(3, accession)
    nodes = np.array([2, 5, 7, 8])
    values = pair_values(game, nodes)
    for i, j in combinations(range(4), 2):
        assert values[i, j] == pytest.approx(game.value([nodes[i], nodes[j]]))
    assert np.isnan(values[np.tril_indices(4)]).all()


def test_many_members_are_drawn_with_a_fixed_seed():
    random = np.random.default_rng(4)
    n = 40
    game = Game.of(random.random((n, n)), np.full(n, 0.3), bonus=random.random(n))
    exact = Game.of(game.table, np.ones(n), "certain", game.bonus)
    assert game.value(range(n)) == game.value(range(n))
    assert 0.5 * exact.value(range(n)) < game.value(range(n)) < exact.value(range(n))


def test_mistakes_are_refused():
    game = game_of(1, "certain")
    with pytest.raises(ComityError, match="cannot include 2"):
        choose(game, 1, [3, 4], include=[1, 2])
    with pytest.raises(ComityError, match="needs 3 candidates, there are 2"):
        choose(game, 3, [3, 4])
    with pytest.raises(ComityError, match="cannot include 0"):
        choose(game, 0, [3, 4])
    with pytest.raises(ComityError, match="no accession 'maybe'"):
        Game.of(game.table, game.joining, "maybe")
