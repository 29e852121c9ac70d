"""MISP galaxies of any type: each value as what its galaxy says it is.

The galaxy of threat actors is read by `kg.sources.threats`, as its victims weigh in need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kg.sources.names import identifier
from kg.sources.places import Places
from kg.sources.reader import load_json, shaped, texts, things
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, Row

Thing = dict[str, Any]

# What a word in a galaxy's type says of its values, the first that fits.
KINDS: Mapping[str, str] = {
    "course-of-action": "mitigation",
    "attack-pattern": "technique",
    "ics-techniques": "technique",
    "intrusion-set": "group",
    "activity-group": "group",
    "threat-actor": "group",
    "ics-groups": "group",
    "campaigns": "campaign",
    "ics-tactics": "tactic",
    "ics-assets": "asset",
    **dict.fromkeys(
        [
            "android",
            "backdoor",
            "banker",
            "botnet",
            "cryptominers",
            "exploit-kit",
            "malpedia",
            "malware",
            "ransomware",
            "rat",
            "rmm-tool",
            "software",
            "stalkerware",
            "stealer",
            "tds",
            "tool",
            "wiper",
        ],
        "software",
    ),
}
NOT_SOFTWARE = frozenset({"software-vendor"})
PLACES = {"country": ("ISO3", "ISO"), "target-information": ("iso-code",)}
ATTACK_ID = re.compile(r"(T\d{4}(\.\d{3})?|TA\d{4}|[GSAMC]\d{4})")
VICTIMS = ("cfr-suspected-victims", "suspected-victims")


def describe(path: Path) -> Row:
    """Return what is said of the dataset that a galaxy is: its key, title and publisher."""
    with shaped(path, "a MISP galaxy"):
        document = load_json(path, "values")
        name, version = document.get("name") or document["type"], document.get("version", "")
        title = f"MISP galaxy: {name}"
        return {
            "key": f"misp-galaxy-{identifier(str(document['type']))}",
            "title": title,
            "citation": f"MISP/misp-galaxy, cluster {document['type']}, version {version}",
        }


def read_galaxy(path: Path, places: Places, draft: Draft) -> None:
    """Fill `intelligence` and `intelligence_relations` from a galaxy of any type.

    A value without a UUID or a name is left out. Its relations are kept wherever they lead, as the
    other end may lie in a galaxy that is not loaded.
    """
    with shaped(path, "a MISP galaxy"):
        document = load_json(path, "values")
        kind = str(document["type"])
        for value in document["values"]:
            if isinstance(value, dict) and texts(value.get("uuid")) and texts(value.get("value")):
                add_value(value, kind, places, draft)
            else:
                draft.drop("value without a UUID or a name")


def add_value(value: Thing, kind: str, places: Places, draft: Draft) -> None:
    """Add one value of a galaxy, and what it is related to."""
    meta = value.get("meta") or {}
    named = [*texts(value["value"]), *texts(meta.get("synonyms"))]
    country = country_of(value, kind, places)
    draft.add(
        "intelligence",
        id=value["uuid"],
        type=kind,
        name=named[0],
        aliases="|".join(sorted({name for name in named[1:] if "|" not in name})),
        kind=kind_of(kind),
        same="|".join(sorted(same_as(meta, kind) + [f"country/{c}" for c in country])),
        sectors=sectors(named[0]) if kind == "sector" else "",
        attributed_to="|".join(sorted(sponsors(meta, places))),
        locator=value["uuid"],
    )
    for relation, target in sorted(set(relations(value, meta, places))):
        if target == f"intelligence/{value['uuid']}":
            draft.drop("relation of a value with itself")
        else:
            draft.add(
                "intelligence_relations", subject=value["uuid"], relation=relation, object=target
            )


def kind_of(kind: str) -> str:
    """Return the kind of threat object that the values of a galaxy type are, empty if none."""
    if kind in NOT_SOFTWARE:
        return ""
    return next((known for word, known in KINDS.items() if re.search(rf"\b{word}\b", kind)), "")


def country_of(value: Thing, kind: str, places: Places) -> list[str]:
    """Return the country that a value of a galaxy of places is."""
    meta = value.get("meta") or {}
    codes = [code for key in PLACES.get(kind, ()) for code in texts(meta.get(key))]
    code = next((places.iso3(c) or places.iso2(c) for c in codes), None)
    return [code] if code else []


def same_as(meta: Thing, kind: str) -> list[str]:
    """Return the ATT&CK object that a value is; other frameworks use ids of the same form."""
    if not kind.startswith("mitre-") or "atlas" in kind:
        return []
    return [f"threat/{id_}" for id_ in texts(meta.get("external_id")) if ATTACK_ID.fullmatch(id_)]


def sponsors(meta: Thing, places: Places) -> set[str]:
    """Return the countries that a value is attributed to, where the galaxy says so."""
    codes = [places.iso2(code) for text in texts(meta.get("country")) for code in text.split(",")]
    named = [places.named(name) for name in texts(meta.get("cfr-suspected-state-sponsor"))]
    return {country for country in [*codes, *named] if country}


def relations(value: Thing, meta: Thing, places: Places) -> Iterator[tuple[str, str]]:
    """Yield (relation, path of the other end) of a value: to other values, to victims."""
    for other in things(value.get("related")):
        for target in texts(other.get("dest-uuid")):
            yield next(iter(texts(other.get("type"))), "related-to"), f"intelligence/{target}"
    for name in (name for key in VICTIMS for name in texts(meta.get(key))):
        if country := places.named(name):
            yield "targets", f"country/{country}"
