"""A graph at any SPARQL 1.1 endpoint, asked by POST, its answers read in a worker.

A query without FROM is to see all named graphs. Where an endpoint's default graph is not their
union, the ways to ask for it that servers know are tried; where none works, the named graphs are
copied once, for this process, and asked here.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import IO
from urllib.request import Request

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import bulk, guard, pages, wire, worker
from kg.graph.cache import Rows, T, mirrored, recalled
from kg.graph.fault import Limits
from kg.graph.store import LIMITS, EmbeddedStore, as_texts, solutions
from kg.graph.wire import Patience
from kg.graph.worker import Result
from kg.terms import PREFIXES

Parameters = tuple[tuple[str, str], ...]
UNIONS: tuple[tuple[str, str], ...] = (
    ("union-default-graph", ""),
    ("default-graph-uri", "urn:x-arq:UnionGraph"),
)
"""Parameters that ask for the union of all graphs: Oxigraph's, Jena's."""
ROWS = {
    "application/sparql-results+json": "srj",
    "application/json": "srj",
    "application/sparql-results+xml": "srx",
    "application/xml": "srx",
    "text/xml": "srx",
}
FRESH = 600
"""Seconds for which an endpoint's kept answers are believed, as long as its graphs keep size."""
COPIED = Limits(timeout=3600, rows=100_000_000)


class RemoteStore:
    """Any SPARQL 1.1 endpoint; `anywhere` lets it send on to another host."""

    def __init__(
        self, address: str, patience: Patience | None = None, *, anywhere: bool = False
    ) -> None:
        if not re.match(r"https?://[^/]", address):
            told = f"--endpoint {address}: give an address that starts with http(s)://"
            raise ComityError(told)
        self.address = address
        self.patience = patience or Patience()
        self.anywhere = anywhere
        self.whole = pages.FEW
        """The most rows that an answer had of which it is known that nothing was cut."""
        self.most: int | None = None
        """How many rows the endpoint gives at most, once it has cut an answer."""

    @property
    def location(self) -> str:
        """The endpoint's address, without secrets."""
        return wire.shown(self.address)

    def query(self, text: str, *, limits: Limits = LIMITS, allow_service: bool = False) -> Result:
        """Answer a query; raise ComityError where the endpoint refuses or cannot be reached."""
        guard.check(text, allow_service)
        if any(guard.dataset(text)):
            return self._ask(text, limits)
        if self._union is None:
            return self._copy.query(text, limits=limits)
        return self._ask(text, limits, self._union)

    def trusted(self, text: str) -> Result:
        """Answer a query that Comity itself wrote; what comes back is foreign all the same."""
        if not self._has_facts:
            raise ComityError(
                f"{self.location}: has no facts of Comity's: load them there "
                "(`comity dump -o facts.nq`), or give another address"
            )
        if self._union is None:
            return self._copy.trusted(text)
        return self._ask(text, LIMITS, self._union)

    def texts(self, text: str) -> Rows:
        """Answer a SELECT with plain texts."""
        return self.kept(text, lambda: as_texts(self.trusted(text)))

    def kept(self, question: str, ask: Callable[[], Rows]) -> Rows:
        """Return what `ask` makes of this graph, kept while the endpoint is as it was."""
        if self._state is None:
            return ask()
        return mirrored(self.address, self._state, question, ask)

    def made(self, question: str, make: Callable[[], T]) -> T:
        """Return the object that `make` makes of this graph, kept while it is as it was."""
        if self._state is None:
            return make()
        return recalled(self.address, self._state, question, make)

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the statements of all named graphs, or of one."""
        bound = f"VALUES ?g {{ {ox.NamedNode(graph)} }}" if graph else ""
        found = self._ask(f"SELECT ?s ?p ?o ?g {{ {bound} GRAPH ?g {{ ?s ?p ?o }} }}", COPIED)
        return (ox.Quad(*row) for row in solutions(found))  # type: ignore[arg-type]

    @cached_property
    def _union(self) -> Parameters | None:
        """The parameters that make the default graph the union; None where nothing does."""
        if self._holds(()) or not bool(self._ask("ASK { GRAPH ?g { ?s ?p ?o } }", LIMITS)):
            return ()
        return next(((way,) for way in UNIONS if self._holds((way,))), None)

    @cached_property
    def _state(self) -> str | None:
        """What the endpoint holds: how many statements each graph has; None if it cannot say.

        The time is part of it, so that a change that keeps all numbers is seen in ten minutes.
        """
        text = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
        try:
            sizes = sorted(as_texts(self._ask(text, LIMITS)))
        except ComityError:
            return None
        return f"{sizes} {int(time.time() / FRESH)}" if sizes else None

    @cached_property
    def _has_facts(self) -> bool:
        text = "ASK { { ?c a schema:Country } UNION { GRAPH ?g { ?c a schema:Country } } }"
        return bool(self._ask(text, LIMITS))

    @cached_property
    def _copy(self) -> EmbeddedStore:
        store = EmbeddedStore()
        bulk.extend(store.inner, self.quads())
        return store

    def _holds(self, parameters: Parameters) -> bool:
        return bool(self._ask("ASK { ?s ?p ?o }", LIMITS, parameters))

    def _ask(self, text: str, limits: Limits, parameters: Parameters = ()) -> Result:
        """Ask for the whole answer; raise ComityError where only a part of it can be had."""
        answer = self._answer(text, limits, parameters)
        if guard.form(text) == "ASK":
            return worker.parsed(_truth(answer))
        lines = answer.count(b"\n")
        if answer[:1] == b"G":
            if guard.form(text) == "CONSTRUCT" and lines > self.whole:
                self._check_graph(text, limits, parameters)
            return worker.parsed(answer)
        rows = lines - 1
        if rows > self.whole and self.most in {None, rows}:
            total = self._number(text, limits, parameters)
            if total > rows:
                self.most = rows
                answer = b"".join(self._pages(text, answer, total, limits, parameters))
            else:
                self.whole = rows
        return worker.parsed(answer)

    def _pages(
        self, text: str, first: bytes, total: int, limits: Limits, parameters: Parameters
    ) -> Iterator[bytes]:
        """Yield a cut answer's header and then its rows, from page after page."""
        self._check_rows(total, limits)
        header = first[: first.index(b"\n") + 1]
        names, size, done = header[1:].decode().replace("\t", " ").strip(), self.most or total, 0
        yield header
        while done < total:
            asked = pages.page(text, names, min(size, total - done), done)
            rows = self._answer(asked, limits, parameters)[len(header) :]
            if not rows:
                raise ComityError(
                    f"{self.location}: cuts answers at {size} rows, and gave {done} of {total}: "
                    "ask for less, with LIMIT"
                )
            done += rows.count(b"\n")
            yield rows

    def _check_graph(self, text: str, limits: Limits, parameters: Parameters) -> None:
        """Raise ComityError where a CONSTRUCT has more rows behind it than the endpoint gives."""
        rows = pages.pattern(text)
        total = self._number(rows, limits, parameters)
        if total > self.whole and self.most is None:
            self._ask(rows, limits, parameters)
        if self.most is not None and total > self.most:
            raise ComityError(
                f"{self.location}: cuts answers at {self.most} rows, and this graph is made from "
                f"{total}: ask for it in parts, with LIMIT and OFFSET"
            )

    def _check_rows(self, total: int, limits: Limits) -> None:
        if total > limits.rows:
            told = f"has {total:,} rows: add LIMIT, or raise --max-rows"
            raise ComityError(f"{self.location}: the answer {told}")

    def _number(self, text: str, limits: Limits, parameters: Parameters) -> int:
        """Let the endpoint count the rows of a SELECT."""
        answer = self._answer(pages.counting(text), limits, parameters)
        found = re.search(rb"\n\D{0,2}(\d+)", answer)
        if found is None:
            raise ComityError(f"{self.location}: cannot count its rows: the answer may be cut")
        return int(found[1])

    def _answer(self, text: str, limits: Limits, parameters: Parameters) -> bytes:
        graphic = guard.form(text) in {"CONSTRUCT", "DESCRIBE"}
        asked = _request(self.address, text, graphic, parameters)
        patience = Patience(**{**vars(self.patience), "total": limits.timeout})
        with tempfile.NamedTemporaryFile(prefix="comity-") as file:
            media = wire.fetched(asked, patience, file, self.anywhere)
            form = _form(media, graphic, file, self.location)
            return worker.results(file.name, form, limits, self.location)


def _truth(answer: bytes) -> bytes:
    """Return the answer to an ASK as a truth value; Virtuoso gives one row with 1 or 0."""
    return answer if answer[:1] == b"B" else b"Btrue" if b"\n1" in answer else b"Bfalse"


def _request(address: str, text: str, graphic: bool, parameters: Parameters) -> Request:
    from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

    hidden = re.sub(r"//[^/@]*@", "//", address, count=1)
    client = SPARQLWrapper(hidden, returnFormat=TURTLE if graphic else JSON)
    client.setMethod(POST)
    for name, value in parameters:
        client.addParameter(name, value)
    known = wire.authorization(address)
    if known:
        client.addCustomHttpHeader("Authorization", known)
    # SPARQLWrapper would take a word of a comment for the query's form.
    client.setQuery(_prologue(text) + guard.uncommented(text))
    request: Request = client._createRequest()  # its own way to open it waits for ever
    return request


def _prologue(text: str) -> str:
    """Declare the prefixes that a query uses, on its first line, so that its lines keep numbers."""
    names = (match[0] for match in guard.tokens(text) if match.lastgroup == "name")
    used = sorted({name.partition(":")[0] for name in names} & PREFIXES.keys())
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}> " for name in used)


def _form(media: str, graphic: bool, file: IO[bytes], name: str) -> str:
    """Return the suffix of an answer's format; raise ComityError where it is a web page."""
    file.seek(0)
    begins = file.read(200).lstrip().lower()
    if media == "text/html" or begins.startswith((b"<!doctype html", b"<html")):
        raise ComityError(f"{name}: answers with a web page: is this a SPARQL endpoint's address?")
    if not graphic:
        return ROWS.get(media) or ("srx" if begins.startswith(b"<?xml") else "srj")
    known = ox.RdfFormat.from_media_type(media)
    return (known or ox.RdfFormat.TURTLE).file_extension
