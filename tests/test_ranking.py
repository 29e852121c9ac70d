"""Ranking on networks of any size: equal to the dense matrices, and honest where it estimates."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from kg.leverage import ranking
from kg.leverage.objective import OBJECTIVES, gains
from kg.leverage.ranking import dense_pays, large_gains, rank_ties
from kg.leverage.sample import Tally
from kg.leverage.search import Search
from kg.leverage.shortcut import shortcut_gains
from kg.leverage.ties import Ties

ENDLESS = 1e12
SEARCHED = ("reach", "harmonic", "betweenness")


def ties_of(graph):
    network = csr_array(nx.to_scipy_sparse_array(graph, dtype=float))
    names = tuple(f"node{index:04}" for index in range(len(graph)))
    return Ties(names, network, csr_array(network * 0.5))


@st.composite
def networks(draw):
    """A network, connected or not, with strengths up to 1, and a focal node."""
    size = draw(st.integers(3, 14))
    pairs = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1))
    strengths = st.sampled_from([0.05, 0.3, 0.5, 0.9, 1.0])
    table = draw(st.dictionaries(pairs.filter(lambda p: p[0] < p[1]), strengths, max_size=30))
    matrix = np.zeros((size, size))
    for (a, b), strength in table.items():
        matrix[a, b] = matrix[b, a] = strength
    return csr_array(matrix), draw(st.integers(0, size - 1))


@given(networks(), st.sampled_from([0.2, 0.5, 1.0]))
@settings(max_examples=60)
def test_searches_come_to_what_the_matrices_say(case, strength):
    network, focal = case
    for name, search in (
        ("reach", Search.reach(network, focal, strength)),
        ("harmonic", Search.harmonic(network, focal)),
    ):
        known = gains(network, focal, name, strength)
        open_ = np.flatnonzero(~np.isnan(known))
        found = search.estimate(ENDLESS)
        assert not found.bounds.any()
        assert found.values[open_] == pytest.approx(known[open_], rel=1e-12, abs=1e-12)
        assert search.gains(open_) == pytest.approx(known[open_], rel=1e-12, abs=1e-12)


@given(networks())
@settings(max_examples=60)
def test_shortcuts_come_to_what_the_matrices_say(case):
    network, focal = case
    known = gains(network, focal, "betweenness")
    open_ = ~np.isnan(known)
    found = shortcut_gains(network, focal, ENDLESS).values
    assert found[open_] == pytest.approx(known[open_], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_ranking_is_sorted_and_complete(name):
    ties = ties_of(nx.karate_club_graph())
    ranked = rank_ties(ties, "node0011", name)
    assert len(ranked) == 33 - 1
    assert {(row["basis"], row["error"], row["within"]) for row in ranked} == {
        ("exact", None, None)
    }
    assert [row["gain"] for row in ranked] == sorted((row["gain"] for row in ranked), reverse=True)
    network = (ties.strengths if name == "reach" else ties.weights).toarray()
    expected = gains(network, 11, name)
    for row in ranked:
        assert row["gain"] == pytest.approx(expected[ties.index(row["node"])], rel=1e-11, abs=1e-15)


def test_equal_gains_are_equal_and_ordered_by_name():
    ranked = rank_ties(ties_of(nx.star_graph(6)), "node0003", "katz")
    assert [row["node"] for row in ranked] == [f"node000{leaf}" for leaf in (1, 2, 4, 5, 6)]
    assert len({row["gain"] for row in ranked}) == 1


@pytest.mark.parametrize("name", OBJECTIVES)
def test_large_networks_have_the_same_best_ties(name, monkeypatch):
    ties = ties_of(nx.barabasi_albert_graph(600, 3, seed=4))
    exact = rank_ties(ties, "node0100", name)
    monkeypatch.setattr(ranking, "dense_pays", lambda *_: False)
    ranked = rank_ties(ties, "node0100", name)
    assert len(ranked) == len(exact)
    assert {row["node"] for row in ranked[:20]} == {row["node"] for row in exact[:20]}
    known = {row["node"]: row["gain"] for row in exact}
    solved = [row for row in ranked if row["basis"] == "exact"]
    most = len(exact) if name in SEARCHED else ranking.EXACT * ranking.ROUNDS
    assert ranking.EXACT <= len(solved) <= most
    for row in solved:
        assert row["gain"] == pytest.approx(known[row["node"]], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_sample_finds_the_best_and_says_that_it_is_one(name, monkeypatch):
    ties = ties_of(nx.barabasi_albert_graph(600, 3, seed=4))
    network = ties.strengths if name == "reach" else ties.weights
    exact = gains(network, 100, name)
    monkeypatch.setattr(ranking, "STEPS", 2e3)
    monkeypatch.setattr(ranking, "LONG", 7e4)
    found = large_gains(network, 100, name)
    assert found.estimated.sum() >= 300
    open_ = np.flatnonzero(~np.isnan(exact))
    best, known = (open_[np.argsort(-t[open_])[:20]] for t in (found.values, exact))
    assert exact[best].sum() >= 0.9 * exact[known].sum()
    assert name == "betweenness" or len(set(best) & set(known)) >= 19
    assert np.all(np.abs(found.values - exact)[open_] <= found.bounds[open_] + 1e-9)
    assert np.all(found.bounds[found.estimated] > found.errors[found.estimated])


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_node_tied_to_all_has_no_candidate(name, monkeypatch):
    monkeypatch.setattr(ranking, "dense_pays", lambda *_: False)
    assert rank_ties(ties_of(nx.star_graph(20)), "node0000", name) == []


@pytest.mark.slow
def test_large_map_like_network_has_the_same_best_ties(monkeypatch):
    """Long-range structure, where the Neumann series alone tells nothing."""
    graph = nx.random_geometric_graph(1500, 0.06, seed=1)
    largest = graph.subgraph(max(nx.connected_components(graph), key=len))
    ties = ties_of(nx.convert_node_labels_to_integers(largest))
    exact = rank_ties(ties, "node0100", "kirchhoff")
    monkeypatch.setattr(ranking, "dense_pays", lambda *_: False)
    ranked = rank_ties(ties, "node0100", "kirchhoff")
    assert {row["node"] for row in ranked[:20]} == {row["node"] for row in exact[:20]}


def test_dense_matrices_are_for_small_or_dense_networks():
    ring, sparse_ring = (csr_array(nx.to_scipy_sparse_array(nx.cycle_graph(n))) for n in (99, 4999))
    full = csr_array(np.ones((2500, 2500)) - np.eye(2500))
    for name in OBJECTIVES:
        assert dense_pays(ring, name)
        assert not dense_pays(sparse_ring, name)
        assert dense_pays(full, name)


@given(st.integers(1, 30), st.integers(0, 9))
@settings(max_examples=40)
def test_the_bound_holds_for_a_sample_and_is_nothing_for_the_whole(drawn, seed):
    random = np.random.default_rng(seed)
    parts = random.random((30, 4)) * np.array([1.0, 0.1, 0.5, 0.0])
    tally = Tally(4, 30, 1.0)
    for row in random.permutation(30)[:drawn]:
        tally.add(np.arange(4), parts[row])
    found = tally.result()
    assert np.all(np.abs(found.values - parts.sum(axis=0)) <= found.bounds + 1e-12)
    assert found.bounds.any() == (drawn < 30)
