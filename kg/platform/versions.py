"""Versions and ranges of versions, as publishers and plant inventories write them.

A range is a list of bounds (`>=1.0|<2.1`, `All versions < V2.0`, `2.1 and earlier`, `vers:all/*`)
or of single versions (`=1.0`). Whether a version lies in it is True, False, or None where the two
cannot be compared: a serial number, a date, another scheme of numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import zip_longest
from operator import ge, gt, le, lt

Key = tuple[tuple[int, str], ...]

COMPARE: dict[str, Callable[[int, int], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
NOISE = re.compile(r"vers:[\w.-]+/|\ball\b|\b(bios|firmware|software)?\s*versions?\b|\band\b|[()]")
WORDS = (
    (re.compile(r"(?:prior to|before|earlier than|below)\s+"), "<"),
    (re.compile(r"(?:up to(?: and including)?)\s+"), "<="),
    (re.compile(r"(?:since|from)\s+"), ">="),
)
AND_BEFORE = re.compile(
    r"([^|<>=]+?)\s*(?:and|or)\s+(?:prior|earlier|below|older|before)(?: versions?)?"
)
BOUND = re.compile(r"(<=|>=|<|>|=)?\s*([^|<>=,]+)")
PART = re.compile(r"\d+|[a-z]+")
BEFORE_RELEASE = frozenset({"a", "alpha", "b", "beta", "rc", "pre", "preview"})
PREFIX = re.compile(r"^[a-z]*?v?(?:er)?(?:ersion)?[ ._-]*(?=\d)")


def key(text: str) -> Key | None:
    """Return a version as comparable parts, None where it has no number at its head."""
    plain = text.strip().lower()
    head = re.sub(r"^(?:version|ver|v|firmware)[ ._]*(?=\d)", "", plain)
    if not head[:1].isdigit():
        return None
    return tuple(_part(part) for part in PART.findall(head))


def _part(part: str) -> tuple[int, str]:
    if part.isdigit():
        return int(part), ""
    return (-1 if part in BEFORE_RELEASE else 0), part


def compare(one: str, other: str) -> int | None:
    """Return -1, 0 or 1 as one version is before, the same as or after another, None if unknown."""
    first, second = key(one), key(other)
    if first is None or second is None:
        same = one.strip().casefold() == other.strip().casefold()
        return 0 if same and one.strip() else None
    for left, right in zip_longest(first, second, fillvalue=(0, "")):
        if left != right:
            return -1 if left < right else 1
    return 0


def contains(span: str, version: str) -> bool | None:
    """Tell whether a version lies in a range; None where that cannot be said.

    An empty range, and one of all versions, holds every version.
    """
    bounds = parsed(span)
    if not bounds:
        return True
    if not version.strip():
        return None
    singles = [_holds("=", limit, version) for sign, limit in bounds if sign == "="]
    spans = [_holds(sign, limit, version) for sign, limit in bounds if sign != "="]
    if True in singles or (spans and all(spans)):
        return True
    unknown = None in singles or (None in spans and False not in spans)
    return None if unknown else False


def _holds(sign: str, limit: str, version: str) -> bool | None:
    order = compare(version, limit)
    if order is None:
        return None
    return order == 0 if sign == "=" else COMPARE[sign](order, 0)


def parsed(span: str) -> list[tuple[str, str]]:
    """Return the bounds of a range as (sign, version); none for all versions."""
    text = span.strip().lower()
    text = AND_BEFORE.sub(r"<=\1", text)
    for words, sign in WORDS:
        text = words.sub(sign, text)
    text = NOISE.sub(" ", text)
    found = [(sign or "=", limit.strip()) for sign, limit in BOUND.findall(text) if limit.strip()]
    return [(sign, limit) for sign, limit in found if limit not in {"*", "-"}]
