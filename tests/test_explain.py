"""The explanation of one pair."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.advice.explain import FACTORS, explain, product, shapley, text
from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore

shares = st.floats(0.0, 1.0)
values = st.fixed_dictionaries(
    dict.fromkeys(("feasibility", "barrier"), shares)
    | {"popularity": st.floats(0.1, 10.0)}
    | {name: st.floats(0.0, 10.0) for name in ("direct", "onward")}
)


@given(values, values)
def test_shapley_adds_up(one: dict[str, float], other: dict[str, float]) -> None:
    split = shapley(one, other)
    assert sum(split.values()) == pytest.approx(product(one) - product(other), abs=1e-12, rel=1e-12)


@given(values)
def test_a_factor_that_does_not_differ_has_no_share(one: dict[str, float]) -> None:
    other = {**one, "feasibility": one["feasibility"] / 2}
    split = shapley(one, other)
    assert all(split[name] == pytest.approx(0.0, abs=1e-12) for name in FACTORS[1:])


def test_a_pair(now: Snapshot, store: EmbeddedStore) -> None:
    found = explain(store, now, "CHN", "KAZ")
    row = next(c for c in recommend(now, "CHN") if c.country.iso3 == "KAZ")
    assert found.candidate == row
    difference = row.expected_leverage - found.baseline_score
    assert sum(found.shapley.values()) == pytest.approx(difference, abs=1e-12)
    names = " ".join(a["agreement"] for a in found.agreements)
    assert "Investment treaty China – Kazakhstan" in names
    assert all(a["source"] for a in found.agreements)
    assert any(i["input"] == "gci" and i["year"] == 2024 for i in found.inputs)
    assert found.feasibility


def test_the_swaps_hold(now: Snapshot, store: EmbeddedStore) -> None:
    found = explain(store, now, "CHN", "KAZ")
    scores = {c.country.iso3: c.expected_leverage for c in recommend(now, "CHN")}
    assert found.swaps
    for swap in found.swaps:
        factors = {name: getattr(found.candidate, name) for name in FACTORS}
        reached = product({**factors, swap.factor: swap.needed})
        assert reached == pytest.approx(scores[swap.neighbour], rel=1e-9)


def test_the_text_names_sources_and_gaps(now: Snapshot, store: EmbeddedStore) -> None:
    shown = text(explain(store, now, "CHN", "IND"))
    assert "seed-paper" in shown
    assert "strict-review" in shown
    assert "worldbank-gdp, 20" in shown


def test_a_pair_is_two(store: EmbeddedStore, now: Snapshot) -> None:
    with pytest.raises(ComityError, match="a tie with oneself"):
        explain(store, now, "CHN", "China")
