"""Exports: valid by the standards' own validators, and read back equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from conftest import skip_or_fail
from test_exchange import STIX, csaf, written
from test_galaxies import galaxy

from kg.errors import ComityError
from kg.graph.draft import read as quads
from kg.graph.store import EmbeddedStore
from kg.platform import csaf as advisories
from kg.platform import stix
from kg.sources import read

Comity = Callable[..., Result]
# What the validator asks of VEX documents alone.
NOTICES = {
    "Action Statement Requirement",
    "Impact Statement Requirement",
    "VEX Profile Conformance",
    "Vulnerability Notes Existence",
}


def stored(path: Path, form: str | None = None) -> EmbeddedStore:
    store = EmbeddedStore()
    store.inner.extend(quads(path, form=form))
    return store


def failures(document: dict[str, Any]) -> set[str]:
    """What the validator of csaf-lib finds wrong: the schema, and the mandatory tests it knows."""
    try:
        from csaf_lib.verification import Verifier
    except ImportError:
        skip_or_fail("csaf-lib is not installed: pip install 'comity[test]'")
    report = Verifier(document).run_all()
    return {result.test_name for result in report.results if result.status.name == "FAIL"}


def valid_stix(bundle: dict[str, Any]) -> list[str]:
    try:
        from stix2validator import ValidationOptions, validate_string
    except ImportError:
        skip_or_fail("stix2-validator is not installed: pip install 'comity[test]'")
    # The musts of the standard; its shoulds need lists from the network.
    result = validate_string(json.dumps(bundle), ValidationOptions(version="2.1", disabled="all"))
    return [str(error) for error in result.errors]


VERSIONLESS: dict[str, Any] = {
    "full_product_names": [{"name": "Base", "product_id": "B"}, {"name": "Top", "product_id": "T"}]
}
AFFECTED = [{"cve": "CVE-2031-0001", "product_status": {"known_affected": ["B"], "fixed": ["T"]}}]
VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
SCORED = [
    {
        "cve": "CVE-2031-0003",
        "product_status": {"known_affected": ["P-1"]},
        "scores": [
            {
                "products": ["P-1"],
                "cvss_v3": {"version": "3.1", "baseScore": 9.8, "vectorString": VECTOR},
            }
        ],
    }
]
CASES: dict[str, dict[str, Any]] = {
    "two": csaf(vulnerabilities=csaf()["vulnerabilities"][1:]),
    "names alone": csaf(product_tree=VERSIONLESS, vulnerabilities=AFFECTED),
    "scored": csaf(vulnerabilities=SCORED),
    "no weakness": csaf(vulnerabilities=[]),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_csaf_document_comes_back_equal_and_valid(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "a.json", CASES[name])
    key = read(path).key
    document = advisories.export(stored(path), "psirt.mill.example/MC-2031-1", key)
    assert failures(document) <= NOTICES
    again = written(tmp_path, "b.json", document)
    assert set(quads(again)) == set(quads(path))


def test_a_vex_document_conforms_to_its_profile(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", csaf(vulnerabilities=csaf()["vulnerabilities"][1:]))
    document = advisories.export(
        stored(path), "psirt.mill.example/MC-2031-1", read(path).key, vex=True
    )
    assert document["document"]["category"] == "csaf_vex"
    assert failures(document) == set()


def test_shipped_advisories_are_given_out_valid(store: EmbeddedStore) -> None:
    for number in ("ICSA-24-200-01", "ICSA-23-348-10", "ICSA-17-045-03"):
        document = advisories.export(store, f"www.cisa.gov/{number}", "cisa-csaf")
        assert document["vulnerabilities"]
        assert failures(document) <= NOTICES


def test_a_stix_bundle_comes_back_equal_and_valid(tmp_path: Path) -> None:
    path = written(tmp_path, "s.json", STIX)
    bundle = stix.export(stored(path), "stix-s", "2031-06-01").written("stix-s")
    assert valid_stix(bundle) == []
    again = read(written(tmp_path, "s.json", bundle))
    first = read(written(tmp_path, "t.json", STIX))
    for table in ("intelligence", "intelligence_relations"):
        mine, theirs = (
            sorted(tuple(row.values())[:-2] for row in imported.tables[table])
            for imported in (again, first)
        )
        assert mine == theirs


def test_attack_comes_back_equal_as_a_stix_bundle(shared: Path, tmp_path: Path) -> None:
    path = shared / "threats/ics-attack.json"
    bundle = stix.export(stored(path, "stix"), "stix-ics-attack", "2031-06-01")
    kept = {one["id"] for one in bundle.objects}
    original = read(path, "stix")
    back = read(written(tmp_path, "ics-attack.json", bundle.written("x")), "stix")
    expected = {row["id"]: row for row in original.tables["intelligence"] if row["id"] in kept}
    found = {row["id"]: row for row in back.tables["intelligence"]}
    assert found == expected
    assert len(found) == 200
    bundle.objects = bundle.objects[:200]
    assert valid_stix(bundle.written("x")) == []


def test_a_galaxy_is_given_out_as_stix(tmp_path: Path) -> None:
    store = stored(galaxy(tmp_path, "ransomware"))
    bundle = stix.export(store, "misp-galaxy-ransomware", "2031-06-01")
    assert {one["name"] for one in bundle.objects} == {"Alpha", "勒索", "[*]"}
    assert valid_stix(bundle.written("x")) == []
    assert bundle.dropped["relation that leads out of the dataset"] == 2


def test_export_from_the_command_line(comity: Comity, tmp_path: Path) -> None:
    path = tmp_path / "advisory.json"
    done = comity("export", "ICSA-24-200-01", "--as", "csaf", "-o", path)
    assert done.exit_code == 0, done.output
    assert json.loads(path.read_text(encoding="utf-8"))["document"]["tracking"]["id"]
    done = comity("export", "ICSA-24-200-01", "--as", "stix", "--at", "2026-01-01")
    assert valid_stix(json.loads(done.stdout)) == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("export", "ICSA-00-000-00", "--as", "csaf"), "no advisory has this number"),
        (("export", "ICSA-24-200-01", "--as", "csaf", "--from", "kev"), "states no ICSA-24-200-01"),
        (("export", "kev", "--as", "stix"), "holds no threat intelligence"),
    ],
)
def test_what_cannot_be_given_out_is_said(
    comity: Comity, arguments: tuple[str, ...], problem: str
) -> None:
    done = comity(*arguments)
    assert done.exit_code == 2
    assert problem in done.stderr


def test_an_unknown_advisory_is_refused(store: EmbeddedStore) -> None:
    with pytest.raises(ComityError, match="states no such advisory"):
        advisories.export(store, "www.cisa.gov/none", "cisa-csaf")
