"""Print the top tens that docs/ranking.md comments on: `python docs/tops.py [CODE ...]`.

One line a country: rank, partner, status where it is not open, index, and lift; then how often
the most frequent partners stand in the top fives of all 193 lists.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date

from kg.advice import snapshot
from kg.advice.recommend import Candidate, recommend
from kg.graph.build import cached

AT = date(2026, 1, 1)
FOCALS = ("CHN", "USA", "SGP", "DEU", "EST", "ISR", "IND", "BRA", "KEN", "KAZ", "NAM", "UKR")
FIRST, TOP = 5, 10


def main(codes: Sequence[str]) -> None:
    """Print."""
    shot = snapshot.load(cached(), AT)
    for code in codes or FOCALS:
        name = shot.network.countries[shot.network.place(code)].name
        best = recommend(shot, code)[:TOP]
        print(f"**{name}**: " + ", ".join(one(candidate) for candidate in best))
    members = [country.iso3 for country in shot.network.countries if country.un_member]
    lists = [recommend(shot, code) for code in members]
    count = Counter(c.country.iso3 for ranked in lists for c in ranked[:FIRST])
    blocked = sum(c.status == "blocked" for ranked in lists for c in ranked[:TOP])
    print(f"\nmost often in the {len(lists)} top fives: {count.most_common(6)}")
    print(f"blocked partners in the top tens: {blocked}")


def one(candidate: Candidate) -> str:
    """Return a candidate as a few words: (r) marks a renewal."""
    mark = " (r)" if candidate.status == "renewal" else ""
    return f"{candidate.country.name}{mark} {candidate.index:.0f}"


if __name__ == "__main__":
    main(sys.argv[1:])
