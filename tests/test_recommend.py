"""Partner countries ranked: complete, exact, and honest about what is not known."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.advice.recommend import narrow, recommend, shared_ranks
from kg.advice.snapshot import Snapshot, load
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.leverage import formula
from kg.network.obstacles import Kind, Obstacle, enemy_allies

PAIRS = Path(__file__).parent / "resources" / "blocked_pairs.csv"
FOCALS = ("CHN", "KAZ", "DEU", "NAM", "BRA")


@pytest.mark.parametrize("focal", FOCALS)
def test_onward_gains_agree_with_adding_the_tie_and_recomputing(now: Snapshot, focal: str) -> None:
    net, f = now.network, now.network.place(focal)
    for candidate in recommend(now, focal):
        j = net.place(candidate.country.iso3)
        tau = net.tau.copy()
        tau[f, j] = tau[j, f] = 1 - (1 - tau[f, j]) * (1 - now.strength)
        change = now.third[f] * (formula.path_strength(tau)[f] - net.rho[f])
        change[[f, j]] = 0.0
        assert candidate.onward == pytest.approx(change.sum(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("focal", FOCALS)
def test_the_rows_add_up(now: Snapshot, focal: str) -> None:
    rows: list[dict[str, Any]] = [c.as_json() for c in recommend(now, focal)]
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)
    assert rows[0]["index"] == pytest.approx(100.0)
    powers = now.powers
    for row in rows:
        assert sum(via["gain"] for via in row["via"]) == pytest.approx(row["onward"], abs=1e-9)
        kept = row["feasibility"] * (1 - row["barrier"])
        asked = row["popularity"] ** -powers.popularity
        expected = kept * asked * (row["direct"] + row["onward"]) ** powers.gain
        assert row["expected_leverage"] == pytest.approx(expected, rel=1e-12)
        assert 0 <= row["feasibility"] <= 1
        assert row["channel"]
        assert row["reason"]


def test_obstacles_have_their_effect(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert rows["KAZ"].barrier == 0.0
    assert rows["IND"].barrier > 0.5
    assert {"rivalry", "supplier-exclusion"} <= {o.kind for o in rows["IND"].obstacles}
    assert rows["IND"].channel in {"testing-certification", "vulnerability-sharing"}


@pytest.mark.parametrize(
    ("focal", "partner", "kind"),
    [
        ("CHN", "GTM", "no-relations"),
        ("UKR", "RUS", "war"),
        ("ISR", "IRN", "not-recognised"),
        ("USA", "PRK", "sanctions-comprehensive"),
        ("PAK", "ISR", "not-recognised"),
    ],
)
def test_blocked_partners_stand_after_all_others(
    now: Snapshot, focal: str, partner: str, kind: str
) -> None:
    ranked = recommend(now, focal)
    statuses = [c.status == "blocked" for c in ranked]
    assert statuses == sorted(statuses)
    found = next(c for c in ranked if c.country.iso3 == partner)
    assert found.status == "blocked"
    reasons = {o.kind: o for o in found.obstacles}
    assert reasons[kind].source
    assert reasons[kind].text


@pytest.mark.parametrize(
    ("focal", "partner", "kind", "text"),
    [
        ("BLR", "UKR", "aids-enemy", "ES-11/1"),
        ("UKR", "CHN", "aids-enemy", "China denies it"),
        (
            "KAZ",
            "UKR",
            "enemy-ally",
            "Kazakhstan is allied to Russia, which is at war with Ukraine.",
        ),
    ],
)
def test_whose_side_a_partner_takes_in_a_war_is_an_obstacle(
    now: Snapshot, focal: str, partner: str, kind: str, text: str
) -> None:
    for one, other in ((focal, partner), (partner, focal)):
        held = {o.kind: o for o in now.obstacles.between(one, other)}
        assert text in held[kind].text
        assert held[kind].source
        assert 0 < held[kind].level < 1
        assert other not in [c.country.iso3 for c in recommend(now, one)[:10]]


def test_an_ally_of_both_sides_stands_apart_from_neither() -> None:
    kind = Kind("enemy-ally", "ally of the enemy", "", True, False, 0.3)
    facts = [("A", "B", "war", "2001"), ("C", "A", "alliance", ""), ("B", "D", "alliance", "2003")]
    stated = [fact(*row) for row in facts]
    found = enemy_allies(stated, kind, {"C": "Ceylon"})
    assert [(o.country, o.toward, o.since) for o in found] == [("C", "B", ""), ("D", "A", "2003")]
    assert found[0].text.startswith("Ceylon is allied to A")
    assert [o.country for o in enemy_allies([*stated, fact("C", "B", "alliance")], kind, {})] == [
        "D"
    ]


def fact(one: str, other: str, kind: str, since: str = "") -> Obstacle:
    """A relation of a kind, with the least that it can say."""
    return Obstacle(one, other, kind, kind, 0.0, False, "", since, "", "source", "page 1")


def test_territories_and_the_unrecognised_are_no_third_countries(now: Snapshot) -> None:
    reached = {via.iso3 for c in recommend(now, "CHN") for via in c.via}
    assert not reached & {"HKG", "MAC", "TWN"}
    assert "HKG" in {c.iso3 for c in now.network.countries}


@pytest.mark.parametrize("focal", ["CHN", "UKR"])
def test_no_partner_offers_more_of_both_than_one_on_the_front(now: Snapshot, focal: str) -> None:
    ranked = recommend(now, focal)
    kept = {c.country.iso3: (1 - c.barrier) * (c.direct + c.onward) for c in ranked}
    usable = [c for c in ranked if c.status != "blocked"]
    for c in ranked:
        better = [
            o
            for o in usable
            if (o.feasibility, kept[o.country.iso3]) != (c.feasibility, kept[c.country.iso3])
            and o.feasibility >= c.feasibility
            and kept[o.country.iso3] >= kept[c.country.iso3]
        ]
        assert c.pareto == (c.status != "blocked" and not better)
        assert narrow(c)["chance"].endswith("*") == c.pareto
    assert {max(usable, key=lambda c: c.feasibility).pareto} == {True}


def test_a_pair_with_an_agreement_of_the_kind_is_a_renewal(now: Snapshot) -> None:
    rows = {c.country.iso3: c.status for c in recommend(now, "SGP")}
    assert rows["EST"] == "renewal"
    assert rows["KEN"] == "open"


def test_what_is_imputed_is_listed(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert "industrial value" in rows["PRK"].missing


def test_both_sides(now: Snapshot) -> None:
    mine = {c.country.iso3: c for c in recommend(now, "KAZ")}
    theirs = {c.country.iso3: c for c in recommend(now, "DEU")}
    assert mine["DEU"].partner_gain == pytest.approx(theirs["KAZ"].expected_leverage, rel=1e-9)
    assert mine["DEU"].lift == pytest.approx(theirs["KAZ"].lift, rel=1e-9)
    mutual = recommend(now, "KAZ", mutual=True)
    products = [c.expected_leverage * c.partner_gain for c in mutual if c.status != "blocked"]
    assert products == sorted(products, reverse=True)


def test_ties_of_rank_are_shown_as_ties() -> None:
    assert shared_ranks(np.array([3.0, 2.0, 2.0, 1.0, 0.0, 0.0])) == [1, 2, 2, 4, 5, 5]


def test_countries_outside_the_united_nations_only_when_asked(now: Snapshot) -> None:
    codes = {c.country.iso3 for c in recommend(now, "CHN")}
    assert "TWN" not in codes
    assert "TWN" in {c.country.iso3 for c in recommend(now, "CHN", everyone=True)}


def test_an_unknown_focal_country(now: Snapshot) -> None:
    with pytest.raises(ComityError, match="ISO 3166-1"):
        recommend(now, "XXX")


def test_a_focal_country_that_is_not_forecast_is_ranked_and_says_so(now: Snapshot) -> None:
    ranked = recommend(now, "TWN")
    assert ranked[0].expected_leverage > ranked[-1].expected_leverage
    assert all("feasibility" in candidate.missing for candidate in ranked)


@pytest.fixture(scope="module")
def lists(now: Snapshot) -> list[list[Any]]:
    """The rankings of all members of the United Nations."""
    members = [country.iso3 for country in now.network.countries if country.un_member]
    return [recommend(now, code) for code in members]


def test_every_member_of_the_united_nations_can_be_the_focal_country(
    lists: list[list[Any]],
) -> None:
    assert len(lists) == 193
    for ranked in lists:
        assert len(ranked) == 192
        assert all(np.isfinite(c.expected_leverage) for c in ranked)


def test_no_partner_leads_everybodys_list(lists: list[list[Any]]) -> None:
    count = Counter(c.country.iso3 for ranked in lists for c in ranked[:5])
    assert count.most_common(1)[0][1] <= 110


def test_no_blocked_partner_stands_in_a_top_ten(lists: list[list[Any]]) -> None:
    assert not [c for ranked in lists for c in ranked[:10] if c.status == "blocked"]


def test_pairs_that_cannot_sign_are_flagged_from_both_sides(store: EmbeddedStore) -> None:
    snapshot = load(store, date(2026, 11, 1))
    index = snapshot.network.index
    with PAIRS.open(encoding="utf-8") as handle:
        pairs = [(row["a"], row["b"]) for row in csv.DictReader(handle)]
    assert len(pairs) == 92
    for a, b in [*pairs, *((b, a) for a, b in pairs)]:
        if a in index and b in index:
            levels = [o.level for o in snapshot.obstacles.between(a, b)]
            blocked = snapshot.factors(a).status(index[b]) == "blocked"
            assert blocked or max(levels, default=0.0) >= 0.5, f"{a} {b}"
