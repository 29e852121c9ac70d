"""What is kept between runs can be believed: what is damaged is made again, with a word."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest

from kg.advice import snapshot, subject
from kg.errors import ComityError
from kg.graph import build, cache, shipped
from kg.graph.store import EmbeddedStore

FACTS = [
    ox.Quad(
        ox.NamedNode(f"http://x/{k}"),
        ox.NamedNode("http://x/p"),
        ox.Literal(str(k)),
        ox.NamedNode("http://x/g"),
    )
    for k in range(2000)
]
QUESTION = "SELECT ?o { ?s <http://x/p> ?o } ORDER BY ?o LIMIT 3"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder whose shipped facts are few."""
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "all_quads", lambda _progress: iter(FACTS))
    return tmp_path / "cache"


def kept(home: Path) -> list[Path]:
    return sorted(home.glob("answers/*/*/*.json"))


def test_a_kept_answer_with_a_flipped_digit_is_asked_again(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    true = build.cached().texts(QUESTION)
    (path,) = kept(home)
    for damage in (
        path.read_bytes().replace(b'"10"', b'"70"'),
        path.read_bytes()[:-3],
        b"",
        b"\xff\xfe",
        json.dumps([["9"]]).encode(),
    ):
        path.write_bytes(damage)
        assert build.cached().texts(QUESTION) == true
        assert "a kept answer was damaged: it is made again" in caplog.text
        caplog.clear()
    assert build.cached().texts(QUESTION) == true
    assert caplog.text == ""


def test_an_answer_is_not_kept_beyond_the_code_that_made_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = build.cached()
    assert store.kept("forecast", lambda: [("1",)]) == [("1",)]
    assert store.kept("forecast", lambda: [("2",)]) == [("1",)]
    monkeypatch.setattr(cache, "code_digest", lambda: "another engine query")
    assert store.kept("forecast", lambda: [("2",)]) == [("2",)]


def test_the_digest_of_the_code_covers_queries_and_coefficients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("queries/engine/a.rq", "data/feasibility.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(cache, "shipped", lambda folder: tmp_path / folder)
    digests = {cache.code_digest.__wrapped__()}
    for name in ("queries/engine/a.rq", "data/feasibility.json"):
        (tmp_path / name).write_text("2")
        digests.add(cache.code_digest.__wrapped__())
    assert len(digests) == 3


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [flip, cut, Path.unlink], ids=["flip", "cut", "remove"])
@pytest.mark.parametrize("pattern", ["*.sst", "MANIFEST-*", "CURRENT", "sums.json"])
def test_the_shipped_store_heals_itself(
    home: Path, pattern: str, damage: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = build.cached().path
    assert path
    damage(next(path.glob(pattern)))
    assert len(build.cached().inner) == len(FACTS)
    assert "the cached graph was damaged: it is built again" in caplog.text
    assert cache.intact(path)
    assert [p.name for p in home.glob(".*")] == []


def test_reading_leaves_a_sealed_store_as_it_was(home: Path) -> None:
    path = build.cached().path
    assert path
    made = path.stat().st_ino
    assert len(EmbeddedStore(path).inner) == len(FACTS)
    assert build.cached().path == path
    assert path.stat().st_ino == made
    assert cache.intact(path)


KILLED = """
import sys
from pathlib import Path
import pyoxigraph as ox
from kg.graph import build
def endless(_progress):
    for k in range(10 ** 9):
        if k == 1000:
            print("begun", flush=True)
        yield ox.Quad(*[ox.NamedNode(f"http://x/{k}")] * 4)
build.all_quads = endless
build.cached()
"""


def test_what_a_killed_build_left_goes_with_the_next(home: Path) -> None:
    run = subprocess.Popen([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True)
    assert run.stdout
    assert run.stdout.readline() == "begun\n"
    run.kill()
    run.communicate()
    assert len([*home.glob(".building-*")]) == 1
    build.cached()
    assert [*home.glob(".building-*")] == []


def test_stores_of_other_versions_go_when_they_are_out_of_use(home: Path) -> None:
    for name, days in (("earlier", None), ("unused", 8), ("in-use", 1)):
        (home / name).mkdir(parents=True)
        (home / name / "CURRENT").touch()
        if days is not None:
            (home / name / build.USED).touch()
            then = time.time() - days * 24 * 3600
            os.utime(home / name / build.USED, (then, then))
    (home / ".building-earlier-x").mkdir()
    build.cached()
    left = {path.name for path in home.iterdir() if path.is_dir()}
    assert left == {"in-use", shipped.content_hash()}


def test_a_store_of_ones_own_is_never_built_again(home: Path, tmp_path: Path) -> None:
    path = build.build(tmp_path / "mine")
    (path / "CURRENT").write_text("nonsense")
    with pytest.raises(ComityError, match="the graph is damaged"):
        EmbeddedStore(path)
    assert build.build(path) == path
    assert (path / "CURRENT").read_text() == "nonsense"


class Sneaky:
    """What would run a command if it were read back."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("sneaked",)


def test_an_object_is_kept_and_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COMITY_CACHE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    made: list[int] = []

    def make() -> dict[str, object]:
        made.append(1)
        return {"day": date(2026, 1, 1), "rows": np.arange(3)}

    for _ in range(2):
        assert cache.recalled("place", "state", "q", make)["day"] == date(2026, 1, 1)
    assert len(made) == 1
    (file,) = tmp_path.rglob("*.made")
    for packed in (file.read_bytes()[:-1], b"junk", signed(pickle.dumps(Sneaky()))):
        file.write_bytes(packed)
        assert list(cache.recalled("place", "state", "q", make)["rows"]) == [0, 1, 2]
        assert "damaged" in caplog.text
        caplog.clear()
    assert not (tmp_path / "sneaked").exists()
    for number in range(cache.MOST + 3):
        cache.recalled("place", "state", f"q{number}", make)
    assert len(list(tmp_path.rglob("*.made"))) == cache.MOST
    cache.recalled("place", "changed", "q", make)
    assert len(list(tmp_path.rglob("*.made"))) == 1


def signed(packed: bytes) -> bytes:
    return hashlib.blake2b(packed, digest_size=12).hexdigest().encode() + b"\n" + packed


def test_a_snapshot_read_back_ranks_all_countries_alike(store: EmbeddedStore) -> None:
    day = date(2026, 1, 1)
    subject.load(store, day)
    kept = subject.load(store, day)
    made = snapshot.load(store, day)
    for country in made.network.countries:
        ours, other = made.factors(country.iso3), kept.factors(country.iso3)
        assert np.array_equal(ours.expected, other.expected)
        assert np.array_equal(ours.onward, other.onward)
        assert ours.gaps == other.gaps
    assert (made.sites, made.obstacles.barrier.tolist()) == (
        kept.sites,
        kept.obstacles.barrier.tolist(),
    )
