"""Threats: ATT&CK in STIX 2.1 (any domain) and the MISP galaxy of threat actors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.sources.names import route, slug
from kg.sources.places import Places
from kg.sources.reader import load_json, shaped, texts
from kg.sources.tables import Draft

Thing = dict[str, Any]

KINDS: Mapping[str, str] = {
    "attack-pattern": "technique",
    "campaign": "campaign",
    "course-of-action": "mitigation",
    "intrusion-set": "group",
    "malware": "software",
    "tool": "software",
    "x-mitre-asset": "asset",
    "x-mitre-tactic": "tactic",
}
RELATIONS = frozenset({"attributed-to", "mitigates", "subtechnique-of", "targets", "uses"})
SECTORS: Mapping[str, str] = {
    "Electric": "electric-power",
    "General": "multi",
    "Manufacturing": "manufacturing",
    "Maritime": "ports",
    "Rail": "rail",
    "Water and Wastewater": "water",
}
STANDARDS: Mapping[str, str] = {
    "IEC 62443-3-3:2013": "iec-62443-3-3",
    "IEC 62443-4-2:2019": "iec-62443-4-2",
    "NIST SP 800-53 Rev. 4": "nist-sp-800-53-r4",
    "NIST SP 800-53 Rev. 5": "nist-sp-800-53",
}


def live(thing: Thing) -> bool:
    """Return whether a STIX object is neither revoked nor deprecated."""
    return not (thing.get("revoked") or thing.get("x_mitre_deprecated"))


def reference(thing: Thing) -> Mapping[str, str]:
    """Return the ATT&CK reference of an object: its id and address."""
    for entry in thing.get("external_references", ()):
        if entry.get("source_name", "").startswith("mitre") and "external_id" in entry:
            return {"id": entry["external_id"], "url": entry.get("url", "")}
    return {}


def read_attack(path: Path, draft: Draft) -> None:
    """Fill the tables of ATT&CK's objects, relations, sectors and controls from a STIX 2.1 bundle.

    Objects and relations that are revoked or deprecated are left out. A technique `accomplishes`
    the tactics of its kill-chain phases. `detects` is left out with the detection strategies.
    """
    with shaped(path, "a STIX 2.1 bundle of ATT&CK"):
        things = [thing for thing in load_json(path, "objects")["objects"] if live(thing)]
        ids = add_objects(things, draft)
        add_relations(things, ids, draft)
        add_tactics(things, draft)
        add_sectors(things, draft)
        add_controls(things, draft)


def add_objects(things: list[Thing], draft: Draft) -> dict[str, str]:
    """Add the objects of the kinds that are kept; return their ids by STIX id."""
    ids = {}
    for thing in things:
        kind, known = KINDS.get(thing["type"]), reference(thing)
        if kind and known:
            ids[thing["id"]] = known["id"]
            draft.add("attack_objects", stix_id=thing["id"], kind=kind, name=thing["name"], **known)
        elif thing["type"] != "relationship":
            draft.drop(f"object of another kind: {thing['type']}")
    return ids


def add_relations(things: list[Thing], ids: Mapping[str, str], draft: Draft) -> None:
    """Add the relations of the kinds that are kept, between objects that are kept."""
    for thing in (thing for thing in things if thing["type"] == "relationship"):
        subject, target = ids.get(thing["source_ref"]), ids.get(thing["target_ref"])
        relation = thing["relationship_type"]
        if relation not in RELATIONS or subject is None or target is None:
            draft.drop(f"relation of another kind or to an object left out: {relation}")
        else:
            draft.add("attack_relations", subject=subject, relation=relation, object=target)


def add_tactics(things: list[Thing], draft: Draft) -> None:
    """Add technique -> tactic from the kill-chain phases."""
    tactics = {
        thing["x_mitre_shortname"]: reference(thing)["id"]
        for thing in things
        if thing["type"] == "x-mitre-tactic"
    }
    for thing in (thing for thing in things if thing["type"] == "attack-pattern"):
        for phase in thing.get("kill_chain_phases", ()):
            if phase["phase_name"] in tactics:
                draft.add(
                    "attack_relations",
                    subject=reference(thing)["id"],
                    relation="accomplishes",
                    object=tactics[phase["phase_name"]],
                )


def add_sectors(things: list[Thing], draft: Draft) -> None:
    """Add the sectors that an asset is said to be found in."""
    for thing in (thing for thing in things if thing["type"] == "x-mitre-asset"):
        for sector in thing.get("x_mitre_sectors", ()):
            if sector in SECTORS:
                draft.add("attack_sectors", object=reference(thing)["id"], sector=SECTORS[sector])
            else:
                draft.drop(f"sector not known: {sector}")


def add_controls(things: list[Thing], draft: Draft) -> None:
    """Add which controls of which standards a mitigation refers to, from its labels."""
    for thing in (thing for thing in things if thing["type"] == "course-of-action"):
        labels = texts(thing.get("labels"))
        for standard, number in (pair for label in labels for pair in controls_of(label)):
            control = route(standard, number.lower())
            draft.add("controls", id=control, standard=standard, number=number)
            draft.add(
                "control_links",
                subject=f"threat/{reference(thing)['id']}",
                relation="refers-to",
                object=f"control/{control}",
            )


def controls_of(label: str) -> list[tuple[str, str]]:
    """Return (standard, number) of a label's controls: `NIST SP 800-53 Rev. 5 - AC-3; SC-7`."""
    edition, _, numbers = label.partition(" - ")
    standard = STANDARDS.get(edition)
    return [(standard, number.strip()) for number in numbers.split(";")] if standard else []


def victims(meta: Thing) -> Iterator[str]:
    """Yield the names of an actor's suspected victims, under either key, listed or single."""
    for key in ("cfr-suspected-victims", "suspected-victims"):
        named = meta.get(key, [])
        yield from [named] if isinstance(named, str) else named


def sponsors(meta: Thing, places: Places) -> set[str]:
    """Return the countries that an actor is attributed to, by code or by suspected sponsor."""
    codes = [places.iso2(code.strip()) for code in meta.get("country", "").split(",")]
    named = places.named(meta.get("cfr-suspected-state-sponsor", ""))
    return {country for country in [*codes, named] if country}


def read_misp(path: Path, places: Places, draft: Draft) -> None:
    """Fill `actors` and `targetings` (undated pairs of actor and victim country).

    Both are attributions: the victims and sponsors are suspected, the latter by the Council on
    Foreign Relations or the galaxy's editors.
    """
    with shaped(path, "a MISP galaxy of threat actors"):
        for actor in load_json(path, "values")["values"]:
            add_actor(actor, places, draft)


def add_actor(actor: Thing, places: Places, draft: Draft) -> None:
    """Add one actor and the countries that it is said to target."""
    meta, name = actor.get("meta", {}), slug(actor["value"]) or actor["uuid"]
    attributed = "|".join(sorted(sponsors(meta, places)))
    draft.add("actors", id=name, name=actor["value"], attributed_to=attributed)
    found = set()
    for victim in victims(meta):
        country = places.named(victim)
        if country is None:
            draft.drop(f"victim not a country: {victim}")
        elif country in found:
            draft.drop("victim named twice")
        else:
            found.add(country)
            draft.add("targetings", actor=name, country=country, locator=actor["uuid"])
