"""Partner countries ranked by expected leverage, each with its factors and reasons.

Partners with whom an agreement is ruled out stand after all others, whatever their score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from kg.advice import certainty, channel
from kg.advice.snapshot import Factors, Snapshot, candidates
from kg.errors import ComityError
from kg.leverage.formula import Vector
from kg.network.network import Country
from kg.network.obstacles import Flags, Obstacle

SHOWN_VIA = 3
NAMED = 11  # characters of a country's name in a table of 80 columns
UNCOVERED = "coverage of agreements"  # of the kind, none of them is known
ON_FRONT = "*"
TIE_OF_RANK = 1e-12  # relative difference below which two scores share a rank


@dataclass(frozen=True)
class Via:
    """A third country, and the need that the focal country reaches there through the partner."""

    iso3: str
    gain: float


@dataclass(frozen=True)
class Standing:
    """A rank, and what the draws of all that is uncertain say: its 5-95 %, the share in the top.

    `pareto` says whether it is on the front of chance and gain.
    """

    rank: int
    low: int
    high: int
    top: float
    pareto: bool


@dataclass(frozen=True)
class Candidate:
    """One partner country of a ranking; gains are in units of need.

    `rank_low` and `rank_high` bound 90 % of the ranks in the draws of `kg.advice.certainty`,
    `p_top10` is the share of them in which it is in the top ten, `tier` what that share says.
    `index` is the expected leverage on a scale on which the best partner has 100; `lift` how much
    likelier the two sign than either does with anyone; `popularity` by what factor the partner's
    odds of signing exceed the average country's; `status` open, renewal or blocked; `obstacles`
    what stands between the two, alliances among it at level 0; `pareto` says that no partner offers
    both a higher chance and more of a gain (`front`); `depth` how much is known of the
    partner, A to D; `recalled` the share of the present tie that rests on rows recalled, not
    seen. `facts` are what is known of the partner for the purpose asked for. `incumbent` is context
    and no part of the score.
    """

    rank: int
    rank_low: int
    rank_high: int
    p_top10: float
    tier: str
    country: Country
    status: str
    expected_leverage: float
    index: float
    feasibility: float
    lift: float
    popularity: float
    direct: float
    onward: float
    barrier: float
    obstacles: tuple[Obstacle, ...]
    incumbent: float
    tie: float
    partner_gain: float
    pareto: bool
    via: tuple[Via, ...]
    channel: str
    reason: str
    missing: tuple[str, ...]
    depth: str
    recalled: float
    facts: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the candidate as the command line prints it in JSON."""
        return {
            "rank": self.rank,
            "rank_low": self.rank_low,
            "rank_high": self.rank_high,
            "p_top10": self.p_top10,
            "tier": self.tier,
            "iso3": self.country.iso3,
            "name": self.country.name,
            "status": self.status,
            "index": self.index,
            "expected_leverage": self.expected_leverage,
            "feasibility": self.feasibility,
            "lift": self.lift,
            "popularity": self.popularity,
            "direct": self.direct,
            "onward": self.onward,
            "barrier": self.barrier,
            "obstacles": [obstacle.as_json() for obstacle in self.obstacles],
            "incumbent": self.incumbent,
            "tie": self.tie,
            "partner_gain": self.partner_gain,
            "pareto": self.pareto,
            "via": [{"iso3": via.iso3, "gain": via.gain} for via in self.via],
            "channel": self.channel,
            "reason": self.reason,
            "missing": list(self.missing),
            "depth": self.depth,
            "recalled": self.recalled,
            **({"facts": list(self.facts)} if self.facts else {}),
        }


def flat(candidate: Candidate) -> dict[str, Any]:
    """Return a candidate as a row of CSV: the three third countries and obstacles that matter."""
    row = candidate.as_json()
    return {
        **row,
        "via": [via.iso3 for via in candidate.via[:SHOWN_VIA]],
        "obstacles": [o.kind for o in candidate.obstacles if o.level > 0.0][:SHOWN_VIA],
    }


def narrow(candidate: Candidate, room: int = NAMED) -> dict[str, Any]:
    """Return a candidate as a row to be read in 80 columns; `?` marks that something is unknown.

    `*` marks the Pareto front of chance and gain.
    """
    name, mark = candidate.country.name, " ?" if candidate.missing else ""
    short = name if len(name) <= room else f"{name[: room - 1]}…"
    return {
        "rank": candidate.rank,
        "tier": candidate.tier.replace("-", " "),
        "5-95 %": f"{candidate.rank_low}-{candidate.rank_high}",
        "code": candidate.country.iso3,
        "country": short + mark,
        "index": f"{candidate.index:.0f}",
        "status": candidate.status,
        "chance": f"{candidate.feasibility:.1%}{ON_FRONT if candidate.pareto else ' '}",
        "lift": f"{candidate.lift:.1f}",
        **({"facts": "; ".join(candidate.facts)} if candidate.facts else {}),
    }


def recommend(
    snapshot: Snapshot,
    focal: str,
    everyone: bool = False,
    mutual: bool = False,
) -> list[Candidate]:
    """Rank the partners of a focal country by expected leverage, best first.

    Candidates are the members of the United Nations, or `everyone` in the network. With `mutual`
    the order is that of the Nash product, expected gain of the one times that of the other. Every
    rank carries its tier, its 5-95 % interval and the share of the top 10 (`kg.advice.certainty`).
    For a purpose only partners through whom something is gained are ranked; ComityError if none.
    """
    factors = snapshot.factors(focal)
    partner = snapshot.offered(factors)
    chosen = np.array(candidates(snapshot, factors.focal, everyone))
    if snapshot.purpose:
        gain = factors.values["direct"] + factors.values["onward"]
        chosen = chosen[gain[chosen] > 0.0]
    if not len(chosen):
        raise ComityError(f"{focal}: no partner brings anything for this purpose: ask for another")
    score = factors.expected[chosen]
    score = np.sqrt(score * partner[chosen]) if mutual else score
    codes = [snapshot.network.countries[j].iso3 for j in chosen]
    barred = factors.blocked[chosen]
    order = sorted(range(len(chosen)), key=lambda c: (barred[c], -score[c], codes[c]))
    sure = certainty.certainty(snapshot, factors, chosen, mutual)
    best = float(factors.expected[chosen][~barred].max(initial=0.0))
    kept = (1.0 - factors.barrier) * (factors.values["direct"] + factors.values["onward"])
    chance = np.where(barred, -1.0, factors.feasibility[chosen])  # what is ruled out beats nobody
    efficient = front(chance, kept[chosen]) & ~barred
    return [
        _candidate(
            snapshot,
            factors,
            int(chosen[c]),
            float(partner[chosen[c]]),
            Standing(
                rank, int(sure.low[c]), int(sure.high[c]), float(sure.top[c]), bool(efficient[c])
            ),
            best,
        )
        for rank, c in zip(_ranks(score[order], barred[order]), order, strict=True)
    ]


def front(chance: Vector, gain: Vector) -> Flags:
    """Return (n,): the Pareto front, points that none beats in one without losing in the other."""
    no_less = (chance >= chance[:, None]) & (gain >= gain[:, None])
    more = (chance > chance[:, None]) | (gain > gain[:, None])
    return np.asarray(~(no_less & more).any(axis=1))


def _ranks(score: Vector, barred: Flags) -> list[int]:
    """Rank the partners that are not blocked, and after them those that are."""
    first = shared_ranks(score[~barred])
    return first + [len(first) + rank for rank in shared_ranks(score[barred])]


def shared_ranks(scores: Vector) -> list[int]:
    """Rank descending scores from 1; equal scores share the better rank (1, 2, 2, 4)."""
    ranks: list[int] = []
    for place, score in enumerate(scores):
        tied = place and np.isclose(score, scores[place - 1], rtol=TIE_OF_RANK, atol=0.0)
        ranks.append(ranks[-1] if tied else place + 1)
    return ranks


def _candidate(
    snapshot: Snapshot,
    factors: Factors,
    j: int,
    partner_gain: float,
    standing: Standing,
    best: float,
) -> Candidate:
    paper = snapshot.profile is None  # the channels are those of the seed paper
    suggestion = channel.suggest(_pair(snapshot, factors, j)) if paper else channel.NONE
    if snapshot.purpose and snapshot.purpose.service:
        suggestion = channel.served(suggestion, snapshot.purpose.service)
    country = snapshot.network.countries[j]
    focal = snapshot.network.countries[factors.focal]
    return Candidate(
        rank=standing.rank,
        rank_low=standing.low,
        rank_high=standing.high,
        p_top10=standing.top,
        tier=certainty.tier(standing.top),
        country=country,
        status=factors.status(j),
        expected_leverage=float(factors.expected[j]),
        index=float(100.0 * factors.expected[j] / best) if best else 0.0,
        **{name: float(values[j]) for name, values in factors.values.items()},
        lift=float(factors.lift[j]),
        obstacles=snapshot.obstacles.between(focal.iso3, country.iso3),
        incumbent=float(factors.incumbent[j]),
        tie=float(snapshot.network.tau[factors.focal, j]),
        partner_gain=partner_gain,
        pareto=standing.pareto,
        via=_via(snapshot, factors.onward[j]),
        channel=suggestion.channel,
        reason=suggestion.reason,
        missing=_missing(snapshot, factors, j),
        depth=snapshot.needs.depth(j),
        recalled=float(snapshot.network.recalled[factors.focal, j]),
        facts=snapshot.evidence.facts(country.iso3) if snapshot.evidence else (),
    )


def _missing(snapshot: Snapshot, factors: Factors, j: int) -> tuple[str, ...]:
    """Name what is not known of a partner: inputs, and whether it signs papers of the kind."""
    uncovered = () if snapshot.covered[j] or snapshot.profile else (UNCOVERED,)
    return tuple(dict.fromkeys((*snapshot.needs.missing[j], *uncovered, *factors.gaps[j])))


def _via(snapshot: Snapshot, gains: Vector) -> tuple[Via, ...]:
    order = np.argsort(-gains, kind="stable")
    countries = snapshot.network.countries
    return tuple(Via(countries[t].iso3, float(gains[t])) for t in order if gains[t] > 0.0)


def _pair(snapshot: Snapshot, factors: Factors, j: int) -> channel.Pair:
    countries, needs = snapshot.network.countries, snapshot.needs
    focal, partner = countries[factors.focal].iso3, countries[j].iso3
    held = snapshot.obstacles.general(partner) + snapshot.obstacles.between(focal, partner)
    return channel.Pair(
        capability_f=float(needs.capability[factors.focal]),
        capability_j=float(needs.capability[j]),
        tie=float(snapshot.network.rho[factors.focal, j]),
        gdp_per_head_j=needs.gdp_per_head(partner),
        barriers_j=frozenset(o.kind for o in held),
        sites_in_j=snapshot.sites.get((focal, partner), 0),
    )
