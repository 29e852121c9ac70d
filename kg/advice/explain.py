"""Why one pair stands where it stands: every factor, fact and source behind its score.

The headline (`kg.leverage.formula.expected`) is split among its five factors by exact Shapley
values (Shapley 1953; 2^5 evaluations), against the median candidate: a factor's share is what it
adds to the median's score, averaged over all orders of putting factors in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np

from kg.advice import subject
from kg.advice.certainty import TOP, top_of
from kg.advice.recommend import Candidate, recommend
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.forecast import feasibility, history, kinds, pairs
from kg.graph.provenance import read_names
from kg.graph.store import Store
from kg.leverage.formula import BALANCE, FACTORS, Powers, Vector, expected, written
from kg.network.need import Needs

CHANCE = frozenset({"feasibility", "popularity"})
Values = dict[str, float]
LISTED = 12  # lines of a long list in the text; JSON and CSV hold all


@dataclass(frozen=True)
class Swap:
    """How far one factor alone would have to move for the pair to reach a neighbour's score."""

    neighbour: str
    rank: int
    factor: str
    now: float
    needed: float


@dataclass(frozen=True)
class Explanation:
    """One pair: its row in the ranking, the split of its score, the facts and what is missing."""

    focal: str
    candidate: Candidate
    candidates: int
    baseline: Values
    baseline_score: float
    shapley: Values
    inputs: list[dict[str, Any]]
    agreements: list[dict[str, Any]]
    barriers: list[dict[str, Any]]
    feasibility: list[dict[str, Any]]
    swaps: list[Swap]
    powers: Powers
    chance_known: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the explanation as the command line prints it in JSON."""
        return {
            "focal": self.focal,
            **self.candidate.as_json(),
            "candidates": self.candidates,
            "baseline": {"expected_leverage": self.baseline_score, **self.baseline},
            "shapley": self.shapley,
            "inputs": self.inputs,
            "agreements": self.agreements,
            "barriers": self.barriers,
            "feasibility_features": self.feasibility,
            "swaps": [asdict(swap) for swap in self.swaps],
        }


def product(values: Values, powers: Powers = BALANCE) -> float:
    """Return the headline of one candidate's factors."""
    return float(expected({name: np.array(value) for name, value in values.items()}, powers))


def shapley(values: Values, baseline: Values, powers: Powers = BALANCE) -> Values:
    """Return each factor's exact share of product(values) - product(baseline)."""
    size = len(FACTORS)
    worth = {
        chosen: product({**baseline, **{name: values[name] for name in chosen}}, powers)
        for count in range(size + 1)
        for chosen in combinations(FACTORS, count)
    }

    def share(name: str) -> float:
        total = 0.0
        for chosen, value in worth.items():
            if name not in chosen:
                joined = tuple(f for f in FACTORS if f in chosen or f == name)
                orders = factorial(len(chosen)) * factorial(size - len(chosen) - 1)
                total += orders * (worth[joined] - value)
        return total / factorial(size)

    return {name: share(name) for name in FACTORS}


def explain(store: Store, snapshot: Snapshot, focal: str, partner: str) -> Explanation:
    """Explain the place of one partner in a focal country's ranking."""
    net = snapshot.network
    f, j = net.countries[net.place(focal)], net.countries[net.place(partner)]
    if f is j:
        raise ComityError(f"{partner}: a tie with oneself explains nothing: name another partner")
    ranked = recommend(snapshot, f.iso3, everyone=not j.un_member)
    candidate = next((c for c in ranked if c.country.iso3 == j.iso3), None)
    if candidate is None:
        raise ComityError(f"{partner}: brings {focal} nothing for this purpose")
    baseline = median_factors(ranked)
    return Explanation(
        focal=f.iso3,
        candidate=candidate,
        candidates=len(ranked),
        baseline=baseline,
        baseline_score=product(baseline, snapshot.powers),
        shapley=shapley(factors_of(candidate), baseline, snapshot.powers),
        inputs=[*_inputs(snapshot, f.iso3), *_inputs(snapshot, j.iso3)],
        agreements=_agreements(store, snapshot, f.iso3, j.iso3),
        barriers=_barriers(snapshot, f.iso3, j.iso3),
        feasibility=_features(store, snapshot, f.iso3, j.iso3),
        swaps=[
            swap
            for swap in swaps(ranked, candidate, snapshot.powers)
            if snapshot.chance_known or swap.factor not in CHANCE
        ],
        powers=snapshot.powers,
        chance_known=snapshot.chance_known,
    )


def factors_of(candidate: Candidate) -> Values:
    """Return a candidate's factors."""
    return {name: float(getattr(candidate, name)) for name in FACTORS}


def median_factors(ranked: Sequence[Candidate]) -> Values:
    """Return the factors of the median candidate, each on its own."""
    return {name: float(np.median([getattr(c, name) for c in ranked])) for name in FACTORS}


def swaps(
    ranked: Sequence[Candidate], candidate: Candidate, powers: Powers = BALANCE
) -> list[Swap]:
    """List, for the neighbours above and below, how far each factor would have to move."""
    place = ranked.index(candidate)
    found = []
    for neighbour in (place - 1, place + 1):
        if 0 <= neighbour < len(ranked) and candidate.expected_leverage > 0:
            found += _swaps(candidate, ranked[neighbour], powers)
    return found


def _swaps(candidate: Candidate, other: Candidate, powers: Powers) -> list[Swap]:
    ratio = other.expected_leverage / candidate.expected_leverage
    needed = {
        "feasibility": candidate.feasibility * ratio,
        "barrier": 1.0 - (1.0 - candidate.barrier) * ratio,
    }
    if powers.popularity and ratio:
        needed["popularity"] = candidate.popularity * ratio ** (-1.0 / powers.popularity)
    if powers.gain:
        gain = (candidate.direct + candidate.onward) * ratio ** (1.0 / powers.gain)
        needed |= {"direct": gain - candidate.onward, "onward": gain - candidate.direct}
    return [
        Swap(other.country.iso3, other.rank, name, float(getattr(candidate, name)), value)
        for name, value in needed.items()
        if value >= 0.0 and (value <= 1.0 or name not in {"feasibility", "barrier"})
    ]


def _barriers(snapshot: Snapshot, focal: str, partner: str) -> list[dict[str, Any]]:
    """List what stands between the two, and what the partner holds toward all foreign offers."""
    held = snapshot.obstacles.between(focal, partner) + snapshot.obstacles.general(partner)
    return [obstacle.as_json() for obstacle in dict.fromkeys(held)]


def _inputs(snapshot: Snapshot, iso3: str) -> list[dict[str, Any]]:
    """List need and capability of a country with the observations behind them."""
    place, needs = snapshot.network.place(iso3), snapshot.needs
    rows: list[dict[str, Any]] = [
        {"iso3": iso3, "input": name, "value": float(column[place]), "year": None, "source": ""}
        for name, column in (
            ("need", needs.need),
            *(() if snapshot.profile else _parts(needs)),
            ("capability", needs.capability),
        )
    ]
    if iso3 in needs.actors:
        actors, source = needs.actors[iso3], "misp-threat-actors"
        rows.append(_input(iso3, "threat actors said to attack it", actors, None, source))
    rows += [
        _input(iso3, seen.indicator, seen.value, seen.year, seen.source)
        for seen in needs.observations.get(iso3, {}).values()
    ]
    return rows


def _parts(needs: Needs) -> tuple[tuple[str, Vector], ...]:
    """Return what the need of a country is made of."""
    return (
        ("threat exposure (scaled)", needs.exposure),
        ("industrial value (scaled)", needs.value),
    )


def _input(iso3: str, name: str, value: float, year: int | None, source: str) -> dict[str, Any]:
    return {"iso3": iso3, "input": name, "value": value, "year": year, "source": source}


def _agreements(store: Store, snapshot: Snapshot, one: str, other: str) -> list[dict[str, Any]]:
    named = read_names(store)
    return [
        {
            "agreement": named[iri].name if iri in named else iri,
            "kind": kind,
            "contribution": share,
            "source": named[iri].source if iri in named else "",
            "locator": named[iri].locator if iri in named else "",
        }
        for iri, kind, share in snapshot.network.shared(one, other)
    ]


def _features(store: Store, snapshot: Snapshot, focal: str, partner: str) -> list[dict[str, Any]]:
    """List why the chance is as it is: the pooled terms, and those of the general forecast."""
    year, found = snapshot.network.at.year, snapshot.forecast
    known = history.read(store)
    if focal not in known.index or partner not in known.index:
        return []
    reasons: list[Any] = []
    if found.pooled:
        pair = known.index[focal], known.index[partner]
        reasons += kinds.explain(found.pooled, *pair, known.names)
    if snapshot.profile:
        if not snapshot.chance_known:
            return []
        model = subject.model(known, snapshot.kind, year)
    else:
        general = pairs.GENERAL if found.pooled else found.target
        model = feasibility.model_for(known, year, general)
    reasons += feasibility.explain(feasibility.forecast(known, model, year), focal, partner)
    return [asdict(reason) for reason in reasons]


def rows(found: Explanation) -> list[dict[str, Any]]:
    """Return the explanation as one flat table: section, item, value, source."""
    table = [
        {"section": "share of the score", "item": name, "value": value, "source": ""}
        for name, value in found.shapley.items()
    ]
    table += [
        {
            "section": f"input of {row['iso3']}",
            "item": row["input"],
            "value": row["value"],
            "source": " ".join(str(part) for part in (row["source"], row["year"]) if part),
        }
        for row in found.inputs
    ]
    table += [
        {"section": "onward", "item": via.iso3, "value": via.gain, "source": ""}
        for via in found.candidate.via
    ]
    table += [
        {"section": "barrier", "item": row["kind"], "value": row["level"], "source": row["source"]}
        for row in found.barriers
    ]
    table += [
        {
            "section": "agreement",
            "item": row["agreement"],
            "value": row["contribution"],
            "source": f"{row['source']} {row['locator']}".strip(),
        }
        for row in found.agreements
    ]
    table += [
        {"section": "feasibility", "item": row["title"], "value": row["contribution"], "source": ""}
        for row in found.feasibility
    ]
    return table


def text(found: Explanation) -> str:
    """Return the explanation as a page of plain text."""
    c, top = found.candidate, top_of(found.candidates)
    parts = [
        f"{found.focal} and {c.country.name} ({c.country.iso3}):"
        f" rank {c.rank} of {found.candidates}",
        f"tier: {c.tier.replace('-', ' ')}: rank {c.rank_low}-{c.rank_high} in 90 % of the draws,"
        f" in the top {'ten' if top == TOP else top} in {c.p_top10:.0%}",
        f"index {c.index:.0f} (the best partner: 100); status: {c.status}",
        *_score_lines(c, found.powers, found.chance_known),
        f"what the partner gains: {c.partner_gain:.4g}",
        *([f"channel: {c.channel}: {c.reason}"] if c.channel else []),
        f"missing: {', '.join(c.missing) or 'nothing that the score reads'}; depth {c.depth}",
        "",
        f"Against the median candidate ({found.baseline_score:.4g}), each factor adds (Shapley):",
        *(
            f"  {name:12} {value:+.4g}"
            for name, value in found.shapley.items()
            if found.chance_known or name not in CHANCE
        ),
        "",
        "Third countries reached through the partner:",
        *(f"  {via.iso3}  {via.gain:.4f}" for via in c.via[:LISTED]),
        "",
        "Inputs:",
        *(_input_line(row) for row in found.inputs),
        "",
        "Between the two:" if found.barriers else "Between the two: no obstacle is known",
        *(_barrier_line(row) for row in found.barriers),
        "",
        "Agreements in force between the two, strongest first:",
        *(_agreement_line(row) for row in found.agreements[:LISTED]),
        "",
        "Why this chance (log-odds; first for this kind of agreement, then in general):"
        if found.chance_known
        else "The chance to sign is not known.",
        *(f"  {row['contribution']:+.2f}  {row['sentence']}" for row in found.feasibility[:LISTED]),
        "",
        "What would change the rank, one factor alone:",
        *(_swap_line(swap) for swap in found.swaps),
    ]
    return "\n".join(parts) + "\n"


def _score_lines(c: Candidate, p: Powers, chance_known: bool) -> list[str]:
    if not chance_known:
        gain = f"(direct {c.direct:.4f} + onward {c.onward:.4f})^{p.gain:.2g}"
        return [
            f"expected leverage {c.expected_leverage:.4g} = (1 - barrier {c.barrier:.3f}) x {gain}"
        ]
    return [
        f"expected leverage {c.expected_leverage:.4g} = {written(factors_of(c), p)}",
        f"specific to the two: they are {c.lift:.2f} times as likely to sign as either with anyone",
    ]


def _input_line(row: dict[str, Any]) -> str:
    origin = f"  [{row['source']}{', ' + str(row['year']) if row['year'] else ''}]"
    return f"  {row['iso3']}  {row['input']:34} {row['value']:.6g}{origin if row['source'] else ''}"


def _barrier_line(row: dict[str, Any]) -> str:
    since = f" since {row['since']}" if row["since"] else " (undated)"
    until = f", known until {row['known_until']}" if row["known_until"] else ""
    what = "blocks" if row["blocks"] else f"{row['level']:.2f}"
    if not row["toward"]:
        what = "context"
    where = f"{row['source']} {row['locator']}".strip()
    return f"  {what:7} {row['kind']}: {row['text']}{since}{until} [{where}]"


def _agreement_line(row: dict[str, Any]) -> str:
    return f"  {row['contribution']:.3f}  {row['agreement']} [{row['source']} {row['locator']}]"


def _swap_line(swap: Swap) -> str:
    return (
        f"  {swap.factor} {swap.now:.4g} -> {swap.needed:.4g}"
        f" gives the score of {swap.neighbour} (rank {swap.rank})"
    )
