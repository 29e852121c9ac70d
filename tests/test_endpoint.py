"""Endpoints that are slow, broken, hostile, busy, elsewhere: one line each, and no secret told."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from kg.errors import ComityError
from kg.graph import endpoint, wire
from kg.graph.endpoint import RemoteStore
from kg.graph.fault import Limits
from kg.graph.store import solutions
from kg.graph.wire import Patience

ASK = "ASK FROM <a:a> { ?s ?p ?o }"  # with FROM nothing is asked beforehand
SELECT = "SELECT ?x FROM <a:a> { ?x ?p ?o }"
QUICK = Patience(read=2, tries=3, pause=0.01, size=1 << 20)
TRUE = b'{"head":{},"boolean":true}'
JSON = "application/sparql-results+json"


def whole(body: bytes, kind: str = JSON, status: str = "200 OK", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


class Server:
    """Answers each connection with the next of its answers: bytes, or a function of the socket."""

    def __init__(self, *answers: bytes | Callable[[socket.socket], None]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listening.getsockname()[1]}/q"
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self) -> None:
        for number in range(100):
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            with connection:
                self.requests.append(received(connection))
                answer = self.answers[min(number, len(self.answers) - 1)]
                try:
                    answer(connection) if callable(answer) else connection.sendall(answer)
                except OSError:
                    continue


def received(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(v)
            for k, _, v in (h.partition(b":") for h in head.split(b"\r\n"))
            if k.lower() == b"content-length"
        ),
        0,
    )
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def serving(*answers: bytes | Callable[[socket.socket], None]) -> Iterator[Server]:
    server = Server(*answers)
    server.thread.start()
    try:
        yield server
    finally:
        server.listening.close()


def dribble(before: bytes) -> Callable[[socket.socket], None]:
    """A byte at a time, without end."""

    def send(connection: socket.socket) -> None:
        connection.sendall(before)
        pause = threading.Event()
        while not pause.wait(0.05):
            connection.sendall(b" ")

    return send


def flood(connection: socket.socket) -> None:
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n\r\n".encode())
    while True:
        connection.sendall(b" " * 65536)


def silence(connection: socket.socket) -> None:
    connection.recv(1)


HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {JSON}\r\n".encode()
AWAY = "Location: http://other.example/?key=s3cret\r\n"
HOSTILE = {
    "truncated": (HEAD + b"Content-Length: 500\r\n\r\n" + TRUE[:9], "lost before the answer"),
    "truncated, no length": (HEAD + b"\r\n" + TRUE[:9], "is damaged"),
    "truncated chunk": (HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{", "lost before"),
    "no http": (b"SSH-2.0-OpenSSH_9.2\r\n", "does not speak HTTP"),
    "bad status": (b"HTTP/1.1 abc\r\n\r\n", "does not speak HTTP"),
    "long header": (HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n", "does not speak HTTP"),
    "nothing": (b"", "lost before the answer"),
    "web page": (whole(b"<!doctype html><p>hi", "text/html"), "web page"),
    "other data": (whole(b'{"hello": 1}', "application/json"), "is damaged"),
    "other text": (whole(b"hello", "text/plain"), "is damaged"),
    "empty": (whole(b""), "is damaged"),
    "graph for rows": (whole(b"<a:a> <a:b> 1 .", "text/turtle"), "is damaged"),
    "wrong shape": (whole(b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":1}]}}'), "damaged"),
    "deep": (whole(b'{"head":' + b"[" * 100_000), "127.0.0.1"),
    "bad utf-8": (whole(b'{"head":{"vars":["\xff"]}}'), "is damaged"),
    "flood": (flood, "too large"),
    "silent": (silence, "silent for 2 s"),
    "dribble of body": (dribble(HEAD + b"\r\n"), "no answer within"),
    "dribble of headers": (dribble(HEAD), "no answer within"),
    "refusal": (whole(b"<h1>Bad</h1> q", "text/html", "400 No"), "refused the query: Bad q"),
    "credentials": (whole(b"", status="401 No"), "COMITY_ENDPOINT_USER"),
    "not there": (whole(b"", status="404 No"), "check the address"),
    "trouble": (whole(b"x\x1b[2J", status="500 No"), "in trouble"),
    "busy": (whole(b"", status="503 No"), "busy"),
    "a loop": (whole(b"", status="307 No", more="Location: /q\r\n"), "without end"),
    "elsewhere": (whole(b"", status="307 No", more=AWAY), "--allow-redirect"),
    "a file": (whole(b"", status="302 No", more="Location: file:///etc/passwd\r\n"), "127.0.0.1"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_endpoint_is_one_line(name: str) -> None:
    answer, told = HOSTILE[name]
    with serving(answer) as server:
        store = RemoteStore(server.address + "?apikey=s3cret", QUICK)
        with pytest.raises(ComityError) as caught:
            store.query(SELECT, limits=Limits(timeout=3))
    said = str(caught.value)
    assert told in said
    assert caught.value.code == 2
    assert len(said.splitlines()) == 1
    assert "s3cret" not in said
    assert "127.0.0.1" in said


def test_a_busy_endpoint_is_asked_again() -> None:
    busy = whole(b"", status="429 Slow down", more="Retry-After: 0\r\n")
    with serving(busy, b"", whole(TRUE)) as server:
        assert bool(RemoteStore(server.address, QUICK).query(ASK))
        assert len(server.requests) == 3


def test_an_endpoint_sends_on_to_its_own_host_and_elsewhere_when_allowed() -> None:
    with serving(whole(TRUE)) as other:
        port = other.address.rsplit(":", 1)[1]
        away = whole(b"", status="308 No", more=f"Location: http://localhost:{port}\r\n")
        near = whole(b"", status="302 No", more="Location: /other\r\n")
        with serving(near, whole(TRUE)) as server:
            assert bool(RemoteStore(server.address, QUICK).query(ASK))
            assert b"POST /other" in server.requests[1]
            assert server.requests[0].split(b"\r\n\r\n")[1] == server.requests[1].split(b"\r\n\r\n")[1]  # fmt: skip  # noqa: E501
        with serving(away) as server:
            address = server.address.replace("//", "//me:s3cret@")
            with pytest.raises(ComityError, match="--allow-redirect"):
                RemoteStore(address, QUICK).query(ASK)
            assert bool(RemoteStore(address, QUICK, anywhere=True).query(ASK))
        assert b"Authorization" in server.requests[0]
        assert b"Authorization" not in other.requests[0]


def test_credentials_come_from_the_address_the_environment_or_netrc(monkeypatch, tmp_path) -> None:
    path = tmp_path / "netrc"
    path.write_text("machine 127.0.0.1 login me password s3cret\n")
    path.chmod(0o600)
    monkeypatch.setenv("NETRC", str(path))
    basic = "Basic " + base64.b64encode(b"me:s3cret").decode()
    assert wire.authorization("http://127.0.0.1:80/q") == basic
    assert wire.authorization("http://elsewhere/q") is None
    monkeypatch.setenv("COMITY_ENDPOINT_USER", "me")
    monkeypatch.setenv("COMITY_ENDPOINT_PASSWORD", "s3cret")
    assert wire.authorization("http://elsewhere/q") == basic
    monkeypatch.setenv("COMITY_ENDPOINT_TOKEN", "t0ken")
    assert wire.authorization("http://elsewhere/q") == "Bearer t0ken"
    assert wire.authorization("http://me:s3cret@elsewhere/q") == basic
    store = RemoteStore("http://me:s3cret@127.0.0.1/q?key=s3cret")
    assert store.location == "http://127.0.0.1/q?..."


def test_rows_come_as_json_or_xml() -> None:
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "a:b"}}]}})  # fmt: skip  # noqa: E501
    xml = (
        '<?xml version="1.0"?><sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>'
        '<variable name="x"/></head><results><result><binding name="x"><uri>a:b</uri></binding>'
        "</result></results></sparql>"
    )
    for answer in (whole(body.encode()), whole(xml.encode(), "application/sparql-results+xml")):
        with serving(answer) as server:
            found = RemoteStore(server.address, QUICK).query(SELECT)
            assert [str(row[0]) for row in solutions(found)] == ["<a:b>"]


def test_an_endpoint_without_comitys_facts_is_told() -> None:
    with (
        serving(whole(b'{"head":{},"boolean":false}')) as server,
        pytest.raises(ComityError, match="no facts of Comity's"),
    ):
        RemoteStore(server.address, QUICK).texts("SELECT ?x { ?x ?p ?o }")


def test_too_many_rows_of_an_endpoint() -> None:
    rows = ",".join(['{"x":{"type":"literal","value":"1"}}'] * 5)
    body = f'{{"head":{{"vars":["x"]}},"results":{{"bindings":[{rows}]}}}}'
    with serving(whole(body.encode())) as server, pytest.raises(ComityError, match="--max-rows"):
        RemoteStore(server.address, QUICK).query(SELECT, limits=Limits(rows=4))


def rows_of(count: int) -> bytes:
    cells = ",".join(['{"n":{"type":"literal","value":"1"}}'] * count)
    return whole(f'{{"head":{{"vars":["n"]}},"results":{{"bindings":[{cells}]}}}}'.encode())


def test_a_cut_answer_that_cannot_be_paged_is_refused() -> None:
    number = b'{"head":{"vars":["rows"]},"results":{"bindings":[{"rows":{"type":"literal","value":"300"}}]}}'  # fmt: skip  # noqa: E501
    with serving(rows_of(150), whole(number), rows_of(150), rows_of(0)) as server:
        told = "cuts answers at 150 rows, and gave 150 of 300"
        with pytest.raises(ComityError, match=told):
            RemoteStore(server.address, QUICK).query(SELECT)
    trouble = whole(b"", status="500 No")
    with (
        serving(rows_of(150), trouble) as server,
        pytest.raises(ComityError, match="in trouble"),
    ):
        RemoteStore(server.address, QUICK).query(SELECT)


def test_what_is_known_to_be_whole_is_not_counted_again() -> None:
    number = b'{"head":{"vars":["rows"]},"results":{"bindings":[{"rows":{"type":"literal","value":"150"}}]}}'  # fmt: skip  # noqa: E501
    with serving(rows_of(150), whole(number), rows_of(120)) as server:
        store = RemoteStore(server.address, QUICK)
        assert len(list(solutions(store.query(SELECT)))) == 150
        assert len(list(solutions(store.query(SELECT)))) == 120
        assert len(server.requests) == 3


def sizes(count: int) -> bytes:
    cells = f'{{"g":{{"type":"uri","value":"a:g"}},"n":{{"type":"literal","value":"{count}"}}}}'
    return whole(f'{{"head":{{"vars":["g","n"]}},"results":{{"bindings":[{cells}]}}}}'.encode())


def test_answers_are_kept_while_an_endpoint_stays_as_it_was(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
    monkeypatch.setattr(endpoint, "FRESH", 1e12)
    asked = "SELECT ?n { ?s ?p ?n }"
    facts, union = whole(TRUE), whole(TRUE)
    first = (sizes(7), facts, union, rows_of(2))
    changed = (sizes(8), facts, union, rows_of(3))
    with serving(*first, sizes(7), *changed) as server:
        for rows, requests in ((2, 4), (2, 5), (3, 9)):
            store = RemoteStore(server.address, QUICK)
            assert store.texts(asked) == store.texts(asked) == [("1",)] * rows
            assert len(server.requests) == requests
