"""Named questions: headers, parameters typed and kept out of the text, errors that help."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from kg.errors import ComityError
from kg.graph import catalog
from kg.graph.catalog import Question, question, questions, term
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import BASE, ONTOLOGY, PREFIXES

Comity = Callable[..., Result]
XSD = PREFIXES["xsd"]
TEXT = """
#+ summary: Echo two values
#+ params:
#+   a: {type: string, default: x, description: the first}
#+   b: {type: string, default: y, description: the second}
SELECT ?a ?b WHERE { VALUES ?a { "x" } VALUES ?b { "y" } }
"""
ECHO = Question("echo", "test", TEXT)


def asked(values: dict[str, str]) -> list[tuple[str, ...]]:
    rows = solutions(EmbeddedStore().query(ECHO.filled(values)))
    return [tuple(str(getattr(cell, "value", "")) for cell in row) for row in rows]


def test_a_question_describes_itself() -> None:
    assert ECHO.summary == "Echo two values"
    assert ECHO.description == ""
    assert ECHO.parameters["b"] == catalog.Parameter("b", "string", "y", "the second")


def test_without_values_the_defaults_hold() -> None:
    assert asked({}) == [("x", "y")]
    assert asked({"b": "z"}) == [("x", "z")]


@given(st.text(), st.text())
def test_no_value_can_leave_its_block(a: str, b: str) -> None:
    try:
        a.encode(), b.encode()
    except UnicodeEncodeError:
        return
    assert asked({"a": a.strip(), "b": b.strip()}) == [(a.strip(), b.strip())]


@pytest.mark.parametrize(
    "value",
    ["VALUES ?b { }", '" } . ?s ?p ?o . { "', "\\", 'VALUES ?b { "\\" } . ?s ?p ?o {', "}", "#"],
)
def test_hostile_values_stay_values(value: str) -> None:
    assert asked({"a": value, "b": value}) == [(value, value)]


def test_an_unknown_parameter_lists_the_known() -> None:
    with pytest.raises(ComityError, match="it takes a, b"):
        ECHO.filled({"c": "1"})
    with pytest.raises(ComityError, match="it takes none"):
        Question("none", "test", "ASK {}").filled({"c": "1"})


def test_a_parameter_without_a_block_is_an_error() -> None:
    with pytest.raises(ComityError, match="no VALUES"):
        catalog.with_values("SELECT * { ?s ?p ?o }", "a", [])


def test_every_block_of_a_parameter_is_filled() -> None:
    text = "{ VALUES ?a { 1 } } UNION { VALUES ?a {2 3} } VALUES ?ab { 4 }"
    filled = catalog.with_values(text, "a", [NamedNode("urn:x")])
    assert filled == "{ VALUES ?a { <urn:x> } } UNION { VALUES ?a { <urn:x> } } VALUES ?ab { 4 }"


@pytest.mark.parametrize("header", ["#+ summary: a: b", "#+ [", "#+ - x", "#+ text"])
def test_a_bad_header_is_one_line(header: str) -> None:
    with pytest.raises(ComityError, match=r"bad\.rq") as error:
        _ = Question("bad", "test", header + "\nASK {}").summary
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("kind", "text", "iri"),
    [
        ("country", "kaz", BASE + "country/KAZ"),
        ("body", "igo-sco", BASE + "body/igo-sco"),
        ("kind", "cyber-mou", ONTOLOGY + "kind-cyber-mou"),
        ("sector", "rail", ONTOLOGY + "sector-rail"),
        ("entity", "park/belarus-great-stone", BASE + "park/belarus-great-stone"),
        ("entity", "park:belarus-great-stone", BASE + "park/belarus-great-stone"),
        ("entity", BASE + "park/belarus-great-stone", BASE + "park/belarus-great-stone"),
        ("iri", "coop:Park", ONTOLOGY + "Park"),
        ("iri", "<urn:x>", "urn:x"),
    ],
)
def test_things_are_read_into_iris(kind: str, text: str, iri: str) -> None:
    assert term(kind, text) == NamedNode(iri)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", "-3", "-3"),
        ("decimal", "0.5", "0.5"),
        ("date", "2016", "2016-01-01"),
        ("date", "2016-05", "2016-05-01"),
    ],
)
def test_figures_and_dates_are_typed(kind: str, text: str, value: str) -> None:
    assert term(kind, text) == Literal(value, datatype=NamedNode(XSD + kind))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("country", "KA"),
        ("country", "12A"),
        ("park", "a b"),
        ("park", "../x"),
        ("integer", "1_0"),
        ("integer", "١"),
        ("decimal", "nan"),
        ("decimal", "1e5"),
        ("date", "2016-13"),
        ("iri", "no iri"),
        ("iri", "urn:a b"),
        ("entity", "park/a b"),
    ],
)
def test_a_value_of_the_wrong_type_says_so(kind: str, text: str) -> None:
    with pytest.raises(ComityError, match=r"parameter p: .* is not an? ") as error:
        term(kind, text, "p")
    assert "\n" not in str(error.value)


def test_an_unknown_type_is_an_error() -> None:
    with pytest.raises(ComityError, match="unknown type"):
        term("colour", "red")


def test_a_misspelt_question_meets_close_ones() -> None:
    with pytest.raises(ComityError, match=r"did you mean .*park-threat-exposure"):
        question("park-threat-exposures")
    with pytest.raises(ComityError, match="see `comity queries`"):
        question("zzzzzzzz")


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "echo.rq").write_text(TEXT, encoding="utf-8")
    assert questions(tmp_path) == {"echo": Question("echo", "mine", TEXT)}


def test_queries_command_lists_all_with_their_parameters(comity: Comity) -> None:
    done = comity("queries", "--format", "json")
    assert done.exit_code == 0, done.output
    listed = {row["question"]: row for row in json.loads(done.stdout)}
    assert listed.keys() == questions().keys()
    assert listed["park-threat-exposure"]["parameters"] == ["country=BLR (country)"]
    themed = json.loads(comity("queries", "--theme", "quality", "--format", "json").stdout)
    assert {row["theme"] for row in themed} == {"quality"}


def test_query_command_asks_a_question_with_a_country(comity: Comity) -> None:
    done = comity("query", "park-threat-exposure", "--country", "BLR", "--format", "csv")
    assert done.exit_code == 0, done.output
    assert "belarus-great-stone," in done.stdout
    wrong = comity("query", "parks-in", "-p", "country=XX")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
