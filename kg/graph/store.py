"""The graph behind one small interface; here the one that is embedded, on disk or in memory.

Every implementation (`kg.graph.endpoint` has another) answers with pyoxigraph's own terms and
result types, so that nothing above knows where the triples live. A query without FROM sees the
union of all named graphs.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import guard, syntax, union, worker
from kg.graph.cache import Rows, T, recalled, remembered, whereabouts
from kg.graph.fault import Limits
from kg.graph.worker import Result
from kg.terms import PREFIXES, plain

if TYPE_CHECKING:
    from rdflib import Dataset

Graph = ox.NamedNode | ox.BlankNode | ox.DefaultGraph
Row = tuple[ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple | None, ...]

LIMITS = Limits()


class Store(Protocol):
    """A graph that can be asked."""

    @property
    def location(self) -> str:
        """Where the graph lives: a path or an address."""

    def query(self, text: str, *, limits: Limits = LIMITS, allow_service: bool = False) -> Result:
        """Answer anybody's SPARQL 1.1 query, in a worker that cannot do harm.

        The prefixes of `kg.terms` need no declaration.
        """

    def trusted(self, text: str) -> Result:
        """Answer a query that Comity itself wrote, at the engine's full speed."""

    def texts(self, text: str) -> Rows:
        """Answer a SELECT with plain texts: short IRIs, literals' values, "" where unbound."""

    def kept(self, question: str, ask: Callable[[], Rows]) -> Rows:
        """Return what `ask` makes of this graph, kept between runs where that is possible."""

    def made(self, question: str, make: Callable[[], T]) -> T:
        """Return the object that `make` makes of this graph, kept where that is possible.

        It is of Comity's own classes, arrays and plain values: `kg.graph.cache` says which.
        """

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the statements of all named graphs, or of one."""


class EmbeddedStore:
    """A pyoxigraph store on disk, or in memory when no path is given."""

    def __init__(self, path: Path | None = None, *, writable: bool = False) -> None:
        self.path = path
        self.writable = writable
        with _store_errors(path):
            self.inner = _opened(path, writable)

    @property
    def location(self) -> str:
        """The folder on disk, or `memory`."""
        return str(self.path or "memory")

    def query(self, text: str, *, limits: Limits = LIMITS, allow_service: bool = False) -> Result:
        """Answer anybody's query; raise ComityError where it is wrong or goes over a limit."""
        guard.check(text, allow_service)
        return worker.query(text, self.path or self.inner, limits, sockets=allow_service)

    def trusted(self, text: str) -> Result:
        """Answer a query that Comity itself wrote, in this process."""
        with _query_errors(text):
            plain = not union.merged(self.inner)
            return self.inner.query(text, prefixes=PREFIXES, use_default_graph_as_union=plain)

    def texts(self, text: str) -> Rows:
        """Answer a SELECT with plain texts; a read-only store's answers are kept between runs."""
        return self.kept(text, lambda: as_texts(self.trusted(text)))

    def kept(self, question: str, ask: Callable[[], Rows]) -> Rows:
        """Return what `ask` makes of this graph; a read-only store's answers are kept."""
        if self.path is None or self.writable:
            return ask()
        return remembered(self.path, question, ask)

    def made(self, question: str, make: Callable[[], T]) -> T:
        """Return the object that `make` makes of this graph; a read-only store's are kept."""
        if self.path is None or self.writable:
            return make()
        return recalled(*whereabouts(self.path), question, make)

    def change(
        self,
        removed: Collection[ox.Quad],
        added: Collection[ox.Quad],
        dropped: Iterable[str] = (),
    ) -> None:
        """Remove and add statements, and drop whole graphs, in one transaction.

        A graph that is left empty is gone, name and all.
        """
        graphs = [ox.NamedNode(graph) for graph in dropped]
        if self._united(added, union.twice(added)):
            whole = [*removed, *(quad for graph in graphs for quad in self._content(graph))]
            removed = [*removed, *union.lost(self.inner, whole, added)]
            added = [*added, *union.copies(added)]
        sizes = Counter(quad.graph_name for quad in removed)
        kept = {quad.graph_name for quad in added}
        left = sizes.keys() - kept - {union.DEFAULT}
        emptied = {g for g in left if sizes[g] == sum(1 for _ in self._content(g))}
        rest = [quad for quad in removed if quad.graph_name not in emptied]
        self.inner.update(_change([*graphs, *emptied], rest, added))

    def add_file(self, path: Path, more: Collection[ox.Quad], graphs: int, bulk: bool) -> None:
        """Add an N-Quads file of so many graphs, and a few statements more, in one transaction.

        In bulk it takes little memory; otherwise it is faster and leaves no files of its own.
        """
        united = self._united(_stated(path), graphs > 1 and union.twice(_stated(path)))
        if united:
            copied = path.with_suffix(".nt")
            ox.serialize(union.copies(_stated(path)), str(copied), ox.RdfFormat.N_TRIPLES)
            more = [*more, *union.copies(more)]
        with path.open("ab") as file:
            if united:
                with copied.open("rb") as copies:
                    shutil.copyfileobj(copies, file)
            file.write(ox.serialize(more, format=ox.RdfFormat.N_QUADS) or b"")
        add = self.inner.bulk_load if bulk else self.inner.load
        add(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)

    def _united(self, new: Iterable[ox.Quad], twice: bool) -> bool:
        """Tell whether new statements belong into the default graph too; make it hold the union.

        So it is once any statement stands in two graphs: see `kg.graph.union`.
        """
        if union.merged(self.inner):
            return True
        if twice or union.overlap(self.inner, new):
            union.merge(self.inner)
            return True
        return False

    def _content(self, graph: Graph) -> Iterator[ox.Quad]:
        return self.inner.quads_for_pattern(None, None, None, graph)

    def quads(self, graph: str | None = None) -> Iterator[ox.Quad]:
        """Yield the statements of all named graphs, or of one."""
        home = ox.NamedNode(graph) if graph else None
        found = self.inner.quads_for_pattern(None, None, None, home)
        return (quad for quad in found if quad.graph_name != union.DEFAULT)

    def to_rdflib(self) -> Dataset:
        """Return the same graph as an rdflib Dataset (through oxrdflib), without copying."""
        from oxrdflib import OxigraphStore
        from rdflib import Dataset

        return Dataset(
            store=OxigraphStore(store=self.inner), default_union=not union.merged(self.inner)
        )


def solutions(result: Result) -> Iterator[Row]:
    """Yield the rows of a SELECT as tuples of terms, None where a variable is unbound."""
    if not isinstance(result, ox.QuerySolutions):
        raise ComityError("this place needs a SELECT query")
    return (tuple(row) for row in result)


def as_texts(result: Result) -> Rows:
    """Return the rows of a SELECT as plain texts."""
    return [tuple(plain(term) for term in row) for row in solutions(result)]


def _stated(path: Path) -> Iterator[ox.Quad]:
    return ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS, lenient=True)


def _opened(path: Path | None, writable: bool) -> ox.Store:
    if path is None:
        return ox.Store()
    if writable:
        return ox.Store(str(path))
    check_there(path)
    return ox.Store.read_only(str(path))


def check_there(path: Path) -> None:
    """Raise ComityError where a folder holds no store."""
    if not (path / "CURRENT").is_file():
        raise ComityError(f"{path}: no graph here: make one with `comity build --graph {path}`")


def _change(dropped: Iterable[Graph], removed: Iterable[ox.Quad], added: Iterable[ox.Quad]) -> str:
    """Write the difference as one SPARQL update, which the store applies whole or not at all."""
    drops = "".join(f"DROP SILENT GRAPH {graph}; " for graph in dropped)
    return f"{drops}DELETE DATA {{ {_data(removed)} }}; INSERT DATA {{ {_data(added)} }}"


def _data(quads: Iterable[ox.Quad]) -> str:
    return "\n".join(
        f"{quad.triple} ."
        if quad.graph_name == union.DEFAULT
        else f"GRAPH {quad.graph_name} {{ {quad.triple} }}"
        for quad in quads
    )


@contextmanager
def _store_errors(path: Path | None) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        held = "LOCK" in str(error)
        hint = "another process writes to it: try again" if held else str(error).splitlines()[0]
        raise ComityError(f"{path}: cannot open the graph: {hint}") from error
    except RuntimeError as error:
        told = str(error).splitlines()[0]
        advice = "restore a copy, or build and load it anew"
        raise ComityError(f"{path}: the graph is damaged ({told}): {advice}") from error


@contextmanager
def _query_errors(text: str) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        raise syntax.fault(text, str(error)) from error
    except (RuntimeError, OSError, ValueError) as error:
        raise ComityError(f"the query failed: {str(error).splitlines()[0]}") from error
