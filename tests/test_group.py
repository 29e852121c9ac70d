"""Groups to sign with, hosts, and what-ifs on real data."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from kg.advice import group
from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot
from kg.advice.whatif import whatif
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.leverage.formula import PREFERENCES


def test_greedy_of_one_body_against_all_sets(now: Snapshot) -> None:
    chosen = group.coalition(now, "CHN", 3, body="igo-asean")
    game = group.game(now, "CHN", 4, "independent")
    closed = now.obstacles.blocked[now.network.place("CHN")]
    countries = now.network.countries
    partners = [
        j for j in group.members(now, "igo-asean") if countries[j].un_member and not closed[j]
    ]
    best = max(game.value(set_) for set_ in combinations(partners, 3))
    assert chosen.value == pytest.approx(best, rel=1e-9)
    assert "best of all" in chosen.guarantee


@pytest.mark.parametrize("focal", ["CHN", "DEU", "NAM", "SGP"])
@pytest.mark.parametrize("prefer", PREFERENCES)
def test_a_coalition_of_one_is_worth_what_the_ranking_says(
    now: Snapshot, focal: str, prefer: str
) -> None:
    preferring = replace(now, powers=PREFERENCES[prefer])
    game = group.game(preferring, focal, 2, "independent")
    for row in recommend(preferring, focal):
        value = game.value([now.network.place(row.country.iso3)])
        assert value == pytest.approx(row.expected_leverage, rel=1e-12)


def test_nobody_who_is_blocked_is_chosen(now: Snapshot) -> None:
    chosen = group.coalition(now, "UKR", 5)
    closed = now.obstacles.blocked[now.network.place("UKR")]
    assert not closed[list(chosen.members)].any()
    with pytest.raises(ComityError, match="ruled out"):
        group.coalition(now, "UKR", 2, include=["RUS"])


def test_include_and_exclude(now: Snapshot) -> None:
    chosen = group.coalition(now, "CHN", 4, include=["NAM"], exclude=["UZB"])
    codes = [row["iso3"] for row in group.steps(now, chosen)]
    assert "NAM" in codes
    assert "UZB" not in codes
    with pytest.raises(ComityError, match="both"):
        group.coalition(now, "CHN", 2, include=["NAM"], exclude=["NAM"])


def test_marginal_gains_sum_to_the_value(now: Snapshot) -> None:
    chosen = group.coalition(now, "KAZ", 5)
    assert sum(chosen.marginals) == pytest.approx(chosen.value, rel=1e-9)
    assert "1 - 1/e" in chosen.guarantee
    unsure = group.coalition(now, "KAZ", 5, "all-or-nothing")
    assert "no guarantee" in unsure.guarantee


def test_existing_bodies_as_hosts(now: Snapshot, store: EmbeddedStore) -> None:
    found = {host.body: host for host in group.hosts(store, now, "CHN", "independent")}
    assert "igo-asean" in found
    assert found["igo-asean"].way == group.OUTSIDE
    order = [(group.WAYS.index(host.way), -host.value) for host in found.values()]
    assert order == sorted(order)
    assert all(host.mandate.source and host.mandate.locator for host in found.values())
    assert found.keys().isdisjoint({"igo-eco", "igo-acs", "igo-cemac"})
    assert found["igo-sco"].way == group.MEMBER
    anything = {h.body: h for h in group.hosts(store, now, "HUN", "certain", everything=True)}
    assert anything["ots"].way == group.OBSERVER
    assert not anything["igo-opec"].mandate.source


def test_an_unknown_body(now: Snapshot) -> None:
    with pytest.raises(ComityError, match="no such body"):
        group.members(now, "igo-nothing")


def test_a_tie_that_is_added_raises_reach_and_is_seen_in_the_ranking(now: Snapshot) -> None:
    rows = {row.iso3: row for row in whatif(now, "CHN", add=["VNM"])}
    gain = next(c for c in recommend(now, "CHN") if c.country.iso3 == "VNM")
    partner = now.needs.need[now.network.place("VNM")]
    assert rows["CHN"].change >= gain.onward
    assert rows["CHN"].change <= gain.onward + partner
    assert all(row.change >= -1e-12 for row in rows.values())
    assert rows["VNM"].new_rank is not None


def test_a_tie_that_is_removed_lowers_reach(now: Snapshot) -> None:
    rows = {row.iso3: row for row in whatif(now, "CHN", remove=["RUS"])}
    assert rows["CHN"].change < 0
    assert rows["RUS"].change < 0
    with pytest.raises(ComityError, match="both"):
        whatif(now, "CHN", add=["RUS"], remove=["RUS"])
