"""Vendors' and products' names, matched with those in advisories; doubt is a number.

A certainty of 1 is the same name (legal forms, case and signs aside) or a known other name. Below
SURE a match is doubtful and is shown as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from kg.sources.names import firm, identifier

SURE = 0.9
FAMILY = 0.9  # the advisory names a family that the product is of
BROADER = 0.6  # the inventory names a family, the advisory some of it
CLOSE = 0.4  # the names are spelt nearly alike
ALIKE = 0.85  # what share of letters in order makes two names nearly alike
SIGNS = re.compile(r"[a-z]+|\d+|[^\W\d_a-z]+")


@dataclass(frozen=True)
class Match:
    """A thing by its short IRI, and how certain it is that it is meant, 0..1."""

    thing: str
    certainty: float


def words(name: str) -> tuple[str, ...]:
    """Return a name's words and numbers in lower case."""
    return tuple(SIGNS.findall(name.casefold()))


class Vendors:
    """The vendors of a graph by id and by other names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """`names` maps any name of a vendor to the id that stands in its IRI."""
        self.ids = set(names.values())
        self.known = {identifier(firm(name)): vendor for name, vendor in names.items()}

    def find(self, name: str) -> list[Match]:
        """Return the vendors that a name may mean, the most certain first."""
        wanted = identifier(firm(name))
        if wanted in self.known:
            return [Match(self.known[wanted], 1.0)]
        return sorted(self._close(wanted), key=lambda match: -match.certainty)[:3]

    def _close(self, wanted: str) -> Iterator[Match]:
        parts = set(wanted.split("-"))
        for vendor in sorted(self.ids):
            theirs = set(vendor.split("-"))
            if parts <= theirs or theirs <= parts:
                yield Match(vendor, BROADER)
            elif SequenceMatcher(None, wanted, vendor).ratio() >= ALIKE:
                yield Match(vendor, CLOSE)


def likeness(mine: str, theirs: str) -> float:
    """Return how certain it is that an advisory's product is the one in an inventory, 0..1."""
    own, other = words(mine), words(theirs)
    if own == other:
        return 1.0
    if not own or not other:
        return 0.0
    if _within(other, own) and _telling(other):
        return FAMILY
    if _within(own, other) and _telling(own):
        return BROADER
    return CLOSE if SequenceMatcher(None, mine.lower(), theirs.lower()).ratio() >= ALIKE else 0.0


def _within(some: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Tell whether all words of one name are in another, numbers included."""
    return set(some) <= set(more)


def _telling(parts: tuple[str, ...]) -> bool:
    """Tell whether a name says more than one common word."""
    return len(parts) > 1 or any(part.isdigit() for part in parts) or len("".join(parts)) > 5
