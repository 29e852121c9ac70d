"""Render a whole graph to one sealed page: its data compressed inside, unpacked by the browser."""

from __future__ import annotations

import gzip
import json
import math
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from markupsafe import Markup

from kg.errors import ComityError
from kg.files import write_whole
from kg.page.html import digest, environment, inline, read, world
from kg.page.layout import drawn
from kg.page.model import Kind, Node, Table, Tie
from kg.page.payload import Json, Texts, pair, safe_url, sparse, table
from kg.page.pinyin import readings
from kg.page.projection import place

MANY = 600  # things; more are placed here and not in the browser
SCRIPTS = (
    "dom",
    "find",
    "atlas/data",
    "atlas/state",
    "atlas/shown",
    "atlas/layout",
    "atlas/canvas",
    "atlas/card",
    "atlas/legend",
    "atlas/map",
    "atlas/timeline",
    "atlas/list",
    "atlas/path",
    "atlas/export",
    "atlas/main",
)


@dataclass(frozen=True)
class Around:
    """What a page of everything opens with: a thing and its neighbours, so many hops away."""

    id: str
    hops: int = 1


@dataclass(frozen=True)
class Atlas:
    """A page of a whole graph: every thing can be found, opened, and followed to any other.

    `words` translates labels of facts and values, English to Chinese; `opened` is what is drawn
    at first. `answer` is a table that belongs to the page, `drawn` the nodes and `extra` the ties
    that show it.
    """

    title: str
    nodes: Sequence[Node]
    ties: Sequence[Tie]
    node_kinds: Sequence[Kind]
    tie_kinds: Sequence[Kind]
    words: Mapping[str, str]
    opened: Sequence[Around] = ()
    drawn: Sequence[str] = ()
    answer: Table | None = None
    description: str = ""
    lang: str = "en"


def write_atlas(atlas: Atlas, path: Path) -> None:
    """Write the page to a file, whole or not at all.

    Raises ComityError (code 2) if the file cannot be written.
    """
    write_whole(path, render_atlas(atlas).encode("utf-8", "replace"))


def render_atlas(atlas: Atlas) -> str:
    """Return the page as one HTML document.

    Raises ComityError (code 2) if a tie or what is to be drawn names no node.
    """
    parts = "\n".join(read(f"js/{name}.js") for name in SCRIPTS)
    script = inline(f'"use strict";\n(() => {{\n{parts}\n}})();')
    style = read("atlas.css")
    html: str = (
        environment()
        .get_template("atlas.html.j2")
        .render(
            atlas=atlas,
            policy=policy(script, style),
            style=Markup(style),  # noqa: S704
            script=Markup(script),  # noqa: S704
            data=packed(atlas),
            strings=json.loads(read("atlas.json")),
            world=world(),
        )
    )
    return html


def policy(script: str, style: str) -> str:
    """Return the content security policy that admits just the page's own script and style."""
    return (
        f"default-src 'none'; script-src {digest(script)}; style-src {digest(style)}; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def packed(atlas: Atlas) -> str:
    """Return the page's data as JSON, gzipped, in base64."""
    text = json.dumps(content(atlas), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return b64encode(gzip.compress(text.encode("utf-8", "replace"), 9, mtime=0)).decode("ascii")


def content(atlas: Atlas) -> dict[str, Json]:
    """Return what the page's script reads: columns, repeated texts stored once."""
    texts = Texts()
    index = {node.id: i for i, node in enumerate(atlas.nodes)}
    named = [*(around.id for around in atlas.opened), *atlas.drawn]
    unknown = [name for name in named if name not in index]
    if unknown:
        raise ComityError(f"page: no node for {', '.join(unknown[:5])}", code=2)
    return {
        "title": atlas.title,
        "lang": atlas.lang,
        "kinds": [[k.id, k.label, k.label_zh] for k in atlas.node_kinds],
        "ties": ties(atlas.ties, index, [kind.id for kind in atlas.tie_kinds], texts),
        "tieKinds": [[k.id, k.label, k.label_zh] for k in atlas.tie_kinds],
        "nodes": nodes(atlas.nodes, [kind.id for kind in atlas.node_kinds], texts),
        "words": dict(atlas.words),
        "pinyin": readings(node.label_zh for node in atlas.nodes),
        "opened": [[around.id, around.hops] for around in atlas.opened],
        "drawn": list(atlas.drawn),
        "places": places(atlas, index),
        "answer": table(atlas.answer) if atlas.answer else None,
        "texts": texts.items,
    }


def places(atlas: Atlas, index: Mapping[str, int]) -> dict[str, list[float]]:
    """Return where the things that are drawn at first stand, if the browser would take long."""
    if len(atlas.drawn) <= MANY:
        return {}
    number = {index[name]: i for i, name in enumerate(atlas.drawn)}
    ends = ((index[tie.a], index[tie.b]) for tie in atlas.ties)
    edges = [(number[a], number[b]) for a, b in ends if a in number and b in number]
    points = drawn(len(number), np.array(edges, dtype=int).reshape(-1, 2))
    points *= math.sqrt(len(number) / MANY)
    return {
        name: [round(float(x)), round(float(y))]
        for name, (x, y) in zip(atlas.drawn, points, strict=True)
    }


def nodes(rows: Sequence[Node], kinds: Sequence[str], texts: Texts) -> dict[str, Json]:
    """Return the nodes as columns; facts are [label, value] and the one source they share."""
    numbers = {kind: i for i, kind in enumerate(kinds)}
    return {
        "id": [n.id for n in rows],
        "label": [n.label for n in rows],
        "zh": sparse([n.label_zh for n in rows]),
        "kind": [numbers[n.kind] for n in rows],
        "map": {i: where for i, n in enumerate(rows) if (where := located(n))},
        "start": sparse([n.start for n in rows]),
        "url": sparse([safe_url(n.url) for n in rows]),
        "aliases": sparse([list(dict.fromkeys(n.aliases)) for n in rows]),
        "hollow": [i for i, n in enumerate(rows) if n.hollow],
        "facts": sparse(
            [
                [v for f in n.facts for v in (texts(pair(f.label)[0]), pair(f.value)[0])]
                for n in rows
            ]
        ),
        "source": [source(n, texts) for n in rows],
    }


def located(node: Node) -> list[float]:
    """Return a node's place: x and y on the map, longitude, latitude; [] where it has none."""
    if node.lon is None or node.lat is None:
        return []
    x, y = place(node.lon, node.lat)
    return [round(x), round(y), node.lon, node.lat]


def source(node: Node, texts: Texts) -> int:
    """Return the number of a node's source; its address is the text that follows."""
    if not node.facts:
        return 0
    return cited(node.facts[0].source, node.facts[0].url, texts)


def cited(title: str, url: str, texts: Texts) -> int:
    """Return the number of a source: a text that holds its title and its address."""
    return texts(f"{title}\n{safe_url(url)}") if title or url else 0


def ties(
    rows: Sequence[Tie], index: dict[str, int], kinds: Sequence[str], texts: Texts
) -> dict[str, Json]:
    """Return the ties as columns, in the order of their kinds and ends."""
    numbers = {kind: i for i, kind in enumerate(kinds)}
    ends = [(numbers[t.kind], index[t.a], index[t.b], t) for t in rows]
    ends.sort(key=lambda row: row[:3])
    ordered = [row[3] for row in ends]
    return {
        "a": [row[1] for row in ends],
        "b": [row[2] for row in ends],
        "kind": [row[0] for row in ends],
        "start": [texts(t.start) for t in ordered],
        "end": sparse([t.end for t in ordered]),
        "label": sparse([t.label for t in ordered]),
        "source": [
            cited(t.sources[0].title, t.sources[0].url, texts) if t.sources else 0 for t in ordered
        ],
    }
