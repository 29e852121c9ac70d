"""Ctrl-C: one line, exit code 130, the store as it was, whatever the command is busy with."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.graph.store import EmbeddedStore

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "import sys; sys.argv = ['comity', *sys.argv[1:]]; from cli import run; run()"
LONG = "SELECT (COUNT(*) AS ?n) { " + "".join(f"?s{k} ?p{k} ?o{k} . " for k in range(9)) + "}"
BUSY = {
    "python": "for _ in iter(int, 1): pass",
    "engine": f"""
    store = ox.Store()
    store.extend([ox.Quad(*[ox.NamedNode(f"http://x/{{k}}")] * 3) for k in range(99)])
    list(store.query({LONG!r}))""",
    "deaf": "signal.signal(signal.SIGINT, lambda *_: None); [time.sleep(9) for _ in range(9)]",
}
AMID = """
import signal, sys, time
import pyoxigraph as ox
from kg.command import main, run

def busy(*_, **__):
    print("ready", flush=True)
    {work}

main.main.commands["queries"].callback = busy
sys.argv = ["comity", "queries"]
run()
"""


def started(script: str, *args: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )


def stopped(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    """Press Ctrl-C; return the exit code and what was said."""
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    return process.returncode, told


@pytest.mark.parametrize("work", BUSY.values(), ids=BUSY)
def test_a_busy_command_stops(work: str) -> None:
    with started(AMID.format(work=work)) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.2)  # so that it is amid its work
        assert stopped(process) == (130, b"comity: stopped\n")


def test_a_command_that_waits_for_an_endpoint_stops() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with started(COMMAND, "query", "-q", "ASK {}", "--endpoint", address) as process:
            connection, _ = server.accept()
            with connection:
                connection.recv(100)
                assert stopped(process) == (130, b"comity: stopped\n")


def test_a_load_that_is_stopped_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "g", writable=True)
    one = ox.NamedNode("http://x/a")
    store.change([], [ox.Quad(one, one, one, one)])
    del store
    file = tmp_path / "mine.nt"
    file.write_text("".join(f"<http://x/{k}> <http://x/p> {k} .\n" for k in range(200_000)))
    with started(COMMAND, "load", str(file), "--graph", str(tmp_path / "g")) as process:
        while not list(tmp_path.glob("g/loads/draft-*/*.nq")):
            assert process.poll() is None
        assert stopped(process) == (130, b"comity: stopped\n")
    assert set(EmbeddedStore(tmp_path / "g").inner) == {ox.Quad(one, one, one, one)}
