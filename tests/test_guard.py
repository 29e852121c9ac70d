"""What a SPARQL text may not do."""

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.graph import guard


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "select * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { # comment\n SeRvIcE\t<http://x/> { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE <http://x/> { ?s ?p ?o } }",
        'SELECT * { ?s ?p "a\\"" . SERVICE <http://x/> { } }',
        "SELECT * { ?s ?p '''it's''' . SERVICE <http://x/> { } }",
    ],
)
def test_reaching_the_network_is_refused(text: str) -> None:
    with pytest.raises(ComityError, match="--allow-service") as caught:
        guard.check(text)
    assert caught.value.code == 3
    guard.check(text, allow_service=True)


@pytest.mark.parametrize(
    "text",
    [
        'SELECT * { ?s ?p "SERVICE" }',
        "SELECT * { ?s ?p '''LOAD\nSERVICE''' }",
        "PREFIX service: <http://x/> SELECT * { ?service service:LOAD <http://SERVICE/> }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/>",
        'SELECT * { ?s ?p "x"@service }',
        "SELECT * { ?s <http://x#SERVICE> ?o }",
    ],
)
def test_the_word_elsewhere_is_no_keyword(text: str) -> None:
    guard.check(text)
    ox.Store().query(text)


@pytest.mark.parametrize("text", ["LOAD <http://127.0.0.1/x>", "PREFIX a: <b:> DELETE WHERE {}"])
def test_changing_the_graph_is_refused(text: str) -> None:
    with pytest.raises(ComityError, match="comity load") as caught:
        guard.check(text, allow_service=True)
    assert caught.value.code == 3


@pytest.mark.parametrize(
    ("text", "graphs"),
    [
        ("SELECT * FROM <a:a> FROM NAMED b:c from d: {}", (["<a:a>", "d:"], ["b:c"])),
        ("SELECT * # FROM <a:a>\n { ?s ?p 'FROM <b:b>' }", ([], [])),
        ("PREFIX from: <x:> SELECT ?from { from:a a from:b }", ([], [])),
    ],
)
def test_the_graphs_of_a_query(text: str, graphs: tuple[list[str], list[str]]) -> None:
    assert guard.dataset(text) == graphs


@given(st.text(max_size=40))
def test_any_text_inside_a_string_literal_passes(content: str) -> None:
    guard.check(f"SELECT * {{ ?s ?p {ox.Literal(content)} }}")


@given(st.text(alphabet="SERVICE{}<>\"'\\ #?u0053", max_size=60))
def test_what_the_engine_would_run_as_service_is_always_refused(content: str) -> None:
    text = f"SELECT * {{ {content} SERVICE SILENT <http://127.0.0.1:9/> {{ ?s ?p ?o }} }}"
    try:
        ox.Store().query(text)
    except (SyntaxError, RuntimeError, OSError):
        return
    if "SERVICE" in guard.keywords(text):
        with pytest.raises(ComityError):
            guard.check(text)
    else:
        assert "#" in content or '"' in content or "'" in content


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("PREFIX a: <b:> SELECT * {}", "SELECT"),
        ("# ASK\nCONSTRUCT WHERE {}", "CONSTRUCT"),
        ("ask {}", "ASK"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "UPDATE"),
        ("", ""),
    ],
)
def test_form(text: str, form: str) -> None:
    assert guard.form(text) == form


def test_comments_are_left_out_and_nothing_else() -> None:
    text = 'SELECT * { # CONSTRUCT\n ?s <http://x#y> "# no comment" } # end'
    kept = 'SELECT * { ?s <http://x#y> "# no comment" }'
    assert " ".join(guard.uncommented(text).split()) == kept
