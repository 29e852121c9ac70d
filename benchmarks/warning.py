"""How well warnings would have done: `python benchmarks/warning.py`.

Of the advisories that no listing as exploited had named by a day but one named later, the share in
the top tenth by the score, and by CVSS alone. Ties at the border count by their chance.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from kg.graph import build
from kg.platform import bulletin, site
from kg.platform.bulletin import Advisory, Bulletin
from kg.platform.warning import SEVERITY, TYPICAL, UNSAID, Judge

YEARS = range(2020, 2025)


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


def main() -> None:
    """Print the figures by year and in all."""
    store = build.cached()
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
