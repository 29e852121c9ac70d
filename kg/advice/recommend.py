"""Partner countries ranked by expected leverage, each with its factors and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.advice import channel, robustness
from kg.advice.snapshot import Factors, Snapshot, candidates
from kg.leverage.formula import Matrix, Vector, expected, incumbent_at, onward_offered
from kg.network.network import Country

SHOWN_VIA = 3
TIE_OF_RANK = 1e-12  # relative difference below which two scores share a rank


@dataclass(frozen=True)
class Via:
    """A third country, and the need that the focal country reaches there through the partner."""

    iso3: str
    gain: float


@dataclass(frozen=True)
class Standing:
    """A rank, its 5-95 % interval and the chance of the top 10 under random weights."""

    rank: int
    low: int
    high: int
    top: float


@dataclass(frozen=True)
class Candidate:
    """One partner country of a ranking; gains are in units of need, the rest in 0..1.

    `recalled` is the share of the present tie that rests on rows recalled, not seen.
    """

    rank: int
    rank_low: int
    rank_high: int
    p_top10: float
    country: Country
    expected_leverage: float
    feasibility: float
    direct: float
    onward: float
    barrier: float
    incumbent: float
    tie: float
    partner_gain: float
    via: tuple[Via, ...]
    channel: str
    reason: str
    missing: tuple[str, ...]
    recalled: float

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as the command line prints it in JSON."""
        return {
            "rank": self.rank,
            "rank_low": self.rank_low,
            "rank_high": self.rank_high,
            "p_top10": self.p_top10,
            "iso3": self.country.iso3,
            "name": self.country.name,
            "expected_leverage": self.expected_leverage,
            "feasibility": self.feasibility,
            "direct": self.direct,
            "onward": self.onward,
            "barrier": self.barrier,
            "incumbent": self.incumbent,
            "tie": self.tie,
            "partner_gain": self.partner_gain,
            "via": [{"iso3": via.iso3, "gain": via.gain} for via in self.via],
            "channel": self.channel,
            "reason": self.reason,
            "missing": list(self.missing),
            "recalled": self.recalled,
        }


def flat(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as a row of CSV: the three third countries that matter most."""
    return {**candidate.as_json(), "via": [via.iso3 for via in candidate.via[:SHOWN_VIA]]}


def brief(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as a row to be read: short headings, the rank's interval in one cell."""
    row = flat(candidate)
    return {
        "rank": row["rank"],
        "5-95 %": f"{candidate.rank_low}-{candidate.rank_high}",
        "P(top 10)": f"{candidate.p_top10:.0%}",
        "code": row["iso3"],
        "country": row["name"],
        "expected": f"{candidate.expected_leverage:.2e}",
        "feasible": row["feasibility"],
        "direct": row["direct"],
        "onward": row["onward"],
        "barrier": row["barrier"],
        "incumbent": row["incumbent"],
        "through it": row["via"],
        "channel": row["channel"],
        "recalled": f"{candidate.recalled:.0%}",
        "not known": row["missing"],
    }


def recommend(
    snapshot: Snapshot,
    focal: str,
    everyone: bool = False,
    mutual: bool = False,
    weights: Vector | None = None,
) -> list[Candidate]:
    """Rank the partners of a focal country by expected leverage, best first.

    Candidates are the members of the United Nations, or `everyone` in the network. With `mutual`
    the order is that of the Nash product, expected gain of the one times that of the other; with
    `weights` (see `kg.advice.robustness.CRITERIA`) that of the weighted product. Every rank carries
    its 5-95 % interval and the chance of the top 10 under random weights.
    """
    factors = snapshot.factors(focal)
    partner = partner_gains(snapshot, factors)
    chosen = np.array(candidates(snapshot, factors.focal, everyone))
    values = robustness.criteria(factors, chosen)
    score = _score(factors.expected[chosen], partner[chosen], values, mutual, weights)
    codes = [snapshot.network.countries[j].iso3 for j in chosen]
    order = sorted(range(len(chosen)), key=lambda c: (-score[c], codes[c]))
    sure = robustness.acceptability(values)
    return [
        _candidate(
            snapshot,
            factors,
            chosen[c],
            float(partner[chosen[c]]),
            Standing(rank, int(sure.low[c]), int(sure.high[c]), float(sure.top[c])),
        )
        for rank, c in zip(shared_ranks(score[order]), order, strict=True)
    ]


def _score(
    expected: Vector, partner: Vector, values: Matrix, mutual: bool, weights: Vector | None
) -> Vector:
    score = expected if weights is None else robustness.weighted(values, weights)
    return np.asarray(np.sqrt(score * partner)) if mutual else score


def partner_gains(snapshot: Snapshot, factors: Factors) -> Vector:
    """Return (n,): the expected leverage that each partner gains from a tie with the focal one.

    The chance that the two sign is the same seen from either side.
    """
    rho, needs, f = snapshot.network.rho, snapshot.needs, factors.focal
    gain = factors.direct + onward_offered(rho, needs.need, f, factors.tie)
    reserve = snapshot.withheld[:, f]
    rivals = incumbent_at(rho, needs.capability, f)
    return expected(factors.feasibility, reserve, rivals, gain)


def shared_ranks(scores: Vector) -> list[int]:
    """Rank descending scores from 1; equal scores share the better rank (1, 2, 2, 4)."""
    ranks: list[int] = []
    for place, score in enumerate(scores):
        tied = place and np.isclose(score, scores[place - 1], rtol=TIE_OF_RANK, atol=0.0)
        ranks.append(ranks[-1] if tied else place + 1)
    return ranks


def _candidate(
    snapshot: Snapshot, factors: Factors, j: int, partner_gain: float, standing: Standing
) -> Candidate:
    suggestion = channel.suggest(_pair(snapshot, factors, j))
    return Candidate(
        rank=standing.rank,
        rank_low=standing.low,
        rank_high=standing.high,
        p_top10=standing.top,
        country=snapshot.network.countries[j],
        expected_leverage=float(factors.expected[j]),
        feasibility=float(factors.feasibility[j]),
        direct=float(factors.direct[j]),
        onward=float(factors.onward[j].sum()),
        barrier=float(factors.barrier[j]),
        incumbent=float(factors.incumbent[j]),
        tie=float(snapshot.network.tau[factors.focal, j]),
        partner_gain=partner_gain,
        via=_via(snapshot, factors.onward[j]),
        channel=suggestion.channel,
        reason=suggestion.reason,
        missing=tuple(dict.fromkeys((*snapshot.needs.missing[j], *factors.gaps[j]))),
        recalled=float(snapshot.network.recalled[factors.focal, j]),
    )


def _via(snapshot: Snapshot, gains: Vector) -> tuple[Via, ...]:
    order = np.argsort(-gains, kind="stable")
    countries = snapshot.network.countries
    return tuple(Via(countries[t].iso3, float(gains[t])) for t in order if gains[t] > 0.0)


def _pair(snapshot: Snapshot, factors: Factors, j: int) -> channel.Pair:
    countries, needs = snapshot.network.countries, snapshot.needs
    focal, partner = countries[factors.focal].iso3, countries[j].iso3
    held = (b.kind for b in snapshot.barriers if b.country == partner)
    return channel.Pair(
        capability_f=float(needs.capability[factors.focal]),
        capability_j=float(needs.capability[j]),
        tie=float(snapshot.network.rho[factors.focal, j]),
        gdp_per_head_j=needs.gdp_per_head(partner),
        barriers_j=frozenset(held),
        sites_in_j=snapshot.sites.get((focal, partner), 0),
    )
