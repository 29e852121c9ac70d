"""A cut answer had in pages: the same rows, in the query's own order, whatever the query says."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from kg.graph import guard, pages

GRAPHS = [ox.NamedNode(f"http://x/g{n}") for n in range(2)]
QUERIES = {
    "SELECT ?s ?o { GRAPH ?g { ?s x:p ?o } }": "?s ?o",
    "SELECT * FROM x:g0 # a comment\nFROM <http://x/g1> { ?s x:p ?o } # another": "?o ?s",
    "SELECT ?s ?o FROM x:g0 { ?s x:p ?o } ORDER BY DESC(?o)": "?s ?o",
    "SELECT ?s ?o FROM x:g0 { ?s x:p ?o } ORDER BY ?o LIMIT 17 OFFSET 5": "?s ?o",
    "SELECT ?s FROM x:g0 { { SELECT * { ?s x:p ?o } LIMIT 9 } } LIMIT # x\n 17": "?s",
    "SELECT ?t (COUNT(*) AS ?n) FROM x:g0 { ?s a ?t } GROUP BY ?t HAVING (COUNT(*) > 1)": "?t ?n",
    "SELECT DISTINCT ?g FROM NAMED x:g1 WHERE { GRAPH ?g { ?s ?p ?o } }": "?g",
    "SELECT ?s FROM x:g0 { ?s x:p ?o } VALUES ?o { 4 5 6 7 8 }": "?s",
}
PROLOGUE = "PREFIX x: <http://x/> "


@pytest.fixture(scope="module")
def facts() -> ox.Store:
    store = ox.Store()
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    for n in range(20):
        thing, graph = ox.NamedNode(f"http://x/{n}"), GRAPHS[n % 2]
        store.add(ox.Quad(thing, ox.NamedNode("http://x/p"), ox.Literal(n * 7 % 10), graph))
        store.add(ox.Quad(thing, kind, ox.NamedNode(f"http://x/t{n % 3}"), graph))
    return store


def rows(store: ox.Store, text: str) -> list[tuple[str, ...]]:
    return [tuple(map(str, row)) for row in store.query(text)]  # type: ignore[union-attr, arg-type]


@pytest.mark.parametrize("query", QUERIES)
def test_pages_together_are_the_answer(facts: ox.Store, query: str) -> None:
    text, names = PROLOGUE + query, QUERIES[query]
    whole = rows(facts, text)
    assert whole
    assert rows(facts, pages.counting(text)) == [(str(ox.Literal(len(whole))),)]
    sizes = [min(3, len(whole) - start) for start in range(0, len(whole), 3)]
    starts = range(0, len(whole), 3)
    parts = [
        rows(facts, pages.page(text, names, size, start))
        for start, size in zip(starts, sizes, strict=True)
    ]
    joined = [row for part in parts for row in part]
    assert [len(part) for part in parts] == sizes
    if "LIMIT" not in query:
        assert sorted(joined) == sorted(whole)
    if "ORDER" in query:
        last = [row[-1] for row in whole]
        assert [row[-1] for row in joined] == last


@pytest.mark.parametrize(
    "query",
    [
        "CONSTRUCT { ?s x:q ?o } FROM x:g0 WHERE { ?s x:p ?o } LIMIT 4",
        "CONSTRUCT FROM x:g0 WHERE { ?s x:p ?o } LIMIT 4",
    ],
)
def test_the_rows_behind_a_graph_are_counted(facts: ox.Store, query: str) -> None:
    assert len(rows(facts, pages.pattern(PROLOGUE + query))) == 4


def test_the_parts_of_a_query() -> None:
    text = "BASE <http://x/> SELECT (<from> AS ?x) FROM <a> FROM NAMED <b> { <c> ?p 'FROM <d>' }"
    before, graphs, rest = guard.parts(text)
    assert before == "BASE <http://x/> "
    assert graphs == "FROM <a> FROM NAMED <b>"
    assert " ".join(rest.split()) == "SELECT (<from> AS ?x) { <c> ?p 'FROM <d>' }"
