"""The platform's board: the five services for a country or a site on one page, each line sourced.

What is shown is what the commands say: `warn`, `diagnose`, `recommend`, `respond` and the question
`protection`. Every line ends with the number of its source; the foot lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kg import page
from kg.advice import snapshot
from kg.advice.recommend import Candidate, recommend
from kg.errors import ComityError
from kg.graph.catalog import engine_query, question
from kg.graph.provenance import Source, read_sources
from kg.graph.store import Store
from kg.network.purpose import Purpose
from kg.platform import advice, bulletin, diagnosis, response, sharing, site, warning
from kg.platform.site import Site
from kg.terms import local

WARNINGS, CONTROLS, PARTNERS, CONTACTS, PROTECTORS, SHARED = 6, 6, 5, 3, 8, 3
CUT = 150  # letters of a remedy
ATTACK = "mitre-attack-ics"
HEADINGS = ("Advisories", "Controls", "Partners", "Contacts and agreements", "Entries")
MANY = 5  # sectors that a line can name
WHOM = ("national team", "sectoral team", "may share under", "member of", "neighbour's team")
FOOT = (
    "Where a product stands is not public: presence is typical of the sector. Chances are "
    "forecasts; what is marked (recalled) was written from memory of a public page. "
    "Made with Comity."
)


@dataclass(frozen=True)
class Line:
    """One line of a board, and the keys of the sources that state it."""

    text: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """One service: its name, how it was made, its lines, and the command that has more."""

    name: str
    note: str
    lines: tuple[Line, ...]
    command: str


@dataclass(frozen=True)
class Board:
    """The five services for a country or a site, at an ISO day."""

    name: str
    at: str
    services: tuple[Service, ...]
    known: dict[str, Source] = field(repr=False)

    @property
    def cited(self) -> list[str]:
        """The keys of all sources, in the order in which lines cite them."""
        lines = (line for service in self.services for line in service.lines)
        return list(dict.fromkeys(key for line in lines for key in line.sources))

    def shown(self, line: Line) -> str:
        """Return a line with the numbers of its sources."""
        numbers = ", ".join(str(self.cited.index(key) + 1) for key in line.sources)
        return f"{line.text} [{numbers or 'this graph'}]"

    def references(self) -> list[page.Reference]:
        """Return the sources with their numbers."""
        found = [(key, self.known.get(key)) for key in self.cited]
        return [
            page.Reference(f"[{n}] {source.title if source else key}", source.url if source else "")
            for n, (key, source) in enumerate(found, 1)
        ]


def board(store: Store, target: str, at: date) -> Board:
    """Gather the five services for a country's code or a site; ComityError where it is neither."""
    names = {row[0]: row[1] for row in store.texts(engine_query("countries"))}
    code = target.upper()
    if code in names:
        everywhere = site.read_sites(store)
        found = [one for one in everywhere if code == one.host or code in one.homes]
        name, host, focal, purpose = names[code], code, code, None
    else:
        one = site.find(store, target)
        focal = next(iter(sorted(one.homes - {one.host})), "")
        name, host, found = one.name, one.host, [one]
        purpose = Purpose(one.sectors, one.host)
    command = code if code in names else target
    services = (
        warned(store, found, at, command),
        diagnosed(store, found, command if purpose else "SECTOR"),
        advised(store, focal, purpose, at, command),
        answered(store, host, found, at, command),
        protected(store, host),
    )
    return Board(name, at.isoformat(), services, read_sources(store))


def warned(store: Store, sites: Sequence[Site], at: date, command: str) -> Service:
    """Return the gravest warnings of the newest year."""
    known = bulletin.load(store, at)
    actors = {local(country): int(n) for country, n in store.texts(engine_query("targets"))}
    judge = warning.Judge(known, actors, site.read_sectors(store))
    start = known.recently()
    gravest = warning.gravest(warning.of_sites(judge, known.since(start), sites))
    adviser = advice.load(store, known, sharing.load(store, at.isoformat()))
    lines = []
    for alert, places in gravest[:WARNINGS]:
        what = alert.advisory
        remedy = _cut(adviser.remedy(alert))
        where = f"; {places} sites" if places > 1 else ""
        text = f"{what.number} {what.name} ({what.date}{where}; score {alert.score:.3f}). {remedy}"
        lines.append(Line(text, (what.source,)))
    note = f"Advisories new or updated since {start}, the gravest of {len(gravest)}."
    return Service("1 Warn", note, tuple(lines), f"comity warn {command}")


def diagnosed(store: Store, sites: Iterable[Site], command: str) -> Service:
    """Return the controls that answer most of what the sectors face."""
    practice, sectors = diagnosis.load(store), frozenset().union(*(one.sectors for one in sites))
    wanted = practice.techniques(sectors)
    steps = diagnosis.ordered(practice.mitigations, practice.weights, wanted) if wanted else []
    lines = [
        Line(
            f"{row['name']} ({row['control']}): with it {row['covered']:.0%} of the weight is "
            f"covered; {', '.join(row['requirements'][:3]) or 'no requirement refers to it'}",
            (ATTACK,),
        )
        for row in diagnosis.rows(practice, steps[:CONTROLS])
    ]
    few = ", ".join(sorted(sectors)) if len(sectors) <= MANY else f"{len(sectors)} sectors"
    note = f"{len(wanted)} techniques against {few or 'no known sector'}."
    return Service("2 Diagnose and assess", note, tuple(lines), f"comity diagnose {command}")


def advised(store: Store, focal: str, purpose: Purpose | None, at: date, command: str) -> Service:
    """Return the partners ranked first, for a site by what leads to its host."""
    more = f"comity recommend {focal}" + (f" --site {command}" if purpose else "")
    if not focal:
        return Service("3 Advise", "No home country is known: nobody to advise.", (), more)
    try:
        shot = snapshot.load(store, at, purpose=purpose)
        ranked = recommend(shot, focal)[:PARTNERS]
    except ComityError as error:
        return Service("3 Advise", str(error), (), more)
    lines = tuple(Line(_partner(one), _origins(shot, one)) for one in ranked)
    note = f"Partners of {focal} for an information-security agreement, by expected leverage."
    return Service("3 Advise", note, lines, more)


def _partner(one: Candidate) -> str:
    facts = f"; {'; '.join(one.facts)}" if one.facts else ""
    return (
        f"{one.country.name}: index {one.index:.0f}, {one.tier}, "
        f"rank {one.rank_low}-{one.rank_high}, chance {one.feasibility:.1%}, {one.status}; "
        f"{one.reason}{facts}"
    )


def _origins(shot: snapshot.Snapshot, one: Candidate) -> tuple[str, ...]:
    """Return the sources of a partner's figures, obstacles and strongest ties."""
    seen = shot.needs.observations.get(one.country.iso3, {}).values()
    keys = [figure.source for figure in seen] + [o.source for o in one.obstacles]
    return tuple(dict.fromkeys(keys))


def answered(store: Store, host: str, sites: Iterable[Site], at: date, command: str) -> Service:
    """Return whom to call and under what information may be shared."""
    directory, practice = response.load(store, at.isoformat()), diagnosis.load(store)
    own = frozenset().union(*(one.sectors for one in sites if one.host == host))
    wider = site.read_sectors(store).widened(own)
    lines: list[Line] = []
    rows = response.answer(directory, practice, host, own, wider)
    for what in WHOM:
        some = [row for row in rows if row["what"] == what]
        lines += [_contact(row) for row in some[:CONTACTS]]
    return Service("4 Respond", f"For {host}.", tuple(lines), f"comity respond {command}")


def _contact(row: dict[str, Any]) -> Line:
    parts = [row["name"], row["detail"], row["contact"]]
    recalled = " (recalled)" if row["checked"] == "recalled" else ""
    text = f"{row['what']}: {'; '.join(part for part in parts if part)}{recalled}"
    return Line(text, (row["source"],) if row["source"] else ())


def protected(store: Store, host: str) -> Service:
    """Return who supplies, tests, trains and certifies in the host, and who drills with it."""
    lines = []
    rows = store.texts(question("protection").filled({"country": host}))
    for what, _, name, detail, _, since, source, checked, _ in rows[:PROTECTORS]:
        recalled = " (recalled)" if checked == "recalled" else ""
        parts = ", ".join(part for part in (detail, since and f"since {since[:4]}") if part)
        lines.append(
            Line(f"{what}: {name}{f' ({parts})' if parts else ''}{recalled}", (local(source),))
        )
    drills = store.texts(question("exercises").filled({"country": host}))
    for _, name, _, start, *rest in drills[:SHARED]:
        with_, source = rest[4], local(rest[5])
        lines.append(
            Line(f"drill: {name} ({start[:4]}) with {with_ or 'others, not named'}", (source,))
        )
    note = f"In {host}; {len(rows)} entries, {len(drills)} drills known."
    return Service("5 Protect", note, tuple(lines), f"comity query protection --country {host}")


def _cut(text: str) -> str:
    return text if len(text) <= CUT else f"{text[:CUT].rsplit(' ', 1)[0]} …"


def sheet(found: Board) -> page.Sheet:
    """Return a board as a page that a browser shows and prints."""
    return page.Sheet(
        title=f"{found.name}: the platform's board",
        lang="en",
        sentence="What is new, what to do first, with whom, whom to call, who protects.",
        lead=f"As of {found.at}. Each line ends with the number of its source.",
        blocks=[
            _block(found, service, heading)
            for service, heading in zip(found.services, HEADINGS, strict=True)
        ],
        focal=None,
        proposed=[],
        keys=("", ""),
        heading="Sources:",
        sources=found.references(),
        foot=FOOT,
    )


def _block(found: Board, service: Service, heading: str) -> page.Block:
    lines = [found.shown(line) for line in service.lines] or ["nothing known"]
    return page.Block(service.name, service.note, [(heading, lines)], [("More:", service.command)])


def markdown(found: Board) -> str:
    """Return a board as Markdown, fit for a weekly bulletin."""
    lines = [f"# {found.name}: the platform's board", "", f"As of {found.at}.", ""]
    for service in found.services:
        lines += [f"## {service.name}", "", service.note, ""]
        lines += [f"- {_plain(found.shown(line))}" for line in service.lines] or ["- nothing known"]
        lines += ["", f"More: `{service.command}`", ""]
    lines += ["## Sources", ""]
    lines += [f"- {_link(reference)}" for reference in found.references()]
    return "\n".join([*lines, "", FOOT]) + "\n"


def _link(reference: page.Reference) -> str:
    number, _, title = reference.title.partition("] ")
    said = _plain(title)
    return f"{number}] [{said}]({reference.url})" if reference.url else f"{number}] {said}"


def _plain(text: str) -> str:
    """Return a text in which nothing is markup: names are data."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("`", "'")
