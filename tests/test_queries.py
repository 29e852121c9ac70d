"""Every named question is asked with parameters, and its answer holds what is known to be true."""

from __future__ import annotations

from collections.abc import Mapping

import pyoxigraph as ox
import pytest
from known_answers import KNOWN

from kg.graph import catalog
from kg.graph.catalog import Question, question, questions
from kg.graph.guard import form
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import plain


def answer(
    store: EmbeddedStore, asked: Question, params: Mapping[str, str]
) -> list[dict[str, str]]:
    """Ask a question; return its rows as plain texts by column, a graph's triples by part."""
    result = store.trusted(asked.filled(params))
    if isinstance(result, ox.QuerySolutions):
        names = [variable.value for variable in result.variables]
        return [dict(zip(names, map(plain, row), strict=True)) for row in solutions(result)]
    triples = result if not isinstance(result, ox.QueryBoolean) else ()
    return [
        {"subject": plain(t.subject), "predicate": plain(t.predicate), "object": plain(t.object)}
        for t in triples
    ]


def test_every_question_has_a_known_answer() -> None:
    assert set(KNOWN) == set(questions())


def test_names_of_questions_differ_across_themes() -> None:
    files = list(catalog.shipped("queries").glob("*/*.rq"))
    assert len(files) == len(questions()) >= 100


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_question_answers_truly(store: EmbeddedStore, name: str) -> None:
    expected = KNOWN[name]
    rows = answer(store, question(name), expected.params)
    if expected.empty:
        assert rows == []
        return
    assert len(rows) >= expected.least
    for part in expected.rows:
        assert any(part.items() <= row.items() for row in rows), part


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_question_describes_itself(name: str) -> None:
    asked = question(name)
    assert asked.summary
    assert len(asked.summary) <= 120
    assert asked.header["tags"]
    for parameter in asked.parameters.values():
        assert parameter.type in catalog.TYPES
        assert parameter.description


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_defaults_in_header_and_text_are_the_same(store: EmbeddedStore, name: str) -> None:
    asked = question(name)
    defaults = {p.name: p.default for p in asked.parameters.values()}
    if form(asked.text) == "SELECT" and defaults:
        assert answer(store, asked, {}) == answer(store, asked, defaults)


def test_risk_warning_leads_from_a_park_to_threats_mitigations_and_standards(
    store: EmbeddedStore,
) -> None:
    exposed = answer(store, question("park-threat-exposure"), {"country": "BLR"})
    worst = next(row for row in exposed if row["park"] == "park:belarus-great-stone")
    assert int(worst["users"]) >= 5
    assert "Stuxnet" in worst["threats"]
    technique = {"threat": worst["technique"].removeprefix("threat:")}
    cures = answer(store, question("mitigations-for"), technique)
    answers = answer(store, question("site-mitigations"), {"country": "BLR"})
    useful = {row["mitigation"] for row in cures} - {"threat:M0816"}
    assert useful <= {row["mitigation"] for row in answers}
    held = answer(store, question("site-standards"), {"country": "BLR"})
    assert any(row["mode"] for row in held)


def test_a_sector_standard_fits_only_sites_of_that_sector(store: EmbeddedStore) -> None:
    rows = answer(store, question("site-standards"), {"country": "BLR"})
    nuclear = next(row for row in rows if row["standard"] == "standard:iec-62645")
    every = next(row for row in rows if row["standard"] == "standard:iec-62443-3-3")
    assert int(nuclear["sites"]) < int(every["sites"])


def test_members_of_a_body_change_with_the_date(store: EmbeddedStore) -> None:
    def members(at: str) -> set[str]:
        rows = answer(store, question("members-of"), {"body": "igo-sco", "at": at})
        return {row["country"] for row in rows}

    assert "country:BLR" not in members("2020")
    assert "country:BLR" in members("2025")


def test_who_left_a_body_is_no_member_though_an_older_source_leaves_it_open(
    store: EmbeddedStore,
) -> None:
    def members(body: str, at: str) -> set[str]:
        rows = answer(store, question("members-of"), {"body": body, "at": at})
        return {row["country"] for row in rows if row["role"] != "observer"}

    gone = {"country:AGO", "country:ECU", "country:QAT"}
    assert gone <= members("igo-opec", "2018-06-01")
    assert gone.isdisjoint(members("igo-opec", "2026-01-01"))
    assert len(members("igo-opec", "2026-01-01")) == 12
    assert members("igo-andean", "2026-01-01") == {
        f"country:{code}" for code in ("BOL", "COL", "ECU", "PER")
    }
    both = {"a": "ECU", "b": "IRN", "at": "2026-01-01"}
    assert "body:igo-opec" not in {
        row["body"] for row in answer(store, question("shared-bodies"), both)
    }


def test_a_host_has_a_sourced_mandate_for_security(store: EmbeddedStore) -> None:
    rows = answer(store, question("hosts"), {})
    hosts = {row["body"] for row in rows}
    assert {"body:apcert", "body:igo-oas", "body:igo-au", "body:igo-nato"} <= hosts
    economic = {"body:igo-eco", "body:igo-acs", "body:igo-cemac", "body:igo-opec", "body:aiib"}
    assert hosts.isdisjoint(economic | {"body:cenelec", "body:ccra"})
    assert all(row["locator"] and row["source"] != "source:ontology" for row in rows)


def test_less_than_a_fifth_of_the_curated_rows_is_recalled(store: EmbeddedStore) -> None:
    rows = answer(store, question("recalled-share"), {})
    recalled, stated = (sum(int(row[key]) for row in rows) for key in ("recalled", "statements"))
    political = sum(int(row["statements"]) for row in rows if row["class"] == "coop:Relation")
    assert 0 < recalled < 0.2 * (stated - political)


def test_every_claim_and_way_of_the_paper_has_a_question_of_its_own(store: EmbeddedStore) -> None:
    """Apart from those that list claims by section, subject or figure."""
    general = {"claims-in-section", "claims-about", "quantities", "claim-gaps"}
    found = {
        row.get("claim") or row.get("way")
        for name, asked in questions().items()
        if asked.theme == "seed-paper" and name not in general
        for row in answer(store, asked, {})
    }
    text = "SELECT ?x WHERE { VALUES ?class { coop:Claim coop:Way } ?x a ?class }"
    stated = {plain(row[0]) for row in solutions(store.trusted(text))}
    assert len(stated) >= 170
    assert stated <= found
