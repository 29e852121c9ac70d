"""Catalogues of controls in OSCAL (NIST): SP 800-53, the Cybersecurity Framework, any other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.sources.names import identifier, route
from kg.sources.reader import load_object, shaped, texts, things
from kg.sources.tables import Draft, Row

Thing = dict[str, Any]

# Catalogues whose standard has a name of its own here, by a pattern in their title.
STANDARDS: Mapping[str, str] = {
    r"800-53\D+5": "nist-sp-800-53",
    r"800-53\D+(\d)": "nist-sp-800-53-r{}",
    r"800-171\D+(\d)": "nist-sp-800-171-r{}",
    r"(?:Cybersecurity Framework|CSF)\D*2\.0": "nist-csf",
}


def standard_of(title: str) -> str:
    """Return the id of the standard that a catalogue gives, by its title."""
    for pattern, name in STANDARDS.items():
        if found := re.search(pattern, title, re.IGNORECASE):
            return name.format(*found.groups())
    return identifier(title)


def describe(file: Path) -> Row:
    """Return what is said of the dataset that a catalogue is."""
    with shaped(file, "an OSCAL catalogue"):
        metadata = load_object(file)["catalog"]["metadata"]
        version = metadata.get("version", "")
        return {
            "key": f"oscal-{identifier(standard_of(metadata['title']))}",
            "title": metadata["title"],
            "citation": f"{metadata['title']}, version {version}, OSCAL",
        }


def read_oscal(file: Path, draft: Draft) -> None:
    """Fill `controls` (withdrawn ones left out) and `control_links` (related controls)."""
    with shaped(file, "an OSCAL catalogue"):
        catalogue = load_object(file)["catalog"]
        standard = standard_of(catalogue["metadata"]["title"])
        for family, parent, control in walk(catalogue, "", ""):
            if withdrawn(control):
                draft.drop("withdrawn control")
            else:
                add_control(control, standard, family, parent, draft)


def walk(node: Thing, family: str, parent: str) -> Iterator[tuple[str, str, Thing]]:
    """Yield (family, parent control's id, control) of a catalogue, a group or a control."""
    for control in things(node.get("controls")):
        yield family, parent, control
        yield from walk(control, family, str(control["id"]))
    for group in things(node.get("groups")):
        yield from walk(group, str(group.get("title", family)), "")


def withdrawn(control: Thing) -> bool:
    """Return whether a control is marked as withdrawn."""
    return any(
        prop.get("name") == "status" and prop.get("value") == "withdrawn"
        for prop in things(control.get("props"))
    )


def add_control(control: Thing, standard: str, family: str, parent: str, draft: Draft) -> None:
    """Add one control, and its links to related ones."""
    labels = [
        prop["value"]
        for prop in things(control.get("props"))
        if prop.get("name") == "label" and prop.get("class", "sp800-53") == "sp800-53"
    ]
    here = route(standard, str(control["id"]))
    draft.add(
        "controls",
        id=here,
        standard=standard,
        number=(labels or [str(control["id"])])[0],
        name=str(control["title"]),
        family=family,
        parent=route(standard, parent) if parent else "",
        locator=str(control["id"]),
    )
    for link in things(control.get("links")):
        target = next(iter(texts(link.get("href"))), "")
        if link.get("rel") == "related" and target.startswith("#") and "_" not in target:
            draft.add(
                "control_links",
                subject=f"control/{here}",
                relation="related",
                object=f"control/{route(standard, target[1:])}",
            )
