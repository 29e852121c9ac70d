"""The library of named questions: one SPARQL query a file, with a `#+` header that describes it.

A parameter is a variable with a `VALUES ?name { default }` block, so that each file is a valid
query as it stands. A caller's value is parsed into a typed term, and that term replaces the
block's content; no text of a caller ever reaches the query.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg.errors import ComityError
from kg.graph.csvw import LEXICAL, first_day
from kg.sources.places import Places
from kg.terms import BASE, ONTOLOGY, PREFIXES, shipped

HEADER = "#+"
WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
COUNTRY_CODE = re.compile(r"[A-Z]{3}")
BLOCK = re.compile(r"(VALUES\s+\?(\w+)\s*\{)[^}]*\}")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question: its type, its default as written, and what it means."""

    name: str
    type: str
    default: str
    description: str = ""


@dataclass(frozen=True)
class Question:
    """A named question: its name (the file's), theme (the folder's), and text."""

    name: str
    theme: str
    text: str

    @cached_property
    def header(self) -> dict[str, Any]:
        """The `#+` header as a mapping."""
        import yaml

        lines = [line[2:] for line in self.text.splitlines() if line.startswith(HEADER)]
        try:
            return dict(yaml.safe_load("\n".join(lines)) or {})
        except (yaml.YAMLError, ValueError, TypeError) as error:
            problem = str(error).splitlines()[0]
            raise ComityError(
                f"{self.name}.rq: its header is not a YAML mapping: {problem}"
            ) from error

    @property
    def summary(self) -> str:
        """One line: what is asked."""
        return str(self.header.get("summary", ""))

    @property
    def description(self) -> str:
        """What the answer holds and how to read it."""
        return str(self.header.get("description", ""))

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name."""
        entries = self.header.get("params", {})
        return {
            name: Parameter(
                name, entry["type"], str(entry.get("default", "")), entry.get("description", "")
            )
            for name, entry in entries.items()
        }

    @property
    def words(self) -> str:
        """All that a search looks at."""
        tags = " ".join(map(str, self.header.get("tags", [])))
        return f"{self.name} {self.theme} {self.summary} {self.description} {tags}".casefold()

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the query with the given parameters in their VALUES blocks."""
        parameters = self.parameters
        unknown = [name for name in values if name not in parameters]
        if unknown:
            raise ComityError(f"{self.name}: no parameter {unknown[0]}: {self._known()}")
        terms = {name: [term(parameters[name].type, text, name)] for name, text in values.items()}
        return _substituted(self.text, terms)

    def _known(self) -> str:
        names = ", ".join(self.parameters)
        return f"it takes {names}" if names else "it takes none"


def with_values(text: str, name: str, terms: Sequence[NamedNode | Literal]) -> str:
    """Replace the content of each `VALUES ?name { }` block by the given terms."""
    return _substituted(text, {name: terms})


def _substituted(text: str, values: Mapping[str, Sequence[NamedNode | Literal]]) -> str:
    """Fill the VALUES blocks in one pass, so that no value is taken for a block of another."""
    blocks = {match[2] for match in BLOCK.finditer(text)}
    missing = sorted(set(values) - blocks)
    if missing:
        raise ComityError(f"the query has no VALUES ?{missing[0]} block")

    def fill(block: re.Match[str]) -> str:
        terms = values.get(block[2])
        return block[0] if terms is None else f"{block[1]} {' '.join(map(str, terms))} }}"

    return BLOCK.sub(fill, text)


def questions(folder: Path | None = None) -> dict[str, Question]:
    """Return all named questions by name."""
    folder = folder or shipped("queries")
    return {path.stem: _read(path) for path in sorted(folder.glob("*/*.rq"))}


def found(search: str, theme: str | None = None) -> list[Question]:
    """Return the questions of a theme, or all, that hold every word of a search.

    Raises ComityError, with near ones, where no theme is called so or nothing is found.
    """
    listing = list(questions().values())
    themes = sorted({asked.theme for asked in listing})
    if theme is not None and theme not in themes:
        near = get_close_matches(theme, themes, n=2) or themes
        raise ComityError(f"no theme is called {theme}: did you mean {' or '.join(near)}?")
    words = search.casefold().split()
    hits = [q for q in listing if theme in (None, q.theme) and all(w in q.words for w in words)]
    if not hits:
        near = get_close_matches(search, [asked.name for asked in listing], n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "see `comity queries`"
        raise ComityError(f"no question has the words {search}: {hint}")
    return hits


def question(name: str) -> Question:
    """Return one question; raise ComityError with close matches where there is none."""
    paths = {path.stem: path for path in shipped("queries").glob("*/*.rq")}
    if name not in paths:
        near = get_close_matches(name, paths, n=3, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else "see `comity queries`"
        raise ComityError(f"no question is called {name}: {hint}")
    return _read(paths[name])


def engine_query(name: str) -> str:
    """Return the text of a question that the engine itself asks."""
    return (shipped("queries") / "engine" / f"{name}.rq").read_text(encoding="utf-8")


def _read(path: Path) -> Question:
    return Question(path.stem, path.parent.name, path.read_text(encoding="utf-8"))


def term(kind: str, text: str, name: str = "value") -> NamedNode | Literal:
    """Parse a caller's text into a term of a declared type; raise ComityError where it is not."""
    if kind not in TYPES:
        raise ComityError(f"parameter {name} has the unknown type {kind}")
    try:
        return TYPES[kind](text.strip())
    except ValueError as error:
        message = f"parameter {name}: {text!r} is not {_article(kind)}: {error}"
        raise ComityError(message) from error


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _country(text: str) -> NamedNode:
    places = Places.shipped()
    code = places.found(text) or text.upper()
    if not COUNTRY_CODE.fullmatch(code):
        meant = " or ".join(places.near(text)) or "KAZ"
        raise ValueError(f"write a name or an ISO 3166-1 code, for instance {meant}")
    return NamedNode(PREFIXES["country"] + code)


def _thing(namespace: str) -> Callable[[str], NamedNode]:
    def read(text: str) -> NamedNode:
        if not WORD.fullmatch(text):
            raise ValueError("write its id: letters, digits, hyphens")
        return NamedNode(namespace + text)

    return read


def _typed(datatype: str, example: str) -> Callable[[str], Literal]:
    kind = NamedNode(PREFIXES["xsd"] + datatype)

    def read(text: str) -> Literal:
        if not re.fullmatch(LEXICAL[datatype], text, re.ASCII):
            raise ValueError(f"write it like {example}")
        return Literal(text, datatype=kind)

    return read


def _date(text: str) -> Literal:
    return Literal(first_day(text), datatype=NamedNode(PREFIXES["xsd"] + "date"))


def _iri(text: str) -> NamedNode:
    prefix, found, local = text.strip("<>").partition(":")
    known = found and prefix in PREFIXES
    return NamedNode(PREFIXES[prefix] + local if known else text.strip("<>"))


TYPES: dict[str, Callable[[str], NamedNode | Literal]] = {
    "country": _country,
    "body": _thing(PREFIXES["body"]),
    "standard": _thing(PREFIXES["standard"]),
    "company": _thing(PREFIXES["company"]),
    "park": _thing(PREFIXES["park"]),
    "project": _thing(PREFIXES["project"]),
    "threat": _thing(PREFIXES["threat"]),
    "vendor": _thing(PREFIXES["vendor"]),
    "vulnerability": _thing(PREFIXES["vulnerability"]),
    "actor": _thing(PREFIXES["actor"]),
    "source": _thing(PREFIXES["source"]),
    "indicator": _thing(PREFIXES["indicator"]),
    "kind": _thing(ONTOLOGY + "kind-"),
    "sector": _thing(ONTOLOGY + "sector-"),
    "channel": _thing(ONTOLOGY + "channel-"),
    "barrier": _thing(ONTOLOGY + "barrier-"),
    "relation": _thing(ONTOLOGY + "relation-"),
    "entity": lambda text: _iri(text) if ":" in text else NamedNode(BASE + text),
    "iri": _iri,
    "string": Literal,
    "integer": _typed("integer", "2016"),
    "decimal": _typed("decimal", "0.5"),
    "date": _date,
}
