"""Tests of the front door: `import kg`."""

from __future__ import annotations

import doctest
import json
import subprocess
import sys
from importlib import import_module

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_objective import agrees, brute_gain, cases

import kg
from kg.errors import ComityError
from kg.leverage.objective import LARGE, OBJECTIVES


@pytest.mark.parametrize("name", ["kg.face", "kg.leverage.adapter"])
def test_examples_in_docstrings_hold(store, name):
    result = doctest.testmod(import_module(name))
    assert result.attempted
    assert not result.failed


def test_importing_kg_loads_nothing_heavy():
    code = (
        "import sys, kg\n"
        "assert {'open', 'gains', 'Graph'} <= set(dir(kg))\n"
        "assert not {'numpy', 'networkx', 'pyoxigraph', 'rdflib'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'shut'"):
        kg.shut  # noqa: B018


@pytest.mark.parametrize("objective", OBJECTIVES)
@settings(max_examples=40)
@given(data=st.data())
def test_gains_are_what_recomputing_would_give(objective, data):
    matrix, focal, strength = data.draw(cases(objective))
    names = [f"node {i}" for i in range(len(matrix))]
    graph = nx.relabel_nodes(nx.from_numpy_array(matrix), dict(enumerate(names)))
    result = kg.gains(graph, names[focal], objective, strength=strength)
    others = [i for i in range(len(matrix)) if i != focal and not matrix[focal, i]]
    assert list(result) == [names[i] for i in others]
    for i in others:
        brute = brute_gain(matrix, [focal, i], focal, strength, objective)
        assert agrees(result[names[i]], brute, objective)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_unweighted_gains_of_the_karate_club(objective):
    graph = nx.karate_club_graph()
    usual = 0.5 if objective == "reach" else 1.0
    matrix = nx.to_numpy_array(graph, weight=None) * usual
    result = kg.gains(graph, 0, objective=objective, weight=None)
    assert set(result) == set(graph) - set(graph[0]) - {0}
    for node, gain in result.items():
        assert agrees(gain, brute_gain(matrix, [0, node], 0, usual, objective), objective)


def test_strengths_of_one_are_sure():
    graph = nx.Graph([("a", "b", {"weight": 1.0}), ("c", "d", {"weight": 1}), ("d", "e")])
    result = kg.gains(graph, "a", strength=1.0)
    assert result == {"c": pytest.approx(2.5), "d": pytest.approx(2.5), "e": pytest.approx(2.0)}


def test_edges_without_the_attribute_count_one():
    graph = nx.Graph([(0, 1, {"trade": 2.0}), (1, 2), (2, 3)])
    full = nx.Graph([(0, 1, {"trade": 2.0}), (1, 2, {"trade": 1}), (2, 3, {"trade": 1})])
    assert kg.gains(graph, 0, "kirchhoff", "trade") == kg.gains(full, 0, "kirchhoff", "trade")
    assert kg.gains(graph, 0, "kirchhoff", "trade") != kg.gains(graph, 0, "kirchhoff")


def test_parallel_edges_are_agreements_of_one_pair():
    several = nx.MultiGraph([(0, 1, {"weight": 0.5}), (0, 1, {"weight": 0.6}), (1, 2)])
    summed = nx.Graph([(0, 1, {"weight": 1.1}), (1, 2)])
    either = nx.Graph([(0, 1, {"weight": 0.8}), (1, 2)])
    once = nx.Graph([(0, 1), (1, 2)])
    assert kg.gains(several, 0, "forest") == pytest.approx(kg.gains(summed, 0, "forest"))
    assert kg.gains(several, 0, "reach") == pytest.approx(kg.gains(either, 0, "reach"))
    assert kg.gains(several, 0, "forest", None) == kg.gains(once, 0, "forest")


def test_hops_take_no_notice_of_weights():
    graph = nx.Graph([(0, 1, {"weight": -3.0}), (1, 2, {"weight": "many"})])
    assert kg.gains(graph, 0, "harmonic") == {2: 0.5}


def test_nobody_left_to_gain_from():
    assert kg.gains(nx.complete_graph(3), 0) == {}
    assert kg.gains(nx.empty_graph(1), 0, "forest") == {}


PATH = nx.path_graph(4)
LOOP = nx.Graph([(0, 1), (1, 1)])
HEAVY = nx.Graph([(0, 1, {"weight": 3.0}), (1, 2)])
FAINT = nx.Graph([(0, 1, {"weight": 0.01}), (1, 2, {"weight": 0.01})])
REFUSED = [
    (nx.DiGraph([(0, 1)]), (0,), "the graph is directed"),
    (nx.MultiDiGraph([(0, 1)]), (0,), "the graph is directed"),
    (LOOP, (0,), "1 has an edge to itself"),
    (PATH, (9,), "no node 9 among the 4 of the graph"),
    (nx.Graph([("anna", "ben")]), ("ana",), "did you mean anna"),
    (PATH, ([],), "no node [] among"),
    (PATH, (0, "fame"), "no objective 'fame'; there are reach, harmonic"),
    (HEAVY, (0, "reach"), "edge 0-1 has weight 3.0: it must be a number above 0 and at most 1"),
    (nx.Graph([(0, 1, {"weight": 0.0})]), (0, "forest"), "weight 0.0: it must be a positive"),
    (nx.Graph([(0, 1, {"weight": -1})]), (0, "katz"), "weight -1: it must be a positive number"),
    (nx.Graph([(0, 1, {"weight": np.nan})]), (0, "forest"), "weight nan"),
    (nx.Graph([(0, 1, {"weight": np.inf})]), (0, "forest"), "weight inf"),
    (nx.Graph([(0, 1, {"weight": "2"})]), (0, "forest"), "weight '2'"),
    (nx.Graph([(0, 1), (2, 3)]), (0, "kirchhoff"), "falls into 2 parts"),
    (nx.empty_graph(3), (0, "katz"), "katz needs a network with at least one tie"),
    (FAINT, (0, "katz"), "the walks no longer add up"),
    (nx.empty_graph(LARGE + 1), (0, "forest"), "5,001 nodes"),
]


@pytest.mark.parametrize(("graph", "given", "says"), REFUSED, ids=[r[2][:30] for r in REFUSED])
def test_what_cannot_be_done_is_refused_in_one_line(graph, given, says):
    with pytest.raises(ComityError) as caught:
        kg.gains(graph, *given)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("strength", [0.0, -1.0, 1.5, np.inf])
def test_strength_of_the_new_edge_is_checked(strength):
    with pytest.raises(ComityError, match="of a new tie: for reach it must be above 0"):
        kg.gains(PATH, 0, strength=strength)


def test_a_graph_is_opened_from_a_folder_or_an_address(store, tmp_path):
    assert kg.open(str(store.path)).query("ASK { country:CHN a schema:Country }") is True
    with pytest.raises(ComityError, match="no graph here"):
        kg.open(tmp_path)
    with pytest.raises(ComityError, match="cannot be reached"):
        kg.open("http://127.0.0.1:1/query").query("ASK { }")


def test_answers_have_columns_by_name(store):
    graph = kg.Graph(store)
    (row,) = graph.query("SELECT (1 + 1 AS ?two) (country:CHN AS ?country) ?nothing { }")
    assert row == {"two": 2, "country": "country:CHN", "nothing": None}
    made = graph.query("CONSTRUCT { country:CHN a schema:Country } { }")
    assert len(made) == 1
    assert graph.query("members-of", body="igo-asean") != graph.query("members-of", body="igo-sco")


def test_mistakes_in_questions_are_named(store):
    graph = kg.Graph(store)
    for question, parameters, says in (
        ("neighbors", {}, "did you mean neighbours"),
        ("neighbours", {"city": "X"}, "no parameter city"),
        ("ASK { }", {"country": "CHN"}, "only a named question has parameters"),
        ("ASK { SERVICE <http://127.0.0.1:1/> { } }", {}, "SERVICE"),
    ):
        with pytest.raises(ComityError, match=says):
            graph.query(question, **parameters)


def test_advice_through_the_front_door_is_that_of_the_command_line(store, comity):
    graph = kg.Graph(store)
    ranked = graph.recommend("KAZ", at="2026-01-01")
    printed = comity("recommend", "KAZ", "--at", "2026-01-01", "--format", "json").stdout
    assert [c.as_json() for c in ranked] == json.loads(printed)
    best = ranked[0].country.iso3
    found = graph.explain("KAZ", best, at="2026-01-01")
    assert found.candidate.country.iso3 == best
    network = graph.network("2026-01-01").to_networkx()
    assert "KAZ" in network
    assert "<iframe" in graph.page("KAZ", at="2026-01-01")._repr_html_()
    with pytest.raises(ComityError, match="at: 'soon' is not a date"):
        graph.network("soon")
