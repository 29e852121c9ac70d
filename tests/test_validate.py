"""Shapes, compiled and by pyshacl: the same verdicts, on examples that break them one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from click.testing import Result

from kg.errors import ComityError
from kg.graph import shacl, union, validate
from kg.graph.catalog import questions
from kg.graph.draft import read
from kg.graph.shipped import ontology_files, ontology_quads
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import BASE, compact, plain, shipped

Comity = Callable[..., Result]
RESOURCES = Path(__file__).parent / "resources"
VALID = sorted((RESOURCES / "valid").glob("*.ttl"))
INVALID = sorted((RESOURCES / "invalid").glob("*.ttl"))
EXPECT = re.compile(r"# expect: (\S+) ?(\S*)")
MORE = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix coop: <https://w3id.org/comity/ontology#> .
@prefix schema: <https://schema.org/> .
<urn:shape> a sh:NodeShape ; sh:targetClass coop:Park ; sh:property [ sh:path schema:name ; {} ] .
"""


def context() -> EmbeddedStore:
    """The ontology, and what the examples refer to."""
    store = EmbeddedStore()
    for path in ontology_files():
        store.inner.extend(ontology_quads(path))
    store.inner.extend(read(RESOURCES / "context.ttl", "context"))
    return store


def expected(path: Path) -> set[tuple[str, str]]:
    text = path.read_text(encoding="utf-8").replace(" ex:", " http://example.org/")
    return {(found[1], found[2]) for found in EXPECT.finditer(text)}


def by_compiled_queries(path: Path) -> set[tuple[str, str]]:
    """The (thing, property) pairs of a file that break a shape, by the compiled queries."""
    store = context()
    quads = list(read(path, path.stem))
    store.inner.extend(quads)
    stated = {plain(quad.subject) for quad in quads}
    found = set()
    for rule in shacl.constraints(shacl.read_shapes()):
        for row in solutions(store.trusted(rule.query)):
            where = plain(row[1]) if rule.component == "closed" else compact(rule.path)
            if plain(row[0]) in stated:
                found.add((plain(row[0]), where))
    return found


def by_pyshacl(path: Path) -> set[tuple[str, str]]:
    """The same by pyshacl."""
    findings = validate.validate_files(context(), [path], examples=10)
    return {(example.focus, f.path) for f in findings for example in f.examples}


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_example_breaks_what_it_says(path: Path) -> None:
    assert expected(path)
    assert by_compiled_queries(path) == expected(path)


@pytest.mark.portable
@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_pyshacl_comes_to_the_same_verdict(path: Path) -> None:
    assert by_pyshacl(path) == expected(path)


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_examples_conform_both_ways(path: Path) -> None:
    assert by_compiled_queries(path) == set()
    assert by_pyshacl(path) == set()


def test_every_class_has_a_shape() -> None:
    shapes = shacl.read_shapes()
    targets = {compact(rule.target) for rule in shacl.constraints(shapes)}
    store = context()
    classes = {plain(row[0]) for row in solutions(store.query("SELECT ?c { ?c a owl:Class }"))}
    assert classes - targets == {"coop:Link"}  # each kind of link has a shape of its own


def test_every_kind_of_constraint_is_compiled_and_explained() -> None:
    used = {rule.component for rule in shacl.constraints(shacl.read_shapes())}
    assert used - {"closed", "sparql"} <= set(shacl.MESSAGES)
    names = {str(component).rsplit("#", 1)[-1] for component in shacl.COMPILERS}
    assert names == set(shacl.MESSAGES)


@pytest.mark.slow
def test_the_shipped_graph_conforms(store: EmbeddedStore) -> None:
    findings = validate.validate(store)
    assert [f for f in findings if f.severity == "violation"] == []
    conflicts = {f.problem: f for f in findings}
    assert conflicts["conflict:industry-scale"].count == 2
    assert conflicts["sources differ on the date"].examples[0].source == "source:bri-mou"


def test_a_store_is_checked_whole() -> None:
    store = context()
    name = ox.NamedNode("https://schema.org/name")
    store.inner.extend(read(RESOURCES / "invalid" / "unknown-source.ttl", "mine"))
    union.merge(store.inner)
    store.inner.add(ox.Quad(ox.NamedNode("http://x/a"), name, ox.Literal("nowhere")))
    problems = {f.problem: f for f in validate.validate(store, examples=1)}
    assert problems["statement outside any source's graph"].examples[0].focus == "http://x/a"
    assert problems["source that is not described"].examples[0].focus == "source:lost"
    assert problems["graph of an undescribed source"].examples
    shape = problems["is not a Dataset that the graph describes"]
    assert (shape.target, shape.path) == ("coop:Park", "prov:hadPrimarySource")
    assert shape.examples[0].source == "source:lost"


def test_dangling_references_and_unsourced_things_are_violations() -> None:
    store = context()
    text = f"""
        <{BASE}park/x> a <{BASE}ontology#Park> ; <{BASE}ontology#host> <{BASE}country/XXX> .
    """
    graph = ox.NamedNode(BASE + "source/known")
    store.inner.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    problems = {f.problem: f for f in validate.validate(store, examples=50)}
    dangling = problems["coop:host of something that nothing describes"]
    assert (dangling.examples[0].focus, dangling.examples[0].value) == ("park:x", "country:XXX")
    assert "park:x" in {e.focus for e in problems["thing without a source"].examples}


def test_examples_are_limited_and_counted() -> None:
    store = context()
    for path in INVALID:
        store.inner.extend(read(path, path.stem))
    findings = validate.validate(store, examples=1)
    assert max(f.count for f in findings) > 1
    assert max(len(f.examples) for f in findings) == 1
    assert findings == sorted(findings, key=lambda f: f.severity, reverse=True)


def test_shapes_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "shapes.ttl"
    mine.write_text(MORE.format("sh:maxCount 0"), encoding="utf-8")
    store = context()
    store.inner.extend(read(RESOURCES / "valid" / "every-class.ttl", "mine"))
    found = {f.problem for f in validate.validate(store, mine) if f.severity == "violation"}
    assert "has more values than 0" in found


@pytest.mark.parametrize(
    "shape",
    ["sh:minLength 3", "sh:or ( [ sh:datatype schema:x ] )", "sh:nodeKind sh:BlankNode"],
)
def test_what_cannot_be_compiled_is_refused(tmp_path: Path, shape: str) -> None:
    mine = tmp_path / "shapes.ttl"
    mine.write_text(MORE.format(shape), encoding="utf-8")
    with pytest.raises(ComityError, match="compiled") as error:
        shacl.constraints(shacl.read_shapes(mine))
    assert error.value.code == 3


def test_bad_shapes_are_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.ttl"
    bad.write_text("@prefix oops", encoding="utf-8")
    with pytest.raises(ComityError, match="not valid Turtle"):
        shacl.read_shapes(bad)
    with pytest.raises(ComityError, match="cannot be read"):
        shacl.read_shapes(tmp_path / "none.ttl")
    bad.write_text(
        MORE.format("sh:minCount 1").replace("sh:targetClass coop:Park ;", ""), encoding="utf-8"
    )
    with pytest.raises(ComityError, match="targetClass"):
        shacl.constraints(shacl.read_shapes(bad))


def test_validate_command_checks_files_before_they_are_loaded(comity: Comity) -> None:
    bad = comity("validate", RESOURCES / "invalid" / "two-hosts.ttl", "--format", "json")
    assert bad.exit_code == 1
    found = next(f for f in json.loads(bad.stdout) if f["property"] == "coop:host")
    assert found["class"] == "coop:Park"
    assert found["examples"][0]["focus"] == "park:x"
    good = comity("validate", VALID[0])
    assert good.exit_code == 0, good.output
    assert "conforms" in good.stderr
    missing = comity("validate", "none.ttl")
    assert (missing.exit_code, missing.stderr.count("\n")) == (2, 1)


def test_quality_questions_that_validate_asks_exist() -> None:
    assert set(validate.READINGS) <= set(questions())
    assert (shipped("ontology") / "CONVENTIONS.md").is_file()


def test_what_is_not_suspected_is_not_broken() -> None:
    store = context()
    for path in INVALID:
        store.inner.extend(read(path, path.stem))
    rules = shacl.constraints(shacl.read_shapes())
    suspected = set(shacl.suspects(store, rules))
    broken = {rule for rule in rules if any(solutions(store.trusted(rule.query)))}
    assert broken <= suspected < set(rules)


def test_values_are_counted_by_class_and_property() -> None:
    store = EmbeddedStore()
    text = "ex:a a ex:C ; ex:p 1 , 2 . ex:b a ex:C ."
    store.inner.load(f"@prefix ex: <http://x/> . {text}".encode(), format=ox.RdfFormat.TURTLE)
    union.merge(store.inner)
    census = shacl.Census.of(store)
    assert census.things == {"http://x/C": 2}
    assert census.values["http://x/C"]["http://x/p"] == (2, 1)


def test_the_findings_of_a_store_are_kept_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(*parts: str) -> EmbeddedStore:
        made = EmbeddedStore(tmp_path / "store", writable=True)
        for part in parts:
            made.inner.extend(read(RESOURCES / "invalid" / f"{part}.ttl", part))
        made.inner.flush()
        del made
        return EmbeddedStore(tmp_path / "store")

    monkeypatch.setenv("COMITY_CACHE", str(tmp_path / "cache"))
    first = validate.validate(written("two-hosts"))
    with monkeypatch.context() as patch:
        patch.setattr(EmbeddedStore, "trusted", None)  # nothing is asked again
        assert validate.validate(EmbeddedStore(tmp_path / "store")) == first
    assert validate.validate(written("unknown-source")) != first
