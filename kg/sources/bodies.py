"""Intergovernmental bodies and their members: Correlates of War IGO, and the WTO's own list.

`igo.csv` holds the present name of each body whose name in the data set is cut at 80 characters,
has lost its accents, or is a former one.
"""

from __future__ import annotations

from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.tables import Draft, read_table

COW = ("iso3", "igo", "igo_name", "first_year", "last_year_observed")
WTO = ("country_name", "accession_date", "is_original_member")
KIND = "intergovernmental-organisation"
WTO_SLUG = "wto"
NAMES = Path(__file__).with_name("igo.csv")

# Bodies that work on although the data set has no observation of them in its last years.
BLANK_AT_THE_END = frozenset(
    {
        "acp",
        "afeximb",
        "asecna",
        "cfatf",
        "cima",
        "cmhasg",
        "eccas",
        "iaci",
        "icao",
        "icmmp",
        "lgida",
        "mcwcasm",
        "neafc",
        "rcc",
        "rioppah",
        "turksoy",
    }
)

# Associates of a body, and states that never joined it, whom the data set counts as members.
NOT_MEMBERS = frozenset(
    {
        *(("andean", country) for country in ("ARG", "BRA", "PRY", "URY")),
        *(("eac", country) for country in ("BWA", "LSO", "MWI", "ZMB", "ZWE")),
        *(("mercosur", country) for country in ("BOL", "CHL")),
    }
)


def last_years(entries: list[Record]) -> dict[str, int]:
    """Return the last year in which each body is observed with a member at all."""
    last: dict[str, int] = {}
    for record in entries:
        year = int(record.year("last_year_observed"))
        last[record["igo"]] = max(year, last.get(record["igo"], 0))
    return last


def end(record: Record, body_last: int, coverage: int) -> str:
    """Return the first year out of the body, empty if nothing says that the membership ended.

    A member seen in the data set's last year, or in the last year of a body that works on though
    unobserved, is a member still; any other left, or the body itself ended, after its last year.
    """
    last = int(record.year("last_year_observed"))
    alive = body_last == coverage or record["igo"] in BLANK_AT_THE_END
    return "" if alive and last == body_last else str(last + 1)


def read_cow(path: Path, places: Places, draft: Draft) -> None:
    """Fill `bodies` and `participations` from spells of membership, first to last observed year.

    A spell may hide a gap (a state that left and came back), and before 1965 the data set looked
    every five years only. The WTO's members are left to the WTO's own list.
    """
    entries = list(records(path, COW))
    body_last = last_years(entries)
    coverage = max(body_last.values(), default=0)
    for record in entries:
        slug, country = record["igo"], places.iso3(record["iso3"])
        if country is None:
            draft.drop(f"not a country of ISO 3166-1: {record['iso3']}")
        elif slug == WTO_SLUG:
            draft.drop("WTO members: taken from the WTO's own list")
        elif (slug, country) in NOT_MEMBERS:
            draft.drop("associates and states that never joined")
        else:
            draft.add(
                "participations",
                of=f"body/igo-{slug}",
                country=country,
                start=record.year("first_year"),
                end=end(record, body_last[slug], coverage),
                locator=f"{record['iso3']} {slug}",
            )
    add_bodies(entries, draft)


def add_bodies(entries: list[Record], draft: Draft) -> None:
    """Add one row a body, under its present name."""
    present = {row["igo"]: row["name"] for row in read_table(NAMES)}
    for slug, name in {record["igo"]: record["igo_name"] for record in entries}.items():
        draft.add("bodies", id=f"igo-{slug}", name=present.get(slug, name), kind=KIND, locator=slug)


def read_wto(path: Path, places: Places, draft: Draft) -> None:
    """Fill `participations` with the members of the WTO from their dates of accession."""
    for record in records(path, WTO):
        country = places.named(record["country_name"])
        if country is None:
            draft.drop(f"not a country of ISO 3166-1: {record['country_name']}")
            continue
        draft.add(
            "participations",
            of=f"body/igo-{WTO_SLUG}",
            country=country,
            start=record.date("accession_date"),
            locator=record["country_name"],
        )
