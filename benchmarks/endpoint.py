"""Compare `recommend` at an endpoint with a local cold run: `python benchmarks/endpoint.py`.

The endpoint is `oxigraph serve` with its default flags, so that its default graph is empty, over
the shipped facts, on loopback. A cold run has the graph built and no kept answers. Cold local and
cold remote runs take turns; after each remote one comes a second, for which answers are mirrored.
Prints medians of wall-clock time and of processor time (with and without the server's) as multiples
of the cold local run. Exits 1 if the cold remote run takes more than 3 times as long.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from kg.graph import build

BAR = 3.0
Cost = tuple[float, float]
"""Seconds by the clock and of the processor."""


@contextmanager
def served(store: Path) -> Iterator[tuple[str, int]]:
    """Serve a store; give the address and the server's process id."""
    program = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
    assert program, "the test extra brings the oxigraph server"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [program, "serve-read-only", "--location", str(store), "--bind", host]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", int(host.split(":")[1]))) != 0:
                time.sleep(0.05)
        yield f"http://{host}/query", server.pid
    finally:
        server.terminate()
        server.wait()


def run(cache: Path, *options: str) -> Cost:
    """Run `recommend CHN` in a process of its own."""
    command = [sys.executable, "-m", "cli", "recommend", "CHN", *options]
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "COMITY_CACHE": str(cache)}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    spent = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def server_time(process: int) -> float:
    """Return the processor time that a process has used (Linux), in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def turn(cache: Path, address: str, server: int) -> dict[str, Cost]:
    """Run cold and local, cold and remote, and remote again."""
    shutil.rmtree(cache / "answers", ignore_errors=True)
    local = run(cache)
    before = server_time(server)
    remote = run(cache, "--endpoint", address)
    served_for = server_time(server) - before
    again = run(cache, "--endpoint", address)
    both = remote[1] + served_for
    found = {"endpoint, cold": remote, "endpoint, mirrored": again, "with the server": (0, both)}
    return {name: (cost[0] / local[0], cost[1] / local[1]) for name, cost in found.items()}


def main() -> None:
    """Take turns and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    store = build.cached().path
    assert store
    with tempfile.TemporaryDirectory() as folder, served(store) as (address, server):
        cache = Path(folder)
        (cache / store.name).symlink_to(store, target_is_directory=True)
        found = [turn(cache, address, server) for _ in range(turns)]
    for name in found[0]:
        clock, processor = (median(one[name][kind] for one in found) for kind in (0, 1))
        shown = f"{clock:.2f} of the time, " if clock else ""
        print(f"{name}: {shown}{processor:.2f} of the processor time of a cold local run")
    slow = median(one["endpoint, cold"][0] for one in found)
    print(f"bar: {BAR:g} times; {'met' if slow <= BAR else 'MISSED'}")
    raise SystemExit(slow > BAR)


if __name__ == "__main__":
    main()
