"""The headline judged as it ships."""

from __future__ import annotations

import json

import numpy as np
import pytest
from test_backtest import all_pairs, small

from kg.advice import headline
from kg.errors import ComityError
from kg.forecast import backtest, history
from kg.forecast.kinds import CYBER
from kg.leverage.formula import Powers

YEAR = 2016


@pytest.fixture(scope="module")
def known(store):
    return history.read(store)


@pytest.fixture(scope="module")
def at(store, known):
    return headline.cut(store, known, YEAR)


@pytest.fixture(scope="module")
def rows(at):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "DRAWS", 20)
        patch.setattr(headline, "DRAWS", 20)
        return {row["method"]: row for row in headline.table([at], "cyber-security")}


@pytest.mark.parametrize("seed", range(5))
def test_auc_and_rank_agree_with_counting(seed):
    random = np.random.default_rng(seed)
    pairs = [pair for pair in all_pairs(14) if random.random() < 0.8]
    window = small(pairs, random.random(len(pairs)) < 0.3)
    score, gain = random.random((14, 14)), random.random((14, 14))
    found = headline.judged(score, gain, window)
    did = {pair: bool(y) for pair, y in zip(pairs, window.signed, strict=True)}
    signed = [(f, j) for f in range(14) for j in range(14) if did.get((min(f, j), max(f, j)))]
    assert list(zip(found.one, found.other, strict=True)) == signed
    for (f, j), auc, ahead in zip(signed, found.auc, found.ahead, strict=True):
        others = [k for k in range(14) if did.get((min(f, k), max(f, k))) is False]
        above = sum(score[f, k] > score[f, j] for k in others)
        assert ahead == above
        assert auc == pytest.approx(1 - above / len(others))


def test_draws_of_pairs_weigh_both_sides_alike_and_begin_with_the_whole():
    window = small(all_pairs(9), np.random.default_rng(1).random(36) < 0.4)
    part = headline.judged(np.random.default_rng(2).random((9, 9)), np.ones((9, 9)), window)
    weights = headline.by_pairs([part, part])
    assert (weights.pairs[0] == 1).all()
    assert set(weights.countries[0]) <= {0.0, 1.0}
    half = len(part.one)
    grid = np.zeros((9, 9))
    grid[part.one, part.other] = weights.pairs[5, :half]
    assert (grid == grid.T).all()
    assert weights.pairs[5].sum() == pytest.approx(2 * half)


def test_the_score_is_that_of_the_ranking(at, known):
    score = headline.headline(at)
    for code in ("EST", "IND", "BRA"):
        f = known.index[code]
        factors = at.snapshot.factors(code)
        ruled_out = factors.blocked[at.places]
        assert score[f, ~ruled_out] == pytest.approx(factors.expected[at.places][~ruled_out])
    open_to = np.where(at.blocked, np.inf, score).min(axis=1)
    shut = np.where(at.blocked, score, -np.inf).max(axis=1)
    assert at.blocked.any()
    assert (shut < open_to).all()
    bare = headline.headline(at, Powers(0.0, 0.0), gate=False)
    assert bare == pytest.approx(at.chance)


def test_who_signed_is_who_first_signed_in_the_five_years_after(at, known, rows):
    first = known.first(CYBER)
    exists = known.known(YEAR)
    ahead = (first > YEAR) & (first <= YEAR + 5) & np.logical_and.outer(exists, exists)
    assert rows["headline"]["positives"] == int(np.triu(ahead, 1).sum()) > 50


def test_what_is_learned_beats_what_is_not(rows):
    for method in ("partner-gdp", "gravity", "general-forecast", "random", "gain"):
        assert rows["headline"]["auc"] > rows[method]["auc"], method
        assert rows["headline"]["hits10"] > rows[method]["hits10"], method
    assert 0.4 < rows["random"]["auc"] < 0.6
    assert rows["headline"]["auc_behind"] == 0
    for row in rows.values():
        assert row["auc_low"] <= row["auc"] <= row["auc_high"]
    assert rows["headline"]["hostile10"] < rows["feasibility"]["hostile10"]
    assert rows["headline"]["top5"] < rows["feasibility"]["top5"]


def test_the_command_prints_every_method_for_both_targets(store, comity, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 5)
    monkeypatch.setattr(headline, "DRAWS", 5)
    command = ("backtest", "--headline", "--cuts", str(YEAR), "--graph", str(store.path))
    done = comity(*command, "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    wanted = [(kind, method) for kind in headline.JUDGED for method in headline.METHODS]
    assert [(row["kind"], row["method"]) for row in found] == wanted
    read = comity(*command, "--format", "table")
    assert "the partner's GDP" in read.stdout


def test_cuts_that_are_not_over_and_options_that_do_not_fit_are_refused(store, comity):
    with pytest.raises(ComityError, match="--cuts 2023: the five years after it are not over"):
        headline.run(store, [2023])
    wrong = comity("backtest", "--headline", "--of", "investment-treaty")
    assert wrong.exit_code == 2
    assert "--headline goes with --cuts and --at only" in wrong.stderr
