"""A graph at any SPARQL 1.1 endpoint, asked by POST, its answers read in a worker.

A query without FROM is to see all named graphs. Where an endpoint's default graph is not their
union, the ways to ask for it that servers know are tried; where none works, the named graphs are
copied once, for this process, and asked here.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import IO
from urllib.request import Request

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import bulk, guard, wire, worker
from kg.graph.cache import Rows
from kg.graph.fault import Limits
from kg.graph.store import LIMITS, EmbeddedStore, as_texts, solutions
from kg.graph.wire import Patience
from kg.graph.worker import Result
from kg.terms import PREFIXES

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
        return as_texts(self.trusted(text))

    def kept(self, question: str, ask: Callable[[], Rows]) -> Rows:  # noqa: ARG002
        """Return what `ask` makes of this graph; an endpoint may change at any time."""
        return ask()

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the statements of all named graphs, or of one."""
        bound = f"VALUES ?g {{ {ox.NamedNode(graph)} }}" if graph else ""
        found = self._ask(f"SELECT ?s ?p ?o ?g {{ {bound} GRAPH ?g {{ ?s ?p ?o }} }}", COPIED)
        return (ox.Quad(*row) for row in solutions(found))  # type: ignore[arg-type]

    @cached_property
    def _union(self) -> tuple[tuple[str, str], ...] | None:
        """The parameters that make the default graph the union; None where nothing does."""
        if self._holds(()) or not bool(self._ask("ASK { GRAPH ?g { ?s ?p ?o } }", LIMITS)):
            return ()
        return next(((way,) for way in UNIONS if self._holds((way,))), None)

    @cached_property
    def _has_facts(self) -> bool:
        text = "ASK { { ?c a schema:Country } UNION { GRAPH ?g { ?c a schema:Country } } }"
        return bool(self._ask(text, LIMITS))

    @cached_property
    def _copy(self) -> EmbeddedStore:
        store = EmbeddedStore()
        bulk.extend(store.inner, self.quads())
        return store

    def _holds(self, parameters: tuple[tuple[str, str], ...]) -> bool:
        return bool(self._ask("ASK { ?s ?p ?o }", LIMITS, parameters))

    def _ask(
        self, text: str, limits: Limits, parameters: tuple[tuple[str, str], ...] = ()
    ) -> Result:
        graphic = guard.form(text) in {"CONSTRUCT", "DESCRIBE"}
        asked = _request(self.address, text, graphic, parameters)
        patience = Patience(**{**vars(self.patience), "total": limits.timeout})
        with tempfile.NamedTemporaryFile(prefix="comity-") as file:
            media = wire.fetched(asked, patience, file, self.anywhere)
            form = _form(media, graphic, file, self.location)
            return worker.results(file.name, form, limits, self.location)


def _request(
    address: str, text: str, graphic: bool, parameters: tuple[tuple[str, str], ...]
) -> Request:
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
