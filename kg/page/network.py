"""A page's network as networkx' and pyvis' containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from kg.page.layout import positions
from kg.page.model import Page

if TYPE_CHECKING:
    from pyvis.network import Network


def to_networkx(page: Page) -> nx.MultiDiGraph:
    """Return the page's nodes and ties, several ties between a pair included.

    Node attributes: label, kind and, where known, label_zh, lon, lat, start, end and the page's
    indicators; tie attributes: kind, label, start, end, strength, directed, sources (titles).
    """
    graph: nx.MultiDiGraph = nx.MultiDiGraph(title=page.title)
    for node in page.nodes:
        known = {"label_zh": node.label_zh, "lon": node.lon, "lat": node.lat, "url": node.url}
        known |= {"start": node.start, "end": node.end, **node.values}
        kept = {key: value for key, value in known.items() if value not in (None, "")}
        graph.add_node(node.id, label=node.label, kind=node.kind, **kept)
    for tie in page.ties:
        graph.add_edge(
            tie.a,
            tie.b,
            kind=tie.kind,
            label=tie.label,
            start=tie.start,
            end=tie.end,
            strength=tie.strength,
            directed=tie.directed,
            sources="; ".join(source.title for source in tie.sources),
        )
    return graph


def to_pyvis(page: Page) -> Network:
    """Return a pyvis network with this page's positions, physics off, every tie kept.

    pyvis drops the second tie between a pair unless its network is directed, so it is. Use
    `kg.page.render` for HTML: pyvis' own page needs the network and runs script in node titles.
    """
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line")
    network.toggle_physics(False)
    for node, (x, y) in zip(page.nodes, positions(page.nodes, page.ties), strict=True):
        network.add_node(node.id, label=node.label, group=node.kind, x=float(x), y=float(y))
    for tie in page.ties:
        arrows = "to" if tie.directed else ""
        network.add_edge(tie.a, tie.b, label=tie.kind, width=1 + 3 * tie.strength, arrows=arrows)
    return network
