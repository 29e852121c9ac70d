"""A page's data as compact JSON: columns instead of objects, repeated texts stored once."""

from __future__ import annotations

import math
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from kg.errors import ComityError
from kg.page.layout import positions
from kg.page.model import (
    Answer,
    Entry,
    Figure,
    Interval,
    Matrices,
    Node,
    Page,
    Reference,
    Series,
    Share,
    Table,
    Thing,
    Tie,
    Words,
)
from kg.page.pinyin import readings

Json: TypeAlias = Any
Array: TypeAlias = NDArray[np.float64]

FIGURE_PARTS = ("title", "title_zh", "kind", "x", "y", "diagonal", "percent", "log_x", "note")
EXACT_BYTES = 480_000  # above this, the matrices travel in single precision


class Texts:
    """Texts stored once and referred to by number; number 0 is the empty text."""

    def __init__(self) -> None:
        self.items: list[str] = [""]
        self.numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        """Return the number of a text."""
        number = self.numbers.setdefault(text, len(self.items))
        if number == len(self.items):
            self.items.append(text)
        return number


def safe_url(url: str) -> str:
    """Return the address if it is http(s) with a host, else nothing."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in ("http", "https") and parts.netloc else ""


def payload(page: Page) -> dict[str, Json]:
    """Return what the page's script reads, as JSON values.

    Raises ComityError (code 2) for a tie, ranking or focal node that names no node, and for a
    figure whose points do not suit its kind.
    """
    check(page)
    texts = Texts()
    return {
        "title": page.title,
        "title_zh": page.title_zh,
        "description": page.description,
        "description_zh": page.description_zh,
        "lang": "zh" if page.lang.lower().startswith("zh") else "en",
        "focal": page.focal,
        "at": page.at,
        "labels": page.labels,
        "notes": [worded(note) for note in page.notes],
        "sources": [[s.title, safe_url(s.url)] for s in page.sources],
        "kinds": {
            "node": kinds(page.node_kinds, page.nodes),
            "tie": kinds(page.tie_kinds, page.ties),
        },
        "nodes": nodes(page, texts),
        "ties": ties(page, texts),
        "indicators": [asdict(indicator) for indicator in page.indicators],
        "ranking": [entry(row) for row in page.ranking],
        "matrices": matrices(page.matrices) if page.matrices else None,
        "figures": [figure(f) for f in page.figures],
        "tables": [table(t) for t in page.tables],
        "answer": answer(page.answer) if page.answer else None,
        "pinyin": readings(node.label_zh for node in page.nodes),
        "texts": texts.items,
    }


def check(page: Page) -> None:
    """Refuse a page whose parts do not fit together."""
    known = {node.id for node in page.nodes}
    if len(known) != len(page.nodes):
        raise ComityError("page: two nodes have the same id; give each its own", code=2)
    named = [page.focal, *(end for tie in page.ties for end in (tie.a, tie.b))]
    unknown = sorted({name for name in named if name} - known)
    if unknown:
        raise ComityError(f"page: no node for {', '.join(unknown[:5])}; add it to nodes", code=2)
    for drawn in page.figures:
        check_figure(drawn)


def check_figure(drawn: Figure) -> None:
    """Refuse a figure whose points cannot be placed."""
    for series in drawn.series:
        if len(series.intervals) not in (0, len(series.points)):
            raise wrong(drawn, series, "needs one interval for each point, or none")
        places = [x for x, _ in series.points]
        if drawn.kind == "line" and not all(placed(x, drawn.log_x) for x in places):
            raise wrong(drawn, series, "needs finite numbers as x, above 0 if log_x")


def placed(x: float | str, log: bool) -> bool:
    """Say whether x has a place on a (logarithmic) axis."""
    return not isinstance(x, str) and math.isfinite(x) and (x > 0 or not log)


def wrong(drawn: Figure, series: Series, what: str) -> ComityError:
    """Return the error for a series that does not suit its figure."""
    return ComityError(f"page: figure {drawn.title!r}: series {series.name!r} {what}", code=2)


def kinds(declared: Sequence[Any], things: Iterable[Node] | Iterable[Tie]) -> list[list[Json]]:
    """Return [id, label, Chinese label, place in the palette] of declared kinds, then of others."""
    rows = {kind.id: [kind.id, kind.label, kind.label_zh, kind.hue] for kind in declared}
    used = {thing.kind for thing in things}
    rest = {
        kind: [kind, kind.replace("-", " ").capitalize(), "", None]
        for kind in sorted(used - set(rows))
    }
    return [row for key, row in (rows | rest).items() if key in used]


def number(value: float | None, digits: int = 10) -> float | None:
    """Return a JSON number of so many significant digits; None where it is unknown."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{digits}g}")


def nodes(page: Page, texts: Texts) -> dict[str, Json]:
    """Return the nodes as columns; `place` holds degrees east and north, `facts` by node number."""
    points = positions(page.nodes, page.ties)
    rows = page.nodes
    return {
        "id": [n.id for n in rows],
        "label": [n.label for n in rows],
        "zh": sparse([n.label_zh for n in rows]),
        "kind": [texts(n.kind) for n in rows],
        "x": [round(float(x), 1) for x, _ in points],
        "y": [round(float(y), 1) for _, y in points],
        "place": {i: [round(x, 3), round(y, 3)] for i, x, y in located(rows)},
        "start": sparse([n.start for n in rows]),
        "end": sparse([n.end for n in rows]),
        "url": sparse([safe_url(n.url) for n in rows]),
        "aliases": sparse([list(n.aliases) for n in rows]),
        "values": {i.id: [number(n.values.get(i.id), 7) for n in rows] for i in page.indicators},
        "facts": sparse([facts(n, texts) for n in rows]),
    }


def sparse(values: Sequence[Json]) -> dict[int, Json]:
    """Return the values that are not empty, by number."""
    return {i: value for i, value in enumerate(values) if value}


def located(rows: Sequence[Node]) -> list[tuple[int, float, float]]:
    """Return the number, longitude and latitude of the nodes that have a place."""
    return [
        (i, node.lon, node.lat)
        for i, node in enumerate(rows)
        if node.lon is not None and node.lat is not None
    ]


def facts(node: Node, texts: Texts) -> list[list[Json]]:
    """Return a node's facts as rows, label and value in Chinese last."""
    return [
        [
            texts(pair(f.label)[0]),
            pair(f.value)[0],
            texts(f.source),
            texts(safe_url(f.url)),
            f.date,
            number(f.confidence),
            texts(pair(f.label)[1]),
            pair(f.value)[1],
        ]
        for f in node.facts
    ]


def ties(page: Page, texts: Texts) -> dict[str, Json]:
    """Return the ties as columns; ends are node numbers, texts are numbers in `texts`."""
    index = {node.id: i for i, node in enumerate(page.nodes)}
    rows = page.ties
    return {
        "a": [index[t.a] for t in rows],
        "b": [index[t.b] for t in rows],
        "kind": [texts(t.kind) for t in rows],
        "label": [texts(t.label) for t in rows],
        "start": [texts(t.start) for t in rows],
        "end": sparse([t.end for t in rows]),
        "strength": [number(t.strength, 6) or 0 for t in rows],
        "directed": [i for i, t in enumerate(rows) if t.directed],
        "signed": [i for i, t in enumerate(rows) if t.signed],
        "sources": sparse([links(t.sources, texts) for t in rows]),
    }


def links(sources: Sequence[Reference], texts: Texts) -> list[list[int]]:
    """Return sources as pairs of texts: title, address."""
    return [[texts(s.title), texts(safe_url(s.url))] for s in sources]


def entry(row: Entry) -> dict[str, Json]:
    """Return a ranking row with the CLI's keys, without those that are unknown or empty."""
    values = asdict(row)
    values["via"] = [{"iso3": v["iso3"], "gain": number(v["gain"], 17)} for v in row.via]
    values["factors"] = {key: number(value, 17) for key, value in row.factors.items()}
    values["missing"] = list(row.missing)
    values["missing_zh"] = list(row.missing_zh)
    values["obstacles"] = list(row.obstacles)
    clean = {key: number(v, 17) if isinstance(v, float) else v for key, v in values.items()}
    return {key: value for key, value in clean.items() if value not in (None, "", [], {})}


def answer(said: Answer) -> dict[str, Json]:
    """Return what the page says first."""
    sources = [[s.title, safe_url(s.url)] for s in said.sources]
    plain = {name: getattr(said, name) for name in ("sentence", "lead", "proposed", "follows")}
    cards = [asdict(card) for card in said.cards]
    return plain | {"cards": cards, "tables": [table(t) for t in said.tables], "sources": sources}


def table(data: Table) -> dict[str, Json]:
    """Return a table; an interval becomes [value, low, high]."""
    return {
        "title": data.title,
        "title_zh": data.title_zh,
        "columns": [worded(name) for name in data.columns],
        "rows": [[cell(value) for value in row] for row in data.rows],
        "note": worded(data.note),
    }


def worded(text: str | Words) -> Json:
    """Return a text as it is, or the two of both languages by language."""
    return text if isinstance(text, str) else {"en": text[0], "zh": text[1]}


def pair(text: str | Words) -> Words:
    """Return a text in both languages; one that is not translated stands for both."""
    return (text, text) if isinstance(text, str) else text


def cell(value: Json) -> Json:
    """Return a table's cell as JSON."""
    if isinstance(value, Interval):
        return [number(value.value), number(value.low), number(value.high)]
    if isinstance(value, Thing):
        return {"node": value.id}
    if isinstance(value, Share):
        return {"share": number(value.value)}
    if isinstance(value, tuple):
        return worded(value)
    return number(value) if isinstance(value, float) else value


def figure(drawn: Figure) -> dict[str, Json]:
    """Return a figure; a series' points become [x, y, low, high], unknown is None."""
    plain = {name: getattr(drawn, name) for name in FIGURE_PARTS}
    return {**plain, "series": [[s.name, points(s)] for s in drawn.series]}


def points(series: Series) -> list[list[Json]]:
    """Return the points of a series with the ends of their intervals."""
    ends = series.intervals or [(None, None)] * len(series.points)
    return [
        [x if isinstance(x, str) else number(x), number(y), number(low), number(high)]
        for (x, y), (low, high) in zip(series.points, ends, strict=True)
    ]


def matrices(data: Matrices) -> dict[str, Json]:
    """Return the what-if's inputs, exact as long as they stay within EXACT_BYTES.

    Single precision (relative error 6e-8) begins with the feasibility, which only multiplies.
    """
    n = len(data.countries)
    parts = {"tau": data.tau, "feasibility": data.feasibility, "barrier": data.barrier}
    for name, part in parts.items():
        if part.shape not in ((n, n), (n,)):
            raise ComityError(f"page: matrices.{name} must have shape ({n}, {n})", code=2)
    packed = {name: pack(part) for name, part in parts.items()}
    # Nearly every pair is open and every country a third one: what is not takes less room.
    packed["blocked"] = pack(data.blocked.astype(np.float64), "<f4")
    packed["closed"] = pack(1.0 - data.third.astype(np.float64), "<f4")
    for name in ("feasibility", "barrier", "tau"):
        if sum(map(size, packed.values())) > EXACT_BYTES:
            packed[name] = pack(parts[name], "<f4")
    return {
        **packed,
        "countries": list(data.countries),
        "need": [float(v) for v in data.need],
        "popularity": [float(v) for v in data.popularity],
        "powers": {"gain": data.powers[0], "popularity": data.powers[1]},
        "strength": float(data.strength),
        "candidates": None if data.candidates is None else np.flatnonzero(data.candidates).tolist(),
        "missing": missing(data.missing),
    }


def missing(names: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the unknown inputs by country, without empty lists."""
    return {country: list(inputs) for country, inputs in names.items() if len(inputs)}


def pack(array: Array, kind: str = "<f8") -> dict[str, Json]:
    """Return an array as base64, little-endian, a symmetric one as its upper triangle.

    Of three ways the shortest: all values; every value once and its number for each entry; the
    entries that are not zero and where they are. `kind` is numpy's name of the type of values.
    """
    square = array.ndim == 2
    symmetric = square and bool(np.array_equal(array, array.T, equal_nan=True))
    flat = array[np.triu_indices(len(array))] if symmetric else array.ravel()
    shape = "symmetric" if symmetric else "square" if square else "vector"
    values, number = np.unique(flat, return_inverse=True)
    where = np.flatnonzero(flat)
    ways = [
        {"values": base64(flat, kind)},
        {"values": base64(flat[where], kind), "where": base64(where, "<u4")},
    ]
    if len(values) <= 65536:
        ways.append({"values": base64(values, kind), "number": base64(number, "<u2")})
    shortest = min(ways, key=size)
    return {"shape": shape, "n": len(array), "type": kind, **shortest}


def size(packed: dict[str, Json]) -> int:
    """Return how many characters of base64 a packed array takes."""
    return sum(len(packed.get(part, "")) for part in ("values", "where", "number"))


def base64(values: NDArray[Any], kind: str) -> str:
    """Return numbers of a type (numpy's notation) as base64."""
    return b64encode(values.astype(kind).tobytes()).decode("ascii")
