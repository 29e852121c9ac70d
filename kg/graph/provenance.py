"""Who says so: the names of agreements and the sources of statements."""

from __future__ import annotations

from dataclasses import dataclass

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.terms import local


@dataclass(frozen=True)
class Named:
    """An agreement's or body's name, and the source and place that state it."""

    name: str
    source: str
    locator: str
    checked: str


@dataclass(frozen=True)
class Source:
    """A publication: title, publisher, year, licence, address, and reliability as written."""

    key: str
    title: str
    publisher: str
    year: str
    licence: str
    url: str
    reliability: str


def read_sources(store: Store) -> dict[str, Source]:
    """Read the sources by key."""
    rows = store.texts(engine_query("sources"))
    return {local(row[0]): Source(local(row[0]), *row[1:]) for row in rows}


def read_names(store: Store) -> dict[str, Named]:
    """Read the names of agreements and bodies by short IRI."""
    rows = store.texts(engine_query("agreements"))
    return {row[0]: Named(row[1], local(row[2]), row[3], row[4]) for row in rows}
