"""Comity: a knowledge-graph engine for cooperation networks."""

from kg.errors import ComityError

__all__ = ["ComityError"]
__version__ = "0.1.0"
