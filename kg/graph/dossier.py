"""What the graph knows of one thing: facts in groups, each with source, date and confidence.

The groups are the questions of the theme `dossier`; they share their columns, and their headers
give title and order. A further group is a further file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import answer
from kg.graph.catalog import Question, engine_query, questions, with_values
from kg.graph.store import Row, Store, solutions
from kg.sources.places import Places
from kg.terms import BASE, PREFIXES, compact, local, plain

THEME = "dossier"
COLUMNS = ("fact", "text", "date", "source", "confidence", "checked")


@dataclass(frozen=True)
class Citation:
    """A source as a dossier cites it: `reliability` is its own, `locator` the place in it."""

    key: str
    title: str
    url: str
    reliability: str
    locator: str


@dataclass(frozen=True)
class Fact:
    """One fact: what it says (`fact`), the other thing's IRI and name or the value (`text`)."""

    fact: str
    thing: str
    text: str
    date: str
    source: Citation
    checked: str
    confidence: float | None

    def as_json(self) -> dict[str, Any]:
        """Return the fact as `comity show --format json` prints it."""
        return vars(self) | {"source": vars(self.source)}

    def as_row(self) -> dict[str, Any]:
        """Return the fact as a row of a table."""
        return {name: getattr(self, name) for name in COLUMNS} | {"source": self.source.title}


@dataclass(frozen=True)
class Group:
    """The facts of one kind."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Dossier:
    """All groups of facts on one thing; `id` is its short IRI."""

    id: str
    iri: str
    name: str
    classes: tuple[str, ...]
    groups: tuple[Group, ...]

    @cached_property
    def recalled(self) -> int:
        """How many of the facts were recalled, not seen."""
        return sum(fact.checked == "recalled" for group in self.groups for fact in group.facts)

    def as_json(self) -> dict[str, Any]:
        """Return the dossier as `comity show --format json` prints it."""
        return {
            "id": self.id,
            "iri": self.iri,
            "name": self.name,
            "classes": list(self.classes),
            "recalled": self.recalled,
            "groups": {
                group.title: [fact.as_json() for fact in group.facts] for group in self.groups
            },
        }


def text(found: Dossier, form: str, top: int) -> str:
    """Return a dossier as text: a table for each group, its first `top` facts; JSON whole."""
    if form == "json":
        return json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n"
    if form != "table":
        rows = [{"group": g.title} | fact.as_row() for g in found.groups for fact in g.facts]
        return answer.text(rows, form)
    facts = sum(len(group.facts) for group in found.groups)
    head = f"{found.name} ({found.id})\n{facts} facts, {found.recalled} of them recalled\n"
    return head + "".join(_section(group, top) for group in found.groups)


def _section(group: Group, top: int) -> str:
    shown = answer.text([fact.as_row() for fact in group.facts[:top]], "table", COLUMNS)
    more = len(group.facts) - top
    rest = f"... and {more} more: --top {len(group.facts)}\n" if more > 0 else ""
    return f"\n{group.title.upper()} ({len(group.facts)})\n{shown}{rest}"


def dossier(store: Store, text: str) -> Dossier:
    """Gather what is known of the thing that `text` names; raise ComityError where none is.

    `text` is an ISO alpha-3 code, `kind/id` (park/belarus-great-stone), a short or whole IRI, an
    id alone, or a name.
    """
    thing = resolve(store, text)
    sources = {local(row[0]): row for row in store.texts(engine_query("sources"))}
    groups = tuple(_groups(store, thing, sources))
    itself = groups[0].facts if groups else ()
    names = [fact.text for fact in itself if fact.fact in {"name", "title", "label", "quote"}]
    return Dossier(
        compact(thing.value),
        thing.value,
        next(iter(names), compact(thing.value)),
        tuple(_classes(store, thing)),
        groups,
    )


def resolve(store: Store, text: str) -> ox.NamedNode:
    """Find the thing that a text names; raise ComityError with close matches where none does."""
    for iri in _spellings(text.strip()):
        if _known(store, iri):
            return iri
    rows = store.texts(questions()["names"].text)
    named = [thing for thing, notation, name in rows if text.casefold() in _keys(notation, name)]
    if len(set(named)) == 1:
        return ox.NamedNode(_whole(named[0]))
    if named:
        raise ComityError(f"{text} names several things: say {' or '.join(sorted(set(named)))}")
    raise ComityError(f"the graph knows nothing of {text}: {_hint(text, rows)}")


def _spellings(text: str) -> Iterator[ox.NamedNode]:
    """Yield the IRIs that a text may stand for, the likeliest first."""
    candidates = [BASE + "country/" + text.upper()] if text.isalpha() and len(text) == 3 else []
    candidates += [_whole(text)] if ":" in text else [BASE + text] if "/" in text else []
    country = Places.shipped().found(text)
    candidates += [f"{BASE}country/{country}"] if country else []
    for iri in candidates:
        try:
            yield ox.NamedNode(iri)
        except ValueError:
            continue


def _whole(short: str) -> str:
    prefix, found, rest = short.partition(":")
    return PREFIXES[prefix] + rest if found and prefix in PREFIXES else short


def _known(store: Store, thing: ox.NamedNode) -> bool:
    return bool(store.trusted(f"ASK {{ {thing} ?property ?value }}"))


def _keys(notation: str, name: str) -> set[str]:
    return {notation.casefold(), name.casefold()}


def _hint(text: str, rows: list[tuple[str, ...]]) -> str:
    """Suggest things whose id or name is close to the text, or contains it."""
    things = {key: thing for thing, *words in rows for key in _keys(*words)}
    wanted = text.rsplit("/", 1)[-1].casefold()
    near = get_close_matches(wanted, things, n=4, cutoff=0.7)
    near += [key for key in things if wanted and wanted in key][:4]
    meant = list(dict.fromkeys(things[key] for key in near))[:4]
    return f"did you mean {' or '.join(meant)}?" if meant else "see `comity query names`"


def _classes(store: Store, thing: ox.NamedNode) -> list[str]:
    return [plain(row[0]) for row in solutions(store.trusted(f"SELECT ?c {{ {thing} a ?c }}"))]


def _groups(
    store: Store, thing: ox.NamedNode, sources: dict[str, tuple[str, ...]]
) -> Iterator[Group]:
    for question in sorted(_of_theme(), key=lambda q: int(q.header["order"])):
        rows = solutions(store.trusted(with_values(question.text, "entity", [thing])))
        facts = tuple(_fact(row, sources) for row in rows)
        if facts:
            yield Group(str(question.header["title"]), facts)


def _of_theme() -> list[Question]:
    return [question for question in questions().values() if question.theme == THEME]


def _fact(row: Row, sources: dict[str, tuple[str, ...]]) -> Fact:
    fact, thing, text, date, source, locator, checked, confidence = map(plain, row)
    key = local(source)
    known = sources.get(key, ())
    title, url, reliability = (known[1], known[5], known[6]) if known else (key, "", "")
    cited = Citation(key, title, url, reliability, locator)
    return Fact(fact, thing, text, date, cited, checked, float(confidence) if confidence else None)
