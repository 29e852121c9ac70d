"""Advisories in CSAF 2.0 (OASIS), of any publisher, security advisories and VEX alike.

A document is a dataset of its own, named by its publisher's address and its tracking id, which
together identify it (section 3.2.1.12.4); a later version of the document replaces it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kg.sources.names import digest, firm, identifier, route
from kg.sources.places import Places
from kg.sources.reader import load_object, shaped, texts, things
from kg.sources.sectors import sectors
from kg.sources.tables import Draft, Row, day, figure

Thing = dict[str, Any]

WHAT = "a CSAF 2.0 document"
NAMES = ("product_family", "product_name")
VERSIONS = ("product_version", "product_version_range", "service_pack", "patch_level")
UNNAMED = "unnamed"
SCORES = ("cvss_v4", "cvss_v3", "cvss_v2")
HIGHEST = 10.0


@dataclass(frozen=True)
class Product:
    """A product as a publisher lists it: names as written, and the versions that are meant."""

    vendor: str = UNNAMED
    name: str = ""
    versions: str = ""
    cpe: str = ""
    purl: str = ""

    @property
    def vendor_id(self) -> str:
        """The id of the vendor, the same whatever its legal form."""
        return identifier(firm(self.vendor))

    @property
    def path(self) -> str:
        """The path of the product: its vendor's id and its own."""
        return f"{self.vendor_id}/{identifier(self.name)}"


@dataclass
class Findings:
    """What a document says of products: for each status the weaknesses meant."""

    statuses: dict[tuple[Product, str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, product: Product, status: str, weakness: str, why: str = "") -> None:
        """Note that a product has a status in regard to a weakness."""
        self.statuses[product, status, why].add(weakness)

    def write(self, advisory: str, draft: Draft) -> None:
        """Fill `vendors`, `products` and `product_statuses`."""
        for product in sorted({product for product, _, _ in self.statuses}, key=repr):
            draft.add("vendors", id=product.vendor_id, name=product.vendor)
            draft.add(
                "products",
                id=product.path,
                name=product.name,
                vendor=product.vendor_id,
                cpe=product.cpe,
                purl=product.purl,
            )
        merged: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for (product, status, why), found in self.statuses.items():
            merged[product.path, status, product.versions, why] |= found
        for (product_path, status, versions, why), found in merged.items():
            draft.add(
                "product_statuses",
                advisory=advisory,
                product=product_path,
                status=status,
                versions=versions,
                justification=why,
                vulnerabilities="|".join(sorted(found)),
            )


def host(address: str) -> str:
    """Return the host of a publisher's address, which stands for the publisher."""
    return urlsplit(address).hostname or address


def describe(file: Path) -> Row:
    """Return what is said of the dataset that a document is."""
    with shaped(file, WHAT):
        head = load_object(file)["document"]
        publisher, number = head["publisher"], head["tracking"]["id"]
        title = " ".join(str(head["title"]).split())
        name = route(host(publisher["namespace"]), number)
        return {
            "key": f"csaf-{identifier(name)}",
            "title": title,
            "publisher": publisher["name"],
            "citation": f"{publisher['name']}, {number}: {title}",
            "url": page(head),
        }


def page(head: Thing) -> str:
    """Return the page of a document: its own address for people, else for machines."""
    own = [
        address
        for reference in things(head.get("references"))
        if reference.get("category") == "self"
        for address in texts(reference.get("url"))
        if address.startswith("http") and " " not in address
    ]
    return next((url for url in own if not url.endswith(".json")), next(iter(own), ""))


def read_csaf(file: Path, places: Places, draft: Draft) -> None:
    """Fill `advisories`, `vulnerabilities`, `product_statuses`, `remedies` and what they name."""
    with shaped(file, WHAT):
        document = load_object(file)
        head = document["document"]
        advisory = route(host(head["publisher"]["namespace"]), head["tracking"]["id"])
        listed = products(document.get("product_tree") or {})
        findings, weaknesses = Findings(), []
        for number, entry in enumerate(things(document.get("vulnerabilities")), start=1):
            weakness = weakness_of(entry, head["tracking"]["id"], number)
            weaknesses.append(weakness)
            add_vulnerability(entry, weakness, draft)
            add_statuses(entry, weakness, listed, findings, draft)
        for product in listed.values() if not findings.statuses else ():
            findings.statuses[product, "named", ""] = set()
        add_advisory(head, advisory, weaknesses, draft)
        findings.write(advisory, draft)
        add_remedies(document, advisory, weaknesses, draft)
        add_headquarters(head, findings, places, draft)


def products(tree: Thing) -> dict[str, Product]:
    """Return the products of a tree by product id: branches, single names, relationships."""
    found = {
        key: product
        for branch in things(tree.get("branches"))
        for key, product in leaves(branch, Product())
    }
    for entry in things(tree.get("full_product_names")):
        found |= dict([leaf(entry, Product())])
    for entry in things(tree.get("relationships")):
        component = found.get(entry["product_reference"], Product())
        key, combined = leaf(entry["full_product_name"], Product())
        found[key] = replace(combined, vendor=component.vendor, versions=component.versions)
    return found


def leaves(branch: Thing, above: Product) -> Iterator[tuple[str, Product]]:
    """Yield (product id, product) of a branch and those below it."""
    category, name = branch.get("category"), str(branch.get("name", ""))
    if category == "vendor":
        above = replace(above, vendor=name)
    elif category in NAMES:
        above = replace(above, name=name)
    elif category in VERSIONS:
        exact = "=" if category == "product_version" else ""
        above = replace(above, versions=f"{above.versions} {exact}{name}".strip())
    if isinstance(branch.get("product"), dict):
        yield leaf(branch["product"], above)
    for below in things(branch.get("branches")):
        yield from leaves(below, above)


def leaf(entry: Thing, above: Product) -> tuple[str, Product]:
    """Return a product of the tree with its id, CPE name and package URL."""
    helper = entry.get("product_identification_helper") or {}
    named = above.name or str(entry["name"])
    return str(entry["product_id"]), replace(
        above,
        name=" ".join(named.split()),
        vendor=" ".join(above.vendor.split()) or UNNAMED,
        cpe=next(iter(texts(helper.get("cpe"))), ""),
        purl=next(iter(texts(helper.get("purl"))), ""),
    )


def weakness_of(entry: Thing, number: str, order: int) -> str:
    """Return the id of a weakness: its CVE, else its publisher's own, else its place."""
    others = [text for known in things(entry.get("ids")) for text in texts(known.get("text"))]
    return route((texts(entry.get("cve")) or others or [f"{number}-{order}"])[0])


def add_vulnerability(entry: Thing, weakness: str, draft: Draft) -> None:
    """Add a weakness with its best score (the newest CVSS, then the highest) and CWE."""
    score, vector = best_score(things(entry.get("scores")), draft)
    draft.add(
        "vulnerabilities",
        id=weakness,
        name=next(iter(texts(entry.get("title"))), ""),
        date=day(entry.get("release_date")),
        cvss=score,
        vector=vector,
        weaknesses="|".join(texts((entry.get("cwe") or {}).get("id"))),
    )


def best_score(scores: list[Thing], draft: Draft) -> tuple[str, str]:
    """Return (CVSS base score, vector) of the newest version given, the highest of several."""
    for version in SCORES:
        given = [score[version] for score in scores if isinstance(score.get(version), dict)]
        rated = [(rating(one.get("baseScore"), draft), one) for one in given]
        known = [(value, one) for value, one in rated if value is not None]
        if known:
            value, one = max(known, key=lambda pair: pair[0])
            return figure(value), next(iter(texts(one.get("vectorString"))), "")
    return "", ""


def rating(value: object, draft: Draft) -> float | None:
    """Return a CVSS score, None where it is none."""
    if isinstance(value, int | float) and 0 <= value <= HIGHEST:
        return float(value)
    draft.drop("CVSS score that is no number from 0 to 10")
    return None


def add_statuses(
    entry: Thing, weakness: str, listed: Mapping[str, Product], findings: Findings, draft: Draft
) -> None:
    """Note each product's status, with the justification that VEX gives of one not affected."""
    why = {
        str(key): str(flag.get("label", ""))
        for flag in things(entry.get("flags"))
        for key in texts(flag.get("product_ids"))
    }
    for status, keys in (entry.get("product_status") or {}).items():
        for key in texts(keys):
            if key in listed:
                findings.add(listed[key], status, weakness, why.get(key, ""))
            else:
                draft.drop("status of a product that the tree lacks")


def add_advisory(head: Thing, advisory: str, weaknesses: list[str], draft: Draft) -> None:
    """Add the advisory itself."""
    tracking = head["tracking"]
    named = {
        str(note.get("title", "")).casefold(): str(note.get("text", ""))
        for note in things(head.get("notes"))
    }
    draft.add(
        "advisories",
        id=advisory,
        number=tracking["id"],
        name=head["title"],
        publisher=head["publisher"]["name"],
        category=head["category"],
        date=day(tracking.get("initial_release_date")),
        updated=day(tracking.get("current_release_date")),
        vulnerabilities="|".join(sorted(set(weaknesses))),
        sectors=sectors(named.get("critical infrastructure sectors", "")),
        url=page(head),
        locator=f"version {tracking.get('version', '')}",
    )


def add_remedies(
    document: Thing,
    advisory: str,
    weaknesses: list[str],
    draft: Draft,
) -> None:
    """Add each remedy once, with the weaknesses that it answers where they are not all."""
    answered: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for weakness, entry in zip(weaknesses, things(document.get("vulnerabilities")), strict=True):
        for remedy in things(entry.get("remediations")):
            text = " ".join(str(remedy["details"]).split())
            address = next(iter(texts(remedy.get("url"))), "")
            kept = address if address.startswith("http") and " " not in address else ""
            answered[str(remedy["category"]), text, kept].add(weakness)
    for (kind, text, url), found in answered.items():
        draft.add(
            "remedies",
            id=f"{advisory}/{digest(f'{kind}|{text}')}",
            advisory=advisory,
            kind=kind,
            text=text,
            url=url,
            vulnerabilities="" if found == set(weaknesses) else "|".join(sorted(found)),
        )


def add_headquarters(head: Thing, findings: Findings, places: Places, draft: Draft) -> None:
    """Add where the vendor has its seat, where the document says so of its only vendor."""
    vendors = {product.vendor_id: product.vendor for product, _, _ in findings.statuses}
    for note in things(head.get("notes")):
        if note.get("title") == "Company headquarters location" and len(vendors) == 1:
            country = places.named(str(note.get("text", "")).strip())
            for key, name in vendors.items() if country else ():
                draft.add("vendors", id=key, name=name, headquarters=country or "")
