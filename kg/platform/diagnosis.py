"""Which controls answer the techniques a sector faces, ordered by what each adds.

The weight of a technique is 1 + the number of software, groups and campaigns known to use it.
Controls are chosen one by one, each the one that adds most weight not yet covered. For any number
of controls, what the first k cover is at least 1 - (1 - 1/k)^k >= 63 % of what the best k could
(Nemhauser, Wolsey and Fisher 1978, for monotone submodular functions such as coverage).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.terms import local

NONE_EFFECTIVE = "threat:M0816"  # ATT&CK's placeholder for techniques without a mitigation
GUARANTEE = 1 - 1 / math.e
Cover = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Control:
    """A requirement of a standard: number, title (our own where the text is not free), level."""

    id: str
    standard: str
    number: str
    name: str
    family: str
    level: int
    parent: str
    source: str
    checked: str


@dataclass(frozen=True)
class Step:
    """One control chosen: the weight it adds, the share covered with it, what it answers."""

    control: str
    adds: float
    covered: float
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Practice:
    """Techniques by sector with weights and names, mitigations, requirements and their links."""

    exposed: Mapping[str, frozenset[str]]
    weights: Mapping[str, float]
    names: Mapping[str, str]
    mitigations: Cover
    controls: Mapping[str, Control]
    refers: Cover
    meets: Cover

    def techniques(self, sectors: Iterable[str]) -> frozenset[str]:
        """Return the techniques that any of the sectors is exposed to."""
        return frozenset().union(*(self.exposed.get(sector, frozenset()) for sector in sectors))

    def by_standard(self, standard: str) -> Cover:
        """Return what each requirement of a standard answers, through ATT&CK's mitigations."""
        found: dict[str, set[str]] = defaultdict(set)
        for mitigation, referred in self.refers.items():
            for control in referred:
                if control in self.controls and self.controls[control].standard == standard:
                    found[control] |= self.mitigations.get(mitigation, frozenset())
        return {control: frozenset(answered) for control, answered in found.items()}

    @property
    def referred(self) -> list[str]:
        """The standards whose requirements some mitigation refers to."""
        named = frozenset().union(*self.refers.values())
        return sorted({self.controls[key].standard for key in named if key in self.controls})

    def of(self, standard: str) -> list[Control]:
        """Return the requirements of a standard."""
        return [one for one in self.controls.values() if one.standard == standard]


def ordered(cover: Cover, weights: Mapping[str, float], wanted: frozenset[str]) -> list[Step]:
    """Return the controls in the order of what each adds to the weight covered, greedily."""
    left, total = set(wanted), sum(weights[t] for t in wanted)
    steps: list[Step] = []
    open_ = {control: answered & wanted for control, answered in cover.items()}
    while left and open_:
        gains = {c: math.fsum(weights[t] for t in answered & left) for c, answered in open_.items()}
        best = min(gains, key=lambda control: (-gains[control], control))
        if not gains[best]:
            break
        left -= open_[best]
        covered = 1 - math.fsum(weights[t] for t in left) / total
        steps.append(Step(best, gains[best], covered, tuple(sorted(open_.pop(best)))))
    return steps


def curve(
    order: Iterable[str], cover: Cover, weights: Mapping[str, float], wanted: frozenset[str]
) -> list[float]:
    """Return the share of weight covered after each control of any order."""
    total, seen = sum(weights[t] for t in wanted), set[str]()
    shares = []
    for control in order:
        seen |= cover[control] & wanted
        shares.append(math.fsum(weights[t] for t in seen) / total)
    return shares


def unanswered(cover: Cover, wanted: frozenset[str]) -> list[str]:
    """Return the techniques that no control answers."""
    return sorted(wanted - frozenset().union(*cover.values()))


def rows(practice: Practice, steps: Iterable[Step]) -> list[dict[str, Any]]:
    """Return steps as rows: control, title, what it adds and answers, requirements it refers to."""
    return [
        {
            "control": _shown(practice, step.control),
            "name": practice.names.get(step.control, ""),
            "adds": step.adds,
            "covered": step.covered,
            "answers": [practice.names.get(technique, technique) for technique in step.answers],
            "requirements": [
                f"{one.standard} {one.number}"
                for key in sorted(practice.refers.get(step.control, ()))
                if (one := practice.controls.get(key))
            ],
        }
        for step in steps
    ]


def _shown(practice: Practice, control: str) -> str:
    known = practice.controls.get(control)
    return f"{known.standard} {known.number}" if known else local(control)


def load(store: Store) -> Practice:
    """Read techniques, mitigations and requirements."""
    exposed: dict[str, set[str]] = defaultdict(set)
    weights: dict[str, float] = {}
    names: dict[str, str] = {}
    for sector, technique, name, users in store.texts(engine_query("exposures")):
        exposed[sector].add(technique)
        weights[technique] = 1.0 + int(users or 0)
        names[technique] = name
    mitigations: dict[str, set[str]] = defaultdict(set)
    for mitigation, name, technique in store.texts(engine_query("mitigations")):
        names[mitigation] = name
        if mitigation != NONE_EFFECTIVE:
            mitigations[mitigation].add(technique)
    controls = _controls(store)
    links = store.texts(engine_query("control-links"))
    return Practice(
        _frozen(exposed),
        weights,
        names | {control.id: control.name for control in controls.values()},
        _frozen(mitigations),
        controls,
        _linked(links, {"refers-to"}),
        _linked(links, {"meets", "meets-in-part"}),
    )


def _controls(store: Store) -> dict[str, Control]:
    """Read each requirement once: the row that has a title, and a level, before one without."""
    found: dict[str, Control] = {}
    for key, standard, number, name, family, level, parent, source, checked in store.texts(
        engine_query("controls")
    ):
        if key not in found:
            found[key] = Control(
                key,
                local(standard),
                number,
                name,
                family,
                int(level or 0),
                parent,
                local(source),
                checked,
            )
    return found


def _linked(links: Iterable[tuple[str, ...]], relations: set[str]) -> Cover:
    found: dict[str, set[str]] = defaultdict(set)
    for one, relation, other, _ in links:
        if relation in relations:
            found[one].add(other)
    return _frozen(found)


def _frozen(found: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {key: frozenset(values) for key, values in found.items()}
