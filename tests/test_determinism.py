"""The same answer, byte for byte, whatever the hash seed, the time zone or the language."""

from __future__ import annotations

import json
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


# Every command in one process: the answers are those of a process each, without its start.
SCRIPT = """
import json, sys
from pathlib import Path
from click.testing import CliRunner
from cli import main

for number, words in enumerate(json.loads(sys.argv[1])):
    folder = Path(sys.argv[2], str(number))
    folder.mkdir(parents=True)
    done = CliRunner().invoke(main, [word.replace("{folder}", str(folder)) for word in words])
    assert done.exit_code == 0, done.output
    (folder / "stdout").write_bytes(done.stdout_bytes)
"""


@pytest.fixture(scope="module")
def folders(store: object, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the commands say and write in either surroundings, a folder for each command."""
    places = [tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("there")]
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT, json.dumps(COMMANDS), str(place)],
            env={**os.environ, **surroundings},
            cwd=ROOT,
        )
        for place, surroundings in zip(places, SURROUNDINGS, strict=True)
    ]
    assert [run.wait(timeout=300) for run in runs] == [0, 0]
    return places


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[" ".join(c)[:40] for c in COMMANDS])
def test_the_same_answer_everywhere(number: int, folders: list[Path]) -> None:
    here, there = (
        {path.name: path.read_bytes() for path in (folder / str(number)).iterdir()}
        for folder in folders
    )
    assert here == there
    assert any(here.values())
