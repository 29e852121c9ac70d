"""Trade agreements of DESTA (Design of Trade Agreements), the list with member columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.tables import Draft

NEEDED = ("number", "base_treaty", "name", "entry_type", "year", "entryforceyear", "c1", "mc1")
WITHDRAWING = 1
BASE = "base_treaty"
PROTOCOL = "protocol or amendment"
NO_AGREEMENT = ("consolidated", "negotiation")


@dataclass
class Stay:
    """A country's time as a party, in years; an empty start is not known, an empty end open."""

    country: str
    start: str
    locator: str
    end: str = ""


@dataclass
class Agreement:
    """A base treaty with the stays of its parties; a country that came back has two."""

    record: Record
    stays: list[Stay] = field(default_factory=list)

    @property
    def parties(self) -> set[str]:
        """Return the countries that are parties so far."""
        return {stay.country for stay in self.stays if not stay.end}

    @property
    def former(self) -> set[str]:
        """Return the countries that were parties and are no more."""
        return {stay.country for stay in self.stays} - self.parties


def members(record: Record, places: Places, draft: Draft) -> dict[str, int]:
    """Return the countries that a record lists, each with its member code.

    The code tells the sides of a treaty apart, and who joins or leaves: the lowest code.
    """
    found: dict[str, int] = {}
    for column in (c for c in record.cells if c[:1] == "c" and f"m{c}" in record.cells):
        number = record.number(column)
        if number is None:
            continue
        country = places.numeric(int(number))
        if country is None:
            draft.drop(f"party not of ISO 3166-1: numeric code {int(number)}")
        else:
            found[country] = int(record.number(f"m{column}") or 0)
    return found


def effective(record: Record) -> str:
    """Return the year an accession or withdrawal took effect, else the year it was agreed."""
    return record.known_year("entryforceyear") or record.known_year("year")


def joining(listed: dict[str, int], parties: set[str]) -> set[str]:
    """Return who accedes: of the listed that are no parties yet, those with the lowest code."""
    new = {country: code for country, code in listed.items() if country not in parties}
    return {country for country, code in new.items() if code == min(new.values())}


def accede(base: Agreement, record: Record, listed: dict[str, int]) -> None:
    """Add the new countries, not before the agreement itself is in force."""
    in_force = base.record.known_year("entryforceyear")
    start = max(effective(record), in_force) if in_force else ""
    for country in sorted(joining(listed, base.parties)):
        base.stays.append(Stay(country, start, record["number"]))


def withdraw(base: Agreement, record: Record, listed: dict[str, int], draft: Draft) -> None:
    """End the stay of the withdrawing countries."""
    leaving = {country for country, code in listed.items() if code == WITHDRAWING}
    for stay in base.stays:
        if stay.country in leaving and not stay.end:
            stay.end = effective(record)
            leaving.remove(stay.country)
    if leaving:
        draft.drop("withdrawal of a country not listed as a party", len(leaving))


def agreement(record: Record, listed: Iterable[str]) -> Agreement:
    """Return the agreement of a record with all that it lists as parties."""
    start = record.known_year("entryforceyear")
    return Agreement(record, [Stay(country, start, record["number"]) for country in listed])


def root(number: str, bases: dict[str, Agreement], base_of: dict[str, str]) -> Agreement | None:
    """Return the base treaty that `number` belongs to, through protocols to protocols."""
    for _ in base_of:
        if number in bases:
            return bases[number]
        number = base_of.get(number, "")
    return None


def changes(entries: list[Record]) -> list[Record]:
    """Return what may move parties, in the order in which it took effect.

    Accessions, withdrawals, and protocols that entered into force: the United Kingdom is a party
    to the association of Turkey, and Albania to CEFTA, by a protocol.
    """
    kinds = ("accession", "withdrawal")
    chosen = [
        record
        for record in entries
        if record["entry_type"] in kinds
        or (record["entry_type"] == PROTOCOL and record["entryforceyear"])
    ]
    return sorted(chosen, key=lambda record: (effective(record), record.line))


def settle(entries: list[Record], places: Places, draft: Draft) -> Iterable[Agreement]:
    """Return the agreements with the stays of their parties, all changes applied in order."""
    bases = {
        record["number"]: agreement(record, members(record, places, draft))
        for record in entries
        if record["entry_type"] == BASE
    }
    base_of = {record["number"]: record["base_treaty"] for record in entries}
    for record in changes(entries):
        base = root(record["base_treaty"], bases, base_of)
        if base is None:
            draft.drop(f"{record['entry_type']} to an agreement that the list does not hold")
            continue
        listed = members(record, places, draft)
        if record["entry_type"] == "withdrawal":
            withdraw(base, record, listed, draft)
        elif record["entry_type"] == PROTOCOL and base.former & listed.keys():
            bases[record["number"]] = agreement(record, listed)
        else:
            accede(base, record, listed)
    return bases.values()


def read(path: Path, places: Places, draft: Draft) -> None:
    """Fill `agreements` and `participations` with trade agreements.

    One agreement a base treaty. Accessions, withdrawals and protocols move its parties (those to a
    protocol count for the protocol's base treaty). Consolidated texts and negotiations make no
    agreement, nor do protocols, unless one is with a country that had left: the United Kingdom
    carries treaties of the EC on in this way, with the partner alone. Parties start with the entry
    into force, empty where it is not known; who accedes starts when the accession took effect, or,
    where that is not known, in the year it was agreed. The list has no ends of agreements: `ended`
    and `status` are empty.
    """
    entries = list(records(path, NEEDED))
    for kind in NO_AGREEMENT:
        draft.drop(
            f"{kind}: no agreement of its own", sum(r["entry_type"] == kind for r in entries)
        )
    for entry in settle(entries, places, draft):
        add(entry, draft)


def add(entry: Agreement, draft: Draft) -> None:
    """Add an agreement and the participations of its parties."""
    record, number = entry.record, entry.record["number"]
    title = " ".join(record["name"].split())
    draft.add(
        "agreements",
        id=f"desta-{number}",
        kind="trade-agreement",
        name=f"{title} ({record.year('year')})",
        signed=record.year("year"),
        in_force=record.known_year("entryforceyear"),
        locator=number,
    )
    for stay in entry.stays:
        if stay.end and stay.end <= stay.start:
            draft.drop("party that withdrew no later than it was bound")
        else:
            draft.add(
                "participations",
                of=f"agreement/desta-{number}",
                country=stay.country,
                start=stay.start,
                end=stay.end,
                locator=stay.locator,
            )
