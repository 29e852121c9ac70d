"""Building the shipped graph: once, whole, and safely in parallel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import ComityError
from kg.graph import build, shipped
from kg.graph.store import EmbeddedStore, solutions

# A build of the ontology alone: what is asked is who builds, not what.
SCRIPT = """
import time
from kg.graph import build, shipped

def some(_progress):
    time.sleep(0.5)  # so that the others come while the first one builds
    for path in shipped.ontology_files():
        yield from shipped.ontology_quads(path)

build.all_quads = some
print(build.cached().location)
"""


def counted(store: EmbeddedStore) -> int:
    return int(next(solutions(store.trusted("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")))[0].value)  # type: ignore[union-attr]


def test_the_cache_is_named_by_content(store: EmbeddedStore) -> None:
    assert store.path
    assert store.path.name == shipped.content_hash()
    assert counted(store) > 500_000


@pytest.mark.slow
def test_parallel_first_runs_build_one_whole_graph(tmp_path: Path) -> None:
    environment = {**os.environ, "COMITY_CACHE": str(tmp_path)}
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", SCRIPT], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    places = {run.communicate(timeout=300)[0].strip() for run in runs}
    assert len(places) == 1
    whole = EmbeddedStore()
    whole.change((), [q for path in shipped.ontology_files() for q in shipped.ontology_quads(path)])
    assert counted(EmbeddedStore(Path(places.pop()))) == counted(whole)
    assert not list(tmp_path.glob(".building-*"))


def test_a_build_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_progress: object) -> object:
        yield from shipped.ontology_quads(shipped.ontology_files()[0])
        raise ComityError("x.csv:3: a bad cell")

    monkeypatch.setattr(build, "all_quads", broken)
    with pytest.raises(ComityError, match="a bad cell"):
        build.build(tmp_path / "g")
    assert [p.name for p in tmp_path.iterdir()] in ([], ["g.lock"])


def test_an_unwritable_place_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ComityError, match="cannot be written"):
        build.build(tmp_path / "file" / "g")


def test_every_table_says_what_it_means() -> None:
    for table in shipped.tables():
        assert table.path.is_file()
        assert table.schema.is_file()
    listed = {table.path for table in shipped.tables()}
    folder = shipped.shipped("data")
    assert listed == {*folder.glob("*.csv"), *folder.glob("*/*.csv")}
