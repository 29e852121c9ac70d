"""Groups: whom to sign one agreement with together, and existing bodies as hosts of one.

The mathematics is in `kg.leverage.coalition`; here a snapshot is turned into its terms: one
agreement among m countries ties each pair with strength(kind) * specificity(m), as everywhere in
the network. What stands between the focal country and a partner, and the partner's popularity,
scale what the partner brings, so that a coalition of one is worth what `recommend` says:

    chance (1 - barrier) popularity^-h gain^g = chance (scale gain)^g
    scale = ((1 - barrier) popularity^-h)^(1/g)

Where the gain does not count (g = 0) every member is worth its chance, and the group its sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kg.advice.snapshot import Snapshot, candidates
from kg.errors import ComityError
from kg.graph.catalog import engine_query
from kg.graph.provenance import Named, read_names
from kg.graph.store import Store
from kg.leverage.coalition import Accession, Coalition, Game, choose
from kg.leverage.formula import direct, kept, onward, strengthened
from kg.network.network import specificity
from kg.terms import local

MEMBERSHIP = "membership"
NAMED = 24  # characters of a body's name in a table of 80 columns
SMALLEST = 3  # parties: a body of two is a bilateral agreement


MEMBER, OBSERVER, OUTSIDE = "member", "observer", "would have to join"
WAYS = (MEMBER, OBSERVER, OUTSIDE)
SCOPES = ("general", "security")  # of mandates: the weightier last


@dataclass(frozen=True)
class Mandate:
    """What a body is there for, `security` or any matter (`general`), and who says so."""

    scope: str = ""
    source: str = ""
    locator: str = ""


@dataclass(frozen=True)
class Host:
    """An existing body as the host of one agreement among its members and the focal country.

    `way` says whether the focal country is a member, an observer, or would have to join.
    """

    body: str
    name: str
    partners: int
    way: str
    mandate: Mandate
    value: float
    source: str

    def as_json(self) -> dict[str, Any]:
        """Return the host as the command line prints it."""
        return {
            "body": self.body,
            "name": self.name,
            "partners": self.partners,
            "focal_is_member": self.way == MEMBER,
            "way": self.way,
            "mandate": self.mandate.scope,
            "mandate_source": self.mandate.source,
            "mandate_locator": self.mandate.locator,
            "expected_leverage": self.value,
            "per_partner": self.value / self.partners,
            "source": self.source,
        }


def narrow(host: Host) -> dict[str, Any]:
    """Return a host as a row to be read in 80 columns."""
    return {
        "body": host.body,
        "name": host.name if len(host.name) <= NAMED else f"{host.name[: NAMED - 1]}…",
        "partners": host.partners,
        "way": host.way,
        "mandate": host.mandate.scope,
        "value": f"{host.value:.3f}",
    }


def coalition(
    snapshot: Snapshot,
    focal: str,
    size: int,
    accession: Accession = "independent",
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    body: str | None = None,
) -> Coalition:
    """Choose the best `size` partners for one agreement with the focal country.

    `body` (the end of its IRI, e.g. igo-asean) restricts the partners to its members.
    """
    net = snapshot.network
    f = net.place(focal)
    barred = {net.place(code) for code in exclude}
    wanted = [net.place(code) for code in include]
    if clash := barred.intersection(wanted):
        code = net.countries[min(clash)].iso3
        raise ComityError(f"{code} stands in both --include and --exclude: choose one")
    closed = snapshot.obstacles.blocked[f]
    if shut := [j for j in wanted if closed[j]]:
        code = net.countries[shut[0]].iso3
        raise ComityError(f"--include {code}: an agreement is ruled out: see `comity explain`")
    free = {j for j in candidates(snapshot, f) if not closed[j]} - barred
    if body:
        free &= set(members(snapshot, body))
    return choose(game(snapshot, focal, size + 1, accession), size, sorted(free), wanted)


def steps(snapshot: Snapshot, chosen: Coalition) -> list[dict[str, Any]]:
    """Return the members in the order in which each adds most, with what it adds."""
    countries = snapshot.network.countries
    total = 0.0
    rows = []
    for order, (j, gain) in enumerate(zip(chosen.members, chosen.marginals, strict=True), start=1):
        total += gain
        rows.append(
            {
                "order": order,
                "iso3": countries[j].iso3,
                "name": countries[j].name,
                "adds": gain,
                "value": total,
                "guarantee": chosen.guarantee,
            }
        )
    return rows


def game(snapshot: Snapshot, focal: str, parties: int, accession: Accession) -> Game:
    """Return the game of one agreement among `parties` countries, the focal one included."""
    net, factors, powers = snapshot.network, snapshot.factors(focal), snapshot.powers
    share = float(specificity(np.array([float(parties)]), len(net.countries))[0])
    tie = strengthened(net.tau, factors.focal, snapshot.strength * share)
    scale = kept(factors.values, powers)
    if not powers.gain:
        return Game.of(np.zeros_like(net.rho), factors.feasibility, accession, scale)
    table = onward(net.rho, snapshot.third[factors.focal], factors.focal, tie)
    own = direct(snapshot.needs.need, net.tau, factors.focal, tie)
    # A member's own need is one more place to reach: by its own tie or through another member.
    np.fill_diagonal(table, own)
    scaled = scale[:, None] ** (1.0 / powers.gain) * table
    return Game.of(scaled, factors.feasibility, accession, power=powers.gain)


def members(snapshot: Snapshot, body: str) -> list[int]:
    """List the positions of a body's members; raise ComityError where it is not known."""
    net = snapshot.network
    rows = [k for k, iri in enumerate(net.agreements) if local(iri) == body]
    if not rows:
        raise ComityError(f"--body {body}: no such body in force: see `comity query bodies`")
    return [int(c) for c in net.incidence[[rows[0]], :].nonzero()[1]]


def hosts(
    store: Store, snapshot: Snapshot, focal: str, accession: Accession, everything: bool = False
) -> list[Host]:
    """Rank existing bodies by the value of one agreement with their whole membership.

    Bodies with a sourced mandate for security or for any matter, or `everything` countries are
    members of. Those that the focal country has a way to stand first.
    """
    named, mandate = read_names(store), mandates(store)
    f, games = snapshot.network.place(focal), Games(snapshot, focal, accession)
    watched = observed(store, focal, snapshot.network.at.isoformat())
    found = [
        _host(iri, named[iri], parties, f, games, mandate.get(iri, Mandate()), iri in watched)
        for iri, parties in bodies(snapshot).items()
        if everything or iri in mandate
    ]
    return sorted(found, key=lambda host: (WAYS.index(host.way), -host.value, host.name))


def mandates(store: Store) -> dict[str, Mandate]:
    """Read the mandate of every body that could host an agreement, by the body's IRI."""
    rows = store.texts(engine_query("hosts"))
    return {
        body: Mandate(scope, local(source), locator)
        for body, scope, source, locator in sorted(rows, key=lambda row: SCOPES.index(row[1]))
    }


def observed(store: Store, focal: str, day: str) -> set[str]:
    """Return the IRIs of the bodies that the focal country observes on a day."""
    rows = store.texts(engine_query("observers"))
    return {
        body
        for country, body, start, end in rows
        if local(country) == focal and start <= day and (not end or day < end)
    }


def bodies(snapshot: Snapshot) -> dict[str, set[int]]:
    """Return the members of every body in force that has at least three."""
    net = snapshot.network
    members_of = {
        net.agreements[k]: set(net.incidence[[k], :].nonzero()[1].tolist())
        for k, kind in enumerate(net.agreement_kinds)
        if kind == MEMBERSHIP
    }
    return {iri: parties for iri, parties in members_of.items() if len(parties) >= SMALLEST}


class Games:
    """The games of one focal country by the number of parties, each made once."""

    def __init__(self, snapshot: Snapshot, focal: str, accession: Accession) -> None:
        self.snapshot = snapshot
        self.of = cache(lambda parties: game(snapshot, focal, parties, accession))

    def value(self, partners: Sequence[int]) -> float:
        """Return what one agreement with these partners is worth."""
        return float(self.of(len(partners) + 1).value(partners))


def _host(
    iri: str,
    about: Named,
    parties: set[int],
    focal: int,
    games: Games,
    mandate: Mandate,
    watched: bool,
) -> Host:
    closed = games.snapshot.obstacles.blocked[focal]
    partners = sorted(j for j in parties - {focal} if not closed[j])
    return Host(
        body=local(iri),
        name=about.name,
        partners=len(partners),
        way=MEMBER if focal in parties else OBSERVER if watched else OUTSIDE,
        mandate=mandate,
        value=games.value(partners),
        source=about.source,
    )
