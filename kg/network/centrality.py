"""Centralities of the cooperation network, by igraph, and reach, by Comity's own definition.

Paths use the length -log(tau) of a tie, so that the shortest path is the strongest;
spectral measures use tau itself. Ties weaker than `FAINT` are left out of degree and of paths:
nearly all countries share some large body, and such ties say nothing about any pair.

degree       number of ties                                  (Freeman 1978)
strength     sum of tie strengths                            (Barrat et al. 2004)
closeness    inverse mean length to the reachable            (Freeman 1978)
harmonic     mean inverse length, unreachable counts 0       (Marchiori and Latora 2000)
betweenness  share of strongest paths through the country    (Freeman 1977, Brandes 2001)
eigenvector  leading eigenvector of tau                      (Bonacich 1972)
pagerank     damping 0.85                                    (Brin and Page 1998)
katz         alpha = 0.5 / leading eigenvalue of tau         (Katz 1953)
reach        need of all others, each times the path strength to it
need         the country's own need (`kg.network.need`)
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from kg.errors import ComityError
from kg.leverage.formula import Matrix, Vector
from kg.network.network import Network

FAINT = 0.05


def ranking(network: Network, measure: str, need: Callable[[], Vector]) -> list[dict[str, Any]]:
    """Rank the countries by a measure, highest first; raise ComityError for an unknown one.

    `need` gives (n,), and is asked only by the measures that read it.
    """
    values = centrality(network, measure, need)
    order = sorted(range(len(values)), key=lambda c: (-values[c], network.countries[c].iso3))
    return [
        {
            "rank": 1 + int((values > values[c]).sum()),
            "iso3": network.countries[c].iso3,
            "name": network.countries[c].name,
            measure: float(values[c]),
        }
        for c in order
    ]


def centrality(network: Network, measure: str, need: Callable[[], Vector]) -> Vector:
    """Return (n,): the value of each country."""
    if measure == "need":
        return need()
    if measure == "reach":
        return reach(network.rho, need())
    if measure not in MEASURES:
        options = ", ".join([*MEASURES, "reach", "need"])
        raise ComityError(f"--measure {measure}: no such centrality: use one of {options}")
    return np.nan_to_num(MEASURES[measure](network.tau))


def reach(rho: Matrix, need: Vector) -> Vector:
    """Return (n,): the need of all other countries that each country's paths reach."""
    return np.asarray(rho @ need - need)


def _clear(tau: Matrix) -> Matrix:
    return np.asarray(np.where(tau >= FAINT, tau, 0.0))


def _graph(tau: Matrix) -> Any:  # noqa: ANN401  igraph has no types
    import igraph

    rows, columns = np.nonzero(np.triu(_clear(tau)))
    graph = igraph.Graph(len(tau), list(zip(rows.tolist(), columns.tolist(), strict=True)))
    graph.es["tau"] = tau[rows, columns]
    graph.es["length"] = -np.log(tau[rows, columns])
    return graph


def _degree(tau: Matrix) -> Vector:
    return np.asarray((_clear(tau) > 0).sum(axis=1), dtype=np.float64)


def _strength(tau: Matrix) -> Vector:
    return np.asarray(tau.sum(axis=1))


def _paths(name: str, tau: Matrix) -> Vector:
    measure = getattr(_graph(tau), name)
    return np.array(measure(weights="length"), dtype=np.float64)


def _betweenness(tau: Matrix) -> Vector:
    pairs = (len(tau) - 1) * (len(tau) - 2) / 2
    return np.array(_graph(tau).betweenness(weights="length")) / max(pairs, 1.0)


def _spectral(name: str, tau: Matrix) -> Vector:
    return np.array(getattr(_graph(tau), name)(weights="tau"), dtype=np.float64)


def _katz(tau: Matrix) -> Vector:
    alpha = 0.5 / max(float(np.linalg.eigvalsh(tau)[-1]), np.finfo(float).tiny)
    return np.asarray(np.linalg.solve(np.eye(len(tau)) - alpha * tau, np.ones(len(tau))))


MEASURES: dict[str, Callable[[Matrix], Vector]] = {
    "degree": _degree,
    "strength": _strength,
    "closeness": partial(_paths, "closeness"),
    "harmonic": partial(_paths, "harmonic_centrality"),
    "betweenness": _betweenness,
    "eigenvector": partial(_spectral, "eigenvector_centrality"),
    "pagerank": partial(_spectral, "pagerank"),
    "katz": _katz,
}
