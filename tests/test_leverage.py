"""Leverage: the closed forms against adding the tie and recomputing."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.leverage import formula


def network(seed: int, n: int, density: float) -> np.ndarray:
    """Make a symmetric matrix of tie strengths; low densities leave it disconnected."""
    random = np.random.default_rng(seed)
    tau = np.triu(random.uniform(0.01, 0.99, (n, n)) * (random.random((n, n)) < density), 1)
    return tau + tau.T


def brute_channels(tau: np.ndarray) -> np.ndarray:
    """Best path products by networkx's Dijkstra."""
    graph = nx.Graph()
    graph.add_nodes_from(range(len(tau)))
    for a, b in zip(*np.nonzero(np.triu(tau)), strict=True):
        graph.add_edge(a, b, length=-np.log(tau[a, b]))
    rho = np.zeros_like(tau)
    for a, lengths in nx.all_pairs_dijkstra_path_length(graph, weight="length"):
        for b, length in lengths.items():
            rho[a, b] = np.exp(-length)
    return rho


graphs = st.builds(
    network, st.integers(0, 10_000), st.integers(2, 14), st.sampled_from([0.05, 0.2, 0.5, 1.0])
)


@given(graphs)
@settings(max_examples=40)
def test_channel_strength_is_the_best_path(tau: np.ndarray) -> None:
    np.testing.assert_allclose(
        formula.path_strength(tau), brute_channels(tau), rtol=1e-9, atol=1e-15
    )


@given(graphs, st.integers(0, 10_000), st.floats(0.05, 0.95))
@settings(max_examples=40)
def test_onward_gain_is_what_adding_the_tie_gives(
    tau: np.ndarray, seed: int, strength: float
) -> None:
    random = np.random.default_rng(seed)
    n, need = len(tau), random.random(len(tau))
    focal = int(random.integers(n))
    rho = formula.path_strength(tau)
    tie = formula.strengthened(tau, focal, strength)
    gains = formula.onward(rho, need, focal, tie)
    for j in range(n):
        if j == focal:
            continue
        more = tau.copy()
        more[focal, j] = more[j, focal] = 1 - (1 - tau[focal, j]) * (1 - strength)
        change = need * (formula.path_strength(more)[focal] - rho[focal])
        change[j] = 0.0
        np.testing.assert_allclose(gains[j], change, rtol=1e-9, atol=1e-12)


@given(graphs, st.integers(0, 10_000))
@settings(max_examples=30)
def test_the_partners_side_is_the_same_tie_seen_from_there(tau: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    n = len(tau)
    need = random.random((n, n)) * (random.random((n, n)) < 0.8)
    focal = int(random.integers(n))
    rho, tie = formula.path_strength(tau), formula.strengthened(tau, focal, 0.5)
    offered = formula.onward_offered(rho, need, focal, tie)
    whole = random.random(n)
    lent = formula.direct_offered(whole, tau, focal, tie)
    for j in range(n):
        if j != focal:
            own = formula.strengthened(tau, j, 0.5)
            assert offered[j] == pytest.approx(formula.onward(rho, need[j], j, own)[focal].sum())
            assert lent[j] == pytest.approx(formula.direct(whole, tau, j, own)[focal])


@given(graphs, st.integers(0, 10_000))
@settings(max_examples=30)
def test_incumbent_is_the_strongest_channel_of_an_equal(tau: np.ndarray, seed: int) -> None:
    random = np.random.default_rng(seed)
    n, capability = len(tau), random.random(len(tau)).round(1)
    focal = int(random.integers(n))
    rho = formula.path_strength(tau)
    found = formula.incumbent(rho, capability, focal)
    for j in range(n):
        rivals = [
            rho[k, j]
            for k in range(n)
            if k not in {focal, j} and capability[k] >= capability[focal]
        ]
        assert found[j] == pytest.approx(max(rivals, default=0.0))


def test_direct_gain_by_hand() -> None:
    need, tau = np.array([0.2, 0.5, 0.1]), np.zeros((3, 3))
    tau[0, 1] = tau[1, 0] = 0.4
    tie = formula.strengthened(tau, 0, 0.5)
    np.testing.assert_allclose(formula.direct(need, tau, 0, tie), [0.0, 0.5 * 0.3, 0.1 * 0.5])


def test_expected_is_the_product() -> None:
    powers = formula.Powers(gain=0.5, popularity=2.0)
    values = dict(zip(formula.FACTORS, map(np.array, (0.5, 0.2, 0.25, 3.0, 1.0)), strict=True))
    found = formula.expected(values, powers)
    assert found == pytest.approx(0.5 * 0.8 * 0.25**-2 * 2.0)


@pytest.mark.parametrize("name", formula.PREFERENCES)
def test_nothing_is_expected_of_no_chance(name: str) -> None:
    values = {"feasibility": 0.0, "barrier": 0.0, "popularity": 1.0, "direct": 1.0, "onward": 0.0}
    assert formula.expected(values, formula.PREFERENCES[name]) == 0.0


def test_a_chain_by_hand() -> None:
    tau = np.zeros((4, 4))
    for a, b, s in ((0, 1, 0.5), (1, 2, 0.8), (2, 3, 0.5)):
        tau[a, b] = tau[b, a] = s
    rho = formula.path_strength(tau)
    assert rho[0, 3] == pytest.approx(0.2)
    gains = formula.onward(rho, np.ones(4), 0, np.full(4, 0.6))
    assert gains[2].tolist() == pytest.approx([0.0, 0.0, 0.0, 0.6 * 0.5 - 0.2])
    assert gains[3, 2] == 0.0
