"""Agreements in force under which information on weaknesses and incidents may be shared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.terms import local


@dataclass(frozen=True)
class Arrangement:
    """One agreement in force: kind, name, parties (ISO alpha-3), source."""

    id: str
    kind: str
    name: str
    parties: frozenset[str]
    source: str


@dataclass(frozen=True)
class Sharing:
    """The arrangements in force at a day."""

    arrangements: tuple[Arrangement, ...]

    def of(self, country: str) -> list[Arrangement]:
        """Return those that a country is party to, the fewest parties first."""
        mine = [one for one in self.arrangements if country in one.parties]
        return sorted(mine, key=lambda one: (len(one.parties), one.id))

    def between(self, one: str, other: str) -> list[Arrangement]:
        """Return those that two countries are both party to."""
        return [arrangement for arrangement in self.of(one) if other in arrangement.parties]


def load(store: Store, day: str) -> Sharing:
    """Read the arrangements in force on an ISO day."""
    parties: dict[str, set[str]] = defaultdict(set)
    about: dict[str, tuple[str, str, str]] = {}
    for agreement, kind, name, country, start, end, source in store.texts(engine_query("sharing")):
        if start <= day and (not end or day < end):
            parties[agreement].add(local(country))
            about[agreement] = (local(kind).removeprefix("kind-"), name, local(source))
    return Sharing(tuple(_arrangement(key, parties[key], about) for key in sorted(about)))


def _arrangement(
    key: str, parties: set[str], about: Mapping[str, tuple[str, str, str]]
) -> Arrangement:
    kind, name, source = about[key]
    return Arrangement(key, kind, name, frozenset(parties), source)
