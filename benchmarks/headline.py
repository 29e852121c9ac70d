"""Is the headline true? `python benchmarks/headline.py`.

Prints what docs/ranking.md quotes: the table of `comity backtest --headline` for all cuts from
2011 to 2020; the same judged on what one curator collected, with the others' papers alone as
inputs; what each part of the formula does on the cuts 2011-2015, where choices may be made, and on
2016-2020, where they are judged; and the forms of the formula among which was chosen. `--part`
prints one of them. Some minutes on one core.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata

from kg.advice import headline
from kg.advice.headline import Cut
from kg.forecast import history, kinds, pairs
from kg.forecast.backtest import mean_of
from kg.forecast.feasibility import levelled
from kg.forecast.features import WINDOW, Window, open_pairs
from kg.forecast.history import Floats, History
from kg.graph.build import cached
from kg.graph.cache import Rows
from kg.graph.catalog import engine_query
from kg.graph.store import EmbeddedStore
from kg.leverage.formula import BALANCE, Powers
from kg.terms import local

CHOICE, JUDGE = range(2011, 2016), range(2016, 2021)
TARGET = "cyber-security"
CURATORS = ("a", "b", "c", "earlier")
GAINS, POPULARITIES = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0), (0.0, 0.25, 1 / 3, 0.5)
RIDGES = (30.0, 300.0)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["whole", "curators", "ablation", "forms"])
    part = parser.parse_args().part
    store, cuts = cached(), []
    if part != "curators":
        known = history.read(store)
        cuts = [headline.cut(store, known, year) for year in (*CHOICE, *JUDGE)]
    if part in (None, "whole"):
        show("papers on cyber security", headline.table(cuts, TARGET))
        show("papers of any kind", headline.table(cuts, "any"))
        each_cut(cuts)
    if part in (None, "ablation"):
        ablation(cuts)
    if part in (None, "curators", "forms"):
        collected_cuts = by_curator(store)
        if part != "forms":
            curators(collected_cuts)
        if part != "curators":
            forms(cuts, [at for each in collected_cuts.values() for at in each])


def show(title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Print one table: all cuts together, then what each method lacks to the headline."""
    print(f"\n{title}: {rows[0]['positives']} pairs that signed, cuts {rows[0]['cuts']}")
    for row in rows:
        cells = {k: v for k, v in headline.narrow(row).items() if k != "kind"}
        print("| " + " | ".join(str(cell) for cell in cells.values()) + " |")
    print("  the headline less: AUC, hits@10, captured gain@10; AUC by resampling pairs")
    for row in rows:
        less = "  ".join(
            f"{row[m + '_behind']:+.3f} [{row[m + '_behind_low']:+.3f},"
            f" {row[m + '_behind_high']:+.3f}]"
            for m in headline.MEASURES
        )
        both = f"[{row['auc_pairs_low']:.3f}, {row['auc_pairs_high']:.3f}]"
        print(f"  {row['method']:20}{less}  {both}", flush=True)


def each_cut(cuts: Sequence[Cut]) -> None:
    """Print AUC and hits@10 of the headline and of what it must not fall below, cut by cut."""
    print("\ncut by cut: AUC / hits@10 / captured gain@10")
    for at in cuts:
        names = ("headline", "feasibility", "partner-gdp", "gravity")
        parts = (
            f"{n} {reached([at], lambda c, n=n: headline.scores(c, TARGET)[n])}" for n in names
        )
        print(f"  {at.year}  " + "  ".join(parts), flush=True)


def reached(cuts: Sequence[Cut], score: Callable[[Cut], Floats]) -> str:
    """Return AUC, hits@10 and captured gain@10 of a score over some cuts, as text."""
    parts = [headline.judged(score(at), at.gain, at.windows[TARGET]) for at in cuts]
    found = headline.together(parts)
    return " / ".join(
        f"{float(mean_of(found[m], np.ones((1, len(found[m]))))[0]):.3f}" for m in headline.MEASURES
    )


def ablation(cuts: Sequence[Cut]) -> None:
    """Print what each part of the formula does on either half of the cuts."""
    halves = [[at for at in cuts if at.year in years] for years in (CHOICE, JUDGE)]
    print("\nAUC / hits@10 / captured gain@10 on cuts 2011-2015, and on 2016-2020")

    def line(name: str, score: Callable[[Cut], Floats], first: int = 0) -> None:
        shown = ["".ljust(21)] * first + [reached(half, score) for half in halves[first:]]
        print(f"  {name:52}" + "     ".join(shown), flush=True)

    line(f"as it ships (g = {BALANCE.gain:g}, h = {BALANCE.popularity:g})", headline.headline)
    line("without obstacles", lambda at: headline.headline(at, gate=False))
    line("feasibility alone", lambda at: at.chance)
    for gain in GAINS:
        for h in POPULARITIES:
            powers = Powers(gain, h)
            line(f"g = {gain:g}, h = {h:.2f}", lambda at, p=powers: headline.headline(at, p))
    for item in kinds.INPUTS:
        line(
            f"without {item.title[:34]}", lambda at, i=item: headline.headline(without(at, i.name))
        )
    by_year = {at.year: at for at in cuts}
    for ridge in RIDGES:
        for fixed in (True, False):
            toward = "the fixed weights" if fixed else "zero"
            line(
                f"weights learned, ridge {ridge:g} toward {toward}",
                lambda at, r=ridge, f=fixed: headline.headline(learned(at, by_year, r, f)),
                first=1,
            )


@dataclass(frozen=True)
class Form:
    """A form of the formula: its powers, and how chance, popularity and gain enter it."""

    name: str
    gain: float
    popularity: float
    odds: bool = False
    ranks: bool = False
    above: float | None = None

    def score(self, at: Cut) -> Floats:
        """Return (n, n): the score that ranks."""
        chance = at.chance / (1.0 - at.chance) if self.odds else at.chance
        gain = np.apply_along_axis(rankdata, 1, at.gain) / len(at.gain) if self.ranks else at.gain
        popularity = at.popularity
        if self.above is not None:
            usual = np.quantile(popularity[at.exists], self.above) if self.above else 1.0
            popularity = np.maximum(1.0, popularity / usual)
        other = replace(at, chance=chance, gain=gain, popularity=popularity)
        return headline.headline(other, Powers(self.gain, self.popularity))


# Stated before any of them was run; the criterion stands in docs/ranking.md.
FORMS = (
    Form("g = 0.1, h = 1/3 (shipped before)", 0.1, 1 / 3),
    Form("g = 0.05, h = 1/4", 0.05, 1 / 4),
    Form("g = 0.05, h = 1/3", 0.05, 1 / 3),
    Form("gain by its rank, g = 0.1, h = 1/4", 0.1, 1 / 4, ranks=True),
    Form("gain by its rank, g = 0.1, h = 1/3", 0.1, 1 / 3, ranks=True),
    Form("popularity above the upper tenth, g = 0.05, h = 1/2", 0.05, 1 / 2, above=0.9),
    Form("popularity above the upper tenth, g = 0.05, h = 1", 0.05, 1.0, above=0.9),
    Form("popularity above the upper tenth, g = 0.1, h = 1/2", 0.1, 1 / 2, above=0.9),
    Form("odds for the chance, g = 0.05, h = 1/3", 0.05, 1 / 3, odds=True),
    Form("odds for the chance, g = 0.05, h = 1/4", 0.05, 1 / 4, odds=True),
    Form("popularity above the average, g = 0.05, h = 1/3", 0.05, 1 / 3, above=0.0),
    Form("g = 0, h = 1/4", 0.0, 1 / 4),
)


def forms(cuts: Sequence[Cut], judges: Sequence[Cut]) -> None:
    """Print each form on either half: on all papers, on curators judging, and its top fives."""
    known: list[tuple[str, Callable[[Cut], Floats]]] = [("feasibility alone", lambda at: at.chance)]
    known += [(form.name, form.score) for form in FORMS]
    for years in (CHOICE, JUDGE):
        half, others = ([at for at in some if at.year in years] for some in (cuts, judges))
        print(
            f"\nforms on {years[0]}-{years[-1]}: all papers, curators, most frequent in top fives"
        )
        for name, score in known:
            most = headline.concentration(half, [score(at) for at in half])["top5"]
            print(f"  {name:52}{reached(half, score)}   {reached(others, score)}   {most}")


def without(at: Cut, name: str) -> Cut:
    """Return a cut whose forecast goes without one input."""
    terms = at.snapshot.forecast.pooled.terms
    left = [values for key, values in terms.items() if key != name]
    return forecast_by(at, kinds.SLOPE * np.sum(left, axis=0))


def forecast_by(at: Cut, score: Floats) -> Cut:
    """Return a cut whose chances are those of another score of the pairs."""
    found = at.snapshot.forecast.pooled
    odds = levelled(score, found.basis.rate[TARGET], score[found.open])
    exists = found.basis.exists
    chance = np.where(exists, 1.0 / (1.0 + np.exp(-odds)), 0.0)
    chance[~exists] = chance[exists].mean()
    _, own = pairs.additive(pairs.logit(chance), exists)
    return replace(at, chance=chance, popularity=np.exp(own))


def learned(at: Cut, by_year: Mapping[int, Cut], ridge: float, fixed: bool) -> Cut:
    """Return a cut whose weights were learned on the window that closed at its date."""
    before = by_year[at.year - WINDOW]
    window, names = before.windows[TARGET], list(before.snapshot.forecast.pooled.terms)
    unit = {item.name: item.weight for item in kinds.INPUTS}
    start = np.array([kinds.SLOPE * unit[name] for name in names]) * fixed
    x = np.stack([_values(before, name, unit)[window.a, window.b] for name in names], axis=1)
    weights = regression(x, window.signed, start, ridge)
    score = sum(w * _values(at, name, unit) for w, name in zip(weights, names, strict=True))
    return forecast_by(at, np.asarray(score))


def _values(at: Cut, name: str, unit: Mapping[str, float]) -> Floats:
    return np.asarray(at.snapshot.forecast.pooled.terms[name] / unit[name])


def regression(x: Floats, signed: Floats, start: Floats, ridge: float) -> Floats:
    """Return logistic weights, none negative, shrunk toward `start`."""

    def loss(beta: Floats) -> tuple[float, Floats]:
        z, apart = x @ beta[1:] + beta[0], beta[1:] - start
        residual = 1.0 / (1.0 + np.exp(-z)) - signed
        value = (np.logaddexp(0.0, z) - signed * z).sum() + 0.5 * ridge * (apart**2).sum()
        return float(value), np.concatenate([[residual.sum()], x.T @ residual + ridge * apart])

    bounds = [(None, None), *[(0.0, None)] * len(start)]
    found = minimize(loss, np.array([-6.0, *start]), jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x[1:])


@dataclass(frozen=True)
class Without:
    """A store that does not know some agreements."""

    inner: EmbeddedStore
    hidden: frozenset[str]

    @property
    def location(self) -> str:
        """Where the graph lives."""
        return self.inner.location

    def texts(self, text: str) -> Rows:
        """Answer a SELECT, leaving out every row that names a hidden agreement."""
        return [row for row in self.inner.texts(text) if self.hidden.isdisjoint(row)]

    def kept(self, question: str, ask: Callable[[], Rows]) -> Rows:  # noqa: ARG002
        """Make the answer anew: it differs from the whole graph's."""
        return ask()


def collected(store: EmbeddedStore) -> dict[str, frozenset[str]]:
    """Return {curator: the papers on cyber security that they collected}."""
    kind_of = {
        of: local(kind).removeprefix("kind-")
        for of, kind, _ in store.texts(engine_query("signatures"))
    }
    found: dict[str, set[str]] = {}
    for of, _, source, *_ in store.texts(engine_query("agreements")):
        if kind_of.get(of) in kinds.CYBER:
            prefix, dash, _ = local(source).partition("-")
            found.setdefault(prefix if dash and len(prefix) == 1 else "earlier", set()).add(of)
    return {name: frozenset(papers) for name, papers in found.items()}


def by_curator(store: EmbeddedStore) -> dict[str, list[Cut]]:
    """Return the cuts of each curator as judge, the others' papers alone as inputs."""
    papers, everything = collected(store), history.read(store)
    whole = frozenset().union(*papers.values())
    found = {}
    for name in CURATORS:
        others = Without(store, papers[name])
        own = history.read(Without(store, whole - papers[name]))
        inputs = history.read(others)
        found[name] = [
            judging(headline.cut(others, inputs, year), everything, own)
            for year in (*CHOICE, *JUDGE)
        ]
    return found


def curators(cuts: Mapping[str, Sequence[Cut]]) -> None:
    """Print the table for each curator as judge, and for all of them."""
    for name, own in cuts.items():
        show(f"judge: curator {name}", headline.table(own, TARGET))
    show("all judges", headline.table([at for own in cuts.values() for at in own], TARGET))


def judging(at: Cut, everything: History, own: History) -> Cut:
    """Return a cut judged on one curator's papers.

    At stake are the pairs without any paper at the date, less those whose first paper of the five
    years was collected by another curator only.
    """
    target = headline.JUDGED[TARGET]
    a, b = np.nonzero(open_pairs(everything, target, at.year))
    signed = own.signed(target.kinds, at.year, at.year + WINDOW)[a, b] > 0
    anybody = everything.signed(target.kinds, at.year, at.year + WINDOW)[a, b] > 0
    kept = signed | ~anybody
    window: Window = replace(
        at.windows[TARGET], a=a[kept], b=b[kept], signed=signed[kept].astype(float)
    )
    return replace(at, windows={**at.windows, TARGET: window})


if __name__ == "__main__":
    main()
