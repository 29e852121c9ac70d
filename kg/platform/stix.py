"""Datasets of threat intelligence, and advisories, as STIX 2.1 bundles.

Ids that are STIX ids already stay; others are made from the thing's IRI (UUID version 5), so that
two exports are one. Objects whose type asks for what the graph does not keep (an indicator's
pattern) are left out and counted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from pyoxigraph import NamedNode

from kg.errors import ComityError
from kg.graph.store import Store
from kg.platform import statements
from kg.platform.statements import Statements
from kg.sources.places import Places
from kg.sources.sectors import WORDINGS
from kg.sources.stix import ID
from kg.terms import BASE, PREFIXES, local

Thing = dict[str, Any]

# The STIX type of an object that is of a kind of ATT&CK's, where its publisher wrote no STIX.
TYPES = {
    "coop:threat-software": "malware",
    "coop:threat-group": "intrusion-set",
    "coop:threat-technique": "attack-pattern",
    "coop:threat-mitigation": "course-of-action",
    "coop:threat-campaign": "campaign",
}
DATED = frozenset({"malware", "campaign", "intrusion-set", "threat-actor", "infrastructure"})
ALIASED = DATED | {"tool", "attack-pattern"}
PLAIN = ALIASED | {"course-of-action", "identity", "vulnerability", "location"}
TEXT = re.compile(r"[a-z0-9-]{3,250}")


@dataclass
class Bundle:
    """Objects so far, and how many were left out and why."""

    created: str
    objects: list[Thing] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, id_: str, **members: Any) -> None:  # noqa: ANN401
        """Add an object; members that are empty are left out."""
        known = {name: value for name, value in members.items() if value}
        base = {"type": kind, "spec_version": "2.1", "id": id_}
        self.objects.append(base | {"created": self.created, "modified": self.created} | known)

    def written(self, name: str) -> Thing:
        """Return the bundle."""
        return {"type": "bundle", "id": made("bundle", name), "objects": self.objects}


def made(kind: str, thing: str) -> str:
    """Return a STIX id that depends on a thing's path alone."""
    return f"{kind}--{uuid5(NAMESPACE_URL, BASE + thing)}"


def moment(day: str) -> str:
    """Return a day as a STIX timestamp, empty where there is none."""
    return f"{day}T00:00:00.000Z" if day else ""


def export(store: Store, source: str, day: str) -> Bundle:
    """Return the intelligence objects, relations and sightings of a dataset as of an ISO day.

    Raises ComityError where the dataset has none.
    """
    told = statements.read(
        store, "intelligence-statements", {"source": [NamedNode(PREFIXES["source"] + source)]}
    )
    bundle = Bundle(moment(day))
    ids = dict(_objects(told, bundle))
    if not ids:
        raise ComityError(f"{source}: holds no threat intelligence that STIX can say")
    _relations(told, ids, bundle)
    return bundle


def _objects(told: Statements, bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Add the objects; yield their STIX ids by short IRI."""
    for thing in told.of("coop:IntelligenceObject"):
        stated = told.one(thing, "schema:additionalType")
        known = ID.fullmatch(told.one(thing, "skos:notation"))
        kind = stated if known else TYPES.get(told.one(thing, "coop:kind"), "")
        if kind == "report":
            yield thing, _report(told, thing, bundle)
        elif kind in PLAIN:
            yield thing, _object(told, thing, kind, bundle)
        else:
            bundle.dropped[f"object of type {stated}"] += 1


def _id(told: Statements, thing: str, kind: str) -> str:
    notation = told.one(thing, "skos:notation")
    return notation if ID.fullmatch(notation) else made(kind, f"intelligence/{notation}")


def _object(told: Statements, thing: str, kind: str, bundle: Bundle) -> str:
    """Add one object with what its type allows; return its id."""
    same = told.all(thing, "skos:exactMatch")
    sectors = [s.rsplit("sector-", 1)[-1] for s in told.all(thing, "coop:sector")]
    name = told.one(thing, "schema:name")
    id_ = _id(told, thing, kind)
    bundle.add(
        kind,
        id_,
        name=name if kind != "location" or name != id_ else "",
        aliases=told.all(thing, "schema:alternateName") if kind in ALIASED else [],
        first_seen=moment(told.one(thing, "schema:startDate")) if kind in DATED else "",
        last_seen=moment(told.one(thing, "schema:endDate")) if kind in DATED else "",
        sectors=[WORDINGS.get(s, s) for s in sectors] if kind == "identity" else [],
        country=next((_alpha2(s) for s in same if s.startswith("country:")), ""),
        external_references=[r for s in same if (r := _reference(s))],
    )
    if kind == "malware":
        bundle.objects[-1]["is_family"] = True
    return id_


def _report(told: Statements, thing: str, bundle: Bundle) -> str:
    """Add a report with what it refers to; return its id."""
    refers = [
        told.path(link, "coop:to")
        for link in told.of("coop:IntelligenceRelation")
        if told.one(link, "coop:from") == thing and told.one(link, "coop:relation") == "refers-to"
    ]
    published = moment(told.one(thing, "schema:startDate")) or bundle.created
    id_ = _id(told, thing, "report")
    name = told.one(thing, "schema:name")
    bundle.add("report", id_, name=name, published=published, object_refs=refers or [id_])
    return id_


def _alpha2(country: str) -> str:
    return Places.shipped().alpha2(local(country)) or ""


def _reference(same: str) -> Thing | None:
    prefix, _, name = same.partition(":")
    sources = {"threat": "mitre-attack", "vulnerability": "cve"}
    return {"source_name": sources[prefix], "external_id": name} if prefix in sources else None


def _relations(told: Statements, ids: dict[str, str], bundle: Bundle) -> None:
    """Add the relations between objects that are in the bundle, and the sightings."""
    for link in told.of("coop:IntelligenceRelation"):
        relation = told.one(link, "coop:relation")
        one, other = ids.get(told.one(link, "coop:from")), ids.get(told.one(link, "coop:to"))
        start = moment(told.one(link, "schema:startDate"))
        if relation == "refers-to":
            continue
        if not (one and other and TEXT.fullmatch(relation)):
            bundle.dropped["relation that leads out of the dataset"] += 1
        elif relation == "sighted":
            seen = {"sighting_of_ref": other, "where_sighted_refs": [one], "first_seen": start}
            bundle.add("sighting", made("sighting", link), **seen)
        else:
            bundle.add(
                "relationship",
                made("relationship", link),
                relationship_type=relation,
                source_ref=one,
                target_ref=other,
                start_time=start,
                stop_time=moment(told.one(link, "schema:endDate")),
            )


def of_advisory(store: Store, advisory: str, source: str, day: str) -> Bundle:
    """Return an advisory as a report on its vulnerabilities; raise ComityError where unknown."""
    told = statements.read(
        store,
        "advisory-statements",
        {
            "advisory": [NamedNode(PREFIXES["advisory"] + advisory)],
            "source": [NamedNode(PREFIXES["source"] + source)],
        },
    )
    bundle = Bundle(moment(day))
    for thing in told.of("coop:Vulnerability"):
        name = local(thing)
        cve = [{"source_name": "cve", "external_id": name}] if name.startswith("CVE-") else []
        bundle.add(
            "vulnerability",
            made("vulnerability", f"vulnerability/{name}"),
            name=name,
            external_references=cve,
        )
    for thing in told.of("coop:Advisory"):
        author = made("identity", f"publisher/{local(thing).partition('/')[0]}")
        publisher = told.one(thing, "dcterms:publisher")
        bundle.add("identity", author, name=publisher, identity_class="organization")
        page = told.one(thing, "schema:url")
        bundle.add(
            "report",
            made("report", f"advisory/{local(thing)}"),
            name=told.one(thing, "schema:name"),
            published=moment(told.one(thing, "schema:datePublished")) or bundle.created,
            created_by_ref=author,
            object_refs=[one["id"] for one in bundle.objects],
            external_references=[{"source_name": publisher, "url": page}] if page else [],
        )
    if not bundle.objects:
        raise ComityError(f"{advisory}: {source} states no such advisory")
    return bundle
