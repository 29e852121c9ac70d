"""What runs inside a worker: one task on what a stranger wrote, within limits, without a network.

The worker imports pyoxigraph and little else, so that it starts in milliseconds. It reads one line
of JSON (the task) and then the task's payload from standard input, writes the answer to standard
output, and the reason of a refusal as one line of JSON to standard error.
"""

from __future__ import annotations

import ctypes
import json
import os
import platform
import re
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

import pyoxigraph as ox

from kg.graph import guard, union

try:
    import resource
except ImportError:  # Windows has no limits of this kind
    resource = None  # type: ignore[assignment]

Task = dict[str, Any]
Graphs = list[ox.NamedNode | ox.BlankNode]

STACK = 64 << 20
RESERVED = 1 << 30
"""Addresses that threads reserve and never touch: no memory, but within the limit on addresses."""
NESTED = b" )>>" * 32
"""The end of a triple term so deep that whoever reads it would run out of stack."""
BLANK = re.compile(rb'(<bnode>|"bnode", "value": ")nodeID://')
EXPANSION = 100
"""How many times its own size a file may grow when its abbreviations are written out."""
FREE = 64 << 20
"""Bytes to which any file may grow."""

# seccomp(2): the numbers of socket, connect, socketpair, execve, execveat, ptrace, io_uring_setup
# and process_vm_writev, after the audit number of the machine's instruction set.
SYSCALLS = {
    "x86_64": (0xC000003E, (41, 42, 53, 59, 322, 101, 425, 311)),
    "aarch64": (0xC00000B7, (198, 203, 199, 221, 281, 117, 425, 271)),
}
NO_NEW_PRIVILEGES, SET_SECCOMP, PARENT_DEATH, FILTER = 38, 22, 1, 2
LOAD, EQUAL, AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | 13
OTHER_ABI = 0x40000000


class RefusedError(Exception):
    """Which limit the task went over: `rows`, `size` or `depth`."""


class Counted:
    """A writer that refuses more lines or bytes than allowed, and terms too deep to be read."""

    def __init__(self, target: IO[bytes], lines: int | None, size: int) -> None:
        self.target = target
        self.lines = lines
        self.size = size
        self.tail = b""

    def write(self, data: bytes) -> int:
        """Pass on a piece of the answer."""
        self.size -= len(data)
        if self.size < 0:
            raise RefusedError("size")
        if self.lines is not None:
            self.lines -= data.count(b"\n")
            if self.lines < 0:
                raise RefusedError("rows")
        if NESTED in self.tail + data:
            raise RefusedError("depth")
        self.tail = data[-len(NESTED) :]
        self.target.write(data)
        return len(data)

    def flush(self) -> None:
        """Pass on what is held back."""
        self.target.flush()


class Pieces:
    """A reader that hands a text out piece by piece and knows how many it gave."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = iter(pieces)
        self.given = 0
        self.rest = b""

    def read(self, size: int = -1) -> bytes:
        """Return the next piece, or as much of it as is asked for."""
        if not self.rest:
            self.given += 1
            self.rest = next(self.pieces, b"")
        most = len(self.rest) if size < 0 else size
        found, self.rest = self.rest[:most], self.rest[most:]
        return found


class Mended:
    """A reader of an endpoint's answer, line by line, that mends Virtuoso's names of blank nodes.

    It writes nodeID://b1, which is none.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file

    def read(self, size: int = -1) -> bytes:
        """Return the next line, or the next piece of a long one."""
        return BLANK.sub(rb"\1", self.file.readline(size))


def query(task: Task, payload: IO[bytes], output: IO[bytes]) -> None:
    """Answer a query over a store on disk, or over the quads of the payload."""
    store = ox.Store.read_only(task["path"]) if task["path"] else _held(payload)
    if not task["sockets"]:
        close_files()
    write(asked(store, task["text"], task["prefixes"]), task, output)


def asked(store: ox.Store, text: str, prefixes: dict[str, str]) -> Any:  # noqa: ANN401
    """Ask a store. Several FROM clauses are merged as a set (SPARQL 1.1, section 13.2.1).

    The engine alone would count a statement of two such graphs twice.
    """
    sources, named = guard.dataset(text)
    if len(sources) < 2:
        plain = not (sources or named or union.merged(store))
        return store.query(text, prefixes=prefixes, use_default_graph_as_union=plain)
    prologue = guard.prologue(text)
    default = resolved(prologue, sources, prefixes)
    graphs = resolved(prologue, named, prefixes)
    copy = ox.Store()
    for graph in default:
        copy.extend(union.copies(store.quads_for_pattern(None, None, None, graph)))
    for graph in graphs:
        copy.extend(store.quads_for_pattern(None, None, None, graph))
    return copy.query(text, prefixes=prefixes, default_graph=ox.DefaultGraph(), named_graphs=graphs)


def resolved(prologue: str, names: list[str], prefixes: dict[str, str]) -> Graphs:
    """Let the engine read names as the query's prologue means them."""
    text = f"{prologue} SELECT ?g {{ VALUES ?g {{ {' '.join(names)} }} }}"
    return [row["g"] for row in ox.Store().query(text, prefixes=prefixes)]  # type: ignore[union-attr]


def results(task: Task, _payload: IO[bytes], output: IO[bytes]) -> None:
    """Read the rows, the truth value or the graph that an endpoint sent."""
    rows = ox.QueryResultsFormat.from_extension(task["format"])
    if rows is not None:
        with Path(task["path"]).open("rb") as file:
            write(ox.parse_query_results(Mended(file), rows), task, output)  # type: ignore[arg-type]
    else:
        form = ox.RdfFormat.from_extension(task["format"])
        write((quad.triple for quad in ox.parse(path=task["path"], format=form)), task, output)


def parse(task: Task, _payload: IO[bytes], output: IO[bytes]) -> None:
    """Write the statements of a file as N-Quads."""
    path = Path(task["path"])
    form = ox.RdfFormat.from_extension(task["format"])
    base = task["base"]
    room = FREE + EXPANSION * path.stat().st_size
    if form == ox.RdfFormat.RDF_XML:
        check_xml(path)
    try:
        quads = ox.parse(path=path, format=form, base_iri=base)
        ox.serialize(quads, Counted(output, None, room), ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
    except SyntaxError as error:
        if not error.lineno:
            raise _located(error, path.read_bytes(), form, base) from error
        raise


def check_xml(path: Path) -> None:
    """Raise SyntaxError where a file is no whole XML: the engine takes a file that breaks off."""
    reader = expat.ParserCreate()
    try:
        with path.open("rb") as file:
            reader.ParseFile(file)
    except expat.ExpatError as error:
        told = expat.ErrorString(error.code)
        raise SyntaxError(told, (None, error.lineno, error.offset + 1, None)) from error


TASKS: dict[str, Callable[[Task, IO[bytes], IO[bytes]], None]] = {
    "query": query,
    "results": results,
    "parse": parse,
}


def write(result: Any, task: Task, output: IO[bytes]) -> None:  # noqa: ANN401
    """Write an answer: its kind in one byte, then rows or a truth value as TSV, or N-Triples."""
    lines = task["rows"]
    if isinstance(result, ox.QueryBoolean | ox.QuerySolutions):
        output.write(b"B" if isinstance(result, ox.QueryBoolean) else b"S")
        counted: Any = Counted(output, lines + 1, task["size"])
        result.serialize(counted, ox.QueryResultsFormat.TSV)
    else:
        output.write(b"G")
        counted = Counted(output, lines, task["size"])
        ox.serialize(result, counted, ox.RdfFormat.N_TRIPLES)


def confine(task: Task) -> None:
    """Set the limits of this process and close its network, for good."""
    limit("DATA", task["memory"])
    limit("AS", task["memory"] + RESERVED)
    limit("CPU", task["seconds"])
    limit("CORE", 0)
    limit("STACK", STACK)
    end_with_parent()
    if not task["sockets"]:
        close_network()


def limit(name: str, value: int) -> None:
    """Lower one limit of this process, where the system knows it."""
    kind = getattr(resource, f"RLIMIT_{name}", None)
    if kind is None:
        return
    _, hard = resource.getrlimit(kind)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with suppress(ValueError, OSError):
        resource.setrlimit(kind, (most, hard))


def end_with_parent() -> None:
    """Ask the kernel to end this process when its parent is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH, 9, 0, 0, 0)


def close_network() -> bool:
    """Let the kernel refuse sockets and other programs; tell whether it does so.

    A seccomp filter, which needs no privilege and cannot be taken back (Linux on x86_64, aarch64).
    """
    machine = SYSCALLS.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    code = _filter(*machine)
    program = ctypes.create_string_buffer(code, len(code))
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(program))
    prctl = ctypes.CDLL(None).prctl
    prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(prctl(SET_SECCOMP, FILTER, ctypes.c_char_p(header), 0, 0) == 0)


def close_files() -> None:
    """Where the kernel cannot refuse sockets, let this process open nothing more at all."""
    if sys.platform != "linux" or platform.machine() not in SYSCALLS:
        limit("NOFILE", 0)


def _filter(audit: int, refused: tuple[int, ...]) -> bytes:
    """Return the filter as classic BPF: 8 bytes an instruction (code, jumps, operand)."""
    steps = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, audit), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    steps.append((AT_LEAST, len(refused) + 1, 0, OTHER_ABI))
    steps += [(EQUAL, len(refused) - i, 0, number) for i, number in enumerate(refused)]
    steps += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _held(payload: IO[bytes]) -> ox.Store:
    store = ox.Store()
    store.bulk_load(payload, ox.RdfFormat.N_QUADS, lenient=True)
    return store


def _located(
    error: SyntaxError, data: bytes, form: ox.RdfFormat | None, base: str | None
) -> SyntaxError:
    """Find the line and column of an error (in RDF/XML, in JSON-LD) that the parser does not tell.

    The parser is fed line by line and then, in the line where it gives up, byte by byte, unless
    the line has what the message names.
    """
    lines = data.splitlines(keepends=True)
    line = min(_read(lines, form, base), len(lines))
    before, last = lines[: max(line - 1, 0)], lines[line - 1] if lines else b""
    letters = [last[k : k + 1] for k in range(len(last))]
    named = re.search(r"'([^']+)'", str(error))
    column = last.decode(errors="replace").find(named[1]) + 1 if named else 0
    column = column or _read([*before, *letters], form, base) - len(before)
    return SyntaxError(str(error), (None, max(line, 1), max(column, 1), None))


def _read(pieces: list[bytes], form: ox.RdfFormat | None, base: str | None) -> int:
    """Return how many pieces the parser takes before it gives up."""
    fed = Pieces(pieces)
    with suppress(SyntaxError):
        for _ in ox.parse(fed, form, base_iri=base):  # type: ignore[arg-type]
            pass
    return fed.given


def main() -> None:
    """Run the task that standard input describes."""
    task = json.loads(sys.stdin.buffer.readline())
    output = sys.stdout.buffer
    try:
        confine(task)
        TASKS[task["task"]](task, sys.stdin.buffer, output)
        output.flush()
    except BaseException as error:  # noqa: BLE001  a panic of the engine is a BaseException
        _report(error)
        os._exit(1)
    os._exit(0)


def _report(error: BaseException) -> None:
    known = {
        "kind": type(error).__name__,
        "message": str(error),
        "line": getattr(error, "lineno", None),
        "column": getattr(error, "offset", None),
    }
    sys.stderr.write("\n" + json.dumps(known))
    sys.stderr.flush()
