"""Feasibility: the probability that two countries sign within the next five years.

The model is a logistic regression on the features of `kg.forecast.features`, learned from the three
five-year windows that were closed before the year of the forecast (Y-15, Y-10, Y-5; the older
count half of the next) and never from the window forecast:

    z_ab = sum_i weight_i * (x_i,ab - mean_i) / sd_i        mean, sd: over all pairs open at Y

Standardising at every year makes eras comparable. A weight may only push the way its feature
documents (a common border cannot make a treaty less likely), which keeps the explanation sane
and, measured on earlier windows, forecasts better than free weights. A missing input counts as
the average pair and is reported as missing.

Raw scores are over-confident at the top, so they are recalibrated: `curve` is an isotonic
regression on the latest closed window of scores made by a model fitted before that window
(B. Zadrozny and C. Elkan 2002), interpolated between the centres of its steps. Last, the odds of
all pairs are scaled so that their mean is the present pace of signing in the world.

What is learned is cooperation in general (investment, trade, environment). No list of agreements
on industrial information security is long enough to learn from, so it is a proxy for it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from kg import terms
from kg.errors import ComityError
from kg.forecast.features import (
    FEATURES,
    NAMES,
    TARGETS,
    WINDOW,
    Feature,
    Grids,
    Target,
    Window,
    Windows,
    open_pairs,
    window,
)
from kg.forecast.history import Flags, Floats, History, read

SHIPPED = terms.shipped("data") / "feasibility.json"
COMMAND = "python -m kg.forecast.feasibility"
PROXY = (
    "the chance of any new bilateral investment, trade or environment agreement;"
    " a proxy for industrial security"
)
RIDGE = 200.0
CLIP = 4.0
AGES = {5: 1.0, 10: 0.5, 15: 0.25}
STEP_PAIRS, STEP_SIGNED = 50, 3
MEMORIES = np.arange(0.0, 1.0, 0.1)
FLOOR = 1e-6


@dataclass(frozen=True)
class Model:
    """Coefficients of one target, fitted on windows closed by `year`.

    `weights` (features,); `curve` (2, knots) maps the score to recalibrated log-odds, for scores
    moved so that their mean probability is `rate`; `learned` = pairs and signatures learned from.
    """

    target: Target
    year: int
    weights: Floats
    curve: Floats
    rate: float
    learned: tuple[int, int]


@dataclass(frozen=True)
class Forecast:
    """Forecasts for all pairs of countries at the end of `year`.

    `probability` (n, n): NaN on the diagonal and for a country that did not exist yet.
    `contributions` (n, n, features): the terms of the score, in log-odds before recalibration.
    """

    history: History
    model: Model
    year: int
    window: Window
    probability: Floats
    contributions: Floats

    @cached_property
    def unknown(self) -> Flags:
        """Features (n, n, features) that could not be computed."""
        return np.asarray(np.isnan(_stack(self.window.grids)))

    def missing(self, focal: str, partner: str) -> tuple[str, ...]:
        """Return the names of the inputs that are unknown for this pair."""
        row = self.unknown[self.history.position(focal), self.history.position(partner)]
        names = (item.needs for item, gone in zip(FEATURES, row, strict=True) if gone)
        return tuple(dict.fromkeys(names))


@dataclass(frozen=True)
class Reason:
    """One term of a forecast: `contribution` in log-odds before recalibration.

    `value` and `typical` (the average pair) are text in the unit of `title`, or "unknown".
    """

    feature: str
    title: str
    value: str
    typical: str
    contribution: float
    missing: bool
    sentence: str


def predict(
    history: History, focal: str, year: int, target: str = "cooperation"
) -> dict[str, float]:
    """Return {partner: probability that `focal` and it sign in year+1 .. year+5}.

    Covers every other country, with or without an agreement today. Uses `model_for`.
    """
    row = forecast(history, model_for(history, year, target), year).probability
    chances = row[history.position(focal)]
    pairs = zip(history.countries, chances, strict=True)
    return {code: float(chance) for code, chance in pairs if code != focal}


def forecast(history: History, model: Model, year: int) -> Forecast:
    """Return the forecasts of `model` for all pairs, from what was known at the end of `year`."""
    at = window(history, model.target, year)
    scaled = _filled((_stack(at.grids) - at.mean) / at.sd)
    contributions = scaled * model.weights
    score = contributions.sum(axis=2)
    among = score[at.a, at.b]
    chance = _sigmoid(_recalibrated(score, among, model, pace(history, model.target, year)))
    exists = history.known(year)
    chance[~np.logical_and.outer(exists, exists)] = np.nan
    np.fill_diagonal(chance, np.nan)
    return Forecast(history, model, year, at, chance, contributions)


def explain(forecast: Forecast, focal: str, partner: str) -> list[Reason]:
    """Return why the forecast is as it is, the weightiest first; terms of no weight are left out.

    The contributions add up to the score exactly; the score's average pair has 0.
    """
    f, p = forecast.history.position(focal), forecast.history.position(partner)
    reasons = [
        _reason(forecast, (f, p), i) for i, weight in enumerate(forecast.model.weights) if weight
    ]
    return sorted(reasons, key=lambda r: (-abs(r.contribution), r.missing, r.feature))


def model_for(history: History, year: int, target: str = "cooperation") -> Model:
    """Return the shipped model, or one fitted for `year` if that lies before the shipped fit.

    A forecast as of the past must not use coefficients that were learned from what came after.
    """
    model = shipped(target)
    return model if year >= model.year else fit(Windows(history, model.target), year)


def shipped(target: str = "cooperation", path: Path = SHIPPED) -> Model:
    """Read the coefficients shipped for `target`.

    Raises ComityError if there are none or they were made for other features.
    """
    if not path.is_file():
        raise ComityError(f"{path}: no coefficients; run {COMMAND}")
    models = json.loads(path.read_text(encoding="utf-8"))["models"]
    if target not in models:
        raise ComityError(f"{target}: no such forecast; choose from {', '.join(sorted(models))}")
    return _from_json(target, models[target], path)


def fit(windows: Windows, year: int) -> Model:
    """Fit a model on the windows closed by the end of `year`.

    Raises ComityError if nothing was signed in them.
    """
    latest = windows[year - WINDOW]
    weights, learned = _learn(windows, year)
    before, _ = _learn(windows, year - WINDOW)
    rate = float(np.clip(latest.signed.mean(), FLOOR, 0.5))
    score = levelled(_filled(latest.x) @ before, rate)
    return Model(windows.target, year, weights, _curve(score, latest.signed), rate, learned)


def probabilities(windows: Windows, model: Model, year: int) -> Floats:
    """Return (pairs,): the forecasts for the pairs of `windows[year]`."""
    score = _filled(windows[year].x) @ model.weights
    expected = pace(windows.history, windows.target, year)
    return _sigmoid(_recalibrated(score, score, model, expected))


def pace(history: History, target: Target, year: int) -> float:
    """Return the expected share of open pairs that sign in the five years after `year`.

    An exponentially smoothed yearly count goes on for five years; its memory is the one that
    would have forecast the years up to `year` best (Poisson deviance). Years after the last
    such signature on record are not counted as years without one.
    """
    counts = np.trim_zeros(_yearly(history, target, year), "b")
    if len(counts) < 2:
        return FLOOR
    smooth = [_smoothed(counts, memory) for memory in MEMORIES]
    misses = [_deviance(counts[1:], track[:-1] + 0.5) for track in smooth]
    best = smooth[int(np.argmin(misses))]
    pairs = open_pairs(history, target, year).sum()
    return float(np.clip(WINDOW * best[-1] / max(int(pairs), 1), FLOOR, 0.5))


def save(history: History, path: Path = SHIPPED) -> None:
    """Fit all targets on everything known today and write their coefficients (JSON)."""
    year = max(history.last_year(target.kinds) for target in TARGETS.values())
    models = {name: fit(Windows(history, target), year) for name, target in TARGETS.items()}
    document = {
        "about": "Coefficients of kg.forecast.feasibility; made by: " + COMMAND,
        "fitted": datetime.now(UTC).date().isoformat(),
        "facts_until": year,
        "models": {name: _to_json(model) for name, model in models.items()},
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _stack(grids: Grids) -> Floats:
    return np.stack([grids[name] for name in NAMES], axis=2)


def _filled(x: Floats) -> Floats:
    """Return standardised features with outliers clipped and the unknown at the average, 0."""
    return np.clip(np.nan_to_num(x, nan=0.0), -CLIP, CLIP)


def _sigmoid(z: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-z)))


def _logit(p: Floats | np.float64) -> Floats:
    return np.asarray(np.log(p / (1.0 - p)))


def _learn(windows: Windows, year: int) -> tuple[Floats, tuple[int, int]]:
    """Return the weights learned from the windows closed by `year`, and pairs and signatures."""
    closed = [(windows[year - age], weight) for age, weight in AGES.items()]
    x = np.concatenate([_filled(window.x) for window, _ in closed])
    signed = np.concatenate([window.signed for window, _ in closed])
    importance = np.concatenate([np.full(len(w.a), weight) for w, weight in closed])
    if not signed.any():
        raise ComityError(
            f"nothing to learn from: no {windows.target.name} was signed"
            f" in {year - max(AGES) + 1}-{year}; choose a later year"
        )
    return _regression(x, signed, importance), (len(signed), int(signed.sum()))


def _regression(x: Floats, signed: Floats, importance: Floats) -> Floats:
    """Return the weights of a ridge-penalised logistic regression with signed coefficients."""
    from scipy.optimize import minimize  # only for fitting: a forecast need not wait for it

    def loss(beta: Floats) -> tuple[float, Floats]:
        z = x @ beta[1:] + beta[0]
        residual = importance * (_sigmoid(z) - signed)
        value = (importance * (np.logaddexp(0.0, z) - signed * z)).sum()
        slope = np.concatenate([[residual.sum()], x.T @ residual + RIDGE * beta[1:]])
        return float(value + 0.5 * RIDGE * (beta[1:] ** 2).sum()), slope

    bounds = [(None, None), *(_bounds(feature.sign) for feature in FEATURES)]
    start = np.zeros(x.shape[1] + 1)
    start[0] = _logit(np.average(signed, weights=importance))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[1:])


def _bounds(sign: int) -> tuple[float | None, float | None]:
    return (0.0 if sign > 0 else None, 0.0 if sign < 0 else None)


def levelled(score: Floats, rate: float, among: Floats | None = None) -> Floats:
    """Return `score` plus the constant that makes the mean probability `among` equal `rate`."""
    pool, shift = score if among is None else among, 0.0
    if not len(pool):
        return score
    wanted = _logit(np.float64(rate))
    for _ in range(200):
        step = float(wanted - _logit(np.clip(_sigmoid(pool + shift).mean(), 1e-12, 1 - 1e-12)))
        shift += step
        if abs(step) < 1e-10:
            break
    return score + shift


def _recalibrated(score: Floats, among: Floats, model: Model, expected: float) -> Floats:
    """Return the log-odds of `score`, whose mean probability `among` the pairs is `expected`."""
    level = _along(model.curve, levelled(score, model.rate, among))
    pool = _along(model.curve, levelled(among, model.rate))
    return levelled(level, expected, pool)


def _along(curve: Floats, score: Floats) -> Floats:
    """Return the curve's log-odds; beyond its ends it rises half as fast as the score."""
    x, y = curve
    beyond = np.minimum(score - x[0], 0.0) + np.maximum(score - x[-1], 0.0)
    return np.asarray(np.interp(score, x, y) + 0.5 * beyond)


def _curve(score: Floats, signed: Floats) -> Floats:
    """Return (2, knots): centres of the steps of an isotonic regression, and their log-odds."""
    order = np.lexsort((-signed, score))  # signatures first: equal scores fall into one step
    steps: list[list[float]] = []
    for row in np.stack([score[order], signed[order], np.ones(len(score))], axis=1).tolist():
        steps.append(row)
        while len(steps) > 1 and steps[-2][1] * steps[-1][2] >= steps[-1][1] * steps[-2][2]:
            _merge(steps)
    block = np.array(_coarse(steps))
    share = np.clip(block[:, 1] / block[:, 2], FLOOR, 1 - FLOOR)
    return np.stack([block[:, 0] / block[:, 2], _logit(share)])


def _merge(steps: list[list[float]]) -> None:
    last = steps.pop()
    steps[-1] = [one + other for one, other in zip(steps[-1], last, strict=True)]


def _coarse(steps: Sequence[list[float]]) -> list[list[float]]:
    """Join neighbouring steps until each holds enough pairs and signatures to be believed."""
    joined: list[list[float]] = []
    for step in steps:
        joined.append(step)
        if len(joined) > 1 and _small(joined[-2]):
            _merge(joined)
    if len(joined) > 1 and _small(joined[-1]):
        _merge(joined)
    return joined


def _small(step: Sequence[float]) -> bool:
    return step[2] < STEP_PAIRS or step[1] < STEP_SIGNED


def _yearly(history: History, target: Target, until: int, years: int = 25) -> Floats:
    """Return (years + 1,): how many open pairs signed in each year up to `until`."""
    span = range(until - years, until + 1)
    if target.repeat:
        each = [(history.signed(target.kinds, y - 1, y) > 0).sum() / 2 for y in span]
    else:
        first = history.first(target.kinds)
        each = [(first == y).sum() / 2 for y in span]
    return np.array(each, dtype=np.float64)


def _smoothed(counts: Floats, memory: float) -> Floats:
    """Return at each year the mean of the counts so far, the past fading by `memory` a year."""
    total = weight = 0.0
    track = []
    for count in counts:
        total, weight = total * memory + count, weight * memory + 1.0
        track.append(total / weight)
    return np.array(track)


def _deviance(counts: Floats, expected: Floats) -> float:
    return float((expected - counts * np.log(expected)).sum())


def _reason(forecast: Forecast, pair: tuple[int, int], i: int) -> Reason:
    feature = FEATURES[i]
    contribution = float(forecast.contributions[(*pair, i)])
    missing = bool(np.isnan(forecast.window.grids[feature.name][pair]))
    value, typical = _shown(forecast, pair, feature), _typical(forecast, i)
    title = feature.title[0].upper() + feature.title[1:]
    sentence = f"{title}: unknown ({feature.needs} is missing), counted as the average pair."
    if not missing:
        effect = f"multiplies the odds by {np.exp(contribution):.2f}"
        sentence = f"{title}: {value} (on average {typical}), which {effect}."
    return Reason(feature.name, feature.title, value, typical, contribution, missing, sentence)


def _shown(forecast: Forecast, pair: tuple[int, int], feature: Feature) -> str:
    grid, names = forecast.window.grids[feature.name], forecast.history.names
    if feature.each:
        return ", ".join(f"{names[i]} {feature.plain(float(grid[i, i]) / 2)}" for i in pair)
    return feature.plain(float(grid[pair]))


def _typical(forecast: Forecast, i: int) -> str:
    mean = float(forecast.window.mean[i])
    return FEATURES[i].plain(mean / 2 if FEATURES[i].each else mean)


def _to_json(model: Model) -> dict[str, Any]:
    return {
        "year": model.year,
        "kinds": list(model.target.kinds),
        "repeat": model.target.repeat,
        "pairs": model.learned[0],
        "signed": model.learned[1],
        "rate": round(model.rate, 8),
        "weights": {n: round(float(w), 6) for n, w in zip(NAMES, model.weights, strict=True)},
        "curve": [[round(float(v), 6) for v in line] for line in model.curve],
    }


def _from_json(name: str, given: Mapping[str, Any], path: Path) -> Model:
    if tuple(given["weights"]) != NAMES:
        raise ComityError(f"{path}: made for other features; run {COMMAND}")
    return Model(
        Target(name, tuple(given["kinds"]), given["repeat"]),
        given["year"],
        np.array(list(given["weights"].values())),
        np.array(given["curve"]),
        given["rate"],
        (given["pairs"], given["signed"]),
    )


if __name__ == "__main__":
    from kg.graph.build import cached

    save(read(cached()))
    sys.stderr.write(f"wrote {SHIPPED}\n")
