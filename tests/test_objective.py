"""Every closed form against "add the tie, recompute, take it away"."""

from __future__ import annotations

import warnings
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from kg.errors import ComityError
from kg.leverage import geodesic, sparse
from kg.leverage.inverse import all_entries
from kg.leverage.objective import OBJECTIVES, agreement_gain, all_gains, gains, state
from kg.leverage.resolvent import Forest, Kirchhoff, Resolvent, farness_gain

pytestmark = pytest.mark.portable

TOLERANCE = dict.fromkeys(OBJECTIVES, 1e-9) | {"pagerank": 1e-8}


def farness(matrix, focal):
    n = len(matrix)
    q = np.linalg.inv(np.eye(n) + np.diag(matrix.sum(axis=1)) - matrix)
    return sum(q[focal, focal] + q[t, t] - 2.0 * q[focal, t] for t in range(n))


def kirchhoff_index(matrix):
    spectrum = np.linalg.eigvalsh(np.diag(matrix.sum(axis=1)) - matrix)
    return len(matrix) * np.sum(1.0 / spectrum[1:])


def reached(matrix, focal):
    best = np.maximum(matrix, np.eye(len(matrix)))
    for k in range(len(matrix)):
        best = np.maximum(best, np.outer(best[:, k], best[k]))
    return best[focal].sum() - 1.0


def pagerank(matrix, focal):
    graph = nx.from_numpy_array(matrix)
    return nx.pagerank(graph, alpha=0.85, tol=1e-15, max_iter=10_000)[focal]


def value(matrix, focal, name, alpha=None):
    """What the objective is for `focal`, computed from its definition (a cost is negated)."""
    n = len(matrix)
    graph = nx.from_numpy_array(matrix)
    return {
        "reach": lambda: reached(matrix, focal),
        "harmonic": lambda: nx.harmonic_centrality(graph, nbunch=[focal])[focal],
        "betweenness": lambda: nx.betweenness_centrality(graph, normalized=False)[focal],
        "pagerank": lambda: pagerank(matrix, focal),
        "katz": lambda: np.linalg.solve(np.eye(n) - alpha * matrix, np.ones(n))[focal],
        "kirchhoff": lambda: -kirchhoff_index(matrix),
        "forest": lambda: -farness(matrix, focal),
    }[name]()


def with_agreement(matrix, members, strength, name):
    after = matrix.copy()
    for a, b in combinations(members, 2):
        old = after[a, b]
        new = 1.0 - (1.0 - old) * (1.0 - strength) if name == "reach" else old + strength
        after[a, b] = after[b, a] = new
    return after


def half_of_inverse_eigenvalue(matrix, name):
    return 0.5 / np.linalg.eigvalsh(matrix)[-1] if name == "katz" else None


def brute_gain(matrix, members, focal, strength, name):
    """The gain, and the size of the numbers it is the difference of."""
    alpha = half_of_inverse_eigenvalue(matrix, name)
    before = value(matrix, focal, name, alpha)
    after = value(with_agreement(matrix, members, strength, name), focal, name, alpha)
    return after - before, abs(before) + abs(after)


def agrees(gain, brute, name):
    """Within the bar, allowing for the digits that the subtraction itself loses."""
    expected, size = brute
    return abs(gain - expected) <= TOLERANCE[name] * abs(expected) + 1e-13 * size


@st.composite
def networks(draw, name):
    """Connected, disconnected, weighted and unweighted networks, with isolated nodes."""
    n = draw(st.integers(2, 11))
    pairs = list(combinations(range(n), 2))
    chosen = set(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=2 * n)))
    if name == "kirchhoff" or draw(st.booleans()):
        chosen |= {(draw(st.integers(0, node - 1)), node) for node in range(1, n)}
    heaviest = 0.95 if name == "reach" else 5.0
    weighted = draw(st.booleans())
    matrix = np.zeros((n, n))
    for a, b in sorted(chosen):
        plain = 0.5 if name == "reach" else 1.0
        matrix[a, b] = matrix[b, a] = draw(st.floats(0.1, heaviest)) if weighted else plain
    assume(name != "katz" or matrix.any())
    return matrix


@st.composite
def cases(draw, name):
    matrix = draw(networks(name))
    strength = draw(st.floats(0.05, 1.0 if name == "reach" else 3.0))
    if name == "katz":  # above lambda_max the walks would not add up
        strength = min(strength, 0.9 * np.linalg.eigvalsh(matrix)[-1])
    return matrix, draw(st.integers(0, len(matrix) - 1)), strength


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=60)
@given(data=st.data())
def test_closed_form_is_the_recomputation(name, data):
    matrix, focal, strength = data.draw(cases(name))
    result = gains(matrix, focal, name, strength)
    for node in range(len(matrix)):
        if node == focal or matrix[focal, node]:
            assert np.isnan(result[node])
        else:
            brute = brute_gain(matrix, [focal, node], focal, strength, name)
            assert agrees(result[node], brute, name)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=25)
@given(data=st.data())
def test_all_pairs_are_the_focal_gains(name, data):
    matrix, _, strength = data.draw(cases(name))
    table = all_gains(matrix, name, strength)
    rows = [gains(matrix, node, name, strength) for node in range(len(matrix))]
    np.testing.assert_allclose(table, rows, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=40)
@given(data=st.data())
def test_agreement_is_the_recomputation(name, data):
    matrix, focal, strength = data.draw(cases(name))
    nodes = st.integers(0, len(matrix) - 1)
    members = data.draw(st.lists(nodes, min_size=2, max_size=5, unique=True))
    strength /= len(members)  # keeps katz below its limit
    result = agreement_gain(matrix, np.array(members), focal, name, strength)
    assert agrees(result, brute_gain(matrix, members, focal, strength, name), name)


@pytest.mark.parametrize("name", OBJECTIVES)
@settings(max_examples=40)
@given(data=st.data())
def test_accepted_tie_is_the_network_with_it(name, data):
    matrix, focal, strength = data.draw(cases(name))
    nodes = st.integers(0, len(matrix) - 1)
    a, b = data.draw(st.lists(nodes, min_size=2, max_size=2, unique=True))
    accepted = state(matrix, name).accept(a, b, strength)
    after = with_agreement(matrix, [a, b], strength, name)
    for node in set(range(len(matrix))) - {focal}:
        if name == "katz":  # alpha stays that of the network the session started from
            alpha = half_of_inverse_eigenvalue(matrix, name)
            more = with_agreement(after, [focal, node], strength / 10, name)
            before, then = (value(m, focal, name, alpha) for m in (after, more))
            brute = then - before, abs(then) + abs(before)
        elif name in ("betweenness", "harmonic") and after[focal, node]:
            continue
        else:
            brute = brute_gain(after, [focal, node], focal, strength / 10, name)
        assert agrees(accepted.gains(focal, strength / 10)[node], brute, name)


@pytest.mark.parametrize("name", ["reach", "harmonic"])
@settings(max_examples=60)
@given(data=st.data())
def test_gains_fall_as_ties_are_added(name, data):
    """Submodularity: a tie brings `focal` at most what it brought before it had another."""
    matrix, focal, strength = data.draw(cases(name))
    other = data.draw(st.integers(0, len(matrix) - 1).filter(lambda node: node != focal))
    before = gains(matrix, focal, name, strength)
    after = gains(with_agreement(matrix, [focal, other], strength, name), focal, name, strength)
    left = ~np.isnan(after)
    assert np.all(after[left] <= before[left] + 1e-12)


def test_kirchhoff_gain_is_not_submodular():
    """No guarantee is claimed for it: here the tie (2, 3) makes the tie (0, 3) worth more."""
    graph = nx.Graph([(0, 1), (1, 3), (1, 4), (2, 4), (3, 4)])
    matrix = nx.to_numpy_array(graph, nodelist=range(5))
    before = gains(matrix, 0, "kirchhoff")[3]
    after = gains(with_agreement(matrix, [2, 3], 1.0, "kirchhoff"), 0, "kirchhoff")[3]
    assert after - before == pytest.approx(3 / 14)


def test_kirchhoff_needs_a_connected_network():
    with pytest.raises(ComityError, match=r"3 parts.*'forest'") as error:
        gains(np.zeros((3, 3)), 0, "kirchhoff")
    assert error.value.code == 2


def test_katz_needs_a_tie():
    with pytest.raises(ComityError, match="at least one tie"):
        gains(np.zeros((3, 3)), 0, "katz")


def test_katz_warns_where_the_walks_do_not_add_up():
    matrix = nx.to_numpy_array(nx.path_graph(4)) * 0.1
    with pytest.warns(RuntimeWarning, match="no longer add up"):
        gains(matrix, 0, "katz", 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gains(matrix, 0, "katz", 0.1)


@pytest.mark.parametrize(
    ("name", "strength"), [("reach", 0.0), ("reach", 1.5), ("forest", -1.0), ("katz", float("nan"))]
)
def test_strength_out_of_range_is_refused(name, strength):
    with pytest.raises(ComityError, match="strength"):
        gains(np.ones((2, 2)) - np.eye(2), 0, name, strength)


def test_unknown_objective_lists_those_there_are():
    with pytest.raises(ComityError, match="reach, harmonic, betweenness"):
        gains(np.zeros((2, 2)), 0, "closeness")


def test_current_flow_farness_on_a_connected_network():
    """The forest formula with L^+ is networkx's current-flow closeness, 1 / farness."""
    matrix = nx.to_numpy_array(nx.barabasi_albert_graph(15, 2, seed=1))
    solved = Resolvent.of(Kirchhoff(csr_array(matrix)))
    table = farness_gain(all_entries(solved.inverse), 1.0)
    for node in np.flatnonzero(matrix[3] == 0.0)[1:]:
        if node == 3:
            continue
        graphs = matrix, with_agreement(matrix, [3, node], 1.0, "forest")
        closeness = [nx.current_flow_closeness_centrality(nx.from_numpy_array(g)) for g in graphs]
        assert table[3, node] == pytest.approx(
            1.0 / closeness[0][3] - 1.0 / closeness[1][3], rel=1e-9
        )


@pytest.mark.parametrize("size", [40, 150])
def test_betweenness_with_long_paths_and_two_components(size):
    """Long paths need wider integers (40) and sparse frontiers (150)."""
    graph = nx.disjoint_union(nx.path_graph(size), nx.path_graph(30))
    matrix = nx.to_numpy_array(graph)
    result = gains(matrix, 5, "betweenness")
    for node in (0, 20, size - 1, size + 3, size + 29):
        assert agrees(
            result[node], brute_gain(matrix, [5, node], 5, 1.0, "betweenness"), "betweenness"
        )


@pytest.mark.parametrize("name", ["harmonic", "betweenness"])
def test_an_existing_tie_brings_no_hops(name):
    matrix = nx.to_numpy_array(nx.krackhardt_kite_graph())
    raw = state(matrix, name).gains(3, 1.0)
    np.testing.assert_array_equal(raw[(matrix[3] > 0) | (np.arange(10) == 3)], 0.0)


@given(seed=st.integers(0, 10_000), density=st.floats(0.02, 0.4))
@settings(max_examples=30)
def test_both_searches_find_the_same_paths(seed, density):
    graph = csr_array(nx.to_numpy_array(nx.gnp_random_graph(25, density, seed=seed)))
    nodes = np.array([3, 7, 24])
    wide, narrow = (
        search(graph, nodes) for search in (geodesic._wide_search, geodesic._narrow_search)
    )
    np.testing.assert_array_equal(wide, narrow)


def test_a_grid_has_binomially_many_paths():
    grid = csr_array(nx.to_scipy_sparse_array(nx.grid_2d_graph(6, 6), dtype=float))
    hops, counts = geodesic.geodesics(grid)
    assert hops[0, 35] == 10
    assert counts[0, 35] == 252


@pytest.mark.parametrize("singular", [True, False])
def test_control_variate_is_unbiased(singular):
    """The estimated diagonals are right within the noise of the probes, hub included."""
    weights = csr_array(nx.to_scipy_sparse_array(nx.star_graph(60), dtype=float))
    problem = (Kirchhoff if singular else Forest)(weights)
    inverse = Resolvent.of(problem).inverse
    draws = [
        sparse.estimate(problem.system(), 7, singular=singular, seed=seed) for seed in range(8)
    ]
    for name, exact in (
        ("diagonal", np.diagonal(inverse)),
        ("square_diagonal", np.diagonal(inverse @ inverse)),
    ):
        found = np.array([getattr(draw, name) for draw in draws])
        error = found.std(axis=0) / np.sqrt(len(draws))
        assert np.all(np.abs(found.mean(axis=0) - exact) <= 6.0 * error + 0.02 * exact)


def test_solver_gives_up_with_a_message(monkeypatch):
    monkeypatch.setattr(sparse, "TINY", 1e300)  # every step becomes zero
    with pytest.raises(ComityError, match="uneven") as error:
        sparse.solve(csr_array(np.diag([1.0, 2.0])), np.ones((2, 1)), 1e-9, singular=False)
    assert error.value.code == 3
