"""Country names and codes, as publishers write them, turned into ISO 3166-1 alpha-3.

`names.csv` holds the formal and older English names that the table of countries has not: those of
UN member states' own lists (datasets/country-codes, public domain) and of the publishers read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from kg.sources.tables import read_table
from kg.terms import shipped

NAMES = Path(__file__).with_name("names.csv")
FILLERS = frozenset({"the", "of", "and"})


def fold(name: str) -> tuple[str, ...]:
    """Return the words of `name` without case, accents, fillers and order.

    So `Korea, Republic of`, `Korea (the Republic of)` and `Republic of Korea` are one name.
    """
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"\w+", re.sub(r"['’.]", "", letters))
    return tuple(sorted(word for word in words if word not in FILLERS))


class Places:
    """The countries of ISO 3166-1, found by code or by name.

    Every method answers an alpha-3 code, or None where there is no such country; regions, former
    states and bodies are never guessed into a country.
    """

    def __init__(self, countries: Iterable[Mapping[str, str]]) -> None:
        rows = list(countries)
        self.names = {row["iso3"]: row["name"] for row in rows}
        self._by_iso2 = {row["iso2"]: row["iso3"] for row in rows}
        self._by_numeric = {int(row["numeric"]): row["iso3"] for row in rows}
        self._by_name = {fold(row["name"]): row["iso3"] for row in [*read_table(NAMES), *rows]}

    @classmethod
    def shipped(cls) -> Places:
        """Return the countries of the shipped table."""
        return _shipped()

    def iso3(self, code: str) -> str | None:
        """Return an alpha-3 code, in either case, if it is one."""
        return code.upper() if code.upper() in self.names else None

    def iso2(self, code: str) -> str | None:
        """Return the country of an alpha-2 code (`NA` is Namibia)."""
        return self._by_iso2.get(code.upper())

    def alpha2(self, iso3: str) -> str | None:
        """Return the alpha-2 code of a country."""
        return next((code for code, known in self._by_iso2.items() if known == iso3), None)

    def numeric(self, code: int) -> str | None:
        """Return the country of an ISO numeric code."""
        return self._by_numeric.get(code)

    def cow(self, code: int) -> str | None:
        """Return the country of a Correlates of War code; a state that ended has none."""
        return _cow().get(code)

    def named(self, name: str) -> str | None:
        """Return the country of a name in any of its usual English forms."""
        return self._by_name.get(fold(name))


@cache
def _cow() -> dict[int, str]:
    rows = read_table(Path(__file__).with_name("cow.csv"))
    return {int(row["cow"]): row["iso3"] for row in rows}


@cache
def _shipped() -> Places:
    return Places(read_table(shipped("data") / "countries.csv"))
