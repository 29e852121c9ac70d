"""Threat intelligence in STIX 2.1 (OASIS) of any domain, and MISP events."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.sources.galaxies import ATTACK_ID
from kg.sources.names import identifier
from kg.sources.places import Places
from kg.sources.reader import load_json, load_object, shaped, texts, things
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, Row, day
from kg.sources.vulnerabilities import CVE

Thing = dict[str, Any]

WHAT = "a STIX 2.1 bundle"
ID = re.compile(r"[a-z][a-z0-9-]{2,249}--[0-9a-f-]{36}")
KINDS: Mapping[str, str] = {
    "attack-pattern": "technique",
    "campaign": "campaign",
    "course-of-action": "mitigation",
    "intrusion-set": "group",
    "malware": "software",
    "threat-actor": "group",
    "tool": "software",
}
LEFT_OUT = frozenset({"relationship", "sighting", "marking-definition", "extension-definition"})
REFERENCES: Mapping[str, str] = {"object_refs": "refers-to"}


def describe(file: Path) -> Row:
    """Return what is said of the dataset that a bundle is: it has no name but its file's."""
    return {"key": f"stix-{identifier(file.stem)}", "title": f"STIX 2.1 bundle {file.name}"}


def read_stix(file: Path, places: Places, draft: Draft) -> None:
    """Fill `intelligence`, `intelligence_relations`, `vulnerabilities` and `sightings`."""
    with shaped(file, WHAT):
        objects = things(load_json(file, "objects")["objects"])
        known = {str(thing.get("id")): thing for thing in objects}
        for key, thing in known.items():
            if thing.get("revoked") or not ID.fullmatch(key):
                draft.drop("object that is revoked or has no STIX id")
            elif thing["type"] == "relationship":
                add_relationship(thing, draft)
            elif thing["type"] == "sighting":
                add_sighting(thing, known, draft)
            elif thing["type"] in LEFT_OUT:
                draft.drop(f"object of another kind: {thing['type']}")
            else:
                add_object(thing, places, draft)


def add_object(thing: Thing, places: Places, draft: Draft) -> None:
    """Add an object; a weakness with a CVE number is the same as that one."""
    named = texts(thing.get("name")) or texts(thing.get("value")) or [thing["id"]]
    cves = cve_of(thing)
    for number in cves:
        draft.add("vulnerabilities", id=number)
    draft.add(
        "intelligence",
        id=thing["id"],
        type=thing["type"],
        name=named[0],
        aliases="|".join(sorted({n for n in texts(thing.get("aliases")) if "|" not in n})),
        kind=KINDS.get(thing["type"], ""),
        same="|".join(sorted([*same_as(thing, places), *(f"vulnerability/{n}" for n in cves)])),
        sectors=sectors(" ".join(texts(thing.get("sectors")))),
        start=day(thing.get("first_seen") or thing.get("published") or thing.get("valid_from")),
        end=day(thing.get("last_seen")),
        locator=thing["id"],
    )
    for key, relation in REFERENCES.items():
        for target in texts(thing.get(key)):
            add_relation(thing["id"], relation, f"intelligence/{target}", draft)


def cve_of(thing: Thing) -> list[str]:
    """Return the CVE number of an object that is a vulnerability."""
    if thing["type"] != "vulnerability":
        return []
    given = [text for r in references(thing) for text in texts(r.get("external_id"))]
    return sorted({text for text in [*given, *texts(thing.get("name"))] if CVE.fullmatch(text)})


def references(thing: Thing) -> list[Thing]:
    """Return the external references of an object."""
    return things(thing.get("external_references"))


def same_as(thing: Thing, places: Places) -> Iterator[str]:
    """Yield the paths of what an object is in the graph: an ATT&CK object, a country."""
    for reference in references(thing):
        code = next(iter(texts(reference.get("external_id"))), "")
        if reference.get("source_name") == "mitre-attack" and ATTACK_ID.fullmatch(code):
            yield f"threat/{code}"
    if thing["type"] == "location":
        for code in texts(thing.get("country")):
            if country := places.iso2(code) or places.iso3(code) or places.named(code):
                yield f"country/{country}"


def add_relation(
    subject: str, relation: str, target: str, draft: Draft, start: str = "", end: str = ""
) -> None:
    """Add one relation."""
    draft.add(
        "intelligence_relations",
        subject=subject,
        relation=relation,
        object=target,
        start=start,
        end=end,
    )


def add_relationship(thing: Thing, draft: Draft) -> None:
    """Add a relationship with its dates, wherever it leads."""
    if thing["source_ref"] == thing["target_ref"]:
        draft.drop("relation of an object with itself")
        return
    subject, target = str(thing["source_ref"]), f"intelligence/{thing['target_ref']}"
    start, end = day(thing.get("start_time")), day(thing.get("stop_time"))
    add_relation(subject, str(thing["relationship_type"]), target, draft, start, end)


def add_sighting(thing: Thing, known: Mapping[str, Thing], draft: Draft) -> None:
    """Add that something was seen: a weakness as a sighting, any other where it was seen."""
    seen, date = str(thing["sighting_of_ref"]), day(thing.get("first_seen"))
    for number in cve_of(known[seen]) if seen in known else ():
        identity = f"{draft.source}/{thing['id']}"
        draft.add("sightings", id=identity, vulnerability=number, date=date, kind="sighted")
    for where in texts(thing.get("where_sighted_refs")):
        add_relation(where, "sighted", f"intelligence/{seen}", draft, date)
    if not thing.get("where_sighted_refs") and not (seen in known and cve_of(known[seen])):
        draft.drop("sighting that says neither of which weakness nor where")


def events(document: Thing) -> list[Thing]:
    """Return the events of a MISP file: one, or those of an answer."""
    wrapped = things(document.get("response")) or [document]
    return [entry["Event"] for entry in wrapped if isinstance(entry.get("Event"), dict)]


def describe_event(file: Path) -> Row:
    """Return what is said of the dataset that a MISP event is."""
    with shaped(file, "a MISP event"):
        event = events(load_object(file))[0]
        organisation = (event.get("Orgc") or {}).get("name", "")
        return {
            "key": f"misp-event-{identifier(event['uuid'])}",
            "title": event["info"],
            "publisher": organisation or "MISP",
            "citation": f"{organisation}, MISP event {event['uuid']}",
        }


def read_event(file: Path, draft: Draft) -> None:
    """Fill `intelligence` with events, their clusters and the weaknesses that they name.

    Other attributes (addresses, hashes) are counted and left out: they age in days.
    """
    with shaped(file, "a MISP event"):
        for event in events(load_object(file)):
            key = str(event["uuid"])
            draft.add(
                "intelligence",
                id=key,
                type="misp-event",
                name=event["info"],
                start=day(event.get("date")),
                locator=key,
            )
            for relation, target in sorted(set(event_relations(event, draft))):
                add_relation(key, relation, target, draft)


def event_relations(event: Thing, draft: Draft) -> Iterator[tuple[str, str]]:
    """Yield (relation, path of the other end) of an event."""
    parts = [event, *things(event.get("Object"))]
    attributes = [one for part in parts for one in things(part.get("Attribute"))]
    for attribute in attributes:
        value = str(attribute.get("value", "")).upper()
        if attribute.get("type") == "vulnerability" and CVE.fullmatch(value):
            draft.add("vulnerabilities", id=value)
            yield "names", f"vulnerability/{value}"
        else:
            draft.drop(f"attribute of another kind: {attribute.get('type')}")
    for holder in [event, *attributes]:
        for galaxy in things(holder.get("Galaxy")):
            for cluster in things(galaxy.get("GalaxyCluster")):
                yield "about", f"intelligence/{cluster['uuid']}"
