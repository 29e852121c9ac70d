"""The cooperation network at a date: countries, and the agreements that tie them.

A country and an agreement (or body) meet in a participation. Which participations are in force at
the date gives a sparse incidence matrix, and its weighted projection gives the strength of every
tie; the store does the linear work, numpy the quadratic.

The contribution of one agreement with m parties to each pair of them is

    s = strength(kind) * specificity(m),   specificity(m) = ln(n / m) / ln(n / 2)

where n is the number of countries. The specificity is the information content of taking part,
-ln(m / n), scaled so that a bilateral agreement counts in full and a universal body ties nobody
(Resnik 1995, information content of a class with frequency m / n). The strength of a tie is the
noisy-or of its agreements, tau = 1 - prod(1 - s) (Pearl 1988, section 4.3.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

from kg.errors import ComityError
from kg.graph.cache import Rows
from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import Matrix, Vector, path_strength
from kg.profile.profile import Kind
from kg.sources.places import Places, unknown
from kg.terms import local, tail

if TYPE_CHECKING:
    import networkx as nx

OBSERVER = "observer"  # takes no part
SIGNATORY = "signatory"  # has signed what is not in force for it
SIGNED = 0.5  # how much an agreement that is signed and not in force ties, against one in force
RECALLED = "recalled"


@dataclass(frozen=True)
class Country:
    """A country: its code, names, UN region, and whether it is a member of the United Nations."""

    iso3: str
    name: str
    name_zh: str
    region: str
    subregion: str
    un_member: bool
    latitude: float | None
    longitude: float | None


@dataclass(frozen=True)
class Membership:
    """One country's part in one agreement or body, with the days between which it is in force.

    `recalled` says that the row was written from memory of a document, not with it at hand,
    `signed` that the country has signed what is not in force for it.
    """

    country: str
    of: str
    kind: str
    start: str
    end: str
    recalled: bool = False
    signed: bool = False

    def in_force(self, day: str) -> bool:
        """Tell whether it is in force on an ISO day."""
        return self.start <= day and (not self.end or day < self.end)


@dataclass(frozen=True)
class Network:
    """The cooperation network at a date.

    `incidence` (agreements, countries) holds 1 where a country takes part, the square root of
    `SIGNED` where it has only signed, so that two signatories are tied half as much; `contribution`
    (agreements,) is what each agreement adds to every pair of its parties, 0..1; `tau` (n, n) the
    tie strengths, symmetric with a zero diagonal; `rho` (n, n) the path strengths;
    `recalled` (n, n) the share of each tie, in -ln(1 - strength), that rests on recalled rows.
    """

    at: date
    countries: tuple[Country, ...]
    kinds: Mapping[str, Kind]
    agreements: tuple[str, ...]
    agreement_kinds: tuple[str, ...]
    incidence: csr_array
    contribution: Vector
    tau: Matrix
    rho: Matrix
    recalled: Matrix

    @cached_property
    def index(self) -> dict[str, int]:
        """The position of each country by its code."""
        return {country.iso3: place for place, country in enumerate(self.countries)}

    def place(self, text: str) -> int:
        """Return the position of a country, by code or by a name in English or Chinese.

        Raises ComityError with close matches where it is unknown.
        """
        code, places = text.strip().upper(), Places.shipped()
        own = {country.name.casefold(): country.iso3 for country in self.countries}
        found = code if code in self.index else own.get(text.strip().casefold())
        found = found or places.found(text)
        if found not in self.index:
            spelled = {**own, **{code.casefold(): code for code in self.index}}
            close = get_close_matches(text.strip().casefold(), spelled, n=3, cutoff=0.6)
            near = dict.fromkeys(
                [c for c in places.near(text) if c in self.index]
                or [spelled[word] for word in close]
            )
            raise ComityError(unknown(text, near))
        return self.index[found]

    def shared(self, one: str, other: str) -> list[tuple[str, str, float]]:
        """List what ties two countries: (agreement, kind, contribution), strongest first."""
        parts = self.incidence[:, [self.place(one), self.place(other)]].toarray().prod(axis=1)
        both, shares = parts > 0, -np.expm1(parts * np.log1p(-self.contribution))
        rows = [
            (self.agreements[k], self.agreement_kinds[k], float(share))
            for k, share in zip(np.flatnonzero(both), shares[both], strict=True)
        ]
        return sorted(rows, key=lambda row: (-row[2], row[0]))

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return countries and agreements as nodes, participations as edges of a MultiDiGraph."""
        import networkx as nx

        graph = nx.MultiDiGraph(at=self.at.isoformat())
        for country in self.countries:
            graph.add_node(country.iso3, kind="country", label=country.name, region=country.region)
        for iri, kind in zip(self.agreements, self.agreement_kinds, strict=True):
            graph.add_node(iri, kind=kind, label=tail(iri))
        for k, c in zip(*self.incidence.nonzero(), strict=True):
            strength = float(self.contribution[k])
            graph.add_edge(self.countries[c].iso3, self.agreements[k], strength=strength)
        return graph


def load(
    store: Store,
    at: date,
    strengths: Mapping[str, float] | None = None,
    *,
    undated: bool = False,
) -> Network:
    """Read the network at a date from a store; `strengths` overrides the kinds' own by slug.

    With `undated`, a participation without a start is in force on any day until it ends.
    """
    countries = tuple(read_countries(store))
    kinds = read_kinds(store, strengths or {})
    return _project(at, countries, kinds, read_memberships(store, undated=undated))


def read_countries(store: Store) -> list[Country]:
    """Read all countries, in the order of their codes; raise ComityError where there are none."""
    found = [_country(row) for row in _texts(store, "countries")]
    if not found:
        raise ComityError(f"{store.location}: the graph has no countries: load the shipped facts")
    return found


def _country(row: tuple[str, ...]) -> Country:
    code, name, name_zh, region, subregion, member, latitude, longitude = row
    place = (float(latitude), float(longitude)) if latitude and longitude else (None, None)
    return Country(code, name, name_zh, region, subregion, member == "true", *place)


def read_kinds(store: Store, strengths: Mapping[str, float]) -> dict[str, Kind]:
    """Read the kinds of agreement by slug, with overridden strengths."""
    kinds = {}
    for _, slug, label, label_zh, strength, binding in _texts(store, "kinds"):
        value = strengths.get(slug, float(strength))
        kinds[slug] = Kind(slug, label, label_zh, value, binding == "true")
    unknown = sorted(set(strengths) - set(kinds))
    if unknown:
        raise ComityError(f"--strengths: no kind {unknown[0]}: use one of {', '.join(kinds)}")
    return kinds


def read_memberships(store: Store, *, undated: bool = False) -> list[Membership]:
    """Read every participation that has a start, or all with `undated`; observers take no part.

    The first end that one source states closes what another, which may be older, leaves open.
    """
    rows = [
        Membership(
            local(country),
            of,
            local(kind).removeprefix("kind-"),
            start,
            end or ended_by,
            checked == RECALLED,
            role == SIGNATORY,
        )
        for country, of, kind, start, end, ended_by, role, checked in _texts(
            store, "participations"
        )
        if role != OBSERVER
    ]
    ends: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        ends[row.country, row.of].append(row.end)
    return [_closed(row, ends[row.country, row.of]) for row in rows if row.start or undated]


def _closed(row: Membership, ends: list[str]) -> Membership:
    later = [end for end in ends if row.start < end]
    return replace(row, end=min(later)) if later and not row.end else row


def specificity(parties: Vector, countries: int) -> Vector:
    """Return how much of its strength an agreement with this many parties gives to each pair."""
    scaled = np.log(countries / np.maximum(parties, 2)) / np.log(countries / 2)
    return np.asarray(np.clip(scaled, 0.0, 1.0))


def _incidence(parts: Mapping[tuple[int, int], float], shape: tuple[int, int]) -> csr_array:
    where = np.array(sorted(parts), dtype=np.int64).reshape(-1, 2).T
    weights = np.array([parts[cell] for cell in sorted(parts)])
    return csr_array((weights, (where[0], where[1])), shape=shape)


def _parts(
    memberships: list[Membership], rows: Mapping[str, int], places: Mapping[str, int]
) -> dict[tuple[int, int], float]:
    """Return the weight of each participation: 1 in force, less where it is only signed."""
    parts: dict[tuple[int, int], float] = {}
    for m in memberships:
        cell = rows[m.of], places[m.country]
        parts[cell] = max(parts.get(cell, 0.0), SIGNED**0.5 if m.signed else 1.0)
    return parts


def tie_strength(incidence: csr_array, contribution: Vector) -> Matrix:
    """Return tau (n, n): the noisy-or of the contributions of the agreements that two share."""
    surprise = incidence.multiply(-np.log1p(-contribution)[:, None])
    tau = -np.expm1(-(incidence.T @ surprise).toarray())
    np.fill_diagonal(tau, 0.0)
    return np.asarray((tau + tau.T) / 2)


def recalled_share(tau: Matrix, seen: Matrix) -> Matrix:
    """Return (n, n): which part of each tie is lost without the rows that are only recalled."""
    whole, kept = -np.log1p(-tau), -np.log1p(-seen)
    return np.asarray(1.0 - np.divide(kept, whole, out=np.ones_like(whole), where=whole > 0))


def _project(
    at: date,
    countries: tuple[Country, ...],
    kinds: Mapping[str, Kind],
    memberships: list[Membership],
) -> Network:
    day = at.isoformat()
    current = [m for m in memberships if m.kind in kinds and m.in_force(day)]
    active = {m.country for m in current}
    nodes = tuple(c for c in countries if c.un_member or c.iso3 in active)
    places = {country.iso3: place for place, country in enumerate(nodes)}
    kind_of = {m.of: m.kind for m in current}
    agreements = tuple(sorted(kind_of))
    rows = {iri: row for row, iri in enumerate(agreements)}
    shape = (len(agreements), len(nodes))
    incidence = _incidence(_parts(current, rows, places), shape)
    known = _parts([m for m in current if not m.recalled], rows, places)
    strength = np.array([kinds[kind_of[iri]].strength for iri in agreements])
    parties = np.asarray((incidence > 0).sum(axis=1), dtype=np.float64).ravel()
    share = strength * specificity(parties, len(nodes)) * (parties >= 2)
    chosen = tuple(kind_of[iri] for iri in agreements)
    tau = tie_strength(incidence, share)
    return Network(
        at=at,
        countries=nodes,
        kinds=kinds,
        agreements=agreements,
        agreement_kinds=chosen,
        incidence=incidence,
        contribution=share,
        tau=tau,
        rho=path_strength(tau),
        recalled=recalled_share(tau, tie_strength(_incidence(known, shape), share)),
    )


def _texts(store: Store, name: str) -> Rows:
    return store.texts(engine_query(name))
