"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kg.errors import ComityError


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file's content in one step; raise ComityError (code 2) where that fails."""
    try:
        replace_file(path, content)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ComityError(
            f"{path}: cannot be written ({reason}): choose another file or folder"
        ) from error


def replace_file(path: Path, content: bytes) -> None:
    """Write beside the file and rename; raises OSError, and leaves nothing behind."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp makes files that only their owner may read; an answer is to be passed on.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
