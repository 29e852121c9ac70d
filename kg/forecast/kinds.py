"""The chance that two countries sign an agreement of a given kind within five years.

Of investment, trade and environment agreements there are thousands, and `kg.forecast.feasibility`
learns each by itself. Papers on cyber security and defence are few, so their forecast is pooled:
the chance of cooperation in general, moved by what is known of the kind and of the pair. With z
the value standardised over the pairs that are open at the date, clipped at 4:

    score  = z(logit general) + 1/2 [ z(activity) + z(defence activity) + z(defence pair)
                                      + z(tie) + z(capability) ]
    chance = 1 / (1 + exp(-(a + SLOPE * score)))

The weights are fixed beforehand: each sign is what the input means, and one half says that an
input of the kind itself tells half as much as all that is known in general. Weights learned on
earlier windows, shrunk toward these, forecast no better (`benchmarks/headline.py` prints both).
`a` makes the mean chance of the open pairs the present pace of signing such papers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kg.forecast.feasibility import Reason, forecast, levelled, model_for, pace
from kg.forecast.features import Target
from kg.forecast.history import Flags, Floats, History

SLOPE = 0.7
CLIP = 4.0
FLOOR = 1e-6
FAINT = 0.02  # a tie of nothing, on the logarithmic scale

CYBER = (
    "information-security-agreement",
    "cyber-agreement",
    "cyber-mou",
    "cyber-statement",
    "cert-cooperation",
    "mutual-recognition",
)
DEFENCE = ("defence-agreement",)
TARGETS = {
    "cyber-security": Target("cyber-security", CYBER),
    "defence": Target("defence", DEFENCE),
}
# Kinds that are forecast by the target of another: they are too few, or signed by many at once.
LIKE = {
    "certification-arrangement": "cyber-security",
    "cyber-convention": "cyber-security",
    "standards-cooperation": "cyber-security",
}


@dataclass(frozen=True)
class Input:
    """One input of the pooled score: its weight, what it is in words, and what it needs."""

    name: str
    title: str
    formula: str
    weight: float
    source: str
    each: bool = False


INPUTS = (
    Input("general", "chance of any new agreement on investment, trade or environment",
          "logit of that chance", 1.0, "kg.forecast.feasibility"),
    Input("activity", "partners in papers of this kind so far", "ln(1 + p_a) + ln(1 + p_b)", 0.5,
          "preferential attachment (Barabási and Albert 1999)", each=True),
    Input("defence-activity", "partners in defence agreements so far",
          "ln(1 + d_a) + ln(1 + d_b)", 0.5, "Kinne (2020)", each=True),
    Input("defence-pair", "defence agreements between the two", "ln(1 + agreements)", 0.5,
          "Kinne (2020)"),
    Input("tie", "strength of the tie between the two", "ln(tau + 0.02)", 0.5, "the network"),
    Input("capability", "capability of the less capable of the two", "min(c_a, c_b)", 0.5,
          "ITU Global Cybersecurity Index"),
)  # fmt: skip


@dataclass(frozen=True)
class Basis:
    """What the history says of every pair at the end of `year`, for any pooled target.

    `general` (n, n) is the chance of cooperation in general, NaN where a country did not exist;
    `signed` {target: (n, n)} how many agreements of the target the two have signed; `rate`
    {target: the share of open pairs that is expected to sign}; `gaps` the inputs that are not
    known of a pair, where there are any.
    """

    year: int
    countries: tuple[str, ...]
    general: Floats
    signed: Mapping[str, Floats]
    rate: Mapping[str, float]
    gaps: Mapping[tuple[str, str], tuple[str, ...]]

    @property
    def exists(self) -> Flags:
        """Return (n, n): the pairs of countries that existed."""
        return np.asarray(~np.isnan(self.general))


@dataclass(frozen=True)
class Pooled:
    """The forecast of a pooled target; all (n, n) in the order of the basis.

    `probability`, NaN where a country did not exist; `terms` {input: weighted standardised
    value}, which add up to the score; `raw` {input: value}; `open` the pairs that have no paper of
    the kind yet; `guessed` (n,) says whose capability was imputed.
    """

    basis: Basis
    probability: Floats
    terms: Mapping[str, Floats]
    raw: Mapping[str, Floats]
    open: Flags
    guessed: Flags


def target_of(kind: str) -> str:
    """Return the name of the target that forecasts a kind: itself, or one that is like it."""
    for name, target in TARGETS.items():
        if kind in target.kinds:
            return name
    return LIKE.get(kind, kind)


def basis(history: History, year: int) -> Basis:
    """Return the basis of pooled forecasts from what was known at the end of a year."""
    general = forecast(history, model_for(history, year), year)
    codes = history.countries
    pairs = zip(*np.nonzero(np.triu(general.unknown.any(axis=2), 1)), strict=True)
    return Basis(
        year=year,
        countries=codes,
        general=general.probability,
        signed={name: history.signed(t.kinds, 0, year) for name, t in TARGETS.items()},
        rate={name: pace(history, target, year) for name, target in TARGETS.items()},
        gaps={(codes[a], codes[b]): general.missing(codes[a], codes[b]) for a, b in pairs},
    )


def pooled(known: Basis, target: str, tau: Floats, capability: Floats, guessed: Flags) -> Pooled:
    """Return the chances of a pooled target.

    `tau` (n, n) are the strengths of the ties at the date, `capability` (n,) 0..1, `guessed` (n,)
    whether that was imputed; all in the order of the basis.
    """
    still = known.exists & (known.signed[target] == 0)
    raw = inputs(known, target, tau, capability)
    terms = {i.name: i.weight * standardised(raw[i.name], still) for i in INPUTS if i.name in raw}
    score = np.asarray(SLOPE * np.sum(list(terms.values()), axis=0))
    odds = levelled(score, known.rate[target], score[still])
    chance = np.where(known.exists, 1.0 / (1.0 + np.exp(-odds)), np.nan)
    return Pooled(known, chance, terms, raw, still, guessed)


def inputs(known: Basis, target: str, tau: Floats, capability: Floats) -> dict[str, Floats]:
    """Return {input: (n, n)}; a target's own activity is not told twice."""
    chance = np.clip(np.nan_to_num(known.general, nan=FLOOR), FLOOR, 1 - FLOOR)
    raw = {
        "general": np.log(chance / (1.0 - chance)),
        "activity": activity(known.signed[target]),
        "tie": np.log(tau + FAINT),
        "capability": np.minimum.outer(capability, capability),
    }
    if target != "defence":
        raw["defence-activity"] = activity(known.signed["defence"])
        raw["defence-pair"] = np.log1p(known.signed["defence"])
    return raw


def activity(signed: Floats) -> Floats:
    """Return (n, n): ln(1 + partners of a) + ln(1 + partners of b)."""
    partners = np.log1p((signed > 0).sum(axis=1))
    return np.asarray(np.add.outer(partners, partners))


def standardised(x: Floats, among: Flags) -> Floats:
    """Return x less its mean over its standard deviation among the pairs, clipped at CLIP."""
    pool = x[among]
    centre, spread = (pool.mean(), pool.std()) if len(pool) else (0.0, 0.0)
    return np.asarray(np.clip((x - centre) / (spread or 1.0), -CLIP, CLIP))


def explain(found: Pooled, focal: int, partner: int, names: Sequence[str]) -> list[Reason]:
    """Return why the chance is as it is, the weightiest term first; terms add up to the score.

    `focal` and `partner` are positions in the basis, `names` the names of its countries.
    """
    pair = focal, partner
    reasons = [_reason(found, pair, names, i) for i in INPUTS if i.name in found.terms]
    return sorted(reasons, key=lambda r: (-abs(r.contribution), r.feature))


def _reason(found: Pooled, pair: tuple[int, int], names: Sequence[str], item: Input) -> Reason:
    contribution = SLOPE * float(found.terms[item.name][pair])
    grid = found.raw[item.name]
    value = _plain(item, float(grid[pair]))
    typical = _plain(item, float(grid[found.open].mean()))
    if item.each:
        value = ", ".join(f"{names[i]} {np.expm1(grid[i, i] / 2):.0f}" for i in pair)
        typical = f"{np.expm1(grid[found.open].mean() / 2):.1f}"
    guessed = item.name == "capability" and bool(found.guessed[list(pair)].any())
    note = " (imputed for one of them)" if guessed else ""
    title = item.title[0].upper() + item.title[1:]
    effect = f"multiplies the odds by {np.exp(contribution):.2f}"
    sentence = f"{title}: {value}{note} (on average {typical}), which {effect}."
    return Reason(item.name, title, value, typical, contribution, guessed, sentence)


def _plain(item: Input, value: float) -> str:
    if item.name == "general":
        return f"{1.0 / (1.0 + np.exp(-value)):.1%}"
    if item.name == "defence-pair":
        return f"{np.expm1(value):.3g}"
    if item.name == "tie":
        return f"{max(0.0, np.exp(value) - FAINT):.2f}"
    return f"{value:.2f}"
