"""Need for a purpose: the security of one sector, of one site, or one security service.

A purpose replaces the factors of need (see `kg.network.need`); the formula stays the same.

sector    exposure: attacks on plants of the sector count beside actors in general, each for STRUCK
          of them. value: the size of the sector in the country, ln(1 + x) / ln(1 + max x) of the
          measure in SIZES; its parks and projects there, scaled alike, count for half:
          1 - (1 - size) (1 - presence / 2). A sector without a measure has the industrial value
          for its size. capability: half the index, half what there is for the sector: with k
          standards adopted and teams of it, 1 - 2^-k.
site      the sectors of the site, and value in its host alone: what leads there is sought.
service   capability: what the country has of the service, 1 - 2^-k for k pieces (see the question
          `engine/service-evidence`): certification by schemes that recognise certificates and
          bodies that test, response by teams and their forums, training by exercises and centres,
          range by test ranges and laboratories. Exposure and value are those of any purpose.

STRUCK and the halves are judgements. Types of asset are known by sector, not by country: they do
not tell countries apart.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import Vector
from kg.network.need import Needs, Observation, latest, scaled_exposure
from kg.network.network import Network
from kg.terms import compact, local

STRUCK = 10
MEMORY = 12  # years for which the size of a sector is of use
GONE = frozenset({"cancelled", "closed", "stalled", "not-built"})
SIZES = {
    "electric-power": "electricity-capacity",
    "rail": "rail-length",
    "nuclear": "nuclear-reactors",
    "oil-gas": "petroleum-production",
    "ports": "ports",
}
UNITS = {"electricity-capacity": "GW", "rail-length": "km", "petroleum-production": "barrels a day"}
# The services, and the channel of the seed paper that each is given by.
SERVICES = {
    "certification": "testing-certification",
    "response": "vulnerability-sharing",
    "training": "joint-drills",
    "range": "test-ranges",
}


@dataclass(frozen=True)
class Purpose:
    """What cooperation is sought for: sectors (slugs), the host of a site, a service; or any."""

    sectors: frozenset[str] = frozenset()
    host: str = ""
    service: str = ""


@dataclass(frozen=True)
class Evidence:
    """What of a purpose is known, by country: counts, the size of the sector, pieces by name."""

    attacks: Mapping[str, int]
    sites: Mapping[str, int]
    sizes: Mapping[str, Mapping[str, Observation]]
    pieces: Mapping[str, frozenset[str]]

    def facts(self, iso3: str) -> tuple[str, ...]:
        """Return what is known of a country, in words."""
        sizes = [
            f"{name.replace('-', ' ')} {known[iso3].value:,.10g} {UNITS.get(name, '')}".rstrip()
            + f" ({known[iso3].year})"
            for name, known in self.sizes.items()
            if iso3 in known
        ]
        attacks, sites = self.attacks.get(iso3, 0), self.sites.get(iso3, 0)
        has = ", ".join(sorted(self.pieces.get(iso3, ()))) or "nothing known"
        counts = [f"attacks on the sector: {attacks}"] * bool(attacks)
        counts += [f"parks and projects: {sites}"] * bool(sites)
        return (*sizes, *counts, f"has {has}")


def purposed(needs: Needs, purpose: Purpose, known: Evidence, network: Network) -> Needs:
    """Return the needs of a purpose, and the observations that they rest on."""
    codes = [country.iso3 for country in network.countries]
    has = 1.0 - 0.5 ** counted(codes, {code: len(some) for code, some in known.pieces.items()})
    found = replace(needs, capability=has)
    if purpose.sectors:
        found = replace(
            found,
            exposure=exposed(needs, codes, known),
            value=valued(needs, codes, known),
            capability=has if purpose.service else (needs.capability + has) / 2,
            observations=observed(needs, known),
        )
    if purpose.host:
        there = np.array([code == purpose.host for code in codes])
        found = replace(found, value=np.where(there, found.value, 0.0))
    return found


def exposed(needs: Needs, codes: list[str], known: Evidence) -> Vector:
    """Return (n,): exposure with the attacks on the sector beside the actors in general."""
    actors = counted(codes, needs.actors)
    online = needs.exposure**2 / scaled_exposure(np.maximum(actors, 1.0))
    struck = actors + STRUCK * counted(codes, known.attacks)
    return np.asarray(np.sqrt(online * scaled_exposure(np.maximum(struck, 1.0))))


def valued(needs: Needs, codes: list[str], known: Evidence) -> Vector:
    """Return (n,): the size of the sector, and its parks and projects for half."""
    sizes = [
        share(counted(codes, {code: seen.value for code, seen in of.items()}))
        for of in known.sizes.values()
        if of
    ]
    size = np.max(sizes, axis=0) if sizes else needs.value
    return np.asarray(1.0 - (1.0 - size) * (1.0 - share(counted(codes, known.sites)) / 2))


def observed(needs: Needs, known: Evidence) -> dict[str, dict[str, Observation]]:
    """Return the observations of need with those of the sector's size."""
    found = {code: dict(seen) for code, seen in needs.observations.items()}
    for name, of in known.sizes.items():
        for code, seen in of.items():
            found.setdefault(code, {})[name] = seen
    return found


def counted(codes: Iterable[str], counts: Mapping[str, float]) -> Vector:
    """Return (n,): the count of each country, 0 where there is none."""
    return np.array([float(counts.get(code, 0.0)) for code in codes])


def share(counts: Vector) -> Vector:
    """Scale counts to 0..1: ln(1 + x) / ln(1 + max x)."""
    top = np.log1p(counts.max(initial=0.0))
    return np.asarray(np.log1p(counts) / top if top else np.zeros_like(counts))


def load(store: Store, network: Network, purpose: Purpose) -> Evidence:
    """Read what is known of a purpose by the network's date; parks and projects bear none."""
    day, sectors = network.at.isoformat(), narrowed(store, purpose.sectors)
    sites = {
        (site, local(host))
        for site, _, _, host, sector, status in store.texts(engine_query("places"))
        if sector in sectors and status not in GONE
    }
    attacks = {
        (incident, local(host))
        for incident, _, began, host, sector, *_ in store.texts(engine_query("events"))
        if sector in sectors and began <= day
    }
    return Evidence(
        Counter(host for _, host in attacks if host),
        Counter(host for _, host in sites),
        sizes(store, network.at.year, sectors),
        served(store, day, purpose.service) if purpose.service else held(store, day, sectors),
    )


def narrowed(store: Store, sectors: frozenset[str]) -> frozenset[str]:
    """Return sectors with those that are part of them."""
    rows = store.texts(engine_query("sector-weights"))
    return sectors | {slug for slug, broader, _ in rows if broader in sectors}


def sizes(store: Store, year: int, sectors: frozenset[str]) -> dict[str, dict[str, Observation]]:
    """Return the latest size of each sector that has a measure, by indicator and country."""
    memory = {SIZES[sector]: MEMORY for sector in sorted(sectors & SIZES.keys())}
    found: dict[str, dict[str, Observation]] = {name: {} for name in memory}
    for code, seen in latest(store, year, memory).items() if memory else ():
        for name, one in seen.items():
            found[name][code] = one
    return found


def held(store: Store, day: str, sectors: frozenset[str]) -> dict[str, frozenset[str]]:
    """Return the standards and teams of some sectors by country."""
    found: dict[str, set[str]] = defaultdict(set)
    for country, standard, sector, start in store.texts(engine_query("standard-use")):
        if sector in sectors and start <= day:
            found[local(country)].add(compact(standard))
    for team, _, country, _, sector, *_ in store.texts(engine_query("teams")):
        if sector in sectors:
            found[local(country)].add(compact(team))
    return {code: frozenset(names) for code, names in found.items()}


def served(store: Store, day: str, service: str) -> dict[str, frozenset[str]]:
    """Return the pieces of a service by country."""
    found: dict[str, set[str]] = defaultdict(set)
    for named, country, piece, start, end in store.texts(engine_query("service-evidence")):
        if named == service and start <= day and (not end or day < end):
            found[local(country)].add(compact(piece))
    return {code: frozenset(names) for code, names in found.items()}
