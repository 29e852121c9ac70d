"""A thing's dossier: found by code, path, IRI, id or name; facts in groups, each with a source."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from kg.errors import ComityError
from kg.graph import dossier
from kg.graph.catalog import questions
from kg.graph.dossier import Dossier
from kg.graph.store import EmbeddedStore
from kg.terms import BASE

Comity = Callable[..., Result]
PARK = "park:belarus-great-stone"


@pytest.fixture(scope="module")
def belarus(store: EmbeddedStore) -> Dossier:
    return dossier.dossier(store, "BLR")


def facts(found: Dossier, title: str) -> list[dossier.Fact]:
    return [fact for group in found.groups if group.title == title for fact in group.facts]


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("BLR", "country/BLR"),
        ("blr", "country/BLR"),
        ("Belarus", "country/BLR"),
        ("白俄罗斯", "country/BLR"),
        ("country/BLR", "country/BLR"),
        ("country:BLR", "country/BLR"),
        (BASE + "country/BLR", "country/BLR"),
        ("park/belarus-great-stone", "park/belarus-great-stone"),
        ("belarus-great-stone", "park/belarus-great-stone"),
        ("中白工业园", "park/belarus-great-stone"),
        ("standard/iec-62443-4-2", "standard/iec-62443-4-2"),
        ("haier", "company/haier"),
        ("Stuxnet", "threat/S0603"),
        ("coop:sector-rail", "ontology#sector-rail"),
        ("NAM", "country/NAM"),
    ],
)
def test_a_thing_goes_by_many_names(store: EmbeddedStore, text: str, iri: str) -> None:
    assert dossier.resolve(store, text).value == BASE + iri


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Great Stone", PARK),
        ("park/belarus-great-ston", PARK),
        ("Belaru", "country:BLR"),
        ("zzqqxxyy", "see `comity query names`"),
        ("park/a b<>", "nothing of"),
        ("", "nothing of"),
    ],
)
def test_an_unknown_thing_meets_close_ones(store: EmbeddedStore, text: str, hint: str) -> None:
    with pytest.raises(ComityError, match=hint) as error:
        dossier.resolve(store, text)
    assert "\n" not in str(error.value)


def test_an_ambiguous_name_asks_back(store: EmbeddedStore) -> None:
    with pytest.raises(ComityError, match=r"several things: say .* or "):
        dossier.resolve(store, "nist-sp-800-82")  # a standard, and the source that it is


def test_a_country_has_its_facts_in_groups(belarus: Dossier) -> None:
    assert (belarus.id, belarus.name, belarus.classes) == (
        "country:BLR",
        "Belarus",
        ("schema:Country",),
    )
    titles = [group.title for group in belarus.groups]
    assert titles[:4] == ["Facts", "Indicators", "Agreements", "Memberships"]
    assert {"Parks and projects", "Threat actors", "Neighbours", "Response teams"} <= set(titles)
    assert PARK in {fact.thing for fact in facts(belarus, "Parks and projects")}
    assert "agreement:bri-blr" in {fact.thing for fact in facts(belarus, "Agreements")}


def test_every_fact_has_a_source_with_a_title(belarus: Dossier) -> None:
    for group in belarus.groups:
        for fact in group.facts:
            assert fact.source.key
            assert fact.source.title
            assert 0 < float(fact.source.reliability) <= 1


def test_a_curated_fact_says_how_sure_it_is(store: EmbeddedStore) -> None:
    found = dossier.dossier(store, PARK)
    host = next(fact for fact in facts(found, "Facts") if fact.fact == "host")
    assert (host.text, host.thing, host.checked) == ("Belarus", "country:BLR", "seen")
    assert host.confidence is not None
    assert 0.7 < host.confidence <= 1
    developers = {fact.thing for fact in facts(found, "Facts") if fact.fact == "developer"}
    assert "company:gs-ipdc" in developers
    assert facts(found, "Claims")[0].source.key == "seed-paper"


def test_dates_show_no_more_than_is_known(store: EmbeddedStore, belarus: Dossier) -> None:
    stuxnet = dossier.dossier(store, "threat/S0603")
    assert facts(stuxnet, "Incidents")[0].date == "2010"
    treaty = dossier.dossier(store, "agreement/bit-1")
    stated = {fact.fact: fact.text for fact in facts(treaty, "Facts")}
    assert (stated["signed"], stated["start"]) == ("2005-04-20", "2007")
    assert {fact.date for fact in facts(belarus, "Memberships")} & {"1991", "2024-07-04"}


def test_recalled_facts_are_counted(store: EmbeddedStore) -> None:
    china = dossier.dossier(store, "CHN")
    checked = [fact.checked for group in china.groups for fact in group.facts]
    assert china.recalled == checked.count("recalled") > 50


def test_json_holds_everything(belarus: Dossier) -> None:
    document = json.loads(dossier.text(belarus, "json", top=1))
    assert document["id"] == "country:BLR"
    agreements = document["groups"]["Agreements"]
    assert len(agreements) == len(facts(belarus, "Agreements")) > 100
    assert set(agreements[0]) == {
        "fact",
        "thing",
        "text",
        "date",
        "source",
        "checked",
        "confidence",
    }
    assert set(agreements[0]["source"]) == {"key", "title", "url", "reliability", "locator"}


def test_text_shows_the_top_of_each_group(belarus: Dossier) -> None:
    shown = dossier.text(belarus, "table", top=2)
    assert shown.startswith("Belarus (country:BLR)\n")
    assert "AGREEMENTS (" in shown
    assert f"more: --top {len(facts(belarus, 'Agreements'))}\n" in shown
    rows = dossier.text(belarus, "csv", top=1).splitlines()
    assert rows[0] == "group,fact,text,date,source,confidence,checked"
    assert len(rows) > 200


def test_each_group_is_a_question_with_the_same_columns() -> None:
    theme = [question for question in questions().values() if question.theme == dossier.THEME]
    orders = [question.header["order"] for question in theme]
    assert len(set(orders)) == len(orders) >= 15
    heads = {
        question.text.partition("SELECT")[2].partition("WHERE")[0].strip() for question in theme
    }
    assert heads == {"?fact ?thing ?text ?date ?source ?locator ?checked ?confidence"}


def test_show_command(comity: Comity) -> None:
    done = comity("show", "BLR", "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["name"] == "Belarus"
    table = comity("show", "park/belarus-great-stone", "--format", "table", "--top", "3")
    assert "中白工业园" in comity("show", PARK, "--format", "csv").stdout
    assert "Great Stone China-Belarus Industrial Park" in table.stdout
    wrong = comity("show", "park/great-stone")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)
    assert PARK in wrong.stderr
