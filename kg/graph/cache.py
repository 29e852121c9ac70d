"""What is kept between runs, and why it can be believed: answers, objects, checksums of stores.

A fresh process reads the same few thousand rows at every start; reading them from one file takes
a tenth of the time, and reading what was made of them (a network, a history) a tenth of that. Such
an object is read back as instances of Comity's own classes, numpy's and scipy's arrays, and plain
values, and nothing else. An answer is kept under everything it depends on: the question, Comity's
own code, queries and coefficients, and the store's state (its data files' names, sizes and times,
which any write changes). It carries a checksum; one that is damaged is asked again, with a warning.
Losing this folder loses nothing.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import os
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TypeVar, cast

from kg.files import replace_file
from kg.terms import shipped

Rows = list[tuple[str, ...]]
T = TypeVar("T")

DATA_FILES = ("*.sst", "*.log", "MANIFEST-*")
STORE_FILES = ("*.sst", "MANIFEST-*", "CURRENT", "OPTIONS-*")
SUMS = "sums.json"
MADE = ".made"
MOST = 24  # objects kept of a store's state, the latest
KEPT = {"kg", "numpy", "scipy"}
PLAIN = {("datetime", "date"), ("builtins", "frozenset"), ("builtins", "set")}
UNREADABLE = (
    pickle.UnpicklingError,
    ValueError,
    EOFError,
    LookupError,
    ImportError,
    AttributeError,
    TypeError,
)
LOG = logging.getLogger("comity")


def cache_folder() -> Path:
    """Return where Comity keeps what it can make again: $COMITY_CACHE, or the platform's place."""
    from platformdirs import user_cache_path

    return Path(os.environ.get("COMITY_CACHE") or user_cache_path("comity"))


def remembered(store: Path, question: str, ask: Callable[[], Rows]) -> Rows:
    """Return the kept answer of the store in its present state, or ask and keep it."""
    return mirrored(*whereabouts(store), question, ask)


def whereabouts(store: Path) -> tuple[str, str]:
    """Return the place of a store on disk and its present state."""
    return str(store.resolve()), _state(store)


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
        text = json.dumps(rows, ensure_ascii=False)
        _keep(path, f"{_digest(text)}\n{text}".encode())
    return rows


def recalled(place: str, state: str, question: str, make: Callable[[], T]) -> T:
    """Return the kept object of a place in a state, or make and keep it."""
    folder = cache_folder() / "answers" / _digest(place) / _digest(state)
    path = folder / f"{_digest(question + code_digest())}{MADE}"
    with suppress(OSError):
        checksum, _, packed = path.read_bytes().partition(b"\n")
        with suppress(*UNREADABLE):
            if checksum.decode() == _sum(packed):
                return cast("T", _Reader(io.BytesIO(packed)).load())
        LOG.warning("%s: a kept object was damaged: it is made again", path)
    made = make()
    with suppress(OSError):
        packed = pickle.dumps(made, protocol=5)
        _keep(path, _sum(packed).encode() + b"\n" + packed)
        for old in sorted(folder.glob(f"*{MADE}"), key=lambda p: p.stat().st_mtime_ns)[:-MOST]:
            old.unlink(missing_ok=True)
    return made


class _Reader(pickle.Unpickler):
    """Reads back instances of the classes that are kept, and of no others."""

    def find_class(self, module: str, name: str) -> object:
        """Return a class that may be read; raise UnpicklingError for any other."""
        if module.partition(".")[0] not in KEPT and (module, name) not in PLAIN:
            raise pickle.UnpicklingError(f"{module}.{name} is not kept")
        return super().find_class(module, name)


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


def _keep(path: Path, content: bytes) -> None:
    """Write whole or not at all, and drop the answers of the store's earlier states."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content)
    for other in path.parent.parent.iterdir():
        if other != path.parent:
            shutil.rmtree(other, ignore_errors=True)


def _digest(text: str) -> str:
    return _sum(text.encode())


def _sum(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=12).hexdigest()
