"""How sure a ranking is: one joint sample over all that it rests on and that is not certain.

strengths    of each kind of agreement, lognormal, sd 0.3: judged.
need         the exponents of exposure and value, lognormal, sd 0.3, and how much capability lowers
             need, 1/4 to 3/4: judged; its inputs, lognormal, with the sd of an imputation where one
             was imputed (`Needs.spread`) and an error of observation, sd 0.1, everywhere.
readiness    each country's own log-odds of signing: normal; the sd is measured on past windows, and
             is larger for countries that are not known to sign papers of the kind, and for those of
             which little is known (`Needs.depth`).
calibration  the log-odds of each pair: normal; the sd is how far signatures were from forecasts on
             past windows, by level of the forecast.
obstacles    -ln(1 - level) of each kind of obstacle, lognormal, sd 0.5: judged.
preference   the exponents g and h, each between a half and one and a half of the chosen one.

Every draw ranks all candidates by the headline itself. The tiers are of the share of draws in which
a candidate is in the top ten: leading, in nine of ten or more; contending, likelier in than out;
surely not, no more often than by lot, which puts one in twenty there (10 of 192); else undecided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from kg.advice.snapshot import Factors, Snapshot
from kg.forecast.pairs import logit
from kg.leverage.formula import Matrix, Values, Vector, headline
from kg.leverage.inverse import Indices
from kg.network import replica
from kg.network.obstacles import Flags, levels

DRAWS = 1024
NETWORKS = 32
TOP = 10
LOW, HIGH = 0.05, 0.95
SEED = 1

STRENGTH = 0.3
EXPONENT = 0.3
DAMPED = (0.25, 0.75)
OBSERVED = 0.1
# Measured by `benchmarks/certainty.py`: countries with papers of the kind, and without.
READINESS = {True: 0.67, False: 0.79}
THIN = {"A": 1.0, "B": 1.1, "C": 1.25, "D": 1.5}  # judged: too few have signed to measure it
CALIBRATION = 0.34
LEVEL = 0.5
ABSOLUTE = 1.0 - 1e-9
PREFERENCE = (0.5, 1.5)

SURE = "leading"
TIERS = {SURE: 0.9, "contending": 0.5, "undecided": 0.05, "surely-not": 0.0}


@dataclass(frozen=True)
class Sample:
    """Draws of all that is uncertain, d of them for n countries.

    `strengths` (d,) says which network of the outlook holds; `need` (d, n) are needs; `readiness`
    and `calibration` (d, n) are added to the log-odds of signing; `obstacles` (d, kinds) are the
    factors of -ln(1 - level); `preference` (d, 2) the exponents of gain and popularity.
    """

    strengths: Indices
    need: Matrix
    readiness: Matrix
    calibration: Matrix
    obstacles: Matrix
    preference: Matrix

    def picked(self, rows: Mapping[str, Indices]) -> Sample:
        """Return the draws of each part that `rows` names for it, combined anew."""
        return replace(self, **{name: getattr(self, name)[at] for name, at in rows.items()})


DOUBTS = tuple(field.name for field in fields(Sample))


@dataclass(frozen=True)
class Outlook:
    """What a focal country's sample is applied to.

    `factors` (n,) by name are those that are not drawn, and the others as they are.
    `gains` and `offered` (networks, n, n): entry (r, j, t) is the share of t's need that the focal
    country gains through a tie with j in network r, and that j gains through it. `odds` and
    `popularity` (n,) are log-odds; `withheld` (kinds, n) is -ln(1 - level) of the obstacles.
    """

    focal: int
    factors: Mapping[str, Vector]
    gains: Matrix
    offered: Matrix | None
    odds: Vector
    popularity: Vector
    withheld: Matrix

    def scores(self, sample: Sample) -> Matrix:
        """Return (d, n): the headline of every candidate in every draw; mutual if `offered`."""
        own = sample.readiness
        chance = 1.0 / (
            1.0 + np.exp(-(self.odds + own + own[:, [self.focal]] + sample.calibration))
        )
        barrier = -np.expm1(-sample.obstacles @ self.withheld)
        popularity = np.exp(self.popularity + own)
        g, h = (column[:, None] for column in sample.preference.T)
        drawn: Values = {**self.factors, "feasibility": chance, "barrier": barrier, "onward": 0.0}
        gain = reached(self.gains, sample)
        score = headline({**drawn, "popularity": popularity, "direct": gain}, g, h)
        if self.offered is None:
            return score
        gain = reached(self.offered, sample)
        theirs = headline({**drawn, "popularity": 1.0, "direct": gain}, g, h)
        return np.asarray(np.sqrt(score * theirs))


@dataclass(frozen=True)
class Certainty:
    """What the draws say of m candidates: 5-95 % of the ranks, and the share in the top ten."""

    low: Vector
    high: Vector
    top: Vector


def top_of(candidates: int) -> int:
    """Return how many first places make the top: ten, or a quarter where fewer than forty stand."""
    return min(TOP, max(1, candidates // 4))


def tier(top: float) -> str:
    """Return the tier of a candidate that is in the top ten in this share of the draws."""
    if top <= TIERS["undecided"]:
        return "surely-not"
    return next(name for name, least in TIERS.items() if top >= least)


def certainty(
    snapshot: Snapshot,
    factors: Factors,
    chosen: Sequence[int] | Indices,
    mutual: bool = False,
    seed: int = SEED,
) -> Certainty:
    """Rank the chosen candidates in every draw; those that are blocked stand after all others."""
    view, sample = draw(snapshot, factors, mutual, seed)
    places = ranks(view.scores(sample)[:, list(chosen)], factors.blocked[list(chosen)])
    low, high = np.quantile(places, (LOW, HIGH), axis=0, method="inverted_cdf")
    top = top_of(len(list(chosen)))
    return Certainty(low, high, np.asarray((places <= top).mean(axis=0)))


def draw(
    snapshot: Snapshot, factors: Factors, mutual: bool = False, seed: int = SEED, draws: int = DRAWS
) -> tuple[Outlook, Sample]:
    """Draw the joint sample for a focal country, and what it is applied to."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((NETWORKS, len(snapshot.network.kinds)))
    factor = np.exp(STRENGTH * _balanced(noise))
    view = outlook(snapshot, factors, factor, mutual)
    size = len(snapshot.network.countries)
    normal = random.standard_normal((3, draws, size))
    powers = np.array([factors.powers.gain, factors.powers.popularity])
    sample = Sample(
        strengths=np.arange(draws) % NETWORKS,
        need=needs(snapshot, normal[0], random),
        readiness=normal[1] * readiness(snapshot),
        calibration=CALIBRATION * normal[2],
        obstacles=np.exp(LEVEL * random.standard_normal((draws, len(view.withheld)))),
        preference=powers * random.uniform(*PREFERENCE, (draws, 2)),
    )
    return view, sample


def _balanced(noise: Matrix) -> Matrix:
    """Put the opposite of each draw of the first half in place of the second half."""
    half = len(noise) // 2
    return np.concatenate([noise[:half], -noise[:half]])


def outlook(snapshot: Snapshot, factors: Factors, factor: Matrix, mutual: bool) -> Outlook:
    """Return what a sample is applied to; `factor` (networks, kinds) multiplies strengths."""
    f, net, reachable = factors.focal, snapshot.network, snapshot.reachable
    tau = replica.ties(net, factor)
    rho = replica.paths(net, tau)
    own = list(net.kinds).index(snapshot.kind)
    strength = replica.scaled(np.array(snapshot.strength), factor[:, [own]])
    tie = 1.0 - (1.0 - tau[:, f]) * (1.0 - strength)
    gains = np.maximum(0.0, tie[:, :, None] * rho - rho[:, [f]]) * reachable[f]
    each = np.arange(len(factors.tie))
    gains[:, each, each] = tie - tau[:, f]
    offered = None
    if mutual:
        offered = np.maximum(0.0, tie[:, :, None] * rho[:, [f]] - rho) * reachable
        offered[:, :, f] = tie - tau[:, f]
    return Outlook(
        focal=f,
        factors=factors.values,
        gains=gains,
        offered=offered,
        odds=logit(factors.feasibility),
        popularity=np.log(factors.popularity),
        withheld=withheld(snapshot, f),
    )


def needs(snapshot: Snapshot, noise: Matrix, random: np.random.Generator) -> Matrix:
    """Return (d, n): draws of need; `noise` (d, n) is standard normal, one for each country."""
    known = snapshot.needs
    a, b = np.exp(EXPONENT * random.standard_normal((2, len(noise), 1)))
    damped = random.uniform(*DAMPED, (len(noise), 1))
    error = np.exp(noise * np.hypot(known.spread, OBSERVED))
    return np.asarray(
        known.exposure**a * known.value**b * (1.0 - damped * known.capability) * error
    )


def readiness(snapshot: Snapshot) -> Vector:
    """Return (n,): the sd of each country's own log-odds of signing."""
    grades = [THIN[snapshot.needs.depth(j)] for j in range(len(snapshot.network.countries))]
    return np.array(grades) * np.where(snapshot.covered, READINESS[True], READINESS[False])


def withheld(snapshot: Snapshot, focal: int) -> Matrix:
    """Return (kinds, n): -ln(1 - level) of each kind of obstacle toward the focal country."""
    countries = snapshot.network.countries
    rows = [levels(snapshot.obstacles.between(countries[focal].iso3, c.iso3)) for c in countries]
    kinds = sorted({kind for row in rows for kind in row})
    table = np.array([[row.get(kind, 0.0) for row in rows] for kind in kinds])
    return np.asarray(-np.log1p(-np.minimum(table.reshape(-1, len(rows)), ABSOLUTE)))


def reached(gains: Matrix, sample: Sample) -> Matrix:
    """Return (d, n): the gain through each partner, by the network and need of each draw."""
    found = np.empty_like(sample.need)
    for network, gain in enumerate(gains):
        drawn = sample.strengths == network
        found[drawn] = sample.need[drawn] @ gain.T
    return found


def ranks(scores: Matrix, blocked: Flags) -> Matrix:
    """Return (d, m): ranks from 1, those of blocked candidates after all others."""
    found = np.empty(scores.shape)
    found[:, ~blocked] = _ranks(scores[:, ~blocked])
    found[:, blocked] = _ranks(scores[:, blocked]) + (~blocked).sum()
    return found


def _ranks(table: Matrix) -> Matrix:
    order = np.argsort(-table.astype(np.float32), axis=1)
    places = np.empty_like(order)
    np.put_along_axis(places, order, np.arange(1, table.shape[1] + 1)[None, :], axis=1)
    return np.asarray(places, dtype=np.float64)
