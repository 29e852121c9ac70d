"""Foreign text in a worker: whatever it does, one line here, the parent alive, no socket opened."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.graph import jail, worker
from kg.graph.fault import MEGABYTE, Limits
from kg.graph.store import EmbeddedStore, solutions

ROOT = Path(__file__).resolve().parents[1]
SHORT = Limits(timeout=5, rows=1000, memory=512 * MEGABYTE)

BOMBS = {
    "optional": "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o } " * 3000 + "}",
    "bind": "SELECT * { " + "".join(f"BIND(1 AS ?x{i}) " for i in range(3000)) + "}",
    "union": "SELECT * { {?s ?p ?o} " + "UNION { ?s ?p ?o } " * 10_000 + "}",
    "plus": "SELECT (1" + "+1" * 10_000 + " AS ?x) {}",
    "filter": "SELECT * { ?s ?p ?o " + "FILTER(?s != ?o) " * 10_000 + "}",
    "hidden parentheses": "SELECT * { FILTER(1<" + "(" * 20_000 + "1" + ")" * 20_000 + "&&2>1) }",
    "path": "SELECT * { ?s a" + "/a" * 10_000 + " ?o }",
    "not": "SELECT (" + "!" * 50_000 + "1 AS ?x) {}",
    "braces": "SELECT * " + "{" * 20_000 + "}" * 20_000,
    "nested optional": "SELECT * { " + "?s ?p ?o OPTIONAL { " * 490 + "}" * 490 + "}",
    "patterns": "ASK { " + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(300)) + "}",
    "product": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?a",
    "one long value": "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) "
    "{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "lone surrogate": "SELECT * { ?s ?p '\ud800' }",
}


def refused(action: Callable[[], Any]) -> ComityError | None:
    """What an action is refused for, if it is."""
    try:
        list(action())
    except ComityError as error:
        return error
    return None


@pytest.mark.slow
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_one_line_and_the_store_stays(name: str, store: EmbeddedStore) -> None:
    error = refused(lambda: store.query(BOMBS[name], limits=replace(SHORT, timeout=1.5)))
    assert error is None or (error.code, len(str(error).splitlines())) == (2, 1)
    assert bool(store.query("ASK { country:NAM a schema:Country }"))


def test_limits_are_named() -> None:
    for text, limits, word in (
        ("SELECT ?s { VALUES ?s { 1 2 3 } }", Limits(rows=2), "--max-rows"),
        ("CONSTRUCT { ?s a ?s } { VALUES ?s { <a:1> <a:2> } }", Limits(rows=1), "--max-rows"),
        (BOMBS["path"], Limits(timeout=0.3), "--timeout"),
        (BOMBS["braces"], Limits(), "nests too deeply"),
    ):
        with pytest.raises(ComityError, match=word):
            EmbeddedStore().query(text, limits=limits)
    enough = EmbeddedStore().query("SELECT ?s { VALUES ?s { 1 2 } }", limits=Limits(rows=2))
    assert len(list(solutions(enough))) == 2


def test_memory_is_limited(store: EmbeddedStore) -> None:
    with pytest.raises(ComityError, match="--memory"):
        store.query(BOMBS["product"], limits=Limits(memory=256 * MEGABYTE))


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.setblocking(False)
        yield server


@pytest.mark.parametrize(
    "text",
    [
        "PREFIX ex: <http://127.0.0.1:{port}/> SELECT * {{ SERVICEex:x {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
        "SELECT * {{ SERVICE SILENT <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}",
    ],
)
def test_a_worker_has_no_sockets(text: str, listener: socket.socket) -> None:
    """Straight to the worker, past the polite check."""
    asked = text.format(port=listener.getsockname()[1])
    error = refused(lambda: worker.query(asked, ox.Store(), Limits()))
    assert error is None or (error.code, "--allow-service" in str(error)) == (3, True)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_sockets_and_programs_are_refused_by_the_kernel() -> None:
    script = """
import socket, subprocess, os
from kg.graph import jail
print(jail.close_network())
for doing in (socket.socket, socket.socketpair, lambda: os.execv("/bin/true", ["true"])):
    try:
        doing()
    except PermissionError:
        print("refused")
print(open(__import__("kg").__file__).read() != "")
"""
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.split() == ["True", "refused", "refused", "refused", "True"]


def test_elsewhere_nothing_more_can_be_opened() -> None:
    script = """
import socket, platform
from kg.graph import jail
platform.machine = lambda: "other"
assert not jail.close_network()
jail.close_files()
try:
    socket.socket()
except OSError as error:
    print(error.errno)
"""
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    assert found.stdout.strip() == "24"


def test_the_parent_stops_at_once(tmp_path: Path) -> None:
    script = f"""
from kg.graph.store import EmbeddedStore
print("ready", flush=True)
EmbeddedStore().query({BOMBS["path"]!r})
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=5)
    assert b"KeyboardInterrupt" in told


TERMS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8).map(ox.Literal),
    st.builds(
        lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(jail_xsd(kind))),
        st.sampled_from(["01", "1.", "1E1", "x", "+1", "INF", ".5", "TRUE", " 1 ", "-0", "1e400"]),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date", "string"]),
    ),
    st.sampled_from([ox.Literal("a", language="en-GB"), ox.NamedNode("a:b"), None]),
)


def jail_xsd(name: str) -> str:
    return "http://www.w3.org/2001/XMLSchema#" + name


@settings(max_examples=15)
@given(st.lists(st.tuples(TERMS, TERMS), min_size=1, max_size=20))
def test_terms_pass_through_a_worker_unchanged(
    rows: list[tuple[ox.NamedNode | ox.Literal | None, ox.NamedNode | ox.Literal | None]],
) -> None:
    block = " ".join(f"({' '.join('UNDEF' if t is None else str(t) for t in row)})" for row in rows)
    text = f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {block} }} }}"
    here = [tuple(row) for row in solutions(ox.Store().query(text))]
    assert list(solutions(EmbeddedStore().query(text))) == here


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parsed(path: Path, limits: Limits = SHORT) -> list[ox.Quad]:
    form = ox.RdfFormat.from_extension(path.suffix[1:])
    assert form
    return list(worker.parse(path, form, limits))


def test_a_file_comes_as_quads(tmp_path: Path) -> None:
    path = written(tmp_path, "a.trig", "@prefix x: <http://x/> . x:g { x:a x:b 1, [ x:c 'é' ] }")
    found = parsed(path)
    assert len(found) == 3
    assert set(found) == set(ox.parse(path=path)) or len(set(found)) == 3
    assert {quad.graph_name.value for quad in found} == {"http://x/g"}  # type: ignore[union-attr]
    assert str(parsed(written(tmp_path, "b.ttl", "<c> <d> <e> ."))[0].subject).startswith("<file:")


SYNTAX = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
ENTITIES = "".join(f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 9))
BOMB = (
    f"<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaaaaaaaaaaaa'>{ENTITIES}]><rdf:RDF {SYNTAX}>"
    "<rdf:Description><b xmlns='x:'>&a8;</b></rdf:Description></rdf:RDF>"
)
BAD = "<rdf:Description rdf:about='x: '/>"
DEEP = '{"@id":"a:a","a:b":' * 5000 + '"x"' + "}" * 5000


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.ttl", "<a:a> <b:b> 1 .\n<a:a> <b:b> .", r"a\.ttl:2:13: \. is not a valid RDF object"),
        ("a.ttl", b"<a:a> <a:b> '\xff' .", r"a\.ttl:1:14: not UTF-8"),
        ("a.rdf", "<a>\n<b/></a>", r"a\.rdf:1:3: .*declare one with xmlns"),
        ("c.rdf", "<a>\n<b></a>", r"c\.rdf:2:6: a closing tag does not fit"),
        ("d.rdf", f"<rdf:RDF {SYNTAX}>\n<rdf:li/>\n", r"d\.rdf:3:1: the file ends before"),
        ("e.rdf", "hello", r"e\.rdf:1:1: not XML"),
        (
            "b.rdf",
            f'<rdf:RDF {SYNTAX}>\n<rdf:Description rdf:about="x:y z"/>\n</rdf:RDF>',
            r"b\.rdf:2:29: .*IRI",
        ),
        ("a.jsonld", '{"@id": "x",\n "a":', r"a\.jsonld:2:6"),
        (
            "long.rdf",
            f"<rdf:RDF {SYNTAX}>{'<rdf:Description/>' * 5000}{BAD}</rdf:RDF>",
            r"long\.rdf:1:9\d{4}: .*IRI",
        ),
        (
            "a.jsonld",
            '{"@context":"http://127.0.0.1/c","a":1}',
            r"a\.jsonld:1:3\d: its context .* not fetched",
        ),
        ("bomb.rdf", BOMB, "bomb.rdf"),
        ("deep.jsonld", DEEP, "deep.jsonld"),
    ],
)
def test_a_bad_file_is_one_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    with pytest.raises(ComityError, match=told) as caught:
        parsed(written(tmp_path, name, content))
    assert len(str(caught.value).splitlines()) == 1
    assert "(line" not in str(caught.value)


def test_deep_triple_terms_are_refused(tmp_path: Path) -> None:
    deep = "<a:a> <a:b> " + "<<( <a:a> <a:b> " * 100 + "1" + " )>>" * 100 + " ."
    with pytest.raises(ComityError, match="too deeply"):
        parsed(written(tmp_path, "deep.ttl", deep))


def test_a_reader_that_stops_early_leaves_no_worker(tmp_path: Path) -> None:
    path = written(tmp_path, "a.nt", "<a:a> <a:b> <a:c> .\n" * 100_000)
    quads = worker.parse(path, ox.RdfFormat.N_TRIPLES, SHORT)
    assert str(next(quads).subject) == "<a:a>"
    quads.close()  # type: ignore[attr-defined]
    assert jail.TASKS.keys() == {"query", "results", "parse"}
