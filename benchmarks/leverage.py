"""How fast are the closed forms of `objective`, `coalition` and `session` in `kg.leverage`?

    python benchmarks/leverage.py            # every figure, about two minutes
    python benchmarks/leverage.py --quick    # smaller networks, naive times from a sample

One thread for everybody, and processor time, so that other work on the machine does not count.
Both sides of every ratio take turns, on the same network, and give the same figures (the last
column is the largest relative difference found). Ours counts from the sparse matrix of ties to the
gains of every candidate, nothing kept from before. Naive adds each candidate tie to a networkx
graph, calls networkx, and takes the tie away: after each candidate ours is run once, and the ratio
is the candidate's time, times their number, over ours: median and quartiles. With --quick the
candidates are a sample. Exits 1 if a bar is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import networkx as nx
import numpy as np
from contest import Spread, contest, processor_time, spent, usual
from scipy.sparse import csr_array
from threadpoolctl import threadpool_limits

from kg.leverage.coalition import Game, coverage, pair_values
from kg.leverage.formula import Vector, strengthened
from kg.leverage.inverse import entries
from kg.leverage.objective import PROBLEMS, gains
from kg.leverage.ranking import large_gains
from kg.leverage.reach import Reach
from kg.leverage.resolvent import Kirchhoff, Resolvent, farness_gain
from kg.leverage.session import Session

COUNTRIES, TIES_EACH = 250, 12  # a scale-free network about as dense as the investment treaties
SAMPLE = 12
TOP = 20
BARRED = 10_000  # nodes from which the sparse estimator has a bar


@dataclass(frozen=True)
class Row:
    """One line of the table: times in seconds, the figure that has a bar, and whether it is met."""

    name: str
    ours: float
    other: float | None
    figure: str
    bar: str
    met: bool | None
    difference: float | None = None


def scale_free(size: int, each: int) -> tuple[nx.Graph, csr_array]:
    """Return a scale-free network, as a graph and as a sparse matrix."""
    graph = nx.barabasi_albert_graph(size, each, seed=1)
    return graph, csr_array(nx.to_scipy_sparse_array(graph, dtype=float))


def against_networkx(sample: int | None) -> list[Row]:
    """One focal country, every objective that networkx has too."""
    graph, ties = scale_free(COUNTRIES, TIES_EACH)
    focal = int(np.argsort(ties.sum(axis=1))[COUNTRIES // 2])

    def current_flow() -> Vector:
        inverse = Resolvent.of(Kirchhoff(ties)).inverse
        return farness_gain(entries(inverse, np.array([focal])), 1.0)[0]

    def ours(objective: str) -> Callable[[], Vector]:
        return lambda: gains(ties, focal, objective)

    contests = [
        (
            "kirchhoff, effective_graph_resistance",
            ours("kirchhoff"),
            lambda g: -nx.effective_graph_resistance(g),
            1000,
        ),
        (
            "current flow, current_flow_closeness_centrality",
            current_flow,
            lambda g: -1.0 / nx.current_flow_closeness_centrality(g)[focal],
            3000,
        ),
        (
            "betweenness, betweenness_centrality",
            ours("betweenness"),
            lambda g: nx.betweenness_centrality(g, normalized=False)[focal],
            2000,
        ),
        (
            "harmonic, harmonic_centrality",
            ours("harmonic"),
            lambda g: nx.harmonic_centrality(g)[focal],
            1000,
        ),
        (
            "harmonic, the same asked for one node only",
            ours("harmonic"),
            lambda g: nx.harmonic_centrality(g, nbunch=[focal])[focal],
            None,
        ),
        (
            "pagerank, pagerank (converged to 1e-12)",
            ours("pagerank"),
            lambda g: nx.pagerank(g, tol=1e-12 / len(g), max_iter=1000)[focal],
            None,
        ),
    ]
    return [
        ratio_row(
            f"one focal country, n = {COUNTRIES}: {name}",
            graph,
            focal,
            closed,
            measure,
            bar,
            sample,
        )
        for name, closed, measure, bar in contests
    ]


def ratio_row(
    name: str,
    graph: nx.Graph,
    focal: int,
    closed: Callable[[], Vector],
    measure: Callable[[nx.Graph], float],
    bar: int | None,
    sample: int | None,
) -> Row:
    """Time both sides of one contest, a candidate at a time, and compare their results."""
    candidates = [j for j in graph if j != focal and not graph.has_edge(focal, j)]
    chosen = candidates if sample is None else candidates[:: len(candidates) // sample + 1]
    before, found = measure(graph), closed()
    naive, ours, differences = [], [], []
    for node in chosen:
        graph.add_edge(focal, node)
        start = processor_time()
        after = measure(graph)
        naive.append((processor_time() - start) * len(candidates))
        graph.remove_edge(focal, node)
        ours.append(spent(closed))
        differences.append(abs(found[node] - (after - before)))
    ratio = Spread.of([other / own for other, own in zip(naive, ours, strict=True)])
    return Row(
        name,
        median(ours),
        median(naive),
        f"{ratio.text(',.0f')} x",
        f">= {bar:,} x" if bar else "",
        ratio.middle >= bar if bar else None,
        float(max(differences) / np.abs(found[chosen]).max()),
    )


def all_pairs(size: int) -> Row:
    """All pairs of Kirchhoff against the time of 3 n^3 floating-point operations of dgemm."""
    _, ties = scale_free(size, TIES_EACH)
    matrix = np.random.default_rng(0).random((size, size))

    def product() -> object:
        return [matrix @ matrix for _ in range(3)]  # 6 n^3 flops

    def pairs() -> object:
        return [Resolvent.of(Kirchhoff(ties)).pairs(1.0) for _ in range(2)]

    share = contest(pairs, product, 5)
    name = f"all pairs of kirchhoff, n = {size:,}, against 3 n^3 flops of dgemm"
    times = usual(pairs, 1) / 2, usual(product, 1) / 2
    return Row(name, *times, f"{share.text()} of it", "<= 1.5", share.middle <= 1.5)


def agreements() -> list[Row]:
    """Every agreement of a focal country with two others."""
    _, ties = scale_free(COUNTRIES, TIES_EACH)
    random = np.random.default_rng(0)
    network = Reach.of(ties.toarray() * 0.5, random.random(COUNTRIES))
    others, joining = np.arange(1, COUNTRIES), random.random(COUNTRIES)
    first, second = np.triu_indices(len(others), 1)
    members = np.stack([np.zeros_like(first), others[first], others[second]], axis=1)
    solved = Resolvent.of(Kirchhoff(ties))

    def reach(accession: str) -> Callable[[], object]:
        tie = strengthened(network.tau, 0, 0.5)
        return lambda: pair_values(
            Game.of(coverage(network.rho, network.need, 0, tie), joining, accession), others
        )

    return [
        limit_row(f"{len(members):,} trilateral agreements, {name}", usual(work, 9), 0.030)
        for name, work in (
            ("reach, all join", reach("certain")),
            ("reach, each joins or not", reach("independent")),
            ("kirchhoff, network in memory", lambda: solved.agreements(members, 0, 1.0)),
        )
    ]


def what_if() -> list[Row]:
    """Accepting one tie in a session."""
    _, ties = scale_free(COUNTRIES, TIES_EACH)
    session = Session(ties.toarray() * 0.5)
    forest = Resolvent.of(PROBLEMS["forest"](ties))
    pairs = np.random.default_rng(0).permuted(np.tile(np.arange(COUNTRIES), (200, 1)), axis=1)
    queue = [(int(a), int(b)) for a, b in pairs[:, :2]]
    return [
        limit_row(
            "what-if, accept a tie, reach", usual(lambda: session.add(*queue.pop()), 99), 2e-4
        ),
        limit_row(
            "what-if, accept a tie, forest",
            usual(lambda: forest.accept(3, 99, 1.0), 99),
            2e-4,
        ),
    ]


def limit_row(name: str, seconds: float, limit: float) -> Row:
    """Return the line of a time that has a limit."""
    figure, bar = f"{seconds * 1e3:.3g} ms", f"<= {limit * 1e3:g} ms"
    return Row(name, seconds, None, figure, bar, seconds <= limit)


def sparse_network(size: int) -> list[Row]:
    """The estimator for large networks against the dense inverse, over several focal nodes."""
    _, ties = scale_free(size, 3)
    focal = [int(node) for node in np.random.default_rng(0).choice(size, 6, replace=False)]
    return [sparse_row(objective, ties, focal) for objective in ("forest", "kirchhoff")]


def sparse_row(objective: str, ties: csr_array, focal: list[int]) -> Row:
    """Time one objective both ways for the first focal node; recall is the worst of all."""
    start = processor_time()
    solved = Resolvent.of(PROBLEMS[objective](ties))
    solved.gains(focal[0], 1.0)
    dense = processor_time() - start
    seconds = usual(lambda: large_gains(ties, focal[0], objective, 1.0), 3)
    recall, difference = 1.0, 0.0
    for node in focal:
        found = large_gains(ties, node, objective, 1.0)
        estimate, estimated = found.values, found.estimated
        exact = np.where(np.isnan(estimate), np.nan, solved.gains(node, 1.0))
        recall = min(recall, len(best(exact) & best(estimate)) / TOP)
        checked = ~estimated & ~np.isnan(exact)
        error = np.abs(estimate[checked] / exact[checked] - 1.0).max()
        difference = max(difference, float(error))
    ratio, large = dense / seconds, ties.shape[0] >= BARRED
    return Row(
        f"sparse against dense, {objective}, n = {ties.shape[0]:,}, {len(focal)} focal nodes",
        seconds,
        dense,
        f"{ratio:.0f} x, recall@{TOP} {recall:.2f}",
        ">= 20 x, 1.00" if large else "",
        ratio >= 20.0 and recall == 1.0 if large else None,
        difference,
    )


def best(values: Vector) -> set[int]:
    """Return the positions of the largest values."""
    return set(np.argsort(np.where(np.isnan(values), -np.inf, values))[-TOP:].tolist())


def show(row: Row) -> Row:
    """Print one line of the table and return it."""
    other = "" if row.other is None else f"{row.other * 1e3:,.4g}"
    verdict = {True: "met", False: "MISSED", None: ""}[row.met]
    difference = "" if row.difference is None else f"{row.difference:.0e}"
    print(
        f"{row.name:<76} {row.ours * 1e3:>10,.4g} {other:>10} "
        f"{row.figure:>28} {row.bar:>15} {verdict:>7} {difference:>6}",
        flush=True,
    )
    return row


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Times and ratios of the closed forms.")
    parser.add_argument("--quick", action="store_true", help="smaller networks, sampled naive")
    quick = parser.parse_args().quick
    if quick:
        print(f"quick: naive times are scaled up from about {SAMPLE} candidates; fewer nodes below")
    print(f"{'':<76} {'ours, ms':>10} {'other, ms':>10} {'':>28} {'bar':>15} {'':>7} {'differ':>6}")
    with threadpool_limits(1):
        missed = [row for row in measured(quick) if show(row).met is False]
    sys.exit(1 if missed else 0)


def measured(quick: bool) -> Iterator[Row]:
    """Yield every line of the table."""
    yield from against_networkx(SAMPLE if quick else None)
    yield from agreements()
    yield from what_if()
    yield all_pairs(800 if quick else 2000)
    yield from sparse_network(3000 if quick else BARRED)


if __name__ == "__main__":
    main()
