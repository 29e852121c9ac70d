"""Every publisher's format on a small file made by hand: what is kept, and what is left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.errors import ComityError
from kg.sources import read
from kg.sources.__main__ import gather, second_opinions
from kg.sources.countries import GROUPS, NEEDED

RESOURCES = Path(__file__).parent / "resources" / "valid"

# file, key of the source, table, the rows' telling cells, and how many records were left out
FILES = [
    ("cepii", "cepii-geodist", "dyads", ("a", "b", "distance_km", "contiguous", "colony"), [
        ("CHN", "KAZ", "3277.4", "true", "false"),
        ("ROU", "SRB", "447.12", "true", "false"),
    ], 1),
    ("trade", "trade-dyads", "trade", ("exporter", "importer", "year", "value_musd"), [
        ("CHN", "KAZ", "2016", "8200"),
        ("TLS", "CHN", "2004", "1.5"),
    ], 2),
    ("advisories", "cisa-ics-advisories", "advisories", ("number", "date", "cvss", "sectors"), [
        ("ICSA-31-073-01", "2031-03-14", "9.8", "energy|water"),
        ("ICSA-31-074-01", "2031-03-15", "", "energy"),
    ], 1),
    ("eurepoc", "eurepoc", "incidents", ("date", "end", "country", "actor_country", "sector"), [
        ("2031-03", "2031-04-02", "NAM", "CHN", "energy"),
        ("2031", "", "KAZ", "", "health"),
    ], 1),
    ("receivers", "eurepoc-receivers", "incident_receivers", ("incident", "country", "category"), [
        ("eurepoc-1", "NAM", "Critical infrastructure"),
    ], 1),
    ("reactors", "geo-nuclear", "reactors", ("id", "host", "start", "operational", "end", "lat"), [
        ("reactor-7", "NAM", "2029", "", "", "-22.5"),
        ("reactor-8", "KAZ", "1970-05", "1973-07-16", "1999-04-22", ""),
    ], 1),
    ("aiddata", "aiddata", "projects", ("id", "host", "home", "sector", "status", "start"), [
        ("aiddata-1", "AGO|NAM", "CHN", "energy", "completion", "2012"),
    ], 3),
    ("gapminder", "gapminder-population", "observations", ("country", "year", "value"), [
        ("NAM", "2010", "2178967"),
    ], 4),
    ("gcipanel", "itu-gci-panel", "observations", ("country", "year", "value"), [
        ("NAM", "2018", "0.127"),
        ("NAM", "2020", "0.1147"),
    ], 3),
    ("votes", "un-votes", "observations", ("country", "year", "value"), [
        ("NAM", "2015", "-0.61"),
        ("SRB", "2007", "1.2"),
    ], 2),
    ("strategies", "cyber-strategies", "strategies", ("country", "date"), [
        ("NAM", "2022"),
        ("KAZ", "2017-06-30"),
    ], 2),
    ("atop", "atop", "relations", ("kind", "from", "to", "start", "end", "as_of"), [
        ("alliance", "CHN", "KAZ", "2001", "", "2018"),
        ("alliance", "CAN", "USA", "1949", "2011", "2010"),
    ], 2),
    ("dcad", "dcad", "agreements", ("id", "signed", "in_force"), [
        ("dcad-1", "1996-05-12", "1997"),
        ("dcad-2", "2001", ""),
    ], 0),
    ("rivalries", "tss-rivalries", "relations", ("kind", "from", "to", "end"), [
        ("rivalry", "CHN", "KAZ", "2006"),
        ("rivalry", "CAN", "USA", ""),
    ], 0),
    ("gsdb", "gsdb", "relations", ("kind", "from", "to", "start", "end"), [
        ("sanctions-broad", "CHN", "NAM", "1980", "1991"),
        *(("sanctions-sectoral", sender, "KAZ", "1959", "2001")
          for sender in ("BEL", "DEU", "FRA", "ITA", "LUX", "NLD")),
    ], 2),
    ("ictvotes", "un-ict-votes", "votes", ("resolution", "country", "vote"), [
        ("A/RES/99/1", "NAM", "yes"),
        ("A/RES/99/1", "CHN", "yes"),
    ], 1),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "key", "table", "columns", "rows", "left_out"), FILES, ids=[f[0] for f in FILES]
)
def test_rows_of_a_publishers_file(file, key, table, columns, rows, left_out):
    imported = read(RESOURCES / f"sources-{file}.csv")
    assert imported.key == key
    kept = [tuple(row[column] for column in columns) for row in imported.tables[table]]
    assert kept == rows
    assert imported.dropped.total() == left_out
    assert {row["source"] for found in imported.tables.values() for row in found} == {key}


def test_the_table_of_countries_must_have_all_members_of_the_united_nations(tmp_path):
    columns = (*NEEDED, *GROUPS.values())
    cells = {"ISO3166-1-Alpha-3": "NAM", "ISO3166-1-numeric": "516", "is_independent": "Yes"}
    path = tmp_path / "codes.csv"
    path.write_text(
        ",".join(columns) + "\n" + ",".join(cells.get(name, "") for name in columns) + "\n"
    )
    with pytest.raises(ComityError, match="1 UN members where 193 are expected"):
        read(path, "country-codes")
    path.write_text(path.read_text().replace("516", "x"))
    with pytest.raises(ComityError, match=r"codes\.csv:2: NAM has no numeric code"):
        read(path, "country-codes")


def test_a_second_opinion_is_kept_where_it_differs():
    scores = [("itu-gci", "0.5"), ("itu-gci-panel", "0.5"), ("itu-gci-panel", "0.4")]
    rows = [
        {"country": "NAM", "indicator": "gci", "year": "2020", "value": value, "source": source}
        for source, value in scores
    ]
    assert second_opinions(rows) == [rows[0], rows[2]]


def test_tables_are_gathered_by_the_file_that_holds_them():
    imports = [read(RESOURCES / f"sources-{name}.csv") for name in ("gcipanel", "votes", "atop")]
    tables = gather(imports)
    assert set(tables) == {
        "observations/gci", "observations/ideal-point", "relations", "sources",
    }  # fmt: skip
    assert {row["key"] for row in tables["sources"]} == {"itu-gci-panel", "un-votes", "atop"}
