"""The country-codes table of datasets/country-codes (ISO 3166-1, UN M49, UNTERM, Wikidata)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kg.errors import ComityError
from kg.sources.reader import Record, records
from kg.sources.tables import Draft

NEEDED = (
    "ISO3166-1-Alpha-3",
    "ISO3166-1-Alpha-2",
    "ISO3166-1-numeric",
    "CLDR display name",
    "official_name_cn",
    "official_name_ru",
    "official_name_ar",
    "Region Name",
    "Sub-region Name",
    "is_independent",
    "wikidata_id",
)
GROUPS = {
    "ldc": "Least Developed Countries (LDC)",
    "lldc": "Land Locked Developing Countries (LLDC)",
    "sids": "Small Island Developing States (SIDS)",
}

# The file has no column for membership of the United Nations. Its members are the states that the
# file calls independent, without the observer (Holy See) and without Taiwan.
NOT_UN_MEMBERS = frozenset({"VAT", "TWN"})
UN_MEMBERS = 193

# The file's cell is empty, for its writer took the code NA for a missing value.
MISSING_WIKIDATA: Mapping[str, str] = {"NAM": "Q1030"}

# Where the display name is an abbreviation, the name in full.
FULL_NAMES: Mapping[str, str] = {
    "BIH": "Bosnia and Herzegovina",
    "COD": "Democratic Republic of the Congo",
    "COG": "Congo",
    "CPV": "Cabo Verde",
    "GBR": "United Kingdom",
    "UMI": "United States Minor Outlying Islands",
    "USA": "United States",
    "VIR": "United States Virgin Islands",
}


def name(record: Record) -> str:
    """Return the English short name in common use."""
    text = record["CLDR display name"].replace(" & ", " and ").replace("St. ", "Saint ")
    return FULL_NAMES.get(record["ISO3166-1-Alpha-3"], text)


def flag(value: bool) -> str:
    """Return a truth value as tables write it."""
    return "true" if value else "false"


def read(path: Path, draft: Draft) -> None:
    """Fill `countries`: one row a country of ISO 3166-1.

    Raises ComityError if the derived number of UN members is not 193: then the file's notion of
    independence has changed and the rule above has to be looked at again.
    """
    for record in records(path, NEEDED + tuple(GROUPS.values())):
        add(record, draft)
    members = sum(row["un_member"] == "true" for row in draft.tables.get("countries", []))
    if members != UN_MEMBERS:
        raise ComityError(
            f"{path}: {members} UN members where {UN_MEMBERS} are expected; "
            "check the column is_independent"
        )


def add(record: Record, draft: Draft) -> None:
    """Add the row of one country."""
    iso3 = record["ISO3166-1-Alpha-3"]
    if not record["ISO3166-1-numeric"].isdigit():
        raise record.error(f"{iso3} has no numeric code")
    independent = record["is_independent"] == "Yes"
    draft.add(
        "countries",
        iso3=iso3,
        iso2=record["ISO3166-1-Alpha-2"],
        numeric=record["ISO3166-1-numeric"].zfill(3),
        name=name(record),
        name_zh=record["official_name_cn"],
        name_ru=record["official_name_ru"],
        name_ar=record["official_name_ar"],
        region=record["Region Name"],
        subregion=record["Sub-region Name"],
        un_member=flag(independent and iso3 not in NOT_UN_MEMBERS),
        independent=flag(independent),
        **{group: flag(bool(record[column])) for group, column in GROUPS.items()},
        wikidata=record["wikidata_id"].rpartition("/")[2] or MISSING_WIKIDATA.get(iso3, ""),
    )
