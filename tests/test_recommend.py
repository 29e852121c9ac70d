"""Partner countries ranked: complete, exact, and honest about what is not known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kg.advice.recommend import recommend, shared_ranks
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.leverage import formula

FOCALS = ("CHN", "KAZ", "DEU", "NAM", "BRA")


def test_every_member_of_the_united_nations_can_be_the_focal_country(now: Snapshot) -> None:
    members = [country.iso3 for country in now.network.countries if country.un_member]
    assert len(members) == 193
    for code in members:
        ranked = recommend(now, code)
        assert len(ranked) == 192
        assert all(np.isfinite(c.expected_leverage) for c in ranked), code


@pytest.mark.parametrize("focal", FOCALS)
def test_onward_gains_agree_with_adding_the_tie_and_recomputing(now: Snapshot, focal: str) -> None:
    net, f = now.network, now.network.place(focal)
    for candidate in recommend(now, focal):
        j = net.place(candidate.country.iso3)
        tau = net.tau.copy()
        tau[f, j] = tau[j, f] = 1 - (1 - tau[f, j]) * (1 - now.strength)
        change = now.needs.need * (formula.path_strength(tau)[f] - net.rho[f])
        change[[f, j]] = 0.0
        assert candidate.onward == pytest.approx(change.sum(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("focal", FOCALS)
def test_the_rows_add_up(now: Snapshot, focal: str) -> None:
    rows: list[dict[str, Any]] = [c.as_json() for c in recommend(now, focal)]
    assert [row["rank"] for row in rows] == sorted(row["rank"] for row in rows)
    for row in rows:
        assert sum(via["gain"] for via in row["via"]) == pytest.approx(row["onward"], abs=1e-9)
        kept = row["feasibility"] * (1 - row["barrier"]) * (1 - row["incumbent"])
        expected = kept * (row["direct"] + row["onward"])
        assert row["expected_leverage"] == pytest.approx(expected, rel=1e-12)
        assert 0 <= row["feasibility"] <= 1
        assert row["channel"]
        assert row["reason"]


def test_barriers_have_their_effect(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert rows["IND"].barrier >= 0.6
    assert rows["IND"].channel in {"testing-certification", "vulnerability-sharing"}
    assert rows["KAZ"].barrier == 0.0


def test_what_is_imputed_is_listed(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert "industrial value" in rows["PRK"].missing


def test_both_sides(now: Snapshot) -> None:
    mine = {c.country.iso3: c for c in recommend(now, "KAZ")}
    theirs = {c.country.iso3: c for c in recommend(now, "DEU")}
    assert mine["DEU"].partner_gain == pytest.approx(theirs["KAZ"].expected_leverage, rel=1e-9)
    mutual = recommend(now, "KAZ", mutual=True)
    products = [c.expected_leverage * c.partner_gain for c in mutual]
    assert products == sorted(products, reverse=True)


def test_ties_of_rank_are_shown_as_ties() -> None:
    assert shared_ranks(np.array([3.0, 2.0, 2.0, 1.0, 0.0, 0.0])) == [1, 2, 2, 4, 5, 5]


def test_countries_outside_the_united_nations_only_when_asked(now: Snapshot) -> None:
    codes = {c.country.iso3 for c in recommend(now, "CHN")}
    assert "TWN" not in codes
    assert "TWN" in {c.country.iso3 for c in recommend(now, "CHN", everyone=True)}


def test_an_unknown_focal_country(now: Snapshot) -> None:
    with pytest.raises(ComityError, match="alpha-3"):
        recommend(now, "XXX")


def test_a_focal_country_that_is_not_forecast_is_ranked_and_says_so(now: Snapshot) -> None:
    ranked = recommend(now, "TWN")
    assert ranked[0].expected_leverage > ranked[-1].expected_leverage
    assert all("feasibility" in candidate.missing for candidate in ranked)
