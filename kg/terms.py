"""The names of things: namespaces, prefixes, and the IRIs that Comity mints."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode

Term = NamedNode | BlankNode | Literal

BASE = "https://w3id.org/comity/"
ONTOLOGY = BASE + "ontology#"
SOURCE = BASE + "source/"
COUNTRY = BASE + "country/"

PREFIXES = {
    "coop": ONTOLOGY,
    "country": COUNTRY,
    "party": BASE + "party/",
    "body": BASE + "body/",
    "agreement": BASE + "agreement/",
    "standard": BASE + "standard/",
    "company": BASE + "company/",
    "park": BASE + "park/",
    "project": BASE + "project/",
    "incident": BASE + "incident/",
    "threat": BASE + "threat/",
    "actor": BASE + "actor/",
    "intelligence": BASE + "intelligence/",
    "advisory": BASE + "advisory/",
    "vulnerability": BASE + "vulnerability/",
    "vendor": BASE + "vendor/",
    "product": BASE + "product/",
    "control": BASE + "control/",
    "cert": BASE + "cert/",
    "exercise": BASE + "exercise/",
    "facility": BASE + "facility/",
    "indicator": BASE + "indicator/",
    "relation": BASE + "relation/",
    "source": SOURCE,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "org": "http://www.w3.org/ns/org#",
    "schema": "https://schema.org/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "sh": "http://www.w3.org/ns/shacl#",
}


def tail(iri: str) -> str:
    """Return the last part of an IRI: `CHN` of `.../country/CHN`, `kind-x` of `...#kind-x`."""
    return iri.replace("#", "/").rsplit("/", 1)[-1]


def named(iri: str) -> NamedNode:
    """Return a term for an IRI."""
    return NamedNode(iri)


def local(short: str) -> str:
    """Return the part of a short IRI after its prefix: `CHN` of `country:CHN`."""
    return short.split(":", 1)[-1]


@lru_cache(maxsize=100_000)
def compact(iri: str) -> str:
    """Shorten an IRI with the longest known prefix; leave it whole where none fits."""
    best = max(
        (item for item in PREFIXES.items() if iri.startswith(item[1])),
        key=lambda item: len(item[1]),
        default=None,
    )
    return f"{best[0]}:{iri[len(best[1]) :]}" if best else iri


def plain(term: object) -> str:
    """Return a term as an analyst reads it: a literal's value, a short IRI, or nothing."""
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        return compact(term.value)
    return str(getattr(term, "value", term))


def shipped(folder: str) -> Path:
    """Return the path of a shipped folder (`ontology`, `queries` or `data`).

    In a wheel all of them lie inside the package; in a checkout the first two lie beside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / folder
    return inside if inside.is_dir() else package.parent / folder
