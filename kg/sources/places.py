"""Country names and codes, as publishers write them, turned into ISO 3166-1 alpha-3."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import pycountry

from kg.sources.tables import read_table

FILLERS = frozenset({"the", "of", "and"})

# Names that neither the country table nor ISO's own list knows.
ALIASES: Mapping[str, str] = {
    "Burma": "MMR",
    "Cape Verde": "CPV",
    "Chinese Taipei": "TWN",
    "Congo Brazzaville": "COG",
    "Congo Kinshasa": "COD",
    "Congo, Dem. Rep.": "COD",
    "Congo, Rep.": "COG",
    "Cote d Ivoire": "CIV",
    "Czech Republic": "CZE",
    "Democratic Republic of Congo": "COD",
    "East Timor": "TLS",
    "Holy See (Vatican City State)": "VAT",
    "Hong Kong, China": "HKG",
    "Ivory Coast": "CIV",
    "Lao": "LAO",
    "Lebonon": "LBN",
    "Macao, China": "MAC",
    "Macau": "MAC",
    "Macedonia": "MKD",
    "Swaziland": "SWZ",
    "The former Yugoslav Republic of Macedonia": "MKD",
    "Turkey": "TUR",
    "U.K.": "GBR",
    "U.S.": "USA",
    "UAE": "ARE",
    "UK": "GBR",
    "US": "USA",
    "Vatican": "VAT",
    "West Bank and Gaza": "PSE",
}


def fold(name: str) -> tuple[str, ...]:
    """Return the words of `name` without case, accents, fillers and order.

    So `Korea, Republic of`, `Korea (the Republic of)` and `Republic of Korea` are one name.
    """
    plain = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"\w+", re.sub(r"['’.]", "", letters))
    return tuple(sorted(word for word in words if word not in FILLERS))


def iso_names(iso3: str) -> list[str]:
    """Return the names that ISO 3166-1 gives a country: short, common and formal."""
    entry = pycountry.countries.get(alpha_3=iso3)
    kinds = ("name", "common_name", "official_name")
    return [str(value) for kind in kinds if (value := getattr(entry, kind, None))]


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
        self._by_name = {fold(alias): code for alias, code in ALIASES.items()}
        for iso3, name in self.names.items():
            self._by_name |= {fold(known): iso3 for known in [name, *iso_names(iso3)]}

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

    def numeric(self, code: int) -> str | None:
        """Return the country of an ISO numeric code."""
        return self._by_numeric.get(code)

    def named(self, name: str) -> str | None:
        """Return the country of a name in any of its usual English forms."""
        return self._by_name.get(fold(name))


@cache
def _shipped() -> Places:
    return Places(read_table(Path(str(files("kg") / "data" / "countries.csv"))))
