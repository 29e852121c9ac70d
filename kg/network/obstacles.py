"""Obstacles: how countries stand toward each other in politics, and what each withholds.

A relation (war, sanctions, rivalry, recognition withheld ...) or a barrier named against one
country is an obstacle between the two while it lasts; it has a level, the share of the gain that
it is judged to withhold, and some kinds block an agreement altogether (both stand in
`ontology/relation-kinds.ttl`). Of several obstacles of one kind only the highest counts; kinds add
up by noisy-or:

    barrier = 1 - prod over kinds (1 - level)

An ally of a state with which the other is at war is an obstacle too: it is derived from the two.

A barrier toward all foreign offers (a mature industry, standards of one's own) is about selling
products, not about signing: it is shown, and chooses the channel, but withholds nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

import numpy as np
from numpy.typing import NDArray

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.leverage.formula import Matrix
from kg.network.network import Network
from kg.terms import local

Flags = NDArray[np.bool_]

UNIVERSAL = "sanctions"  # held toward nobody by name: those of the Security Council, for everyone
# Kinds that say that one does not take the other for a state: it is no third country to reach.
UNRECOGNISED = frozenset({"not-recognised", "unofficial-relations"})
WAR, ALLIANCE, ENEMY_ALLY = "war", "alliance", "enemy-ally"


@dataclass(frozen=True)
class Kind:
    """A kind of relation: whether it holds both ways, blocks an agreement, what it withholds."""

    slug: str
    label: str
    label_zh: str
    symmetric: bool
    blocks: bool
    level: float


@dataclass(frozen=True)
class Obstacle:
    """One relation or barrier in force: who holds it toward whom, and who says so.

    `toward` is empty for a barrier against all foreign offers. `as_of` is the last day for which
    the source says that it holds, `undated` whether nothing says since when.
    """

    country: str
    toward: str
    kind: str
    label: str
    level: float
    blocks: bool
    text: str
    since: str
    as_of: str
    source: str
    locator: str
    checked: str = ""
    confidence: str = ""

    @property
    def undated(self) -> bool:
        """Whether no source says since when it holds."""
        return not self.since

    def between(self, one: str, other: str) -> bool:
        """Tell whether it stands between two countries, whoever of them holds it."""
        return {self.country, self.toward} == {one, other}

    def as_json(self) -> dict[str, object]:
        """Return the obstacle as the command line prints it."""
        return {
            "kind": self.kind,
            "holder": self.country,
            "toward": self.toward,
            "level": self.level,
            "blocks": self.blocks,
            "text": self.text or self.label,
            "since": self.since or None,
            "known_until": self.as_of or None,
            "source": self.source,
            "locator": self.locator,
        }


@dataclass(frozen=True)
class Obstacles:
    """What stood between countries at a date, and which territory belongs to whom.

    `barrier` (n, n) is the share of the gain that is withheld, `blocked` (n, n) whether an
    agreement is ruled out, `allies` (n, n) whether the two are allied: all symmetric. `foreign`
    (n, n) says whether the column country is a third country to the row's: neither a territory of
    it, nor one that it does not recognise.
    """

    held: tuple[Obstacle, ...]
    barrier: Matrix
    blocked: Flags
    foreign: Flags
    allies: Flags
    by_pair: Mapping[frozenset[str], tuple[Obstacle, ...]] = field(repr=False)

    def between(self, one: str, other: str) -> tuple[Obstacle, ...]:
        """Return what stands between two countries, the highest first; alliances last."""
        return self.by_pair.get(frozenset((one, other)), ())

    def general(self, country: str) -> tuple[Obstacle, ...]:
        """Return the barriers that a country holds toward all foreign offers."""
        return tuple(o for o in self.held if o.country == country and not o.toward)


def load(store: Store, network: Network, strict: bool = False) -> Obstacles:
    """Read what stood between the countries of a network at its date.

    With `strict`, a relation or barrier without a beginning is left out.
    """
    day = network.at.isoformat()
    kinds = read_kinds(store)
    found = [*_relations(store, day, kinds), *_barriers(store, day)]
    stated = tuple(o for o in found if not (strict and o.undated))
    names = {country.iso3: country.name for country in network.countries}
    derived = enemy_allies(stated, kinds[ENEMY_ALLY], names) if ENEMY_ALLY in kinds else []
    held = (*stated, *derived)
    by_pair = _by_pair(held, [country.iso3 for country in network.countries])
    size = len(network.countries)
    barrier, blocked = np.zeros((size, size)), np.zeros((size, size), dtype=bool)
    allies = np.zeros((size, size), dtype=bool)
    foreign = _foreign(store, network)
    for pair, obstacles in by_pair.items():
        if pair <= network.index.keys():
            a, b = (network.index[code] for code in pair)
            barrier[a, b] = barrier[b, a] = level(obstacles)
            blocked[a, b] = blocked[b, a] = any(o.blocks for o in obstacles)
            allies[a, b] = allies[b, a] = any(o.kind == ALLIANCE for o in obstacles)
            for o in obstacles:
                if o.kind in UNRECOGNISED and o.toward:
                    foreign[network.index[o.country], network.index[o.toward]] = False
    return Obstacles(held, barrier, blocked, foreign, allies, by_pair)


def read_kinds(store: Store) -> dict[str, Kind]:
    """Read the kinds of relation by slug."""
    rows = store.texts(engine_query("relation-kinds"))
    return {
        slug: Kind(slug, label, label_zh, symmetric == "true", blocks == "true", float(level))
        for _, slug, label, label_zh, symmetric, blocks, level in rows
    }


def enemy_allies(
    stated: Sequence[Obstacle], kind: Kind, names: Mapping[str, str]
) -> list[Obstacle]:
    """Derive what stands between a state at war and the allies of its enemy.

    An ally of both sides stands apart from neither. `names` {code: name} are for the text.
    """
    allied: dict[str, dict[str, Obstacle]] = {}
    for o in stated:
        if o.kind == ALLIANCE:
            allied.setdefault(o.country, {}).setdefault(o.toward, o)
            allied.setdefault(o.toward, {}).setdefault(o.country, o)
    sides = [(o, *ends) for o in stated if o.kind == WAR for ends in _both(o)]
    return [
        _enemy_ally(kind, ally, enemy, side, (bond, war), names)
        for war, side, enemy in sides
        for ally, bond in allied.get(side, {}).items()
        if ally != enemy and ally not in allied.get(enemy, {})
    ]


def _both(war: Obstacle) -> tuple[tuple[str, str], tuple[str, str]]:
    return (war.country, war.toward), (war.toward, war.country)


def _enemy_ally(
    kind: Kind,
    ally: str,
    enemy: str,
    side: str,
    facts: tuple[Obstacle, Obstacle],
    names: Mapping[str, str],
) -> Obstacle:
    bond, war = facts
    one, at_war, other = (names.get(code, code) for code in (ally, side, enemy))
    return Obstacle(
        country=ally,
        toward=enemy,
        kind=kind.slug,
        label=kind.label,
        level=kind.level,
        blocks=kind.blocks,
        text=f"{one} is allied to {at_war}, which is at war with {other}.",
        since="" if bond.undated or war.undated else max(bond.since, war.since),
        as_of=war.as_of,
        source=bond.source,
        locator=f"{bond.locator}; war: {war.source}, {war.locator}",
    )


def level(obstacles: Iterable[Obstacle]) -> float:
    """Return the share of the gain that obstacles withhold together: 1 - prod(1 - level)."""
    return 1.0 - prod(1.0 - value for value in levels(obstacles).values())


def levels(obstacles: Iterable[Obstacle]) -> dict[str, float]:
    """Return what obstacles withhold by kind.

    Of several obstacles of one kind only the highest counts: they say the same thing twice.
    Sanctions are one kind, however broad.
    """
    highest: dict[str, float] = {}
    for obstacle in obstacles:
        family = obstacle.kind.partition("-")[0]
        highest[family] = max(obstacle.level, highest.get(family, 0.0))
    return highest


def _by_pair(
    held: Sequence[Obstacle], countries: Sequence[str]
) -> dict[frozenset[str], tuple[Obstacle, ...]]:
    pairs: dict[frozenset[str], list[Obstacle]] = {}
    for obstacle in held:
        universal = countries if obstacle.kind == UNIVERSAL else ()
        for other in (obstacle.toward,) if obstacle.toward else universal:
            if other != obstacle.country:
                pairs.setdefault(frozenset((obstacle.country, other)), []).append(obstacle)
    return {pair: tuple(sorted(listed, key=_weight)) for pair, listed in pairs.items()}


def _weight(obstacle: Obstacle) -> tuple[object, ...]:
    named = obstacle.kind, obstacle.country, obstacle.since, obstacle.source, obstacle.locator
    return -obstacle.blocks, -obstacle.level, *named


def _foreign(store: Store, network: Network) -> Flags:
    """Return (n, n): False where the column is the row itself or a territory of its state."""
    state = {local(one): local(other) for one, other in store.texts(engine_query("territories"))}
    owner = np.array([state.get(c.iso3, c.iso3) for c in network.countries])
    return np.asarray(owner[:, None] != owner)


def _in_force(day: str, start: str, end: str) -> bool:
    return start <= day and (not end or day < end)


def _relations(store: Store, day: str, kinds: Mapping[str, Kind]) -> Iterable[Obstacle]:
    for one, other, iri, start, end, as_of, text, source, locator in store.texts(
        engine_query("relations")
    ):
        kind = kinds[local(iri).removeprefix("relation-")]
        if _in_force(day, start, end):
            yield Obstacle(
                country=local(one),
                toward=local(other),
                kind=kind.slug,
                label=kind.label,
                level=kind.level,
                blocks=kind.blocks,
                text=text,
                since=start,
                as_of=as_of,
                source=local(source),
                locator=locator,
            )


def _barriers(store: Store, day: str) -> Iterable[Obstacle]:
    for country, toward, kind, height, text, start, end, source, *rest in store.texts(
        engine_query("barriers")
    ):
        locator, checked, confidence = rest
        slug = local(kind).removeprefix("barrier-")
        if _in_force(day, start, end):
            yield Obstacle(
                country=local(country),
                toward=local(toward),
                kind=slug,
                label=slug.replace("-", " "),
                level=float(height),
                blocks=False,
                text=text,
                since=start,
                as_of="",
                source=local(source),
                locator=locator,
                checked=checked,
                confidence=confidence,
            )
