"""What loads changed, kept beside a store on disk so that the last can be taken back.

Load 7 that replaced an edition has `loads/7-added.nq.gz` and `loads/7-removed.nq.gz` in the
store's folder. They are on the disk before the store is changed; what the log does not know of
was left by a load that was killed, and is swept away.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import log
from kg.graph.store import EmbeddedStore

JOURNAL = "loads"


def folder(store: EmbeddedStore) -> Path | None:
    """Return the folder of what loads changed; None for a store in memory, which keeps nothing."""
    if store.path is None:
        return None
    path = store.path / JOURNAL
    path.mkdir(exist_ok=True)
    return path


def _file(store: EmbeddedStore, number: int, what: str) -> Path:
    return (store.path or Path("memory")) / JOURNAL / f"{number}-{what}.nq.gz"


def has(store: EmbeddedStore, number: int) -> bool:
    """Tell whether a load replaced an edition and what it changed is kept."""
    return _file(store, number, "added").is_file()


def keep(store: EmbeddedStore, number: int, what: str, quads: Iterable[ox.Quad]) -> None:
    """Keep statements beside the store, on the disk before the store itself is changed."""
    if store.path is None:
        return
    with _file(store, number, what).open("wb") as file:
        with gzip.GzipFile(fileobj=file, mode="wb", mtime=0) as packed:
            ox.serialize(quads, packed, ox.RdfFormat.N_QUADS)  # type: ignore[arg-type]
        file.flush()
        os.fsync(file.fileno())


def kept(store: EmbeddedStore, number: int, what: str) -> list[ox.Quad]:
    """Return what a load `added` or `removed`; raise ComityError where that is damaged."""
    path = _file(store, number, what)
    try:
        with gzip.open(path) as packed:
            return list(ox.parse(packed, ox.RdfFormat.N_QUADS))  # type: ignore[arg-type]
    except (OSError, EOFError, SyntaxError) as error:
        raise ComityError(f"{path}: damaged: load {number} cannot be undone") from error


def sweep(store: EmbeddedStore) -> None:
    """Remove what killed loads left beside the store, which this process alone may write to."""
    if store.path is None:
        return
    past = log.loads(store)
    last = past[-1].number if past else 0
    for file in (store.path / JOURNAL).glob("*.nq.gz"):
        if int(file.name.split("-")[0]) > last:
            file.unlink()
    for scratch in (store.path / JOURNAL).glob("draft-*"):
        shutil.rmtree(scratch, ignore_errors=True)
    for stray in store.path.glob("bulk-*.sst"):
        stray.unlink()
