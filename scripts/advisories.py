"""Regenerate kg/data/platform from publishers' files: `python scripts/advisories.py FOLDER`.

FOLDER holds `csaf` (the OT advisories of cisagov/CSAF, any depth), `kev.json` (cisagov/kev-data),
`low.json`, `moderate.json` and `high.json` (the resolved baselines of SP 800-53 Rev. 5 from
usnistgov/oscal-content) and `services.json` (the cluster first-csirt-services-framework of
MISP/misp-galaxy). Of the advisories the facts are kept, with the remedies that speak of a fix,
cut after SHOWN letters.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg.sources import Imported, read
from kg.sources.tables import Row, write_table

TARGET = Path(__file__).resolve().parents[1] / "kg" / "data" / "platform"
SHOWN = 160
REMEDIES = {"vendor_fix", "workaround", "no_fix_planned", "none_available"}
FIXES = re.compile(r"updat|upgrad|patch|firmware|version", re.IGNORECASE)
ADVISORIES: Row = {
    "key": "cisa-csaf",
    "title": "CISA advisories on operational technology, CSAF 2.0",
    "publisher": "CISA",
    "year": "2024",
    "licence": "public domain (work of the US government)",
    "citation": "cisagov/CSAF, csaf_files/OT/white, revision 6960219f; facts of each advisory",
    "url": "https://github.com/cisagov/CSAF",
    "retrieved": "",
    "reliability": "0.95",
    "note": "2017 to October 2024; texts of remedies are cut short",
}

Tables = dict[str, list[Row]]


def of_advisories(folder: Path) -> Tables:
    """Return the rows of all advisories under one source, the best known of each weakness."""
    tables: Tables = {}
    for file in sorted(folder.rglob("icsa-*.json")) + sorted(folder.rglob("icsma-*.json")):
        for table, rows in read(file, "csaf").tables.items():
            tables.setdefault(table, []).extend(row | {"source": ADVISORIES["key"]} for row in rows)
    tables["remedies"] = [
        row | {"text": short(row["text"])}
        for row in tables["remedies"]
        if row["kind"] in REMEDIES or FIXES.search(row["text"][:SHOWN])
    ]
    tables["vulnerabilities"] = list(best(tables["vulnerabilities"]))
    tables["vendors"] = list(seated(tables["vendors"]))
    return tables


def short(text: str) -> str:
    """Return a text of at most SHOWN letters."""
    return text if len(text) <= SHOWN else text[: SHOWN - 1].rstrip() + "…"


def best(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield one row for each weakness: the newest CVSS, then the highest score."""
    found: dict[str, Row] = {}
    for row in rows:
        known = found.setdefault(row["id"], row)
        if (row["vector"][:8], float(row["cvss"] or 0)) > (
            known["vector"][:8],
            float(known["cvss"] or 0),
        ):
            found[row["id"]] = row
    yield from found.values()


def seated(rows: list[Row]) -> Iterator[Row]:
    """Yield the vendors: rows without a seat only where no row of the same name has one."""
    known = {(row["id"], row["name"]) for row in rows if row["headquarters"]}
    yield from (row for row in rows if row["headquarters"] or (row["id"], row["name"]) not in known)


def of_exploited(file: Path, weaknesses: set[str]) -> tuple[Tables, Row]:
    """Return the sightings of the weaknesses that some advisory names, and their source."""
    imported = read(file, "kev")
    rows = [row for row in imported.tables["sightings"] if row["vulnerability"] in weaknesses]
    return {"sightings": rows}, cited(imported, "cisagov/kev-data, catalogue 2025.08.25")


def of_controls(folder: Path) -> tuple[Tables, Row]:
    """Return the controls of the highest baseline, each with the lowest baseline that has it."""
    levels = {
        row["id"]: str(level)
        for level, name in ((3, "high"), (2, "moderate"), (1, "low"))
        for row in read(folder / f"{name}.json").tables["controls"]
    }
    imported = read(folder / "high.json")
    controls = [row | {"level": levels[row["id"]]} for row in imported.tables["controls"]]
    title = {"title": "NIST SP 800-53 Rev. 5: controls of the HIGH baseline"}
    return {"controls": controls}, cited(
        imported, "usnistgov/oscal-content, revision 88bb8dee"
    ) | title


def cited(imported: Imported, citation: str) -> Row:
    """Return the source of an import with a citation of the copy that was read."""
    return dict(imported.source) | {"citation": citation}


def main(folder: Path) -> None:
    """Write the tables."""
    services = read(folder / "services.json")
    tables: Tables = {table: list(rows) for table, rows in services.tables.items()}
    tables |= of_advisories(folder / "csaf")
    weaknesses = {row["id"] for row in tables["vulnerabilities"]}
    exploited, catalogue = of_exploited(folder / "kev.json", weaknesses)
    controls, baseline = of_controls(folder)
    tables |= exploited | controls
    tables["sources"] = [dict(services.source), ADVISORIES, catalogue, baseline]
    for table, rows in tables.items():
        print(write_table(TARGET / f"{table}.csv", table, rows), table)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
