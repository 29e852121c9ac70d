"""What is wrong with a graph: shapes, sources, dangling references, and what contradicts itself.

A store is checked by the queries that `kg.graph.shacl` compiles from the shapes, all nodes of a
class at once, and so are files that are about to be loaded, together with the types of the things
in the store that they refer to. `comity validate FILES` checks files by pyshacl, against the same
shapes and types.

A finding is a `violation`, which makes the graph not conform, or a `conflict`: statements that
contradict each other are kept and listed, as a source may be wrong and say so.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Self, cast

import pyoxigraph as ox
from rdflib import RDF, SH, Graph

from kg.errors import ComityError
from kg.graph import shacl, union
from kg.graph.cache import Rows
from kg.graph.catalog import question, with_values
from kg.graph.draft import TYPE, Draft, read
from kg.graph.shacl import Constraint
from kg.graph.store import EmbeddedStore, Row, Store, solutions
from kg.terms import PREFIXES, compact, plain

COLUMNS = ("severity", "class", "property", "problem", "count", "examples")


@dataclass(frozen=True)
class Example:
    """One thing that breaks a constraint, with the value that does and where it is stated."""

    focus: str
    value: str = ""
    source: str = ""
    locator: str = ""

    def __str__(self) -> str:
        value = f" = {self.value}" if self.value else ""
        stated = f" ({' '.join(filter(None, (self.source, self.locator)))})" if self.source else ""
        return f"{self.focus}{value}{stated}"


@dataclass(frozen=True)
class Finding:
    """One kind of error in one class: how often it occurs, and some examples."""

    severity: str
    target: str
    path: str
    problem: str
    count: int
    examples: tuple[Example, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `comity validate --format json` prints it."""
        return {
            "severity": self.severity,
            "class": self.target,
            "property": self.path,
            "problem": self.problem,
            "count": self.count,
            "examples": [vars(example) for example in self.examples],
        }

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Return the finding that `as_json` wrote."""
        examples = tuple(Example(**example) for example in read["examples"])
        severity, target, path, problem, count = (read[name] for name in COLUMNS[:-1])
        return cls(severity, target, path, problem, count, examples)

    def as_row(self) -> dict[str, Any]:
        """Return the finding as a row of a table, one example a line."""
        return self.as_json() | {"examples": "\n".join(map(str, self.examples))}


def conforms(findings: Iterable[Finding]) -> bool:
    """Tell whether there is no violation among the findings."""
    return not any(finding.severity == "violation" for finding in findings)


def validate(store: Store, shapes: Path | None = None, examples: int = 3) -> list[Finding]:
    """Check a whole store; return what was found, violations first.

    A read-only store's findings are kept until it, the shapes or the questions change.
    """
    rules = shacl.constraints(shacl.read_shapes(shapes))
    texts = [question(name).text for name in (*READINGS, *FIGURES, STATED)]
    asked = "\n".join([f"validate {examples}", *sorted(map(repr, rules)), *texts])

    def ask() -> Rows:
        found = _all_findings(store, rules, examples)
        return [(json.dumps(finding.as_json()),) for finding in found]

    found = (Finding.from_json(json.loads(text)) for (text,) in store.kept(asked, ask))
    return sorted(found, key=lambda finding: finding.severity, reverse=True)


def _all_findings(store: Store, rules: Iterable[Constraint], examples: int) -> Iterator[Finding]:
    yield from _shape_findings(store, rules, examples)
    yield from _outside(store, examples)
    for name in READINGS:
        yield from _asked(store, name, examples)
    yield from _figures(store, examples)


def validate_files(
    store: Store, paths: Sequence[Path], shapes: Path | None = None, examples: int = 3
) -> list[Finding]:
    """Check files before they are loaded; the store says what the things they refer to are."""
    import pyshacl

    rules = shacl.read_shapes(shapes)
    stated = [quad.triple for path in paths for quad in read(path, path.stem)]
    data = _with_context(store, stated)
    _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none")
    if not isinstance(report, Graph):
        raise ComityError(f"the shapes are not valid SHACL: {str(report).splitlines()[0]}")
    return _grouped(data, report, {plain(triple.subject) for triple in stated}, examples)


def validate_drafts(
    store: EmbeddedStore, drafts: Sequence[Draft], examples: int = 3
) -> list[Finding]:
    """Check files that were read and are about to be loaded; return what breaks the shapes.

    Only what the files themselves give a class is checked, so that what they add to a thing of
    the store is not taken for the whole of it.
    """
    classes = {kind for made in drafts for kind in made.classes}
    rules = [rule for rule in shacl.constraints(shacl.read_shapes()) if rule.target in classes]
    if not rules:
        return []
    targets = {ox.NamedNode(rule.target) for rule in rules}
    stated = [quad for made in drafts for quad in _typed_in(made, targets)]
    focuses = {quad.subject for quad in stated if quad.object in targets}
    scratch = EmbeddedStore()
    scratch.inner.bulk_extend(stated)
    scratch.inner.bulk_extend(_types(store, {quad.object for quad in stated}))
    return list(_shape_findings(scratch, rules, examples, focuses))


def _typed_in(made: Draft, targets: set[ox.NamedNode]) -> Iterator[ox.Quad]:
    """Yield what a draft states of its things of these classes, and the types it gives."""
    text = str(made.statements)
    typed = {q.subject for q in ox.parse(path=text) if q.predicate == TYPE and q.object in targets}
    return (q for q in ox.parse(path=text) if q.predicate == TYPE or q.subject in typed)


def _types(store: EmbeddedStore, things: Iterable[object]) -> Iterator[ox.Quad]:
    for thing in things:
        if isinstance(thing, ox.NamedNode):
            stated = store.inner.quads_for_pattern(thing, TYPE, None, None)
            # The union's copies would be taken for the whole of the scratch store's statements.
            yield from (quad for quad in stated if quad.graph_name != union.DEFAULT)


def _shape_findings(
    store: Store,
    rules: Iterable[Constraint],
    examples: int,
    focuses: Container[object] | None = None,
) -> Iterator[Finding]:
    """Find what breaks the rules, of all things or of some."""
    for rule in shacl.suspects(store, rules):
        rows = [
            row
            for row in solutions(store.trusted(rule.query))
            if focuses is None or row[0] in focuses
        ]
        if rows:
            shown = [_example(row) for row in rows[:examples]]
            yield Finding(
                "violation",
                compact(rule.target),
                compact(rule.path),
                rule.message,
                len(rows),
                _located(store, shown),
            )


def _example(row: Row) -> Example:
    return Example(plain(row[0]), plain(row[1]) if len(row) > 1 else "")


def _located(store: Store, shown: Sequence[Example]) -> tuple[Example, ...]:
    """Add to each example where it is stated, so that a person can find the row."""
    text = question(STATED).text
    places = {}
    for example in shown:
        entity = ox.NamedNode(_expanded(example.focus))
        for row in islice(solutions(store.trusted(with_values(text, "entity", [entity]))), 1):
            places[example.focus] = (plain(row[0]), plain(row[1]))
    return tuple(
        replace(example, source=source, locator=locator)
        for example in shown
        for source, locator in [places.get(example.focus, ("", ""))]
    )


def _expanded(short: str) -> str:
    prefix, found, local = short.partition(":")
    return PREFIXES[prefix] + local if found and prefix in PREFIXES else short


def _outside(store: Store, examples: int) -> Iterator[Finding]:
    """Find statements outside any named graph; an endpoint does not tell them apart."""
    if not isinstance(store, EmbeddedStore):
        return
    quads = [
        quad
        for quad in store.inner.quads_for_pattern(None, None, None, union.DEFAULT)
        if not union.elsewhere(store.inner, quad, {union.DEFAULT})
    ]
    if quads:
        shown = tuple(Example(plain(quad.subject)) for quad in quads[:examples])
        problem = "statement outside any source's graph"
        yield Finding("violation", "", "", problem, len(quads), shown)


def _asked(store: Store, name: str, examples: int) -> Iterator[Finding]:
    """Turn the answer of a question of the theme `quality` into findings."""
    severity, reading = READINGS[name]
    grouped: dict[str, list[Example]] = defaultdict(list)
    for row in solutions(store.trusted(question(name).text)):
        problem, example = reading(row)
        grouped[problem].append(example)
    for problem, found in grouped.items():
        yield Finding(severity, "", "", problem, len(found), tuple(found[:examples]))


def _unsourced(row: Row) -> tuple[str, Example]:
    return plain(row[0]), Example(plain(row[1]))


def _dangling(row: Row) -> tuple[str, Example]:
    return f"{plain(row[1])} of something that nothing describes", Example(
        compact(plain(row[2])), plain(row[0])
    )


def _conflict(row: Row) -> tuple[str, Example]:
    conflict, thing, one, other, text, source = map(plain, row)
    values = " / ".join(filter(None, (one, other)))
    return conflict, Example(thing, f"{values}: {text}" if text else values, source)


READINGS: dict[str, tuple[str, Callable[[Row], tuple[str, Example]]]] = {
    "statements-without-source": ("violation", _unsourced),
    "dangling-references": ("violation", _dangling),
    "conflicts": ("conflict", _conflict),
}
FIGURES = ("conflicting-observations", "indicators")
STATED = "stated-where"


def _figures(store: Store, examples: int) -> Iterator[Finding]:
    """Find figures on which sources differ, indicator by indicator."""
    differing, indicators = (question(name).text for name in FIGURES)
    for row in solutions(store.trusted(indicators)):
        if not isinstance(row[0], ox.NamedNode):
            continue
        found = [
            Example(plain(country), f"{plain(least)} / {plain(most)} in {plain(year)}")
            for country, _, year, least, most in solutions(
                store.trusted(with_values(differing, "indicator", [row[0]]))
            )
        ]
        if found:
            problem = f"sources differ on {plain(row[0])}"
            yield Finding("conflict", "", "", problem, len(found), tuple(found[:examples]))


def _with_context(store: Store, triples: Sequence[ox.Triple]) -> Graph:
    """Return the triples as an rdflib graph, with the types of what they refer to."""
    objects = {t.object.value for t in triples if isinstance(t.object, ox.NamedNode)}
    text = with_values(question("types-of").text, "entity", [ox.NamedNode(o) for o in objects])
    known = cast("Iterator[ox.Triple]", store.trusted(text))
    lines = ox.serialize([*triples, *known], format=ox.RdfFormat.N_TRIPLES)
    return Graph().parse(data=lines, format="nt")


def _grouped(data: Graph, report: Graph, stated: set[str], examples: int) -> list[Finding]:
    """Turn pyshacl's report into findings on what the files state; the rest is only context."""
    grouped: dict[tuple[str, str, str], list[Example]] = defaultdict(list)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        if compact(str(focus)) not in stated:
            continue
        value = report.value(result, SH.value)
        path = compact(str(report.value(result, SH.resultPath) or ""))
        target = min((compact(str(cls)) for cls in data.objects(focus, RDF.type)), default="")
        message = str(report.value(result, SH.resultMessage))
        example = Example(compact(str(focus)), compact(str(value)) if value is not None else "")
        grouped[target, path, message].append(example)
    return [
        Finding("violation", *key, len(found), tuple(sorted(found, key=str)[:examples]))
        for key, found in sorted(grouped.items())
    ]
