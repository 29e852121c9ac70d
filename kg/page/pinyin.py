"""How Chinese characters are read, so that a search finds a name by its pinyin."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from kg.page.html import read


def readings(texts: Iterable[str]) -> dict[str, str]:
    """Return the syllable, without its tone, of each character of the texts that has one.

    A character with several readings has its commonest (see scripts/pinyin.py).
    """
    known = syllables()
    used = sorted({char for text in texts for char in text if char > "\u2fff"})
    return {char: known[char] for char in used if char in known}


@cache
def syllables() -> dict[str, Any]:
    """Return the syllables by character."""
    lines = (line.split(" ", 1) for line in read("pinyin.txt").splitlines())
    return {char: syllable for syllable, chars in lines for char in chars}
