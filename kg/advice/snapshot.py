"""Everything a ranking needs at one date, read once: network, needs, barriers, forecast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from kg.errors import ComityError
from kg.forecast import pairs
from kg.forecast.pairs import PairForecast
from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import Matrix, Vector, direct, expected, incumbent, onward, strengthened
from kg.network import need, network, obstacles
from kg.network.need import Needs
from kg.network.network import Network
from kg.network.obstacles import Barrier
from kg.terms import local

DEFAULT_KIND = "information-security-agreement"


@dataclass(frozen=True)
class Factors:
    """The factors of one focal country's leverage; arrays are (n,) but `onward` (n, n).

    `onward` entry (j, t) is the gain in reaching t through a tie with j; `tie` the strength that
    the tie with j would have; `gaps` what was not known of the pair; `expected` the headline.
    """

    focal: int
    tie: Vector
    feasibility: Vector
    barrier: Vector
    incumbent: Vector
    direct: Vector
    onward: Matrix
    gaps: tuple[tuple[str, ...], ...]

    @property
    def gain(self) -> Vector:
        """Direct plus onward gain, in units of need."""
        return np.asarray(self.direct + self.onward.sum(axis=1))

    @property
    def expected(self) -> Vector:
        """Expected leverage, in units of need."""
        return expected(self.feasibility, self.barrier, self.incumbent, self.gain)


@dataclass(frozen=True)
class Snapshot:
    """What is known at one date, and the kind of agreement that is to be signed."""

    network: Network
    needs: Needs
    barriers: list[Barrier]
    sites: Mapping[tuple[str, str], int]
    forecast: PairForecast
    kind: str

    @cached_property
    def strength(self) -> float:
        """The strength of the agreement that is to be signed."""
        return self.network.kinds[self.kind].strength

    @cached_property
    def withheld(self) -> Matrix:
        """Row f, column j: the share of the gain that country j withholds from f."""
        return obstacles.table(self.barriers, self.network)

    def with_ties(self, tau: Matrix, rho: Matrix) -> Snapshot:
        """Return the same snapshot with other tie and path strengths."""
        return replace(self, network=replace(self.network, tau=tau, rho=rho))

    def factors(self, focal: str) -> Factors:
        """Compute every factor of a focal country's leverage with each other country."""
        f = self.network.place(focal)
        rho, capability = self.network.rho, self.needs.capability
        tie = strengthened(self.network.tau, f, self.strength)
        return Factors(
            focal=f,
            tie=tie,
            feasibility=self.forecast.probability[f],
            barrier=self.withheld[f],
            incumbent=incumbent(rho, capability, f),
            direct=direct(self.needs.need, capability, f),
            onward=onward(rho, self.needs.need, f, tie),
            gaps=self.forecast.missing[f],
        )


def candidates(snapshot: Snapshot, focal: int, everyone: bool = False) -> list[int]:
    """List the positions of the countries that may be partners of the focal one."""
    countries = snapshot.network.countries
    return [j for j, c in enumerate(countries) if j != focal and (everyone or c.un_member)]


def load(
    store: Store,
    at: date,
    kind: str = DEFAULT_KIND,
    strengths: Mapping[str, float] | None = None,
) -> Snapshot:
    """Read a snapshot from a store; raise ComityError for a kind that is not known."""
    net = network.load(store, at, strengths)
    if kind not in net.kinds:
        raise ComityError(f"--kind {kind}: no such kind: use one of {', '.join(net.kinds)}")
    return Snapshot(
        network=net,
        needs=need.load(store, net),
        barriers=obstacles.load(store),
        sites=_sites(store),
        forecast=pairs.load(store, net),
        kind=kind,
    )


def _sites(store: Store) -> dict[tuple[str, str], int]:
    """Count parks and projects by (home, host)."""
    rows = store.texts(engine_query("sites"))
    return {(local(home), local(host)): int(count) for home, host, count in rows}
