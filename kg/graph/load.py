"""Bring your own data: a dataset's statements into a store, whole or not at all.

A load adds a dataset, or replaces the same dataset's earlier edition, and nothing else. A dataset
is named by its file; a name that another file or the shipped facts have taken is refused unless
the caller says to replace. A publisher's file is a new edition of that publisher's dataset,
wherever it lies. Each load is one transaction over all its graphs and its record in the log; what
it took out or put in is kept beside the store, so that it can be undone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import journal, log
from kg.graph.draft import Draft, draft
from kg.graph.log import Load
from kg.graph.names import Names, short
from kg.graph.store import EmbeddedStore
from kg.terms import compact

SMALL = 100_000
"""A new dataset of up to so many statements is inserted; a larger one is loaded in bulk."""


@dataclass(frozen=True)
class Plan:
    """What loading a draft would do: the statements to add and to remove.

    `added` is None for a new dataset, all of whose statements are added; `count` says how many.
    """

    draft: Draft
    removed: tuple[ox.Quad, ...]
    added: tuple[ox.Quad, ...] | None
    count: int

    @property
    def changes(self) -> bool:
        """Tell whether the load would change anything."""
        return bool(self.count or self.removed)

    @property
    def changed(self) -> int:
        """How many properties of things get another value: one goes, another comes."""
        gone, come = (
            {(quad.graph_name, quad.subject, quad.predicate) for quad in quads}
            for quads in (self.removed, self.added or ())
        )
        return len(gone & come)

    def shown(self, most: int = 20) -> Iterator[str]:
        """Yield the statements that would go and come as N-Quads after - or +, `most` of each."""
        come = ox.parse(path=str(self.draft.statements)) if self.added is None else self.added
        for sign, quads, number in (
            ("-", self.removed, len(self.removed)),
            ("+", come, self.count),
        ):
            yield from (f"{sign} {quad} ." for quad in islice(quads, most))
            if number > most:
                yield f"{sign} ... and {number - most} more"

    def __str__(self) -> str:
        changed = f" ({self.changed} changed)" if self.changed else ""
        return (
            f"{self.draft.file}: dataset {compact(self.draft.dataset)}: "
            f"{self.count} added, {len(self.removed)} removed{changed}"
        )


def load(
    store: EmbeddedStore,
    path: Path,
    source: str | None = None,
    form: str | None = None,
    edition: str | None = None,
    *,
    replace: bool = False,
) -> Plan:
    """Load one file without validating it; return what changed. Raises ComityError at a bad file.

    The arguments are those of `kg.graph.draft.draft`; `replace` lets the file take a name that
    another file or the shipped facts have.
    """
    with drafts(store, [path], source, form, edition, replace=replace) as (made,):
        planned = plan(store, made)
        apply(store, planned)
        return planned


@contextmanager
def drafts(
    store: EmbeddedStore,
    paths: Iterable[Path],
    source: str | None = None,
    form: str | None = None,
    edition: str | None = None,
    *,
    replace: bool = False,
) -> Iterator[list[Draft]]:
    """Read files whole, and refuse names that are taken; the drafts go when the block ends."""
    journal.sweep(store)
    names = Names.of(store)
    with tempfile.TemporaryDirectory(prefix="draft-", dir=journal.folder(store)) as scratch:
        made: list[Draft] = []
        for number, path in enumerate(paths):
            one = draft(path, Path(scratch) / f"{number}.nq", source, form, edition)
            names.check(one, replace)
            if any(one.dataset == other.dataset for other in made):
                raise ComityError(
                    f"{path}: {short(one.dataset)} is named twice in one load: "
                    "load one after the other, or give --source NAME"
                )
            made.append(one)
        yield made


def plan(store: EmbeddedStore, made: Draft) -> Plan:
    """Compare a draft with what the store holds of its dataset, statement by statement."""
    old = _old_graphs(store, made)
    if not old and made.count > SMALL:
        return Plan(made, (), None, made.count)
    new = ox.Store()
    new.bulk_load(path=str(made.statements), format=ox.RdfFormat.N_QUADS)
    if not old:
        return Plan(made, (), None, len(new))
    added = tuple(quad for quad in new if quad not in store.inner)
    present = (q for graph in old for q in store.inner.quads_for_pattern(None, None, None, graph))
    return Plan(made, tuple(quad for quad in present if quad not in new), added, len(added))


def apply(store: EmbeddedStore, planned: Plan) -> None:
    """Change the store as planned, whole or not at all, and record it in the log."""
    if not planned.changes:
        return
    past = log.loads(store)
    made = planned.draft
    record = Load(
        past[-1].number + 1 if past else 1,
        datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        str(made.file.resolve()),
        made.dataset,
        made.edition,
        planned.count,
        len(planned.removed),
        made.graphs,
    )
    recorded = record.quads() + (log.described() if not past else [])
    if planned.added is None:
        bulk = planned.count > SMALL
        store.add_file(made.statements, recorded, graphs=len(made.graphs), bulk=bulk)
        return
    journal.keep(store, record.number, "removed", planned.removed)
    journal.keep(store, record.number, "added", planned.added)
    store.change(planned.removed, [*planned.added, *recorded])


def undo(store: EmbeddedStore) -> Load:
    """Take the last load back exactly; raise ComityError where there is none, or no way back."""
    if store.path is None:
        raise ComityError("a graph in memory keeps no way back: build one on disk")
    past = log.loads(store)
    if not past:
        raise ComityError(f"{store.location}: nothing was loaded here: there is nothing to undo")
    last = past[-1]
    recorded = last.quads() + (log.described() if len(past) == 1 else [])
    if journal.has(store, last.number):
        store.change(
            [*journal.kept(store, last.number, "added"), *recorded],
            journal.kept(store, last.number, "removed"),
        )
    elif last.removed:
        raise ComityError(f"{store.location}: what load {last.number} changed was not kept")
    else:
        store.change(recorded, [], dropped=last.graphs)
    journal.sweep(store)
    return last


def _old_graphs(store: EmbeddedStore, made: Draft) -> list[ox.NamedNode]:
    """List the graphs whose content the draft replaces."""
    edition = log.editions(log.loads(store)).get(made.dataset)
    graphs = made.graphs | {made.dataset} | (edition.graphs if edition else set())
    nodes = map(ox.NamedNode, sorted(graphs))
    return [node for node in nodes if store.inner.contains_named_graph(node)]
