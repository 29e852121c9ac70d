"""Advisories on industrial control systems (ICS Advisory Project) and cyber incidents (EuRepoC)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from kg.sources.csaf import Findings, Product
from kg.sources.names import route
from kg.sources.places import Places
from kg.sources.reader import MISSING, Record, records
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, figure, partial_date

ADVISORIES = (
    "icsad_ID",
    "Original_Release_Date",
    "ICS-CERT_Number",
    "ICS-CERT_Advisory_Title",
    "Vendor",
    "Product",
    "CVE_Number",
    "Cumulative_CVSS",
    "Critical_Infrastructure_Sector",
    "Company_Headquarters",
)
EUREPOC = (
    "ID",
    "name",
    "start_date",
    "end_date",
    "incident_type",
    "receiver_name",
    "receiver_country",
    "receiver_category_subcode",
    "initiator_name",
    "initiator_country",
    "weighted_cyber_intensity",
)
RECEIVERS = ("ID", "receiver_country", "receiver_category", "receiver_category_subcode")
UNNAMED = MISSING | {"Not available", "Unknown"}
MAX_CVSS = 10
PUBLISHER = "www.cisa.gov"


def joined(countries: set[str]) -> str:
    """Return country codes as one cell."""
    return "|".join(sorted(countries))


def headquarters(text: str, places: Places, draft: Draft) -> set[str]:
    """Return the countries in a list of headquarters separated by commas."""
    whole = places.named(text)
    if whole:
        return {whole}
    found = {name: places.named(name) for name in text.split(",")}
    for name in (name for name, country in found.items() if country is None):
        draft.drop(f"headquarters not a country: {name.strip()}")
    return {country for country in found.values() if country}


def read_advisories(path: Path, places: Places, draft: Draft) -> None:
    """Fill the tables of advisories: each one's vendor, product, CVEs, CVSS (0..10) and sectors."""
    for record in records(path, ADVISORIES):
        score = record.number("Cumulative_CVSS")
        if score is not None and not 0 <= score <= MAX_CVSS:
            raise record.error(f"Cumulative_CVSS is {score}, out of 0..{MAX_CVSS}")
        number = record["ICS-CERT_Number"]
        advisory = route(PUBLISHER, number)
        cves = sorted(set(re.findall(r"CVE-\d{4}-\d{4,}", record["CVE_Number"])))
        for cve in cves:
            draft.add("vulnerabilities", id=cve)
        draft.add(
            "advisories",
            id=advisory,
            number=number,
            name=record["ICS-CERT_Advisory_Title"],
            publisher="CISA",
            date=record.date("Original_Release_Date", "%m/%d/%Y"),
            cvss="" if score is None else figure(score),
            vulnerabilities="|".join(cves),
            sectors=sectors(record["Critical_Infrastructure_Sector"]),
            locator=number,
        )
        product = Product(record["Vendor"], record["Product"])
        findings = Findings()
        findings.statuses[product, "known_affected", ""] = set(cves)
        findings.write(advisory, draft)
        seats = joined(headquarters(record["Company_Headquarters"], places, draft))
        draft.add("vendors", id=product.vendor_id, name=product.vendor, headquarters=seats)


def leaves(value: object) -> Iterator[str]:
    """Yield the strings in nested lists."""
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


def several(record: Record, column: str) -> list[str]:
    """Return the distinct names in a cell that holds a name or a (nested) list in Python's form."""
    text = record[column]
    if not text.startswith("["):
        names: list[str] = [text]
    else:
        try:
            names = list(leaves(ast.literal_eval(text)))
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise record.error(f"{column} is not a list: {text[:40]!r}") from None
    return [name for name in dict.fromkeys(names) if name and name not in UNNAMED]


def countries(record: Record, column: str, places: Places, draft: Draft) -> str:
    """Return the countries named in a cell as one cell; regions and bodies are left out."""
    found = set()
    for name in several(record, column):
        country = places.named(name)
        if country is None:
            draft.drop(f"{column} not a country: {name}")
        else:
            found.add(country)
    return joined(found)


def read_eurepoc(path: Path, places: Places, draft: Draft) -> None:
    """Fill `incidents`: date, receivers, sectors, initiator as reported, effect and intensity."""
    for record in records(path, EUREPOC):
        intensity = record.number("weighted_cyber_intensity")
        draft.add(
            "incidents",
            id=f"eurepoc-{record['ID']}",
            name=record["name"],
            date=partial_date(record.date("start_date")),
            end=partial_date(record.date("end_date")),
            country=countries(record, "receiver_country", places, draft),
            sector=sectors(record["receiver_category_subcode"]),
            target="|".join(several(record, "receiver_name")),
            actor="|".join(several(record, "initiator_name")),
            actor_country=countries(record, "initiator_country", places, draft),
            effect="|".join(part.strip() for part in record["incident_type"].split(";")),
            intensity="" if intensity is None else figure(intensity),
            locator=record["ID"],
        )


def read_receivers(path: Path, places: Places, draft: Draft) -> None:
    """Fill `incident_receivers`: who was hit by an incident: country, category and sector."""
    for record in records(path, RECEIVERS):
        country = places.named(record["receiver_country"])
        if country is None:
            draft.drop(f"receiver_country not a country: {record['receiver_country']}")
            continue
        category, _, _ = record["receiver_category"].partition(" (")
        draft.add(
            "incident_receivers",
            incident=f"eurepoc-{record['ID']}",
            country=country,
            category=category,
            sector=sectors(record["receiver_category_subcode"]),
            locator=record["ID"],
        )
