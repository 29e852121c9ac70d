"""Reading text, and writing files whole or not at all."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from kg.errors import ComityError


def read_text(path: Path) -> str:
    """Return a file's text; raise ComityError (code 2) where it cannot be read or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ComityError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ComityError(f"{path}: not UTF-8 at byte {error.start + 1}: convert it") from error


@contextmanager
def table(path: Path) -> Iterator[IO[str]]:
    """Open a CSV table; raise ComityError (code 2) where it cannot be read or is none in UTF-8."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except OSError as error:
        raise ComityError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ComityError(f"{path}: not UTF-8 text: save the table as UTF-8") from error
    except csv.Error as error:
        raise ComityError(f"{path}: not a CSV table: {error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content in one step; raise ComityError (code 2) where that fails."""
    with whole(path) as file:
        file.write(content)


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Open a file whose content is replaced in one step once the block has ended well.

    A link is followed and a device or a pipe written to. Raises ComityError (code 2) where that
    fails.
    """
    try:
        with path.open("ab") if _streams(path) else _replaced(path.resolve()) as file:
            yield file
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ComityError(
            f"{path}: cannot be written ({reason}): choose another file or folder"
        ) from error


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file and rename; raises OSError, and leaves nothing behind."""
    with _replaced(path) as file:
        file.write(content)


def _streams(path: Path) -> bool:
    """Tell whether a path is a device, a pipe, or one that the shell opened: nothing to replace."""
    opened = str(path).startswith(("/dev/std", "/dev/fd/", "/proc/"))
    return opened or (path.exists() and not path.is_file() and not path.is_dir())


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        Path(name).chmod(_mode(path))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the mode of a file, or that of a new one: mkstemp lets only the owner read."""
    if path.exists():
        return path.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
