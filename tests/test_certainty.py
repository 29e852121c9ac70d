"""How sure a ranking is: the sample is the headline, its networks are near the exact ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.advice import certainty
from kg.advice.certainty import DOUBTS, Sample
from kg.advice.recommend import Candidate, narrow, recommend
from kg.advice.snapshot import Snapshot, candidates
from kg.leverage.formula import PREFERENCES, path_strength
from kg.network import replica
from kg.network.network import tie_strength

FOCALS = ("CHN", "KAZ", "DEU", "NAM")


def certain(now: Snapshot, focal: str, mutual: bool = False) -> np.ndarray:
    """The scores of a sample of one draw in which nothing is uncertain."""
    factors, size = now.factors(focal), len(now.network.countries)
    one = np.ones((1, len(now.network.kinds)))
    view = certainty.outlook(now, factors, one, mutual)
    sample = Sample(
        strengths=np.zeros(1, dtype=np.int64),
        need=now.needs.need[None],
        readiness=np.zeros((1, size)),
        calibration=np.zeros((1, size)),
        obstacles=np.ones((1, len(view.withheld))),
        preference=np.array([[now.powers.gain, now.powers.popularity]]),
    )
    return view.scores(sample)[0]


@pytest.mark.parametrize("focal", FOCALS)
@pytest.mark.parametrize("prefer", list(PREFERENCES))
def test_without_doubt_the_sample_is_the_headline(now: Snapshot, focal: str, prefer: str) -> None:
    chosen = replace(now, powers=PREFERENCES[prefer])
    factors = chosen.factors(focal)
    others = np.arange(len(factors.tie)) != factors.focal
    found = certain(chosen, focal)[others]
    np.testing.assert_allclose(found, factors.expected[others], rtol=1e-7, atol=1e-10)


def test_without_doubt_the_mutual_sample_is_the_nash_product(now: Snapshot) -> None:
    factors = now.factors("KAZ")
    own = factors.popularity[factors.focal] ** -now.powers.popularity
    expected = np.sqrt(factors.expected * now.offered(factors) / own)
    others = candidates(now, factors.focal)
    found = certain(now, "KAZ", mutual=True)[others]
    np.testing.assert_allclose(found, expected[others], rtol=1e-6, atol=1e-10)


def test_replicates_are_near_the_exact_networks(now: Snapshot) -> None:
    net, random = now.network, np.random.default_rng(5)
    factor = np.exp(certainty.STRENGTH * random.standard_normal((4, len(net.kinds))))
    tau = replica.ties(net, factor)
    rho = replica.paths(net, tau)
    kinds = list(net.kinds)
    rows = [kinds.index(kind) for kind in net.agreement_kinds]
    for one, tie, path in zip(factor, tau, rho, strict=True):
        exact = tie_strength(net.incidence, replica.scaled(net.contribution, one[rows]))
        assert np.abs(tie - exact).max() < 0.05
        assert np.abs(tie - exact).mean() < 0.005
        best = path_strength(tie)
        assert (path <= best + 1e-9).all()
        assert (best - path).mean() < 0.01


def test_a_factor_of_one_changes_nothing(now: Snapshot) -> None:
    net = now.network
    tau = replica.ties(net, np.ones((1, len(net.kinds))))
    np.testing.assert_allclose(tau[0], net.tau, atol=1e-12)
    np.testing.assert_allclose(replica.paths(net, tau)[0], net.rho, atol=1e-12)


@pytest.mark.parametrize("focal", FOCALS)
def test_three_seeds_give_the_same_tiers(now: Snapshot, focal: str) -> None:
    factors = now.factors(focal)
    chosen = candidates(now, factors.focal)
    first, *others = (
        [certainty.tier(p) for p in certainty.certainty(now, factors, chosen, seed=seed).top]
        for seed in (1, 2, 3)
    )
    for other in others:
        assert np.mean([a == b for a, b in zip(first, other, strict=True)]) >= 0.95


def test_the_same_seed_gives_the_same_interval(now: Snapshot) -> None:
    one, other = (recommend(now, "KEN") for _ in range(2))
    assert one == other


def test_ten_are_in_the_top_ten_of_every_draw(now: Snapshot) -> None:
    ranked = recommend(now, "CHN")
    assert sum(c.p_top10 for c in ranked) == pytest.approx(10.0)
    assert all(1 <= c.rank_low <= c.rank_high <= 192 for c in ranked)
    assert len({c.tier for c in ranked}) >= 3
    assert all(c.tier == "surely-not" for c in ranked if c.status == "blocked")


def test_tiers() -> None:
    shares = (1.0, 0.9, 0.89, 0.5, 0.49, 0.051, 0.05, 0.0)
    assert [certainty.tier(p) for p in shares] == [
        *("leading", "leading", "contending", "contending"),
        *("undecided", "undecided", "surely-not", "surely-not"),
    ]


def test_thin_coverage_is_more_doubt(now: Snapshot) -> None:
    doubt = certainty.readiness(now)
    known, poor = now.network.place("DEU"), now.network.place("PRK")
    assert doubt[poor] > doubt[known]
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert "coverage of agreements" in rows["TUV"].missing
    assert "coverage of agreements" not in rows["SGP"].missing
    assert narrow(rows["TUV"])["country"].endswith("?")


HOLES = ("threat exposure", "internet use", "industrial value", "capability")


@given(data=st.data())
@settings(max_examples=15)
def test_nan_never_reaches_an_output(now: Snapshot, data: st.DataObject) -> None:
    """Six countries are known of next to nothing: no need, no tie, no chance, no obstacle."""
    size = len(now.network.countries)
    poor = data.draw(st.lists(st.integers(0, size - 1), min_size=6, max_size=6, unique=True))
    holed = emptied(now, poor, data.draw(st.booleans()))
    prefer = data.draw(st.sampled_from(list(PREFERENCES)))
    focal = now.network.countries[data.draw(st.sampled_from([*poor, 3]))].iso3
    everyone, mutual = data.draw(st.booleans()), data.draw(st.booleans())
    ranked = recommend(replace(holed, powers=PREFERENCES[prefer]), focal, everyone, mutual)
    assert all(finite(candidate) for candidate in ranked)
    assert all(c.rank_low <= c.rank_high for c in ranked)
    unknown = {now.network.countries[j].iso3 for j in poor}
    for c in ranked:
        assert c.country.iso3 not in unknown or set(HOLES) <= set(c.missing)


def finite(candidate: Candidate) -> bool:
    numbers: list[Any] = [v for v in candidate.as_json().values() if isinstance(v, int | float)]
    return bool(np.isfinite(numbers).all())


def emptied(now: Snapshot, poor: list[int], nothing: bool) -> Snapshot:
    """A snapshot in which some countries have no ties, no forecast and, at worst, no need."""
    tau = now.network.tau.copy()
    tau[poor] = tau[:, poor] = 0.0
    needs, forecast = now.needs, now.forecast
    value, spread, known = needs.value.copy(), needs.spread.copy(), forecast.forecast.copy()
    known[poor] = known[:, poor] = False
    spread[poor] = 2.0
    if nothing:
        value[poor] = 0.0
    missing = tuple(HOLES if j in poor else names for j, names in enumerate(needs.missing))
    changed = now.with_ties(tau, path_strength(tau))
    return replace(
        changed,
        needs=replace(needs, value=value, spread=spread, missing=missing),
        forecast=replace(forecast, forecast=known),
    )


def test_draws_combined_anew_are_draws(now: Snapshot) -> None:
    factors = now.factors("CHN")
    view, sample = certainty.draw(now, factors, draws=64)
    same = sample.picked({name: np.arange(64) for name in DOUBTS})
    np.testing.assert_array_equal(view.scores(sample), view.scores(same))
