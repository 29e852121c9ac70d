"""Write a network for other tools: GraphML, GEXF, JSON, SVG, PNG."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any

import networkx as nx

from kg.errors import ComityError
from kg.files import write_whole
from kg.page.layout import positions
from kg.page.model import Node, Tie

# What XML 1.0 cannot hold: a file with these would be refused by every reader.
CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export(graph: nx.MultiDiGraph, path: Path | str, form: str = "") -> None:
    """Write a network as `form` (graphml, gexf, json, svg, png), guessed from the file's suffix.

    Node attributes used for pictures: label, lon, lat. Raises ComityError: code 2 for an unknown
    form or an unwritable file, code 3 where the form needs a package that is not installed.
    """
    form = (form or Path(path).suffix.lstrip(".")).lower()
    if form not in WRITERS:
        known = ", ".join(WRITERS)
        raise ComityError(f"{path}: unknown form {form!r}; use one of {known}", code=2)
    write_whole(Path(path), WRITERS[form](graph))


def graphml(graph: nx.MultiDiGraph) -> bytes:
    """Return GraphML 1.0."""
    out = io.BytesIO()
    nx.write_graphml_xml(plain(graph), out, named_key_ids=True)
    return out.getvalue()


def gexf(graph: nx.MultiDiGraph) -> bytes:
    """Return GEXF 1.2."""
    out = io.BytesIO()
    # GEXF gives `start`, `end`, `id` and `kind` meanings of their own, which ours do not fit.
    taken = {"start": "valid_from", "end": "valid_to", "id": "key"}
    nx.write_gexf(plain(graph, taken), out)
    return out.getvalue()


def node_link(graph: nx.MultiDiGraph) -> bytes:
    """Return networkx' node-link JSON, which d3 reads too."""
    data = nx.node_link_data(graph, edges="links")
    return (json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def plain(graph: nx.MultiDiGraph, rename: dict[str, str] | None = None) -> nx.MultiDiGraph:
    """Return a copy with attributes that XML can hold: texts, numbers and truth values."""
    names = rename or {}

    def tidy(data: dict[str, Any]) -> dict[str, Any]:
        return {names.get(key, key): scalar(v) for key, v in data.items() if v is not None}

    copy: nx.MultiDiGraph = nx.MultiDiGraph()
    copy.add_nodes_from((scalar(n), tidy(data)) for n, data in graph.nodes(data=True))
    copy.add_edges_from((scalar(a), scalar(b), tidy(data)) for a, b, data in graph.edges(data=True))
    return copy


def scalar(value: Any) -> str | int | float | bool:  # noqa: ANN401
    """Return numbers and truth values as they are, anything else as clean text."""
    if isinstance(value, bool | int | float):
        return value
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", str(value))


def picture(form: str) -> Callable[[nx.MultiDiGraph], bytes]:
    """Return a function that draws a network as `form`."""

    def draw(graph: nx.MultiDiGraph) -> bytes:
        try:
            from matplotlib import rc_context
            from matplotlib.backends.backend_agg import FigureCanvasAgg
            from matplotlib.collections import LineCollection
            from matplotlib.figure import Figure
        except ImportError as error:
            hint = "pip install 'comity[image]'"
            raise ComityError(f"{form} needs matplotlib: {hint}", code=3) from error
        spots = places(graph)
        figure = Figure(figsize=(16, 9))
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
        axes.set_axis_off()
        axes.invert_yaxis()
        lines = [(spots[a], spots[b]) for a, b in graph.edges() if a != b]
        axes.add_collection(LineCollection(lines, colors="#8296a8", linewidths=0.5, alpha=0.5))
        axes.plot(*zip(*spots.values(), strict=True), "o", markersize=4, color="#155e8c", zorder=2)
        for node, (x, y) in spots.items():
            # `parse_math` off: a dollar sign in a name is no formula.
            axes.text(x, y - 5, name(graph, node), fontsize=5, ha="center", parse_math=False)
        out = io.BytesIO()
        # Without a salt and with a date, no two files would be the same.
        with rc_context({"svg.hashsalt": "comity"}):
            dated = {"Date": None} if form == "svg" else None
            figure.savefig(out, format=form, dpi=150, metadata=dated)
        return out.getvalue()

    return draw


def name(graph: nx.MultiDiGraph, node: Hashable) -> str:
    """Return a node's label."""
    return CONTROL.sub("", str(graph.nodes[node].get("label", node)))


def places(graph: nx.MultiDiGraph) -> dict[Hashable, tuple[float, float]]:
    """Return a position for every node."""
    if not graph:
        raise ComityError("the network is empty: nothing to draw", code=2)
    names = {node: str(i) for i, node in enumerate(graph)}
    nodes = [
        Node(names[n], names[n], lon=data.get("lon"), lat=data.get("lat"))
        for n, data in graph.nodes(data=True)
    ]
    ties = [Tie(names[a], names[b], "") for a, b in graph.edges()]
    points = positions(nodes, ties)
    return {node: (float(x), float(y)) for node, (x, y) in zip(graph, points, strict=True)}


WRITERS: dict[str, Callable[[nx.MultiDiGraph], bytes]] = {
    "graphml": graphml,
    "gexf": gexf,
    "json": node_link,
    "svg": picture("svg"),
    "png": picture("png"),
}
