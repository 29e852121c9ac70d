"""Projects abroad: nuclear reactors (GeoNuclearData) and Chinese official finance (AidData)."""

from __future__ import annotations

from pathlib import Path

from kg.sources.places import Places
from kg.sources.reader import Record, records
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, figure, partial_date

REACTORS = (
    "Id",
    "Name",
    "Latitude",
    "Longitude",
    "CountryCode",
    "Status",
    "ReactorType",
    "ReactorModel",
    "ConstructionStartAt",
    "OperationalFrom",
    "OperationalTo",
    "Capacity",
)
AIDDATA = (
    "project_id",
    "project_title",
    "recipients_iso3",
    "ad_sector_names",
    "status",
    "year",
    "implementing_agency",
    "latitude",
    "longitude",
    "recommended_for_research",
    "umbrella",
)
DEGREES = 6
CARRIED_OUT = frozenset({"Completion", "Implementation"})


def amount(record: Record, column: str, digits: int = 7) -> str:
    """Return a numeric cell in plain notation, empty where missing."""
    value = record.number(column)
    return "" if value is None else figure(value, digits)


def position(record: Record, latitude: str, longitude: str) -> dict[str, str]:
    """Return latitude and longitude in degrees, both empty unless both are known and real."""
    lat, lon = record.number(latitude), record.number(longitude)
    if lat is None or lon is None:
        return {"lat": "", "lon": ""}
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise record.error(f"position {lat}, {lon} is not on Earth")
    return {"lat": figure(lat, DEGREES), "lon": figure(lon, DEGREES)}


def read_reactors(path: Path, places: Places, draft: Draft) -> None:
    """Fill `reactors`: host, status, model, dates, capacity (MW net) and place of each.

    Who built a reactor is not in the file; only its model is.
    """
    for record in records(path, REACTORS):
        host = places.iso2(record["CountryCode"])
        if host is None:
            draft.drop(f"country code not known: {record['CountryCode']}")
            continue
        draft.add(
            "reactors",
            id=f"reactor-{record['Id']}",
            name=record["Name"],
            host=host,
            status=record["Status"].lower().replace(" ", "-"),
            type=record["ReactorType"],
            model=record["ReactorModel"],
            start=partial_date(record.date("ConstructionStartAt")),
            operational=partial_date(record.date("OperationalFrom")),
            end=partial_date(record.date("OperationalTo")),
            capacity_mw=amount(record, "Capacity"),
            locator=record["Id"],
            **position(record, "Latitude", "Longitude"),
        )


def read_aiddata(path: Path, places: Places, draft: Draft) -> None:
    """Fill `projects` with officially financed Chinese projects that were really carried out.

    Kept are projects in implementation or completed, recommended for research and no umbrella of
    others; pledges and cancellations are left out. `builder` is the implementing agency's name.
    """
    for record in records(path, AIDDATA):
        if record["recommended_for_research"] != "True" or record["umbrella"] == "True":
            draft.drop("not recommended for research, or an umbrella of other projects")
        elif record["status"] not in CARRIED_OUT:
            draft.drop(f"not carried out: {record['status']}")
        else:
            add_finance(record, places, draft)


def add_finance(record: Record, places: Places, draft: Draft) -> None:
    """Add one officially financed project."""
    codes = [code.strip() for code in record["recipients_iso3"].split("|")]
    hosts = {country for code in codes if (country := places.iso3(code))}
    if not hosts:
        draft.drop("no recipient country (a region)")
        return
    draft.add(
        "projects",
        id=f"aiddata-{record['project_id']}",
        name=record["project_title"],
        kind="official-finance",
        host="|".join(sorted(hosts)),
        builder=record["implementing_agency"],
        home="CHN",
        sector=sectors(record["ad_sector_names"]),
        status=record["status"].lower(),
        start=record.known_year("year"),
        locator=record["project_id"],
        **position(record, "latitude", "longitude"),
    )
