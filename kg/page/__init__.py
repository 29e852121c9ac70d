"""Self-contained HTML pages of a cooperation network, and exports for other tools."""

from kg.page.export import export
from kg.page.html import Frame, render, write
from kg.page.model import (
    Cell,
    Entry,
    Fact,
    Figure,
    Indicator,
    Interval,
    Kind,
    Matrices,
    Node,
    Page,
    Series,
    Source,
    Table,
    Tie,
)
from kg.page.network import to_networkx, to_pyvis

__all__ = [
    "Cell",
    "Entry",
    "Fact",
    "Figure",
    "Frame",
    "Indicator",
    "Interval",
    "Kind",
    "Matrices",
    "Node",
    "Page",
    "Series",
    "Source",
    "Table",
    "Tie",
    "export",
    "render",
    "to_networkx",
    "to_pyvis",
    "write",
]
