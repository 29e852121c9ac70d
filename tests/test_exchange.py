"""Advisories, records of weaknesses, threat intelligence and catalogues, as their standards say."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pyoxigraph import Quad

from kg.errors import ComityError
from kg.graph.draft import read as quads
from kg.graph.load import load
from kg.graph.store import EmbeddedStore
from kg.sources import IMPORTERS, Imported, detect, read
from kg.sources.names import firm, identifier, route
from kg.sources.places import Places

CPE = "cpe:2.3:o:mill_controls:pump\\:7:*:*:*:*:*:*:*:*"
PRODUCT = {"category": "product_version_range", "name": "<2.1"}
EXAMPLE = {"name": "Mill Controls Pump 7 <2.1", "product_id": "P-1"}


def csaf(number: str = "MC-2031-1", **changes: Any) -> dict[str, Any]:
    """A small advisory, made up."""
    return {
        "document": {
            "category": "csaf_security_advisory",
            "csaf_version": "2.0",
            "title": "Mill Controls Pump 7",
            "publisher": {
                "category": "vendor",
                "name": "Mill Controls",
                "namespace": "https://psirt.mill.example/",
            },
            "notes": [
                {
                    "category": "other",
                    "title": "Critical infrastructure sectors",
                    "text": "Energy, Water and Wastewater Systems",
                },
                {"category": "other", "title": "Company headquarters location", "text": "Japan"},
            ],
            "references": [
                {"category": "self", "summary": "page", "url": "https://mill.example/1.json"},
                {"category": "self", "summary": "page", "url": "https://mill.example/1"},
            ],
            "tracking": {
                "id": number,
                "initial_release_date": "2031-03-01T10:00:00Z",
                "current_release_date": "2031-04-01T10:00:00Z",
                "status": "final",
                "version": "2",
                "revision_history": [],
            },
        },
        "product_tree": {
            "branches": [
                {
                    "category": "vendor",
                    "name": "Mill Controls Inc.",
                    "branches": [
                        {
                            "category": "product_name",
                            "name": "Pump 7",
                            "branches": [
                                PRODUCT | {"product": EXAMPLE},
                                {
                                    "category": "product_version",
                                    "name": "2.1",
                                    "product": {"name": "Pump 7 2.1", "product_id": "P-2"},
                                },
                            ],
                        }
                    ],
                }
            ]
        },
        "vulnerabilities": [
            {
                "cve": "CVE-2031-0001",
                "cwe": {"id": "CWE-798", "name": "Use of Hard-coded Credentials"},
                "product_status": {"known_affected": ["P-1"], "fixed": ["P-2"]},
                "scores": [
                    {"products": ["P-1"], "cvss_v2": {"baseScore": 10.0, "vectorString": "x"}},
                    {
                        "products": ["P-1"],
                        "cvss_v3": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:N"},
                    },
                ],
                "remediations": [
                    {"category": "vendor_fix", "details": "Update to 2.1", "product_ids": ["P-1"]}
                ],
            },
            {
                "ids": [{"system_name": "Mill", "text": "MILL 7"}],
                "product_status": {"known_not_affected": ["P-1"]},
                "flags": [{"label": "component_not_present", "product_ids": ["P-1"]}],
            },
        ],
    } | changes


def written(folder: Path, name: str, document: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def table(imported: Imported, name: str) -> list[dict[str, str]]:
    return imported.tables[name]


def test_a_csaf_advisory_is_read_whole(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "a.json", csaf()))
    assert imported.key == "csaf-psirt-mill-example-mc-2031-1"
    [advisory] = table(imported, "advisories")
    assert advisory["id"] == "psirt.mill.example/MC-2031-1"
    assert (advisory["date"], advisory["updated"]) == ("2031-03-01", "2031-04-01")
    assert advisory["sectors"] == "energy|water"
    assert advisory["url"] == "https://mill.example/1"
    assert advisory["vulnerabilities"] == "CVE-2031-0001|MILL-7"
    weakness = table(imported, "vulnerabilities")[0]
    assert (weakness["cvss"], weakness["weaknesses"]) == ("9.8", "CWE-798")
    found = {
        (
            row["product"],
            row["status"],
            row["versions"],
            row["vulnerabilities"],
            row["justification"],
        )
        for row in table(imported, "product_statuses")
    }
    assert found == {
        ("mill-controls/pump-7", "known_affected", "<2.1", "CVE-2031-0001", ""),
        ("mill-controls/pump-7", "fixed", "=2.1", "CVE-2031-0001", ""),
        ("mill-controls/pump-7", "known_not_affected", "<2.1", "MILL-7", "component_not_present"),
    }
    [remedy] = table(imported, "remedies")
    assert (remedy["text"], remedy["vulnerabilities"]) == ("Update to 2.1", "CVE-2031-0001")
    assert {row["headquarters"] for row in table(imported, "vendors")} == {"", "JPN"}


def test_every_product_of_a_tree_is_found(tmp_path: Path) -> None:
    tree = {
        "full_product_names": [{"name": "Base", "product_id": "B"}],
        "relationships": [
            {
                "category": "installed_on",
                "product_reference": "B",
                "relates_to_product_reference": "B",
                "full_product_name": {"name": "Base on Base", "product_id": "BB"},
            }
        ],
    }
    weak = [{"cve": "CVE-2031-0001", "product_status": {"known_affected": ["B", "BB", "C"]}}]
    imported = read(written(tmp_path, "a.json", csaf(product_tree=tree, vulnerabilities=weak)))
    assert {row["name"] for row in table(imported, "products")} == {"Base", "Base on Base"}
    assert imported.dropped["status of a product that the tree lacks"] == 1


CVE = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {
        "cveId": "CVE-2031-0002",
        "state": "PUBLISHED",
        "datePublished": "2031-01-02T00:00:00",
    },
    "containers": {
        "cna": {
            "title": "Overflow",
            "affected": [
                {
                    "vendor": "Mill Controls",
                    "product": "Pump 7",
                    "versions": [
                        {"version": "1.0", "lessThan": "2.1", "status": "affected"},
                        {"version": "2.1", "status": "unaffected"},
                    ],
                }
            ],
            "metrics": [{"cvssV3_1": {"baseScore": 7.5, "vectorString": "CVSS:3.1/AV:N"}}],
            "problemTypes": [{"descriptions": [{"cweId": "CWE-120"}]}],
        }
    },
}
NVD = {
    "resultsPerPage": 1,
    "totalResults": 1,
    "format": "NVD_CVE",
    "vulnerabilities": [
        {
            "cve": {
                "id": "CVE-2031-0002",
                "published": "2031-01-02T00:00:00.000",
                "cisaExploitAdd": "2031-02-01",
                "metrics": {
                    "cvssMetricV31": [
                        {"cvssData": {"baseScore": 8.1, "vectorString": "CVSS:3.1/AV:A"}}
                    ]
                },
                "weaknesses": [{"description": [{"lang": "en", "value": "CWE-120"}]}],
                "configurations": [
                    {
                        "nodes": [
                            {
                                "cpeMatch": [
                                    {
                                        "vulnerable": True,
                                        "criteria": CPE,
                                        "versionStartIncluding": "1.0",
                                        "versionEndExcluding": "2.1",
                                    },
                                    {"vulnerable": True, "criteria": "cpe:2.3:o:short"},
                                ]
                            }
                        ]
                    }
                ],
            }
        },
        {"cve": {"id": "none"}},
    ],
}
KEV = {
    "title": "KEV",
    "catalogVersion": "2031.02.01",
    "dateReleased": "2031-02-01T00:00:00Z",
    "vulnerabilities": [
        {
            "cveID": "CVE-2031-0002",
            "vulnerabilityName": "Pump 7 overflow",
            "dateAdded": "2031-02-01",
            "knownRansomwareCampaignUse": "Known",
        },
        {"cveID": "x", "vulnerabilityName": "", "dateAdded": "", "knownRansomwareCampaignUse": ""},
    ],
}
MALWARE = "malware--11111111-1111-4111-8111-111111111111"
WEAKNESS = "vulnerability--22222222-2222-4222-8222-222222222222"
STIX = {
    "type": "bundle",
    "id": "bundle--33333333-3333-4333-8333-333333333333",
    "objects": [
        {
            "type": "malware",
            "id": MALWARE,
            "name": "Rust",
            "aliases": ["R2"],
            "first_seen": "2030-01-01T00:00:00Z",
        },
        {"type": "vulnerability", "id": WEAKNESS, "name": "CVE-2031-0002"},
        {
            "type": "location",
            "id": "location--44444444-4444-4444-8444-444444444444",
            "country": "KZ",
        },
        {
            "type": "relationship",
            "id": "relationship--55555555-5555-4555-8555-555555555555",
            "relationship_type": "exploits",
            "source_ref": MALWARE,
            "target_ref": WEAKNESS,
        },
        {
            "type": "sighting",
            "id": "sighting--66666666-6666-4666-8666-666666666666",
            "sighting_of_ref": WEAKNESS,
            "first_seen": "2031-02-02T00:00:00Z",
        },
        {"type": "malware", "id": "no id", "name": "?"},
    ],
}
EVENT = {
    "Event": {
        "uuid": "77777777-7777-4777-8777-777777777777",
        "info": "Pumps attacked",
        "date": "2031-03-03",
        "Orgc": {"name": "CERT Example"},
        "Attribute": [
            {"type": "vulnerability", "value": "CVE-2031-0002"},
            {"type": "ip-dst", "value": "192.0.2.1"},
        ],
        "Galaxy": [{"GalaxyCluster": [{"uuid": "a-1"}]}],
    }
}
OSCAL = {
    "catalog": {
        "uuid": "u",
        "metadata": {
            "title": "NIST Special Publication 800-53 Revision 5: Controls",
            "version": "1",
        },
        "groups": [
            {
                "title": "Access Control",
                "controls": [
                    {
                        "id": "ac-2",
                        "title": "Account Management",
                        "props": [{"name": "label", "value": "AC-2"}],
                        "links": [
                            {"rel": "related", "href": "#ac-3"},
                            {"rel": "reference", "href": "#x"},
                        ],
                        "controls": [
                            {"id": "ac-2.1", "title": "Automated"},
                            {
                                "id": "ac-2.10",
                                "title": "Old",
                                "props": [{"name": "status", "value": "withdrawn"}],
                            },
                        ],
                    }
                ],
            }
        ],
    }
}
DOCUMENTS: dict[str, Any] = {
    "csaf": csaf(),
    "cve": CVE,
    "nvd": NVD,
    "kev": KEV,
    "stix": STIX,
    "misp-event": EVENT,
    "oscal": OSCAL,
}


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_each_format_is_recognised_by_its_content(tmp_path: Path, name: str) -> None:
    found = detect(written(tmp_path, "some.json", DOCUMENTS[name]))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_loading_twice_is_loading_once_and_conforms_to_the_importers_word(
    tmp_path: Path, name: str
) -> None:
    path = written(tmp_path, f"{name}.json", DOCUMENTS[name])
    store = EmbeddedStore()
    load(store, path)
    once = set(store.inner)
    assert once
    load(store, path)
    assert set(store.inner) == once
    assert set(read(path).tables) <= set(IMPORTERS[name].tables)


def test_a_cve_record_states_ranges_and_scores(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "c.json", CVE))
    statuses = {(row["status"], row["versions"]) for row in table(imported, "product_statuses")}
    assert statuses == {("known_affected", ">=1.0|<2.1"), ("known_not_affected", "=2.1")}
    assert table(imported, "vulnerabilities")[0]["cvss"] == "7.5"


def test_an_answer_of_the_nvd_states_products_by_cpe_and_exploitation(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "n.json", NVD))
    [product] = table(imported, "products")
    assert (product["vendor"], product["name"]) == ("mill-controls", "pump:7")
    assert table(imported, "product_statuses")[0]["versions"] == ">=1.0|<2.1"
    assert table(imported, "sightings")[0]["date"] == "2031-02-01"
    assert imported.dropped == {"CPE name that is malformed": 1, "entry without a CVE number": 1}


def test_the_kev_catalogue_is_one_dataset_in_both_forms(tmp_path: Path) -> None:
    entry = KEV["vulnerabilities"][0]
    text = ",".join(entry) + "\n" + ",".join(str(value) for value in entry.values()) + "\n"
    (tmp_path / "k.csv").write_text(text, encoding="utf-8")
    json_form, csv_form = read(written(tmp_path, "k.json", KEV)), read(tmp_path / "k.csv")
    assert json_form.key == csv_form.key == "kev"
    assert json_form.tables["sightings"] == csv_form.tables["sightings"]
    assert json_form.dropped["entry without a CVE number or a date"] == 1


def test_epss_forecasts_are_read_below_their_remark(tmp_path: Path) -> None:
    path = tmp_path / "epss.csv"
    remark = "#model_version:v2031.01.01,score_date:2031-02-03T00:00:00+0000\n"
    path.write_text(f"{remark}cve,epss,percentile\nCVE-2031-0002,0.97,0.99\n", encoding="utf-8")
    imported = read(path)
    assert imported.source["title"] == "EPSS scores of 2031-02-03"
    assert table(imported, "exploit_forecasts")[0]["epss"] == "0.97"
    path.write_text("cve,epss,percentile\nCVE-2031-0002,1.5,0.99\n", encoding="utf-8")
    with pytest.raises(ComityError, match=r"epss.csv:2: .*is no forecast"):
        read(path)


def test_a_stix_bundle_gives_objects_relations_and_sightings(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "s.json", STIX))
    objects = {row["type"]: row for row in table(imported, "intelligence")}
    assert objects["malware"]["kind"] == "software"
    assert objects["location"]["same"] == "country/KAZ"
    assert objects["vulnerability"]["same"] == "vulnerability/CVE-2031-0002"
    [relation] = table(imported, "intelligence_relations")
    assert (relation["relation"], relation["object"]) == ("exploits", f"intelligence/{WEAKNESS}")
    assert table(imported, "sightings")[0]["date"] == "2031-02-02"


def test_attack_read_as_any_stix_bundle_keeps_every_relation(shared: Path) -> None:
    imported = read(shared / "threats/ics-attack.json", "stix")
    assert imported.key == "stix-ics-attack"
    assert len(table(imported, "intelligence_relations")) > 1000


def test_a_misp_event_keeps_weaknesses_and_clusters(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "e.json", EVENT))
    assert imported.source["publisher"] == "CERT Example"
    relations = {row["object"] for row in table(imported, "intelligence_relations")}
    assert relations == {"vulnerability/CVE-2031-0002", "intelligence/a-1"}
    assert imported.dropped["attribute of another kind: ip-dst"] == 1


def test_an_oscal_catalogue_gives_controls_with_families_and_parents(tmp_path: Path) -> None:
    imported = read(written(tmp_path, "o.json", OSCAL))
    assert imported.key == "oscal-nist-sp-800-53"
    first, second = table(imported, "controls")
    assert (first["id"], first["number"], first["family"]) == (
        "nist-sp-800-53/ac-2",
        "AC-2",
        "Access Control",
    )
    assert second["parent"] == "nist-sp-800-53/ac-2"
    assert imported.dropped["withdrawn control"] == 1
    [link] = table(imported, "control_links")
    assert link["object"] == "control/nist-sp-800-53/ac-3"


def test_mitigations_of_attack_refer_to_controls(shared: Path) -> None:
    imported = read(shared / "threats/ics-attack.json")
    links = {(row["subject"], row["object"]) for row in table(imported, "control_links")}
    assert ("threat/M0818", "control/iec-62443-3-3/sr-3.5") in links
    assert ("threat/M0818", "control/nist-sp-800-53/si-10") in links
    assert len(links) == 126


@pytest.mark.parametrize(
    ("written_as", "id_"),
    [
        ("Mitsubishi Electric Corporation", "mitsubishi-electric"),
        ("Mitsubishi Electric", "mitsubishi-electric"),
        ("Moxa Inc.", "moxa"),
        ("Siemens AG", "siemens"),
        ("Schneider Electric SE", "schneider-electric"),
        ("Yokogawa Co., Ltd.", "yokogawa"),
        ("SE", "se"),
    ],
)
def test_a_firm_has_one_id_whatever_its_legal_form(written_as: str, id_: str) -> None:
    assert identifier(firm(written_as)) == id_


def test_ids_of_names_without_latin_letters_differ() -> None:
    assert identifier("和利时") != identifier("浙江中控") != ""
    assert len(identifier("x" * 1000)) < 100


def test_an_id_of_a_publisher_cannot_climb_out_of_its_path() -> None:
    assert route("a/../..", "x> <y") == "a/x-y"
    assert "<" not in route("<script>")
    assert route("..", "") == "-/-"


def test_five_hundred_advisories_twice_are_one_graph_each(tmp_path: Path) -> None:
    places = Places.shipped()
    paths = [written(tmp_path, f"{n}.json", csaf(f"MC-{n}")) for n in range(500)]
    imports = [read(path, places=places) for path in paths]
    assert len({imported.key for imported in imports}) == 500
    assert sum(len(imported.tables["advisories"]) for imported in imports) == 500
    again = [read(path, places=places) for path in paths]
    assert [one.tables for one in imports] == [one.tables for one in again]


WORLD = """
@prefix coop: <https://w3id.org/comity/ontology#> .
<https://w3id.org/comity/country/JPN> a <https://schema.org/Country> .
coop:sector-energy a coop:Sector . coop:sector-water a coop:Sector .
"""
HOSTILE: dict[str, Any] = {
    "no head": {"document": {"csaf_version": "2.0"}},
    "head is text": {"document": {"csaf_version": "2.0", "publisher": "x", "tracking": []}},
    "branches are text": csaf(product_tree={"branches": "x"}),
    "weakness is text": csaf(vulnerabilities=["x"]),
    "statuses are a list": csaf(vulnerabilities=[{"product_status": ["x"]}]),
    "score is text": csaf(vulnerabilities=[{"scores": [{"cvss_v3": {"baseScore": "9"}}]}]),
    "score is huge": csaf(vulnerabilities=[{"scores": [{"cvss_v3": {"baseScore": 1e300}}]}]),
    "markup": csaf("<script>alert(1)</script>"),
    "path": csaf("../../../etc/passwd"),
    "injection": csaf("x> . <urn:a> <urn:b> <urn:c"),
    "long": csaf("x" * 10_000),
    "control signs": csaf("a\x00b\x1f"),
    "cve is a number": CVE | {"cveMetadata": {"cveId": 7}},
    "cve without containers": CVE | {"containers": []},
    "nvd of nothing": NVD | {"vulnerabilities": [None, 3, {}]},
    "kev without dates": KEV | {"vulnerabilities": [{}]},
    "stix of nothing": STIX | {"objects": [{"type": "malware"}, 3]},
    "relation to nothing": STIX | {"objects": [{"type": "relationship", "id": MALWARE}]},
    "event without uuid": {"Event": {"info": "x"}},
    "catalogue without title": {"catalog": {"metadata": {}}},
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_and_broken_documents_are_survived(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, "x.json", HOSTILE[name])
    stated: list[Quad] = []
    with suppress(ComityError):
        stated = list(quads(path))
    subjects = {quad.subject.value for quad in stated}
    assert all(iri.startswith("https://w3id.org/comity/") for iri in subjects)


def test_an_advisory_that_repeats_another_graph_can_be_loaded_again(
    comity: Callable[..., Result], tmp_path: Path
) -> None:
    """What two graphs state stands in the default graph too; a file is judged without that copy."""
    graph, path = tmp_path / "mine", written(tmp_path, "a.json", csaf())
    assert comity("build", "--empty", "--graph", graph).exit_code == 0
    other = written(tmp_path, "b.json", csaf("MC-2031-2"))
    countries = tmp_path / "c.ttl"
    countries.write_text(WORLD, encoding="utf-8")
    assert comity("load", countries, "--graph", graph, "--no-validate").exit_code == 0
    for file in (path, other, path, other):
        done = comity("load", file, "--graph", graph)
        assert done.exit_code == 0, done.output
