"""Importers: publishers' files in, rows of the compact tables out."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.sources import COLUMNS, IMPORTERS, Imported, detect, read
from kg.sources.desta import NEEDED as DESTA
from kg.sources.places import NAMES, Places, fold
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, figure, partial_date, read_table, write_table

RESOURCES = Path(__file__).parent / "resources"
DATA = Path(__file__).resolve().parents[1] / "kg" / "data"


def countries() -> list[dict[str, str]]:
    return read_table(DATA / "countries.csv")


def valid(name: str, importer: str | None = None) -> Imported:
    return read(RESOURCES / "valid" / f"sources-{name}", importer)


def parties(table: list[dict[str, str]], of: str) -> dict[str, tuple[str, str]]:
    return {row["country"]: (row["start"], row["end"]) for row in table if row["of"] == of}


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.shipped()


# Every importer on the publishers' files


@pytest.mark.parametrize(
    ("file", "name", "table", "number"),
    [
        ("projects/nuclear_power_plants.csv", "geo-nuclear", "reactors", 804),
        ("projects/aiddata_cof_v1_2000_2014.csv", "aiddata", "projects", 3475),
        ("threats/EuRepoC_Global_Database_1.1.csv", "eurepoc", "incidents", 1643),
        ("threats/EuRepoC_Receiver_1.1.csv", "eurepoc-receivers", "incident_receivers", 5738),
    ],
)
def test_importer_of_a_source_that_does_not_ship(
    shared: Path, file: str, name: str, table: str, number: int
) -> None:
    imported = read(shared / file)
    assert imported.key == name
    assert not IMPORTERS[name].ships
    assert {key: len(found) for key, found in imported.tables.items()} == {table: number}
    assert read(shared / file, name).tables == imported.tables


def test_the_table_of_advisories_is_read_like_the_advisories_themselves(shared: Path) -> None:
    imported = read(shared / "companies/CISA_ICS_ADV_Master.csv")
    assert imported.key == "cisa-ics-advisories"
    assert not IMPORTERS[imported.key].ships
    advisories = {row["id"]: row for row in imported.tables["advisories"]}
    assert len(imported.tables["advisories"]) == 3989
    assert advisories["www.cisa.gov/ICSA-24-200-01"]["vulnerabilities"] == "CVE-2023-4807"


@pytest.mark.slow
def test_trade_is_read_in_millions(shared: Path) -> None:
    imported = read(shared / "indicators/trade_dyadic_1964_2016.csv")
    exports = sum(
        float(row["value_musd"])
        for row in imported.tables["trade"]
        if (row["exporter"], row["year"]) == ("CHN", "2016")
    )
    assert 1.9e6 < exports < 2.2e6


def test_every_shipped_file_is_recognised_or_has_no_signature(shared: Path) -> None:
    for name, importer in IMPORTERS.items():
        if importer.ships:
            found = detect(shared / importer.file)
            assert (found.name if found else None) == (None if name == "worldbank-gdp" else name)


def test_importers_yield_the_tables_they_announce(shared: Path, places: Places) -> None:
    for name, importer in IMPORTERS.items():
        if importer.ships:
            imported = read(shared / importer.file, name, places=places)
            assert set(imported.tables) == set(importer.tables), name
            for table, found in imported.tables.items():
                assert {tuple(row) for row in found} == {COLUMNS[table]}
                assert {row["source"] for row in found} == {name}


def test_no_country_is_lost_for_want_of_a_name(shared: Path) -> None:
    for name in ("itu-gci", "wto", "misp-threat-actors"):
        imported = read(shared / IMPORTERS[name].file, name)
        lost = [reason for reason in imported.dropped if "not known" in reason]
        assert lost == []


# Rules, on small files made by hand


def test_desta_rules() -> None:
    imported = valid("desta.csv")
    assert imported.key == "desta"
    stays = imported.tables["participations"]
    assert parties(stays, "agreement/desta-1") == {
        "DEU": ("1992", ""),
        "FRA": ("1992", ""),
        "ITA": ("1996", "2001"),
        "POL": ("1997", ""),
        "ESP": ("2007", ""),
    }
    assert parties(stays, "agreement/desta-3") == {"DEU": ("2005", ""), "ITA": ("2005", "")}
    assert parties(stays, "agreement/desta-4") == {"CHN": ("", ""), "NAM": ("", "")}
    assert [row["id"] for row in imported.tables["agreements"]] == [
        "desta-1",
        "desta-4",
        "desta-3",
    ]
    assert imported.dropped["negotiation: no agreement of its own"] == 1
    assert imported.dropped["party not of ISO 3166-1: numeric code 900"] == 1


def test_unctad_rules() -> None:
    imported = valid("unctad.csv")
    agreements = {row["id"]: row for row in imported.tables["agreements"]}
    assert list(agreements) == ["bit-9", "bit-20", "bit-21"]
    assert agreements["bit-9"]["signed"] == "1982"
    assert agreements["bit-9"]["in_force"] == ""
    assert agreements["bit-20"]["name"] == "Investment treaty Belgium-Luxembourg – China (2005)"
    assert agreements["bit-21"]["status"] == "signed (not in force)"
    stays = imported.tables["participations"]
    assert set(parties(stays, "agreement/bit-20")) == {"BEL", "CHN", "LUX"}
    assert parties(stays, "agreement/bit-21")["NAM"] == ("", "")
    assert sum(imported.dropped.values()) == 2


def test_membership_rules() -> None:
    stays = valid("igo.csv").tables["participations"]
    assert parties(stays, "body/igo-works") == {"CHN": ("1990", ""), "DEU": ("1990", "2004")}
    assert parties(stays, "body/igo-ended") == {"CHN": ("1950", "1992")}
    assert parties(stays, "body/igo-icao") == {"CHN": ("1974", ""), "DEU": ("1956", "1981")}
    assert parties(stays, "body/igo-wto") == {}


def test_environmental_rules() -> None:
    imported = valid("ieadb.csv")
    assert [row["id"] for row in imported.tables["agreements"]] == ["env-1010"]
    assert sum(imported.dropped.values()) == 3


def test_gci_rules() -> None:
    imported = valid("gci.csv")
    found = {(row["country"], row["year"]): row["value"] for row in imported.tables["observations"]}
    assert found == {
        ("NAM", "2014"): "0.1",
        ("NAM", "2017"): "0.2",
        ("NAM", "2018"): "0.3",
        ("NAM", "2020"): "0.4",
        ("NAM", "2024"): "0.505",
        ("SWZ", "2014"): "0.1",
    }
    assert imported.dropped["country name not known: Atlantis"] == 1


def test_world_bank_download() -> None:
    imported = valid("worldbank.csv")
    assert imported.key == "worldbank-population"
    [row] = imported.tables["observations"]
    assert (row["country"], row["year"], row["value"]) == ("NAM", "1960", "600000.5")


def test_attack_rules() -> None:
    imported = valid("attack.json")
    assert imported.key == "mitre-attack-mobile"
    assert {row["id"] for row in imported.tables["attack_objects"]} == {"T0001", "S0001", "TA0001"}
    relations = {tuple(row.values())[:3] for row in imported.tables["attack_relations"]}
    assert relations == {("S0001", "uses", "T0001"), ("T0001", "accomplishes", "TA0001")}


def test_misp_rules() -> None:
    imported = valid("misp.json")
    first, second = imported.tables["actors"]
    assert (first["id"], first["attributed_to"]) == ("ayyldz-b-tim-b", "TUR")
    assert (second["id"], second["attributed_to"]) == ("nobody", "")
    victims = [row["country"] for row in imported.tables["targetings"]]
    assert victims == ["TUR", "CHN"]
    assert imported.dropped["victim not a country: Middle East"] == 1


def test_an_edition_relabels_the_source_but_keeps_its_key() -> None:
    row = read(RESOURCES / "valid" / "sources-igo.csv", edition="2031").source
    assert (row["key"], row["year"]) == ("cow-igo", "2031")
    assert "edition 2031" in row["title"]
    assert "2014" not in row["citation"]


# Names, figures, dates


@pytest.mark.parametrize(
    ("name", "iso3"),
    [
        ("Korea (the Republic of)", "KOR"),
        ("Korea, Republic of", "KOR"),
        ("Korea (Democratic People's Republic of)", "PRK"),
        ("Congo, Republic of the", "COG"),
        ("Congo, Democratic Republic of the", "COD"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("Iran, Islamic Republic of", "IRN"),
        ("Côte d'Ivoire", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("TURKEY", "TUR"),
        ("Viet Nam", "VNM"),
        ("The Gambia", "GMB"),
        ("Saint Vincent & the Grenadines", "VCT"),
        ("Niger", "NER"),
        ("Dominica", "DMA"),
        ("Guinea", "GIN"),
        ("Hong Kong, China", "HKG"),
        ("Europe", None),
        ("Korea", None),
        ("", None),
    ],
)
def test_country_names(places: Places, name: str, iso3: str | None) -> None:
    assert places.named(name) == iso3


def test_every_country_is_found_by_its_own_name_and_codes(places: Places) -> None:
    for row in countries():
        assert places.named(row["name"]) == row["iso3"]
        assert places.iso2(row["iso2"]) == row["iso3"]
        assert places.numeric(int(row["numeric"])) == row["iso3"]
        assert places.iso3(row["iso3"].lower()) == row["iso3"]
    others = read_table(NAMES)
    assert all(places.named(row["name"]) == row["iso3"] for row in others)
    assert len({fold(row["name"]) for row in others}) == len(others)
    assert {row["iso3"] for row in others} <= set(places.names)


def test_names_fold_to_words_without_order_case_and_accents() -> None:
    assert fold("The Republic of Côte d’Ivoire") == fold("COTE DIVOIRE, republic")


@given(st.floats(min_value=-1e18, max_value=1e18, allow_subnormal=False))
def test_figure_keeps_seven_digits_in_plain_notation(value: float) -> None:
    text = figure(value)
    assert re.fullmatch(r"-?\d+(\.\d*[1-9])?", text)
    assert float(text) == pytest.approx(value, rel=1e-6, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "partial"),
    [("2015-01-01", "2015"), ("2013-03-01", "2013-03"), ("2012-11-23", "2012-11-23"), ("", "")],
)
def test_placeholder_days_lower_the_precision(text: str, partial: str) -> None:
    assert partial_date(text) == partial


def test_sector_wordings() -> None:
    assert sectors("Critical Manufacturing; Energy, Water and Wastewater Systems.") == (
        "energy|manufacturing|water"
    )
    assert sectors("Non-food commodity assistance") == ""


def test_written_tables_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    draft = Draft("test")
    draft.add("strategies", country="NAM", date="2020")
    draft.add("strategies", country="CHN", date="2016")
    draft.add("strategies", country="NAM", date="2020")
    table = draft.tables["strategies"]
    assert write_table(tmp_path / "a.csv", "strategies", table) == 2
    write_table(tmp_path / "b.csv", "strategies", reversed(table))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_row_has_no_column_that_its_table_lacks() -> None:
    with pytest.raises(KeyError, match="flavour"):
        Draft("test").add("strategies", flavour="sweet")


# Malformed input


@pytest.mark.parametrize(
    ("file", "line", "problem"),
    [
        ("width.csv", 3, "4 cells where the header has 8"),
        ("number.csv", 3, "internet_users is 'many', not a number"),
        ("year.csv", 2, "time is '20011', not a year"),
        ("infinite.csv", 2, "internet_users is '1e999', not a number"),
        ("date.csv", 2, "sign_date is '2005-02-30', not a date"),
        ("self.csv", 2, "CHN signs with itself"),
        ("treaty.csv", 2, "unctad_id is 'twenty'"),
        ("quote.csv", 2, "unexpected end of data"),
        ("score.csv", 2, "GCI 2017 is 20.5, out of its scale"),
        ("agreement.csv", 2, "agreement_id is 'XYZ'"),
        ("position.csv", 2, "position 591.2, 18.1 is not on Earth"),
        ("cvss.csv", 2, "Cumulative_CVSS is 11.0"),
        ("list.csv", 2, "receiver_country is not a list"),
    ],
)
def test_a_malformed_record_is_named_by_file_and_line(file: str, line: int, problem: str) -> None:
    path = RESOURCES / "invalid" / f"sources-{file}"
    with pytest.raises(ComityError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:{line}: ")
    assert problem in message
    assert message.endswith("download the file again from its publisher")
    assert "\n" not in message
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("file", "name", "problem"),
    [
        ("unknown.csv", None, "no known format; name one with --format"),
        ("unknown.csv", "desta", ":1: no column number, base_treaty"),
        ("empty.csv", "desta", ":1: no column number"),
        ("empty.csv", None, "no known format"),
        ("number.csv", "nonsense", "unknown format 'nonsense'; known are"),
        ("absent.csv", None, "No such file"),
        ("truncated.json", "mitre-attack-ics", ":4: malformed JSON"),
        ("bundle.json", None, "not a STIX 2.1 bundle of ATT&CK"),
        ("galaxy.json", None, "not a MISP galaxy"),
        ("galaxy.json", "mitre-attack-ics", ":1: no list 'objects'"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(file: str, name: str | None, problem: str) -> None:
    with pytest.raises(ComityError, match=re.escape(problem)) as caught:
        read(RESOURCES / "invalid" / f"sources-{file}", name)
    assert "\n" not in str(caught.value)


def test_a_file_without_usable_records_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("geo,time,internet_users\nworld,2001,5\n", encoding="utf-8")
    with pytest.raises(ComityError, match="no record that gapminder-internet-users can use"):
        read(path)


def test_binary_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"PK\x03\x04\x00\x00")
    with pytest.raises(ComityError, match="binary"):
        read(path)


VALID = sorted((RESOURCES / "valid").glob("sources-*"))


@given(st.sampled_from(VALID), st.data())
def test_damaged_files_raise_nothing_but_comity_errors(path: Path, data: st.DataObject) -> None:
    text = path.read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    patch = data.draw(st.text(alphabet='0,-"\n[]{}naé9e.x:', max_size=20))
    importer = detect(path)
    assert importer is not None
    with TemporaryDirectory() as folder:
        damaged = Path(folder) / path.name
        damaged.write_text(text[:start] + patch + text[end:], encoding="utf-8")
        with suppress(ComityError):
            read(damaged, importer.name)


def test_a_desta_header_alone_has_no_records(tmp_path: Path) -> None:
    path = tmp_path / "desta.csv"
    path.write_text(",".join(DESTA) + "\n", encoding="utf-8")
    with pytest.raises(ComityError, match="no record that desta can use"):
        read(path)


def test_regeneration_reports_usage_and_bad_input(tmp_path: Path) -> None:
    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "kg.sources", *arguments]
        done = subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=DATA.parents[1]
        )
        return done.returncode, done.stderr

    assert run() == (2, "usage: python -m kg.sources PUBLISHERS_FILES KG_DATA\n")
    code, message = run(str(tmp_path), str(tmp_path / "out"))
    assert code == 2
    assert message.startswith("Error: ")
    assert message.count("\n") == 1
    assert not (tmp_path / "out").exists()
