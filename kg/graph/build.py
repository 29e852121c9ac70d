"""Build a store from the shipped facts, once for each state of those facts.

The cached store's folder is named by the content hash of what it is made from. It is built in a
scratch folder beside it and renamed when it is whole, under a lock: parallel first runs wait for
one another, and a build that is killed leaves nothing that could be mistaken for a graph; its
scratch goes with the next build. A cached store that is damaged is built again; those of other
versions are removed once they are a week out of use.
"""

from __future__ import annotations

import glob
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyoxigraph as ox
from filelock import FileLock, Timeout

from kg.errors import ComityError
from kg.graph import bulk, shipped, union
from kg.graph.cache import LOG, cache_folder, intact, seal
from kg.graph.store import EmbeddedStore

SCRATCH = ".building-"
USED = "used"
WEEK = 7 * 24 * 3600
Progress = Callable[[str, int, int], None]
"""Told what is done next, how many steps are done, and how many there are."""


def cached(progress: Progress | None = None) -> EmbeddedStore:
    """Open the store of the shipped facts; build it first where it is missing or damaged."""
    path = cache_folder() / shipped.content_hash()
    if not intact(path):
        build(path, progress, heal=True)
        _forget_others(path)
    with suppress(OSError):
        (path / USED).touch()
    return EmbeddedStore(path)


def build(
    path: Path, progress: Progress | None = None, *, empty: bool = False, heal: bool = False
) -> Path:
    """Build the shipped facts, or nothing, into a store at `path`, unless it is already there.

    With `heal` a store that is there but damaged is built again.
    """
    with _folder_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock")):
            _sweep(path)
            if heal and path.exists() and not intact(path):
                LOG.warning("%s: the cached graph was damaged: it is built again", path)
                path.rename(_scratch(path) / "damaged")
                _sweep(path)
            if not path.exists():
                _build_whole(path, () if empty else all_quads(progress or _quiet), heal)
    return path


def build_subject(path: Path, quads: Iterable[ox.Quad]) -> Path:
    """Build the ontology without its vocabularies and a subject's own statements into a store."""
    with _folder_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock")):
            _build_whole(path, [*shipped.classes(), *quads], sealed=False)
    return path


def _build_whole(path: Path, quads: Iterable[ox.Quad], sealed: bool) -> None:
    scratch = _scratch(path)
    try:
        store = ox.Store(str(scratch / "store"))
        passing = union.Passing(quads)
        bulk.extend(store, passing, scratch)
        if passing.twice:
            union.merge(store)
        store.optimize()
        del store
        if sealed:
            seal(scratch / "store")
        (scratch / "store").rename(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _scratch(path: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{SCRATCH}{path.name}-", dir=path.parent))


def _sweep(path: Path) -> None:
    """Remove what killed builds of this store left; whoever holds its lock may."""
    for left in path.parent.glob(f"{SCRATCH}{glob.escape(path.name)}-*"):
        shutil.rmtree(left, ignore_errors=True)


def _forget_others(path: Path) -> None:
    """Remove cached stores of other versions that nobody used for a week or is building."""
    for current in path.parent.glob("*/CURRENT"):
        other = current.parent
        if other == path or _used(other) > time.time() - WEEK:
            continue
        lock = other.with_name(other.name + ".lock")
        with suppress(Timeout), FileLock(lock, timeout=0):
            shutil.rmtree(other, ignore_errors=True)
            _sweep(other)
            lock.unlink(missing_ok=True)


def _used(store: Path) -> float:
    """Return when a cached store was last opened (seconds), 0 if it does not say."""
    try:
        return (store / USED).stat().st_mtime
    except OSError:
        return 0.0


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
