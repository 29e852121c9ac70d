"""Advice for a purpose: a sector, a site, a service; without one nothing changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import numpy as np
import pytest
from click.testing import Result

from kg.advice import snapshot
from kg.advice.recommend import Candidate, recommend
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.network.need import Needs
from kg.network.purpose import Evidence, Purpose, share

DAY = date(2026, 1, 1)


def shot(store: EmbeddedStore, **purpose: object) -> Snapshot:
    return snapshot.load(store, DAY, purpose=Purpose(**purpose))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def lists(store: EmbeddedStore) -> dict[str, list[Candidate]]:
    """The ranking of China by sector."""
    sectors = ("electric-power", "rail", "nuclear")
    return {s: recommend(shot(store, sectors=frozenset({s})), "CHN") for s in sectors}


def first(ranked: list[Candidate]) -> list[str]:
    return [candidate.country.iso3 for candidate in ranked[:5]]


def test_electric_power_rail_and_nuclear_lead_to_different_partners(
    lists: dict[str, list[Candidate]],
) -> None:
    assert first(lists["electric-power"]) == ["KOR", "IDN", "RUS", "SGP", "VNM"]
    assert first(lists["rail"]) == ["KOR", "IDN", "RUS", "VNM", "SGP"]
    assert first(lists["nuclear"]) == ["KOR", "RUS", "BLR", "PAK", "BRA"]


def test_every_partner_shows_what_is_known_of_it_for_the_purpose(
    lists: dict[str, list[Candidate]],
) -> None:
    known = {c.country.iso3: c.facts for c in lists["nuclear"]}
    assert "nuclear reactors 7 (2025)" in known["PAK"]
    assert "parks and projects: 7" in known["PAK"]
    korea = {c.country.iso3: c.facts for c in lists["rail"]}["KOR"]
    assert any(fact.startswith("rail length") and " km (" in fact for fact in korea)


def test_nothing_is_gained_where_the_sector_is_not(lists: dict[str, list[Candidate]]) -> None:
    ranked = {c.country.iso3: c for c in lists["nuclear"]}
    assert "NZL" not in ranked or ranked["NZL"].direct == 0.0
    assert all(c.direct + c.onward > 0 for c in lists["nuclear"])


def test_the_chance_to_sign_is_the_same_for_every_purpose(
    now: Snapshot, lists: dict[str, list[Candidate]]
) -> None:
    chances = {c.country.iso3: c.feasibility for c in recommend(now, "CHN")}
    assert all(chances[c.country.iso3] == c.feasibility for c in lists["rail"])


def test_without_a_purpose_the_rows_are_as_ever(now: Snapshot) -> None:
    best = recommend(now, "CHN")[0]
    assert best.facts == ()
    assert "facts" not in best.as_json()
    assert now.purpose is None


def test_a_site_counts_need_in_its_host_alone(store: EmbeddedStore) -> None:
    great_stone = shot(store, sectors=frozenset({"manufacturing"}), host="BLR")
    codes = [country.iso3 for country in great_stone.network.countries]
    assert [codes[j] for j in np.flatnonzero(great_stone.needs.need)] == ["BLR"]
    ranked = recommend(great_stone, "CHN")
    assert set(first(ranked)[:2]) == {"BLR", "RUS"}  # the host, and who opens it
    assert all(c.country.iso3 == "BLR" or c.via[0].iso3 == "BLR" for c in ranked)
    with pytest.raises(ComityError, match="no partner brings anything"):
        recommend(great_stone, "BLR")


def test_a_service_has_its_own_channel_and_capability(store: EmbeddedStore) -> None:
    certified = shot(store, service="certification")
    ranked = {c.country.iso3: c for c in recommend(certified, "CHN")}
    assert ranked["KOR"].channel == "testing-certification"
    assert any("agreement:ccra-2014" in fact for fact in ranked["KOR"].facts)
    assert ranked["RUS"].channel == "vulnerability-sharing"  # suppliers are kept out
    assert ranked["MNG"].facts == ("has nothing known",)
    assert certified.needs.capability[certified.network.place("MNG")] == 0.0
    assert shot(store, service="range").needs.capability[certified.network.place("SGP")] == 0.5


def test_evidence_says_what_there_is() -> None:
    evidence = Evidence({"KAZ": 2}, {}, {}, {"KAZ": frozenset({"cert:x", "body:first"})})
    assert evidence.facts("KAZ") == ("attacks on the sector: 2", "has body:first, cert:x")
    assert evidence.facts("UZB") == ("has nothing known",)
    assert share(np.array([0.0, 3.0])).tolist() == [0.0, 1.0]
    assert share(np.zeros(2)).tolist() == [0.0, 0.0]


def test_needs_are_replaced_by_the_purpose_and_stay_in_range(
    now: Snapshot, store: EmbeddedStore
) -> None:
    power: Needs = shot(store, sectors=frozenset({"energy"})).needs
    for found in (power.exposure, power.value, power.capability):
        assert found.min() >= 0.0
        assert found.max() <= 1.0
    ukraine = now.network.place("UKR")
    assert power.exposure[ukraine] > now.needs.exposure[ukraine]  # its grid was attacked


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--sector", "steam"], "no such sector"),
        (["--site", "atlantis"], "the graph knows nothing of"),
        (["--sector", "rail", "--site", "belarus-great-stone"], "exclude each other"),
        (["--service", "prayer"], "is not one of"),
    ],
)
def test_a_purpose_that_is_none_is_said(
    comity: Callable[..., Result], options: list[str], says: str
) -> None:
    answer = comity("recommend", "CHN", *options)
    assert answer.exit_code == 2
    assert says in answer.output


def test_explain_shows_the_size_of_the_sector_with_its_source(
    comity: Callable[..., Result],
) -> None:
    args = ("explain", "CHN", "PAK", "--sector", "nuclear", "--at", "2026-01-01")
    answer = json.loads(comity(*args, "--format", "json").stdout)
    sizes = [row for row in answer["inputs"] if row["input"] == "nuclear-reactors"]
    assert [(row["iso3"], row["value"], row["source"]) for row in sizes] == [
        ("CHN", 85.0, "cia-factbook"),
        ("PAK", 7.0, "cia-factbook"),
    ]
