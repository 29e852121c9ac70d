"""Answers on the requirements of a standard: gaps, the level reached, and another standard's view.

A level is reached where every requirement up to it is met or does not apply. A requirement that
was not answered is a gap that says so.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import ComityError
from kg.files import table
from kg.platform.diagnosis import Control, Practice

ANSWERS = {
    **dict.fromkeys(("yes", "y", "full", "met", "1", "true", "是"), "met"),
    **dict.fromkeys(("partly", "part", "partial", "0.5", "部分"), "in part"),
    **dict.fromkeys(("no", "n", "none", "not met", "0", "false", "否"), "not met"),
    **dict.fromkeys(("n/a", "na", "not applicable", "不适用"), "does not apply"),
}
GOOD = frozenset({"met", "does not apply"})
UNANSWERED = "not answered"
FREE_STANDING = "requirements of one level"


@dataclass(frozen=True)
class Answers:
    """The answers by requirement, the standard they are on, and what could not be used."""

    standard: str
    given: Mapping[str, str]
    problems: tuple[str, ...]


def read(path: Path, practice: Practice, standard: str | None = None) -> Answers:
    """Read answers: a CSV with the columns control (its number) and answer, standard or not.

    Raises ComityError where the file is no such table, or answers nothing that is known.
    """
    given, problems, standards = {}, [], set[str]()
    for line, row in _lines(path):
        named = standard or row.get("standard", "") or ""
        control = _find(practice, row["control"], named)
        answer = ANSWERS.get(row["answer"].strip().lower())
        if control is None:
            problems.append(f"{path}:{line}: no requirement {row['control']!r} is known")
        elif answer is None:
            problems.append(
                f"{path}:{line}: {row['answer']!r} is no answer: yes, partly, no or n/a"
            )
        else:
            given[control.id] = answer
            standards.add(control.standard)
    if len(standards) != 1:
        known = ", ".join(sorted({one.standard for one in practice.controls.values()}))
        what = "no known requirement" if not standards else f"several standards {sorted(standards)}"
        raise ComityError(f"{path}: answers {what}: name one with --standard ({known})")
    return Answers(standards.pop(), given, tuple(problems))


def _lines(path: Path) -> list[tuple[int, dict[str, str]]]:
    with table(path) as file:
        reader = csv.DictReader(file)
        absent = [name for name in ("control", "answer") if name not in (reader.fieldnames or ())]
        if absent:
            raise ComityError(f"{path}:1: the header lacks {', '.join(absent)}: add it")
        return [
            (reader.line_num, {str(name): cell or "" for name, cell in row.items()})
            for row in reader
        ]


def _find(practice: Practice, text: str, standard: str) -> Control | None:
    """Return the requirement of a number, of one standard where it is named."""
    wanted = " ".join(text.split()).casefold()
    found = [
        one
        for one in practice.controls.values()
        if one.number.casefold() == wanted and standard in {"", one.standard}
    ]
    return next((one for one in found if one.name), next(iter(found), None))


def gaps(practice: Practice, answers: Answers) -> list[dict[str, Any]]:
    """Return the requirements that are not met, the lowest level first, unanswered ones last."""
    found = [
        {
            "control": one.number,
            "name": one.name,
            "family": one.family,
            "level": one.level or None,
            "answer": answers.given.get(one.id, UNANSWERED),
            "source": one.source,
            "checked": one.checked or "seen",
        }
        for one in practice.of(answers.standard)
        if answers.given.get(one.id) not in GOOD
    ]
    return sorted(found, key=_order)


def _order(row: Mapping[str, Any]) -> tuple[bool, int, str]:
    return row["answer"] == UNANSWERED, row["level"] or 9, row["control"]


def levels(practice: Practice, answers: Answers) -> dict[str, int]:
    """Return the level reached in each family, 0 where not even the lowest is."""
    families: dict[str, list[Control]] = defaultdict(list)
    for one in practice.of(answers.standard):
        if one.level:
            families[one.family or FREE_STANDING].append(one)
    return {family: _reached(known, answers.given) for family, known in sorted(families.items())}


def _reached(controls: list[Control], given: Mapping[str, str]) -> int:
    failing = [one.level for one in controls if given.get(one.id) not in GOOD]
    top = max(one.level for one in controls)
    return min(failing) - 1 if failing else top


def crosswalk(practice: Practice, one: str, other: str) -> list[dict[str, Any]]:
    """Return how one standard's requirements map to another's, and what does not map.

    `how` says on what a row rests: a judged link in either direction, or that both requirements
    are referred to by the same mitigation of ATT&CK (both answer the same techniques, no more).
    """
    forth = {(a, b) for a, targets in practice.meets.items() for b in targets}
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mitigation, referred in practice.refers.items():
        for a in referred:
            for b in referred:
                shared[a, b].append(mitigation.removeprefix("threat:"))
    theirs = practice.of(other)
    found = []
    for mine in practice.of(one):
        mapped = [row for yours in theirs if (row := _mapping(mine, yours, forth, shared))]
        found += mapped or [_row(mine, None, "maps to nothing known")]
    reached = {row["to"] for row in found}
    lost = [yours for yours in theirs if yours.number not in reached]
    return found + [_row(None, yours, "nothing known maps to it") for yours in lost]


def _mapping(
    a: Control,
    b: Control,
    judged: set[tuple[str, str]],
    shared: Mapping[tuple[str, str], list[str]],
) -> dict[str, Any] | None:
    if (a.id, b.id) in judged or (b.id, a.id) in judged:
        return _row(a, b, "judged: meets in part")
    if (a.id, b.id) in shared:
        return _row(a, b, f"same mitigation {' '.join(sorted(set(shared[a.id, b.id])))}")
    return None


def _row(a: Control | None, b: Control | None, how: str) -> dict[str, Any]:
    return {
        "from": a.number if a else "",
        "name": a.name if a else "",
        "to": b.number if b else "",
        "toName": b.name if b else "",
        "how": how,
    }
