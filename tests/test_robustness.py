"""How sure a ranking is."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest
from click.testing import Result

from kg.advice import robustness
from kg.advice.robustness import CRITERIA
from kg.advice.snapshot import Snapshot, candidates
from kg.errors import ComityError


@pytest.fixture(scope="module")
def values(now: Snapshot) -> np.ndarray:
    factors = now.factors("CHN")
    return robustness.criteria(factors, candidates(now, factors.focal))


def test_equal_weights_give_the_headline(now: Snapshot, values: np.ndarray) -> None:
    factors = now.factors("CHN")
    expected = factors.expected[candidates(now, factors.focal)]
    found = robustness.weighted(values, np.ones(len(CRITERIA)))
    np.testing.assert_allclose(found[expected > 0], expected[expected > 0], rtol=1e-9)


def test_a_dominant_candidate_is_first_under_all_weights() -> None:
    values = np.array([[0.9, 0.9, 0.9, 0.9], [0.5, 0.5, 0.5, 0.5], [0.1, 0.2, 0.3, 0.4]])
    found = robustness.acceptability(values, draws=500)
    assert found.low.tolist() == [1, 2, 3]
    assert found.high.tolist() == [1, 2, 3]


def test_acceptability_against_counting(values: np.ndarray) -> None:
    found = robustness.acceptability(values, draws=2000, seed=3)
    weights = np.random.default_rng(3).dirichlet(np.ones(4), size=2000)
    table = robustness.scores(values, weights)
    candidate = 7
    ranks = 1 + (table > table[:, [candidate]]).sum(axis=1)
    assert found.top[candidate] == pytest.approx((ranks <= 10).mean(), abs=0.002)
    assert found.low[candidate] == pytest.approx(np.quantile(ranks, 0.05), abs=1)
    assert (found.low <= found.high).all()
    assert found.top.sum() == pytest.approx(10.0)


def test_the_same_seed_gives_the_same_interval(values: np.ndarray) -> None:
    one, other = (robustness.acceptability(values, draws=300) for _ in range(2))
    np.testing.assert_array_equal(one.high, other.high)


def test_weights_are_parsed_and_refused() -> None:
    assert robustness.parse_weights("gain=2, barrier=0").tolist() == [1.0, 0.0, 1.0, 2.0]
    for text in ("fame=1", "gain=much", "gain=-1", "gain", "gain=nan"):
        with pytest.raises(ComityError, match="--weights"):
            robustness.parse_weights(text)


@pytest.mark.slow
def test_the_bootstrap_keeps_part_of_the_top(now: Snapshot) -> None:
    factors = now.factors("CHN")
    overlap = robustness.tie_bootstrap(now, "CHN", candidates(now, factors.focal), replicates=20)
    assert ((overlap >= 0) & (overlap <= 1)).all()
    assert overlap.mean() > 0.2


def test_sobol_names_the_weights(values: np.ndarray) -> None:
    found = robustness.sobol(values, samples=64)
    assert [row[0] for row in found] == list(CRITERIA)


def test_sobol_is_nothing_where_the_weight_has_no_say() -> None:
    rivals = np.array([[0.8, 0.2, 0.5, 0.5], [0.2, 0.7, 0.5, 0.5]])
    shares = {name: (first, total) for name, first, total in robustness.sobol(rivals, 1024)}
    feasibility, barrier, *others = (shares[name] for name in CRITERIA)
    assert others == [(0.0, 0.0)] * 2
    assert feasibility[0] + barrier[1] == pytest.approx(1.0, abs=0.05)
    assert barrier[0] + feasibility[1] == pytest.approx(1.0, abs=0.05)
    assert {row[1:] for row in robustness.sobol(rivals[:1], 64)} == {(0.0, 0.0)}


def test_robustness_on_the_command_line(comity: Callable[..., Result]) -> None:
    done = comity("robustness", "KAZ", "--at", "2026-01-01", "--format", "json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    overlap = next(row for row in rows if row["measure"].startswith("top 10 kept"))
    assert 0.0 < overlap["low"] <= overlap["value"] <= overlap["high"] <= 1.0
    total = [row["value"] for row in rows if row["measure"].startswith("Sobol total")]
    assert len(total) == len(CRITERIA)
    assert all(-0.1 <= value <= 1.1 for value in total)
    assert comity("robustness", "XXX").exit_code == 2


def test_spearman_against_scipy() -> None:
    from scipy.stats import spearmanr

    random = np.random.default_rng(5)
    one, other = random.integers(0, 8, 60).astype(float), random.normal(size=60)
    other[3] = np.nan
    known = ~np.isnan(other)
    expected = spearmanr(one[known], other[known]).statistic
    assert robustness.spearman(one, other) == pytest.approx(expected)


def test_the_headline_is_not_one_factor_in_disguise(now: Snapshot) -> None:
    factors = now.factors("CHN")
    chosen = np.array(candidates(now, factors.focal))
    found = robustness.correlations(now, factors, chosen)
    assert all(abs(value) < 0.9 for value in found.values() if not np.isnan(value)), found
