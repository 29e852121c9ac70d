"""The objectives on a networkx graph: a graph in, a dict out, as networkx does it."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from kg.errors import ComityError
from kg.leverage import objective as objectives
from kg.leverage.formula import Vector
from kg.leverage.ties import STRENGTH, symmetric

if TYPE_CHECKING:
    import networkx as nx

HOPS = ("harmonic", "betweenness")
"""Objectives that count hops and take no notice of weights."""


def gains(
    G: nx.Graph,
    node: Hashable,
    objective: str = "reach",
    weight: str | None = "weight",
    *,
    strength: float | None = None,
) -> dict[Any, float]:
    """Return what one new edge between `node` and each of its non-neighbours would gain it.

    Exact: every gain is the difference that adding the edge and computing the objective anew
    would make, found in closed form.

    Parameters
    ----------
    G : networkx.Graph or networkx.MultiGraph
        Undirected, without self-loops. Parallel edges are agreements of one pair: their weights
        add up, their strengths (for "reach") combine by noisy-or, 1 - prod(1 - s).
    node : node
        The node that seeks an edge.
    objective : str
        What the edge should raise: "reach" (sum of the best paths' products of edge strengths),
        "harmonic" (harmonic closeness), "betweenness" (unordered pairs, not normalised),
        "katz" (alpha = 0.5 / largest eigenvalue), "pagerank" (damping 0.85); or lower: "forest"
        (the node's forest farness), "kirchhoff" (the Kirchhoff index of the whole graph).
    weight : str or None
        Edge attribute that holds how strong an edge is (a conductance, not a length); an edge
        without it, and every edge if None, counts 1, for "reach" 0.5. Weights are positive, for
        "reach" at most 1. "harmonic" and "betweenness" count hops and take no notice of them.
    strength : float, optional
        Weight of the new edge: 1 by default, for "reach" 0.5.

    Returns
    -------
    dict
        The gain by node, in the order of the nodes; neither `node` nor a neighbour of it.

    Raises
    ------
    ComityError
        If `node` is not in G, the objective is not known, G has a self-loop or a weight outside
        the objective's range, "kirchhoff" is asked of a disconnected graph or "katz" of one
        without edges, `strength` is so large that Katz' series would diverge; with code 3 if G is
        directed or has more than 5,000 nodes.

    Examples
    --------
    >>> import networkx as nx, kg
    >>> G = nx.path_graph(4)
    >>> {node: round(gain, 3) for node, gain in kg.gains(G, 0, "harmonic").items()}
    {2: 0.667, 3: 0.667}
    >>> {node: round(gain, 3) for node, gain in kg.gains(G, 0, "kirchhoff").items()}
    {2: 3.667, 3: 5.0}

    References
    ----------
    The definition and source of each objective: `kg.leverage.objective`.

    """
    _check(G, node, objective)
    place = {other: i for i, other in enumerate(G)}
    network = _matrix(G, place, objective, None if objective in HOPS else weight)
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        try:
            table = objectives.gains(network, place[node], objective, strength)
        except RuntimeWarning as warning:
            raise ComityError(str(warning)) from warning
    return _by_node(table, place)


def _by_node(table: Vector, place: Mapping[Any, int]) -> dict[Any, float]:
    """Leave out what has no gain: the node itself and its neighbours."""
    return {other: float(table[i]) for other, i in place.items() if not np.isnan(table[i])}


def _check(G: nx.Graph, node: Hashable, objective: str) -> None:
    if objective not in objectives.OBJECTIVES:
        listed = ", ".join(objectives.OBJECTIVES)
        raise ComityError(f"no objective {objective!r}; there are {listed}")
    if G.is_directed():
        raise ComityError(
            "the graph is directed, and the objectives are of undirected ones: "
            "use G.to_undirected() if its edges hold both ways",
            code=3,
        )
    if node not in G:
        close = get_close_matches(str(node), map(str, G), n=3)
        hint = f"; did you mean {', '.join(close)}?" if close else ""
        raise ComityError(f"no node {node!r} among the {len(G)} of the graph{hint}")
    if len(G) > objectives.LARGE:
        raise ComityError(
            f"the graph has {len(G):,} nodes, and exact gains need dense matrices, for at most "
            f"{objectives.LARGE:,}: `kg.leverage.ranking.rank_ties` estimates above that",
            code=3,
        )


def _matrix(G: nx.Graph, place: Mapping[Any, int], objective: str, weight: str | None) -> csr_array:
    """Return the symmetric matrix (n, n) of weights, or of strengths for reach."""
    reach = objective == "reach"
    usual = STRENGTH if reach else 1.0
    table: dict[tuple[int, int], float] = {}
    for a, b, data in G.edges(data=True):
        if a == b:
            raise ComityError(
                f"{a!r} has an edge to itself, which no objective knows: remove self-loops with "
                "G.remove_edges_from(networkx.selfloop_edges(G))"
            )
        value = usual if weight is None else _weight(data.get(weight, usual), (a, b), reach)
        pair = min(place[a], place[b]), max(place[a], place[b])
        before = table.get(pair, 0.0)
        together = 1.0 - (1.0 - before) * (1.0 - value) if reach else before + value
        table[pair] = value if weight is None else together
    return symmetric(table, len(place))


def _weight(value: object, edge: tuple[Any, Any], reach: bool) -> float:
    fine = isinstance(value, int | float | np.number) and 0.0 < value < math.inf
    if not fine or (reach and float(value) > 1.0):  # type: ignore[arg-type]
        allowed = "a number above 0 and at most 1, for reach" if reach else "a positive number"
        hint = "; pass weight=None to take no notice of weights" if reach else ""
        raise ComityError(
            f"edge {edge[0]!r}-{edge[1]!r} has weight {value!r}: it must be {allowed}{hint}"
        )
    return float(value)  # type: ignore[arg-type]
