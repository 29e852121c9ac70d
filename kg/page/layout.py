"""Positions of nodes: countries where they lie on the map, the rest by igraph."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeAlias

import igraph
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from kg.page.model import Node, Tie
from kg.page.projection import WIDTH, place

Points: TypeAlias = NDArray[np.float64]

SPAN = 1000.0  # a layout is about this wide, so that one unit is about one pixel
GAP = 15.0  # the least distance between two countries
GOLDEN = np.pi * (3 - np.sqrt(5))


def positions(nodes: Sequence[Node], ties: Sequence[Tie]) -> Points:
    """Return (n, 2) x, y (downwards). The same input always gives the same layout."""
    index = {node.id: i for i, node in enumerate(nodes)}
    edges = np.array([(index[t.a], index[t.b]) for t in ties], dtype=int).reshape(-1, 2)
    known = np.array([n.lon is not None and n.lat is not None for n in nodes], dtype=bool)
    if not known.any():
        return drawn(len(nodes), edges)
    points = np.zeros((len(nodes), 2))
    for i, node in enumerate(nodes):
        if known[i]:
            points[i] = place(node.lon or 0.0, node.lat or 0.0)
    points /= WIDTH / SPAN
    settle(points, known, edges)
    return spread(points, GAP if len(nodes) <= 1500 else GAP / 3)


def drawn(n: int, edges: NDArray[np.int_]) -> Points:
    """Return a force-directed layout by igraph, repeatable, `SPAN` wide."""
    if n == 0:
        return np.zeros((0, 2))
    graph = igraph.Graph(n=n, edges=edges.tolist()).simplify()
    igraph.set_random_number_generator(random.Random(1))  # noqa: S311
    try:
        layout = graph.layout_fruchterman_reingold(niter=500 if n <= 500 else 100, grid="grid")
    finally:
        igraph.set_random_number_generator(random)
    points = np.array(layout.coords)
    points -= points.mean(axis=0)
    # The distance that holds 98 of 100 nodes: a stray pair would shrink all the rest.
    reach = float(np.quantile(np.abs(points), 0.98)) or 1.0
    return np.clip(points / reach, -1.3, 1.3) * SPAN / 2


def settle(points: Points, known: NDArray[np.bool_], edges: NDArray[np.int_]) -> None:
    """Place the nodes without coordinates around the middle of their placed neighbours."""
    placed = known.copy()
    both = np.vstack([edges, edges[:, ::-1]])
    while True:
        useful = both[placed[both[:, 0]] & ~placed[both[:, 1]]]
        if not len(useful):
            break
        found, where, count = np.unique(useful[:, 1], return_inverse=True, return_counts=True)
        total = np.zeros((len(found), 2))
        np.add.at(total, where, points[useful[:, 0]])
        points[found] = total / count[:, None] + petals(found)
        placed[found] = True
    rest = np.flatnonzero(~placed)
    points[rest] = np.column_stack(
        [
            GAP * 2 * (rest.argsort() % 30),
            points[placed, 1].max() + 60 + GAP * 2 * (rest.argsort() // 30),
        ]
    )


def petals(ids: NDArray[np.int_]) -> Points:
    """Return small offsets in a sunflower pattern, so that no two nodes coincide."""
    radius = 1.6 * GAP * (1 + np.sqrt(ids % 40) / 2)
    return np.column_stack([radius * np.cos(ids * GOLDEN), radius * np.sin(ids * GOLDEN)])


def spread(points: Points, gap: float, rounds: int = 80) -> Points:
    """Push nodes apart until they are `gap` from each other, or `rounds` have passed."""
    points = points.copy()
    for _ in range(rounds):
        pairs = cKDTree(points).query_pairs(gap * 0.99, output_type="ndarray")
        if not len(pairs):
            break
        apart = points[pairs[:, 0]] - points[pairs[:, 1]]
        distance = np.linalg.norm(apart, axis=1)
        same = distance < 1e-6
        apart[same] = petals(pairs[same, 0])
        distance[same] = np.linalg.norm(apart[same], axis=1)
        push = apart / distance[:, None] * np.maximum(0.0, gap - distance)[:, None] / 2
        np.add.at(points, pairs[:, 0], push)
        np.add.at(points, pairs[:, 1], -push)
    return points
