"""Whose a name is: a load may add to the names of a store, and never takes one unasked."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import log
from kg.graph.draft import DATASET, TYPE, Draft
from kg.graph.store import EmbeddedStore
from kg.terms import SOURCE, compact


@dataclass(frozen=True)
class Names:
    """Which names are taken: each dataset's latest file, each graph's dataset, what is shipped."""

    files: dict[str, str]
    owners: dict[str, str]
    shipped: frozenset[str]

    @classmethod
    def of(cls, store: EmbeddedStore) -> Names:
        """Read the names of a store; what its log does not know was shipped."""
        past = log.loads(store)
        owners = log.owners(past)
        files = {dataset: load.file for dataset, load in log.editions(past).items()}
        graphs = {str(getattr(graph, "value", "")) for graph in store.inner.named_graphs()}
        stated = store.inner.quads_for_pattern(None, TYPE, DATASET, None)
        sources = {
            q.subject.value  # type: ignore[union-attr]
            for q in stated
            if isinstance(q.graph_name, ox.NamedNode) and q.graph_name.value not in owners
        }
        return cls(files, owners, frozenset((graphs | sources) - owners.keys()))

    def check(self, made: Draft, replace: bool) -> None:
        """Raise ComityError where a draft takes a name that is not its own."""
        graphs = made.graphs - {made.dataset}
        if log.LOG.value in made.graphs:
            raise ComityError(f"{made.file}: {short(log.LOG.value)} is the log of loads: rename it")
        if replace:
            return
        if not made.published and (holder := self._holder(made)):
            raise ComityError(
                f"{made.file}: the name {short(made.dataset)} is taken by {holder}: give "
                "--source NAME to load it beside, or --replace to load it instead"
            )
        for graph in sorted(graphs):
            other = self.owners.get(graph, graph if graph in self.shipped else made.dataset)
            if other != made.dataset:
                raise ComityError(
                    f"{made.file}: its graph {compact(graph)} belongs to the dataset "
                    f"{short(other)}: rename the graph, or give --replace to load it instead"
                )

    def _holder(self, made: Draft) -> str:
        """Say who holds the name of a user's own dataset, "" where nobody else does."""
        from kg.sources import IMPORTERS

        if made.dataset in self.files:
            held = self.files[made.dataset]
            return "" if held == str(made.file.resolve()) else held
        if made.dataset in self.owners:
            return short(self.owners[made.dataset])
        if made.dataset in self.shipped:
            return "the shipped facts"
        return "a publisher's dataset" if short(made.dataset) in IMPORTERS else ""


def short(dataset: str) -> str:
    """Return a dataset's name as `--source` takes it."""
    return dataset.removeprefix(SOURCE)
