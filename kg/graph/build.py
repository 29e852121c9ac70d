"""Build a store from the shipped facts, once for each state of those facts.

The cached store's folder is named by the content hash of what it is made from. It is built in a
scratch folder beside it and renamed when it is whole, under a lock: parallel first runs wait for
one another, and a build that is killed leaves nothing that could be mistaken for a graph.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
from filelock import FileLock

from kg.errors import ComityError
from kg.graph import shipped
from kg.graph.cache import cache_folder
from kg.graph.store import EmbeddedStore

Progress = Callable[[str, int, int], None]
"""Told what is done next, how many steps are done, and how many there are."""


def cached(progress: Progress | None = None) -> EmbeddedStore:
    """Open the store of the shipped facts; build it first where this state has none yet."""
    path = cache_folder() / shipped.content_hash()
    if not path.is_dir():
        build(path, progress)
    return EmbeddedStore(path)


def build(path: Path, progress: Progress | None = None, *, empty: bool = False) -> Path:
    """Build the shipped facts, or nothing, into a store at `path`, unless it is already there."""
    with _folder_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock")):
            if not path.exists():
                _build_whole(path, () if empty else all_quads(progress or _quiet))
    return path


def _build_whole(path: Path, quads: Iterable[ox.Quad]) -> None:
    scratch = Path(tempfile.mkdtemp(prefix=".building-", dir=path.parent))
    try:
        store = ox.Store(str(scratch / "store"))
        store.bulk_extend(quads)
        store.optimize()
        del store
        (scratch / "store").rename(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def all_quads(progress: Progress) -> Iterator[ox.Quad]:
    """Yield the quads of the ontology and of every shipped table."""
    tables = shipped.tables()
    steps = len(tables) + 1
    progress("ontology", 0, steps)
    for path in shipped.ontology_files():
        yield from shipped.ontology_quads(path)
    for done, table in enumerate(tables, start=1):
        progress(table.path.stem, done, steps)
        yield from shipped.table_quads(table)
    progress("done", steps, steps)


def _quiet(_step: str, _done: int, _steps: int) -> None:
    """Say nothing."""


@contextmanager
def _folder_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise ComityError(f"{path}: cannot be written: {reason}") from error
