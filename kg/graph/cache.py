"""Answers kept between runs: what the engine asks of a store on disk, as long as it is unchanged.

A fresh process reads the same few thousand rows at every start; reading them from one file takes
a tenth of the time. The state of a store is the names and sizes of its data files, so any write
makes the old answers unreachable. Losing this folder loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kg.files import replace_file

Rows = list[tuple[str, ...]]

DATA_FILES = ("*.sst", "*.log", "MANIFEST-*")


def cache_folder() -> Path:
    """Return where Comity keeps what it can make again: $COMITY_CACHE, or the platform's place."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("COMITY_CACHE") or user_cache_path("comity"))


def remembered(store: Path, question: str, ask: Callable[[], Rows]) -> Rows:
    """Return the kept answer of the store in its present state, or ask and keep it."""
    folder = _folder(store)
    path = folder / f"{_digest(question)}.json"
    with suppress(OSError, ValueError):
        return [tuple(row) for row in json.loads(path.read_bytes())]
    rows = ask()
    with suppress(OSError):
        _keep(path, json.dumps(rows, ensure_ascii=False))
    return rows


def _folder(store: Path) -> Path:
    files = sorted(p for pattern in DATA_FILES for p in store.glob(pattern))
    state = "".join(f"{path.name}:{path.stat().st_size}\n" for path in files)
    home = cache_folder() / "answers" / _digest(str(store.resolve()))
    return home / _digest(state)


def _keep(path: Path, text: str) -> None:
    """Write whole or not at all, and drop the answers of the store's earlier states."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text.encode())
    for other in path.parent.parent.iterdir():
        if other != path.parent:
            shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
