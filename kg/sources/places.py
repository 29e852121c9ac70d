"""Country names and codes, as publishers write them, turned into ISO 3166-1 alpha-3.

`names.csv` holds the names that the table of countries has not: formal and older English ones, of
UN member states' own lists (datasets/country-codes, public domain) and of the publishers read, and
what people type, in English and Chinese.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
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
        written = [(row["name"], row["iso3"]) for row in [*read_table(NAMES), *rows]]
        written += [(row["name_zh"], row["iso3"]) for row in rows if row.get("name_zh")]
        self._by_name = {fold(name): iso3 for name, iso3 in written}
        self.aliases: dict[str, list[str]] = defaultdict(list)
        for name, iso3 in [*((code, iso3) for code, iso3 in self._by_iso2.items()), *written]:
            self.aliases[iso3].append(name)

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

    def found(self, text: str) -> str | None:
        """Return the country that a reader's text means: a code of two or three letters, a name."""
        word = text.strip()
        return self.iso3(word) or self.named(word) or self.iso2(word)

    def near(self, text: str) -> list[str]:
        """Return the codes that a reader may have meant, the closest first."""
        spelled = {" ".join(words): iso3 for words, iso3 in self._by_name.items()}
        spelled |= {code.casefold(): code for code in self.names}
        close = get_close_matches(" ".join(fold(text)), spelled, n=3, cutoff=0.6)
        return list(dict.fromkeys(spelled[word] for word in close))


def unknown(text: str, near: Iterable[str]) -> str:
    """Say that no country is called so, with the codes that the reader may have meant."""
    meant = " or ".join(near)
    hint = f"did you mean {meant}?" if meant else "see `comity query countries`"
    return f"{text}: no country of the network has this name or ISO 3166-1 code: {hint}"


@cache
def _cow() -> dict[int, str]:
    rows = read_table(Path(__file__).with_name("cow.csv"))
    return {int(row["cow"]): row["iso3"] for row in rows}


@cache
def _shipped() -> Places:
    return Places(read_table(shipped("data") / "countries.csv"))
