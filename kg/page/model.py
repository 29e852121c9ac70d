"""What a page shows: plain frozen records, filled by the caller, turned into HTML by `kg.page`.

Every text is data: it is escaped when embedded and set as text in the browser, never as markup.
Links are kept only if they are http(s). Unknown numbers are None (or absent) and shown as unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Reference:
    """A document that a statement rests on."""

    title: str
    url: str = ""


Words = tuple[str, str]
"""A text in English and in Chinese."""


@dataclass(frozen=True)
class Fact:
    """One line of a node's panel: what is said, and who says it."""

    label: str | Words
    value: str | Words
    source: str = ""
    url: str = ""
    date: str = ""
    confidence: float | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of node or tie, in the legend's order; kinds that are not declared show their id.

    `hue` is its place in the palette (`--tie-0` to `--tie-15` in style.css), so that it looks the
    same on every page; without one it takes the first that is free.
    """

    id: str
    label: str
    label_zh: str = ""
    hue: int | None = None


@dataclass(frozen=True)
class Indicator:
    """A quantity in `Node.values` that the map and the node sizes can show.

    `percent` marks shares in 0..1 that read better as percentages.
    """

    id: str
    label: str
    label_zh: str = ""
    unit: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Node:
    """A thing in the network; a country's `id` is its ISO 3166 alpha-3 code, its `kind` country.

    `lon`, `lat` are degrees; without them the layout finds a place. `values` holds numbers by
    indicator id; `start` and `end` are partial ISO dates of existence (empty = always). A search
    finds it by its `aliases` too; `hollow` draws it as an outline: not known to be in force.
    """

    id: str
    label: str
    kind: str = "country"
    label_zh: str = ""
    lon: float | None = None
    lat: float | None = None
    facts: Sequence[Fact] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    start: str = ""
    end: str = ""
    url: str = ""
    aliases: Sequence[str] = ()
    hollow: bool = False


@dataclass(frozen=True)
class Tie:
    """One agreement or relation between two nodes; several between one pair are all shown.

    `start` and `end` are partial ISO dates (`end` = first day not in force; empty = unknown or
    open); `strength` is in 0..1; `directed` draws an arrow from `a` to `b`; `signed` marks what is
    signed and not in force, drawn hollow.
    """

    a: str
    b: str
    kind: str
    label: str = ""
    start: str = ""
    end: str = ""
    strength: float = 0.0
    directed: bool = False
    signed: bool = False
    sources: Sequence[Reference] = ()


@dataclass(frozen=True)
class Entry:
    """One row of a ranking, with the keys of `comity recommend --format json`.

    `via` lists {iso3, gain}, the onward gain by third country; `factors` optionally splits the
    expected leverage by factor (Shapley values); `rank_low`, `rank_high` bound the rank.
    """

    rank: int
    iso3: str
    name: str
    expected_leverage: float
    feasibility: float | None = None
    direct: float | None = None
    onward: float | None = None
    barrier: float | None = None
    popularity: float | None = None
    lift: float | None = None
    index: float | None = None
    status: str = ""
    depth: str = ""
    via: Sequence[Mapping[str, Any]] = ()
    channel: str = ""
    reason: str = ""
    channel_zh: str = ""
    reason_zh: str = ""
    missing_zh: Sequence[str] = ()
    obstacles: Sequence[Mapping[str, Any]] = ()
    missing: Sequence[str] = ()
    rank_low: float | None = None
    rank_high: float | None = None
    p_top10: float | None = None
    tier: str = ""
    partner_gain: float | None = None
    factors: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Entry:
        """Make an entry from one object of the CLI's JSON; keys that a page lacks are ignored."""
        known = {f.name for f in fields(cls)}
        return cls(**{key: value for key, value in row.items() if key in known})


@dataclass(frozen=True)
class Matrices:
    """The inputs of `kg.leverage.formula`, so that the page can recompute the ranking.

    `countries` are n ISO3 codes. `tau` (n, n), `need` (n,), `popularity` (n,); `feasibility` and
    `barrier` are (n, n), row = focal country, or (n,) for the page's focal country alone, which
    then cannot be changed. `blocked` (n, n) says which agreements are ruled out, `third` (n, n)
    which countries are third countries to the row's. `powers` are the exponents of gain and
    popularity, `strength` that of the agreement to be signed. `candidates` (n,)
    says who may be a partner (None = everyone); `missing` names unknown inputs by country.
    """

    countries: Sequence[str]
    tau: NDArray[np.float64]
    need: NDArray[np.float64]
    popularity: NDArray[np.float64]
    feasibility: NDArray[np.float64]
    barrier: NDArray[np.float64]
    blocked: NDArray[np.bool_]
    third: NDArray[np.bool_]
    powers: tuple[float, float]
    strength: float
    candidates: NDArray[np.bool_] | None = None
    missing: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Interval:
    """A number with a range, drawn as a bar with whiskers in a table's cell."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Thing:
    """A node in a table's cell: its name in the reader's language, to be clicked."""

    id: str


@dataclass(frozen=True)
class Share:
    """A share in 0..1 that a table shows in per cent."""

    value: float


Cell = str | int | float | bool | None | Words | Thing | Share | Interval


@dataclass(frozen=True)
class Table:
    """A further table (coalitions, a backtest, the factors of one pair), each on its own tab."""

    title: str
    columns: Sequence[str | Words]
    rows: Sequence[Sequence[Cell]]
    note: str | Words = ""
    title_zh: str = ""


@dataclass(frozen=True)
class Series:
    """What one line or one colour of bars of a figure shows.

    `points` are (x, y): x is a number for a line, a bar's name for bars; y None is unknown.
    `intervals` are (low, high) of y, one for each point, or none at all.
    """

    name: str
    points: Sequence[tuple[float | str, float | None]]
    intervals: Sequence[tuple[float | None, float | None]] = ()


@dataclass(frozen=True)
class Figure:
    """A plot, drawn in the browser on the tab of figures with its numbers as a table below.

    `x`, `y` say what the points' parts are; bars lie on their side, so `y` is along the bottom.
    `diagonal` names a reference line y = x of a line plot (empty: none); `percent` shows shares
    as percentages; `log_x` spreads small x, which must then be positive.
    """

    title: str
    kind: Literal["line", "bars"]
    x: str
    y: str
    series: Sequence[Series]
    diagonal: str = ""
    percent: bool = False
    log_x: bool = False
    note: str = ""
    title_zh: str = ""


@dataclass(frozen=True)
class Card:
    """One partner in words: its figures, for it, against it, how to begin, what is unknown."""

    id: str
    figures: Words
    reasons: Sequence[Words]
    obstacles: Sequence[Words]
    step: Words
    unknown: Words


@dataclass(frozen=True)
class Answer:
    """What a page says first: a sentence, the nodes that the focal one should be tied to, why.

    `sources` are those it mainly rests on; `tables` stand below it. `follows` lets a what-if of
    the reader's replace the nodes proposed by the first of its own ranking.
    """

    sentence: Words
    lead: Words = ("", "")
    proposed: Sequence[str] = ()
    cards: Sequence[Card] = ()
    tables: Sequence[Table] = ()
    sources: Sequence[Reference] = ()
    follows: bool = False


@dataclass(frozen=True)
class Page:
    """Everything on one page; parts that are empty leave their view out.

    `focal` is the node in the centre of the first view (empty: everything is shown); `at` the
    date of the network; `wording` turns the page's own words into those of its subject; `lang` is
    en or zh (the reader can switch); `labels` how many nodes carry a label at first; with an
    `answer` the page opens on it; `description`, `notes` are shown as written, under the title and
    in About. `indicators` gives the order of the map's choices.
    """

    title: str
    nodes: Sequence[Node] = ()
    ties: Sequence[Tie] = ()
    lang: str = "en"
    focal: str = ""
    at: str = ""
    description: str = ""
    node_kinds: Sequence[Kind] = ()
    tie_kinds: Sequence[Kind] = ()
    indicators: Sequence[Indicator] = ()
    ranking: Sequence[Entry] = ()
    matrices: Matrices | None = None
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    sources: Sequence[Reference] = ()
    notes: Sequence[str | Words] = ()
    labels: int = 30
    wording: Callable[[str], str] = str
    answer: Answer | None = None
    title_zh: str = ""
    description_zh: str = ""
