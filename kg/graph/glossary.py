"""The ontology as a page for readers: classes, properties and vocabularies, with what uses them.

`python -m kg.graph.glossary > docs/ontology.md` writes the page; a test keeps it current. Domains
and ranges that the ontology leaves open are read off the shapes.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Namespace, URIRef
from rdflib.term import Node

from kg.graph import guard
from kg.graph.catalog import Question, questions
from kg.graph.shacl import read_shapes
from kg.graph.shipped import ontology_files
from kg.terms import ONTOLOGY, PREFIXES, compact

SHOWN = 4  # names that a cell lists before it counts the rest
DCTERMS = Namespace(PREFIXES["dcterms"])
COOP = Namespace(ONTOLOGY)
PROPERTY_KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty)
EVERYWHERE = {"prov:hadPrimarySource", "skos:inScheme"}

INTRODUCTION = """# The ontology

Comity's graph describes countries, bodies, agreements, standards, companies, industrial parks,
projects and threats, and the links between them. A relation that has a date, a source or a status
is a node of its own, a link. What was loaded together, a dataset, has a named graph.
`ontology/CONVENTIONS.md` says how facts are written down; this page, made from the ontology by
`python -m kg.graph.glossary`, says what the terms mean. Every example is a statement of the shipped
graph, in SPARQL, or (a load, a party) of one into which a file or a profile was loaded.

Prefixes: {prefixes}.
"""


class Glossary:
    """The ontology, its shapes and the library of questions, read once."""

    def __init__(self) -> None:
        self.ontology = Graph()
        for path in ontology_files():
            self.ontology.parse(path, format="turtle")
        self.shapes = read_shapes()
        self.questions = questions()

    @cached_property
    def users(self) -> dict[str, list[str]]:
        """The names of the questions that use each term, by short IRI."""
        found: dict[str, list[str]] = defaultdict(list)
        for name, question in sorted(self.questions.items()):
            for term in terms_of(question):
                found[term].append(name)
        return found

    @cached_property
    def edges(self) -> dict[str, set[tuple[str, str]]]:
        """By property: pairs of a class that has it and the class or datatype of its values."""
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for shape, target in self.shapes.subject_objects(SH.targetClass):
            for entry in self.shapes.objects(shape, SH.property):
                path = compact(str(self.shapes.value(entry, SH.path)))
                for value in self._values(entry):
                    found[path].add((compact(str(target)), value))
        return found

    def _values(self, entry: Node) -> list[str]:
        options = self.shapes.value(entry, SH["or"])
        entries = [*self.shapes.items(options)] if options else [entry]
        found = [self.shapes.value(e, p) for e in entries for p in (SH["class"], SH.datatype)]
        return [compact(str(value)) for value in found if value is not None] or [""]

    def classes(self) -> list[URIRef]:
        """The classes of the ontology, by short IRI."""
        return _sorted(self.ontology.subjects(RDF.type, OWL.Class))

    def properties(self) -> list[URIRef]:
        """The properties of the ontology, by short IRI."""
        return _sorted(p for kind in PROPERTY_KINDS for p in self.ontology.subjects(RDF.type, kind))

    def schemes(self) -> list[URIRef]:
        """The vocabularies, by short IRI."""
        return _sorted(self.ontology.subjects(RDF.type, SKOS.ConceptScheme))

    def text(self, term: Node, predicate: URIRef, language: str = "en") -> str:
        """Return what the ontology says of a term in a language, or nothing."""
        for value in self.ontology.objects(term, predicate):
            if getattr(value, "language", None) in {language, None}:
                return str(value)
        return ""

    def domain(self, term: URIRef) -> str:
        """Return the classes that have a property."""
        stated = self.ontology.value(term, RDFS.domain)
        found = {target for target, _ in self.edges[compact(str(term))]}
        return _some([compact(str(stated))] if stated else sorted(found))

    def range(self, term: URIRef) -> str:
        """Return the classes or datatypes of a property's values."""
        stated = self.ontology.value(term, RDFS.range)
        found = {value for _, value in self.edges[compact(str(term))] if value}
        return _some([compact(str(stated))] if stated else sorted(found))


def terms_of(question: Question) -> set[str]:
    """Return the terms that a query names, as short IRIs; its header does not count."""
    named = {match[0] for match in guard.tokens(question.text) if match.lastgroup == "name"}
    return named | ({"rdf:type"} if " a " in question.text else set())


def page() -> str:
    """Return the whole page as Markdown."""
    glossary = Glossary()
    used = sorted({compact(str(term)).split(":")[0] for term in _all_terms(glossary)})
    prefixes = ", ".join(f"`{name}:` <{PREFIXES[name]}>" for name in used)
    parts = [
        INTRODUCTION.format(prefixes=prefixes),
        "## Diagram\n",
        "Every class but those of vocabularies also names its source, a `dcat:Dataset`.\n",
        _diagram(glossary),
        "## Classes\n",
        _classes(glossary),
        "## Properties\n",
        _properties(glossary),
        "## Vocabularies\n",
        *(_vocabulary(glossary, scheme) for scheme in glossary.schemes()),
    ]
    return "\n".join(parts)


def _all_terms(glossary: Glossary) -> list[URIRef]:
    return [*glossary.classes(), *glossary.properties()]


def _diagram(glossary: Glossary) -> str:
    """Draw classes, what they specialise, and the properties that lead from one to another."""
    known = {compact(str(cls)) for cls in glossary.classes()}
    lines = ["```mermaid", "classDiagram", *(f"  class {_box(name)}" for name in sorted(known))]
    for child, parent in sorted(glossary.ontology.subject_objects(RDFS.subClassOf)):
        if compact(str(parent)) in known:
            lines.append(f"  {_box(compact(str(parent)))} <|-- {_box(compact(str(child)))}")
    joined: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path, pairs in sorted(glossary.edges.items()):
        for target, value in sorted(pairs):
            if value in known and path not in EVERYWHERE:
                joined[target, value].append(path.split(":")[1])
    for (target, value), paths in sorted(joined.items()):
        lines.append(f"  {_box(target)} --> {_box(value)} : {', '.join(paths)}")
    return "\n".join([*lines, "```", ""])


def _box(term: str) -> str:
    return term.split(":")[1]


def _classes(glossary: Glossary) -> str:
    rows = [
        (
            f"`{compact(str(cls))}`",
            f"{glossary.text(cls, RDFS.label)}<br>{glossary.text(cls, RDFS.label, 'zh')}",
            glossary.text(cls, SKOS.definition),
            _some(_parents(glossary, cls)),
            f"`{glossary.text(cls, SKOS.example)}`",
            _asked(glossary, cls),
        )
        for cls in glossary.classes()
    ]
    return _table(("class", "label", "definition", "is a", "example", "questions"), rows)


def _parents(glossary: Glossary, cls: URIRef) -> list[str]:
    found = [*glossary.ontology.objects(cls, RDFS.subClassOf)]
    return sorted(compact(str(parent)) for parent in found)


def _properties(glossary: Glossary) -> str:
    rows = [
        (
            f"`{compact(str(term))}`",
            f"{glossary.text(term, RDFS.label)}<br>{glossary.text(term, RDFS.label, 'zh')}",
            glossary.text(term, SKOS.definition),
            glossary.domain(term),
            glossary.range(term),
            f"`{glossary.text(term, SKOS.example)}`",
            _asked(glossary, term),
        )
        for term in glossary.properties()
    ]
    heads = ("property", "label", "definition", "of", "value", "example", "questions")
    return _table(heads, rows)


def _vocabulary(glossary: Glossary, scheme: URIRef) -> str:
    title = glossary.text(scheme, DCTERMS.title)
    concepts = _sorted(glossary.ontology.subjects(SKOS.inScheme, scheme))
    rows = [
        (
            f"`{compact(str(concept))}`",
            glossary.text(concept, SKOS.prefLabel),
            glossary.text(concept, SKOS.prefLabel, "zh"),
            glossary.text(concept, SKOS.definition),
            _extra(glossary, concept),
        )
        for concept in concepts
    ]
    about = glossary.text(scheme, DCTERMS.description)
    chinese = glossary.text(scheme, DCTERMS.title, "zh")
    heads = ("term", "English", "中文", "definition", "more")
    return f"### {title} ({chinese})\n\n{about}\n\n{_table(heads, rows)}"


def _extra(glossary: Glossary, concept: URIRef) -> str:
    """Say what else a concept states: its wider concept, strength, unit, match elsewhere."""
    about = {
        "within": SKOS.broader,
        "strength": COOP.strength,
        "unit:": COOP.unit,
        "like": SKOS.closeMatch,
    }
    values = {name: glossary.ontology.value(concept, term) for name, term in about.items()}
    return ", ".join(f"{name} {_short(v)}" for name, v in values.items() if v is not None)


def _short(value: Node) -> str:
    return f"`{compact(str(value))}`" if isinstance(value, URIRef) else str(value)


def _asked(glossary: Glossary, term: URIRef) -> str:
    return _some(glossary.users.get(compact(str(term)), []))


def _some(names: list[str]) -> str:
    """List the first few names and count the rest."""
    rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(f"`{name}`" for name in names[:SHOWN]) + rest


def _sorted(terms: Iterable[Node]) -> list[URIRef]:
    return sorted({URIRef(str(term)) for term in terms}, key=lambda term: compact(str(term)))


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(map(_cell, line))} |\n" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> None:
    """Write the page to standard output."""
    sys.stdout.write(page())


if __name__ == "__main__":
    main()
