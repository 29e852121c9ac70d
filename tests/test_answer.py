"""Answers in every format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from kg.errors import ComityError
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
    assert answer.result_text(none, "csv") == "c,d\n"
    graph = store.query("CONSTRUCT { ?c a schema:Country } { ?c skos:notation 'NAM' }")
    assert "country:NAM a schema:Country" in answer.result_text(graph, "turtle")
    graph = store.query("CONSTRUCT { ?c a schema:Country } { ?c skos:notation 'NAM' }")
    with pytest.raises(ComityError, match="turtle"):
        answer.result_text(graph, "csv")


def test_values_are_typed(store: EmbeddedStore) -> None:
    rows = store.query("SELECT ('a' AS ?s) (1 AS ?i) (1.5 AS ?d) (true AS ?b) ?u {}")
    assert json.loads(answer.result_text(rows, "json")) == [
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
