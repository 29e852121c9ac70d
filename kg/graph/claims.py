"""The seed paper's figures beside what the graph's own data says.

A claim with a unit is checked by a named question of the theme `claims`, if there is one; the rest
stays "cannot tell". A stated minimum agrees when the graph's figure is at least as large, any
other figure when the two differ by at most the tolerance of its check. Claims that share a
`conflict:` flag contradict each other, so they cannot agree, whatever the data says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kg.graph.catalog import question
from kg.graph.store import Store, solutions
from kg.terms import plain

AGREE, DISAGREE, CANNOT_TELL = "agree", "disagree", "cannot tell"
COLUMNS = ("claim", "section", "said", "unit", "graph", "verdict", "flag", "basis")
Figures = Mapping[str, str]


@dataclass(frozen=True)
class Check:
    """Which question answers a claim, which column holds the figure, and what it rests on.

    `tolerance` is absolute, in the claim's unit; None leaves the verdict open. `basis` is filled
    with the answer's columns.
    """

    question: str
    basis: str
    column: str = "figure"
    tolerance: float | None = 0.0
    params: Mapping[str, str] = field(default_factory=dict)


ROUTE = "{of} states with a Belt and Road memorandum and figures for 2016"
SMALL = {"above": "-1", "below": "10000000000"}

CHECKS: dict[str, Check] = {
    "ii-b-large-output-count": Check(
        "route-countries-by-output", f"{ROUTE}; above 100 billion US dollars: {{list}}"
    ),
    "ii-b-large-output-share": Check(
        "route-countries-by-output",
        f"{ROUTE}; industry's share of the joint GDP of {{list}}",
        column="share",
    ),
    "ii-b-small-output": Check(
        "route-countries-by-output",
        f"{ROUTE}; {{figure}} of them below 10 billion US dollars",
        column="part",
        tolerance=10.0,
        params=SMALL,
    ),
    "ii-b-cs500-share": Check(
        "cybersecurity-500-share", "the paper's own 32 of {of}", tolerance=0.5
    ),
    "ii-c-parks-count": Check(
        "route-parks",
        "parks listed here, of China, in states with a memorandum, opened by 2018; {of} in all",
        tolerance=5.6,
    ),
    "ii-c-parks-hosts": Check(
        "route-parks", "states with a memorandum that host those parks: {list}", column="hosts"
    ),
    "iii-nist-most-popular": Check(
        "standard-rank",
        "rank by recorded adoptions, all editions together; adoption is not influence",
        tolerance=None,
    ),
}
NO_DATA = "the graph holds no figures on this"


@dataclass(frozen=True)
class Verdict:
    """One claim beside the graph's figure (None where it has none), and what follows."""

    claim: str
    section: str
    quote: str
    said: str
    unit: str
    year: str
    graph: float | None
    verdict: str
    flag: str
    basis: str

    def as_json(self) -> dict[str, Any]:
        """Return the verdict as `comity claims --format json` prints it."""
        return vars(self)


def verdicts(store: Store) -> list[Verdict]:
    """Check every figure of the seed paper."""
    conflicts = _conflicts(store)
    return [_verdict(store, row, conflicts) for row in _rows(store, "quantities")]


def judge(said: float, graph: float, tolerance: float | None, minimum: bool) -> str:
    """Say whether the graph's figure bears out what was said."""
    if tolerance is None:
        return CANNOT_TELL
    if minimum:
        return AGREE if graph >= said else DISAGREE
    return AGREE if abs(graph - said) <= tolerance else DISAGREE


def _verdict(store: Store, row: Figures, conflicts: Mapping[str, Sequence[Figures]]) -> Verdict:
    figure, verdict, basis = _checked(store, row)
    others = [other for other in conflicts.get(row["claim"], []) if other["thing"] != row["claim"]]
    if others:
        verdict = DISAGREE
        basis = "contradicts " + "; ".join(f"“{o['text']}” ({o['other']})" for o in others)
    return Verdict(
        claim=row["id"],
        section=row["section"],
        quote=row["quote"],
        said=row["value"],
        unit=row["unit"],
        year=row["year"],
        graph=figure,
        verdict=verdict,
        flag="contradiction" if others else "",
        basis=basis,
    )


def _checked(store: Store, row: Figures) -> tuple[float | None, str, str]:
    check = CHECKS.get(row["id"])
    if check is None:
        return None, CANNOT_TELL, NO_DATA
    answer = _rows(store, check.question, check.params)
    if not answer or not answer[0][check.column]:
        return None, CANNOT_TELL, NO_DATA
    figure = _number(answer[0][check.column])
    verdict = judge(float(row["value"]), figure, check.tolerance, row["minimum"] == "true")
    codes = " ".join(sorted(answer[0].get("list", "").split()))
    return figure, verdict, check.basis.format(**{**answer[0], "list": codes})


def _number(text: str) -> float:
    """Read a figure; a count stays an integer."""
    return int(text) if text.isdigit() else float(text)


def _conflicts(store: Store) -> dict[str, list[Figures]]:
    """Return by claim all claims that it contradicts, itself among them."""
    flagged = [row for row in _rows(store, "conflicts") if row["conflict"].startswith("conflict:")]
    return {
        row["thing"]: [other for other in flagged if other["conflict"] == row["conflict"]]
        for row in flagged
    }


def _rows(store: Store, name: str, params: Mapping[str, str] | None = None) -> list[Figures]:
    """Answer a named question with rows of texts by column; unbound columns are empty."""
    result = store.trusted(question(name).filled(params or {}))
    names = [variable.value for variable in result.variables]  # type: ignore[union-attr]
    return [
        dict(zip(names, (plain(term).strip() for term in row), strict=True))
        for row in solutions(result)
    ]
