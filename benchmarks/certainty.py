"""How sure is a ranking, and how sure is that? What `docs/certainty.md` quotes.

    python benchmarks/certainty.py            # every figure, about ten minutes
    python benchmarks/certainty.py --quick    # today only: time, approximation, seeds, coverage

time           processor seconds of a ranking, and as a multiple of its sample alone, in turns.
approximation  tiers and P(top 10) by the replicates of `kg.network.replica`, against those by the
               exact ties and paths of the same networks.
seeds          how many candidates keep their tier with another seed.
coverage       how many ranks stay inside their intervals when a tenth of the agreements is left
               out at random: ties, paths, renewals and both counts of signed papers are made
               again, the chance of cooperation in general is not.
readiness      the sd of countries' own log-odds on past windows: of signatures against forecasts,
               by country, what is more than chance makes (by moments).
calibration    the spread of ln(signatures / forecasts) over levels of the forecast, weighted by
               signatures.
held           where the partners stood, at past cuts, with whom a country signed its first paper in
               the five years after: signatures and candidates by tier.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from contest import contest, usual
from threadpoolctl import threadpool_limits

from kg.advice import certainty, snapshot
from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot, candidates
from kg.forecast import history, kinds
from kg.graph import build
from kg.leverage.formula import Matrix, Vector, path_strength
from kg.network import replica
from kg.network.network import Network, tie_strength

FOCALS = ("CHN", "USA", "SGP", "DEU", "EST", "ISR", "IND", "BRA", "KEN", "KAZ", "NAM", "UKR")
CUTS = range(2014, 2021)
YEARS = 5
LEFT_OUT = 0.1
LEVELS = (0.0, 0.5, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1.0)  # quantiles of the forecast


def ranks(now: Snapshot, focal: str) -> Vector:
    """Return the ranks of the candidates of a focal country."""
    factors = now.factors(focal)
    chosen = candidates(now, factors.focal)
    return certainty.ranks(factors.expected[None, chosen], factors.blocked[chosen])[0]


def sure(now: Snapshot, focal: str, seed: int = certainty.SEED) -> certainty.Certainty:
    """Return what the draws say of the candidates of a focal country."""
    factors = now.factors(focal)
    return certainty.certainty(now, factors, candidates(now, factors.focal), seed=seed)


def tiers(found: certainty.Certainty) -> list[str]:
    """Return the tiers of the candidates."""
    return [certainty.tier(share) for share in found.top]


def alike(one: list[str], other: list[str]) -> float:
    """Return the share of candidates with the same tier."""
    return float(np.mean([a == b for a, b in zip(one, other, strict=True)]))


def time(now: Snapshot) -> None:
    """Print the processor time of one ranking."""
    seconds = usual(lambda: recommend(now, "DEU"), 7)
    share = contest(lambda: recommend(now, "DEU"), lambda: sure(now, "DEU"), 7)
    print(
        f"time: {seconds:.3f} s of processor a ranking; {share.text()} x the sample alone",
        flush=True,
    )


def approximation(now: Snapshot) -> None:
    """Print how far replicates are from the exact networks, and what that does to the answer."""
    net, ties, paths = now.network, replica.ties, replica.paths
    before = {focal: sure(now, focal) for focal in FOCALS}
    factor = np.exp(certainty.STRENGTH * np.random.default_rng(9).normal(size=(8, len(net.kinds))))
    near, right = ties(net, factor), exact_ties(net, factor)
    print(f"approximation: ties off by {np.abs(near - right).mean():.4f} on average,", end=" ")
    near, right = paths(net, near), exact_paths(net, right)
    print(f"paths by {np.abs(near - right).mean():.4f}", flush=True)
    replica.ties, replica.paths = exact_ties, exact_paths
    after = {focal: sure(now, focal) for focal in FOCALS}
    replica.ties, replica.paths = ties, paths
    same = np.mean([alike(tiers(before[f]), tiers(after[f])) for f in FOCALS])
    off = np.array([np.abs(before[f].top - after[f].top) for f in FOCALS])
    print(
        f"      {same:.2%} of tiers are the exact ones; P(top 10) is off by {off.mean():.4f}",
        end="",
    )
    print(f" on average, {off.max():.3f} at most")


def exact_ties(net: Network, factor: Matrix) -> Matrix:
    """Return the ties of a network in which every agreement has its new strength."""
    places = list(net.kinds)
    rows = [places.index(kind) for kind in net.agreement_kinds]
    return np.array(
        [tie_strength(net.incidence, replica.scaled(net.contribution, f[rows])) for f in factor]
    )


def exact_paths(_: Network, tau: Matrix) -> Matrix:
    """Return the best paths of every network."""
    return np.array([path_strength(one) for one in tau])


def seeds(now: Snapshot) -> None:
    """Print how many candidates keep their tier with another seed."""
    shares = []
    for focal in FOCALS:
        first, *others = (tiers(sure(now, focal, seed)) for seed in (1, 2, 3))
        shares += [alike(first, other) for other in others]
    print(f"seeds: {np.mean(shares):.2%} of tiers are the same, {min(shares):.2%} at worst")


def coverage(now: Snapshot, repeats: int) -> None:
    """Print how many ranks stay inside their intervals when a tenth of agreements is left out."""
    random = np.random.default_rng(1)
    before = {focal: (ranks(now, focal), sure(now, focal)) for focal in FOCALS}
    inside, best, kept = [], [], []
    for _ in range(repeats):
        fewer = left_out(now, random)
        for focal, (rank, found) in before.items():
            again = ranks(fewer, focal)
            within = (found.low <= again) & (again <= found.high)
            inside.append(within.mean())
            best.append(within[rank <= 2 * certainty.TOP].mean())
            kept.append((again[rank <= certainty.TOP] <= certainty.TOP).mean())
    print(f"coverage: {np.mean(inside):.1%} of ranks stay inside their 90 % interval,", end=" ")
    print(f"{np.mean(best):.1%} of the first twenty; {np.mean(kept):.1%} of top tens stay")


def left_out(now: Snapshot, random: np.random.Generator) -> Snapshot:
    """Return the snapshot without a tenth of its agreements."""
    net, found = now.network, now.forecast.pooled
    keep = random.random(len(net.agreements)) >= LEFT_OUT
    net = replace(
        net,
        agreements=tuple(np.array(net.agreements)[keep]),
        agreement_kinds=tuple(np.array(net.agreement_kinds)[keep]),
        incidence=net.incidence[np.flatnonzero(keep)],
        contribution=net.contribution[keep],
    )
    tau = tie_strength(net.incidence, net.contribution)
    net = replace(net, tau=tau, rho=path_strength(tau))
    if found is None:
        return replace(now, network=net)
    return replace(now, network=net, forecast=again(now, net, found, ~keep))


def again(now: Snapshot, net: Network, found: kinds.Pooled, lost: Matrix) -> snapshot.PairForecast:
    """Return the forecast from fewer signed papers and weaker ties."""
    places = np.array([net.index.get(code, -1) for code in found.basis.countries])
    there = np.flatnonzero(places >= 0)
    inner, outer = np.ix_(there, there), np.ix_(places[there], places[there])
    signed = {}
    for name, target in kinds.TARGETS.items():
        rows = lost & np.isin(now.network.agreement_kinds, target.kinds)
        parts = (now.network.incidence[np.flatnonzero(rows)] > 0).astype(float)
        gone = (parts.T @ parts).toarray()
        np.fill_diagonal(gone, 0.0)
        signed[name] = found.basis.signed[name].copy()
        signed[name][inner] = np.maximum(signed[name][inner] - gone[outer], 0.0)
    tau = np.zeros(found.probability.shape)
    tau[inner] = net.tau[outer]
    capability = np.where(places >= 0, now.needs.capability[places], 0.0)
    basis = replace(found.basis, signed=signed)
    new = kinds.pooled(basis, now.forecast.target, tau, capability, found.guessed)
    chance = now.forecast.probability.copy()
    chance[outer] = np.where(np.isnan(new.probability), found.probability, new.probability)[inner]
    chance = np.where(now.forecast.forecast, chance, now.forecast.probability)
    return replace(
        snapshot.PairForecast(
            now.forecast.target, chance, now.forecast.forecast, now.forecast.missing, new
        )
    )


@dataclass(frozen=True)
class Window:
    """Signatures and forecasts of the open pairs at a cut, and who had papers of the kind.

    `places` are the countries of the rows in the snapshot; `open` marks pairs without a paper.
    """

    past: Snapshot
    places: Vector
    open: Matrix
    signed: Matrix
    chance: Matrix
    covered: Vector
    thin: Vector


def window(store: build.EmbeddedStore, year: int) -> Window:
    """Return what was forecast at the end of a year, and what was signed in the five after."""
    past = snapshot.load(store, date(year, 12, 31), strict=True)
    known = history.read(store)
    places = np.array([known.index.get(c.iso3, -1) for c in past.network.countries])
    keep = np.flatnonzero(places >= 0)
    first = known.first(kinds.CYBER)[np.ix_(places[keep], places[keep])]
    still = (first > year) & past.forecast.forecast[np.ix_(keep, keep)]
    np.fill_diagonal(still, False)
    signed = still & (first <= year + YEARS)
    chance = np.where(still, past.forecast.probability[np.ix_(keep, keep)], 0.0)
    chance = np.minimum(chance * signed.sum() / chance.sum(), 0.99)
    thin = np.array([past.needs.depth(j) != "A" for j in keep])
    covered = (known.first(kinds.CYBER) <= year).any(axis=1)[places[keep]]
    return Window(past, keep, still, signed, chance, covered, thin)


def readiness(windows: list[Window]) -> None:
    """Print how far signatures of countries are from forecasts beyond chance."""
    signed = np.concatenate([w.signed.sum(axis=1) for w in windows])
    chance = np.concatenate([w.chance.sum(axis=1) for w in windows])
    noise = np.concatenate([(w.chance * (1 - w.chance)).sum(axis=1) for w in windows])
    covered = np.concatenate([w.covered for w in windows])
    thin = np.concatenate([w.thin for w in windows])
    groups = {"covered": covered, "not covered": ~covered, "depth below A": thin}
    for name, rows in groups.items():
        more = ((signed - chance) ** 2 - noise)[rows].sum() / (chance[rows] ** 2).sum()
        sd = np.sqrt(np.log1p(max(more, 0.0)))
        print(
            f"readiness: sd {sd:.2f} ({name}: {rows.sum()} rows, {signed[rows].sum()} signatures)"
        )


def calibration(windows: list[Window]) -> None:
    """Print how far signatures are from forecasts by level."""
    chance = np.concatenate([w.chance[w.chance > 0] for w in windows])
    signed = np.concatenate([w.signed[w.chance > 0] for w in windows])
    bounds = np.quantile(chance, LEVELS)
    level = np.clip(np.searchsorted(bounds, chance, side="right") - 1, 0, len(LEVELS) - 2)
    count = np.array([signed[level == k].sum() for k in range(len(LEVELS) - 1)])
    wanted = np.array([chance[level == k].sum() for k in range(len(LEVELS) - 1)])
    off = np.log(np.maximum(count, 1) / wanted)
    sd = np.sqrt(np.average(off**2, weights=count))
    print(f"calibration: sd {sd:.2f}; ln(signatures / forecasts) by level", np.round(off, 2))


def held(windows: list[Window]) -> None:
    """Print signatures and open candidates by tier, of the countries that signed at all."""
    pairs, signed = (dict.fromkeys(certainty.TIERS, 0) for _ in range(2))
    for window in windows:
        codes = [window.past.network.countries[j].iso3 for j in window.places]
        for row in np.flatnonzero(window.signed.any(axis=1)):
            factors = window.past.factors(codes[row])
            among = np.flatnonzero(window.open[row])
            chosen = candidates(window.past, factors.focal)
            told = dict(zip(chosen, tiers(sure(window.past, codes[row])), strict=True))
            for column in among:
                tier = told.get(int(window.places[column]), "surely-not")
                pairs[tier] += 1
                signed[tier] += int(window.signed[row, column])
    total, everyone = sum(signed.values()), sum(pairs.values())
    for tier, count in pairs.items():
        share = signed[tier] / total
        print(
            f"held: {tier:10} {signed[tier]:4} of {total} signatures ({share:.0%}), {count} of"
            f" {everyone} candidates ({count / everyone:.1%}): {signed[tier] / count:.2%} signed",
            flush=True,
        )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="leave out past windows")
    parser.add_argument("--past", action="store_true", help="past windows only")
    parser.add_argument("--repeats", type=int, default=20, help="networks with a tenth left out")
    options = parser.parse_args()
    store = build.cached()
    if not options.past:
        now = snapshot.load(store, date(2026, 1, 1))
        with threadpool_limits(1):
            time(now)
            approximation(now)
            seeds(now)
            coverage(now, options.repeats)
    if not options.quick:
        windows = [window(store, year) for year in CUTS]
        readiness(windows)
        calibration(windows)
        held(windows)


if __name__ == "__main__":
    main()
