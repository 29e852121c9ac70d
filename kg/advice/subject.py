"""What a ranking needs where the graph was made from a profile: the same snapshot, other words.

What a profile does not declare is left out, and said: without measures of need every actor counts
alike; without dated ties, or with too few, no chance can be learned, and the ranking is by the gain
alone. Nothing stands in for what is not known.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from kg.advice import snapshot
from kg.advice.snapshot import DEFAULT_KIND, Snapshot
from kg.errors import ComityError
from kg.forecast import feasibility, history
from kg.forecast.features import Target, Windows
from kg.forecast.pairs import PairForecast
from kg.graph.catalog import engine_query, with_values
from kg.graph.store import Store
from kg.leverage.formula import PREFERENCES, Powers, Vector
from kg.network import need, network, obstacles
from kg.network.need import Needs, Observation
from kg.network.network import Network
from kg.network.purpose import Purpose
from kg.profile import profile
from kg.profile.profile import Measure, Profile
from kg.profile.support import LEARNED, LEAST
from kg.terms import PREFIXES, local, named

# No chance of this subject was ever compared with what came after, so none of its parts is damped.
PLAIN = {"chance": Powers(0.0, 0.0), "balance": Powers(1.0, 0.0), "gain": Powers(1.0, 1 / 3)}


@dataclass(frozen=True)
class Learned:
    """A forecast, or why there is none."""

    forecast: PairForecast
    why_not: str = ""


def load(
    store: Store,
    at: date,
    kind: str = DEFAULT_KIND,
    strengths: Mapping[str, float] | None = None,
    prefer: str = "balance",
    strict: bool = False,
    purpose: Purpose | None = None,
) -> Snapshot:
    """Read a snapshot of whatever subject the store is about.

    Raises ComityError for a kind that is not known, and where `prefer` or `purpose` ask for what
    cannot be known.
    """
    sought = (sorted(purpose.sectors), purpose.host, purpose.service) if purpose else ""
    asked = f"snapshot {at} {kind} {sorted((strengths or {}).items())} {prefer} {strict} {sought}"
    return store.made(asked, lambda: _read(store, at, kind, strengths, prefer, strict, purpose))


def _read(
    store: Store,
    at: date,
    kind: str,
    strengths: Mapping[str, float] | None,
    prefer: str,
    strict: bool,
    purpose: Purpose | None,
) -> Snapshot:
    declared = profile.of(store)
    if declared is None:
        powers = PREFERENCES[prefer]
        return snapshot.load(store, at, kind, strengths, powers, strict, purpose)
    if purpose:
        raise ComityError(
            "--sector, --site, --service: a profile's subject has none: leave them out"
        )
    net = network.load(store, at, strengths, undated=not declared.dated)
    sign = declared.sign if kind == DEFAULT_KIND else kind
    if sign not in net.kinds:
        raise ComityError(f"--kind {sign}: no such kind: use one of {', '.join(net.kinds)}")
    learned = _learned(store, net, sign)
    if learned.why_not and prefer == "chance":
        raise ComityError(f"--prefer chance: no chance is known: {learned.why_not}")
    needs, left = _needs(store, net, declared)
    absent = [*left, *([f"chance ({learned.why_not})"] if learned.why_not else [])]
    return Snapshot(
        network=net,
        needs=needs,
        obstacles=obstacles.load(store, net, strict),
        sites={},
        forecast=learned.forecast,
        kind=sign,
        powers=PLAIN[prefer],
        profile=declared,
        absent=tuple(absent),
    )


def needs(store: Store, net: Network) -> Needs:
    """Return the needs of a network, of whatever subject the store is about."""
    declared = profile.of(store)
    return _needs(store, net, declared)[0] if declared else need.load(store, net)


def _needs(store: Store, net: Network, declared: Profile) -> tuple[Needs, list[str]]:
    """Return the needs of all actors, and which measures nobody has a figure of."""
    measures = declared.measures
    seen = _seen(store, net, measures)
    columns = {m: _column(net, seen, m) for m in measures}
    left = [m.title for m in measures if np.isnan(columns[m]).all()]
    parts = [_filled(columns[m], m) for m in declared.need if m.title not in left]
    able = declared.capability
    size = len(net.countries)
    capability = np.zeros(size)
    if able is not None and able.title not in left:
        capability = _filled(columns[able], able)
    gaps = {m.title: np.isnan(columns[m]) for m in measures if m.title not in left}
    value = np.prod(parts, axis=0) if parts else np.ones(size)
    return Needs(
        exposure=np.ones(size),
        value=np.asarray(value, dtype=np.float64),
        capability=capability,
        spread=np.zeros(size),
        actors={},
        observations=seen,
        missing=tuple(tuple(n for n, gap in gaps.items() if gap[row]) for row in range(size)),
    ), left


def _seen(
    store: Store, net: Network, measures: tuple[Measure, ...]
) -> dict[str, dict[str, Observation]]:
    """Return the figures of the declared years up to the network's date."""
    years = {m.slug: m.year for m in measures}
    if not years:
        return {}
    wanted = [named(PREFIXES["indicator"] + slug) for slug in years]
    text = with_values(engine_query("observations"), "indicator", wanted)
    found: dict[str, dict[str, Observation]] = {}
    for about, indicator, year, value, source in store.texts(text):
        slug = local(indicator)
        if int(year) == years[slug] and int(year) <= net.at.year:
            figure = Observation(slug, int(year), float(value), local(source))
            found.setdefault(local(about), {})[slug] = figure
    return found


def _column(net: Network, seen: dict[str, dict[str, Observation]], measure: Measure) -> Vector:
    known = (seen.get(c.iso3, {}).get(measure.slug) for c in net.countries)
    return np.array([item.value if item else np.nan for item in known], dtype=np.float64)


def _filled(column: Vector, measure: Measure) -> Vector:
    """Scale a column to 0..1 as declared, its gaps at the median of what is known."""
    values = np.where(np.isnan(column), np.nanmedian(column), column)
    if measure.scale == "none":
        return np.asarray(values)
    values = np.log1p(values) if measure.scale == "log" else values
    top = values.max()
    return np.asarray(values / top if top else values)


def _learned(store: Store, net: Network, kind: str) -> Learned:
    """Return the forecast of a kind from its own dated ties, where they are enough."""
    year = net.at.year
    known = history.read(store)
    if kind not in known.ties:
        return Learned(_none(net), "the ties carry no dates")
    count = known.signed((kind,), year - LEARNED, year).sum() / 2
    if count < LEAST:
        why = f"{count:.0f} ties signed in the last {LEARNED} years, {LEAST} are needed"
        return Learned(_none(net), why)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # features of countries are unknown
            found = feasibility.forecast(known, model(known, kind, year), year)
    except ComityError:
        return Learned(_none(net), "its ties are too young: none is older than five years")
    places = [known.index[c.iso3] for c in net.countries]
    chance = np.array(found.probability[np.ix_(places, places)])
    forecast = ~np.isnan(chance)
    chance[~forecast] = float(chance[forecast].mean())
    gaps = tuple(tuple(() for _ in places) for _ in places)
    return Learned(PairForecast(kind, chance, forecast, gaps))


def model(known: history.History, kind: str, year: int) -> feasibility.Model:
    """Return a model of one kind of agreement, learned from its own past."""
    return feasibility.fit(Windows(known, Target(kind, (kind,), repeat=True)), year)


def _none(net: Network) -> PairForecast:
    """Return a forecast that says nothing: each pair counts alike."""
    size = len(net.countries)
    gaps = tuple(tuple(() for _ in range(size)) for _ in range(size))
    nobody = np.zeros((size, size), dtype=bool)
    return PairForecast("", np.ones((size, size)), nobody, gaps)
