"""The compact tables that importers fill: columns, rows in the making, reading and writing."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

Row = dict[str, str]

COLUMNS: Mapping[str, tuple[str, ...]] = {
    name: tuple(columns.split(","))
    for name, columns in {
        "sources": "key,title,publisher,year,licence,citation,url,retrieved,reliability,note",
        "countries": "iso3,iso2,numeric,name,name_zh,name_ru,name_ar,region,subregion,un_member,"
        "independent,ldc,lldc,sids,wikidata,source",
        "observations": "country,indicator,year,value,source",
        "bodies": "id,name,kind,source,locator",
        "agreements": "id,kind,name,signed,in_force,ended,status,source,locator",
        "participations": "of,country,start,end,source,locator",
        "dyads": "a,b,distance_km,contiguous,common_language,colony,source",
        "attack_objects": "id,stix_id,kind,name,url,source",
        "attack_relations": "subject,relation,object,source",
        "attack_sectors": "object,sector,source",
        "actors": "id,name,attributed_to,source",
        "targetings": "actor,country,source,locator",
        "intelligence": "id,type,name,aliases,kind,same,sectors,attributed_to,start,end,source,"
        "locator",
        "intelligence_relations": "subject,relation,object,start,end,source",
        "relations": "id,kind,from,to,start,end,as_of,source,locator",
        "votes": "resolution,country,date,vote,source",
        "strategies": "country,date,source",
        "advisories": "id,number,name,publisher,category,date,updated,cvss,vulnerabilities,sectors,"
        "url,source,locator",
        "vendors": "id,name,headquarters,source",
        "products": "id,name,vendor,cpe,purl,source",
        "product_statuses": "advisory,product,status,versions,justification,vulnerabilities,source",
        "remedies": "id,advisory,kind,text,url,vulnerabilities,source",
        "vulnerabilities": "id,name,date,cvss,vector,weaknesses,source",
        "exploit_forecasts": "id,epss,source",
        "sightings": "id,vulnerability,date,kind,note,source",
        "controls": "id,standard,number,name,family,parent,level,source,locator,checked,confidence",
        "control_links": "subject,relation,object,source",
        "reactors": "id,name,host,status,type,model,start,operational,end,capacity_mw,lat,lon,"
        "source,locator",
        "incidents": "id,name,date,end,country,sector,target,actor,actor_country,effect,intensity,"
        "source,locator",
        "incident_receivers": "incident,country,category,sector,source,locator",
        "projects": "id,name,kind,host,builder,home,sector,status,start,end,lat,lon,source,locator",
        "trade": "exporter,importer,year,value_musd,source",
    }.items()
}


@dataclass
class Draft:
    """Rows being read from one file: `tables` so far, and how many records were `dropped` and why.

    `source` is the key that every row cites.
    """

    source: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, table: str, **cells: str) -> None:
        """Add one row to `table`; columns not given stay empty, the source is filled in.

        White space in a cell is brought to single blanks.

        Raises KeyError for a column that the table does not have.
        """
        columns = COLUMNS[table]
        if not cells.keys() <= set(columns):
            raise KeyError(f"{table} has no column {sorted(cells.keys() - set(columns))}")
        tidy = {column: " ".join(text.split()) for column, text in cells.items()}
        row = dict.fromkeys(columns, "") | tidy | {"source": self.source}
        self.tables.setdefault(table, []).append(row)

    def drop(self, reason: str, number: int = 1) -> None:
        """Count `number` records that were left out for `reason`."""
        self.dropped[reason] += number


def figure(value: float, digits: int = 7) -> str:
    """Return `value` with at most `digits` significant digits, never in exponent notation."""
    text = format(Decimal(f"{value:.{digits}g}"), "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def partial_date(text: str) -> str:
    """Return an ISO date as a partial date, its precision lowered where the day is a placeholder.

    Publishers that know the month alone write its first day, those that know the year alone write
    1 January; so `2013-03-01` becomes `2013-03` and `2015-01-01` becomes `2015`.
    """
    if text.endswith("-01-01"):
        return text[:4]
    return text[:7] if text.endswith("-01") else text


def day(value: object) -> str:
    """Return the day of an ISO 8601 date or time in a document, empty where it is none."""
    text = value[:10] if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 else ""
    except ValueError:
        return ""


def read_table(path: Path) -> list[Row]:
    """Return the rows of one of the project's own CSV tables."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write_table(path: Path, table: str, rows: Iterable[Mapping[str, str]]) -> int:
    """Write `rows` to `path` in the table's column order, sorted and free of repeats.

    The bytes depend on the rows alone. Returns the number of rows written.
    """
    columns = COLUMNS[table]
    lines = sorted({tuple(row[column] for column in columns) for row in rows})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)
    return len(lines)
