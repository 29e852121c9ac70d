"""Answers in every format."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import ComityError
from kg.files import read_text
from kg.graph import answer
from kg.graph.store import EmbeddedStore

ROWS = [{"a": "x, y", "b": 0.12345678901234567, "c": None}, {"a": '"q"\n', "b": 2.0, "c": [1, 2]}]


def test_csv_and_tsv_keep_full_precision_and_every_character() -> None:
    for form, mark in (("csv", ","), ("tsv", "\t")):
        back = list(csv.DictReader(io.StringIO(answer.text(ROWS, form)), delimiter=mark))
        assert [row["a"] for row in back] == ["x, y", '"q"\n']
        assert float(back[0]["b"]) == ROWS[0]["b"]
        assert back[0]["c"] == ""


def test_json_is_a_list_of_objects() -> None:
    assert json.loads(answer.text(ROWS, "json")) == ROWS


def test_a_table_rounds_and_shows_markup_as_text() -> None:
    shown = answer.text([{"name": "[red]x[/red] <b>", "v": 0.123456}], "table")
    assert "[red]x[/red] <b>" in shown
    assert "0.123" in shown
    assert "0.1234" not in shown


def test_result_forms(store: EmbeddedStore) -> None:
    ask = store.query("ASK { ?c skos:notation 'NAM' }")
    assert answer.result_text(ask, "csv") == "true\n"
    none = store.query("SELECT ?c ?d { ?c skos:notation 'nowhere' }")
    assert answer.result_text(none, "csv", short=True) == "c,d\n"
    graph = store.query("CONSTRUCT { ?c a schema:Country } { ?c skos:notation 'NAM' }")
    assert "country:NAM a schema:Country" in answer.result_text(graph, "turtle")
    graph = store.query("CONSTRUCT { ?c a schema:Country } { ?c skos:notation 'NAM' }")
    with pytest.raises(ComityError, match="turtle"):
        answer.result_text(graph, "csv")


def test_values_are_typed(store: EmbeddedStore) -> None:
    rows = store.query("SELECT ('a' AS ?s) (1 AS ?i) (1.5 AS ?d) (true AS ?b) ?u {}")
    assert json.loads(answer.result_text(rows, "json", short=True)) == [
        {"s": "a", "i": 1, "d": 1.5, "b": True, "u": None}
    ]


def test_the_format_is_guessed_from_the_suffix() -> None:
    assert answer.chosen_format(None, Path("x.json")) == "json"
    assert answer.chosen_format("tsv", Path("x.json")) == "tsv"
    assert answer.chosen_format(None, None) == "csv"
    assert answer.chosen_format(None, None, graph=True) == "turtle"


def test_an_unwritable_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="cannot be written"):
        answer.emit("x", tmp_path / "no" / "x.csv")


TERMS = """SELECT * { VALUES (?a ?b ?c) {
    (<http://x/y> "é\\n,\\"\\t"@en-GB 01.50) (UNDEF "1e400"^^xsd:double "") } }"""


@pytest.mark.parametrize("form", ["json", "xml", "tsv"])
def test_full_terms_come_back_from_the_standards_formats(store: EmbeddedStore, form: str) -> None:
    here = [list(row) for row in store.query(TERMS)]  # type: ignore[union-attr, call-overload]
    written = answer.result_text(store.query(TERMS), form)
    back = ox.parse_query_results(written, answer.RESULT_FORMATS[form])
    assert [list(row) for row in back] == here  # type: ignore[union-attr, call-overload]
    for asked in ("ASK {}", "ASK { FILTER(false) }"):
        read = answer.result_text(store.query(asked), "json" if form == "tsv" else form)
        assert str(bool(store.query(asked))).lower() in read


def test_csv_is_the_standards_with_whole_iris(store: EmbeddedStore) -> None:
    text = "SELECT ?c ?n { ?c skos:notation 'NAM' BIND('a,b' AS ?n) }"
    assert answer.result_text(store.query(text), "csv") == (
        'c,n\r\nhttps://w3id.org/comity/country/NAM,"a,b"\r\n'
    )
    short = answer.result_text(store.query(text), "csv", short=True)
    assert short == 'c,n\ncountry:NAM,"a,b"\n'


@pytest.mark.parametrize("form", answer.GRAPH_FORMATS)
def test_graphs_come_back_from_every_format(store: EmbeddedStore, form: str) -> None:
    text = "CONSTRUCT { ?c schema:name ?n } { ?c skos:notation 'NAM' ; schema:name ?n }"
    here = set(map(str, store.query(text)))
    written = answer.result_text(store.query(text), form)
    back = {str(quad.triple) for quad in ox.parse(written, answer.GRAPH_FORMATS[form])}
    assert back == here


def test_an_unknown_suffix_is_refused() -> None:
    with pytest.raises(ComityError, match=r"\.xlsx"):
        answer.chosen_format(None, Path("x.xlsx"))
    assert answer.chosen_format("csv", Path("x.xlsx")) == "csv"
    assert answer.chosen_format(None, Path("/dev/null")) == "csv"
    assert answer.chosen_format(None, Path("x.rdf"), graph=True) == "rdfxml"
    assert answer.chosen_format(None, Path("x.json"), graph=True) == "jsonld"


def test_a_spreadsheet_gets_no_formulas() -> None:
    rows = [{"a": "=1+1", "b": "+41 22", "c": -1.5, "d": "-1.5e3", "e": "@x", "f": "a=b"}]
    line = answer.text(rows, "csv", spreadsheet=True).splitlines()[1]
    assert line == "'=1+1,'+41 22,-1.5,-1.5e3,'@x,a=b"
    assert answer.text(rows, "csv").splitlines()[1].startswith("=1+1")
    result = ox.Store().query("SELECT ?x { VALUES ?x { '=1+1' <http://x/> } }")
    shown = answer.result_text(result, "tsv", spreadsheet=True)
    assert shown == "x\n'=1+1\nhttp://x/\n"


def test_a_terminal_gets_no_control_characters() -> None:
    assert answer.visible("a\x1b[31mb\x9b\u202ec\td\n") == "a\\x1b[31mb\\x9b\\u202ec\td\n"
    assert "\x1b" not in answer.text([{"a": "\x1b]0;title\x07"}], "table")


def test_output_goes_through_links_pipes_and_devices(tmp_path: Path) -> None:
    target, link, pipe = tmp_path / "t.csv", tmp_path / "l.csv", tmp_path / "p"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    answer.emit("new", link)
    assert link.is_symlink()
    assert (target.read_text(), target.stat().st_mode & 0o777) == ("new", 0o640)
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_text()))
    got: list[str] = []
    reader.start()
    answer.emit("through", pipe)
    reader.join(timeout=10)
    assert got == ["through"]
    assert pipe.is_fifo()
    answer.emit("gone", Path("/dev/null"))
    assert Path("/dev/null").is_char_device()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["l.csv", "p", "t.csv"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="No space left"):
        answer.emit("x", Path("/dev/full"))


def test_a_file_that_is_not_utf8_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "q.rq"
    path.write_bytes(b"SELECT * { ?s ?p '\xff' }")
    with pytest.raises(ComityError, match="not UTF-8 at byte 19"):
        read_text(path)
