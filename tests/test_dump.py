"""The graph written out is the graph."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import Result

from kg.errors import ComityError
from kg.graph import answer, dump
from kg.graph.store import EmbeddedStore
from kg.terms import SOURCE

pytestmark = pytest.mark.portable

Run = Callable[..., Result]


@pytest.fixture
def mine() -> EmbeddedStore:
    store = EmbeddedStore()
    quads = (
        "<a:a> <a:b> <a:c> <https://w3id.org/comity/source/one> .\n"
        "<a:a> <a:b> <a:c> <https://w3id.org/comity/source/two> .\n"
        "<a:a> <a:b> <a:d> <https://w3id.org/comity/source/two> .\n"
    )
    store.inner.load(quads.encode(), ox.RdfFormat.N_QUADS)
    return store


@pytest.mark.parametrize("form", answer.GRAPH_FORMATS)
def test_every_format_says_it_again(mine: EmbeddedStore, tmp_path: Path, form: str) -> None:
    path = tmp_path / "out"
    assert dump.dump(mine, path, form) == 3
    back = list(ox.parse(path.read_bytes(), answer.GRAPH_FORMATS[form]))
    if form in dump.KEEPING:
        assert set(back) == set(mine.inner)
    else:
        assert len(back) == len({quad.triple for quad in back}) == 2


def test_one_dataset(mine: EmbeddedStore, tmp_path: Path) -> None:
    for name in ("one", "source:one", SOURCE + "one"):
        assert dump.dump(mine, tmp_path / "one.ttl", "turtle", name) == 1
    with pytest.raises(ComityError, match="no dataset is called three"):
        dump.dump(mine, tmp_path / "three.ttl", "turtle", "three")
    assert not (tmp_path / "three.ttl").exists()


def test_the_command(comity: Run, tmp_path: Path, store: EmbeddedStore) -> None:
    path = tmp_path / "wto.nq"
    assert comity("dump", "--dataset", "wto", "-o", path).exit_code == 0
    assert set(ox.parse(path=path)) == set(store.quads(SOURCE + "wto"))
    assert comity("dump", "-o", tmp_path / "x.csv").exit_code == 3
    assert comity("dump", "-o", tmp_path / "x.docx").exit_code == 2
    assert comity("dump", "--dataset", "wto").stdout.count("\n") == len(list(ox.parse(path=path)))
