"""Many statements into a store at once, through a file: the engine's own way to take them from
Python (bulk_extend) is as fast, but Ctrl-C goes unheard for as long as it takes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox


def extend(store: ox.Store, quads: Iterable[ox.Quad], beside: Path | None = None) -> None:
    """Add statements in one transaction; the file lies in a folder, or in the system's own."""
    with tempfile.TemporaryDirectory(prefix="comity-", dir=beside) as folder:
        path = f"{folder}/statements.nq"
        ox.serialize(quads, path, ox.RdfFormat.N_QUADS)
        store.bulk_load(path=path, format=ox.RdfFormat.N_QUADS, lenient=True)
