"""The answer to a question as a page: its things drawn, its rows beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import pyoxigraph as ox

from kg import page
from kg.advice.atlas import atlas
from kg.errors import ComityError
from kg.graph.store import Store, solutions
from kg.graph.things import Whole
from kg.graph.worker import Result
from kg.terms import compact, local, plain

MOST = 2000  # rows or statements that a page draws
OTHER = "answer:other"
DAY = re.compile(r"\d{4}(-\d\d){0,2}")

Row = tuple[object, ...]


@dataclass(frozen=True)
class Answer:
    """An answer: column names, rows of terms, and which pairs of columns are tied as what."""

    columns: Sequence[str]
    rows: Sequence[Row]
    whole: int

    def ties(self) -> Iterator[page.Tie]:
        """Yield a tie from the first thing of each row to each other, dated by the row's date."""
        for row in self.rows:
            things = [
                (name, compact(term.value))
                for name, term in zip(self.columns, row, strict=True)
                if isinstance(term, ox.NamedNode)
            ]
            if len(self.columns) == 3 and self.columns[1] == "predicate":
                things = [things[0], *((compact(things[1][1]), end) for _, end in things[2:])]
            dates = (plain(term) for term in row if isinstance(term, ox.Literal))
            start = next((date for date in dates if DAY.fullmatch(date)), "")
            for name, other in things[1:]:
                if other != things[0][1]:
                    yield page.Tie(things[0][1], other, f"answer:{name}", start=start)

    def things(self) -> list[str]:
        """Return the short IRIs of all things in it, in their order."""
        skipped = 1 if self.columns[1:2] == ["predicate"] else -1
        cells = (
            compact(term.value)
            for row in self.rows
            for i, term in enumerate(row)
            if isinstance(term, ox.NamedNode) and i != skipped
        )
        return list(dict.fromkeys(cells))


def read(result: Result) -> Answer:
    """Read the answer to a SELECT or CONSTRUCT, its first rows.

    Raises ComityError where the question was an ASK.
    """
    if isinstance(result, ox.QueryBoolean):
        raise ComityError("the answer is true or false: there is nothing to draw", code=2)
    if isinstance(result, ox.QuerySolutions):
        columns = [variable.value for variable in result.variables]
        rows: list[Row] = list(solutions(result))
    else:
        columns = ["subject", "predicate", "object"]
        rows = [(t.subject, t.predicate, t.object) for t in result]
    return Answer(columns, list(islice(rows, MOST)), len(rows))


def answered(store: Store, everything: Whole, found: Answer, title: str) -> page.Atlas:
    """Return the page of the whole graph, opened with the things that an answer names.

    Raises ComityError where it names none.
    """
    drawn = found.things()
    if not found.rows:
        raise ComityError(f"{title}: the answer has no rows: there is nothing to draw")
    if not drawn:
        names = ", ".join(found.columns)
        raise ComityError(
            f"{title}: no column of the answer ({names}) holds things: select their IRIs too"
        )
    made = atlas(store, everything, title, [])
    extra = [name for name in drawn if name not in everything.things]
    ties = list(dict.fromkeys(found.ties()))
    used = dict.fromkeys(tie.kind for tie in ties)
    others = [page.Kind(OTHER, "other", "其他")] if extra else []
    return replace(
        made,
        nodes=[*made.nodes, *(page.Node(n, everything.label(n), OTHER) for n in extra)],
        ties=[*made.ties, *ties],
        node_kinds=[*made.node_kinds, *others],
        tie_kinds=[*made.tie_kinds, *(_kind(kind, everything) for kind in used)],
        drawn=drawn,
        answer=_table(found, title),
    )


def _kind(kind: str, everything: Whole) -> page.Kind:
    term = local(kind)
    labels = everything.terms.get(term)
    return page.Kind(kind, *labels) if labels else page.Kind(kind, local(term))


def _table(found: Answer, title: str) -> page.Table:
    rows = [tuple(plain(term) for term in row) for row in found.rows]
    cut = "" if found.whole == len(rows) else f" The first {len(rows)} of {found.whole}."
    return page.Table(title, list(found.columns), rows, f"{title}: {found.whole} rows.{cut}")
