"""What a warning is answered with: the remedy, and who can help under which agreement."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.graph.catalog import engine_query
from kg.graph.store import Store
from kg.platform.bulletin import Bulletin
from kg.platform.sharing import Sharing
from kg.platform.warning import Alert
from kg.terms import local

# What to do first: a fix before a way around it, that before the word that there is none.
ORDER = ("vendor_fix", "workaround", "mitigation", "no_fix_planned", "none_available")


@dataclass(frozen=True)
class Adviser:
    """Remedies by advisory (its path), arrangements in force, and vendors' seats."""

    remedies: Mapping[str, Sequence[tuple[str, str]]]
    sharing: Sharing
    bulletin: Bulletin

    def remedy(self, warning: Alert) -> str:
        """Return the first remedy of an advisory, or that none is known."""
        known = self.remedies.get(warning.advisory.id, ())
        first = min(known, key=_urgency, default=None)
        return f"{first[0]}: {first[1]}" if first else "none known here: see the advisory"

    def help(self, warning: Alert, focal: str) -> str:
        """Return who can help: the agreement of the host with the focal or the vendor's country."""
        seats = sorted(
            {c for v in warning.advisory.vendors for c in self.bulletin.seats.get(v, ())}
        )
        host = warning.place.host
        if not host:
            return "the host is not known: name a site of the graph in the inventory"
        partners = [
            country for country in dict.fromkeys([focal, *seats]) if country not in {"", host}
        ]
        for partner in partners:
            for arrangement in self.sharing.between(host, partner):
                return f"{host}-{partner}: {arrangement.name} [{arrangement.source}]"
        if seats and host in seats:
            return f"the vendor's seat is in {host} itself"
        missing = partners[0] if partners else "another country"
        return f"no agreement on sharing known between {host} and {missing}: one would help"

    def answered(self, warning: Alert, focal: str) -> dict[str, Any]:
        """Return a warning with its remedy and help."""
        return warning.as_json() | {
            "remedy": self.remedy(warning),
            "help": self.help(warning, focal),
        }


def _urgency(remedy: tuple[str, str]) -> tuple[int, bool]:
    """Order remedies by kind, those that name a version first."""
    kind, text = remedy
    return (ORDER.index(kind) if kind in ORDER else len(ORDER)), not re.search(r"\d", text)


def load(store: Store, bulletin: Bulletin, sharing: Sharing) -> Adviser:
    """Read the remedies."""
    remedies: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for advisory, kind, text in store.texts(engine_query("remedies")):
        remedies[local(advisory)].append((kind, text))
    return Adviser(remedies, sharing, bulletin)
