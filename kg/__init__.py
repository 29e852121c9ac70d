"""Comity: a knowledge-graph engine for cooperation networks.

`open` a graph of facts and ask it; `gains` says what a new edge would do in any networkx graph.
Nothing heavy is imported before it is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from kg.errors import ComityError

if TYPE_CHECKING:
    from kg.face import Graph, open  # noqa: A004
    from kg.leverage.adapter import gains

__all__ = ["ComityError", "Graph", "gains", "open"]
__version__ = "0.1.0"

_HOMES = {"Graph": "kg.face", "gains": "kg.leverage.adapter", "open": "kg.face"}


def __getattr__(name: str) -> object:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *_HOMES]
