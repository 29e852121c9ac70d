"""What a profile's data can and cannot support, said before any ranking."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from kg.profile.profile import Profile
from kg.profile.tables import Tables

LEARNED = 15
"""Years whose ties are learned from."""
LEAST = 30
"""Ties signed in them, below which a chance would be made of noise."""


@dataclass(frozen=True)
class Finding:
    """One part of the ranking: whether it is live, partly imputed, or absent, and on what basis."""

    part: str
    state: str
    basis: str

    def as_json(self) -> dict[str, str]:
        """Return the finding as the command line prints it."""
        return {"part": self.part, "state": self.state, "basis": self.basis}


def support(profile: Profile, tables: Tables, year: int) -> list[Finding]:
    """Return what is live, imputed and absent for a ranking in a year."""
    return [
        *_network(profile, tables),
        *_need(profile, tables),
        _obstacles(profile, tables),
        *_chance(profile, tables, year),
    ]


def _network(profile: Profile, tables: Tables) -> Iterator[Finding]:
    words, tied = profile.words, {a for tie in tables.ties for a in (tie.one, tie.other)}
    alone = len(tables.actors) - len(tied)
    basis = f"{len(tables.actors)} {words.many}, {alone} of them without a tie"
    yield Finding(words.many, "live", basis)
    counts = Counter(tie.kind for tie in tables.ties)
    for kind in profile.kinds:
        basis = f"{counts[kind.slug]} ties of strength {kind.strength:g}"
        yield Finding(f"ties: {kind.label}", "live" if counts[kind.slug] else "absent", basis)
    if tables.skipped:
        basis = f"{len(tables.skipped)} left out; the first: {tables.skipped[0]}"
        yield Finding("rows with a mistake", "absent", basis)
    if profile.dated:
        undated = sum(not tie.date for tie in tables.ties)
        basis = f"{len(tables.ties) - undated} dated; {undated} without a date, which tie nobody"
        yield Finding("dates", "live" if not undated else "partly", basis)
    else:
        yield Finding("dates", "absent", "no column of dates: every tie is in force on any day")


def _need(profile: Profile, tables: Tables) -> Iterator[Finding]:
    if not profile.need:
        yield Finding("need", "absent", f"no column declared: all {profile.words.many} count alike")
    for part, measures in (("need", profile.need), ("capability", (profile.capability,))):
        for measure in filter(None, measures):
            known = sum(measure.slug in actor.figures for actor in tables.actors)
            state = "live" if known == len(tables.actors) else "imputed" if known else "absent"
            rest = "the rest is set to their median" if known else "left out"
            basis = f"known of {known} of {len(tables.actors)}" + (
                "" if state == "live" else f"; {rest}"
            )
            yield Finding(f"{part}: {measure.title}", state, basis)


def _obstacles(profile: Profile, tables: Tables) -> Finding:
    if not profile.obstacles:
        return Finding("obstacles", "absent", "none declared: nothing stands between any two")
    return Finding("obstacles", "live", f"{len(tables.obstacles)} rows")


def _chance(profile: Profile, tables: Tables, year: int) -> Iterator[Finding]:
    yield Finding("gain", "live", "what a new tie would open, from the network itself")
    dated = [int(t.date[:4]) for t in tables.ties if t.date and t.kind == profile.sign]
    recent = sum(year - LEARNED < signed <= year for signed in dated)
    yield Finding(
        "chance",
        "live" if recent >= LEAST else "absent",
        f"{recent} dated ties of the kind to be signed in {year - LEARNED + 1}-{year};"
        f" {LEAST} are needed to learn from; the last is of {max(dated, default='no year')}",
    )
