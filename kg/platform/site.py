"""Sites (parks and projects), their sectors, and how grave an incident in a sector is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from kg.errors import ComityError
from kg.graph.catalog import engine_query
from kg.graph.dossier import resolve
from kg.graph.store import Store
from kg.terms import compact, local

NEUTRAL = 0.7  # the consequence of a sector that is not known
GONE = frozenset({"cancelled", "closed", "stalled", "not-built"})


@dataclass(frozen=True)
class Site:
    """A park or project: short IRI, name, homes and hosts (ISO alpha-3), sectors (slugs)."""

    id: str
    name: str
    host: str
    homes: frozenset[str]
    sectors: frozenset[str]
    status: str = ""


@dataclass(frozen=True)
class Sectors:
    """Sectors by slug: the consequence of an incident, and the wider sector of each."""

    consequences: Mapping[str, float]
    broader: Mapping[str, str]

    def consequence(self, sectors: frozenset[str]) -> float:
        """Return the gravest consequence among sectors, 0..1."""
        return max((self.consequences.get(slug, NEUTRAL) for slug in sectors), default=NEUTRAL)

    def widened(self, sectors: frozenset[str]) -> frozenset[str]:
        """Return sectors with those that they are part of."""
        return sectors | {self.broader[slug] for slug in sectors if slug in self.broader}

    def check(self, slug: str) -> str:
        """Return a sector's slug; raise ComityError where there is none."""
        if slug in self.consequences or slug in self.broader:
            return slug
        raise ComityError(
            f"{slug}: no such sector: use one of {', '.join(sorted(self.consequences))}"
        )


def read_sectors(store: Store) -> Sectors:
    """Read the sectors."""
    rows = store.texts(engine_query("sector-weights"))
    return Sectors(
        {slug: float(weight) for slug, _, weight in rows if weight},
        {slug: broader for slug, broader, _ in rows if broader},
    )


def read_sites(store: Store) -> list[Site]:
    """Read the parks and projects that stand or are planned, by short IRI."""
    homes: dict[str, set[str]] = defaultdict(set)
    sectors: dict[str, set[str]] = defaultdict(set)
    about: dict[str, tuple[str, str, str]] = {}
    for site, name, home, host, sector, status in store.texts(engine_query("places")):
        homes[site] |= {local(home)} - {""}
        sectors[site] |= {sector} - {""}
        about[site] = (name, local(host), status)
    return [
        Site(site, name, host, frozenset(homes[site]), frozenset(sectors[site]), status)
        for site, (name, host, status) in sorted(about.items())
        if status not in GONE
    ]


def find(store: Store, text: str) -> Site:
    """Return the site that a text names; raise ComityError where it names none."""
    wanted = compact(resolve(store, text).value)
    for site in read_sites(store):
        if site.id == wanted:
            return site
    raise ComityError(f"{text}: {wanted} is no park or project that stands or is planned")
