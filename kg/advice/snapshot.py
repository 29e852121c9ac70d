"""Everything a ranking needs at one date, read once: network, needs, obstacles, forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from kg.errors import ComityError
from kg.forecast import kinds, pairs
from kg.forecast.pairs import PairForecast
from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import (
    BALANCE,
    FACTORS,
    Matrix,
    Powers,
    Vector,
    direct,
    direct_offered,
    expected,
    incumbent,
    onward,
    onward_offered,
    strengthened,
)
from kg.network import need, network, obstacles
from kg.network import purpose as purposes
from kg.network.need import Needs
from kg.network.network import Network
from kg.network.obstacles import Flags, Obstacles
from kg.network.purpose import Evidence, Purpose
from kg.profile.profile import Profile, Words
from kg.terms import local

DEFAULT_KIND = "information-security-agreement"
OPEN, RENEWAL, BLOCKED = "open", "renewal", "blocked"
COUNTRIES = Words("country", "countries", "国家")


@dataclass(frozen=True)
class Factors:
    """The factors of one focal country's leverage; arrays are (n,) but `onward` (n, n).

    `onward` entry (j, t) is the gain in reaching t through a tie with j; `tie` the strength that
    the tie with j would have; `popularity` by what factor j's odds of signing exceed the average
    country's; `lift` how much likelier the pair signs than either does with anyone; `blocked`
    whether an agreement is ruled out, `renewal` whether one of the kind is in force; `gaps` what
    was not known of the pair; `expected` the headline. `incumbent` is context.
    """

    focal: int
    tie: Vector
    feasibility: Vector
    barrier: Vector
    popularity: Vector
    direct: Vector
    onward: Matrix
    lift: Vector
    incumbent: Vector
    blocked: Flags
    renewal: Flags
    gaps: tuple[tuple[str, ...], ...]
    powers: Powers = BALANCE

    @cached_property
    def values(self) -> dict[str, Vector]:
        """What the formula reads, (n,) each by its name in `FACTORS`: onward gains added up."""
        return {name: getattr(self, name) for name in FACTORS} | {"onward": self.onward.sum(axis=1)}

    @cached_property
    def expected(self) -> Vector:
        """Expected leverage."""
        return expected(self.values, self.powers)

    def status(self, j: int) -> str:
        """Return whether a partner is open, has an agreement to renew, or is blocked."""
        return BLOCKED if self.blocked[j] else RENEWAL if self.renewal[j] else OPEN


@dataclass(frozen=True)
class Snapshot:
    """What is known at one date, the kind of agreement to be signed, and what is preferred.

    `profile` declares a subject of the user's own; `absent` names what is known of nobody and was
    left out.
    `purpose` is what cooperation is sought for, `evidence` what `needs` rest on then.
    """

    network: Network
    needs: Needs
    obstacles: Obstacles
    sites: Mapping[tuple[str, str], int]
    forecast: PairForecast
    kind: str
    powers: Powers = BALANCE
    profile: Profile | None = None
    absent: tuple[str, ...] = ()
    purpose: Purpose | None = None
    evidence: Evidence | None = None

    @property
    def words(self) -> Words:
        """What an actor is called."""
        return self.profile.words if self.profile else COUNTRIES

    @property
    def chance_known(self) -> bool:
        """Whether any chance was learned; else the ranking is by the gain alone."""
        return bool(self.forecast.forecast.any())

    def reworded(self, text: str) -> str:
        """Return a text about countries in the words of the subject."""
        if self.profile is None:
            return text
        return self.words.reworded(text, [country.name for country in self.network.countries])

    @cached_property
    def strength(self) -> float:
        """The strength of the agreement that is to be signed."""
        return self.network.kinds[self.kind].strength

    @cached_property
    def third(self) -> Matrix:
        """Return (n, n): the need of each third country to the row's country, 0 for the others."""
        return np.asarray(np.where(self.reachable, self.needs.need, 0.0))

    @property
    def reachable(self) -> Flags:
        """Return (n, n): which countries are third countries to the row's.

        A territory, a country that is not recognised and one that is out of bounds are none.
        """
        return np.asarray(self.obstacles.foreign & ~self.obstacles.blocked)

    @property
    def covered(self) -> Flags:
        """Return (n,): the countries of which a bilateral agreement of the kind is known."""
        return np.asarray(self.renewal.any(axis=1))

    @cached_property
    def renewal(self) -> Flags:
        """Return (n, n): the pairs that have a bilateral agreement of the kind in force."""
        like = kinds.TARGETS.get(kinds.target_of(self.kind))
        slugs = like.kinds if like else (self.kind,)
        net = self.network
        wanted = np.isin(net.agreement_kinds, slugs) & ((net.incidence > 0).sum(axis=1) == 2)
        parts = (net.incidence[np.flatnonzero(wanted)] > 0).astype(np.float64)
        both = (parts.T @ parts).toarray() > 0
        np.fill_diagonal(both, False)
        return np.asarray(both)

    def with_ties(self, tau: Matrix, rho: Matrix) -> Snapshot:
        """Return the same snapshot with other tie and path strengths."""
        return replace(self, network=replace(self.network, tau=tau, rho=rho))

    def factors(self, focal: str) -> Factors:
        """Compute every factor of a focal country's leverage with each other country."""
        f = self.network.place(focal)
        tau, rho = self.network.tau, self.network.rho
        tie = strengthened(tau, f, self.strength)
        return Factors(
            focal=f,
            tie=tie,
            feasibility=self.forecast.probability[f],
            barrier=self.obstacles.barrier[f],
            popularity=self.forecast.popularity,
            direct=direct(self.needs.need, tau, f, tie),
            onward=onward(rho, self.third[f], f, tie),
            lift=self.forecast.lift[f],
            incumbent=incumbent(rho, self.needs.capability, f),
            blocked=self.obstacles.blocked[f],
            renewal=self.renewal[f],
            gaps=self.forecast.missing[f],
            powers=self.powers,
        )

    def offered(self, factors: Factors) -> Vector:
        """Return (n,): the expected leverage of each partner through the same tie.

        The chance that the two sign, and what stands between them, are the same seen from either
        side; the focal country's own popularity is the same for all.
        """
        f, net = factors.focal, self.network
        gain = direct_offered(self.needs.need, net.tau, f, factors.tie)
        gain += onward_offered(net.rho, self.third, f, factors.tie)
        own = {"popularity": self.forecast.popularity[f], "direct": gain, "onward": 0.0}
        return expected({**factors.values, **own}, self.powers)


CHANCE = frozenset(
    {"feasibility", "chance", "lift", "popularity", "pareto", "feasibility_features"}
)
CHANNEL = frozenset({"channel", "reason", "code"})


def declared(snapshot: Snapshot, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row without what the snapshot's subject does not have, in its own words."""
    if snapshot.profile is None:
        return dict(row)
    absent = CHANNEL if snapshot.chance_known else CHANNEL | CHANCE
    names = {"country": snapshot.words.one, "iso3": "id", "p_top10": "p_top"}

    def said(value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, Mapping):
            kept = {n: part for n, part in value.items() if n not in absent}
            return {names.get(n, n): said(part) for n, part in kept.items()}
        return [said(part) for part in value] if isinstance(value, list) else value

    return dict(said(row))


def candidates(snapshot: Snapshot, focal: int, everyone: bool = False) -> list[int]:
    """List the positions of the countries that may be partners of the focal one."""
    countries = snapshot.network.countries
    return [j for j, c in enumerate(countries) if j != focal and (everyone or c.un_member)]


def load(
    store: Store,
    at: date,
    kind: str = DEFAULT_KIND,
    strengths: Mapping[str, float] | None = None,
    powers: Powers = BALANCE,
    strict: bool = False,
    purpose: Purpose | None = None,
) -> Snapshot:
    """Read a snapshot from a store; raise ComityError for a kind that is not known.

    With `strict`, facts that carry no date are left out. A `purpose` replaces the needs that gain
    is counted in; the chance to sign stays the same.
    """
    net = network.load(store, at, strengths)
    if not net.kinds:
        raise ComityError(
            f"{store.location}: the graph knows no kind of agreement: load"
            " ontology/agreement-kinds.ttl and relation-kinds.ttl"
        )
    if kind not in net.kinds:
        raise ComityError(f"--kind {kind}: no such kind: use one of {', '.join(net.kinds)}")
    needs = need.load(store, net, strict)
    known = purposes.load(store, net, purpose) if purpose else None
    return Snapshot(
        network=net,
        needs=purposes.purposed(needs, purpose, known, net) if purpose and known else needs,
        obstacles=obstacles.load(store, net, strict),
        sites=_sites(store),
        forecast=pairs.load(store, net, needs, kind),
        kind=kind,
        powers=powers,
        purpose=purpose,
        evidence=known,
    )


def _sites(store: Store) -> dict[tuple[str, str], int]:
    """Count parks and projects by (home, host)."""
    rows = store.texts(engine_query("sites"))
    return {(local(home), local(host)): int(count) for home, host, count in rows}
