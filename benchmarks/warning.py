"""How well warnings would have done: `python benchmarks/warning.py`.

Of the advisories that no listing as exploited had named by a day but one named later, the share in
the top tenth by the score, and by CVSS alone. Ties at the border count by their chance.

Then other scores from what was known by the day: CVSS, how many weaknesses, whether one can be
reached over a network without rights or a user's help, and how often weaknesses of its kind (CWE)
had been exploited (drawn to all as in the score). One is chosen on the early dates and judged on
the later ones; the others are shown beside it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from kg.graph import build
from kg.graph.store import EmbeddedStore
from kg.platform import bulletin, site
from kg.platform.bulletin import Advisory, Bulletin
from kg.platform.warning import PRIOR, SEVERITY, TYPICAL, UNSAID, Judge
from kg.terms import local

YEARS = range(2020, 2025)
EARLY, LATE = range(2018, 2021), range(2021, 2025)
KINDS = """SELECT ?v ?vector ?kind { ?v a coop:Vulnerability .
  OPTIONAL { ?v coop:cvssVector ?vector } OPTIONAL { ?v coop:weakness ?kind } }"""


@dataclass(frozen=True)
class Features:
    """An advisory: CVSS / 10, how many weaknesses, ease of reach 0..2, record of its kinds."""

    cvss: float
    number: int
    reach: int
    kinds: float


SCORES: dict[str, Callable[[Features], float]] = {
    "CVSS": lambda f: f.cvss,
    "CVSS x reach": lambda f: f.cvss * (1 + f.reach),
    "CVSS x number": lambda f: f.cvss * math.log1p(f.number),
    "CVSS x number x reach": lambda f: f.cvss * math.log1p(f.number) * (1 + f.reach),
    "CVSS x kinds": lambda f: f.cvss * f.kinds,
    "CVSS x kinds x reach": lambda f: f.cvss * f.kinds * (1 + f.reach),
}


def listed(known: Bulletin, advisory: Advisory) -> list[str]:
    """Return the days on which weaknesses of an advisory were listed."""
    found = (known.weaknesses[w].exploited for w in advisory.weaknesses if w in known.weaknesses)
    return [day for day in found if day]


def caught(values: Mapping[str, float], wanted: set[str]) -> float:
    """Return how many of `wanted` are in the top tenth by value."""
    top = max(1, len(values) // 10)
    border = sorted(values.values(), reverse=True)[top - 1]
    above = sum(value > border for value in values.values())
    equal = sum(value == border for value in values.values())
    chance = (top - above) / equal
    return sum(1.0 if values[w] > border else chance * (values[w] == border) for w in wanted)


def described(store: EmbeddedStore) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Return how easily each weakness is reached (0..2), and its kinds."""
    reach: dict[str, int] = {}
    kinds: dict[str, set[str]] = defaultdict(set)
    for iri, vector, kind in store.texts(KINDS):
        weakness, remote = local(iri), "AV:N" in vector
        alone = remote and "PR:N" in vector and "UI:N" in vector
        reach[weakness] = max(reach.get(weakness, 0), remote + alone)
        kinds[weakness] |= {kind} - {""}
    return reach, kinds


def features(
    known: Bulletin, fresh: list[Advisory], reach: dict[str, int], kinds: dict[str, set[str]]
) -> dict[str, Features]:
    """Return the features of advisories as known by the bulletin's day."""
    judge = Judge(known, {}, site.Sectors({}, {}))
    named = [(w, k) for a in known.advisories for w in a.weaknesses for k in kinds.get(w, ())]
    seen = Counter(kind for _, kind in named)
    hit = Counter(kind for weakness, kind in named if known.listed({weakness}))
    record = {k: (hit[k] + PRIOR * judge.rate) / (seen[k] + PRIOR) for k in seen}
    return {
        a.id: Features(
            judge.severity(a.weaknesses, a.cvss) or SEVERITY,
            len(a.weaknesses),
            max((reach.get(w, 0) for w in a.weaknesses), default=0),
            max((record[k] for w in a.weaknesses for k in kinds.get(w, ())), default=judge.rate),
        )
        for a in fresh
    }


def compared(store: EmbeddedStore) -> None:
    """Print the share in the top tenth by each score, on the early dates and on the later ones."""
    shares: list[dict[str, float]] = []
    for years in (EARLY, LATE):
        total, found = 0, dict.fromkeys(SCORES, 0.0)
        for year in years:
            known = bulletin.load(store, date(year, 1, 1))
            fresh = [a for a in known.advisories if all(d > known.day for d in listed(known, a))]
            wanted = {a.id for a in fresh if listed(known, a)}
            about = features(known, fresh, *described(store))
            total += len(wanted)
            for name, score in SCORES.items():
                found[name] += caught({key: score(f) for key, f in about.items()}, wanted)
        shares.append({name: value / total for name, value in found.items()})
        print(f"{years[0]}-{years[-1]}: {total} listed later")
    early, late = shares
    chosen = max(early, key=lambda name: early[name])
    for name in SCORES:
        mark = "  <- chosen on the early dates" if name == chosen else ""
        print(f"{name:24}{early[name]:.2f}  {late[name]:.2f}{mark}")


def main() -> None:
    """Print the figures by year and in all."""
    store = build.cached()
    compared(store)
    sectors = site.read_sectors(store)
    total = [0.0, 0.0, 0.0]
    for year in YEARS:
        known = bulletin.load(store, date(year, 1, 1))
        judge = Judge(known, {}, sectors)
        fresh = [a for a in known.advisories if all(day > known.day for day in listed(known, a))]
        wanted = {a.id for a in fresh if listed(known, a)}
        cvss = {a.id: judge.severity(a.weaknesses, a.cvss) or SEVERITY for a in fresh}
        score = {
            a.id: cvss[a.id]
            * judge.exploitation(a.weaknesses, a.vendors)[0]
            * (TYPICAL if a.sectors else UNSAID)
            * sectors.consequence(a.sectors)
            for a in fresh
        }
        row = [float(len(wanted)), caught(score, wanted), caught(cvss, wanted)]
        total = [sum(pair) for pair in zip(total, row, strict=True)]
        print(
            f"{year}: {len(fresh)} advisories, {row[0]:.0f} listed later; "
            f"in the top tenth: score {row[1]:.1f}, CVSS {row[2]:.1f}"
        )
    print(f"all: score {total[1] / total[0]:.2f}, CVSS {total[2] / total[0]:.2f}, chance 0.10")


if __name__ == "__main__":
    main()
