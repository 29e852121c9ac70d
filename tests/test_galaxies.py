"""MISP galaxies: each read as what it is, in a dataset of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import NamedNode, Quad

from kg.errors import ComityError
from kg.graph.load import load
from kg.graph.store import EmbeddedStore, solutions
from kg.sources import Imported, read
from kg.sources.galaxies import kind_of
from kg.terms import SOURCE

VALUES: list[dict[str, Any]] = [
    {"value": "Alpha", "uuid": "a-1", "meta": {"synonyms": ["A", "A1"], "external_id": "S0603"}},
    {"value": "勒索", "uuid": "a-2", "related": [{"dest-uuid": "b-9", "type": "similar"}]},
    {"value": "[*]", "uuid": "a-3", "meta": {"country": "RU", "suspected-victims": ["China"]}},
]
TYPES = [
    "ransomware",
    "tool",
    "country",
    "sector",
    "rat",
    "botnet",
    "region",
    "mitre-malware",
    "360net-threat-actor",
    "mitre-course-of-action",
]


def galaxy(folder: Path, kind: str, values: list[Any] = VALUES) -> Path:
    path = folder / f"{kind}.json"
    document = {"type": kind, "name": kind.title(), "uuid": "u", "version": 3, "values": values}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def graph(key: str) -> NamedNode:
    return NamedNode(SOURCE + key)


def of_graph(store: EmbeddedStore, key: str) -> set[Quad]:
    return set(store.inner.quads_for_pattern(None, None, None, graph(key)))


def rows(imported: Imported) -> dict[str, dict[str, str]]:
    return {row["id"]: row for row in imported.tables["intelligence"]}


def test_a_galaxy_is_read_as_what_it_is(tmp_path: Path) -> None:
    imported = read(galaxy(tmp_path, "mitre-malware"))
    assert imported.key == "misp-galaxy-mitre-malware"
    assert imported.source["title"] == "MISP galaxy: Mitre-Malware"
    found = rows(imported)
    assert (found["a-1"]["kind"], found["a-1"]["same"]) == ("software", "threat/S0603")
    assert found["a-1"]["aliases"] == "A|A1"
    assert (found["a-3"]["name"], found["a-3"]["attributed_to"]) == ("[*]", "RUS")
    relations = {tuple(row.values())[:3] for row in imported.tables["intelligence_relations"]}
    assert relations == {
        ("a-2", "similar", "intelligence/b-9"),
        ("a-3", "targets", "country/CHN"),
    }


def test_places_and_sectors_are_those_of_the_graph(tmp_path: Path) -> None:
    values = [{"value": "belarus", "uuid": "1", "meta": {"ISO": "BY", "ISO3": "BLR"}}]
    assert rows(read(galaxy(tmp_path, "country", values)))["1"]["same"] == "country/BLR"
    values = [{"value": "Chemical", "uuid": "1"}, {"value": "Sport", "uuid": "2"}]
    found = rows(read(galaxy(tmp_path, "sector", values)))
    assert (found["1"]["sectors"], found["2"]["sectors"]) == ("chemical", "")


@pytest.mark.parametrize(
    ("galaxy_type", "kind"),
    [
        ("ransomware", "software"),
        ("mitre-enterprise-attack-attack-pattern", "technique"),
        ("mitre-ics-groups", "group"),
        ("software-vendor", ""),
        ("firearms", ""),
        ("country", ""),
    ],
)
def test_kinds_of_galaxies(galaxy_type: str, kind: str) -> None:
    assert kind_of(galaxy_type) == kind


def test_ids_of_other_frameworks_are_not_taken_for_those_of_attack(tmp_path: Path) -> None:
    values = [{"value": "x", "uuid": "1", "meta": {"external_id": "T0001"}}]
    assert rows(read(galaxy(tmp_path, "disarm-techniques", values)))["1"]["same"] == ""


def test_ten_galaxies_loaded_twice_are_the_same_graph_and_touch_nothing_else(
    tmp_path: Path,
) -> None:
    store = EmbeddedStore()
    actors = galaxy(tmp_path, "threat-actor", [{"value": "[*]", "uuid": "x-1"}])
    load(store, actors)
    actor = of_graph(store, "misp-threat-actors")
    paths = [galaxy(tmp_path, kind) for kind in TYPES]
    for path in paths:
        load(store, path)
    once = set(store.inner)
    for path in paths:
        load(store, path)
    assert set(store.inner) == once
    assert of_graph(store, "misp-threat-actors") == actor
    text = (
        """SELECT ?g (COUNT(?o) AS ?n) { GRAPH ?g { ?o a coop:IntelligenceObject } } GROUP BY ?g"""
    )
    counts = {row[0].value: int(row[1].value) for row in solutions(store.query(text))}
    assert len(counts) == len(TYPES)
    assert set(counts.values()) == {len(VALUES)}


def test_a_threat_actor_without_letters_is_called_by_its_uuid(tmp_path: Path) -> None:
    path = galaxy(tmp_path, "threat-actor", [{"value": "[*]", "uuid": "x-1"}])
    assert [row["id"] for row in read(path).tables["actors"]] == ["x-1"]


def test_values_that_name_nothing_are_counted_and_the_rest_goes_on(tmp_path: Path) -> None:
    broken: list[Any] = ["text", {"value": "x"}, {"uuid": "y"}, {"value": 7, "uuid": "z"}, None]
    imported = read(galaxy(tmp_path, "tool", [*VALUES, *broken]))
    assert len(rows(imported)) == len(VALUES)
    assert imported.dropped["value without a UUID or a name"] == len(broken)


def test_a_hostile_galaxy_stays_data(tmp_path: Path) -> None:
    values = [{"value": "<script>", "uuid": "../../source/ontology> a <x", "related": [{}, 3]}]
    store = EmbeddedStore()
    load(store, galaxy(tmp_path, "tool", values))
    graphs = {str(quad.graph_name) for quad in store.inner if "script" in str(quad)}
    assert graphs == {str(graph("misp-galaxy-tool"))}


def test_a_galaxy_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="no record that misp-galaxy can use"):
        read(galaxy(tmp_path, "tool", []))


def test_a_relation_of_a_value_with_itself_is_left_out(tmp_path: Path) -> None:
    values = [{"value": "x", "uuid": "1", "related": [{"dest-uuid": "1", "type": "similar"}]}]
    imported = read(galaxy(tmp_path, "tool", values))
    assert "intelligence_relations" not in imported.tables
    assert imported.dropped["relation of a value with itself"] == 1
