"""Bilateral agreements: UNCTAD investment treaties, Belt and Road memoranda, IEADB treaties."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.tables import Draft

UNCTAD = ("unctad_id", "iso3_a", "iso3_b", "sign_year", "sign_date", "eif_year", "status")
BELT_AND_ROAD = ("iso3", "year_lpv", "year_beeway", "mou_year", "agree", "sources")
IEADB = ("agreement_id", "iso3_a", "iso3_b", "year", "n_parties")

BLEU = frozenset({"BEL", "LUX"})

# States that the lists give but whose memorandum no public document was found for.
UNCONFIRMED_MEMORANDA = frozenset({"AUT", "NER", "RUS"})

# The file takes every joining year with exactly two states for a bilateral treaty. Where one
# number holds several pairs, these are joinings of a multilateral convention; such numbers lie in
# this range, whose other entries (Bulgaria-Lithuania 2003, Angola-Sao Tome 2010 ...) look alike.
IEADB_CONVENTIONS = range(2700, 3400)


@dataclass(frozen=True)
class Treaty:
    """One investment treaty: its parties, years as the publisher gives them, and its record."""

    record: Record
    parties: tuple[str, ...]
    signed: str
    in_force: str

    @property
    def key(self) -> tuple[object, ...]:
        """Return what two listings of one treaty share."""
        return self.parties, self.signed, self.in_force


def sides(parties: Iterable[str], names: Mapping[str, str]) -> str:
    """Return the parties of a treaty as its title names them, Belgium-Luxembourg as one."""
    codes = set(parties)
    joint = ["Belgium-Luxembourg"] if codes > BLEU else []
    rest = codes - BLEU if joint else codes
    return " – ".join(sorted(joint + [names[code] for code in rest]))


def add_parties(draft: Draft, of: str, parties: Iterable[str], start: str, locator: str) -> None:
    """Add one participation a party, all from `start` (empty: not known)."""
    for country in parties:
        draft.add("participations", of=of, country=country, start=start, locator=locator)


def pair(record: Record, places: Places) -> tuple[str, str] | None:
    """Return the record's two countries, None if one is not a country of ISO 3166-1."""
    a, b = places.iso3(record["iso3_a"]), places.iso3(record["iso3_b"])
    if a == b and a is not None:
        raise record.error(f"{a} signs with itself")
    return (a, b) if a and b else None


def treaties(path: Path, places: Places, draft: Draft) -> list[Treaty]:
    """Return UNCTAD's treaties; a union of states has one record a member, put together here."""
    members: dict[str, set[str]] = {}
    first: dict[str, Record] = {}
    for record in records(path, UNCTAD):
        parties = pair(record, places)
        if not record["unctad_id"].isdigit():
            raise record.error(f"unctad_id is {record['unctad_id']!r}, not a number")
        if parties is None:
            draft.drop("a party is not a country of ISO 3166-1")
            continue
        members.setdefault(record["unctad_id"], set()).update(parties)
        first.setdefault(record["unctad_id"], record)
    return [treaty(first[number], members[number]) for number in sorted(first, key=int)]


def treaty(record: Record, parties: set[str]) -> Treaty:
    """Return the treaty of one UNCTAD record, dated as exactly as the record allows."""
    signed = record.date("sign_date") or record.year("sign_year")
    return Treaty(record, tuple(sorted(parties)), signed, record.known_year("eif_year"))


def read_unctad(path: Path, places: Places, draft: Draft) -> None:
    """Fill `agreements` and `participations` with bilateral investment treaties.

    A treaty counts from the year of its entry into force; where that is not known, `in_force` and
    `start` are empty. `status` is as of the edition: a terminated treaty keeps its status, but
    `ended` stays empty because the file does not say when. A treaty listed under two numbers
    (same parties, same years) is taken once, under the lower one.
    """
    seen: set[tuple[object, ...]] = set()
    for entry in treaties(path, places, draft):
        if entry.key in seen:
            draft.drop("listed twice (same parties and years)")
            continue
        seen.add(entry.key)
        number = entry.record["unctad_id"]
        draft.add(
            "agreements",
            id=f"bit-{number}",
            kind="investment-treaty",
            name=f"Investment treaty {sides(entry.parties, places.names)} ({entry.signed[:4]})",
            signed=entry.signed,
            in_force=entry.in_force,
            status=entry.record["status"].lower(),
            locator=number,
        )
        add_parties(draft, f"agreement/bit-{number}", entry.parties, entry.in_force, number)


def memorandum_status(record: Record) -> str:
    """Return how well a memorandum is attested: confirmed, one list, lists differ, unconfirmed."""
    if record["iso3"] in UNCONFIRMED_MEMORANDA:
        return "unconfirmed"
    if record["agree"] == "True":
        return "signed"
    return "lists differ" if record["year_lpv"] and record["year_beeway"] else "one list"


def read_belt_and_road(path: Path, places: Places, draft: Draft) -> None:
    """Fill `agreements` and `participations` with Belt and Road memoranda of China and each state.

    A memorandum counts from the year of its signature. Where the two lists differ the earlier year
    stands, `status` says so and `locator` gives both. Exits are not in the file.
    """
    for record in records(path, BELT_AND_ROAD):
        country, year = places.iso3(record["iso3"]), record.year("mou_year")
        if country is None:
            draft.drop(f"country code not known: {record['iso3']}")
            continue
        years = f"{record.known_year('year_lpv') or '-'}/{record.known_year('year_beeway') or '-'}"
        name = f"bri-{country.lower()}"
        locator = f"{record['sources']} {years}"
        draft.add(
            "agreements",
            id=name,
            kind="belt-and-road-mou",
            name=f"Belt and Road memorandum {sides(('CHN', country), places.names)} ({year})",
            signed=year,
            in_force=year,
            status=memorandum_status(record),
            locator=locator,
        )
        add_parties(draft, f"agreement/{name}", ("CHN", country), year, locator)


def convention_numbers(entries: list[Record]) -> set[int]:
    """Return the IEADB numbers that stand for multilateral conventions."""
    pairs = Counter(ieadb_number(record) for record in entries)
    return {number for number, n in pairs.items() if n > 1 or number in IEADB_CONVENTIONS}


def ieadb_number(record: Record) -> int:
    """Return the number of an IEADB id such as `IEA1003`."""
    digits = record["agreement_id"].removeprefix("IEA")
    if not digits.isdigit():
        raise record.error(f"agreement_id is {record['agreement_id']!r}, not of the form IEA1003")
    return int(digits)


def read_ieadb(path: Path, places: Places, draft: Draft) -> None:
    """Fill `agreements` and `participations` with bilateral environmental agreements.

    Their entry into force is not in the file, so an agreement counts from the year of its
    signature.
    """
    entries = list(records(path, IEADB))
    conventions = convention_numbers(entries)
    for record in entries:
        parties = pair(record, places)
        if ieadb_number(record) in conventions:
            draft.drop("joinings of a multilateral convention, not a bilateral agreement")
        elif parties is None:
            draft.drop("a party is not a country of ISO 3166-1")
        else:
            add_environmental(record, parties, places, draft)


def add_environmental(
    record: Record, parties: tuple[str, str], places: Places, draft: Draft
) -> None:
    """Add one environmental agreement and its two participations."""
    number, year = record["agreement_id"], record.year("year")
    name = f"env-{ieadb_number(record)}"
    title = f"Environmental agreement {sides(parties, places.names)} ({year})"
    draft.add(
        "agreements",
        id=name,
        kind="environment-agreement",
        name=title,
        signed=year,
        in_force=year,
        locator=number,
    )
    add_parties(draft, f"agreement/{name}", parties, year, number)
