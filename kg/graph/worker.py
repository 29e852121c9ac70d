"""Work on what a stranger wrote, done in a process of its own that can be lost.

A query of a user, a foreign file, an endpoint's answer: each is parsed and run by `kg.graph.jail`
in a fresh interpreter with limits on time, memory, rows and stack, and without sockets. Whatever
happens there becomes one ComityError here.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox

import kg
from kg.graph.fault import Limits, Subject
from kg.terms import PREFIXES

Result = ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]

BUFFER = 1 << 20
SIZE = 1 << 30
"""Bytes that one answer may have."""
BOOT = "import sys; sys.path += sys.argv[1:]; from kg.graph.jail import main; main()"
ONE, NAUGHT = (
    (f'"{digit}"^^<{PREFIXES["xsd"]}boolean>'.encode(), word)
    for digit, word in (("1", b"true"), ("0", b"false"))
)
"""Virtuoso's way to write a truth value, and the usual one."""
PLACES = [str(Path(module.__file__ or "").resolve().parents[1]) for module in (kg, ox)]


def query(text: str, store: Path | ox.Store, limits: Limits, *, sockets: bool = False) -> Result:
    """Answer a query over a store, on disk or in memory (which is copied to the worker)."""
    held = store.dump(format=ox.RdfFormat.N_QUADS) if isinstance(store, ox.Store) else None
    path = None if isinstance(store, ox.Store) else str(store)
    task = {"task": "query", "text": text, "path": path, "sockets": sockets, "prefixes": PREFIXES}
    return parsed(_answer(task, held or b"", Subject("the query", limits, text)))


def results(path: str, form: str, limits: Limits, name: str) -> bytes:
    """Read an endpoint's answer from a file; `form` is the suffix of its format.

    Returns what `jail.write` makes of it, for `parsed`.
    """
    subject = Subject(f"{name}: the answer", limits, sent=True)
    answer = _answer({"task": "results", "path": path, "format": form}, b"", subject)
    return answer.replace(*ONE).replace(*NAUGHT)


def parse(path: Path, form: ox.RdfFormat, limits: Limits) -> Iterator[ox.Quad]:
    """Yield the quads of a file; raise ComityError with file, line and column where it is bad."""
    with nquads(path, form, limits) as stream:
        yield from ox.parse(stream, ox.RdfFormat.N_QUADS, lenient=True)


@contextmanager
def nquads(path: Path, form: ox.RdfFormat, limits: Limits) -> Iterator[IO[bytes]]:
    """Give a file's statements as a stream of N-Quads, in its order, blank nodes as named there.

    The time limit is of the worker's own work, not of waiting for the reader. A read raises
    ComityError where the file is bad, so what was read before must not be kept.
    """
    base = path.resolve().as_uri()
    task = {"task": "parse", "path": str(path), "format": form.file_extension, "base": base}
    with _started(task, limits) as (process, complaints):
        cast("IO[bytes]", process.stdin).close()
        yield io.BufferedReader(Stream(process, complaints, Subject(str(path), limits)), BUFFER)


class Stream(io.RawIOBase):
    """The output of a worker; its end raises ComityError where the worker failed."""

    def __init__(
        self, process: subprocess.Popen[bytes], complaints: IO[bytes], subject: Subject
    ) -> None:
        self.process = process
        self.complaints = complaints
        self.subject = subject

    def readable(self) -> bool:
        """Tell that this can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401
        """Read what has come."""
        count: int = self.process.stdout.readinto(buffer)  # type: ignore[union-attr]
        if count == 0 and self.process.wait() != 0:
            raise self.subject.ended(self.process.returncode, self.complaints)
        return count


def _answer(task: dict[str, Any], payload: bytes, subject: Subject) -> bytes:
    with _started(task, subject.limits) as (process, complaints):
        try:
            answer, _ = process.communicate(payload, timeout=subject.limits.timeout)
        except subprocess.TimeoutExpired as error:
            raise subject.too_long() from error
        if process.returncode != 0:
            raise subject.ended(process.returncode, complaints)
    return answer


def parsed(answer: bytes) -> Result:
    """Return a worker's answer as the engine's own results."""
    if answer[:1] == b"G":
        quads = ox.parse(answer[1:], ox.RdfFormat.N_TRIPLES, lenient=True)
        return (quad.triple for quad in quads)
    return ox.parse_query_results(answer[1:], ox.QueryResultsFormat.TSV)


@contextmanager
def _started(
    task: dict[str, Any], limits: Limits
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start a worker with its task; give it and the file of its complaints; end it at the end."""
    common = {
        "sockets": False,
        "rows": limits.rows,
        "size": min(SIZE, limits.memory),
        "memory": limits.memory,
        "seconds": int(limits.timeout) + 1,
    }
    command = [sys.executable, "-I", "-S", "-c", BOOT, *PLACES]
    with tempfile.TemporaryFile() as complaints:
        process = subprocess.Popen(  # noqa: S603
            command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints
        )
        try:
            with suppress(BrokenPipeError):
                cast("IO[bytes]", process.stdin).write(json.dumps(common | task).encode() + b"\n")
            yield process, complaints
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                cast("IO[bytes]", pipe).close()
