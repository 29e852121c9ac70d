"""The embedded and the remote store: same answers, errors in one line, atomic replacement."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from conftest import skip_or_fail

from kg.advice import snapshot
from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.forecast import history
from kg.graph import catalog
from kg.graph.endpoint import RemoteStore
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import BASE

GRAPH = ox.NamedNode(BASE + "source/test")


def quad(subject: str, value: str) -> ox.Quad:
    return ox.Quad(
        ox.NamedNode("http://x/" + subject), ox.NamedNode("http://x/p"), ox.Literal(value), GRAPH
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def served(folder: Path, *options: str) -> Iterator[str]:
    """Serve a store on loopback with the oxigraph package's own server, until the test ends."""
    program = shutil.which("oxigraph", path=sysconfig.get_path("scripts"))
    assert program, "the test extra brings the oxigraph server"
    address = f"127.0.0.1:{free_port()}"
    command = [program, "serve-read-only", "--location", str(folder), "--bind", address, *options]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                host, port = address.split(":")
                if probe.connect_ex((host, int(port))) == 0:
                    break
            time.sleep(0.05)
        yield f"http://{address}/query"
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="module")
def remote(store: EmbeddedStore) -> Iterator[RemoteStore]:
    """The shipped facts at an endpoint whose default graph is the union of all graphs."""
    assert store.path
    for address in served(store.path, "--union-default-graph"):
        yield RemoteStore(address)


@pytest.fixture(scope="module")
def separate(store: EmbeddedStore) -> Iterator[RemoteStore]:
    """The shipped facts at an endpoint whose default graph is empty."""
    assert store.path
    for address in served(store.path):
        yield RemoteStore(address)


def rows(result: object) -> list[tuple[str, ...]]:
    found = solutions(result) if isinstance(result, ox.QuerySolutions) else result
    return sorted(tuple(str(term) for term in row) for row in found)  # type: ignore[union-attr, attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(catalog.questions()))
def test_every_question_has_the_same_answer_at_an_endpoint(
    name: str, store: EmbeddedStore, remote: RemoteStore
) -> None:
    text = catalog.question(name).text
    here, there = store.trusted(text), remote.query(text)
    if "LIMIT" in text:
        assert len(rows(there)) == len(rows(here))
        return
    if isinstance(here, ox.QueryBoolean):
        assert bool(here) == bool(there)
    else:
        assert rows(here) == rows(there)


@pytest.mark.slow
def test_recommend_is_the_same_at_an_endpoint(now: Snapshot, remote: RemoteStore) -> None:
    here = [c.as_json() for c in recommend(now, "KAZ")]
    there = [c.as_json() for c in recommend(snapshot.load(remote, now.network.at), "KAZ")]
    assert here == there


@pytest.mark.slow
def test_the_past_is_the_same_at_an_endpoint(store: EmbeddedStore, remote: RemoteStore) -> None:
    assert history.tables(store) == history.tables(remote)


def test_an_endpoint_without_a_union_is_asked_for_one(
    store: EmbeddedStore, separate: RemoteStore
) -> None:
    for text in (
        "SELECT ?p ?o { country:NAM ?p ?o }",
        "SELECT ?g { GRAPH ?g { country:NAM a schema:Country } }",
        catalog.question("sites-in").text,
    ):
        found = rows(store.query(text))
        assert found
        assert rows(separate.query(text)) == found


@pytest.fixture(scope="module")
def rdflib_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A few facts in two graphs, served by rdflib-endpoint."""
    program = shutil.which("rdflib-endpoint", path=sysconfig.get_path("scripts"))
    if not program:
        skip_or_fail("rdflib-endpoint is not installed (the test extra brings it)")
    path = tmp_path_factory.mktemp("served") / "facts.trig"
    path.write_text(
        "@prefix s: <https://schema.org/> . <http://x/g> { <http://x/a> a s:Country }"
        "<http://x/h> { <http://x/a> s:name 'A'@en . <http://x/b> a s:Country }"
    )
    port = free_port()
    command = [str(program), "serve", "--host", "127.0.0.1", "--port", str(port), str(path)]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.terminate()
        server.wait(timeout=10)


def test_another_server_answers_the_same(rdflib_endpoint: str) -> None:
    store = RemoteStore(rdflib_endpoint)
    names = "SELECT ?c ?n { ?c a schema:Country OPTIONAL { ?c schema:name ?n } } ORDER BY ?c"
    assert store.texts(names) == [("http://x/a", "A"), ("http://x/b", "")]
    one = "SELECT ?c FROM <http://x/g> { ?c ?p ?o }"
    assert rows(store.query(one)) == [("<http://x/a>",)]
    assert len(list(store.query("CONSTRUCT { ?c a ?t } { ?c a ?t }"))) == 2  # type: ignore[arg-type]
    assert len(list(store.quads())) == 3
    with pytest.raises(ComityError, match="refused the query"):
        store.query("SELECT * { ?s ?p }")


def test_a_remote_graph_comes_back_as_triples(remote: RemoteStore) -> None:
    found = list(
        remote.query("CONSTRUCT { ?c schema:name ?n } { ?c skos:notation 'NAM' ; schema:name ?n }")
    )
    assert any("Namibia" in str(triple.object) for triple in found)  # type: ignore[union-attr]


def test_errors_of_an_endpoint_are_one_line(remote: RemoteStore) -> None:
    with pytest.raises(ComityError, match="refused the query"):
        remote.query("SELECT * { ?s ?p }")
    with pytest.raises(ComityError, match="cannot be reached"):
        RemoteStore(f"http://127.0.0.1:{free_port()}/query").query("ASK {}")
    with pytest.raises(ComityError, match="http"):
        RemoteStore("ftp://127.0.0.1/")


def test_a_bad_query_names_line_and_column(store: EmbeddedStore) -> None:
    with pytest.raises(ComityError, match="line 2, column"):
        store.query("SELECT * {\n ?s ?p }")


def test_a_missing_store_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="comity build --graph"):
        EmbeddedStore(tmp_path / "none")


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    first = EmbeddedStore(tmp_path / "g", writable=True)
    with pytest.raises(ComityError, match="another process writes"):
        EmbeddedStore(tmp_path / "g", writable=True)
    assert first.location.endswith("g")


def test_a_change_is_made_whole_and_leaves_no_empty_graph() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", "1"), quad("b", "2")])
    store.change([quad("a", "1")], [quad("c", 'q"\n\\')])
    assert set(store.inner) == {quad("b", "2"), quad("c", 'q"\n\\')}
    store.change([*store.inner], [])
    assert list(store.inner.named_graphs()) == []


def test_texts_are_kept_until_the_store_changes(tmp_path: Path) -> None:
    folder, question = tmp_path / "g", "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    writer = EmbeddedStore(folder, writable=True)
    writer.change([], [quad("a", "1")])
    del writer
    assert EmbeddedStore(folder).texts(question) == [("1",)]
    assert EmbeddedStore(folder).texts(question) == [("1",)]
    writer = EmbeddedStore(folder, writable=True)
    writer.change([], [quad("b", "2")])
    del writer
    assert EmbeddedStore(folder).texts(question) == [("1",), ("2",)]


def test_the_same_graph_as_an_rdflib_dataset(store: EmbeddedStore) -> None:
    found = store.to_rdflib().query(
        "SELECT ?n { ?c <http://www.w3.org/2004/02/skos/core#notation> 'NAM' ;"
        " <https://schema.org/name> ?n FILTER(LANG(?n) = 'en') }"
    )
    assert [str(row[0]) for row in found] == ["Namibia"]
