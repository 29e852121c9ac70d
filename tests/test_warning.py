"""Warnings: versions, names, the score and its factors, inventories good and bad."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.platform import advice, bulletin, inventory, sharing, site, warning
from kg.platform.bulletin import Advisory, Bulletin, Status, Weakness
from kg.platform.inventory import Item
from kg.platform.names import Vendors, likeness
from kg.platform.site import Sectors, Site
from kg.platform.versions import compare, contains

Comity = Callable[..., Result]

VERSIONS = st.lists(st.integers(0, 40), min_size=1, max_size=4)


def dotted(parts: list[int]) -> str:
    return ".".join(map(str, parts))


@pytest.mark.parametrize(
    ("span", "version", "held"),
    [
        ("<2.1", "2.0", True),
        ("<2.1", "2.1", False),
        ("<2.1", "V2.0.9", True),
        ("<= V2.3", "2.3", True),
        (">=1.00A|<1.05F", "1.02", True),
        (">= V6.2 < V7.1", "V7.1", False),
        (">= V2.0 and < V2.6", "2.5.9", True),
        ("All versions < V7.3 Update 15", "V7.3 Update 3", True),
        ("All versions < V7.3 Update 15", "V7.3 Update 15", False),
        ("vers:all/*", "anything", True),
        ("=vers:all/*", "1", True),
        ("vers:all/>=V2.9.2<V2.9.4", "2.9.3", True),
        ("All versions", "", True),
        ("", "3", True),
        ("=8.4.0", "8.4", True),
        ("=8.4.0", "8.5", False),
        ("2.1 and earlier", "2.1", True),
        ("prior to 2.1", "2.1", False),
        ("< V4.5 HF1", "4.5", True),
        ("<2.0", "2.0-rc1", True),
        ("<2.1", "", None),
        ("<2.1", "HEN04103L", None),
        ("<=the_first_5_digits_of_serial_number_22051", "1.0", None),
    ],
)
def test_a_version_lies_in_a_range_or_not_or_nobody_can_say(
    span: str, version: str, held: bool | None
) -> None:
    assert contains(span, version) is held


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_like_their_numbers(one: list[int], other: list[int]) -> None:
    width = max(len(one), len(other))
    mine, theirs = (v + [0] * (width - len(v)) for v in (one, other))
    expected = (mine > theirs) - (mine < theirs)
    assert compare(dotted(one), f"v{dotted(other)}") == expected


@given(VERSIONS, VERSIONS)
def test_a_bound_and_its_opposite_share_no_version(limit: list[int], version: list[int]) -> None:
    below, above = (contains(sign + dotted(limit), dotted(version)) for sign in ("<", ">="))
    assert below is not above


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_survived(span: str, version: str) -> None:
    assert contains(span, version) in {True, False, None}


@pytest.mark.parametrize(
    ("mine", "theirs", "certainty"),
    [
        ("SIMATIC S7-1500", "SIMATIC S7-1500", 1.0),
        ("simatic s7 1500", "SIMATIC S7-1500", 1.0),
        ("SIMATIC S7-1500 CPU 1511", "SIMATIC S7-1500", 0.9),
        ("SIMATIC S7-1500", "SIMATIC S7-1500 CPU 1511-1 PN", 0.6),
        ("SIMATIC S7-1200", "SIMATIC S7-1500", 0.4),
        ("MELSEC FX5U", "SIMATIC S7-1500", 0.0),
        ("CPU", "SIMATIC S7-1500 CPU 1511", 0.0),
        ("", "x", 0.0),
    ],
)
def test_likeness_of_products(mine: str, theirs: str, certainty: float) -> None:
    assert likeness(mine, theirs) == certainty


def test_vendors_are_found_by_any_of_their_names() -> None:
    vendors = Vendors({"Rockwell Automation": "rockwell-automation", "Siemens AG": "siemens"})
    assert [(m.thing, m.certainty) for m in vendors.find("SIEMENS")] == [("siemens", 1.0)]
    assert [(m.thing, m.certainty) for m in vendors.find("Rockwell")] == [
        ("rockwell-automation", 0.6)
    ]
    assert [(m.thing, m.certainty) for m in vendors.find("Siemmens")] == [("siemens", 0.4)]
    assert vendors.find("Nobody Works") == []


SECTORS = Sectors({"energy": 1.0, "food": 0.7, "mining": 0.4}, {"nuclear": "energy"})
PLANT = Site("project:plant", "Plant", "KAZ", frozenset({"CHN"}), frozenset({"nuclear"}))


def advisory(
    number: str = "A-1", sectors: str = "energy", *weak: str, when: str = "2031-01-01"
) -> Advisory:
    weaknesses = frozenset(weak or ("CVE-1",))
    statuses = (Status("p", "Pump 7", "mill", "known_affected", "<2.1", weaknesses),)
    return Advisory(
        number,
        number,
        "Pump",
        when,
        "",
        "",
        "s",
        None,
        frozenset(sectors.split()),
        weaknesses,
        statuses,
    )


def judge(*advisories: Advisory, **weaknesses: Weakness) -> warning.Judge:
    known = {w.id: w for w in weaknesses.values()}
    by_vendor = {"mill": frozenset(w for one in advisories for w in one.weaknesses)}
    sheet = Bulletin("2031-06-01", advisories, known, {"Mill Inc.": "mill"}, {}, by_vendor)
    return warning.Judge(sheet, {"KAZ": 9, "USA": 99}, SECTORS)


def only(found: warning.Alert | None) -> warning.Alert:
    assert found is not None
    return found


def test_the_score_is_the_product_of_documented_factors() -> None:
    one = advisory()
    judged = judge(one, a=Weakness("CVE-1", 9.8, None, "2031-05-01"))
    alert = only(judged.of_site(one, judged.weigh(one, one.weaknesses), PLANT))
    exposure = (1 + 2.302585092994046 / 4.605170185988092) / 2
    assert alert.factors == pytest.approx(
        {
            "severity": 0.98,
            "exploitation": 1.0,
            "presence": 0.3,
            "exposure": exposure,
            "consequence": 0.7,
        }
    )
    assert alert.score == pytest.approx(0.98 * 0.3 * exposure * 0.7)
    assert "whether the product stands there" in alert.unknown
    assert "listed as exploited since 2031-05-01" in alert.reasons[1]


def test_what_is_listed_later_is_not_known_yet() -> None:
    one = advisory()
    judged = judge(one, a=Weakness("CVE-1", 9.8, None, "2031-07-01"))
    chance, why = judged.exploitation(one.weaknesses, one.vendors)
    assert chance < 1
    assert why.startswith("not listed")


def test_forecasts_are_joined_and_the_vendors_record_stands_in() -> None:
    one = advisory("A-1", "energy", "CVE-1", "CVE-2")
    judged = judge(one, a=Weakness("CVE-1", epss=0.5), b=Weakness("CVE-2", epss=0.5))
    assert judged.exploitation(one.weaknesses, one.vendors)[0] == pytest.approx(0.75)
    judged = judge(one, a=Weakness("CVE-1"), b=Weakness("CVE-2"))
    record = 20 * (1 / 4) / 22
    assert judged.exploitation(one.weaknesses, one.vendors)[0] == pytest.approx(
        1 - (1 - record) ** 2
    )


@pytest.mark.parametrize(
    ("sectors", "presence"), [("energy", 0.3), ("multi", 0.1), ("", 0.1), ("food", 0.0)]
)
def test_presence_without_an_inventory_is_typical_at_most(sectors: str, presence: float) -> None:
    one = advisory(sectors=sectors)
    assert judge(one).presence(one, PLANT) == presence


@pytest.mark.parametrize(
    ("item", "presence"),
    [
        (Item(2, "Mill", "Pump 7", "2.0"), 1.0),
        (Item(2, "MILL INC", "pump-7", "abc"), 0.7),
        (Item(2, "Mill", "Pump 7 XL", "1.9"), 0.9),
        (Item(2, "Mil", "Pump 7", "2.0"), 0.4),
    ],
)
def test_presence_by_an_inventory(item: Item, presence: float) -> None:
    one = advisory()
    alert = only(judge(one).of_item(one, item, "KAZ", frozenset({"energy"})))
    assert alert.factors["presence"] == pytest.approx(presence)
    assert alert.certain
    assert ("doubtful" in alert.reasons[0]) == (presence < 0.7)


def test_a_fixed_version_and_another_product_are_no_warning() -> None:
    one = advisory()
    judged = judge(one)
    for item in (
        Item(2, "Mill", "Pump 7", "2.1"),
        Item(3, "Mill", "Valve", "1"),
        Item(4, "Ohm", "Pump 7"),
    ):
        assert judged.of_item(one, item, "KAZ", frozenset()) is None
    assert "no advisory names a vendor like Ohm" in " ".join(
        warning.unmatched(judged, [Item(4, "Ohm", "Pump 7")], [])
    )


def test_an_inventory_says_what_is_wrong_by_line(tmp_path: Path) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text("Vendor,Product,Version\nMill,Pump,1\n,Pump,1\nMill\n", encoding="utf-8")
    found = inventory.read(path)
    assert [item.line for item in found.items] == [2]
    assert found.problems == (
        f"{path}:3: vendor empty",
        f"{path}:4: more or fewer cells than the header",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the header lacks vendor, product"),
        ("vendor,product\n", "no line names"),
        ("site\nx\n", "the header lacks vendor, product"),
    ],
)
def test_an_inventory_that_is_none_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ComityError, match=problem):
        inventory.read(path)


@pytest.fixture(scope="module")
def sheet(store: EmbeddedStore) -> Bulletin:
    return bulletin.load(store, date(2024, 11, 1))


def test_the_shipped_advisories_are_read(sheet: Bulletin) -> None:
    assert len(sheet.advisories) == 2379
    one = next(a for a in sheet.advisories if a.number == "ICSA-24-200-01")
    assert (one.date, one.sectors) == ("2024-07-18", frozenset({"manufacturing"}))
    assert {status.versions for status in one.affected} == {">=1.00A|<1.05F"}
    assert 0 < sheet.rate < 0.02


def test_no_advisory_after_the_day_is_known(store: EmbeddedStore) -> None:
    early = bulletin.load(store, date(2020, 1, 1))
    assert max(one.date for one in early.advisories) <= "2020-01-01"
    assert all(one.updated <= "2020-01-01" for one in early.advisories)


def test_most_shipped_ranges_can_be_compared(sheet: Bulletin) -> None:
    spans = [status.versions for one in sheet.advisories for status in one.affected]
    known = [span for span in spans if contains(span, "1.0") is not None]
    assert len(known) / len(spans) > 0.8


def test_help_is_an_agreement_in_force_or_the_word_that_there_is_none(store: EmbeddedStore) -> None:
    arrangements = sharing.load(store, "2026-01-01")
    assert "agreement:sco-information-security-2009" in {
        a.id for a in arrangements.between("CHN", "KAZ")
    }
    assert sharing.load(store, "1980-01-01").arrangements == ()


def test_warn_for_a_country_names_places_reasons_and_help(comity: Comity) -> None:
    done = comity("warn", "CHN", "--at", "2024-11-01", "--top", "3", "--format", "json")
    assert done.exit_code == 0, done.output
    rows = json.loads(done.stdout)
    assert len(rows) == 3
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    for row in rows:
        assert row["presence"] == "typical of the sector, not known"
        assert row["page"].startswith("https://")
        assert row["source"] == "cisa-csaf"
        assert row["help"]
        assert row["remedy"]


def test_warn_for_an_inventory_finds_the_advisory_and_says_what_it_cannot(
    comity: Comity, tmp_path: Path
) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(
        "site,vendor,product,version\n"
        "belarus-great-stone,Mitsubishi Electric Corp.,MELSOFT MaiLab SW1DND-MAILAB-M,1.01\n"
        "plant,Nobody Works,Widget,1\n",
        encoding="utf-8",
    )
    done = comity("warn", path, "--since", "2024", "--at", "2024-11-01", "--format", "json")
    assert done.exit_code == 0, done.output
    [row] = [one for one in json.loads(done.stdout) if one["advisory"] == "ICSA-24-200-01"]
    assert (row["host"], row["line"], row["presence"]) == ("BLR", 2, "known")
    assert "line 3: no advisory names a vendor like Nobody Works" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("warn", "ZZZ"), "no park or project of it is known"),
        (("warn", "nowhere-park"), "the graph knows nothing of"),
        (("warn", "none.csv"), "cannot be read"),
        (("warn", "CHN", "--since", "soon"), "--since"),
        (("warn", "CHN", "--sector", "magic"), "no such sector"),
    ],
)
def test_bad_targets_are_said_in_one_line(
    comity: Comity, arguments: tuple[str, ...], problem: str
) -> None:
    done = comity(*arguments)
    assert done.exit_code == 2
    assert problem in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_remedy_is_the_best_known(store: EmbeddedStore, sheet: Bulletin) -> None:
    adviser = advice.load(store, sheet, sharing.load(store, "2024-11-01"))
    one = next(a for a in sheet.advisories if a.number == "ICSA-24-200-01")
    sites = {found.id: found for found in site.read_sites(store)}
    judged = warning.Judge(sheet, {}, site.read_sectors(store))
    park = sites["park:belarus-great-stone"]
    alert = only(judged.of_site(one, judged.weigh(one, one.weaknesses), park))
    assert "fixed version" in adviser.remedy(alert)
