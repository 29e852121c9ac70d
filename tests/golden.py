"""A dozen countries worked out by hand: made-up facts, and what follows from them in plain Python.

`tests/resources/golden` holds the facts, one a row, as the project keeps its own. This module
works the same figures out again from the rows with nothing but loops, so that a slip between the
rows and the numbers shows. Figures that a person can check on paper stand in `test_golden.py`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from math import exp, expm1, log, log1p, log10, sqrt
from pathlib import Path

import numpy as np
import pytest

from kg.advice import snapshot
from kg.advice.snapshot import Snapshot
from kg.forecast import kinds
from kg.graph import shipped
from kg.graph.store import EmbeddedStore

FOLDER = Path(__file__).parent / "resources" / "golden"
SCHEMAS = {
    name: f"curated-{name}"
    for name in ("agreements", "barriers", "parks", "participations", "relations", "territories")
}
DAY = "2024-06-30"
RATE = 0.05  # the share of open pairs that sign a paper on cyber security
STRENGTH = {
    "cyber-mou": 0.40,
    "information-security-agreement": 0.60,
    "investment-treaty": 0.12,
    "cyber-agreement": 0.60,
    "defence-agreement": 0.15,
    "cyber-statement": 0.20,
    "cert-cooperation": 0.35,
    "trade-agreement": 0.12,
    "membership": 0.01,
}
CYBER = {
    "information-security-agreement",
    "cyber-agreement",
    "cyber-mou",
    "cyber-statement",
    "cert-cooperation",
    "mutual-recognition",
}
LEVEL = {
    "war": 1.0,
    "not-recognised": 1.0,
    "sanctions-broad": 0.7,
    "sanctions-sectoral": 0.3,
    "sanctions-targeted": 0.0,
    "rivalry": 0.7,
    "clash": 0.7,
    "unofficial-relations": 0.5,
    "alliance": 0.0,
}
BLOCKS = {"war", "not-recognised"}


@cache
def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CODES = [row["iso3"] for row in rows("countries")]
N = len(CODES)
PLACE = {code: place for place, code in enumerate(CODES)}


def store() -> EmbeddedStore:
    """The facts and the ontology in a store in memory."""
    made = EmbeddedStore()
    quads = [q for path in shipped.ontology_files() for q in shipped.ontology_quads(path)]
    for path in FOLDER.glob("*.csv"):
        name = SCHEMAS.get(path.stem, path.stem)
        schema = shipped.shipped("data") / "schemas" / f"{name}.json"
        quads += shipped.table_quads(shipped.Table(path, schema))
    made.change((), quads)
    return made


@dataclass(frozen=True)
class Given:
    """The chance of cooperation in general, as if it had been forecast."""

    probability: np.ndarray
    countries: tuple[str, ...]

    @property
    def unknown(self) -> np.ndarray:
        """One input, unknown for the pair of Kenya and Laos alone."""
        gap = np.zeros((*self.probability.shape, 1), dtype=bool)
        a, b = (self.countries.index(code) for code in ("KEN", "LAO"))
        gap[a, b] = gap[b, a] = True
        return gap

    def missing(self, one: str, other: str) -> tuple[str, ...]:
        return ("distance",) if {one, other} == {"KEN", "LAO"} else ()


def forecast(history: object, _model: object, _year: int) -> Given:
    """The general chance of all pairs, in the order of the history's countries."""
    codes = tuple(history.countries)
    at = [PLACE[code] for code in codes]
    return Given(general()[np.ix_(at, at)], codes)


@contextmanager
def known(graph: EmbeddedStore) -> Iterator[Snapshot]:
    """The snapshot at the day, with the general chance given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "forecast", forecast)
        patch.setattr(kinds, "model_for", lambda *_: None)
        patch.setattr(kinds, "pace", lambda *_: RATE)
        yield snapshot.load(graph, date.fromisoformat(DAY))


def day(text: str) -> str:
    """The first day of a partial date."""
    return text + "-01-01"[: 10 - len(text)] if len(text) == 4 else (text + "-01")[:10]


def kind_of() -> dict[str, str]:
    kinds = {f"agreement/{row['id']}": row["kind"] for row in rows("agreements")}
    return kinds | {f"body/{row['id']}": "membership" for row in rows("bodies")}


def parties(seen_only: bool = False, at: str = DAY) -> dict[str, dict[str, float]]:
    """Who takes part in what on a day, and with what weight."""
    listed = [row for row in rows("participations") if row["role"] != "observer"]
    ends = {(row["of"], row["country"]): row["end"] for row in listed if row["end"]}
    found: dict[str, dict[str, float]] = {}
    for row in listed:
        end = row["end"] or ends.get((row["of"], row["country"]), "")
        if day(row["start"]) <= at and (not end or at < day(end)):
            if seen_only and row["checked"] != "seen":
                continue
            weight = sqrt(0.5) if row["role"] == "signatory" else 1.0
            found.setdefault(row["of"], {})[row["country"]] = weight
    return found


@cache
def ties(seen_only: bool = False) -> np.ndarray:
    """Tie strengths: noisy-or of strength times specificity, half for what is only signed."""
    surprise = np.zeros((N, N))
    whole, kinds = parties(), kind_of()
    for of, members in parties(seen_only).items():
        size = len(whole[of])
        if size < 2:
            continue
        share = STRENGTH[kinds[of]] * min(1.0, max(0.0, log(N / size) / log(N / 2)))
        for one, other in combinations(members, 2):
            a, b = PLACE[one], PLACE[other]
            surprise[a, b] += -log1p(-share) * members[one] * members[other]
    return np.array(
        [[-expm1(-(surprise[a, b] + surprise[b, a])) for b in range(N)] for a in range(N)]
    )


@cache
def paths() -> np.ndarray:
    """Path strengths by Floyd and Warshall's algorithm."""
    rho = ties().copy()
    np.fill_diagonal(rho, 1.0)
    for k in range(N):
        for a in range(N):
            for b in range(N):
                rho[a, b] = max(rho[a, b], rho[a, k] * rho[k, b])
    return rho


def observed(indicator: str, memory: int, year: int = 2024) -> dict[str, float]:
    """The latest value of each country up to a year, none that is older than the memory."""
    newest: dict[str, tuple[int, float]] = {}
    for row in rows("observations"):
        when = int(row["year"])
        if row["indicator"] == indicator and year - memory <= when <= year:
            newest[row["country"]] = max(
                newest.get(row["country"], (0, 0.0)), (when, float(row["value"]))
            )
    return {country: value for country, (_, value) in newest.items()}


def median_of_neighbours(known: dict[str, float], country: str) -> float:
    """The median of the subregion, else of the region, else of all."""
    about = {row["iso3"]: row for row in rows("countries")}
    for key in ("subregion", "region", None):
        same = [v for c, v in known.items() if key is None or about[c][key] == about[country][key]]
        if same:
            return float(np.median(same))
    return 0.5


@cache
def needs() -> dict[str, dict[str, float]]:
    """Exposure, value, capability and need of every country."""
    gdp, share = observed("gdp", 12), observed("industry-share", 12)
    industry = {c: gdp[c] * share[c] / 100 for c in gdp.keys() & share.keys()}
    people, online = observed("population", 30), observed("internet-users", 12)
    capability = observed("gci", 12)
    victims: dict[str, set[str]] = {}
    for row in rows("targetings"):
        victims.setdefault(row["country"], set()).add(row["actor"])
    most = max(len(actors) for actors in victims.values())
    line = np.polyfit(
        [log(people[c]) for c in industry if c in people],
        [log(industry[c]) for c in industry if c in people],
        1,
    )
    found = {}
    for c in CODES:
        dollars = industry.get(c, exp(np.polyval(line, log(people[c]))))
        reported = log1p(len(victims.get(c, "x"))) / log1p(most)
        used = online.get(c, median_of_neighbours(online, c)) / 100
        skill = capability.get(c, median_of_neighbours(capability, c))
        value = min(1.0, max(0.0, (log10(max(dollars, 1.0)) - 8) / 5))
        exposure = sqrt(reported * used)
        found[c] = {
            "exposure": exposure,
            "value": value,
            "capability": skill,
            "need": exposure * value * (1 - skill / 2),
        }
    return found


@cache
def obstacles() -> tuple[np.ndarray, np.ndarray]:
    """The share withheld, and which agreements are ruled out."""
    held = [
        (row["kind"], row["from"], row["to"], LEVEL[row["kind"]], row["start"], row["end"])
        for row in rows("relations")
    ]
    held += [
        (row["kind"], row["country"], row["toward"], float(row["level"]), row["start"], row["end"])
        for row in rows("barriers")
        if row["toward"]
    ]
    highest: dict[tuple[int, int], dict[str, float]] = {}
    blocked = np.zeros((N, N), dtype=bool)
    for kind, one, other, level, start, end in held:
        if (start and day(start) > DAY) or (end and day(end) <= DAY):
            continue
        for a, b in ((PLACE[one], PLACE[other]), (PLACE[other], PLACE[one])):
            family = highest.setdefault((a, b), {})
            name = kind.split("-")[0]
            family[name] = max(level, family.get(name, 0.0))
            blocked[a, b] |= kind in BLOCKS
    barrier = np.zeros((N, N))
    for pair, levels in highest.items():
        barrier[pair] = 1 - np.prod([1 - level for level in levels.values()])
    return barrier, blocked


def signed(kinds: set[str]) -> np.ndarray:
    """How many bilateral agreements of the kinds each two had signed by the end of 2024."""
    who: dict[str, set[str]] = {}
    for row in rows("participations"):
        who.setdefault(row["of"], set()).add(row["country"])
    counts = np.zeros((N, N))
    for row in rows("agreements"):
        two = sorted(PLACE[c] for c in who[f"agreement/{row['id']}"])
        if row["kind"] in kinds and len(two) == 2 and int(row["signed"][:4]) <= 2024:
            counts[two[0], two[1]] += 1
            counts[two[1], two[0]] += 1
    return counts


def general() -> np.ndarray:
    """A made-up chance of cooperation in general, the one thing that is given, not worked out."""
    size = np.array([0.3 if c == "HKG" else 0.02 * (2 + CODES.index(c)) for c in CODES])
    chance = np.sqrt(np.multiply.outer(size, size))
    np.fill_diagonal(chance, np.nan)
    return chance


@cache
def chances(rate: float) -> tuple[np.ndarray, np.ndarray]:
    """The chance of a paper on cyber security, and each country's popularity; UN members alone."""
    states = [place for place, row in enumerate(rows("countries")) if row["un_member"] == "true"]
    cyber, defence = signed(CYBER), signed({"defence-agreement"})
    base, tau, skill = general(), ties(), [needs()[c]["capability"] for c in CODES]
    partners = {
        "cyber": [sum(cyber[a, b] > 0 for b in states) for a in range(N)],
        "defence": [sum(defence[a, b] > 0 for b in states) for a in range(N)],
    }
    raw: dict[str, dict[tuple[int, int], float]] = {name: {} for name in "gadpts"}
    for a in states:
        for b in states:
            if a != b:
                raw["g"][a, b] = log(base[a, b] / (1 - base[a, b]))
                raw["a"][a, b] = log1p(partners["cyber"][a]) + log1p(partners["cyber"][b])
                raw["d"][a, b] = log1p(partners["defence"][a]) + log1p(partners["defence"][b])
                raw["p"][a, b] = log1p(defence[a, b])
                raw["t"][a, b] = log(tau[a, b] + 0.02)
                raw["s"][a, b] = min(skill[a], skill[b])
    free = [pair for pair in raw["g"] if cyber[pair] == 0]
    score = dict.fromkeys(raw["g"], 0.0)
    for name, weight in {"g": 1.0, "a": 0.5, "d": 0.5, "p": 0.5, "t": 0.5, "s": 0.5}.items():
        pool = [raw[name][pair] for pair in free]
        middle, spread = float(np.mean(pool)), float(np.std(pool)) or 1.0
        for pair, value in raw[name].items():
            score[pair] += 0.7 * weight * max(-4.0, min(4.0, (value - middle) / spread))
    low, high = -30.0, 30.0
    for _ in range(200):
        shift = (low + high) / 2
        mean = np.mean([1 / (1 + exp(-score[pair] - shift)) for pair in free])
        low, high = (low, shift) if mean > rate else (shift, high)
    chance = np.full((N, N), np.nan)
    for pair, value in score.items():
        chance[pair] = 1 / (1 + exp(-value - shift))
    # Readiness: least squares of the log-odds on the two countries, by normal equations.
    size = len(states)
    design, wanted = [], []
    for a, b in combinations(range(size), 2):
        line = np.zeros(size + 1)
        line[[0, a + 1, b + 1]] = 1.0
        design.append(line)
        p = chance[states[a], states[b]]
        wanted.append(log(p / (1 - p)))
    design.append(np.r_[0.0, np.ones(size)])
    wanted.append(0.0)
    own = np.linalg.lstsq(np.array(design), np.array(wanted), rcond=None)[0][1:]
    popularity = np.ones(N)
    popularity[states] = np.exp(own)
    return chance, popularity


@cache
def scores(
    focal: str, rate: float, strength: float, g: float, h: float
) -> dict[str, dict[str, float]]:
    """Every factor and the score of every partner of a focal country."""
    f, tau = PLACE[focal], ties()
    rho, (barrier, blocked) = paths(), obstacles()
    chance, popularity = chances(rate)
    usual = float(np.nanmean(chance))
    need = {c: needs()[c]["need"] for c in CODES}
    state = {row["territory"]: row["represented_by"] for row in rows("territories")}
    unrecognised = {
        (r["from"], r["to"])
        for r in rows("relations")
        if r["kind"] in {"not-recognised", "unofficial-relations"}
    }
    found = {}
    for row in rows("countries"):
        j, code = PLACE[row["iso3"]], row["iso3"]
        if row["un_member"] == "false" or code == focal:
            continue
        tie = 1 - (1 - tau[f, j]) * (1 - strength)
        direct = need[code] * (tie - tau[f, j])
        onward = 0.0
        for t in CODES:
            other = PLACE[t]
            own = state.get(t, t) == state.get(focal, focal)
            if t in {code, focal} or own or (focal, t) in unrecognised or blocked[f, other]:
                continue
            onward += need[t] * max(0.0, tie * rho[j, other] - rho[f, other])
        p = usual if np.isnan(chance[f, j]) else chance[f, j]
        found[code] = {
            "feasibility": p,
            "barrier": barrier[f, j],
            "popularity": popularity[j],
            "direct": direct,
            "onward": onward,
            "expected_leverage": p
            * (1 - barrier[f, j])
            * popularity[j] ** -h
            * (direct + onward) ** g,
            "blocked": bool(blocked[f, j]),
        }
    return found


def worth_of(focal: str, members: tuple[str, ...], g: float, h: float) -> float:
    """What one agreement with these partners is worth: every outcome of who joins, by loops."""
    f, tau, need = PLACE[focal], ties(), needs()
    rho, size = paths(), len(members) + 1
    share = min(1.0, max(0.0, log(N / max(size, 2)) / log(N / 2)))
    one = scores(focal, 0.05, STRENGTH["information-security-agreement"] * share, g, h)
    total = 0.0
    for outcome in range(2 ** len(members)):
        joined = [m for k, m in enumerate(members) if outcome >> k & 1]
        p = 1.0
        for m in members:
            chance = one[m]["feasibility"]
            p *= chance if m in joined else 1 - chance
        gain = 0.0
        for t in CODES:
            best = 0.0
            for m in joined:
                row = one[m]
                scale = ((1 - row["barrier"]) * row["popularity"] ** -h) ** (1 / g)
                tie = 1 - (1 - tau[f, PLACE[m]]) * (
                    1 - STRENGTH["information-security-agreement"] * share
                )
                if t == m:
                    reached = need[t]["need"] * (tie - tau[f, PLACE[m]])
                else:
                    reached = third(focal, t) * max(
                        0.0, tie * rho[PLACE[m], PLACE[t]] - rho[f, PLACE[t]]
                    )
                best = max(best, scale * reached)
            gain += best
        total += p * gain**g
    return total


@cache
def third(focal: str, code: str) -> float:
    """The need of a country if it is a third country to the focal one, else 0."""
    state = {row["territory"]: row["represented_by"] for row in rows("territories")}
    unrecognised = {
        (r["from"], r["to"])
        for r in rows("relations")
        if r["kind"] in {"not-recognised", "unofficial-relations"}
    }
    own = state.get(code, code) == state.get(focal, focal)
    shut = obstacles()[1][PLACE[focal], PLACE[code]]
    return 0.0 if own or shut or (focal, code) in unrecognised else needs()[code]["need"]
