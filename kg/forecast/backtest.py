"""Backtest: how well would the forecasts and the rankings have done in the past?

Rolling origin: at each cut Y a model is fitted on the windows closed by the end of Y, and asked
which of the pairs without a tie of the kind sign their first one in Y+1 .. Y+5. What it says is
compared with what happened, beside rankings that need no learning (`METHODS`).

auc, ap       over all pairs: area under the ROC curve, average precision
hits10        over countries with a signature ahead of them: share of the signatures that are
              among the ten partners ranked first (of ten, if there are more than ten)
mrr           over the same countries: mean of 1 / rank of the first partner that signed
captured10    over countries: reach gain of the ten partners ranked first that really signed,
              divided by the most that ten partners who signed could have brought

The reach gain of f through j is the exact growth of sum_t need_t * rho_ft (`kg.leverage.formula`),
the partner included, in the network of agreements of that kind signed by Y: every agreement has
strength 1/2 and the need of a country is its GDP as known at Y, none where that is unknown. For
`comity`, captured10 ranks by probability times gain, which is what it recommends by.

Intervals are 95 % from resampling countries: a pair weighs as often as both of its countries are
drawn. The same draws serve all methods and cuts, so differences are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from kg.errors import ComityError
from kg.forecast.feasibility import fit, probabilities
from kg.forecast.features import TARGETS, WINDOW, Target, Window, Windows, gravity, random_walk
from kg.forecast.history import NEVER, Floats, History, Ints, read, read_ties, ties_of
from kg.graph.store import Store
from kg.leverage import formula

Progress: TypeAlias = Callable[[str, int, int], None]
Row: TypeAlias = dict[str, str | int | float | None]

CUTS = (1995, 2000, 2005, 2010)
LEARNED = "comity"
METHODS = (
    LEARNED,
    "random",
    "degree",
    "common-neighbours",
    "preferential-attachment",
    "recent-tie-product",
    "gravity",
    "random-walk",
    "gain",
)
RANKERS = ("random", "gain", "degree", "feasibility", LEARNED)
"""What captured leverage is compared for; `feasibility` is the probability without the gain."""
DRAWS = 300
TOP = 10
TOP_SHARE = 0.02
STRENGTH = 0.5
DEPTHS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Interval:
    """A mean and its 95 % interval from resampling countries."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Bin:
    """One point of a reliability diagram: mean forecast and observed share, with 95 % interval."""

    predicted: float
    observed: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True)
class Check:
    """Calibration of the pairs ranked first at one cut: `error` = predicted - observed."""

    cut: int
    pairs: int
    predicted: float
    observed: float
    error: float


@dataclass(frozen=True)
class Summary:
    """What the cuts of one kind say together; everything a page needs to plot them.

    `auc_gain` is the mean over the cuts of the AUC of `comity` minus that of `best_baseline`, the
    method with the highest mean; `above_all` says whether it is higher than every method's at
    every cut. `calibration_error` is the mean absolute error over the cuts of the 2 % of pairs
    ranked first. `lift` gives for each method the share of all signatures found (of all cuts)
    among the share of pairs in `depths` ranked first. `metrics` holds {method: {metric: interval
    of the mean over the cuts}}.
    """

    kind: str
    cuts: tuple[int, ...]
    best_baseline: str
    above_all: bool
    auc_gain: Interval
    metrics: dict[str, dict[str, Interval]]
    calibration: tuple[Check, ...]
    calibration_error: float
    captured: dict[str, Interval]
    captured_over_degree: Interval
    captured_over_feasibility: Interval
    reliability: tuple[Bin, ...]
    depths: tuple[float, ...]
    lift: dict[str, tuple[float, ...]]


@dataclass(frozen=True)
class Report:
    """`rows`: one a kind, cut and method. `skipped` says which cuts could not be tested and why."""

    rows: list[Row]
    summaries: list[Summary]
    skipped: list[str]

    def document(self) -> dict[str, Any]:
        """Return everything as plain lists and dicts, ready for JSON; unknown is None."""
        summaries = [_plain(asdict(summary)) for summary in self.summaries]
        return {"rows": self.rows, "summaries": summaries, "skipped": self.skipped}


@dataclass(frozen=True)
class Trial:
    """One kind at one cut: the pairs at stake, what happened, and what each method said.

    `scores` {method: (n, n)}, the row is the focal country; `measured` {method: {metric:
    (1 + resamples,)}}, the first without resampling; `kept` {ranker: (n,)} captured leverage of
    each country, NaN where nothing could be captured.
    """

    kind: str
    cut: int
    window: Window
    probability: Floats
    scores: Mapping[str, Floats]
    measured: Mapping[str, Mapping[str, Floats]]
    kept: Mapping[str, Floats]


def run(
    history: History,
    kinds: Iterable[str] = ("investment-treaty",),
    cuts: Sequence[int] = CUTS,
    progress: Progress | None = None,
    until: int = NEVER,
) -> Report:
    """Run the backtest of a history by kind and cut, on what was signed by the year `until`.

    `progress(what, done, total)` is called after
    each cut. Raises ComityError on an unknown kind or if no cut can be tested.
    """
    targets = [_target(kind, history) for kind in kinds]
    return _run(history, targets, cuts, progress or _silent, until)


def run_ties(
    store: Store,
    path: Path,
    cuts: Sequence[int] | None = None,
    progress: Progress | None = None,
    until: int = NEVER,
) -> Report:
    """Run the backtest of a user's ties: CSV with the columns a, b (ISO alpha-3) and year.

    Covariates are those of the store. Without `cuts`, the last four that are five years apart
    and closed by `until`. Raises ComityError with file and line of a mistake, or if no cut can
    be tested.
    """
    lines = read_ties(path)
    history = read(store, extra={code for _, *codes, _ in lines for code in codes})
    rows = []
    for line, one, other, year in lines:
        for code in (one, other):
            if code not in history.index:
                raise ComityError(f"{path}:{line}: {code!r} is no ISO alpha-3 code of a country")
        a, b = sorted((history.index[one], history.index[other]))
        rows.append((a, b, year))
    last = min(until, max(year for *_, year in rows))
    chosen = cuts or tuple(range(last - 4 * WINDOW, last, WINDOW))
    dated = history.with_ties("ties", ties_of(rows))
    return _run(dated, [Target("ties", ("ties",))], chosen, progress or _silent, until)


def _silent(what: str, done: int, total: int) -> None:
    """Take no notice of progress."""


def _target(kind: str, history: History) -> Target:
    """Return a target by name, or the kind of agreement that a user's own facts have."""
    if kind in TARGETS and any(name in history.ties for name in TARGETS[kind].kinds):
        return TARGETS[kind]
    if kind not in history.ties:
        known = ", ".join(sorted(history.ties) if history.always else sorted(TARGETS))
        raise ComityError(f"{kind}: no such kind; choose from {known}")
    return Target(kind, (kind,))


def _run(
    history: History,
    targets: Sequence[Target],
    cuts: Sequence[int],
    progress: Progress,
    until: int,
) -> Report:
    report = Report([], [], [])
    draws = resampled(len(history.countries))
    for i, target in enumerate(targets):
        windows, trials = Windows(history, target), []
        last = min(until, history.last_year(target.kinds))
        for j, cut in enumerate(cuts):
            try:
                trials.append(_trial(windows, cut, last, draws))
            except ComityError as error:
                report.skipped.append(f"{target.name} {cut}: {error}")
            progress(f"{target.name} {cut}", i * len(cuts) + j + 1, len(targets) * len(cuts))
        report.rows.extend(_row(trial, method) for trial in trials for method in METHODS)
        if trials:
            report.summaries.append(_summary(trials, draws))
    if not report.rows:
        raise ComityError("no cut can be tested; " + "; ".join(report.skipped))
    return report


def resampled(countries: int) -> Floats:
    """Return (1 + resamples, countries): how often each is drawn, in the first row once each."""
    random = np.random.default_rng(0)
    share = np.full(countries, 1 / countries)
    drawn = random.multinomial(countries, share, size=DRAWS)
    return np.vstack([np.ones(countries), drawn])


def _trial(windows: Windows, cut: int, until: int, draws: Floats) -> Trial:
    if cut + WINDOW > until:
        raise ComityError(f"the five years after it are not over by {until}")
    model = fit(windows, cut)
    window = windows[cut]
    if not window.signed.any():
        raise ComityError("nothing was signed in the five years after it")
    probability = probabilities(windows, model, cut)
    scores = _scores(windows, window, probability)
    weights = draws[:, window.a] * draws[:, window.b]
    measured = {method: _measured(scores[method], window, weights, draws) for method in METHODS}
    rankings = {**scores, "feasibility": scores[LEARNED]}
    rankings[LEARNED] = scores[LEARNED] * scores["gain"]
    kept = {name: captured(rank, scores["gain"], window) for name, rank in rankings.items()}
    return Trial(windows.target.name, cut, window, probability, scores, measured, kept)


def _scores(windows: Windows, window: Window, probability: Floats) -> dict[str, Floats]:
    """Return (n, n) for each of `METHODS`; the row is the focal country, higher is better."""
    history, kinds, grids = windows.history, windows.target.kinds, window.grids
    size = len(history.countries)
    signed = history.signed(kinds, 0, window.year)
    ties = (signed > 0).astype(float)
    noise = np.random.default_rng(window.year).random((size, size))
    return {
        LEARNED: square(size, window, probability),
        "random": noise + noise.T,
        "degree": np.tile(ties.sum(axis=1), (size, 1)),
        "common-neighbours": grids["common"],
        "preferential-attachment": grids["attachment"],
        "recent-tie-product": grids["recent"],
        "gravity": gravity(grids),
        "random-walk": random_walk(ties),
        "gain": reach_gain(1 - (1 - STRENGTH) ** signed, history.as_of("gdp", window.year)),
    }


def square(size: int, window: Window, values: Floats) -> Floats:
    """Return (n, n), symmetric: a window's values (pairs,) at their places, 0 elsewhere."""
    grid = np.zeros((size, size))
    grid[window.a, window.b] = grid[window.b, window.a] = values
    return grid


def reach_gain(tau: Floats, gdp: Floats) -> Floats:
    """Return (n, n): growth of the row country's reach through one more tie with the column's.

    `tau` (n, n) are the strengths of the ties; `gdp` (n,), NaN where unknown, is scaled to a
    share of the world's and taken as need; where it is known of nobody, all count alike. The new
    agreement has strength 1/2.
    """
    alike = np.full(len(gdp), 1.0 / len(gdp))
    need = np.nan_to_num(gdp / np.nansum(gdp)) if np.isfinite(gdp).any() else alike
    rho = formula.path_strength(tau)
    rows = []
    for focal in range(len(tau)):
        tie = formula.strengthened(tau, focal, STRENGTH)
        partner = need * np.maximum(0.0, tie - rho[focal])
        partner[focal] = 0.0
        rows.append(partner + formula.onward(rho, need, focal, tie).sum(axis=1))
    return np.array(rows)


def _measured(score: Floats, window: Window, weights: Floats, draws: Floats) -> dict[str, Floats]:
    hit, miss = levels(_of_pairs(score, window), window.signed, weights)
    hits, first = by_country(score, window)
    return {
        "auc": auc(hit, miss),
        "ap": average_precision(hit, miss),
        "hits10": mean_of(hits, draws),
        "mrr": mean_of(first, draws),
    }


def _of_pairs(score: Floats, window: Window) -> Floats:
    return np.asarray(score[window.a, window.b] + score[window.b, window.a])


def levels(score: Floats, signed: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return the weight of the pairs that signed and that did not at each level of score, rising.

    `score` and `signed` are (pairs,), `weights` (draws, pairs); both results (draws, levels).
    """
    order = np.argsort(score, kind="stable")
    starts = np.flatnonzero(np.diff(score[order], prepend=-np.inf) > 0)
    ordered = weights[:, order]
    total = np.add.reduceat(ordered, starts, axis=1)
    hit = np.add.reduceat(ordered * signed[order], starts, axis=1)
    return hit, total - hit


def auc(hit: Floats, miss: Floats) -> Floats:
    """Return (draws,): area under the ROC curve of `levels`, equal scores counting half.

    NaN for a draw without a signature or without anything else.
    """
    below = np.cumsum(miss, axis=1) - miss
    total = hit.sum(axis=1) * miss.sum(axis=1)
    return _ratio((hit * (below + 0.5 * miss)).sum(axis=1), total)


def average_precision(hit: Floats, miss: Floats) -> Floats:
    """Return (draws,): mean precision at the signatures of `levels`, equal scores as one step."""
    found = np.cumsum(hit[:, ::-1], axis=1)[:, ::-1]
    seen = np.cumsum((hit + miss)[:, ::-1], axis=1)[:, ::-1]
    precision = np.divide(found, seen, out=np.zeros_like(found), where=seen > 0)
    return _ratio((hit * precision).sum(axis=1), hit.sum(axis=1))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def mean_of(values: Floats, draws: Floats) -> Floats:
    """Return (draws,): mean of the known values (n,), countries weighted by draws."""
    known = ~np.isnan(values)
    return _ratio(draws[:, known] @ values[known], draws[:, known].sum(axis=1))


def ordered(score: Floats, window: Window) -> tuple[Ints, Floats]:
    """Return each row's partners from the best to the worst (n, n), and whether they signed.

    Equal scores come in random order; pairs not at stake come last, as not signed.
    """
    size = len(score)
    shuffled = np.random.default_rng(window.year).permutation(size)
    at_stake = square(size, window, np.ones(len(window.a))) > 0
    ranked = np.where(at_stake, score, -np.inf)[:, shuffled]
    order = shuffled[np.argsort(-ranked, axis=1, kind="stable")]
    signed = square(size, window, window.signed)
    return order, np.take_along_axis(signed, order, axis=1)


def by_country(score: Floats, window: Window) -> tuple[Floats, Floats]:
    """Return hits at ten and reciprocal rank (n,) of each country, NaN where nothing was signed."""
    _, signed = ordered(score, window)
    total = signed.sum(axis=1)
    hits = _ratio(signed[:, :TOP].sum(axis=1), np.minimum(total, TOP))
    rank = np.where(total > 0, 1.0 / (signed.argmax(axis=1) + 1), np.nan)
    return hits, rank


def captured(score: Floats, gain: Floats, window: Window) -> Floats:
    """Return (n,): share of the best possible gain that the ten partners ranked first bring."""
    order, signed = ordered(score, window)
    brought = np.take_along_axis(gain, order, axis=1) * signed
    best = np.sort(brought, axis=1)[:, -TOP:].sum(axis=1)
    return _ratio(brought[:, :TOP].sum(axis=1), best)


def _row(trial: Trial, method: str) -> Row:
    measured, spread = trial.measured[method], interval(trial.measured[method]["auc"])
    row = {
        **{name: values[0] for name, values in measured.items()},
        "auc_low": spread.low,
        "auc_high": spread.high,
        "captured10": mean_of(trial.kept[method], np.ones((1, len(trial.kept[method]))))[0],
    }
    names = ("auc", "auc_low", "auc_high", "ap", "hits10", "mrr", "captured10")
    return {
        "kind": trial.kind,
        "cut": trial.cut,
        "method": method,
        "candidates": len(trial.window.a),
        "positives": int(trial.window.signed.sum()),
        **{name: _shown(float(row[name])) for name in names},
    }


def _shown(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 6)


def _plain(value: Any) -> Any:  # noqa: ANN401  # any piece of JSON
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and np.isnan(value) else value


def interval(values: Floats) -> Interval:
    """Return the first value with the 95 % interval of the others, which are resamples of it."""
    if np.isnan(values[1:]).all():
        return Interval(float(values[0]), np.nan, np.nan)
    low, high = np.nanpercentile(values[1:], (2.5, 97.5))
    return Interval(float(values[0]), float(low), float(high))


def _summary(trials: Sequence[Trial], draws: Floats) -> Summary:
    mean = {
        method: {
            metric: np.mean([trial.measured[method][metric] for trial in trials], axis=0)
            for metric in ("auc", "ap", "hits10", "mrr")
        }
        for method in METHODS
    }
    best = max(METHODS[1:], key=lambda method: float(mean[method]["auc"][0]))
    kept = {name: _pooled(trials, name, draws) for name in RANKERS}
    checks = tuple(_check(trial) for trial in trials)
    return Summary(
        kind=trials[0].kind,
        cuts=tuple(trial.cut for trial in trials),
        best_baseline=best,
        above_all=all(
            trial.measured[LEARNED]["auc"][0] > trial.measured[other]["auc"][0]
            for trial in trials
            for other in METHODS[1:]
        ),
        auc_gain=interval(mean[LEARNED]["auc"] - mean[best]["auc"]),
        metrics={m: {name: interval(v) for name, v in found.items()} for m, found in mean.items()},
        calibration=checks,
        calibration_error=float(np.mean([abs(check.error) for check in checks])),
        captured={name: interval(values) for name, values in kept.items()},
        captured_over_degree=interval(kept[LEARNED] - kept["degree"]),
        captured_over_feasibility=interval(kept[LEARNED] - kept["feasibility"]),
        reliability=_reliability(trials),
        depths=DEPTHS,
        lift={method: _lift(trials, method) for method in METHODS},
    )


def _pooled(trials: Sequence[Trial], name: str, draws: Floats) -> Floats:
    """Return (1 + resamples,): captured leverage averaged over the countries of all cuts."""
    values = np.concatenate([trial.kept[name] for trial in trials])
    return mean_of(values, np.tile(draws, (1, len(trials))))


def _check(trial: Trial) -> Check:
    count = max(1, round(TOP_SHARE * len(trial.probability)))
    top = np.argsort(-trial.probability, kind="stable")[:count]
    predicted = float(trial.probability[top].mean())
    observed = float(trial.window.signed[top].mean())
    return Check(trial.cut, count, predicted, observed, predicted - observed)


def _reliability(trials: Sequence[Trial]) -> tuple[Bin, ...]:
    """Return the pairs of all cuts in bins of falling probability, at the depths of the lift."""
    probability = np.concatenate([trial.probability for trial in trials])
    signed = np.concatenate([trial.window.signed for trial in trials])
    order = np.argsort(-probability, kind="stable")
    edges = np.unique([0, *(round(depth * len(order)) for depth in DEPTHS)])
    parts = [order[a:b] for a, b in pairwise(edges)]
    return tuple(_bin(probability[part], signed[part]) for part in reversed(parts))


def _bin(probability: Floats, signed: Floats) -> Bin:
    """Return one bin; the interval of the share is Wilson's (1927)."""
    n, share, z = len(signed), float(signed.mean()), 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low, high = max(0.0, float(middle - half)), min(1.0, float(middle + half))
    return Bin(float(probability.mean()), share, low, high, n)


def _lift(trials: Sequence[Trial], method: str) -> tuple[float, ...]:
    """Return the share of all signatures found among the share of pairs ranked first."""
    found = np.zeros(len(DEPTHS))
    for trial in trials:
        pairs = _of_pairs(trial.scores[method], trial.window)
        shuffled = np.random.default_rng(trial.cut).permutation(len(pairs))
        order = shuffled[np.argsort(-pairs[shuffled], kind="stable")]
        counts = np.array([max(1, round(depth * len(pairs))) for depth in DEPTHS])
        found += np.cumsum(trial.window.signed[order])[counts - 1]
    return tuple(float(share) for share in found / found[-1])
