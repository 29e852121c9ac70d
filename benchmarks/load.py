"""Compare a load with pyoxigraph's own bulk_load, in one run: `python benchmarks/load.py`.

A new dataset of 300,000 statements (or `--quads N`) in N-Triples goes into an empty store: read in
a guarded process, unnamed nodes named, checked against the shapes, logged, in one transaction. The
other side is `Store.bulk_load` of the same file. The two take turns, each in a process of its own.
Prints medians of time and processor time, the largest memory (of both processes together), and the
disk after it. Exits 1 if a bar is missed: 2 times the time and memory, 1.2 times the disk.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

BARS = {"time": 2.0, "processor time": 2.0, "memory": 2.0, "disk": 1.2}
RUN = """
import json, resource, sys, time
from pathlib import Path
import pyoxigraph as ox
folder, file = map(Path, sys.argv[2:4])
if sys.argv[1] == "comity":
    from kg.graph.load import apply, drafts, plan
    from kg.graph.store import EmbeddedStore
    from kg.graph.validate import validate_drafts
began, used = time.perf_counter(), time.process_time()
if sys.argv[1] == "comity":
    store = EmbeddedStore(folder, writable=True)
    with drafts(store, [file]) as made:
        assert not validate_drafts(store, made)
        apply(store, plan(store, made[0]))
else:
    ox.Store(str(folder)).bulk_load(path=str(file), to_graph=ox.NamedNode("http://x/g"))
self, child = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps({
    "time": time.perf_counter() - began,
    "processor time": time.process_time() - used + child.ru_utime + child.ru_stime,
    "memory": self.ru_maxrss + child.ru_maxrss,
    "disk": sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()),
}))
"""


def written(path: Path, quads: int) -> Path:
    """Write a file of so many statements: things with six properties, a third of them links."""
    with path.open("w", encoding="utf-8") as file:
        for k in range(quads):
            link, text = f"<http://x/thing/{k * 31 % quads}>", f'"value {k * 7 % 100_003}"'
            file.write(
                f"<http://x/thing/{k // 6}> <http://x/p{k % 6}> {text if k % 3 else link} .\n"
            )
    return path


def measured(side: str, file: Path) -> dict[str, float]:
    """Load the file once, in a process and a folder of its own."""
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        command = [sys.executable, "-c", RUN, side, f"{folder}/g", str(file)]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
        return dict(json.loads(found.stdout))


def main() -> None:
    """Take turns and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quads", type=int, default=300_000)
    parser.add_argument("--turns", type=int, default=5)
    chosen = parser.parse_args()
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder) / "facts.nt", chosen.quads)
        turns = [
            (measured("comity", file), measured("pyoxigraph", file)) for _ in range(chosen.turns)
        ]
    for name, bar in BARS.items():
        ours, theirs = (median(turn[side][name] for turn in turns) for side in (0, 1))
        ratio = median(own[name] / other[name] for own, other in turns)
        missed = missed or ratio > bar
        print(f"{name}: {ratio:.2f} (bar {bar}); {ours:,.1f} against {theirs:,.1f}")
    raise SystemExit(int(missed))


if __name__ == "__main__":
    main()
