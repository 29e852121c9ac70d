"""Whom to call, with whom information may be shared, what to do first: for a country or a site."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.platform import diagnosis, sharing
from kg.platform.diagnosis import Practice
from kg.platform.sharing import Sharing
from kg.terms import local

NATIONAL = "national"
NONE_KNOWN = "none known"
FIRST_STEPS = 5
ALIKE = 10
Row = dict[str, Any]


@dataclass(frozen=True)
class Team:
    """A response team: whom it serves (`kind` national, sectoral or vendor), how it is reached."""

    id: str
    name: str
    country: str
    kind: str
    sector: str
    vendor: str
    source: str
    checked: str
    contact: str

    def row(self, section: str) -> Row:
        """Return the team as a row of an answer."""
        about = " ".join(part for part in (self.kind, self.sector, self.vendor) if part)
        return _row(
            section, self.name, f"{self.country} {about}", self.contact, self.source, self.checked
        )


@dataclass(frozen=True)
class Directory:
    """Teams, arrangements, forums, borders and incidents as known at a day."""

    names: Mapping[str, str]
    teams: tuple[Team, ...]
    sharing: Sharing
    forums: Mapping[str, tuple[tuple[str, str], ...]]
    borders: Mapping[str, frozenset[str]]
    incidents: tuple[tuple[str, ...], ...]

    def national(self, country: str) -> list[Team]:
        """Return the national teams of a country."""
        return [one for one in self.teams if one.country == country and one.kind == NATIONAL]

    def special(self, country: str, sectors: frozenset[str]) -> list[Team]:
        """Return sectoral teams of the country, and vendors' teams anywhere for no sector."""
        return [
            one
            for one in self.teams
            if one.kind == "sectoral"
            and one.country == country
            and (not sectors or not one.sector or one.sector in sectors)
        ]

    def vendors(self) -> list[Team]:
        """Return the product security teams of vendors."""
        return [one for one in self.teams if one.kind == "vendor"]


def answer(
    directory: Directory,
    practice: Practice,
    country: str,
    sectors: frozenset[str],
    wider: frozenset[str],
    techniques: Iterable[str] = (),
) -> list[Row]:
    """Return whom to call and what to do in a country, for a site's sectors where there is one.

    `wider` holds the sectors with those they are part of; `techniques` are ATT&CK ids seen.
    """
    return [
        *_national(directory, country),
        *(team.row("sectoral team") for team in directory.special(country, wider)),
        *_shared(directory, country),
        *_forums(directory, country),
        *_neighbours(directory, country),
        *_steps(practice, sectors, techniques),
        *_alike(directory, practice, country, wider),
        *(team.row("vendor's team") for team in directory.vendors()),
    ]


def coverage(directory: Directory, countries: Iterable[str]) -> list[Row]:
    """Return a national team, or the word that none is known, for every country."""
    return [row for country in countries for row in _national(directory, country)]


def _national(directory: Directory, country: str) -> Iterator[Row]:
    found = [team.row("national team") for team in directory.national(country)]
    why = "no national team is in the graph; ask a neighbour's or FIRST's"
    yield from found or [_row("national team", NONE_KNOWN, f"{country}: {why}", "", "", "")]


def _shared(directory: Directory, country: str) -> Iterator[Row]:
    found = directory.sharing.of(country)
    for one in found:
        others = sorted(one.parties - {country})
        with_ = ", ".join(others[:12]) + (
            f" and {len(others) - 12} more" if len(others) > 12 else ""
        )
        yield _row("may share under", one.name, f"{one.kind} with {with_}", "", one.source, "")
    if not found:
        yield _row(
            "may share under", NONE_KNOWN, "no agreement on cyber security in force", "", "", ""
        )


def _forums(directory: Directory, country: str) -> Iterator[Row]:
    found = directory.forums.get(country, ())
    for name, source in found:
        yield _row("member of", name, "", "", source, "")
    if not found:
        yield _row("member of", NONE_KNOWN, "no forum of response teams", "", "", "")


def _neighbours(directory: Directory, country: str) -> Iterator[Row]:
    for other in sorted(directory.borders.get(country, ())):
        for team in directory.national(other):
            arrangements = directory.sharing.between(country, other)
            under = (
                f"under {arrangements[0].name}" if arrangements else "no agreement on sharing known"
            )
            yield team.row("neighbour's team") | {"detail": f"{other}: {under}"}


def _steps(practice: Practice, sectors: frozenset[str], techniques: Iterable[str]) -> Iterator[Row]:
    seen = frozenset(f"threat:{one.upper()}" for one in techniques)
    wanted = seen & frozenset(practice.weights) or practice.techniques(sectors)
    for unknown in sorted(seen - frozenset(practice.weights)):
        yield _row("first step", NONE_KNOWN, f"{local(unknown)} is no known technique", "", "", "")
    steps = diagnosis.ordered(practice.mitigations, practice.weights, wanted) if wanted else []
    for step in steps[:FIRST_STEPS]:
        against = ", ".join(practice.names[t] for t in step.answers[:4])
        name = f"{practice.names[step.control]} ({local(step.control)})"
        yield _row("first step", name, f"against {against}", "", "mitre-attack-ics", "")


def _alike(
    directory: Directory, practice: Practice, country: str, sectors: frozenset[str]
) -> Iterator[Row]:
    used: dict[str, set[str]] = defaultdict(set)
    about: dict[str, tuple[str, ...]] = {}
    for incident, name, day, host, sector, effect, threat, source in directory.incidents:
        if local(host) == country or (sector and sector in sectors):
            about[incident] = (day, name, local(host), sector, effect, local(source))
            used[incident] |= {practice.names.get(threat, local(threat))} - {""}
    newest = sorted(about.items(), key=lambda item: item[1], reverse=True)[:ALIKE]
    for incident, (day, name, host, sector, effect, source) in newest:
        with_ = f"; used {', '.join(sorted(used[incident])[:5])}" if used[incident] else ""
        detail = f"{day[:7]} {host} {sector}: {effect or 'effect not stated'}{with_}"
        yield _row("incident alike", name, detail, "", source, "")


def _row(section: str, name: str, detail: str, contact: str, source: str, checked: str) -> Row:
    return {
        "what": section,
        "name": name,
        "detail": detail,
        "contact": contact,
        "source": source,
        "checked": checked,
    }


def load(store: Store, day: str) -> Directory:
    """Read what is known at an ISO day."""
    forums: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for _, name, country, start, end, source in store.texts(engine_query("forums")):
        if start <= day and (not end or day < end):
            forums[local(country)].append((name, local(source)))
    borders: dict[str, set[str]] = defaultdict(set)
    for one, other in store.texts(engine_query("borders")):
        borders[local(one)].add(local(other))
        borders[local(other)].add(local(one))
    names = {row[0]: row[1] for row in store.texts(engine_query("countries")) if row[5] == "true"}
    return Directory(
        names,
        tuple(_teams(store)),
        sharing.load(store, day),
        {country: tuple(dict.fromkeys(found)) for country, found in forums.items()},
        {country: frozenset(found) for country, found in borders.items()},
        tuple(store.texts(engine_query("events"))),
    )


def _teams(store: Store) -> Iterator[Team]:
    contacts: dict[str, list[str]] = defaultdict(list)
    for team, page, email, phone, _, checked in store.texts(engine_query("contacts")):
        parts = [part for part in (phone, email, page) if part]
        contacts[team].append(" ".join(parts) + (" (recalled)" if checked == "recalled" else ""))
    for team, name, country, kind, sector, vendor, source, checked in store.texts(
        engine_query("teams")
    ):
        yield Team(
            team,
            name,
            local(country),
            kind or NATIONAL,
            sector,
            local(vendor),
            local(source),
            checked,
            "; ".join(contacts[team]) or "contact not known",
        )
