"""Records of weaknesses: CVE 5, the NVD, CISA's catalogue of exploited ones (KEV), and EPSS."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.sources.csaf import Findings, Product, best_score
from kg.sources.names import identifier
from kg.sources.reader import (
    Record,
    lines,
    load_json,
    load_object,
    record_of,
    records,
    require,
    shaped,
    texts,
    things,
)
from kg.sources.tables import Draft, Row, day, figure

Thing = dict[str, Any]

CVE = re.compile(r"CVE-\d{4}-\d{4,19}")
CWE = re.compile(r"CWE-\d+")
KEV = ("cveID", "vulnerabilityName", "dateAdded", "knownRansomwareCampaignUse")
EPSS = ("cve", "epss", "percentile")
CPE_PARTS = 13  # cpe:2.3: and eleven components (NIST IR 7695)


def describe_cve(file: Path) -> Row:
    """Return what is said of the dataset that one CVE record is."""
    with shaped(file, "a CVE record"):
        number = load_object(file)["cveMetadata"]["cveId"]
        url = f"https://www.cve.org/CVERecord?id={number}"
        return {"key": f"cve-{identifier(number)}", "title": f"CVE record {number}", "url": url}


def read_cve(file: Path, draft: Draft) -> None:
    """Fill the tables of advisories from one record of CVE JSON 5."""
    with shaped(file, "a CVE record"):
        record = load_object(file)
        head, containers = record["cveMetadata"], record["containers"]
        number = str(CVE.fullmatch(head["cveId"])[0])  # type: ignore[index]
        cna = containers["cna"]
        parts = [cna, *things(containers.get("adp"))]
        metrics = [metric for part in parts for metric in things(part.get("metrics"))]
        scores = [{spelt(key): value for key, value in metric.items()} for metric in metrics]
        score, vector = best_score(scores, draft)
        draft.add(
            "vulnerabilities",
            id=number,
            name=next(iter(texts(cna.get("title"))), ""),
            date=day(head.get("datePublished")),
            cvss=score,
            vector=vector,
            weaknesses=weaknesses(
                w
                for part in parts
                for problem in things(part.get("problemTypes"))
                for w in things(problem.get("descriptions"))
            ),
        )
        add_record(number, "www.cve.org", "CVE Program", head, draft)
        findings = Findings()
        for affected in (a for part in parts for a in things(part.get("affected"))):
            for product, status in stated(affected):
                findings.add(product, status, number)
        findings.write(f"www.cve.org/{number}", draft)


def spelt(key: str) -> str:
    """Return CVE's name of a CVSS version (`cvssV3_1`) as CSAF spells it (`cvss_v3`)."""
    found = re.match(r"cvssV(\d)", key)
    return f"cvss_v{found[1]}" if found else key


def weaknesses(descriptions: Iterator[Thing]) -> str:
    """Return the CWE ids in descriptions of a problem as one cell."""
    named = (str(d.get("cweId") or d.get("value") or "") for d in descriptions)
    return "|".join(sorted({found[0] for text in named if (found := CWE.search(text))}))


def stated(affected: Thing) -> Iterator[tuple[Product, str]]:
    """Yield (product with versions, status) of a product in a CVE record."""
    vendor, name = str(affected.get("vendor") or "unnamed"), str(affected.get("product") or "")
    cpe = next(iter(texts(affected.get("cpes"))), "")
    names = {"affected": "known_affected", "unaffected": "known_not_affected"}
    for entry in things(affected.get("versions")):
        product = Product(vendor, name, span(entry), cpe, str(affected.get("packageURL") or ""))
        yield product, names.get(str(entry.get("status")), "under_investigation")


def span(entry: Thing) -> str:
    """Return a version or a range of CVE JSON 5 as a range with comparators."""
    first = str(entry.get("version", ""))
    for key, sign in (("lessThan", "<"), ("lessThanOrEqual", "<=")):
        if entry.get(key):
            lower = "" if first in {"", "0", "*", "unspecified"} else f">={first}|"
            return f"{lower}{sign}{entry[key]}"
    return "" if first in {"", "*", "all", "unspecified"} else f"={first}"


def add_record(number: str, publisher: str, name: str, head: Thing, draft: Draft) -> None:
    """Add a record as the advisory that states a product's status."""
    draft.add(
        "advisories",
        id=f"{publisher}/{number}",
        number=number,
        name=number,
        publisher=name,
        category="record",
        date=day(head.get("datePublished") or head.get("published")),
        updated=day(head.get("dateUpdated") or head.get("lastModified")),
        vulnerabilities=number,
    )


def describe_nvd(file: Path) -> Row:
    """Return what is said of the dataset that one answer or feed of the NVD is."""
    return {
        "key": f"nvd-{identifier(file.stem)}",
        "title": f"National Vulnerability Database: {file.name}",
    }


def read_nvd(file: Path, draft: Draft) -> None:
    """Fill the tables of advisories, and `sightings`, from an answer of the NVD's API 2.0."""
    with shaped(file, "an answer of the NVD"):
        for entry in things(load_json(file, "vulnerabilities")["vulnerabilities"]):
            record = entry.get("cve")
            if isinstance(record, dict) and CVE.fullmatch(str(record.get("id"))):
                add_nvd(record, draft)
            else:
                draft.drop("entry without a CVE number")


def add_nvd(record: Thing, draft: Draft) -> None:
    """Add one record of the NVD."""
    number, metrics = record["id"], record.get("metrics") or {}
    scores = [
        {f"cvss_v{key[10]}": metric.get("cvssData")}
        for key, values in metrics.items()
        if key.startswith("cvssMetricV")
        for metric in things(values)
    ]
    score, vector = best_score(scores, draft)
    draft.add(
        "vulnerabilities",
        id=number,
        name=str(record.get("cisaVulnerabilityName") or ""),
        date=day(record.get("published")),
        cvss=score,
        vector=vector,
        weaknesses=weaknesses(
            d for w in things(record.get("weaknesses")) for d in things(w.get("description"))
        ),
    )
    if day(record.get("cisaExploitAdd")):
        add_sighting(number, day(record["cisaExploitAdd"]), "exploited", "", draft)
    add_record(number, "nvd.nist.gov", "National Vulnerability Database", record, draft)
    findings = Findings()
    for match in matches(record):
        if product := cpe_product(match):
            findings.add(product, "known_affected", number)
        else:
            draft.drop("CPE name that is malformed")
    findings.write(f"nvd.nist.gov/{number}", draft)


def matches(record: Thing) -> Iterator[Thing]:
    """Yield the vulnerable CPE names of a record of the NVD."""
    for configuration in things(record.get("configurations")):
        for node in things(configuration.get("nodes")):
            yield from (m for m in things(node.get("cpeMatch")) if m.get("vulnerable"))


def cpe_product(match: Thing) -> Product | None:
    """Return the product of a CPE 2.3 name with its range of versions, None if malformed."""
    name = str(match.get("criteria", ""))
    parts = re.split(r"(?<!\\):", name)
    if len(parts) != CPE_PARTS or parts[:2] != ["cpe", "2.3"]:
        return None
    vendor, product, version = (re.sub(r"\\(.)", r"\1", p).replace("_", " ") for p in parts[3:6])
    limits = (
        ("versionStartIncluding", ">="),
        ("versionStartExcluding", ">"),
        ("versionEndExcluding", "<"),
        ("versionEndIncluding", "<="),
    )
    bounds = "|".join(f"{sign}{match[key]}" for key, sign in limits if match.get(key))
    exact = "" if version in {"*", "-"} else f"={version}"
    return Product(vendor, product, bounds or exact, name)


def add_sighting(weakness: str, date: str, kind: str, note: str, draft: Draft) -> None:
    """Add that a weakness was seen exploited by a day."""
    draft.add(
        "sightings",
        id=f"{draft.source}/{weakness}",
        vulnerability=weakness,
        date=date,
        kind=kind,
        note=note,
    )


def read_kev(file: Path, draft: Draft) -> None:
    """Fill `sightings` and `vulnerabilities` from the KEV catalogue, as JSON or as CSV."""
    with shaped(file, "the KEV catalogue"):
        for entry in kev_entries(file):
            number, date = str(entry["cveID"]), day(entry["dateAdded"])
            if not (CVE.fullmatch(number) and date):
                draft.drop("entry without a CVE number or a date")
                continue
            draft.add("vulnerabilities", id=number, name=str(entry["vulnerabilityName"]))
            ransom = entry["knownRansomwareCampaignUse"] == "Known"
            note = "used by ransomware" if ransom else ""
            add_sighting(number, date, "exploited", note, draft)


def kev_entries(file: Path) -> Iterator[Thing]:
    """Yield the entries of the KEV catalogue."""
    if file.suffix.lower() == ".json":
        yield from things(load_json(file, "vulnerabilities")["vulnerabilities"])
    else:
        yield from (record.cells for record in records(file, KEV))


def describe_epss(file: Path) -> Row:
    """Return what is said of the dataset: the day whose forecasts it holds."""
    first = next((cells for _, cells in lines(file)), [])
    scored = re.search(r"score_date:(\d{4}-\d{2}-\d{2})", ",".join(first))
    on = scored[1] if scored else ""
    return {"title": f"EPSS scores of {on}", "year": on[:4]} if on else {}


def read_epss(file: Path, draft: Draft) -> None:
    """Fill `exploit_forecasts` from an EPSS table: the chance of exploitation within 30 days."""
    for record in epss_records(file):
        number, chance = record["cve"], record.number("epss")
        if not CVE.fullmatch(number) or chance is None or not 0 <= chance <= 1:
            raise record.error(f"{number!r} with the chance {record['epss']!r} is no forecast")
        draft.add("exploit_forecasts", id=number, epss=figure(chance))


def epss_records(file: Path) -> Iterator[Record]:
    """Yield the records of an EPSS table, below the remark that says of which day it is."""
    rows = (row for row in lines(file) if not row[1][0].startswith("#"))
    _, header = next(rows, (1, []))
    require(file, header, EPSS)
    for line, cells in rows:
        yield record_of(file, line, header, cells)
