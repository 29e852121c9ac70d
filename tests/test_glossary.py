"""The ontology: labelled in two languages, used, exemplified, and documented on a current page."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import RDFS, SH, SKOS, URIRef

from kg.graph import glossary
from kg.graph.catalog import Question
from kg.graph.glossary import Glossary
from kg.graph.load import load
from kg.graph.store import EmbeddedStore, solutions
from kg.profile import reader, statements, tables
from kg.terms import compact, plain

PAGE = Path(__file__).resolve().parents[1] / "docs" / "ontology.md"
META = {"rdf", "rdfs", "owl", "sh"}


@pytest.fixture(scope="module")
def known() -> Glossary:
    return Glossary()


def terms(known: Glossary) -> list[URIRef]:
    return [*known.classes(), *known.properties()]


def test_the_page_is_current() -> None:
    again = "run `python -m kg.graph.glossary > docs/ontology.md`"
    assert PAGE.read_text(encoding="utf-8") == glossary.page(), again


def test_every_term_is_labelled_in_english_and_chinese_and_defined(known: Glossary) -> None:
    for term in terms(known):
        for language in ("en", "zh"):
            assert known.text(term, RDFS.label, language), (term, language)
        assert known.text(term, SKOS.definition), term
        assert any("一" <= sign <= "鿿" for sign in known.text(term, RDFS.label, "zh")), term


def test_every_vocabulary_term_is_labelled_in_english_and_chinese(known: Glossary) -> None:
    concepts = {*known.ontology.subjects(SKOS.inScheme)}
    assert len(concepts) > 80
    for concept in concepts:
        labels = {
            getattr(label, "language", "")
            for label in known.ontology.objects(concept, SKOS.prefLabel)
        }
        assert labels == {"en", "zh"}, concept


def test_every_country_is_named_in_english_and_chinese(store: EmbeddedStore) -> None:
    text = """SELECT ?country WHERE {
      ?country a schema:Country .
      FILTER(NOT EXISTS { ?country schema:name ?en . FILTER(LANG(?en) = "en") }
             || NOT EXISTS { ?country schema:name ?zh . FILTER(LANG(?zh) = "zh") })
    }"""
    assert [plain(row[0]) for row in solutions(store.trusted(text))] == []


def test_every_class_and_property_serves_a_question(known: Glossary) -> None:
    unused = [compact(str(term)) for term in terms(known) if compact(str(term)) not in known.users]
    assert unused == []


def test_every_example_is_a_statement_of_the_graph(
    known: Glossary, store: EmbeddedStore, tmp_path: Path
) -> None:
    loaded = EmbeddedStore()
    (tmp_path / "mine.ttl").write_text("<http://x/a> <http://x/b> 1 .")
    load(loaded, tmp_path / "mine.ttl")
    (tmp_path / "ties.csv").write_text("a,b\nTUM,ETH\nETH,EHU\n")
    profile = tmp_path / "universities.yaml"
    profile.write_text(
        "name: universities\nties: [{file: ties.csv, from: a, to: b}]\nkinds: {tie: {}}\n"
    )
    declared = reader.read(profile)
    loaded.change([], list(statements.quads(declared, tables.read(declared))))
    for term in terms(known):
        example = known.text(term, SKOS.example)
        assert example, term
        asked = f"ASK {{ {example} }}"
        assert bool(store.trusted(asked)) or bool(loaded.trusted(asked)), example


def test_the_graph_uses_no_term_that_the_ontology_lacks(
    known: Glossary, store: EmbeddedStore
) -> None:
    declared = {compact(str(term)) for term in terms(known)}
    predicates = solutions(store.trusted("SELECT DISTINCT ?p WHERE { ?s ?p ?o }"))
    classes = solutions(store.trusted("SELECT DISTINCT ?c WHERE { ?s a ?c }"))
    used = {plain(row[0]) for row in [*predicates, *classes]} - {"skos:example"}
    assert {term for term in used - declared if term.split(":")[0] not in META} == set()


def test_the_diagram_shows_every_class_and_what_leads_where(known: Glossary) -> None:
    diagram = PAGE.read_text(encoding="utf-8").split("```")[1].splitlines()
    for cls in known.classes():
        assert f"  class {compact(str(cls)).split(':')[1]}" in diagram
    assert "  Link <|-- Participation" in diagram
    assert "  Park --> Company : developer" in diagram
    assert "  Participation --> Body : to" in diagram


def test_domains_and_ranges_are_read_off_the_shapes(known: Glossary) -> None:
    issuer = URIRef(glossary.ONTOLOGY + "developer")
    assert (known.domain(issuer), known.range(issuer)) == ("`coop:Park`", "`coop:Company`")
    home = URIRef(glossary.ONTOLOGY + "home")
    assert known.domain(home) == "`coop:Park`, `coop:Project`"
    start = URIRef("https://schema.org/startDate")
    assert known.range(start) == "`xsd:date`"
    assert "and" in known.domain(start)


def test_terms_of_a_query_leave_out_its_header_and_texts() -> None:
    text = '#+ summary: coop:x\nASK { ?s a coop:Park ; schema:name "coop:y" } # coop:z'
    assert glossary.terms_of(Question("q", "t", text)) == {"coop:Park", "schema:name", "rdf:type"}


def test_shapes_target_declared_classes_only(known: Glossary) -> None:
    declared = {str(cls) for cls in known.classes()}
    targets = {str(target) for target in known.shapes.objects(None, SH.targetClass)}
    assert targets <= declared
