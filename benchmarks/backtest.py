"""How well would Comity have done in the past? `python benchmarks/backtest.py`.

Prints the table that the README quotes: bilateral investment treaties, cuts 1995, 2000, 2005 and
2010, each asked for the first treaties of the next five years; then whether each bar is met, the
other kinds and later cuts, and what gradient boosting would have added to the shipped logistic
model (`--quick` leaves these two out). One core, under a minute.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from threadpoolctl import threadpool_limits

from kg.forecast import backtest, feasibility, history
from kg.forecast.backtest import CUTS, LEARNED, METHODS, Interval, Summary
from kg.forecast.features import TARGETS, Windows
from kg.graph.build import cached

LATER = (2015, 2020)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    with threadpool_limits(1):
        known = history.read(cached())
        started = time.perf_counter()
        (summary,) = backtest.run(known).summaries
        seconds = time.perf_counter() - started
        table(summary)
        bars(summary)
        print(f"  the backtest took {seconds:.1f} s on one core\n")
        if not quick:
            others(known)
            boosting(known)
        forecast_time(known)


def table(summary: Summary) -> None:
    """Print the mean over the cuts of every measure and method."""
    print(f"{summary.kind}, mean of cuts {', '.join(map(str, summary.cuts))}, 95 % interval")
    print(f"  {'method':24}{'AUC':>20}{'AP':>8}{'hits@10':>9}{'MRR':>7}{'captured@10':>13}")
    for method in METHODS:
        found = summary.metrics[method]
        kept = f"{summary.captured[method].mean:.3f}" if method in summary.captured else "-"
        print(
            f"  {method:24}{shown(found['auc']):>20}{found['ap'].mean:8.3f}"
            f"{found['hits10'].mean:9.3f}{found['mrr'].mean:7.3f}{kept:>13}"
        )
    print(f"  {'feasibility alone':24}{'':44}{summary.captured['feasibility'].mean:13.3f}")


def shown(found: Interval) -> str:
    """Return an interval as text."""
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]"


def bars(summary: Summary) -> None:
    """Print whether each bar is met."""
    gain, kept = summary.auc_gain, summary.captured_over_degree
    print(f"  AUC above every other method at each cut: {verdict(summary.above_all)}")
    print(f"  AUC over {summary.best_baseline}: {shown(gain)}, bar > 0: {verdict(gain.low > 0)}")
    for check in summary.calibration:
        print(
            f"  top 2 % at {check.cut}: forecast {check.predicted:.3f},"
            f" observed {check.observed:.3f}, error {check.error:+.3f}"
        )
    error = summary.calibration_error
    print(f"  mean error of the top 2 %: {error:.3f}, bar <= 0.05: {verdict(error <= 0.05)}")
    met = kept.mean >= 0.05 and kept.low > 0
    print(f"  captured leverage over degree: {shown(kept)}, bar >= 0.05: {verdict(met)}")
    print(f"  captured leverage over feasibility: {shown(summary.captured_over_feasibility)}")


def verdict(met: bool) -> str:
    """Return whether a bar is met, as a word."""
    return "met" if met else "MISSED"


def others(known: history.History) -> None:
    """Print one line for each other kind, and for each kind at the later cuts."""
    print("other kinds and later cuts: AUC and AP of comity, AUC over the best other method,")
    print("  mean error of the top 2 %, captured@10 of comity and of degree")
    for kind in TARGETS:
        for cuts in (CUTS, LATER):
            if (kind, cuts) == ("investment-treaty", CUTS):
                continue
            (found,) = backtest.run(known, [kind], cuts).summaries
            learned = found.metrics[LEARNED]
            print(
                f"  {kind:22}{min(cuts)}-{max(cuts)}{learned['auc'].mean:7.3f}"
                f"{learned['ap'].mean:7.3f}  {shown(found.auc_gain)} over {found.best_baseline:20}"
                f"{found.calibration_error:6.3f}{found.captured[LEARNED].mean:7.3f}"
                f"{found.captured['degree'].mean:7.3f}"
            )
    print()


def boosting(known: history.History) -> None:
    """Print what gradient boosting, and its blend with the logistic model, would have reached."""
    windows = Windows(known, TARGETS["investment-treaty"])
    reached: dict[str, list[tuple[float, float]]] = {}
    for cut in CUTS:
        scores = rivals(windows, cut)
        signed = windows[cut].signed
        for name, score in scores.items():
            pair = roc_auc_score(signed, score), average_precision_score(signed, score)
            reached.setdefault(name, []).append(pair)
    print("what gradient boosting would add on investment treaties: mean AUC, AP")
    for name, pairs in reached.items():
        auc, precision = np.mean(pairs, axis=0)
        print(f"  {name:24}{auc:.3f}  {precision:.3f}")
    print()


def rivals(windows: Windows, cut: int) -> dict[str, np.ndarray]:
    """Return the log-odds of the logistic model, of boosting, and of their mean."""
    closed = [(windows[cut - age], weight) for age, weight in feasibility.AGES.items()]
    trees = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=8, min_samples_leaf=100,
        l2_regularization=10.0, max_features=0.3, random_state=0,
    )  # fmt: skip
    trees.fit(
        np.concatenate([window.x for window, _ in closed]),
        np.concatenate([window.signed for window, _ in closed]),
        np.concatenate([np.full(len(window.a), weight) for window, weight in closed]),
    )
    boosted = trees.decision_function(windows[cut].x)
    model = feasibility.fit(windows, cut)
    chance = feasibility.probabilities(windows, model, cut)
    logistic = np.log(chance / (1 - chance))
    return {"logistic": logistic, "boosting": boosted, "blend": logistic + boosted}


def forecast_time(known: history.History) -> None:
    """Print how long a forecast of all pairs takes with the shipped coefficients."""
    started = time.process_time()
    feasibility.predict(known, "CHN", feasibility.shipped().year)
    print(f"a forecast of every pair: {1000 * (time.process_time() - started):.0f} ms")


if __name__ == "__main__":
    main()
