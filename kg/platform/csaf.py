"""An advisory of the graph as a CSAF 2.0 document: a security advisory or VEX.

What a document needs and the graph does not keep is filled in plainly: the name of a CWE is its
number, the publisher's category `other`, the history one entry. All else is what some source
states; reading the document back gives the same statements.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from pyoxigraph import NamedNode

from kg.errors import ComityError
from kg.graph.store import Store
from kg.platform import statements
from kg.platform.statements import Statements
from kg.sources.csaf import UNNAMED
from kg.sources.places import Places
from kg.sources.sectors import WORDINGS
from kg.terms import PREFIXES, local

Thing = dict[str, Any]
CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
VERSION = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+\.[0-9]+)?")
V2_VECTOR = re.compile(r"AV:[NAL]/AC:[LMH]/Au:[MSN]/C:[NPC]/I:[NPC]/A:[NPC].*")
SEVERITIES = ((9.0, "CRITICAL"), (7.0, "HIGH"), (4.0, "MEDIUM"), (0.1, "LOW"), (0.0, "NONE"))
RECORD = "record"
VEX = "csaf_vex"


def export(store: Store, advisory: str, source: str, vex: bool = False) -> Thing:
    """Return an advisory (`publisher/number`) as `source` states it, as a CSAF 2.0 document.

    `vex` makes it a VEX document (profile 5), whatever the publisher called it; such a document
    says of affected products without a remedy that none is known.

    Raises ComityError where the source states no such advisory, or not enough for a document.
    """
    told = statements.read(
        store,
        "advisory-statements",
        {
            "advisory": [NamedNode(PREFIXES["advisory"] + advisory)],
            "source": [NamedNode(PREFIXES["source"] + source)],
        },
    )
    found = told.of("coop:Advisory")
    if not found:
        raise ComityError(f"{advisory}: {source} states no such advisory")
    return Document(told, found[0], vex).written()


class Document:
    """One advisory on its way into a document; product ids are numbers in order."""

    def __init__(self, told: Statements, advisory: str, vex: bool = False) -> None:
        self.told = told
        self.vex = vex or told.one(advisory, "schema:additionalType") == VEX
        self.advisory = advisory
        self.statuses = told.of("coop:ProductStatus")
        pairs = [(told.path(s, "coop:to"), told.one(s, "coop:versions")) for s in self.statuses]
        self.ids = {pair: f"P-{n}" for n, pair in enumerate(dict.fromkeys(pairs), start=1)}

    def written(self) -> Thing:
        """Return the document."""
        document: Thing = {"document": self.head()}
        if self.ids:
            document["product_tree"] = self.tree()
        weaknesses = [local(w) for w in self.told.all(self.advisory, "coop:vulnerability")]
        if weaknesses:
            document["vulnerabilities"] = [self.weakness(w) for w in weaknesses]
        return document

    def head(self) -> Thing:
        """Return the document's own metadata."""
        one, here = self.told.one, self.advisory
        first, last = one(here, "schema:datePublished"), one(here, "schema:dateModified")
        if not (first or last):
            raise ComityError(f"{one(here, 'skos:notation')}: has no date, and CSAF needs one")
        stated = one(here, "coop:locator").removeprefix("version ")
        version = stated if VERSION.fullmatch(stated) else "1"
        moments = [f"{day}T00:00:00Z" for day in (first or last, last or first)]
        number = one(here, "skos:notation")
        publisher = {
            "category": "other",
            "name": one(here, "dcterms:publisher"),
            "namespace": f"https://{local(here).partition('/')[0]}/",
        }
        history = [{"date": moments[1], "number": version, "summary": "as known to Comity"}]
        tracking = {
            "id": number,
            "initial_release_date": moments[0],
            "current_release_date": moments[1],
            "status": "final",
            "version": version,
            "revision_history": history,
        }
        page = one(here, "schema:url")
        category = VEX if self.vex else one(here, "schema:additionalType")
        return {
            "category": "csaf_base" if category in {"", RECORD} else category,
            "csaf_version": "2.0",
            "title": one(here, "schema:name"),
            "publisher": publisher,
            "tracking": tracking,
            **_given("notes", list(self.notes())),
            **_given(
                "references", [{"category": "self", "summary": "page", "url": page}] if page else []
            ),
        }

    def notes(self) -> Iterator[Thing]:
        """Yield the notes that hold the sectors, and the seat of the only vendor."""
        slugs = [s.rsplit("sector-", 1)[-1] for s in self.told.all(self.advisory, "coop:sector")]
        if slugs:
            text = ", ".join(WORDINGS.get(slug, slug) for slug in slugs)
            yield {"category": "other", "title": "Critical infrastructure sectors", "text": text}
        seats = {
            local(c)
            for v in self.told.of("coop:Vendor")
            for c in self.told.all(v, "coop:headquarters")
        }
        if len(seats) == 1:
            name = Places.shipped().names[seats.pop()]
            yield {"category": "other", "title": "Company headquarters location", "text": name}

    def tree(self) -> Thing:
        """Return the products by vendor, name and version."""
        names: dict[str, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
        for (product, versions), key in self.ids.items():
            names[self.vendor_of(product)][product].append((versions, key))
        branches, loose = [], []
        for vendor, products in names.items():
            entries = [self.product(product, found) for product, found in products.items()]
            if vendor == UNNAMED:
                loose += [one for entry in entries for one in _products(entry)]
            else:
                branches.append({"category": "vendor", "name": vendor, "branches": entries})
        return {**_given("branches", branches), **_given("full_product_names", loose)}

    def vendor_of(self, product: str) -> str:
        """Return the name of a product's vendor."""
        vendor = self.told.one(f"product:{product}", "coop:vendor")
        return self.told.one(vendor, "schema:name") or UNNAMED

    def product(self, product: str, found: list[tuple[str, str]]) -> Thing:
        """Return the branch of one product with its versions."""
        thing = f"product:{product}"
        name = self.told.one(thing, "schema:name")
        helpers = _helpers(self.told.all(thing, "coop:cpe"), self.told.all(thing, "coop:purl"))
        branch: Thing = {"category": "product_name", "name": name}
        below = []
        for order, (versions, key) in enumerate(found):
            entry: Thing = {"name": f"{name} {versions}".strip(), "product_id": key}
            if order < len(helpers):
                entry["product_identification_helper"] = helpers[order]
            if versions:
                below.append(_version(versions) | {"product": entry})
            else:
                branch["product"] = entry | {"name": name}
        return branch | _given("branches", below)

    def weakness(self, weakness: str) -> Thing:
        """Return one vulnerability with its products' statuses and remedies."""
        one, thing = self.told.one, f"vulnerability:{weakness}"
        title, day = one(thing, "schema:name"), one(thing, "schema:datePublished")
        kinds = self.told.all(thing, "coop:weakness")
        by_status, flags = self.products_of(weakness)
        affected = by_status.get("known_affected", []) or sorted(
            {key for keys in by_status.values() for key in keys}
        )
        named: Thing = (
            {"cve": weakness}
            if CVE.fullmatch(weakness)
            else {
                "ids": [{"system_name": one(self.advisory, "dcterms:publisher"), "text": weakness}]
            }
        )
        return {
            **named,
            **({"title": title} if title else {}),
            **({"release_date": f"{day}T00:00:00Z"} if day else {}),
            **({"cwe": {"id": kinds[0], "name": kinds[0]}} if kinds else {}),
            **_given(
                "scores", _score(one(thing, "coop:cvss"), one(thing, "coop:cvssVector"), affected)
            ),
            **({"product_status": by_status} if by_status else {}),
            **_given(
                "flags", [{"label": label, "product_ids": keys} for label, keys in flags.items()]
            ),
            **_given("remediations", self.remedies(weakness, affected)),
            **(_explained(title or weakness, by_status, flags) if self.vex else {}),
        }

    def products_of(self, weakness: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """Return product ids by status, and by justification, for one weakness."""
        by_status: dict[str, list[str]] = defaultdict(list)
        flags: dict[str, list[str]] = defaultdict(list)
        for status in self.statuses:
            if f"vulnerability:{weakness}" not in self.told.all(status, "coop:vulnerability"):
                continue
            versions = self.told.one(status, "coop:versions")
            key = self.ids[self.told.path(status, "coop:to"), versions]
            by_status[self.told.one(status, "coop:status")].append(key)
            for label in self.told.all(status, "coop:justification"):
                flags[label].append(key)
        return dict(by_status), dict(flags)

    def remedies(self, weakness: str, affected: list[str]) -> list[Thing]:
        """Return the remedies of a weakness: its own, and those of the whole advisory."""
        found = [
            _remedy(self.told, remedy, url, affected)
            for remedy in self.told.of("coop:Remedy")
            if affected
            for meant in [self.told.all(remedy, "coop:vulnerability")]
            if not meant or f"vulnerability:{weakness}" in meant
            for url in self.told.all(remedy, "schema:url") or [""]
        ]
        return found or ([_no_remedy(affected)] if self.vex and affected else [])


def _remedy(told: Statements, remedy: str, url: str, affected: list[str]) -> Thing:
    return {
        "category": told.one(remedy, "schema:additionalType"),
        "details": told.one(remedy, "rdfs:comment"),
        "product_ids": affected,
        **({"url": url} if url else {}),
    }


def _no_remedy(affected: list[str]) -> Thing:
    return {
        "category": "none_available",
        "details": "No remedy is known here.",
        "product_ids": affected,
    }


def _explained(
    title: str, by_status: Mapping[str, list[str]], flags: Mapping[str, list[str]]
) -> Thing:
    """Return what VEX asks for besides: a note, and why products are not affected."""
    flagged = {key for keys in flags.values() for key in keys}
    spared = [key for key in by_status.get("known_not_affected", ()) if key not in flagged]
    impact = {
        "category": "impact",
        "details": "The publisher gives no reason.",
        "product_ids": spared,
    }
    return {
        "notes": [{"category": "summary", "text": title}],
        **_given("threats", [impact] if spared else []),
    }


def _given(name: str, values: list[Any]) -> Thing:
    """Return a member of a document, or nothing: CSAF allows no empty list."""
    return {name: values} if values else {}


def _helpers(cpes: list[str], purls: list[str]) -> list[Thing]:
    return [{"cpe": cpe} for cpe in cpes] + [{"purl": purl} for purl in purls]


def _version(versions: str) -> Thing:
    if versions.startswith("="):
        return {"category": "product_version", "name": versions[1:]}
    return {"category": "product_version_range", "name": versions}


def _products(branch: Mapping[str, Any]) -> Iterator[Thing]:
    if "product" in branch:
        yield branch["product"]
    for below in branch.get("branches", ()):
        yield from _products(below)


def _score(cvss: str, vector: str, affected: list[str]) -> list[Thing]:
    """Return the scores of a weakness: the one known, where its vector is whole."""
    if not (cvss and affected):
        return []
    score = float(cvss)
    if vector.startswith("CVSS:3."):
        severity = next(name for least, name in SEVERITIES if score >= least)
        whole = {
            "version": vector[5:8],
            "vectorString": vector,
            "baseScore": score,
            "baseSeverity": severity,
        }
        return [{"products": affected, "cvss_v3": whole}]
    if V2_VECTOR.fullmatch(vector):
        known = {"version": "2.0", "vectorString": vector, "baseScore": score}
        return [{"products": affected, "cvss_v2": known}]
    return []
