"""What advisories say, read from the graph: products, versions, weaknesses, exploitation."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.terms import local

AFFECTED = {"known_affected", "first_affected", "last_affected", "under_investigation", "named"}
WINDOW = timedelta(days=365)


@dataclass(frozen=True)
class Weakness:
    """A vulnerability: CVSS base score 0..10, its EPSS forecast 0..1, the day it was listed."""

    id: str
    cvss: float | None = None
    epss: float | None = None
    exploited: str = ""

    def listed(self, day: str) -> bool:
        """Tell whether it had been listed as exploited by an ISO day."""
        return bool(self.exploited) and self.exploited <= day


@dataclass(frozen=True)
class Status:
    """What an advisory says of one product: its name and vendor, versions, weaknesses."""

    product: str
    name: str
    vendor: str
    status: str
    versions: str
    weaknesses: frozenset[str]


@dataclass(frozen=True)
class Advisory:
    """One advisory; dates are ISO days, `sectors` slugs, `cvss` the publisher's own figure."""

    id: str
    number: str
    name: str
    date: str
    updated: str
    url: str
    source: str
    cvss: float | None
    sectors: frozenset[str]
    weaknesses: frozenset[str]
    statuses: tuple[Status, ...] = ()

    @property
    def affected(self) -> tuple[Status, ...]:
        """What is said of products that are, or may be, affected."""
        return tuple(status for status in self.statuses if status.status in AFFECTED)

    @property
    def vendors(self) -> frozenset[str]:
        """The vendors of the products it names."""
        return frozenset(status.vendor for status in self.statuses)


@dataclass(frozen=True)
class Bulletin:
    """Advisories and weaknesses as known at a day, and how often vendors' were exploited.

    `rate` is the share of all weaknesses that were listed as exploited by the day.
    """

    day: str
    advisories: tuple[Advisory, ...]
    weaknesses: dict[str, Weakness]
    vendor_names: dict[str, str]
    seats: dict[str, frozenset[str]]
    by_vendor: dict[str, frozenset[str]] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """The share of weaknesses known by the day that had been listed as exploited by then."""
        known = {w for advisory in self.advisories for w in advisory.weaknesses}
        return (self.listed(known) + 1) / (len(known) + 2)

    def listed(self, weaknesses: frozenset[str] | set[str]) -> int:
        """Count the weaknesses that had been listed as exploited by the day."""
        return sum(self.weaknesses[w].listed(self.day) for w in weaknesses if w in self.weaknesses)

    def since(self, day: str) -> list[Advisory]:
        """Return the advisories published or updated on or after an ISO day."""
        return [one for one in self.advisories if max(one.date, one.updated) >= day]

    def recently(self) -> str:
        """Return the day a year before the newest advisory."""
        newest = max((one.date for one in self.advisories), default=self.day)
        return (date.fromisoformat(newest) - WINDOW).isoformat()


def load(store: Store, at: date) -> Bulletin:
    """Read the advisories published by a day, with what was known of their weaknesses by then."""
    day = at.isoformat()
    statuses = _statuses(store)
    sectors, named = _grouped(store, "advisory-sectors"), _grouped(store, "advisory-weaknesses")
    advisories = tuple(
        Advisory(
            id=local(iri),
            number=number,
            name=name,
            date=published,
            updated=updated if updated <= day else "",
            url=url,
            source=local(source),
            cvss=_number(cvss),
            sectors=frozenset(sectors.get(iri, ())),
            weaknesses=frozenset(map(local, named.get(iri, ()))),
            statuses=tuple(statuses.get(iri, ())),
        )
        for iri, number, name, published, updated, url, source, cvss in _rows(store, "advisories")
        if published and published <= day
    )
    names = {name: local(vendor) for vendor, name, _ in _rows(store, "vendors")}
    seats: dict[str, set[str]] = defaultdict(set)
    for vendor, _, country in _rows(store, "vendors"):
        seats[local(vendor)] |= {local(country)} - {""}
    return Bulletin(
        day,
        advisories,
        _weaknesses(store),
        names,
        {vendor: frozenset(countries) for vendor, countries in seats.items()},
        _by_vendor(advisories),
    )


def _by_vendor(advisories: tuple[Advisory, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for advisory in advisories:
        for vendor in advisory.vendors:
            found[vendor] |= advisory.weaknesses
    return {vendor: frozenset(weaknesses) for vendor, weaknesses in found.items()}


def _statuses(store: Store) -> dict[str, list[Status]]:
    products = {iri: (name, local(vendor)) for iri, name, vendor in _rows(store, "products")}
    weaknesses = _grouped(store, "status-weaknesses")
    found: dict[str, list[Status]] = defaultdict(list)
    for link, advisory, product, status, versions in _rows(store, "statuses"):
        name, vendor = products.get(product, (local(product), ""))
        named = frozenset(map(local, weaknesses.get(link, ())))
        found[advisory].append(Status(product, name, vendor, status, versions, named))
    return found


def _weaknesses(store: Store) -> dict[str, Weakness]:
    days: dict[str, str] = {}
    for weakness, listed in _rows(store, "sightings"):
        days[weakness] = min(listed, days.get(weakness, listed))
    found: dict[str, Weakness] = {}
    for iri, cvss, epss in _rows(store, "weaknesses"):
        old = found.get(local(iri), Weakness(local(iri)))
        found[local(iri)] = Weakness(
            local(iri),
            _highest(old.cvss, _number(cvss)),
            _highest(old.epss, _number(epss)),
            days.get(iri, ""),
        )
    return found


def _highest(one: float | None, other: float | None) -> float | None:
    return max((value for value in (one, other) if value is not None), default=None)


def _number(text: str) -> float | None:
    return float(text) if text else None


def _grouped(store: Store, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for thing, value in _rows(store, name):
        found[thing].append(value)
    return found


def _rows(store: Store, name: str) -> list[tuple[str, ...]]:
    return store.texts(engine_query(name))
