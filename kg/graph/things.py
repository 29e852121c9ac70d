"""The whole graph as things and links: what a page of everything, or a tool for graphs, needs.

A thing is what has a name or a number of its own. A link is a relation that is a node with a
date, a source or a status of its own, or a plain statement between two things, sourced as its
subject is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.terms import local

DATE = re.compile(r"\d{4}-\d\d-\d\d")
Pairs = dict[str, str]

NAMES = ("schema:name", "skos:prefLabel", "dcterms:title", "skos:notation")
"""What names a thing, the likeliest first."""
APART = {
    *NAMES,
    "schema:alternateName",
    "prov:hadPrimarySource",
    "coop:locator",
    "schema:latitude",
    "schema:longitude",
    "schema:url",
    "coop:datePrecision",
    "coop:startPrecision",
    "coop:openedPrecision",
}
"""What is read into fields of its own."""
KINDS = ("coop:kind", "coop:relationKind")
PRECISIONS = {
    "schema:startDate": "coop:startPrecision",
    "coop:opened": "coop:openedPrecision",
}
"""Which statement says how exactly a date is known, where it is not `coop:datePrecision`."""
READ = ("things", "links", "terms")
DIGITS = {"year": 4, "month": 7}
CITED = ("coop:attributedTo",)
"""Texts that hold the id of a thing."""


@dataclass
class Thing:
    """A thing: short IRI, kind (its class, or the finer kind), names, facts, source."""

    id: str
    kind: str
    names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    stated: list[tuple[str, str]] = field(default_factory=list)
    fields: Pairs = field(default_factory=dict)

    def name(self, lang: str) -> str:
        """Return the name in a language, "" where there is none."""
        return next((self.names[key][0] for key in self._keys(lang) if self.names.get(key)), "")

    @property
    def aliases(self) -> list[str]:
        """All other names, but the id."""
        known = {self.name("en"), self.name("zh"), local(self.id)}
        every = [name for names in self.names.values() for name in names]
        return [name for name in dict.fromkeys(every) if name not in known]

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield what is stated of it: property and value, dates as exact as they are known."""
        common = self.fields.get("coop:datePrecision", "")
        for name, value in self.stated:
            precision = self.fields.get(PRECISIONS.get(name, ""), common)
            dated = DATE.fullmatch(value)
            yield name, value[: DIGITS.get(precision, 10)] if dated else value

    def _keys(self, lang: str) -> list[str]:
        marked = [f"{name}@{lang}" for name in NAMES]
        return marked if lang != "en" else [*marked, *(f"{name}@" for name in NAMES)]


@dataclass(frozen=True)
class Link:
    """A link from one thing to another: what kind, when, who says so, where."""

    a: str
    b: str
    kind: str
    start: str = ""
    end: str = ""
    source: str = ""
    locator: str = ""
    note: str = ""
    note_zh: str = ""


@dataclass(frozen=True)
class Whole:
    """Everything: things by short IRI, links, and the terms' labels (English, Chinese)."""

    things: Mapping[str, Thing]
    links: tuple[Link, ...]
    terms: Mapping[str, tuple[str, str]]

    def label(self, term: str) -> str:
        """Return a term's English label, or its last part where it has none."""
        return self.terms.get(term, (local(term).replace("-", " "), ""))[0]


def whole(store: Store, told: Callable[[str, int, int], None] | None = None) -> Whole:
    """Read everything but single observations, votes and distances; tell `told` of each step."""
    rows, linked, labels = (_read(store, step, told) for step in range(len(READ)))
    terms = {term: (en, zh) for term, en, zh in labels}
    found: dict[str, Thing] = {}
    for thing, kind, name, value, lang, _ in rows:
        _state(found.setdefault(thing, Thing(thing, kind)), name, value, lang)
    things = {key: thing for key, thing in found.items() if thing.name("en")}
    links = [*_links(linked, things), *_plain(rows, things)]
    return Whole(things, tuple(dict.fromkeys(links)), terms)


def _read(
    store: Store, step: int, told: Callable[[str, int, int], None] | None
) -> list[tuple[str, ...]]:
    if told:
        told(READ[step], step, len(READ))
    return store.texts(engine_query(READ[step]))


def _state(thing: Thing, name: str, value: str, lang: str) -> None:
    if name in KINDS and value.startswith("coop:threat-"):
        thing.kind = value
    if name in NAMES or name == "schema:alternateName":
        if value not in thing.names[f"{name}@{lang}"]:
            thing.names[f"{name}@{lang}"].append(value)
    elif name in APART:
        thing.fields.setdefault(name, value)
    else:
        thing.stated.append((name, value))


def _links(rows: list[tuple[str, ...]], things: Mapping[str, Thing]) -> Iterator[Link]:
    for a, b, kind, word, start, end, source, locator, note, zh, precision in rows:
        if a in things and b in things:
            first = start[: DIGITS.get(precision, 10)]
            yield Link(a, b, word or kind, first, end, source, locator, note, zh)


def _plain(rows: list[tuple[str, ...]], things: Mapping[str, Thing]) -> Iterator[Link]:
    """Yield the statements whose value is a thing."""
    for subject, _, name, value, _, link in rows:
        ends = [value] if link == "true" else _cited(name, value)
        end = next((end for end in ends if end in things), None)
        if end and subject in things and end != subject:
            fields = things[subject].fields
            source = fields.get("prov:hadPrimarySource", "")
            yield Link(subject, end, name, "", "", source, fields.get("coop:locator", ""))


def _cited(name: str, value: str) -> list[str]:
    if name not in CITED:
        return []
    return [f"{prefix}:{value}" for prefix in ("country", "threat", "actor")]
