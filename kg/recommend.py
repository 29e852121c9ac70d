"""Partner countries ranked by expected leverage, each with its factors and reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kg import barrier, channel
from kg.leverage import Vector, expected, incumbent_at, onward_offered
from kg.network import Country
from kg.situation import Factors, Situation

TABLE = (
    "rank",
    "iso3",
    "name",
    "expected_leverage",
    "feasibility",
    "direct",
    "onward",
    "barrier",
    "incumbent",
    "via",
    "channel",
    "missing",
)
SHOWN_VIA = 3
TIE_OF_RANK = 1e-12  # relative difference below which two scores share a rank


@dataclass(frozen=True)
class Via:
    """A third country, and the need that the focal country reaches there through the partner."""

    iso3: str
    gain: float


@dataclass(frozen=True)
class Candidate:
    """One partner country of a ranking; gains are in units of need, the rest in 0..1."""

    rank: int
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

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as the command line prints it in JSON."""
        return {
            "rank": self.rank,
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
        }


def table_row(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as a row of a table: the three third countries that matter most."""
    row = candidate.as_json()
    row["via"] = [via.iso3 for via in candidate.via[:SHOWN_VIA]]
    return row


def recommend(
    situation: Situation, focal: str, everyone: bool = False, mutual: bool = False
) -> list[Candidate]:
    """Rank the partners of a focal country by expected leverage, best first.

    Candidates are the members of the United Nations, or `everyone` in the network. With `mutual`
    the order is that of the Nash product, expected gain of the one times that of the other.
    """
    factors = situation.factors(focal)
    partner = partner_gains(situation, factors)
    score = np.sqrt(factors.expected * partner) if mutual else factors.expected
    chosen = candidates(situation, factors.focal, everyone)
    chosen.sort(key=lambda j: (-score[j], situation.network.countries[j].iso3))
    ranks = shared_ranks(score[chosen])
    gaps = situation.forecast(focal).missing
    return [
        _candidate(situation, factors, rank, j, float(partner[j]), gaps[j])
        for rank, j in zip(ranks, chosen, strict=True)
    ]


def candidates(situation: Situation, focal: int, everyone: bool = False) -> list[int]:
    """List the positions of the countries that may be partners of the focal one."""
    countries = situation.network.countries
    return [j for j, c in enumerate(countries) if j != focal and (everyone or c.un_member)]


def partner_gains(situation: Situation, factors: Factors) -> Vector:
    """Return (n,): the expected leverage that each partner gains from a tie with the focal one.

    The chance that the two sign is the same seen from either side.
    """
    rho, needs, f = situation.network.rho, situation.needs, factors.focal
    focal = situation.network.countries[f].iso3
    gain = factors.direct + onward_offered(rho, needs.need, f, factors.tie)
    reserve = barrier.reserve(situation.barriers, focal, situation.network)
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
    situation: Situation,
    factors: Factors,
    rank: int,
    j: int,
    partner_gain: float,
    forecast_gaps: Sequence[str],
) -> Candidate:
    suggestion = channel.suggest(_pair(situation, factors, j))
    return Candidate(
        rank=rank,
        country=situation.network.countries[j],
        expected_leverage=float(factors.expected[j]),
        feasibility=float(factors.feasibility[j]),
        direct=float(factors.direct[j]),
        onward=float(factors.onward[j].sum()),
        barrier=float(factors.barrier[j]),
        incumbent=float(factors.incumbent[j]),
        tie=float(situation.network.tau[factors.focal, j]),
        partner_gain=partner_gain,
        via=_via(situation, factors.onward[j]),
        channel=suggestion.channel,
        reason=suggestion.reason,
        missing=tuple(dict.fromkeys((*situation.needs.missing[j], *forecast_gaps))),
    )


def _via(situation: Situation, gains: Vector) -> tuple[Via, ...]:
    order = np.argsort(-gains, kind="stable")
    countries = situation.network.countries
    return tuple(Via(countries[t].iso3, float(gains[t])) for t in order if gains[t] > 0.0)


def _pair(situation: Situation, factors: Factors, j: int) -> channel.Pair:
    countries, needs = situation.network.countries, situation.needs
    focal, partner = countries[factors.focal].iso3, countries[j].iso3
    held = (b.kind for b in situation.barriers if b.country == partner)
    return channel.Pair(
        capability_f=float(needs.capability[factors.focal]),
        capability_j=float(needs.capability[j]),
        tie=float(situation.network.rho[factors.focal, j]),
        gdp_per_head_j=needs.gdp_per_head(partner),
        barriers_j=frozenset(held),
        sites_in_j=situation.sites.get((focal, partner), 0),
    )
