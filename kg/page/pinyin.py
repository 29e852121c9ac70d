"""How Chinese characters are read, so that a search finds a name by its pinyin."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("pinyin.txt")


def readings(texts: Iterable[str]) -> dict[str, str]:
    """Return the syllable, without its tone, of each character of the texts that has one.

    A character with several readings has its commonest (see scripts/pinyin.py).
    """
    known = syllables()
    used = sorted({char for text in texts for char in text if char > "\u2fff"})
    return {char: known[char] for char in used if char in known}


@cache
def syllables() -> dict[str, str]:
    """Return the syllables by character."""
    text = TABLE.read_text(encoding="utf-8")
    lines = (line.split(" ", 1) for line in text.splitlines())
    return {char: syllable for syllable, chars in lines for char in chars}
