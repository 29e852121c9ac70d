"""Tests of kg.feasibility."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from test_history import agreement, build, country, observation

from kg.errors import ComityError
from kg.forecast import feasibility, history
from kg.forecast.features import FEATURES, NAMES, TARGETS, Windows
from kg.forecast.history import History

KIND = "investment-treaty"


@pytest.fixture(scope="module")
def tables(store):
    """The shipped facts, column by column, as `History.from_tables` takes them."""
    return {
        name: {column: list(cells) for column, cells in table.items()}
        for name, table in history.tables(store).items()
    }


@pytest.fixture(scope="module")
def known(tables):
    return History.from_tables(tables)


def year_of(cell):
    return int(cell[:4]) if cell else 0


def keep(table, rows):
    return {column: [cells[i] for i in rows] for column, cells in table.items()}


def without_future(tables, cut):
    """Everything dated after `cut` is taken out."""
    agreements, parts = tables["agreements"], tables["participations"]
    seen = tables["observations"]
    ends = [end if year_of(end) <= cut else "" for end in parts["end"]]
    dates = zip(agreements["id"], agreements["signed"], strict=True)
    later = {f"agreement/{key}" for key, date in dates if year_of(date) > cut}
    joined = [
        i
        for i, (of, start) in enumerate(zip(parts["of"], parts["start"], strict=True))
        if of not in later and (of.startswith("agreement/") or year_of(start) <= cut)
    ]
    return tables | {
        "agreements": keep(
            agreements, [i for i, d in enumerate(agreements["signed"]) if year_of(d) <= cut]
        ),
        "participations": keep(parts | {"end": ends}, joined),
        "observations": keep(seen, [i for i, d in enumerate(seen["year"]) if year_of(d) <= cut]),
    }


def shuffled_future(tables, cut, seed):
    """Everything dated after `cut` happens to somebody else, at another date after `cut`."""
    random = np.random.default_rng(seed)
    agreements, parts = tables["agreements"], tables["participations"]
    seen = tables["observations"]

    def mixed(cells, dates):
        late = [i for i, date in enumerate(dates) if year_of(date) > cut]
        swapped = list(cells)
        for i, j in zip(late, random.permutation(late), strict=True):
            swapped[i] = cells[j]
        return swapped

    dates = zip(agreements["id"], agreements["signed"], strict=True)
    later = {f"agreement/{key}" for key, date in dates if year_of(date) > cut}
    joined = [
        ("9999" if of in later else "0") if of.startswith("agreement/") else start
        for of, start in zip(parts["of"], parts["start"], strict=True)
    ]
    return tables | {
        "agreements": agreements | {"signed": mixed(agreements["signed"], agreements["signed"])},
        "participations": parts
        | {
            "country": mixed(parts["country"], joined),
            "end": mixed(parts["end"], parts["end"]),
        },
        "observations": seen | {"value": mixed(seen["value"], seen["year"])},
    }


def said(tables, cut):
    windows = Windows(History.from_tables(tables), TARGETS[KIND])
    model = feasibility.fit(windows, cut)
    return feasibility.forecast(windows.history, model, cut).probability


@pytest.mark.parametrize("cut", [1995, 2004])
def test_nothing_dated_after_the_cut_changes_a_forecast(tables, cut):
    expected = said(tables, cut)
    removed = said(without_future(tables, cut), cut)
    assert np.allclose(removed, expected, atol=1e-6, equal_nan=True)
    for seed in (1, 2):
        shuffled = said(shuffled_future(tables, cut, seed), cut)
        assert np.allclose(shuffled, expected, atol=1e-6, equal_nan=True)


def test_what_is_dated_before_the_cut_does_change_a_forecast(tables):
    expected, other = said(tables, 2000), said(without_future(tables, 1999), 2000)
    assert np.nanmax(np.abs(expected - other)) > 0.05


def test_shuffling_really_changes_the_future(tables):
    mixed = History.from_tables(shuffled_future(tables, 2000, 1))
    real = History.from_tables(tables)
    assert not np.array_equal(mixed.signed([KIND], 2000, 2005), real.signed([KIND], 2000, 2005))
    assert np.array_equal(mixed.signed([KIND], 0, 2000), real.signed([KIND], 0, 2000))


def test_a_forecast_of_the_past_is_not_made_with_later_coefficients(known):
    assert feasibility.model_for(known, 2005).year == 2005
    assert feasibility.model_for(known, 2030).year == feasibility.shipped().year


def test_every_pair_has_a_probability(known):
    chances = feasibility.predict(known, "CHN", feasibility.shipped().year)
    assert len(chances) == 192
    assert "CHN" not in chances
    assert all(0 < chance < 1 for chance in chances.values())
    assert chances["KAZ"] > chances["TUV"]


def test_countries_that_did_not_exist_yet_are_not_forecast(known):
    model = feasibility.shipped()
    chance = feasibility.forecast(known, model, 2000).probability
    assert np.isnan(chance[known.position("SSD")]).all()
    assert np.isnan(np.diag(chance)).all()


def test_forecast_is_what_the_backtest_scores(known):
    windows = Windows(known, TARGETS[KIND])
    model = feasibility.fit(windows, 2000)
    scored = feasibility.probabilities(windows, model, 2000)
    chance = feasibility.forecast(known, model, 2000).probability
    assert np.allclose(chance[windows[2000].a, windows[2000].b], scored)
    assert np.allclose(chance, chance.T, equal_nan=True)


def test_mean_forecast_is_the_pace(known):
    windows = Windows(known, TARGETS[KIND])
    scored = feasibility.probabilities(windows, feasibility.fit(windows, 2000), 2000)
    assert scored.mean() == pytest.approx(feasibility.pace(known, TARGETS[KIND], 2000))


def test_explanation_adds_up_and_ranks(known):
    found = feasibility.forecast(known, feasibility.shipped(), feasibility.shipped().year)
    place = known.position("CHN"), known.position("KAZ")
    reasons = feasibility.explain(found, "CHN", "KAZ")
    total = sum(reason.contribution for reason in reasons)
    assert total == pytest.approx(found.contributions[place].sum())
    sizes = [abs(reason.contribution) for reason in reasons]
    assert sizes == sorted(sizes, reverse=True)
    border = next(reason for reason in reasons if reason.feature == "border")
    assert border.value == "yes"
    assert border.sentence.startswith("Common border: yes (on average")
    recent = next(reason for reason in reasons if reason.feature == "recent")
    assert recent.value.startswith("China ")
    score = found.contributions.sum(axis=2)
    order, chance = np.argsort(score[place[0]]), found.probability[place[0]]
    assert np.all(np.diff(chance[order][~np.isnan(chance[order])]) > 0)


def test_missing_inputs_are_named_and_count_for_nothing(known):
    found = feasibility.forecast(known, feasibility.shipped(), feasibility.shipped().year)
    assert found.missing("CHN", "LIE") == (
        "distance", "common border", "common language", "colonial tie",
    )  # fmt: skip
    assert found.missing("CHN", "KAZ") == ()
    gone = [reason for reason in feasibility.explain(found, "CHN", "LIE") if reason.missing]
    assert gone
    for reason in gone:
        assert reason.contribution == 0
        assert reason.value == "unknown"
        assert "is missing" in reason.sentence


def test_weights_never_push_against_their_documented_sign():
    for target in TARGETS:
        weights = feasibility.shipped(target).weights
        for feature, weight in zip(FEATURES, weights, strict=True):
            assert weight * feature.sign >= 0


def test_shipped_coefficients_are_reproducible_from_shipped_facts(known, tmp_path):
    path = tmp_path / "feasibility.json"
    feasibility.save(known, path)
    again = json.loads(path.read_text(encoding="utf-8"))
    kept = json.loads(feasibility.SHIPPED.read_text(encoding="utf-8"))
    assert again["facts_until"] == kept["facts_until"]
    for target, model in kept["models"].items():
        other = again["models"][target]
        assert list(model["weights"]) == list(other["weights"])
        for name, weight in model["weights"].items():
            assert other["weights"][name] == pytest.approx(weight, abs=2e-3)
        assert other["signed"] == model["signed"]


def test_shipped_model_needs_neither_scikit_learn_nor_the_optimiser(store):
    code = (
        "import sys; from kg.forecast import feasibility, history\n"
        "from kg.graph.build import cached\n"
        "known = history.read(cached())\n"
        "assert feasibility.predict(known, 'CHN', 2025)['KAZ'] > 0\n"
        "assert not {'sklearn', 'scipy.optimize'} & set(sys.modules), 'slow import'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_regression_without_active_bounds_is_the_penalised_maximum():
    random = np.random.default_rng(0)
    x = random.normal(size=(4000, len(NAMES)))
    signs = np.array([feature.sign or 1 for feature in FEATURES])
    signed = (random.random(4000) < 1 / (1 + np.exp(2 - x @ (0.3 * signs)))).astype(float)
    importance = random.choice([0.25, 0.5, 1.0], size=4000)
    ours = feasibility._regression(x, signed, importance)
    reference = LogisticRegression(C=1 / feasibility.RIDGE, tol=1e-8, max_iter=1000)
    reference.fit(x, signed, sample_weight=importance)
    assert np.allclose(ours, reference.coef_[0], atol=2e-3)
    assert np.all(ours * signs > 0)


def test_regression_keeps_a_weight_at_zero_rather_than_against_its_sign():
    x = np.random.default_rng(0).normal(size=(2000, len(NAMES)))
    against = NAMES.index("border")
    signed = (x[:, against] < 0).astype(float)
    assert feasibility._regression(x, signed, np.ones(2000))[against] == 0


def test_curve_agrees_with_isotonic_regression_on_long_steps():
    random = np.random.default_rng(3)
    score = np.repeat([-3.0, -2.0, -1.0, 0.0], 500)
    signed = (random.random(2000) < np.repeat([0.02, 0.15, 0.1, 0.6], 500)).astype(float)
    curve = feasibility._curve(score, signed)
    steps = IsotonicRegression().fit(score, signed).predict(np.unique(score))
    found = np.interp([-3.0, 0.0], *curve)
    assert 1 / (1 + np.exp(-found)) == pytest.approx(steps[[0, -1]])
    middle = 1 / (1 + np.exp(-np.interp(-1.5, *curve)))
    assert middle == pytest.approx(steps[1])


def test_curve_rises_and_rests_on_enough_signatures(known):
    for target in TARGETS:
        x, y = feasibility.shipped(target).curve
        assert np.all(np.diff(x) > 0)
        assert np.all(np.diff(y) >= 0)


def test_recalibration_undoes_overconfidence():
    random = np.random.default_rng(5)
    truth = random.normal(-3, 1.5, size=20000)
    signed = (random.random(20000) < 1 / (1 + np.exp(-truth))).astype(float)
    bold = 2 * truth + 3
    level = feasibility._along(feasibility._curve(bold, signed), bold)
    top = np.argsort(-bold)[:400]
    raw = abs(1 / (1 + np.exp(-bold[top])) - signed[top]).mean()
    assert raw > 0.2
    assert np.mean(1 / (1 + np.exp(-level[top]))) == pytest.approx(signed[top].mean(), abs=0.05)


def test_moving_scores_reaches_the_wanted_mean():
    score = np.random.default_rng(1).normal(0, 3, 1000)
    for rate in (1e-5, 0.02, 0.4):
        moved = feasibility.levelled(score, rate)
        assert (1 / (1 + np.exp(-moved))).mean() == pytest.approx(rate, rel=1e-6)
        assert np.allclose(np.diff(moved), np.diff(score))


def small_world(*years):
    codes = [f"A{chr(65 + i)}{chr(65 + j)}" for i in range(4) for j in range(5)]
    pairs = [(a, b) for i, a in enumerate(codes) for b in codes[i + 1 :]]
    rows = [agreement(str(i), KIND, str(y), *pairs[i]) for i, y in enumerate(years)]
    seen = [observation(code, "gdp", "1950", "1e9") for code in codes]
    return build(*rows, countries=[country(code) for code in codes], observations=seen)


def test_a_steady_pace_goes_on():
    known = small_world(*[year for year in range(1960, 2001) for _ in range(2)])
    open_pairs = 20 * 19 / 2 - 82
    assert feasibility.pace(known, TARGETS[KIND], 2000) == pytest.approx(5 * 2 / open_pairs)


def test_pace_follows_a_boom_and_ignores_years_not_recorded_yet():
    years = [*range(1960, 1998), *[1998] * 8, *[1999] * 8, *[2000] * 8]
    known = small_world(*years)
    pace = feasibility.pace(known, TARGETS[KIND], 2000)
    assert pace > 5 * 4 / (190 - len(years))
    assert feasibility.pace(known, TARGETS[KIND], 2002) == pytest.approx(pace)


def test_without_any_indicator_nothing_is_forecast():
    codes = [country(code) for code in ("AAA", "AAB", "AAC")]
    known = build(agreement("x", KIND, "1990", "AAA", "AAB"), countries=codes)
    found = feasibility.forecast(known, feasibility.shipped(), 2030)
    assert np.isnan(found.probability).all()


def test_nothing_to_learn_from_is_said():
    with pytest.raises(ComityError, match="nothing to learn from: no investment-treaty"):
        feasibility.fit(Windows(small_world(1960), TARGETS[KIND]), 2000)


def test_unknown_forecasts_and_foreign_coefficients_are_named(tmp_path):
    with pytest.raises(ComityError, match="weather: no such forecast; choose from cooperation"):
        feasibility.shipped("weather")
    with pytest.raises(ComityError, match="no coefficients; run python -m"):
        feasibility.shipped(path=tmp_path / "none.json")
    path = tmp_path / "old.json"
    path.write_text('{"models": {"cooperation": {"weights": {"x": 1}}}}', encoding="utf-8")
    with pytest.raises(ComityError, match="made for other features"):
        feasibility.shipped(path=path)
