"""Self-contained HTML pages of a cooperation network, and exports for other tools."""

from kg.page.atlas import Around, Atlas, write_atlas
from kg.page.export import export
from kg.page.html import Frame, render, write
from kg.page.model import (
    Answer,
    Card,
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
    Share,
    Table,
    Thing,
    Tie,
    Words,
)
from kg.page.network import to_networkx, to_pyvis
from kg.page.sheet import Block, Sheet, Spot, render_sheet

__all__ = [
    "Answer",
    "Around",
    "Atlas",
    "Block",
    "Card",
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
    "Share",
    "Sheet",
    "Spot",
    "Table",
    "Thing",
    "Tie",
    "Words",
    "export",
    "render",
    "render_sheet",
    "to_networkx",
    "to_pyvis",
    "write",
    "write_atlas",
]
