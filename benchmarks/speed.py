"""How fast are large networks, and the warm commands?

    python benchmarks/speed.py large            # all objectives at 10,000 and 100,000 nodes
    python benchmarks/speed.py recall           # what a sample finds of the best, 10,000 nodes
    python benchmarks/speed.py warm             # the commands on the shipped facts, twice each
    python benchmarks/speed.py validate         # shapes query by query against `suspects`

Processor seconds, one thread, each measurement in a process of its own, which also gives the peak
memory. The large networks are scale-free with five ties a node (weights for reach), asked for a
node of median degree.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from math import log10
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_array

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
SIZES = (10_000, 100_000)
TIES_EACH, TOP = 5, 20
COMMANDS = (
    ("recommend", "CHN"),
    ("explain", "CHN", "IDN"),
    ("draw", "--focus", "CHN", "-o", os.devnull),
    ("robustness", "CHN"),
    ("backtest",),
    ("validate",),
)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def network(size: int, objective: str) -> tuple[csr_array, int]:
    """Return a scale-free network and a node of median degree."""
    import networkx as nx
    import numpy as np
    from scipy.sparse import csr_array

    edges = np.array(nx.barabasi_albert_graph(size, TIES_EACH, seed=1).edges())
    weights = np.ones(len(edges))
    if objective == "reach":
        weights = np.random.default_rng(1).uniform(0.1, 0.9, len(edges))
    both = np.concatenate([edges, edges[:, ::-1]]).T
    table = csr_array((np.concatenate([weights, weights]), (both[0], both[1])), shape=(size, size))
    return table, int(np.argsort(np.diff(table.indptr), kind="stable")[size // 2])


def once(objective: str, size: int) -> None:
    """Measure one ranking in this process; print seconds and megabytes."""
    import resource

    from kg.leverage.ranking import any_gains

    table, focal = network(size, objective)
    start = time.process_time()
    found = any_gains(table, focal, objective)
    used = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(json.dumps([used, peak, int(found.estimated.sum())]))


def large(repeats: int) -> None:
    """Print seconds, memory and the exponent of growth of every objective."""
    from kg.leverage.objective import OBJECTIVES

    print("objective       nodes   median s [least, most]   peak MB  estimated  exponent")
    for objective in OBJECTIVES:
        before = None
        for size in SIZES:
            runs = [measured(objective, str(size)) for _ in range(repeats)]
            times = sorted(run[0] for run in runs)
            middle = median(times)
            grown = f"{log10(middle / before) / log10(SIZES[1] / SIZES[0]):.2f}" if before else ""
            print(
                f"{objective:<12} {size:>8,} {middle:>8.2f} [{times[0]:.2f}, {times[-1]:.2f}]"
                f" {max(run[1] for run in runs):>10.0f} {runs[0][2]:>10,} {grown:>9}",
                flush=True,
            )
            before = middle


def measured(*arguments: str) -> list[float]:
    """Run this file in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "once", *arguments],
        env=os.environ | ONE_THREAD,
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(done.stdout))


def recall() -> None:
    """Compare what a tenth of the usual budget finds with the exact gains of all nodes."""
    import numpy as np

    from kg.leverage import ranking
    from kg.leverage.search import Search
    from kg.leverage.shortcut import shortcut_gains

    size, endless = SIZES[0], 1e15
    for objective in ("reach", "harmonic", "betweenness"):
        table, focal = network(size, objective)
        if objective == "betweenness":
            exact = shortcut_gains(table, focal, endless).values
        else:
            made = Search.reach(table, focal, 0.5) if objective == "reach" else None
            exact = (made or Search.harmonic(table, focal)).estimate(endless).values
        ranking.STEPS, ranking.LONG = 1.2e6, 2.4e6
        found = ranking.large_gains(table, focal, objective)
        open_ = np.flatnonzero(~np.isnan(found.values))
        best, known = (open_[np.argsort(-t[open_])[:TOP]] for t in (found.values, exact))
        share = exact[best].sum() / exact[known].sum()
        hits = len(set(best) & set(known)) / TOP
        print(f"{objective:<12} recall@{TOP} {hits:.2f}, gain of the best {share:.3f}", flush=True)


def warm(repeats: int) -> None:
    """Print wall and processor seconds of the commands, once everything is kept."""
    print("command         wall s  processor s  (medians)")
    for command in COMMANDS:
        run_command(command)
        runs = [run_command(command) for _ in range(repeats)]
        wall, used = (median(column) for column in zip(*runs, strict=True))
        print(f"{command[0]:<14} {wall:>7.2f} {used:>12.2f}", flush=True)


def run_command(command: tuple[str, ...]) -> tuple[float, float]:
    """Run a command; return its wall and processor seconds."""
    before, start = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    after = os.times()
    used = after.children_user + after.children_system
    return time.perf_counter() - start, used - before.children_user - before.children_system


def validation() -> None:
    """Print what the shapes cost query by query, and by suspicion, on the shipped facts."""
    from kg.graph import build, shacl
    from kg.graph.store import solutions

    store, rules = build.cached(), shacl.constraints(shacl.read_shapes())
    ways = {
        "every query": lambda: rules,
        "suspects": lambda: shacl.suspects(store, rules),
    }
    for name, asked in ways.items():
        start = time.process_time()
        broken = sum(1 for rule in asked() for _ in solutions(store.trusted(rule.query)))
        print(f"{name:<14} {time.process_time() - start:>7.2f} s, {broken} broken", flush=True)


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["large", "recall", "warm", "validate", "once"])
    parser.add_argument("rest", nargs="*")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    if given.part == "once":
        once(given.rest[0], int(given.rest[1]))
    elif given.part == "large":
        large(given.repeats)
    elif given.part == "warm":
        warm(given.repeats)
    else:
        {"recall": recall, "validate": validation}[given.part]()


if __name__ == "__main__":
    main()
