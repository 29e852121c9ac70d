"""Which doubts drive a ranking, and how near it is to any one factor."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from click.testing import Result

from kg.advice import certainty, robustness
from kg.advice.certainty import DOUBTS
from kg.advice.robustness import Kept
from kg.advice.snapshot import Snapshot, candidates


@pytest.fixture(scope="module")
def kept(now: Snapshot) -> Kept:
    factors = now.factors("CHN")
    view, sample = certainty.draw(now, factors, draws=64)
    return Kept(view, sample, np.array(candidates(now, factors.focal)), factors)


def test_every_doubt_has_its_words() -> None:
    assert set(robustness.WORDS) == set(DOUBTS)


def test_the_same_place_in_every_doubt_is_the_draw_itself(kept: Kept) -> None:
    places = np.tile((np.arange(64) + 0.5) / 64, (len(DOUBTS), 1))
    np.testing.assert_array_equal(kept.at(places), kept.all())
    assert 0.1 < kept.all().mean() < 1.0


def test_the_only_doubt_has_all_the_say(kept: Kept) -> None:
    one = kept.sample
    first = {n: np.repeat(getattr(one, n)[:1], 64, axis=0) for n in DOUBTS if n != "readiness"}
    lone = Kept.__new__(Kept)
    lone.__dict__.update(kept.__dict__, sample=replace(one, **first))
    shares = {name: pair for name, *pair in robustness.sobol(lone, 256)}
    assert shares.pop("readiness") == pytest.approx([1.0, 1.0], abs=0.05)
    assert set(map(tuple, shares.values())) == {(0.0, 0.0)}


def test_robustness_on_the_command_line(comity: Callable[..., Result]) -> None:
    done = comity("robustness", "KAZ", "--at", "2026-01-01", "--format", "json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    tiers = {r["of"]: r["value"] for r in rows if r["measure"] == "candidates of a tier"}
    assert list(tiers) == list(certainty.TIERS)
    assert sum(tiers.values()) == 192
    total = [row["value"] for row in rows if row["measure"].endswith("with others")]
    assert len(total) == len(DOUBTS)
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
