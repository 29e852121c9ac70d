"""Bring your own data: idempotent, atomic, with errors that name file and line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import ComityError
from kg.graph.load import load
from kg.graph.store import EmbeddedStore

TURTLE = """
@prefix : <http://x/> .
:a :knows :b , [ :name "unnamed" ; :age 3 ] .
"""


@pytest.fixture
def mine() -> EmbeddedStore:
    return EmbeddedStore()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_loading_twice_changes_nothing_even_with_unnamed_nodes(
    mine: EmbeddedStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "mine.ttl", TURTLE)
    first = load(mine, path)
    size = len(mine.inner)
    assert first[0].added == size == 6
    assert [(c.added, c.removed) for c in load(mine, path)] == [(0, 0)]
    assert len(mine.inner) == size


def test_a_newer_edition_replaces_its_own_graph_only(mine: EmbeddedStore, tmp_path: Path) -> None:
    load(mine, write(tmp_path / "other.ttl", "<http://x/o> <http://x/p> 1 ."))
    load(mine, write(tmp_path / "mine.ttl", TURTLE))
    load(mine, write(tmp_path / "mine.ttl", "<http://x/n> <http://x/p> 2 ."))
    texts = {str(quad.subject) for quad in mine.inner}
    assert "<http://x/o>" in texts
    assert "<http://x/n>" in texts
    assert "<http://x/a>" not in texts


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bad.ttl", "@prefix : <http://x/> .\n:a :b ;; c .", r"bad\.ttl:2:7"),
        ("bad.nt", "<http://x/a> <http://x/b>", r"bad\.nt:1"),
        ("bad.jsonld", '{"@id": ', r"bad\.jsonld"),
        ("bad.xyz", "", "no known format"),
    ],
)
def test_a_malformed_file_changes_nothing(
    mine: EmbeddedStore, tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ComityError, match=message):
        load(mine, write(tmp_path / name, text))
    assert len(mine.inner) == 0


def described(folder: Path, rows: str) -> Path:
    schema = {
        "aboutUrl": "http://x/{id}",
        "columns": [
            {"name": "id", "required": True},
            {"name": "since", "propertyUrl": "schema:startDate", "datatype": "coop:date"},
            {"name": "source"},
        ],
    }
    write(folder / "t.csv-metadata.json", json.dumps(schema))
    return write(folder / "t.csv", rows)


def test_a_described_table(mine: EmbeddedStore, tmp_path: Path) -> None:
    load(mine, described(tmp_path, "id,since,source\na,1996,mine\nb,1996-05,mine\n"))
    assert {str(q.object) for q in mine.inner} == {
        '"1996-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"1996-05-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("id,since,source\na,soon,mine\n", r"t\.csv:2: column since: 'soon' is not a date"),
        ("id,since,source\na,2001-02-30,mine\n", r"t\.csv:2: column since"),
        ("id,source\na,mine\n", r"t\.csv:1: the header lacks since"),
        ("id,since,source\na,1996,mine\n,1996,mine\n", r"t\.csv:3"),
        ("id,since,source\na,1996\n", r"t\.csv:2: 2 cells"),
    ],
)
def test_a_bad_cell_names_file_and_line(
    mine: EmbeddedStore, tmp_path: Path, rows: str, message: str
) -> None:
    with pytest.raises(ComityError, match=message):
        load(mine, described(tmp_path, rows))
    assert len(mine.inner) == 0


def test_a_missing_file(mine: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="no such file"):
        load(mine, tmp_path / "none.ttl")


KILLED = """
import sys
from pathlib import Path
from kg.graph.load import load
from kg.graph.store import EmbeddedStore
store = EmbeddedStore(Path(sys.argv[1]), writable=True)
print("ready", flush=True)
for n in range(10_000):
    load(store, Path(sys.argv[2 + n % 2]), "mine")
"""


@pytest.mark.slow
def test_a_load_that_is_killed_leaves_one_whole_edition(tmp_path: Path) -> None:
    editions = []
    for name in ("a", "b"):
        lines = [f"<http://x/{name}{k}> <http://x/p> {k} ." for k in range(3000)]
        editions.append(write(tmp_path / f"{name}.ttl", "\n".join(lines)))
    for delay in (0.15, 0.3, 0.45):
        command = [sys.executable, "-c", KILLED, str(tmp_path / "g"), *map(str, editions)]
        run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert run.stdout
        run.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            run.wait(timeout=delay)
        run.kill()
        run.communicate()
        subjects = {str(q.subject)[10] for q in EmbeddedStore(tmp_path / "g").inner}
        store = EmbeddedStore(tmp_path / "g")
        numbered = [q for q in store.inner if str(q.predicate) == "<http://x/p>"]
        assert len(numbered) in (0, 3000)
        assert len({str(q.subject)[10] for q in numbered}) <= 1, subjects
