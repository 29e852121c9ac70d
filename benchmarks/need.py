"""Does need agree with what happened? `python benchmarks/need.py [FOLDER]`.

FOLDER holds EuRepoC's files (the global database and its receivers), which are not shipped; no
input of need is made from them. At the end of 2010, 2012 ... 2018 need is read strictly, from
dated inputs only, and asked which countries had an incident on critical infrastructure afterwards.
AUC over the members of the United Nations, and within thirds of GDP.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np

from kg import sources
from kg.forecast.backtest import auc, levels
from kg.forecast.history import Flags, Floats
from kg.graph.build import cached
from kg.graph.store import Store
from kg.network import need, network

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "threats"
YEARS = (2010, 2012, 2014, 2016, 2018)
CRITICAL = "Critical infrastructure"
BAR = 0.80


def main(folder: Path = FOLDER) -> None:
    """Print AUC by year and variant, whole and within thirds of GDP."""
    happened, store = incidents(folder), cached()
    found = []
    for year in YEARS:
        hit, ranked = judged(store, happened, year)
        third = np.searchsorted(np.quantile(ranked["GDP"], (1 / 3, 2 / 3)), ranked["GDP"])
        print(f"{year}: {int(hit.sum())} of {len(hit)} countries had one later")
        for name, score in ranked.items():
            inside = " ".join(f"{area(score[third == t], hit[third == t]):.3f}" for t in range(3))
            print(f"  {name:32}{area(score, hit):.3f}   by GDP, lowest third first: {inside}")
        found.append(area(ranked["need"], hit))
    met = "met" if min(found) >= BAR else "MISSED"
    print(f"need: mean {np.mean(found):.3f}, lowest {min(found):.3f}, bar >= {BAR}: {met}")


def incidents(folder: Path) -> dict[str, int]:
    """Return {country: the last year of an incident on its critical infrastructure}."""
    events = sources.read(folder / "EuRepoC_Global_Database_1.1.csv", "eurepoc")
    when = {row["id"]: row["date"][:4] for row in events.tables["incidents"]}
    last: dict[str, int] = {}
    receivers = sources.read(folder / "EuRepoC_Receiver_1.1.csv", "eurepoc-receivers")
    for row in receivers.tables["incident_receivers"]:
        year = when.get(row["incident"], "")
        if row["category"] == CRITICAL and year:
            last[row["country"]] = max(int(year), last.get(row["country"], 0))
    return last


def judged(store: Store, happened: Mapping[str, int], year: int) -> tuple[Flags, dict[str, Floats]]:
    """Return which countries (n,) had an incident after a year, and {ranking: (n,)} before it."""
    net = network.load(store, date(year, 12, 31))
    needs = need.load(store, net, strict=True)
    members = np.array([country.un_member for country in net.countries])
    hit = np.array([happened.get(country.iso3, 0) > year for country in net.countries])
    gdp = [needs.observations.get(c.iso3, {}).get("gdp") for c in net.countries]
    ranked = {
        "need": needs.need,
        "without capability": needs.exposure * needs.value,
        "without exposure": needs.value * (1.0 - needs.capability / 2.0),
        "annulled by capability": needs.exposure * needs.value * (1.0 - needs.capability),
        "exposure alone": needs.exposure,
        "GDP": np.array([seen.value if seen else 0.0 for seen in gdp]),
    }
    return hit[members], {name: score[members] for name, score in ranked.items()}


def area(score: Floats, hit: Flags) -> float:
    """Return the area under the ROC curve; NaN where all or none were hit."""
    marks = levels(score, hit.astype(float), np.ones((1, len(hit))))
    return float(auc(*marks)[0])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
