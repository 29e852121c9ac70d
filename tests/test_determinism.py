"""The same answer, byte for byte, whatever the hash seed, the time zone or the language."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SURROUNDINGS = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Pago_Pago", "LC_ALL": "tr_TR.UTF-8"},
)
COMMANDS = (
    ("recommend", "KAZ", "--at", "2025-06-30", "--format", "json"),
    ("explain", "CHN", "KAZ", "--at", "2025-06-30", "--format", "json"),
    ("coalition", "CHN", "--at", "2025-06-30", "--size", "3", "--format", "csv"),
    ("query", "parties", "--format", "json"),
    ("query", "-q", "CONSTRUCT { ?c a schema:Country } { ?c a schema:Country }"),
    ("show", "BLR", "--format", "json"),
    ("claims", "--format", "json"),
    ("dump", "--dataset", "wto", "--format", "trig"),
    ("draw", "--focus", "KAZ", "--at", "2025-06-30", "-o", "{folder}/out.svg"),
    ("draw", "--focus", "KAZ", "--at", "2025-06-30", "-o", "{folder}/out.html"),
    ("draw", "--focus", "KAZ", "--at", "2025-06-30", "-o", "{folder}/out.graphml"),
)


def output(command: tuple[str, ...], surroundings: dict[str, str], folder: Path) -> bytes:
    folder.mkdir()
    words = [word.format(folder=folder) if "{folder}" in word else word for word in command]
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), *words],
        env={**os.environ, **surroundings},
        capture_output=True,
        check=True,
    )
    return done.stdout + b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=[" ".join(c)[:40] for c in COMMANDS])
def test_the_same_answer_everywhere(
    command: tuple[str, ...], store: object, tmp_path: Path
) -> None:
    here, there = (output(command, s, tmp_path / str(i)) for i, s in enumerate(SURROUNDINGS))
    assert here == there
    assert here
