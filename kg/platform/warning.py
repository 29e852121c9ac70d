"""Warnings: which advisories matter to whom, ordered by a score whose every factor is shown.

    score = severity * exploitation * presence * exposure * consequence        each in 0..1

severity      the highest CVSS base score of the advisory's weaknesses / 10; SEVERITY if none.
exploitation  1 if a weakness was listed as exploited by the day. Else 1 - prod(1 - epss) where
              forecasts are loaded. Else 1 - (1 - r)^n for n weaknesses by the vendor's record r =
              (listed + PRIOR * rate) / (weaknesses + PRIOR), the share of the vendor's weaknesses
              that were listed as exploited by the day, drawn to the share among all vendors (an
              empirical Bayes estimate; Casella 1985).
presence      1 for a product of the inventory in an affected version, times the certainty of the
              match of names; UNCOMPARED where the versions cannot be compared. Without an
              inventory nobody knows: TYPICAL where the advisory names the site's sector,
              UNSAID where it names several sectors or none, and the warning says so.
exposure      (1 + e) / 2, e the host's threat exposure as in the ranking's need: ln(1 + actors) /
              ln(1 + the most of any country); a country without reports counts as one actor.
consequence   of the site's sector: see `comity query sector-consequences`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.platform.bulletin import Advisory, Bulletin, Status
from kg.platform.inventory import Item
from kg.platform.names import SURE, Vendors, likeness
from kg.platform.site import Sectors, Site
from kg.platform.versions import contains

SEVERITY = 0.5
PRIOR = 20.0
TYPICAL = 0.3
UNSAID = 0.1
UNCOMPARED = 0.7
WIDE = frozenset({"multi"})


@dataclass(frozen=True)
class Place:
    """Where: a site's short IRI or an inventory's `site/zone`; host, sectors, line if any."""

    id: str
    name: str
    host: str
    sectors: frozenset[str]
    line: int = 0


@dataclass(frozen=True)
class Alert:
    """A warning: one advisory for one place, the factors of its score, and why."""

    advisory: Advisory
    place: Place
    factors: Mapping[str, float]
    reasons: tuple[str, ...]
    unknown: tuple[str, ...]

    @property
    def score(self) -> float:
        """The product of the factors, 0..1."""
        return math.prod(self.factors.values())

    @property
    def certain(self) -> bool:
        """Whether the product is known to stand there: an inventory says so."""
        return bool(self.place.line)

    def as_json(self) -> dict[str, Any]:
        """Return the warning with every factor and reason."""
        advisory, place = self.advisory, self.place
        return {
            "score": self.score,
            "advisory": advisory.number,
            "title": advisory.name,
            "date": advisory.date,
            "updated": advisory.updated,
            "place": place.id,
            "name": place.name,
            "host": place.host,
            "line": place.line or None,
            "presence": "known" if self.certain else "typical of the sector, not known",
            "factors": dict(self.factors),
            "reasons": list(self.reasons),
            "not known": list(self.unknown),
            "weaknesses": sorted(advisory.weaknesses),
            "page": advisory.url,
            "source": advisory.source,
        }


@dataclass(frozen=True)
class Weight:
    """What of a score depends on weaknesses alone: severity (None: unknown), exploitation, why."""

    severity: float | None
    exploitation: float
    record: str


class Judge:
    """Scores advisories as of a bulletin's day."""

    def __init__(self, bulletin: Bulletin, actors: Mapping[str, int], sectors: Sectors) -> None:
        """`actors` counts the threat actors said to have attacked each country."""
        self.bulletin = bulletin
        self.actors = actors
        self.sectors = sectors
        self.rate = bulletin.rate
        self.most = math.log1p(max(actors.values(), default=1))
        self.vendors = Vendors(bulletin.vendor_names)

    def severity(self, weaknesses: Iterable[str], own: float | None = None) -> float | None:
        """Return the highest CVSS base score / 10, None where none is known."""
        known = [
            self.bulletin.weaknesses[w].cvss for w in weaknesses if w in self.bulletin.weaknesses
        ]
        scores = [score for score in [*known, own] if score is not None]
        return max(scores) / 10 if scores else None

    def exploitation(self, weaknesses: frozenset[str], vendors: Iterable[str]) -> tuple[float, str]:
        """Return the chance that a weakness is exploited, and what says so."""
        known = [
            self.bulletin.weaknesses[w] for w in sorted(weaknesses) if w in self.bulletin.weaknesses
        ]
        listed = [weakness for weakness in known if weakness.listed(self.bulletin.day)]
        if listed:
            first = min(listed, key=lambda weakness: weakness.exploited)
            return 1.0, f"{first.id} is listed as exploited since {first.exploited}"
        forecasts = [weakness.epss for weakness in known if weakness.epss is not None]
        if forecasts:
            chance = 1 - math.prod(1 - forecast for forecast in forecasts)
            return chance, f"EPSS forecasts exploitation within 30 days with {chance:.3f}"
        record = max((self.record(vendor) for vendor in vendors), default=self.rate)
        chance = 1 - (1 - record) ** max(1, len(weaknesses))
        return chance, f"not listed as exploited; by the vendor's record {chance:.4f}"

    def weigh(self, advisory: Advisory, weaknesses: frozenset[str]) -> Weight:
        """Return what some of an advisory's weaknesses weigh, wherever they stand."""
        severity = self.severity(weaknesses, advisory.cvss)
        return Weight(severity, *self.exploitation(weaknesses, advisory.vendors))

    def record(self, vendor: str) -> float:
        """Return the share of a vendor's weaknesses that were exploited, drawn to all vendors'."""
        named = self.bulletin.by_vendor.get(vendor, frozenset())
        return (self.bulletin.listed(named) + PRIOR * self.rate) / (len(named) + PRIOR)

    def exposure(self, host: str) -> float:
        """Return (1 + threat exposure of a country) / 2."""
        scaled = math.log1p(self.actors.get(host, 1)) / self.most if self.most else 0.0
        return (1 + scaled) / 2

    def presence(self, advisory: Advisory, site: Site) -> float:
        """Return how likely the advisory's products stand at a site of which no more is known."""
        if advisory.sectors & self.sectors.widened(site.sectors):
            return TYPICAL
        return UNSAID if not advisory.sectors or advisory.sectors & WIDE else 0.0

    def of_site(self, advisory: Advisory, weight: Weight, site: Site) -> Alert | None:
        """Return the warning of an advisory for a site, None where its sectors are others."""
        presence = self.presence(advisory, site)
        if not presence:
            return None
        shared = sorted(advisory.sectors & self.sectors.widened(site.sectors))
        why = (
            f"typical of the sector {', '.join(shared)}; whether it stands there is not known"
            if shared
            else "the advisory names no sector of the site; whether it stands there is not known"
        )
        place = Place(site.id, site.name, site.host, site.sectors)
        return self._alert(advisory, weight, presence, place, why)

    def of_item(
        self, advisory: Advisory, item: Item, host: str, sectors: frozenset[str]
    ) -> Alert | None:
        """Return the warning of an advisory for a line of an inventory, None if it is not meant."""
        found = [found for status in advisory.affected if (found := self.meant(status, item))]
        if not found:
            return None
        presence, status, why = max(found, key=lambda one: one[0])
        within = "/".join(part for part in (item.site, item.zone) if part) or f"line {item.line}"
        name = f"{item.vendor} {item.product} {item.version}".strip()
        place = Place(within, name, host, sectors, item.line)
        weight = self.weigh(advisory, status.weaknesses or advisory.weaknesses)
        return self._alert(advisory, weight, presence, place, why)

    def meant(self, status: Status, item: Item) -> tuple[float, Status, str] | None:
        """Return (presence, status, why) where a status may be about an item, else None."""
        vendor = next((m for m in self.vendors.find(item.vendor) if m.thing == status.vendor), None)
        certainty = likeness(item.product, status.name) * (vendor.certainty if vendor else 0.0)
        held = contains(status.versions, item.version) if certainty else False
        if not certainty or held is False:
            return None
        doubt = "" if certainty >= SURE else f"doubtful match ({certainty:.2f}): "
        span = status.versions or "all versions"
        if held is None:
            given = item.version or "no version given"
            return (
                certainty * UNCOMPARED,
                status,
                f"{doubt}{status.name}: {given} cannot be compared with {span}",
            )
        return (
            certainty,
            status,
            f"{doubt}{status.name}: {item.version or 'any version'} is in {span}",
        )

    def _alert(
        self, advisory: Advisory, weight: Weight, presence: float, place: Place, why: str
    ) -> Alert:
        factors = {
            "severity": SEVERITY if weight.severity is None else weight.severity,
            "exploitation": weight.exploitation,
            "presence": presence,
            "exposure": self.exposure(place.host),
            "consequence": self.sectors.consequence(place.sectors),
        }
        gaps = {
            "CVSS score": weight.severity is None,
            "whether the product stands there": not place.line,
            "threat actors of the host": place.host not in self.actors,
            "sector": not place.sectors,
        }
        actors = self.actors.get(place.host)
        known = f"{actors} threat actors" if actors else "no reported threat actors"
        reasons = (why, weight.record, f"{known} on {place.host or 'an unknown host'}")
        unknown = tuple(gap for gap, open_ in gaps.items() if open_)
        return Alert(advisory, place, factors, reasons, unknown)


def of_sites(judge: Judge, advisories: Sequence[Advisory], sites: Sequence[Site]) -> list[Alert]:
    """Return the warnings of advisories for sites, the gravest first."""
    weighed = [(advisory, judge.weigh(advisory, advisory.weaknesses)) for advisory in advisories]
    found = (judge.of_site(advisory, w, site) for advisory, w in weighed for site in sites)
    return ordered(warning for warning in found if warning)


def of_inventory(
    judge: Judge, advisories: Sequence[Advisory], items: Sequence[Item], sites: Mapping[str, Site]
) -> list[Alert]:
    """Return the warnings of advisories for an inventory; `sites` are those of the graph by id."""
    found: list[Alert | None] = []
    for item in items:
        site = (
            sites.get(item.site)
            or sites.get(f"park:{item.site}")
            or sites.get(f"project:{item.site}")
        )
        own = frozenset({item.sector}) if item.sector else frozenset()
        sectors = own or (site.sectors if site else frozenset())
        host = site.host if site else ""
        vendors = {match.thing for match in judge.vendors.find(item.vendor)}
        found += [
            judge.of_item(advisory, item, host, sectors)
            for advisory in advisories
            if vendors & advisory.vendors
        ]
    return ordered(warning for warning in found if warning)


def unmatched(judge: Judge, items: Sequence[Item], warned: Iterable[Alert]) -> list[str]:
    """Say of each line without a warning why it has none."""
    lines = {warning.place.line for warning in warned}
    return [_silence(judge, item) for item in items if item.line not in lines]


def _silence(judge: Judge, item: Item) -> str:
    if not judge.vendors.find(item.vendor):
        return f"line {item.line}: no advisory names a vendor like {item.vendor}"
    what = f"{item.product} {item.version}".strip()
    return f"line {item.line}: no advisory of the time asked for is about {what} of {item.vendor}"


def ordered(warnings: Iterable[Alert]) -> list[Alert]:
    """Return warnings by score, then by date and number."""
    return sorted(
        warnings, key=lambda one: (-one.score, one.advisory.date, one.advisory.number, one.place.id)
    )


def gravest(warnings: Sequence[Alert]) -> list[tuple[Alert, int]]:
    """Return the gravest warning of each advisory, and for how many places there is one."""
    first: dict[str, Alert] = {}
    count: Counter[str] = Counter()
    for warning in warnings:
        first.setdefault(warning.advisory.id, warning)
        count[warning.advisory.id] += 1
    return [(warning, count[key]) for key, warning in first.items()]
