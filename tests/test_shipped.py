"""The shipped bulk tables: made by the importers, well formed, and true where we know the truth."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from kg.sources import COLUMNS, IMPORTERS, publisher
from kg.sources.bodies import NAMES
from kg.sources.tables import read_table

DATA = Path(__file__).resolve().parents[1] / "kg" / "data"
PARTIAL = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?|")
SHIPPED = {
    path.relative_to(DATA).with_suffix("").as_posix(): path
    for path in [*DATA.glob("*.csv"), *DATA.glob("observations/*.csv")]
    if path.stem != "centroids"
}


def rows(name: str) -> list[dict[str, str]]:
    with SHIPPED[name].open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def parties(table: list[dict[str, str]], of: str) -> dict[str, tuple[str, str]]:
    return {row["country"]: (row["start"], row["end"]) for row in table if row["of"] == of}


@pytest.fixture(scope="module")
def participations() -> list[dict[str, str]]:
    return rows("participations")


def test_shipped_tables_are_regenerated_byte_for_byte(shared: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "kg.sources", str(shared), str(tmp_path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=DATA.parents[1])
    assert done.returncode == 0, done.stderr
    made = {
        path.relative_to(tmp_path).with_suffix("").as_posix() for path in tmp_path.rglob("*.csv")
    }
    assert made == SHIPPED.keys()
    for name, path in SHIPPED.items():
        assert (tmp_path / f"{name}.csv").read_bytes() == path.read_bytes(), name


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_shipped_table_is_well_formed(name: str) -> None:
    data = SHIPPED[name].read_bytes()
    assert b"\r" not in data
    assert data.endswith(b"\n")
    table = rows(name)
    columns = COLUMNS[name.partition("/")[0]]
    assert tuple(table[0]) == columns
    cells = [tuple(row.values()) for row in table]
    assert cells == sorted(set(cells))
    assert all(row[key] == row[key].strip() for row in table for key in columns)


def test_every_shipped_row_cites_a_described_source() -> None:
    described = {row["key"]: row for row in rows("sources")}
    cited = {row["source"] for name in SHIPPED if name != "sources" for row in rows(name)}
    assert cited == described.keys()
    assert cited <= {name for name, importer in IMPORTERS.items() if importer.ships}
    for row in described.values():
        assert row["title"]
        assert row["licence"]
        assert row["citation"]
        assert 0 <= float(row["reliability"]) <= 1


def test_every_importer_has_a_described_source() -> None:
    assert {publisher(name)["key"] for name in IMPORTERS} == IMPORTERS.keys()


def test_ids_are_unique_and_references_resolve(participations: list[dict[str, str]]) -> None:
    countries = {row["iso3"] for row in rows("countries")}
    things = {f"agreement/{row['id']}": row for row in rows("agreements")}
    things |= {f"body/{row['id']}": row for row in rows("bodies")}
    assert len(things) == len(rows("agreements")) + len(rows("bodies"))
    assert {row["of"] for row in participations} == things.keys()
    assert {row["country"] for row in participations} <= countries
    for name in SHIPPED:
        if name.startswith("observations/"):
            assert {row["country"] for row in rows(name)} <= countries
            assert {row["indicator"] for row in rows(name)} == {name.partition("/")[2]}


def test_dates_are_partial_and_stays_do_not_end_before_they_start(
    participations: list[dict[str, str]],
) -> None:
    for row in participations:
        assert PARTIAL.fullmatch(row["start"])
        assert PARTIAL.fullmatch(row["end"])
        assert not row["end"] or row["start"] < row["end"]
    for row in rows("agreements"):
        assert all(PARTIAL.fullmatch(row[key]) for key in ("signed", "in_force", "ended"))


def test_countries() -> None:
    table = {row["iso3"]: row for row in rows("countries")}
    assert len(table) == 249
    assert table["NAM"]["iso2"] == "NA"
    assert (table["CHN"]["name_zh"], table["CHN"]["wikidata"]) == ("中国", "Q148")
    assert table["AFG"]["numeric"] == "004"
    assert all(re.fullmatch(r"Q\d+", row["wikidata"]) for row in table.values())
    assert len({row["name"] for row in table.values()}) == 249


def test_un_members_are_those_that_the_united_nations_body_lists(
    participations: list[dict[str, str]],
) -> None:
    flagged = {row["iso3"] for row in rows("countries") if row["un_member"] == "true"}
    stays = parties(participations, "body/igo-un")
    assert len(flagged) == 193
    assert flagged == {country for country, (_, end) in stays.items() if not end}


def test_known_facts_about_agreements(participations: list[dict[str, str]]) -> None:
    table = {row["id"]: row for row in rows("agreements")}
    assert table["bit-976"]["signed"] == "1982"
    assert set(parties(participations, "agreement/bit-976")) == {"CHN", "SWE"}
    assert parties(participations, "agreement/bit-920") == {
        "CHN": ("1994", ""),
        "KAZ": ("1994", ""),
    }
    assert table["bri-kaz"]["in_force"] == "2014"
    assert table["bri-idn"]["status"] == "lists differ"
    assert "BEL" in parties(participations, "agreement/bit-472")
    assert "Belgium-Luxembourg – China" in table["bit-472"]["name"]


def test_trade_agreements_follow_accessions_and_withdrawals(
    participations: list[dict[str, str]],
) -> None:
    efta = parties(participations, "agreement/desta-375")
    assert efta["GBR"] == ("1960", "1973")
    assert {country for country, (_, end) in efta.items() if not end} == {
        "CHE",
        "ISL",
        "LIE",
        "NOR",
    }
    turkey = parties(participations, "agreement/desta-357")
    assert turkey["GBR"][1] == "2020"
    assert turkey["HRV"] == ("2013", "")
    assert "SYR" not in turkey
    assert set(parties(participations, "agreement/desta-1020")) == {"CHL", "GBR"}


def test_known_memberships(participations: list[dict[str, str]]) -> None:
    assert parties(participations, "body/igo-wto")["CHN"] == ("2001-12-11", "")
    sco = parties(participations, "body/igo-sco")
    assert sco.keys() == {"CHN", "KAZ", "KGZ", "RUS", "TJK", "UZB"}
    assert parties(participations, "body/igo-icao")["CHN"][1] == ""
    assert all(end for _, end in parties(participations, "body/igo-wpact").values())
    assert all(end == "2012" for _, end in parties(participations, "body/igo-weu").values())


def test_bodies_bear_their_present_names() -> None:
    names = {row["id"]: row["name"] for row in rows("bodies")}
    assert names["igo-cemac"] == "Communauté économique et monétaire de l'Afrique centrale (CEMAC)"
    assert names["igo-oas"] == "Organization of American States (OAS)"
    assert not [name for name in names.values() if "Ê" in name or name.endswith((" of th", "("))]
    mended = {f"igo-{row['igo']}": row["name"] for row in read_table(NAMES)}
    assert mended.items() <= names.items()


def test_associates_are_no_members(participations: list[dict[str, str]]) -> None:
    assert "ARG" not in parties(participations, "body/igo-andean")
    assert "ARG" in parties(participations, "body/igo-mercosur")
    assert "ZMB" not in parties(participations, "body/igo-eac")


def test_wto_list_agrees_with_the_other_source_on_members_of_2014(
    shared: Path, participations: list[dict[str, str]]
) -> None:
    with (shared / "agreements/igo_memberships.csv").open(newline="") as stream:
        cow = {row["iso3"] for row in csv.DictReader(stream) if row["igo"] == "wto"}
    own = parties(participations, "body/igo-wto")
    assert cow - own.keys() == {"DZA"}  # an observer, not a member
    late = {country for country in own if own[country][0] > "2014-12-31"}
    assert late == {"AFG", "COM", "KAZ", "LBR", "SYC", "TLS"}
    assert own.keys() - cow - late == {"HKG", "MAC", "MKD"}


def test_known_figures() -> None:
    gci = {
        (r["country"], r["year"], r["source"]): float(r["value"]) for r in rows("observations/gci")
    }
    assert gci["KAZ", "2020", "itu-gci"] == 0.9315
    assert gci["USA", "2024", "itu-gci"] == 0.9986
    assert gci["CAN", "2020", "itu-gci-panel"] == 0.9767
    assert all(0 <= value <= 1 for value in gci.values())
    assert {year for _, year, _ in gci} == {"2014", "2017", "2018", "2020", "2024"}
    gdp = {(r["country"], r["year"]): float(r["value"]) for r in rows("observations/gdp")}
    assert 11e12 < gdp["CHN", "2016"] < 11.5e12


def test_disagreeing_scores_are_both_kept_and_no_others_twice() -> None:
    counted = Counter((row["country"], row["year"]) for row in rows("observations/gci"))
    twice = {key for key, number in counted.items() if number > 1}
    assert twice == {("ESP", "2017"), ("IRN", "2020"), ("ROU", "2020")}


def test_no_projection_ships() -> None:
    assert max(row["year"] for row in rows("observations/population")) == "2010"
    for name in SHIPPED:
        if name.startswith("observations/"):
            years = {int(row["year"]) for row in rows(name)}
            assert min(years) >= 1960
            assert max(years) <= 2024


def test_dyads_are_unordered_and_in_modern_codes() -> None:
    table = {(row["a"], row["b"]): row for row in rows("dyads")}
    assert len(table) == 223 * 222 // 2
    assert all(a < b for a, b in table)
    assert table["CHN", "KAZ"]["contiguous"] == "true"
    assert float(table["CHN", "KAZ"]["distance_km"]) == 3277.2
    assert ("CHN", "ROU") in table
    assert ("CHN", "COD") in table


def test_attack_counts_equal_those_in_the_file(shared: Path) -> None:
    things = json.loads((shared / "threats/ics-attack.json").read_text())["objects"]
    live = [t for t in things if not t.get("revoked") and not t.get("x_mitre_deprecated")]
    kinds = Counter(thing["type"] for thing in live)
    table = Counter(row["kind"] for row in rows("attack_objects"))
    for kind, stix in {
        "technique": "attack-pattern",
        "software": "malware",
        "group": "intrusion-set",
        "asset": "x-mitre-asset",
        "mitigation": "course-of-action",
        "campaign": "campaign",
        "tactic": "x-mitre-tactic",
    }.items():
        assert table[kind] == kinds[stix] > 0
    relations = Counter(row["relation"] for row in rows("attack_relations"))
    assert (relations["targets"], relations["mitigates"], relations["uses"]) == (685, 331, 267)
    ids = {row["id"] for row in rows("attack_objects")}
    for row in rows("attack_relations"):
        assert {row["subject"], row["object"]} <= ids


def test_actors_and_their_victims() -> None:
    actors = {row["id"]: row for row in rows("actors")}
    assert len(actors) == 1041
    assert actors["sandworm"]["attributed_to"] == "RUS"
    pairs = {(row["actor"], row["country"]) for row in rows("targetings")}
    assert ("sandworm", "UKR") in pairs
    assert {actor for actor, _ in pairs} <= actors.keys()
