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
    Reference,
    Series,
    Table,
    Tie,
)
from kg.page.network import to_networkx, to_pyvis
from kg.page.sheet import Block, Sheet, Spot, render_sheet

__all__ = [
    "Block",
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
    "Reference",
    "Series",
    "Sheet",
    "Spot",
    "Table",
    "Tie",
    "export",
    "render",
    "render_sheet",
    "to_networkx",
    "to_pyvis",
    "write",
]
