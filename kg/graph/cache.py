"""What is kept between runs, and why it can be believed: answers, and checksums of stores.

A fresh process reads the same few thousand rows at every start; reading them from one file takes
a tenth of the time. An answer is kept under everything it depends on: the question, Comity's own
code, queries and coefficients, and the store's state (its data files' names, sizes and times, which
any write changes). It carries a checksum; one that is damaged is asked again, with a warning.
Losing this folder loses nothing.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from kg.files import replace_file
from kg.terms import shipped

Rows = list[tuple[str, ...]]

DATA_FILES = ("*.sst", "*.log", "MANIFEST-*")
STORE_FILES = ("*.sst", "MANIFEST-*", "CURRENT", "OPTIONS-*")
SUMS = "sums.json"
LOG = logging.getLogger("comity")


def cache_folder() -> Path:
    """Return where Comity keeps what it can make again: $COMITY_CACHE, or the platform's place."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("COMITY_CACHE") or user_cache_path("comity"))


def remembered(store: Path, question: str, ask: Callable[[], Rows]) -> Rows:
    """Return the kept answer of the store in its present state, or ask and keep it."""
    return mirrored(str(store.resolve()), _state(store), question, ask)


def mirrored(place: str, state: str, question: str, ask: Callable[[], Rows]) -> Rows:
    """Return the kept answer of a place in a state, or ask and keep it."""
    folder = cache_folder() / "answers" / _digest(place) / _digest(state)
    path = folder / f"{_digest(question + code_digest())}.json"
    with suppress(OSError):
        kept = path.read_bytes()
        with suppress(ValueError):
            return _read(kept)
        LOG.warning("%s: a kept answer was damaged: it is made again", path)
    rows = ask()
    with suppress(OSError):
        _keep(path, json.dumps(rows, ensure_ascii=False))
    return rows


@cache
def code_digest() -> str:
    """Return a digest of all that turns a store into an answer: code, queries, coefficients."""
    package = Path(__file__).resolve().parents[1]
    files = [*package.rglob("*.py"), *shipped("queries").glob("engine/*.rq")]
    digest = hashlib.blake2b(digest_size=12)
    for file in [*sorted(files), shipped("data") / "feasibility.json"]:
        digest.update(f"{file.name}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def seal(store: Path) -> None:
    """Write down the checksums of a store that is whole and will not be written to again."""
    found = {file.name: [file.stat().st_size, _checksum(file)] for file in _store_files(store)}
    (store / SUMS).write_text(json.dumps(found), encoding="utf-8")


def intact(store: Path) -> bool:
    """Tell whether a sealed store's files are as they were.

    Sizes are always compared; contents once a file was written to since the seal. (What rots on the
    disk without a write shows when it is read: the engine checks each block.)
    """
    try:
        known = json.loads((store / SUMS).read_bytes())
        sealed = (store / SUMS).stat().st_mtime_ns
        states = {name: (store / name).stat() for name in known}
        return all(
            state.st_size == known[name][0]
            and (state.st_mtime_ns <= sealed or _checksum(store / name) == known[name][1])
            for name, state in states.items()
        )
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return False


def _store_files(store: Path) -> list[Path]:
    return sorted(file for pattern in STORE_FILES for file in store.glob(pattern))


def _checksum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "blake2b").hexdigest()


def _read(kept: bytes) -> Rows:
    """Return the rows of a kept answer; raise ValueError where the checksum does not fit."""
    checksum, _, text = kept.partition(b"\n")
    if checksum.decode() != _digest(text.decode()):
        raise ValueError("damaged")
    return [tuple(row) for row in json.loads(text)]


def _state(store: Path) -> str:
    files = sorted(p for pattern in DATA_FILES for p in store.glob(pattern))
    states = ((path.name, path.stat()) for path in files)
    return "".join(f"{name}:{stat.st_size}:{stat.st_mtime_ns}\n" for name, stat in states)


def _keep(path: Path, text: str) -> None:
    """Write whole or not at all, and drop the answers of the store's earlier states."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, f"{_digest(text)}\n{text}".encode())
    for other in path.parent.parent.iterdir():
        if other != path.parent:
            shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
