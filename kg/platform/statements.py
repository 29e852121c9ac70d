"""Statements of one dataset about things, by thing and property, as exports need them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.terms import local

Values = Mapping[str, list[str]]


@dataclass(frozen=True)
class Statements:
    """Texts by short IRI of a thing and of a property."""

    things: Mapping[str, Values]

    def of(self, kind: str) -> list[str]:
        """Return the things of a class, by short IRI."""
        return sorted(t for t, values in self.things.items() if kind in values.get("rdf:type", ()))

    def all(self, thing: str, name: str) -> list[str]:
        """Return all values of a property."""
        return self.things.get(thing, {}).get(name, [])

    def one(self, thing: str, name: str) -> str:
        """Return the first value of a property, empty where there is none."""
        return next(iter(self.all(thing, name)), "")

    def path(self, thing: str, name: str) -> str:
        """Return the path of the thing that a property leads to."""
        return local(self.one(thing, name))


def read(
    store: Store, query: str, terms: Mapping[str, Iterable[NamedNode | Literal]]
) -> Statements:
    """Ask one of the engine's questions for statements, its VALUES blocks filled with terms."""
    text = engine_query(query)
    for name, values in terms.items():
        text = with_values(text, name, list(values))
    things: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for thing, name, value in store.texts(text):
        things[thing][name].append(value)
    return Statements(things)
