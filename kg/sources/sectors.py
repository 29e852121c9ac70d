"""Publishers' wordings of economic sectors, turned into the project's sector slugs."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What a wording says, by the stem of a word in it. Publishers misspell and join sector names, so
# stems are looked for anywhere in the text.
STEMS: Mapping[str, str] = {
    "agricultur": "agriculture",
    "chemical": "chemical",
    "communication": "telecom",
    "defen[cs]e": "defence",
    "energy": "energy",
    "financ": "finance",
    "(?<!non-)food": "food",
    "government": "government",
    "health": "health",
    "manufactur": "manufacturing",
    "maritime": "ports",
    "mining": "mining",
    "multiple": "multi",
    "nuclear": "nuclear",
    r"oil\b": "oil-gas",
    "pharma": "health",
    "transport": "transport",
    "water": "water",
}

# One wording of each sector, which names that sector alone.
WORDINGS: Mapping[str, str] = {
    "agriculture": "Agriculture",
    "chemical": "Chemical",
    "defence": "Defense",
    "energy": "Energy",
    "finance": "Financial Services",
    "food": "Food",
    "government": "Government Facilities",
    "health": "Healthcare and Public Health",
    "manufacturing": "Critical Manufacturing",
    "mining": "Mining",
    "multi": "Multiple",
    "nuclear": "Nuclear",
    "oil-gas": "Oil and gas",
    "ports": "Maritime",
    "telecom": "Communications",
    "transport": "Transportation",
    "water": "Water and Wastewater",
}


def sectors(text: str) -> str:
    """Return the slugs of all sectors that `text` names, joined by `|`, empty if none."""
    found = {slug for stem, slug in STEMS.items() if re.search(stem, text, re.IGNORECASE)}
    return "|".join(sorted(found))
