"""Pairs of countries: CEPII's distances and shared past, and trade between countries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.tables import Draft, figure

CEPII = ("iso_o", "iso_d", "contig", "comlang_off", "colony", "dist")
TRADE = ("exp", "imp", "time", "export")

# World Bank codes for states that ISO 3166-1 codes otherwise today.
RENAMED: Mapping[str, str] = {"MNT": "MNE", "PAL": "PSE", "ROM": "ROU", "TMP": "TLS", "ZAR": "COD"}

# CEPII's Yugoslavia of 2011 is Serbia and Montenegro, measured at Belgrade, so it stands for
# Serbia; in older trade figures the code means the whole federation. The Netherlands Antilles have
# no successor and are left out.
CEPII_CODES: Mapping[str, str] = {**RENAMED, "YUG": "SRB"}


def pair(
    record: Record, columns: tuple[str, str], codes: Mapping[str, str], places: Places
) -> tuple[str, str] | None:
    """Return the two countries in `columns` by today's codes, None if one is no country today."""
    first, second = (places.iso3(codes.get(record[c], record[c])) for c in columns)
    return (first, second) if first and second else None


def truth(record: Record, column: str) -> str:
    """Return a 0/1 cell as tables write it."""
    return "true" if record.number(column) else "false"


def read_cepii(path: Path, places: Places, draft: Draft) -> None:
    """Fill `dyads`: one row an unordered pair; distance in km between the largest cities."""
    for record in records(path, CEPII):
        countries = pair(record, ("iso_o", "iso_d"), CEPII_CODES, places)
        distance = record.number("dist")
        if countries is None:
            draft.drop("a side is not a country of ISO 3166-1 (Netherlands Antilles)")
        elif countries[0] < countries[1] and distance is not None:
            draft.add(
                "dyads",
                a=countries[0],
                b=countries[1],
                distance_km=figure(distance, 5),
                contiguous=truth(record, "contig"),
                common_language=truth(record, "comlang_off"),
                colony=truth(record, "colony"),
            )


def read_trade(path: Path, places: Places, draft: Draft) -> None:
    """Fill `trade`: exports of one country to another in a year.

    The file counts in current US dollars, the table in millions of them.
    """
    for record in records(path, TRADE):
        countries = pair(record, ("exp", "imp"), RENAMED, places)
        value = record.number("export")
        if countries is None:
            draft.drop("a side is not a country of ISO 3166-1")
        elif not value:
            draft.drop("no trade")
        else:
            draft.add(
                "trade",
                exporter=countries[0],
                importer=countries[1],
                year=record.year("time"),
                value_musd=figure(value / 1e6),
            )
