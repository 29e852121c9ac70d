"""The default graph is the set union of the named graphs, whatever was loaded, added or removed."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.graph import union
from kg.graph.store import EmbeddedStore, solutions
from kg.graph.validate import validate

GRAPHS = [ox.NamedNode(f"http://x/g{i}") for i in range(3)]


def quad(subject: str, value: int, graph: int) -> ox.Quad:
    return ox.Quad(
        ox.NamedNode("http://x/" + subject),
        ox.NamedNode("http://x/p"),
        ox.Literal(value),
        GRAPHS[graph],
    )


QUADS = st.builds(quad, st.sampled_from("ab"), st.integers(0, 2), st.integers(0, 2))
COUNT = "SELECT (COUNT(*) AS ?n) (SUM(?o) AS ?sum) {} {{ ?s <http://x/p> ?o }}"


def counted(store: EmbeddedStore, clauses: str = "") -> tuple[int, int]:
    here = next(solutions(store.query(COUNT.format(clauses))))
    return int(here[0].value), int(here[1].value)  # type: ignore[union-attr]


def named(store: EmbeddedStore) -> set[ox.Quad]:
    return {q for q in store.inner if q.graph_name != union.DEFAULT}


def test_a_statement_of_two_graphs_counts_once() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", 1, 0), quad("b", 2, 1)])
    assert not union.merged(store.inner)
    assert counted(store) == (2, 3)
    store.change([], [quad("a", 1, 1)])
    assert union.merged(store.inner)
    assert counted(store) == (2, 3)
    assert int(next(solutions(store.trusted(COUNT.format(""))))[0].value) == 2  # type: ignore[union-attr]
    store.change([quad("a", 1, 0)], [])
    assert counted(store) == (2, 3)
    store.change([quad("a", 1, 1)], [])
    assert counted(store) == (1, 2)


def test_from_and_from_named_choose_the_graphs() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", 1, 0), quad("a", 1, 1), quad("b", 2, 1), quad("c", 4, 2)])
    assert counted(store) == (3, 7)
    assert counted(store, "FROM <http://x/g0>") == (1, 1)
    assert counted(store, "FROM <http://x/g0> FROM <http://x/g1>") == (2, 3)
    assert counted(store, "FROM NAMED <http://x/g0>") == (0, 0)
    both = "FROM <http://x/g0> FROM <http://x/g1> FROM NAMED <http://x/g2>"
    graphs = f"SELECT ?g {both} {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert [row[0] for row in solutions(store.query(graphs))] == [GRAPHS[2]]
    prefixed = "PREFIX g: <http://x/> BASE <http://x/> SELECT * FROM g:g0 FROM <g1> { ?s ?p ?o }"
    assert len(list(solutions(store.query(prefixed)))) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sets(QUADS, max_size=4), st.sets(QUADS, max_size=4)), max_size=5))
def test_after_any_changes_the_union_is_the_set(changes: list[tuple[set[ox.Quad], ...]]) -> None:
    store, held = EmbeddedStore(), set[ox.Quad]()
    for removed, added in changes:
        store.change((removed & held) - added, added - held)
        held = (held - removed) | added
        assert named(store) == held
        triples = [tuple(row) for row in solutions(store.trusted("SELECT * { ?s ?p ?o }"))]
        assert len(triples) == len(set(triples)) == len({q.triple for q in held})


def test_a_dropped_graph_leaves_the_union() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", 1, 0), quad("a", 1, 1), quad("b", 2, 1)])
    store.change([], [], dropped=[GRAPHS[1].value])
    assert counted(store) == (1, 1)


def test_a_large_file_keeps_the_union(tmp_path: Path) -> None:
    for bulk in (False, True):
        store = EmbeddedStore()
        store.change([], [quad("a", 1, 0)])
        path = tmp_path / f"{bulk}.nq"
        path.write_bytes(
            ox.serialize([quad("a", 1, 1), quad("b", 2, 1)], format=ox.RdfFormat.N_QUADS)
        )
        store.add_file(path, [quad("c", 4, 2)], 1, bulk=bulk)
        assert counted(store) == (3, 7)
        ox.serialize([quad("a", 1, 2)], str(path), ox.RdfFormat.N_QUADS)
        store.add_file(path, [], 1, bulk=bulk)
        assert counted(store) == (3, 7)


def test_the_rdflib_view_counts_once() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", 1, 0), quad("a", 1, 1)])
    rows = store.to_rdflib().query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert [int(row[0]) for row in rows] == [1]


def test_a_copy_in_the_default_graph_is_no_stray() -> None:
    store = EmbeddedStore()
    store.change([], [quad("a", 1, 0), quad("a", 1, 1)])
    assert "outside" not in " ".join(f.problem for f in validate(store))


def test_no_shipped_fact_is_stated_twice(store: EmbeddedStore) -> None:
    """So that the shipped graph needs no copy of itself; what a user loads may say things again."""
    assert not union.merged(store.inner)
    assert not union.twice(store.quads())
    assert not list(store.inner.quads_for_pattern(None, None, None, union.DEFAULT))
