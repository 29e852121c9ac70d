"""The headline judged as it ships: were the partners ranked first those that signed?

Rolling origin: at each cut Y the snapshot of 31 December is read strictly, without any fact that
came later or bears no date, and every country ranks all others by it. What happened is the first
bilateral paper on cyber security (or of any kind) of a pair in Y+1 .. Y+5. Beside the headline
stand its parts and rankings that need no learning (`METHODS`); all are judged on the same pairs.

auc           over the partners that signed, each seen from both sides: the share of the countries
              that did not sign with the focal one which are ranked below the partner
rank          the median over the same of 1 + the countries ranked before that did not sign
hits10        as in `kg.forecast.backtest`, over countries and cuts
captured10    as there, of the gain of the shipped formula
top5          in how many top fives the partner that is there most often stands, mean of the cuts
hostile10     share of top-ten places taken by partners that are blocked, or against whom obstacles
              withhold half or more

Intervals are 95 %: from resampling countries, a pair weighing as often as both of its countries
are drawn, and (`pairs`) from resampling the pairs that signed. The same draws serve all methods,
so that `behind`, what a method lacks to the headline, is paired.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

import numpy as np

from kg.advice import snapshot
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.forecast.backtest import (
    DRAWS,
    TOP,
    Interval,
    Progress,
    by_country,
    captured,
    interval,
    mean_of,
    ordered,
    resampled,
    square,
)
from kg.forecast.features import TARGETS, WINDOW, Target, Window, gravity, window
from kg.forecast.history import NEVER, Flags, Floats, History, Ints, read
from kg.forecast.kinds import CYBER, DEFENCE
from kg.graph.store import Store
from kg.leverage.formula import BALANCE, FACTORS, PREFERENCES, Powers, expected

Row: TypeAlias = dict[str, str | int | float | None]

CUTS = (2011, 2014, 2017, 2020)
JUDGED = {
    "cyber-security": Target("cyber-security", CYBER),
    "any": Target("any", (*CYBER, *DEFENCE, *TARGETS["cooperation"].kinds)),
}
METHODS = {
    "headline": "the headline as it ships (balance)",
    "prefer-chance": "--prefer chance",
    "prefer-gain": "--prefer gain",
    "feasibility": "feasibility alone",
    "general-forecast": "chance of cooperation in general",
    "partner-gdp": "the partner's GDP",
    "gravity": "gravity",
    "recent-tie-product": "recent-tie product",
    "gain": "gain alone",
    "random": "random",
}
HEADLINE = "headline"
FIRST = 5
HOSTILE = 0.5
MEASURES = ("auc", "hits10", "captured10")


@dataclass(frozen=True)
class Cut:
    """One cut in the order of the history's countries: the factors, and what happened.

    `factors` are all by name; `chance`, `barrier`, `gain` and `popularity` take their place.
    `chance`, `barrier`, `blocked`, `gain` and `general` are (n, n), the row the focal country;
    `popularity` (n,); `exists` (n,) the countries that existed; `snapshot` what they come from and
    `places` (n,) each country's position in it.
    """

    snapshot: Snapshot
    places: Ints
    factors: Mapping[str, Floats]
    exists: Flags
    chance: Floats
    barrier: Floats
    blocked: Flags
    gain: Floats
    general: Floats
    gdp: Floats
    popularity: Floats
    windows: Mapping[str, Window]

    @property
    def year(self) -> int:
        """The year of the cut."""
        return self.snapshot.network.at.year


@dataclass(frozen=True)
class Judged:
    """What a method reached on one window: who signed, and how well that was foreseen.

    `one` and `other` (positives,) are the focal country and its partner, each pair from both
    sides; `auc` and `ahead` (positives,) the share ranked below and the number ranked before among
    those that did not sign; `hits10` and `captured10` (n,) of each country, NaN where it signed
    nothing.
    """

    one: Ints
    other: Ints
    auc: Floats
    ahead: Floats
    hits10: Floats
    captured10: Floats


@dataclass(frozen=True)
class Weights:
    """Draws of one resampling: of partners that signed (draws, positives), countries (draws, n)."""

    pairs: Floats
    countries: Floats


def run(
    store: Store,
    cuts: Sequence[int] = CUTS,
    progress: Progress | None = None,
    until: int = NEVER,
) -> list[Row]:
    """Judge the headline on what was signed by the year `until`: one row a target and method.

    Raises ComityError where a cut's five years are not over.
    """
    history = read(store)
    last = min(until, history.last_year(CYBER))
    found = []
    for done, year in enumerate(sorted(set(cuts)), 1):
        if year + WINDOW > last:
            raise ComityError(f"--cuts {year}: the five years after it are not over by {last}")
        found.append(cut(store, history, year))
        if progress:
            progress(f"snapshot of {year}", done, len(set(cuts)))
    return [row for target in JUDGED for row in table(found, target)]


def cut(store: Store, history: History, year: int) -> Cut:
    """Read the snapshot at the end of a year, and what was signed in the five years after."""
    shot = snapshot.load(store, date(year, 12, 31), strict=True)
    places = np.array([shot.network.index[code] for code in history.countries])
    both = np.ix_(places, places)
    rows = [shot.factors(code).values for code in history.countries]
    values = {name: np.stack([row[name][places] for row in rows]) for name in FACTORS}
    pooled = shot.forecast.pooled
    if pooled is None:
        raise ComityError(f"{shot.kind}: this kind is not forecast by pooling")
    return Cut(
        snapshot=shot,
        places=places,
        factors=values,
        exists=history.known(year),
        chance=shot.forecast.probability[both],
        barrier=shot.obstacles.barrier[both],
        blocked=shot.obstacles.blocked[both],
        gain=values["direct"] + values["onward"],
        general=np.nan_to_num(pooled.basis.general),
        gdp=np.nan_to_num(history.as_of("gdp", year)),
        popularity=shot.forecast.popularity[places],
        windows={name: window(history, target, year) for name, target in JUDGED.items()},
    )


def headline(at: Cut, powers: Powers = BALANCE, gate: bool = True) -> Floats:
    """Return (n, n): the score that ranks, blocked partners below all others.

    Without `gate`, obstacles neither discount nor block.
    """
    barrier = at.barrier if gate else np.zeros_like(at.barrier)
    values = {"feasibility": at.chance, "barrier": barrier, "popularity": at.popularity}
    score = expected({**at.factors, **values, "direct": at.gain, "onward": 0.0}, powers)
    return np.where(at.blocked & gate, score - score.max() - 1.0, score)


def scores(at: Cut, target: str) -> dict[str, Floats]:
    """Return {method: (n, n)}; the row is the focal country, higher is better."""
    size, grids = len(at.chance), at.windows[target].grids
    noise = np.random.default_rng(at.year).random((size, size))
    return {
        HEADLINE: headline(at),
        "prefer-chance": headline(at, PREFERENCES["chance"]),
        "prefer-gain": headline(at, PREFERENCES["gain"]),
        "feasibility": at.chance,
        "general-forecast": at.general,
        "partner-gdp": np.tile(at.gdp, (size, 1)),
        "gravity": gravity(grids),
        "recent-tie-product": grids["recent"],
        "gain": at.gain,
        "random": noise + noise.T,
    }


def judged(score: Floats, gain: Floats, window: Window) -> Judged:
    """Judge one ranking of one window; the positives in the order of their positions."""
    order, signed = ordered(score, window)
    others = square(len(score), window, 1.0 - window.signed).sum(axis=1)
    ahead = np.full(score.shape, np.nan)
    np.put_along_axis(ahead, order, np.cumsum(1.0 - signed, axis=1), axis=1)
    one, other = np.nonzero(square(len(score), window, window.signed))
    return Judged(
        one=one,
        other=other,
        auc=1.0 - ahead[one, other] / others[one],
        ahead=ahead[one, other],
        hits10=by_country(score, window)[0],
        captured10=captured(score, gain, window),
    )


def together(parts: Sequence[Judged]) -> dict[str, Floats]:
    """Return the measures of several windows as one: {measure: (positives or n * windows,)}."""
    names = ("auc", "ahead", "hits10", "captured10")
    return {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}


def by_countries(parts: Sequence[Judged]) -> Weights:
    """Return draws in which countries are resampled."""
    draws = resampled(len(parts[0].hits10))
    pairs = [draws[:, part.one] * draws[:, part.other] for part in parts]
    return Weights(np.hstack(pairs), np.tile(draws, (1, len(parts))))


def by_pairs(parts: Sequence[Judged]) -> Weights:
    """Return draws in which the pairs that signed are; a country weighs as its pairs do."""
    random = np.random.default_rng(0)
    total = sum(len(part.one) // 2 for part in parts)
    drawn = random.multinomial(total, np.full(total, 1 / total), size=DRAWS)
    weights, pairs, countries, begin = np.vstack([np.ones(total), drawn]), [], [], 0
    for part in parts:
        ends = np.sort(np.stack([part.one, part.other]), axis=0)
        which = np.unique(ends, axis=1, return_inverse=True)[1].ravel()
        pairs.append(weights[:, begin + which])
        member = part.one[:, None] == np.arange(len(part.hits10))
        countries.append(pairs[-1] @ (member / np.maximum(member.sum(axis=0), 1)))
        begin += len(part.one) // 2
    return Weights(np.hstack(pairs), np.hstack(countries))


def measures(parts: Sequence[Judged], weights: Weights) -> dict[str, Floats]:
    """Return {measure: (draws,)}, the first draw without resampling."""
    found = together(parts)
    return {
        "auc": mean_of(found["auc"], weights.pairs),
        "hits10": mean_of(found["hits10"], weights.countries),
        "captured10": mean_of(found["captured10"], weights.countries),
    }


def table(cuts: Sequence[Cut], target: str) -> list[Row]:
    """Return a row a method: its measures over all cuts, with intervals."""
    windows = [at.windows[target] for at in cuts]
    if not any(window.signed.any() for window in windows):
        raise ComityError(f"{target}: nothing was signed in the five years after any cut")
    ranked = [scores(at, target) for at in cuts]
    parts = {
        method: [
            judged(s[method], at.gain, w) for s, at, w in zip(ranked, cuts, windows, strict=True)
        ]
        for method in METHODS
    }
    countries, pairs = by_countries(parts[HEADLINE]), by_pairs(parts[HEADLINE])
    best = measures(parts[HEADLINE], countries)
    rows = []
    for method in METHODS:
        found, again = measures(parts[method], countries), measures(parts[method], pairs)
        row: Row = {
            "kind": target,
            "cuts": " ".join(str(at.year) for at in cuts),
            "method": method,
            "positives": sum(len(part.one) for part in parts[method]) // 2,
            "rank": int(np.median(together(parts[method])["ahead"])) + 1,
        }
        for name in MEASURES:
            row |= _spread(name, interval(found[name]))
            row |= _spread(f"{name}_pairs", interval(again[name]), mean=False)
            row |= _spread(f"{name}_behind", interval(best[name] - found[name]))
        rows.append(row | concentration(cuts, [s[method] for s in ranked]))
    return rows


def _spread(name: str, found: Interval, mean: bool = True) -> Row:
    value: Row = {name: round(found.mean, 4)} if mean else {}
    return {**value, f"{name}_low": round(found.low, 4), f"{name}_high": round(found.high, 4)}


def concentration(cuts: Sequence[Cut], ranked: Sequence[Floats]) -> Row:
    """Return how alike the lists are, and how often they lead to a hostile partner."""
    most, hostile = [], []
    for at, score in zip(cuts, ranked, strict=True):
        best = leading(score, at.exists)
        most.append(np.bincount(best[:, :FIRST].ravel()).max())
        against = at.blocked | (at.barrier >= HOSTILE)
        hostile.append(np.take_along_axis(against[at.exists], best, axis=1).mean())
    return {"top5": round(float(np.mean(most)), 1), "hostile10": round(float(np.mean(hostile)), 4)}


def leading(score: Floats, exists: Flags) -> Ints:
    """Return (countries that exist, 10): the partners ranked first, whether or not they signed."""
    shown = np.where(exists, score, -np.inf)
    np.fill_diagonal(shown, -np.inf)
    return np.argsort(-shown[exists], axis=1, kind="stable")[:, :TOP]


def narrow(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row to be read: short headings, each interval beside its mean."""
    return {
        "kind": row["kind"],
        "ranked by": METHODS[row["method"]],
        "AUC": _shown(row, "auc"),
        "hits@10": _shown(row, "hits10"),
        "rank": row["rank"],
        "captured gain@10": _shown(row, "captured10"),
        "top fives": f"{row['top5']:.0f}",
        "hostile": f"{row['hostile10']:.1%}",
    }


def _shown(row: Mapping[str, Any], name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return f"{row[name]:.3f} [{low:.3f}, {high:.3f}]"
