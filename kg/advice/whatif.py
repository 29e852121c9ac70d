"""What would change if these ties existed, or did not: every country's reach, and the ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.leverage.session import Session


@dataclass(frozen=True)
class Change:
    """One country before and after: the need it reaches, and its rank among the partners."""

    iso3: str
    name: str
    reach: float
    change: float
    rank: int | None
    new_rank: int | None

    def as_json(self) -> dict[str, Any]:
        """Return the change as the command line prints it."""
        return {
            "iso3": self.iso3,
            "name": self.name,
            "reach": self.reach,
            "change": self.change,
            "new_reach": self.reach + self.change,
            "rank": self.rank,
            "new_rank": self.new_rank,
        }


def session(snapshot: Snapshot) -> Session:
    """Return a what-if session on the snapshot's network, to be kept and asked again."""
    return Session(snapshot.network.tau, snapshot.needs.need)


def whatif(
    snapshot: Snapshot, focal: str, add: Sequence[str] = (), remove: Sequence[str] = ()
) -> list[Change]:
    """Compare before and after ties of the focal country are added and removed.

    An added tie is one more agreement of the snapshot's kind; a removed one loses all its
    agreements. The largest change of reach comes first.
    """
    net = snapshot.network
    if both := {code.upper() for code in add} & {code.upper() for code in remove}:
        raise ComityError(f"{sorted(both)[0]} stands in both --add and --remove: choose one")
    f, game = net.place(focal), session(snapshot)
    for code in add:
        game.add(f, net.place(code), snapshot.strength)
    for code in remove:
        _drop(game, net.countries[f].iso3, f, code, net.place(code))
    changed = snapshot.with_ties(game.now.tau, game.now.rho)
    before, after = (
        {c.country.iso3: c.rank for c in recommend(s, focal)} for s in (snapshot, changed)
    )
    rows = [
        Change(c.iso3, c.name, float(reach), float(more), before.get(c.iso3), after.get(c.iso3))
        for c, reach, more in zip(net.countries, game.start.totals(), game.change(), strict=True)
    ]
    return sorted(rows, key=lambda row: (-abs(row.change), row.iso3))


def _drop(game: Session, focal: str, f: int, code: str, j: int) -> None:
    if game.now.tau[f, j] == 0.0:
        raise ComityError(f"--remove {code}: {focal} and {code.upper()} have no tie in force")
    game.drop(f, j)
