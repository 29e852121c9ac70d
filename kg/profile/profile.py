"""A subject as one file declares it: who acts, what ties them, what is signed, what counts.

`schema.json` says what a profile may hold; what it leaves out has a default, down to a table of
ties and nothing else. A store made from a profile keeps it, so that every command knows what it
speaks of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from kg.errors import ComityError
from kg.graph.catalog import engine_query
from kg.graph.store import Store

STRENGTH = 0.4
LEVEL = 0.5
PARTY = "coop:Party"
SCHEMA = Path(__file__).with_name("schema.json")


@dataclass(frozen=True)
class Words:
    """What an actor is called: one, many, one in Chinese."""

    one: str = "party"
    many: str = "parties"
    one_zh: str = "成员"

    def reworded(self, text: str, names: Iterable[str] = ()) -> str:
        """Return a text about countries as one about these actors; `names` are left as they are."""
        kept = [re.escape(name) for name in names if re.search("countr|国", name, re.IGNORECASE)]
        article = "an" if re.match(r"(?!uni|eu|one)[aeiou]", self.one.lower()) else "a"
        plain = {
            "a country": f"{article} {self.one}",
            "countries": self.many,
            "country": self.one,
            "两国": "双方",
            "第三国": "第三方",
            "该国": "对方",
            "焦点国": "焦点方",
            "逐国": "逐一",
            "国家": self.one_zh,
        }
        pattern = "|".join([*kept, r"\ba country\b", r"\bcountries\b", r"\bcountry\b", *plain])

        def word(found: re.Match[str]) -> str:
            said = found[0]
            new = plain.get(said.lower(), said) if said not in names else said
            return new[:1].upper() + new[1:] if said[:1].isupper() and new != said else new

        return re.sub(pattern, word, text, flags=re.IGNORECASE)


@dataclass(frozen=True)
class Kind:
    """A kind of agreement: its labels, the strength of the tie it makes, whether it binds."""

    slug: str
    label: str
    label_zh: str
    strength: float
    binding: bool


@dataclass(frozen=True)
class Barring:
    """A kind of obstacle: its labels, the share of the gain it withholds, whether it blocks."""

    slug: str
    label: str
    label_zh: str
    level: float
    blocks: bool


@dataclass(frozen=True)
class Measure:
    """A column of the actors' table that counts: what it is called, of which year, how scaled."""

    column: str
    year: int
    scale: str = "log"
    label: str = ""
    label_zh: str = ""
    unit: str = "as given"

    @property
    def title(self) -> str:
        """What it is called."""
        return self.label or self.column

    @property
    def slug(self) -> str:
        """The name of its indicator."""
        return re.sub(r"[^\w]+", "-", self.column).strip("-").lower()


@dataclass(frozen=True)
class Profile:
    """One subject; `document` is what the file says, `at` its path and the lines of its fields."""

    document: Mapping[str, Any]
    at: Places = field(default_factory=lambda: Places())  # noqa: PLW0108 defined below

    @property
    def name(self) -> str:
        """The name of the subject and of its dataset."""
        return str(self.document["name"])

    @property
    def title(self) -> str:
        """What the subject is called."""
        return str(self.document.get("title", self.name))

    @property
    def words(self) -> Words:
        """What an actor is called."""
        return Words(**self.document.get("words", {}))

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds of agreement, in the order of the file."""
        return tuple(
            Kind(
                slug,
                str((given or {}).get("label", slug.replace("-", " "))),
                str((given or {}).get("label_zh", (given or {}).get("label", slug))),
                float((given or {}).get("strength", STRENGTH)),
                bool((given or {}).get("binding", False)),
            )
            for slug, given in self.document["kinds"].items()
        )

    @property
    def sign(self) -> str:
        """The kind that is to be signed."""
        return str(self.document.get("sign", self.kinds[0].slug))

    @property
    def need(self) -> tuple[Measure, ...]:
        """What there is to reach in an actor: the product of these, or nothing: all alike."""
        return tuple(Measure(**given) for given in self.document.get("need", ()))

    @property
    def capability(self) -> Measure | None:
        """What lowers need."""
        given = self.document.get("capability")
        return Measure(**given) if given else None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every column that counts: those of need, and capability."""
        return (*self.need, *([self.capability] if self.capability else []))

    @property
    def obstacles(self) -> tuple[Barring, ...]:
        """The kinds of obstacle."""
        return tuple(
            Barring(
                slug,
                str((given or {}).get("label", slug.replace("-", " "))),
                str((given or {}).get("label_zh", (given or {}).get("label", slug))),
                float((given or {}).get("level", LEVEL)),
                bool((given or {}).get("blocks", False)),
            )
            for slug, given in self.document.get("obstacles", {}).get("kinds", {}).items()
        )

    @property
    def dated(self) -> bool:
        """Whether the ties carry dates; those of a profile without are in force on any day."""
        return any("date" in table for table in self.document["ties"])

    @property
    def text(self) -> str:
        """The profile as its store keeps it."""
        return json.dumps(self.document, ensure_ascii=False, sort_keys=False)


@dataclass(frozen=True)
class Places:
    """Where a profile and its fields stand: its path, and the line of each field."""

    path: Path = Path()
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)

    def error(self, where: tuple[str | int, ...], text: str) -> ComityError:
        """Return an error that names file, line and field."""
        line = next(
            (self.lines[where[:n]] for n in range(len(where), -1, -1) if where[:n] in self.lines), 1
        )
        name = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in where)
        return ComityError(f"{self.path}:{line}: {name.lstrip('.') or 'the profile'}: {text}")


def of(store: Store) -> Profile | None:
    """Return the profile that a store was made from, None for the shipped subject."""
    rows = store.texts(engine_query("profile"))
    return Profile(cast("dict[str, Any]", json.loads(rows[0][0]))) if rows else None
