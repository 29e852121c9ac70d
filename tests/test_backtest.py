"""Tests of kg.backtest."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score
from test_history import agreement, build, country, observation

from kg.errors import ComityError
from kg.forecast import backtest, history
from kg.forecast.features import Window
from kg.forecast.history import NEVER, History
from kg.leverage.formula import path_strength

KEYS = (
    "kind", "cut", "method", "candidates", "positives",
    "auc", "auc_low", "auc_high", "ap", "hits10", "mrr", "captured10",
)  # fmt: skip


@pytest.fixture(scope="module")
def known(store):
    return history.read(store)


@pytest.fixture(scope="module")
def some(store):
    """The past of a third of the countries: a run of it has the same form and is quick."""
    tables = history.tables(store)
    columns = tables["countries"].values()
    third = [row for row in zip(*columns, strict=True) if row[3] == "true"][::3]
    cells = zip(*third, strict=True)
    return History.from_tables(
        tables | {"countries": dict(zip(tables["countries"], cells, strict=True))}
    )


@pytest.fixture(scope="module")
def report(known):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtest, "DRAWS", 30)
        return backtest.run(known, ["investment-treaty"], [2005, 2010])


def small(pairs, signed, size=None):
    """A window over the given pairs; only who signed matters."""
    a, b = np.array(pairs).T
    nothing = np.zeros((len(a), 0))
    empty = np.zeros(0)
    return Window(2000, a, b, nothing, empty, empty, np.array(signed, dtype=float), {})


def all_pairs(size):
    return [(a, b) for a in range(size) for b in range(a + 1, size)]


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 8))
def test_auc_and_average_precision_agree_with_scikit_learn(seed, size, grades):
    random = np.random.default_rng(seed)
    score = random.integers(0, grades, size).astype(float)
    signed = random.integers(0, 2, size).astype(float)
    signed[:2] = 0, 1
    weights = np.vstack([np.ones(size), random.integers(1, 4, size)])
    hit, miss = backtest.levels(score, signed, weights)
    area, precision = backtest.auc(hit, miss), backtest.average_precision(hit, miss)
    for i, weight in enumerate(weights):
        assert area[i] == pytest.approx(roc_auc_score(signed, score, sample_weight=weight))
        expected = average_precision_score(signed, score, sample_weight=weight)
        assert precision[i] == pytest.approx(expected)


def test_a_draw_without_signatures_has_no_auc():
    hit, miss = backtest.levels(np.arange(3.0), np.array([0.0, 0, 1]), np.array([[1.0, 1, 0]]))
    assert np.isnan(backtest.auc(hit, miss)).all()
    assert np.isnan(backtest.average_precision(hit, miss)).all()


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(4, 26))
def test_hits_ranks_and_captured_leverage_agree_with_counting(seed, size):
    random = np.random.default_rng(seed)
    pairs = [pair for pair in all_pairs(size) if random.random() < 0.8] or [(0, 1)]
    window = small(pairs, random.random(len(pairs)) < 0.3)
    score, gain = random.random((size, size)), random.random((size, size))
    hits, rank = backtest.by_country(score, window)
    kept = backtest.captured(score, gain, window)
    did = {pair: bool(y) for pair, y in zip(pairs, window.signed, strict=True)}
    for f in range(size):
        open_to = [j for j in range(size) if (min(f, j), max(f, j)) in did]
        ranked = sorted(open_to, key=lambda j, f=f: -score[f, j])
        good = [j for j in ranked if did[min(f, j), max(f, j)]]
        if not good:
            assert np.isnan([hits[f], rank[f], kept[f]]).all()
            continue
        first = set(ranked[:10])
        assert hits[f] == pytest.approx(len(first & set(good)) / min(10, len(good)))
        assert rank[f] == pytest.approx(1 / (ranked.index(good[0]) + 1))
        most = sum(sorted((gain[f, j] for j in good), reverse=True)[:10])
        assert kept[f] == pytest.approx(sum(gain[f, j] for j in first & set(good)) / most)


def test_equal_scores_are_not_ranked_by_the_alphabet():
    window = small(all_pairs(40), np.zeros(780))
    order, _ = backtest.ordered(np.zeros((40, 40)), window)
    assert order[0].tolist() != sorted(order[0].tolist())
    assert sorted(order[0].tolist()) == list(range(40))


def test_a_perfect_ranking_captures_everything():
    window = small(all_pairs(30), np.random.default_rng(0).random(435) < 0.2)
    gain = np.random.default_rng(1).random((30, 30))
    truth = backtest.square(30, window, window.signed)
    kept = backtest.captured(truth * gain, gain, window)
    assert np.nanmin(kept) == pytest.approx(1)


def test_reach_gain_is_what_adding_the_tie_brings():
    random = np.random.default_rng(7)
    tau = np.triu((random.random((12, 12)) < 0.2) * 0.5, 1)
    tau = tau + tau.T
    gdp = random.random(12) * 1e12
    gdp[3] = np.nan
    need = np.nan_to_num(gdp) / np.nansum(gdp)
    gain = backtest.reach_gain(tau, gdp)
    before = path_strength(tau) @ need
    for f in range(12):
        for j in range(12):
            if f == j:
                assert gain[f, j] == 0
                continue
            after = tau.copy()
            after[f, j] = after[j, f] = 1 - (1 - tau[f, j]) * 0.5
            reach = path_strength(after)[f] @ need
            assert gain[f, j] == pytest.approx(reach - before[f], abs=1e-12)


def test_without_any_gdp_all_count_alike():
    gain = backtest.reach_gain(np.zeros((3, 3)), np.full(3, np.nan))
    assert gain == pytest.approx((1 - np.eye(3)) / 3 * backtest.STRENGTH)


def test_rows_have_the_promised_keys_and_ranges(report):
    assert len(report.rows) == 2 * len(backtest.METHODS)
    for row in report.rows:
        assert tuple(row) == KEYS
        for key in KEYS[5:]:
            assert 0 <= row[key] <= 1
        assert row["auc_low"] <= row["auc"] <= row["auc_high"]
        assert 0 < row["positives"] < row["candidates"]
    assert {row["method"] for row in report.rows} == set(backtest.METHODS)


def test_positives_are_the_first_treaties_of_the_window(known, report):
    first = known.first(["investment-treaty"])
    for cut in (2005, 2010):
        row = next(r for r in report.rows if r["cut"] == cut and r["method"] == "degree")
        exists = known.known(cut)
        both = np.triu(np.logical_and.outer(exists, exists), 1)
        assert row["candidates"] == int((both & (first > cut)).sum())
        assert row["positives"] == int((both & (first > cut) & (first <= cut + 5)).sum())
    assert NEVER > 2010


def test_random_is_a_coin_and_the_learned_model_is_not(report):
    auc = {(r["cut"], r["method"]): r["auc"] for r in report.rows}
    for cut in (2005, 2010):
        assert 0.4 < auc[cut, "random"] < 0.6
        assert auc[cut, "comity"] > auc[cut, "recent-tie-product"] > 0.7


def test_document_is_json(report):
    text = json.dumps(report.document(), allow_nan=False)
    assert set(json.loads(text)) == {"rows", "summaries", "skipped"}


def test_plots_have_their_points(report):
    (summary,) = report.summaries
    assert sum(part.pairs for part in summary.reliability) == sum(
        row["candidates"] for row in report.rows if row["method"] == "comity"
    )
    predicted = [part.predicted for part in summary.reliability]
    assert predicted == sorted(predicted)
    for part in summary.reliability:
        assert part.low <= part.observed <= part.high
    for line in summary.lift.values():
        assert list(line) == sorted(line)
        assert line[-1] == 1
    assert summary.lift["comity"][0] > 3 * summary.lift["random"][0]
    assert set(summary.captured) == set(backtest.RANKERS)


def test_calibration_check_is_of_the_pairs_ranked_first(report):
    (summary,) = report.summaries
    for check in summary.calibration:
        assert check.error == pytest.approx(check.predicted - check.observed)
    assert [check.cut for check in summary.calibration] == [2005, 2010]
    errors = [abs(check.error) for check in summary.calibration]
    assert summary.calibration_error == pytest.approx(np.mean(errors))


def test_runs_are_repeatable(some, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 30)
    one, other = (backtest.run(some, ["investment-treaty"], [2005]) for _ in range(2))
    assert one.rows == other.rows


def test_progress_is_reported(some, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 2)
    seen = []
    backtest.run(some, ["investment-treaty"], [2010], lambda *what: seen.append(what))
    assert seen == [("investment-treaty 2010", 1, 1)]


def test_cuts_that_cannot_be_tested_are_skipped_with_their_reason(some, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 2)
    found = backtest.run(some, ["investment-treaty"], [1950, 2010, 2023])
    assert found.summaries[0].cuts == (2010,)
    assert "nothing to learn from" in found.skipped[0]
    assert "not over by" in found.skipped[1]
    with pytest.raises(ComityError, match="no cut can be tested"):
        backtest.run(some, ["investment-treaty"], [2023])


def test_unknown_kinds_are_named(known):
    with pytest.raises(ComityError, match="weather: no such kind; choose from cooperation"):
        backtest.run(known, ["weather"])


def test_a_kind_without_covariates_still_runs(monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 5)
    random = np.random.default_rng(0)
    codes = [f"A{chr(65 + i)}{chr(65 + j)}" for i in range(5) for j in range(6)]
    pairs = [(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :]]
    random.shuffle(pairs)
    rows = [
        agreement(str(i), "investment-treaty", str(1970 + i % 40), *pair)
        for i, pair in enumerate(pairs[:200])
    ]
    seen = [observation(code, "ideal-point", "1950", "0") for code in codes]
    world = build(*rows, countries=[country(code) for code in codes], observations=seen)
    found = backtest.run(world, ["investment-treaty"], [2000])
    assert all(0 <= row["captured10"] <= 1 for row in found.rows)
    json.dumps(found.document(), allow_nan=False)


def write(path, known, kind):
    ties = known.ties[kind]
    lines = [
        f"{known.countries[a]},{known.countries[b]},{year}"
        for a, b, year in zip(ties.a, ties.b, ties.year, strict=True)
        if year <= 2015
    ]
    path.write_text("\n".join(["a,b,year", *lines]) + "\n", encoding="utf-8")


def test_a_users_ties_give_what_the_shipped_ones_give(store, known, tmp_path, report, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 5)
    path = tmp_path / "ties.csv"
    write(path, known, "investment-treaty")
    found = backtest.run_ties(store, path, [2005, 2010])
    ours = {(r["cut"], r["method"]): r for r in found.rows}
    for row in report.rows:
        mine = ours[row["cut"], row["method"]]
        assert mine["kind"] == "ties"
        assert mine["candidates"] == row["candidates"]
        assert mine["positives"] == row["positives"]
        if row["method"] != "comity":
            assert mine["auc"] == pytest.approx(row["auc"])
        assert mine["auc"] == pytest.approx(row["auc"], abs=0.02)


def test_a_users_cuts_are_the_last_closed_ones(store, known, tmp_path, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 2)
    path = tmp_path / "ties.csv"
    write(path, known, "environment-agreement")
    found = backtest.run_ties(store, path)
    assert found.summaries[0].cuts == (1995, 2000, 2005, 2010)


def test_a_users_unknown_country_is_named_with_its_line(store, tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("a,b,year\nCHN,KAZ,1996\nCHN,XQX,1997\n", encoding="utf-8")
    with pytest.raises(ComityError, match=r"ties\.csv:3: 'XQX' is no ISO alpha-3 code"):
        backtest.run_ties(store, path)


def test_too_few_ties_to_learn_from_are_reported(store, tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("a,b,year\nCHN,KAZ,1996\nCHN,TWN,1997\n", encoding="utf-8")
    with pytest.raises(ComityError, match="no cut can be tested; ties 1977: nothing to learn"):
        backtest.run_ties(store, path)


def test_nothing_signed_after_the_day_asked_for_is_tested(some, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 2)
    found = backtest.run(some, ["investment-treaty"], [2005, 2010], until=2012)
    assert found.summaries[0].cuts == (2005,)
    assert "2010: the five years after it are not over by 2012" in found.skipped[0]


def test_backtest_of_a_store_of_ones_own(store, comity, monkeypatch):
    monkeypatch.setattr(backtest, "DRAWS", 2)
    command = ("backtest", "--cuts", "2005", "--graph", str(store.path), "--format", "json")
    done = comity(*command, "--at", "2015")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert [row["method"] for row in rows] == list(backtest.METHODS)
    assert {row["cut"] for row in rows} == {2005}
    early = comity(*command, "--at", "2008")
    assert early.exit_code == 2
    assert "the five years after it are not over by 2008" in early.stderr


@pytest.mark.slow
def test_investment_treaties_meet_the_bars(known):
    (summary,) = backtest.run(known).summaries
    assert summary.above_all
    assert summary.auc_gain.low > 0
    assert summary.calibration_error <= 0.05
    assert summary.captured_over_degree.mean >= 0.05
    assert summary.captured_over_degree.low > 0
