"""Need and capability, each factor traceable to observations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import need as benchmark
from kg.advice.snapshot import Snapshot
from kg.graph.store import EmbeddedStore
from kg.network import need


def test_every_factor_is_in_0_to_1(now: Snapshot) -> None:
    needs = now.needs
    for column in (needs.exposure, needs.value, needs.capability, needs.need):
        assert np.isfinite(column).all()
        assert column.min() >= 0.0
        assert column.max() <= 1.0


def test_need_is_the_product_of_its_factors(now: Snapshot) -> None:
    needs, place = now.needs, now.network.place("KAZ")
    expected = needs.exposure[place] * needs.value[place] * (1 - needs.capability[place] / 2)
    assert needs.need[place] == pytest.approx(expected, rel=1e-12)


def test_a_value_is_traced_to_its_observations(now: Snapshot) -> None:
    seen = now.needs.observations["KAZ"]
    dollars = seen["gdp"].value * seen["industry-share"].value / 100
    expected = (np.log10(dollars) - 8) / 5
    assert now.needs.value[now.network.place("KAZ")] == pytest.approx(expected, rel=1e-9)
    assert seen["gdp"].source == "worldbank-gdp"
    assert seen["gci"].year == 2024


def test_unknown_inputs_are_listed(now: Snapshot) -> None:
    place = now.network.place("PRK")
    assert "industrial value" in now.needs.missing[place]
    assert now.needs.missing[now.network.place("DEU")] == ()


def test_capability_lowers_need_and_never_annuls_it(now: Snapshot) -> None:
    for code in ("GBR", "ITA", "KOR", "SAU"):
        place = now.network.place(code)
        assert now.needs.capability[place] > 0.95
        assert now.needs.need[place] > 0.2


def test_depth_and_doubt_say_how_much_was_known(now: Snapshot) -> None:
    known, poor = now.network.place("DEU"), now.network.place("PRK")
    assert now.needs.depth(known) == "A"
    assert now.needs.depth(poor) > "A"
    assert now.needs.spread[known] == 0.0
    assert now.needs.spread[poor] > 0.0


def test_nothing_from_after_the_date_is_used(now: Snapshot) -> None:
    known = now.needs.observations
    assert max(seen.year for row in known.values() for seen in row.values()) <= 2026


def test_gaps_are_filled_by_population() -> None:
    people = np.array([1e6, 1e7, 1e8, 1e9, np.nan])
    dollars = np.array([1e9, 1e10, 1e11, np.nan, np.nan])
    assert need.fitted(dollars, people)[3] == pytest.approx(1e12, rel=1e-6)
    assert need.fitted(dollars, people)[4] == 0.0


def test_scales() -> None:
    assert need.scaled_value(np.array([1e7, 1e8, 1e13, 1e14])).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert need.scaled_exposure(np.array([0.0, 9.0, 99.0])).tolist() == pytest.approx([0, 0.5, 1])
    assert need.scaled_exposure(np.zeros(2)).tolist() == [0.5, 0.5]


def test_need_agrees_with_incidents_of_later_years(store: EmbeddedStore, shared: Path) -> None:
    happened = benchmark.incidents(shared / "threats")
    for year in (2010, 2018):
        hit, ranked = benchmark.judged(store, happened, year)
        assert benchmark.area(ranked["need"], hit) >= benchmark.BAR
        assert benchmark.area(ranked["need"], hit) > benchmark.area(ranked["exposure alone"], hit)
    assert benchmark.area(ranked["annulled by capability"], hit) < benchmark.BAR
