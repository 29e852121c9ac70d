"""From a table and its CSVW schema to quads, and what a bad cell, row or schema says."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.graph import csvw
from kg.graph.shipped import tables
from kg.terms import BASE, ONTOLOGY, PREFIXES, shipped

XSD = PREFIXES["xsd"]
NAME = {"name": "name", "propertyUrl": "schema:name", "lang": "en", "required": True}
SOURCE = {"name": "source"}


def schema(tmp_path: Path, *columns: dict[str, Any], **more: Any) -> csvw.Schema:
    path = tmp_path / "schema.json"
    document = {"aboutUrl": BASE + "x/{id}", "columns": [{"name": "id"}, SOURCE, *columns]} | more
    path.write_text(json.dumps(document), encoding="utf-8")
    return csvw.schema(path)


def table(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return path


def quads(tmp_path: Path, text: str, *columns: dict[str, Any], **more: Any) -> list[ox.Quad]:
    described = schema(tmp_path, *columns, **more)
    graph = csvw.template("source:{source}")
    return list(csvw.table_quads(table(tmp_path, text), described, graph))


def only(found: list[ox.Quad]) -> ox.Quad:
    assert len(found) == 1
    return found[0]


def test_a_cell_becomes_a_quad_in_the_graph_that_the_caller_names(tmp_path: Path) -> None:
    found = only(quads(tmp_path, "id,source,name\na,s,Ä\n", NAME))
    assert found == ox.Quad(
        ox.NamedNode(BASE + "x/a"),
        ox.NamedNode("https://schema.org/name"),
        ox.Literal("Ä", language="en"),
        ox.NamedNode(BASE + "source/s"),
    )


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("1996", "1996-01-01", "year"),
        ("1996-05", "1996-05-01", "month"),
        ("1996-02-29", "1996-02-29", "day"),
    ],
)
def test_a_partial_date_states_its_precision(
    tmp_path: Path, text: str, day: str, precision: str
) -> None:
    column = {
        "name": "start",
        "propertyUrl": "schema:startDate",
        "datatype": "coop:date",
        "coop:precisionUrl": "coop:datePrecision",
    }
    first, second = quads(tmp_path, f"id,source,start\na,s,{text}\n", column)
    assert first.object == ox.Literal(day, datatype=ox.NamedNode(XSD + "date"))
    assert second.predicate == ox.NamedNode(ONTOLOGY + "datePrecision")
    assert second.object == ox.Literal(precision)


@pytest.mark.parametrize("text", ["96", "1996-13", "1995-02-29", "1996-5", "1996-05-00", "١٩٩٦"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month"):
        csvw.first_day(text)


@given(st.dates(min_value=date(1000, 1, 1)))
def test_every_whole_date_stays_itself(day: date) -> None:
    assert csvw.first_day(day.isoformat()) == day.isoformat()


def test_a_separated_cell_becomes_several_values(tmp_path: Path) -> None:
    column = {"name": "of", "propertyUrl": "coop:x", "valueUrl": "coop:y-{of}", "separator": "|"}
    found = quads(tmp_path, "id,source,of\na,s,one|two\nb,s,\n", column)
    assert [quad.object.value for quad in found] == [ONTOLOGY + "y-one", ONTOLOGY + "y-two"]


def test_virtual_and_silent_columns(tmp_path: Path) -> None:
    kind = {"virtual": True, "propertyUrl": "rdf:type", "valueUrl": "coop:Park"}
    silent = {"name": "name", "propertyUrl": "schema:name", "suppressOutput": True}
    other = {"virtual": True, "aboutUrl": "urn:{id}", "propertyUrl": "coop:x", "valueUrl": "urn:v"}
    first, second = quads(tmp_path, "id,source,name\na,s,n\n", kind, silent, other)
    assert first.object == ox.NamedNode(ONTOLOGY + "Park")
    assert second.subject == ox.NamedNode("urn:a")


@pytest.mark.parametrize(
    ("template", "row", "iri"),
    [
        ("urn:{a}", {"a": "x y/z"}, "urn:x%20y%2Fz"),
        ("urn:{+a}", {"a": "x y/z"}, "urn:x%20y/z"),
        ("urn:x{/a}", {"a": ""}, "urn:x"),
        ("urn:x{/a}", {"a": "y"}, "urn:x/y"),
        ("urn:{a}", {"a": ""}, None),
        ("{+a}", {"a": "https://x.org/?p=1&q=%20#f"}, "https://x.org/?p=1&q=%20#f"),
        ("{+a}", {"a": "https://x.org/50%/[1]"}, "https://x.org/50%25/%5B1%5D"),
        ("{+a}", {"a": 'https://x/">'}, "https://x/%22%3E"),
    ],
)
def test_templates_expand_as_rfc_6570_says(
    template: str, row: dict[str, str], iri: str | None
) -> None:
    assert csvw.template(template)(row) == iri


@given(st.text(min_size=1))
def test_no_cell_can_break_out_of_an_iri(text: str) -> None:
    for pattern in ("urn:x:{a}", "urn:x:{+a}"):
        try:
            iri = csvw.template(pattern)({"a": text})
        except UnicodeEncodeError:  # a lone surrogate, which no UTF-8 table can hold
            continue
        assert iri
        assert not set(iri) & set('<>"{}|^`\\ \n')
        ox.NamedNode(iri)


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("integer", "-12", "1_0"),
        ("integer", "+3", "١"),
        ("decimal", ".5", "1e5"),
        ("decimal", "3.", "nan"),
        ("boolean", "true", "True"),
        ("date", "2016-01-02", "2016"),
        ("anyURI", "http://x/", "a b"),
    ],
)
def test_datatypes_are_checked(tmp_path: Path, datatype: str, good: str, bad: str) -> None:
    column = {"name": "v", "propertyUrl": "coop:v", "datatype": datatype}
    found = only(quads(tmp_path, f"id,source,v\na,s,{good}\n", column))
    assert found.object.datatype.value == XSD + datatype
    with pytest.raises(ComityError, match=r"table.csv:2: column v: .* is not of type"):
        quads(tmp_path, f"id,source,v\na,s,{bad}\n", column)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,source,name\na,s,\n", r"table.csv:2: column name is empty"),
        ("id,source,name\n,s,n\n", r"table.csv:2: .* lacks a part of its own name"),
        ("id,source,name\na,,n\n", r"table.csv:2: .* or its source"),
        ("id,source\na,s\n", r"table.csv:1: the header lacks name"),
        ("id,source,name\na,s,n\nb,s\n", r"table.csv:3: 2 cells where the header has 3"),
        ("id,source,name\na,s,n,more\n", r"table.csv:2: .* mend the row"),
        ("id,source,name,name\na,s,n,m\n", r"table.csv:1: the header has name more than once"),
        ('id,source,name\na,s,"n\n', r"not valid CSV"),
    ],
)
def test_a_bad_table_says_where(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ComityError, match=message):
        quads(tmp_path, text, NAME)


def test_a_table_is_utf_8_with_or_without_its_mark(tmp_path: Path) -> None:
    described, graph = schema(tmp_path, NAME), csvw.template("source:mine")
    text = "id,source,name\na,s,é\n"
    marked = list(csvw.table_quads(table(tmp_path, text, "utf-8-sig"), described, graph))
    assert only(marked).object.value == "é"
    with pytest.raises(ComityError, match="UTF-8"):
        list(csvw.table_quads(table(tmp_path, text, "latin-1"), described, graph))


def test_a_missing_table_says_so(tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="cannot be read"):
        list(csvw.rows(tmp_path / "none.csv"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"schema.json:1:\d+: not valid JSON"),
        ("[]", "not a CSVW table schema"),
        ("{}", "columns"),
        ('{"aboutUrl": "x", "columns": 3}', "columns"),
        ('{"aboutUrl": "x", "columns": [{}]}', "name"),
        ('{"aboutUrl": "x", "columns": [{"name": "a", "datatype": "colour"}]}', "colour"),
        ('{"aboutUrl": "x", "columns": [{"name": "a", "propertyUrl": "no iri"}]}', "schema"),
    ],
)
def test_a_bad_schema_says_what(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "schema.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ComityError, match=message):
        csvw.schema(path)
    with pytest.raises(ComityError, match="cannot be read"):
        csvw.schema(tmp_path / "none.json")


def test_a_template_over_a_column_that_is_not_there(tmp_path: Path) -> None:
    column = {"virtual": True, "propertyUrl": "coop:x", "valueUrl": "urn:{gone}"}
    with pytest.raises(ComityError, match=r"table.csv:1: .*'gone'"):
        quads(tmp_path, "id,source\na,s\n", column)


@pytest.mark.parametrize("listed", tables(), ids=lambda t: "/".join(t.path.parts[-2:]))
def test_every_shipped_table_is_described(listed: Any) -> None:
    described = csvw.schema(listed.schema)
    _, row = next(csvw.rows(listed.path))
    assert set(row) == set(described.names), "columns of the table and of its schema differ"
    assert any(True for _ in csvw.row_quads(row, described, csvw.template(listed.graph)))


def test_every_table_file_is_listed() -> None:
    assert set(shipped("data").rglob("*.csv")) == {table.path for table in tables()}
