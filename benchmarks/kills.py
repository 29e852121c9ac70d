"""Kill what writes, at random moments, and look at what is left: `python benchmarks/kills.py`.

Four kinds: a load (a new edition of a file of five graphs), an undo, a build of a store of one's
own, a first run. Each point starts the work in a process of its own, kills it (SIGKILL) at a moment
drawn from the time that the work takes, and checks: one whole edition is there, never a mixture;
what was acknowledged is kept; and once the work is run again nothing is left of the killed run.
Prints one line a kind; exits 1 if any point failed. `--points` says how many of each kind.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.graph.load import load, undo
from kg.graph.store import EmbeddedStore

GRAPHS, SIZE, FACTS = 5, 800, 20_000
COMMON = f"""
import sys
from pathlib import Path
import pyoxigraph as ox
from kg.graph import build, load
from kg.graph.store import EmbeddedStore

def facts(_progress):
    for k in range({FACTS}):
        yield ox.Quad(*[ox.NamedNode(f"http://x/{{k}}")] * 4)

build.all_quads = facts
folder = Path(sys.argv[1])
print("begun", flush=True)
"""
WORK = {
    "load": "load.load(EmbeddedStore(folder / 'g', writable=True), folder / 'mine.trig')",
    "undo": "load.undo(EmbeddedStore(folder / 'g', writable=True))",
    "build": "build.build(folder / 'g')",
    "first run": "build.cached()",
}
Problems = Counter[str]


@dataclass(frozen=True)
class Place:
    """A folder to work in, and the two editions of its file."""

    folder: Path

    @property
    def graph(self) -> Path:
        """The store of one's own."""
        return self.folder / "g"

    def write(self, edition: str) -> Path:
        """Write an edition of the file: five graphs, each statement with the edition in it."""
        path = self.folder / "mine.trig"
        triples = "".join(f'<http://x/{k}> <http://x/p> "{edition}" .\n' for k in range(SIZE))
        graphs = (f"<http://x/g{g}> {{ {triples} }}\n" for g in range(GRAPHS))
        path.write_text("".join(graphs), encoding="utf-8")
        return path

    def editions(self) -> Counter[str]:
        """Count the statements of each edition in the named graphs.

        The default graph holds their union; one of another edition there counts too.
        """
        store = EmbeddedStore(self.graph).inner
        quads = [*store.quads_for_pattern(None, ox.NamedNode("http://x/p"), None, None)]
        stated = {quad.triple for quad in quads if quad.graph_name != ox.DefaultGraph()}
        return Counter(
            str(getattr(quad.object, "value", ""))
            for quad in quads
            if quad.graph_name != ox.DefaultGraph() or quad.triple not in stated
        )


def killed(kind: str, folder: Path, delay: float | None) -> tuple[bool, float]:
    """Do the work in a process; kill it after so many seconds of work, None: let it finish.

    Returns whether it said that it was done, and how long it took.
    """
    script = COMMON + WORK[kind] + "\nprint('done', flush=True)\n"
    environment = {**os.environ, "COMITY_CACHE": str(folder / "cache")}
    run = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert run.stdout
    run.stdout.readline()
    began = time.monotonic()
    with suppress(subprocess.TimeoutExpired):
        run.wait(timeout=delay)
    run.kill()
    return "done" in run.communicate()[0], time.monotonic() - began


def editions_point(kind: str, folder: Path, delay: float | None) -> tuple[Problems, float]:
    """Kill a load of the second edition, or the undo of it, and look at the store."""
    place = Place(folder)
    store = EmbeddedStore(place.graph, writable=True)
    load(store, place.write("old"))
    path = place.write("new")
    if kind == "undo":
        load(store, path)
    del store
    done, seconds = killed(kind, folder, delay)
    found = place.editions()
    before, after = ("old", "new") if kind == "load" else ("new", "old")
    whole = found in ({before: GRAPHS * SIZE}, {after: GRAPHS * SIZE})
    problems = Counter({"mixed": int(not whole), "lost": int(done and after not in found)})
    store = EmbeddedStore(place.graph, writable=True)
    if after not in found:
        _again(kind, store, path)
    else:
        load(store, place.write("next"))
        undo(store)
    del store
    problems["wrong"] = int(place.editions() != {after: GRAPHS * SIZE})
    problems["scratch"] = len(left(folder))
    return problems, seconds


def _again(kind: str, store: EmbeddedStore, path: Path) -> None:
    if kind == "load":
        load(store, path)
    else:
        undo(store)


def build_point(kind: str, folder: Path, delay: float | None) -> tuple[Problems, float]:
    """Kill a build, or a first run; what is there must be whole, and the next must finish it."""
    done, seconds = killed(kind, folder, delay)
    stores = _stores(folder)
    sizes = [len(EmbeddedStore(path).inner) for path in stores]
    problems = Counter({"mixed": sum(size != FACTS for size in sizes)})
    problems["lost"] = int(done and not stores)
    killed(kind, folder, None)
    sizes = [len(EmbeddedStore(path).inner) for path in _stores(folder)]
    problems["wrong"] = int(sizes != [FACTS])
    problems["scratch"] = len(left(folder))
    return problems, seconds


def _stores(folder: Path) -> list[Path]:
    return [path.parent for path in folder.glob("**/CURRENT") if "building" not in str(path)]


def left(folder: Path) -> list[Path]:
    """List what killed work left behind."""
    patterns = (".building-*", "draft-*", "bulk-*.sst")
    return [path for pattern in patterns for path in folder.glob(f"**/{pattern}")]


POINTS: dict[str, Callable[[str, Path, float | None], tuple[Problems, float]]] = {
    "load": editions_point,
    "undo": editions_point,
    "build": build_point,
    "first run": build_point,
}


def point(kind: str, delay: float | None) -> tuple[Problems, float]:
    """Try one kind of work once, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return POINTS[kind](kind, Path(folder), delay)


def main() -> None:
    """Try every kind at many moments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=55)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    drawn = random.Random(chosen.seed)
    bad = 0
    for kind in POINTS:
        usual = max(point(kind, None)[1] for _ in range(2))
        total: Problems = Counter()
        for _ in range(chosen.points):
            total += point(kind, drawn.uniform(0, 1.1 * usual))[0]
        told = ", ".join(f"{total[name]} {name}" for name in ("mixed", "lost", "wrong", "scratch"))
        print(f"{kind}: {chosen.points} kills within {1.1 * usual:.2f} s: {told}", flush=True)
        bad += total.total()
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    main()
