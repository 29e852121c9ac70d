"""Virtuoso, which cuts answers without a word and writes truth and blank nodes in its own way."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest
from conftest import skip_or_fail

from kg.errors import ComityError
from kg.graph.endpoint import RemoteStore
from kg.graph.fault import Limits
from kg.graph.store import solutions

MOST = 500
CONFIGURATION = """
[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder}
NumberOfBuffers = 4000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = {most}
"""
FACTS = """
@prefix x: <http://x/> . @prefix s: <https://schema.org/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:a a s:Country ; s:name "中国"@zh ; x:yes true ; x:no false ; x:day "2015-06-01"^^xsd:date ;
  x:part 0.5 ; x:of [ x:p "b" ] .
"""  # noqa: E501
COUNT = 1234


def free_ports() -> tuple[int, int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("", 0)) as other:
        return int(one.getsockname()[1]), int(other.getsockname()[1])


def until_open(port: int, server: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert server.poll() is None
        time.sleep(0.1)
    pytest.fail("Virtuoso does not start")


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteStore]:
    """A few facts and many numbers at a Virtuoso that gives 500 rows at most."""
    program, client = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if not (program and client):
        skip_or_fail("Virtuoso is not installed (Debian: virtuoso-opensource-7-bin)")
    folder = tmp_path_factory.mktemp("virtuoso")
    sql, http = free_ports()
    settings = CONFIGURATION.format(folder=folder, sql=sql, http=http, most=MOST)
    (folder / "virtuoso.ini").write_text(settings)
    numbers = "".join(f"x:n{k} x:number {k} .\n" for k in range(COUNT))
    (folder / "facts.ttl").write_text(FACTS + numbers)
    command = [str(program), "-f", "+configfile", str(folder / "virtuoso.ini")]
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(command, cwd=folder, stdout=quiet, stderr=quiet)
    try:
        until_open(http, server)
        until_open(sql, server)
        load = f"DB.DBA.TTLP(file_to_string('{folder}/facts.ttl'), '', 'http://x/g')"
        login = [str(client), f"127.0.0.1:{sql}", "dba", "dba", f"EXEC={load};"]
        subprocess.run(login, check=True, capture_output=True)
        yield RemoteStore(f"http://127.0.0.1:{http}/sparql")
    finally:
        server.kill()
        server.wait(timeout=10)


def numbers(store: RemoteStore, text: str) -> list[int]:
    return [int(row[0].value) for row in solutions(store.query(text))]  # type: ignore[union-attr]


def test_a_cut_answer_is_had_whole(virtuoso: RemoteStore) -> None:
    found = numbers(virtuoso, "PREFIX x: <http://x/> SELECT ?o { ?s x:number ?o } # all")
    assert sorted(found) == list(range(COUNT))
    some = numbers(virtuoso, "SELECT ?o FROM <http://x/g> { ?s <http://x/number> ?o } LIMIT 1100")
    assert len(set(some)) == 1100
    ordered = "SELECT ?o { ?s <http://x/number> ?o } ORDER BY DESC(?o)"
    assert numbers(virtuoso, ordered) == list(range(COUNT))[::-1]
    with pytest.raises(ComityError, match="1,234 rows"):
        virtuoso.query("SELECT * { ?s <http://x/number> ?o }", limits=Limits(rows=1000))


def test_a_cut_graph_is_refused(virtuoso: RemoteStore) -> None:
    one = "CONSTRUCT { ?s <http://x/q> ?o } { ?s <http://x/number> ?o }"
    with pytest.raises(ComityError, match=r"cuts answers at 500 rows.* made from 1234"):
        virtuoso.query(one)
    assert len(list(virtuoso.query(f"{one} LIMIT 400"))) == 400  # type: ignore[arg-type]


def test_terms_and_truth_are_the_usual_ones(virtuoso: RemoteStore) -> None:
    assert bool(virtuoso.query("ASK { <http://x/a> a schema:Country }"))
    assert not bool(virtuoso.query("ASK { <http://x/z> a schema:Country }"))
    kept = virtuoso.texts("SELECT ?p ?o { <http://x/a> ?p ?o FILTER(!ISBLANK(?o)) }")
    found = {p.removeprefix("http://x/"): o for p, o in kept}
    assert (found["yes"], found["no"]) == ("true", "false")
    assert (found["schema:name"], found["day"], found["part"]) == ("中国", "2015-06-01", "0.5")
    inner = "SELECT ?b ?o { <http://x/a> <http://x/of> ?b . ?b <http://x/p> ?o }"
    assert len(list(solutions(virtuoso.query(inner)))) == 1


def test_its_refusal_is_one_line(virtuoso: RemoteStore) -> None:
    with pytest.raises(ComityError, match="refused the query: Virtuoso 37000") as caught:
        virtuoso.query("SELECT * { ?s ?p ?o")
    assert len(str(caught.value).splitlines()) == 1
