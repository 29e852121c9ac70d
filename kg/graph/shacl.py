"""From SHACL shapes to SPARQL: each constraint becomes one query that finds what breaks it.

pyshacl visits every node in Python, some milliseconds each; a graph of a hundred thousand links
would take it half an hour. A store answers the same constraint for all nodes at once, and most
constraints are not even asked: one count of each class's values by property (`Census`) shows that
no cardinality is broken, and one look at all values of a property, whatever has them, that none is
bad (`screen`). Compiled is the part of SHACL that Comity's shapes use: the value-type,
cardinality, range, string, language and closedness constraints of SHACL Core (W3C 2017, section
4), `sh:or` over classes, and SELECT constraints of SHACL-SPARQL (section 5).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from rdflib import RDF, SH, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax

from kg.errors import ComityError
from kg.graph.store import Store, solutions
from kg.terms import compact, plain, shipped

if TYPE_CHECKING:
    from rdflib.term import Node

Compiler = Callable[[Graph, str, "Node"], str]
"""From the shapes, a property's IRI and the operand to a pattern over ?focus and ?value."""

NO_CONSTRAINT = {SH.path, SH.message, RDF.type}
COUNTED = {"closed", "minCount", "maxCount"}
VALUES = """SELECT ?class ?path (COUNT(*) AS ?values) (COUNT(DISTINCT ?focus) AS ?having)
    WHERE { ?focus a ?class . ?focus ?path ?value } GROUP BY ?class ?path"""
THINGS = (
    "SELECT ?class (COUNT(DISTINCT ?focus) AS ?things) WHERE { ?focus a ?class } GROUP BY ?class"
)


@dataclass(frozen=True)
class Constraint:
    """One constraint on one class: which property it is about, which kind it is, its query.

    `component` is SHACL's name of the kind of constraint, such as `minCount`; `pattern` finds the
    ?focus, and the ?value where there is one, that break it, in any class. `operands` are the
    number of a cardinality, or the properties of a closed class.
    """

    target: str
    path: str
    component: str
    message: str
    pattern: str
    operands: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """The query that selects ?focus, and ?value if any, of all that breaks it."""
        return (
            f"SELECT DISTINCT ?focus ?value WHERE {{ ?focus a <{self.target}> . {self.pattern} }}"
        )

    @property
    def screen(self) -> str:
        """The query that asks whether anything at all, of whatever class, would break it."""
        return f"ASK {{ {self.pattern} }}"


@dataclass(frozen=True)
class Census:
    """How many things each class has; by class and property, how many values and things with one.

    Names are short. Where statements of several graphs are counted twice, there seem to be more
    values, never fewer.
    """

    things: Mapping[str, int]
    values: Mapping[str, Mapping[str, tuple[int, int]]]

    @classmethod
    def of(cls, store: Store) -> Self:
        """Count a whole store, in two queries."""
        values: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for kind, path, count, having in solutions(store.trusted(VALUES)):
            values[plain(kind)][plain(path)] = int(plain(count)), int(plain(having))
        things = solutions(store.trusted(THINGS))
        return cls({plain(kind): int(plain(count)) for kind, count in things}, values)

    def clears(self, rule: Constraint) -> bool:
        """Tell whether the counts alone show that nothing breaks a constraint."""
        target = compact(rule.target)
        paths, things = self.values.get(target, {}), self.things.get(target, 0)
        values, having = paths.get(compact(rule.path), (0, 0))
        match rule.component:
            case "closed":
                return paths.keys() <= set(map(compact, rule.operands))
            case "minCount":
                return rule.operands == ("1",) and having == things
            case "maxCount":
                return values == having <= things * int(rule.operands[0])
        return things == 0 or (bool(rule.path) and not having)


def suspects(store: Store, rules: Iterable[Constraint]) -> Iterator[Constraint]:
    """Yield the constraints that something may break; the others nothing breaks."""
    census = Census.of(store)
    answers: dict[str, bool] = {}
    for rule in rules:
        if census.clears(rule):
            continue
        if rule.component not in COUNTED and rule.screen not in answers:
            answers[rule.screen] = bool(store.trusted(rule.screen))
        if answers.get(rule.screen, True):
            yield rule


def read_shapes(path: Path | None = None) -> Graph:
    """Read a shapes graph in Turtle, by default the shipped one; raise ComityError where bad."""
    path = path or shipped("ontology") / "shapes.ttl"
    try:
        return Graph().parse(path, format="turtle")
    except OSError as error:
        raise ComityError(f"{path}: cannot be read: {error.strerror}") from error
    except BadSyntax as error:
        raise ComityError(f"{path}: not valid Turtle: {error}") from error


def constraints(shapes: Graph) -> list[Constraint]:
    """Compile all shapes that target a class; raise ComityError at what cannot be compiled."""
    found: list[Constraint] = []
    for shape in sorted(shapes.subjects(RDF.type, SH.NodeShape), key=str):
        target = shapes.value(shape, SH.targetClass)
        if target is None:
            raise ComityError(f"shape {shape}: it has no sh:targetClass", code=3)
        found += _of_shape(shapes, shape, str(target))
    return found


def _of_shape(shapes: Graph, shape: Node, target: str) -> Iterator[Constraint]:
    if shapes.value(shape, SH.closed):
        yield _closed(shapes, shape, target)
    for rule in shapes.objects(shape, SH.sparql):
        yield _ruled(shapes, rule, target)
    for entry in shapes.objects(shape, SH.property):
        yield from _of_property(shapes, entry, target)


def _of_property(shapes: Graph, entry: Node, target: str) -> Iterator[Constraint]:
    path = str(shapes.value(entry, SH.path))
    for component, operand in sorted(shapes.predicate_objects(entry), key=str):
        if component in NO_CONSTRAINT:
            continue
        if component not in COMPILERS:
            raise ComityError(f"shape of {path}: {component} cannot be compiled", code=3)
        name = str(component).rsplit("#", 1)[-1]
        pattern = COMPILERS[URIRef(str(component))](shapes, path, operand)
        message = MESSAGES[name].format(_shown(shapes, operand))
        operands = (str(operand),) if name in COUNTED else ()
        yield Constraint(target, path, name, message, pattern, operands)


def _closed(shapes: Graph, shape: Node, target: str) -> Constraint:
    ignored = shapes.value(shape, SH.ignoredProperties)
    known = {str(iri) for iri in shapes.items(ignored)} if ignored else set()
    known |= {str(shapes.value(entry, SH.path)) for entry in shapes.objects(shape, SH.property)}
    allowed = ", ".join(f"<{iri}>" for iri in sorted(known))
    pattern = f"?focus ?value ?any . FILTER(?value NOT IN ({allowed}))"
    message = "has a property that its class does not have"
    return Constraint(target, "", "closed", message, pattern, tuple(sorted(known)))


def _ruled(shapes: Graph, rule: Node, target: str) -> Constraint:
    select = str(shapes.value(rule, SH.select)).replace("$this", "?focus")
    message = str(shapes.value(rule, SH.message))
    return Constraint(target, "", "sparql", message, f"{{ {select} }}")


def _shown(shapes: Graph, operand: Node) -> str:
    items = [*shapes.items(operand)]
    if not items:
        return str(operand).rsplit("#", 1)[-1].rsplit("/", 1)[-1]
    classes = [shapes.value(item, SH["class"]) for item in items]
    return ", ".join(
        str(cls or item).rsplit("#", 1)[-1] for cls, item in zip(classes, items, strict=True)
    )


def _at_least(_shapes: Graph, path: str, count: Node) -> str:
    if int(str(count)) == 1:
        return f"FILTER NOT EXISTS {{ ?focus <{path}> ?any }}"
    return _counted(path) + f"FILTER(COALESCE(?count, 0) < {count})"


def _at_most(_shapes: Graph, path: str, count: Node) -> str:
    return _counted(path) + f"FILTER(?count > {count})"


def _counted(path: str) -> str:
    return (
        f"OPTIONAL {{ {{ SELECT ?focus (COUNT(DISTINCT ?any) AS ?count) "
        f"WHERE {{ ?focus <{path}> ?any }} GROUP BY ?focus }} }} "
    )


def _datatype(_shapes: Graph, path: str, datatype: Node) -> str:
    return f"{_value(path)} FILTER(COALESCE(DATATYPE(?value) != <{datatype}>, true))"


def _class(_shapes: Graph, path: str, cls: Node) -> str:
    return f"{_value(path)} MINUS {{ ?value a <{cls}> }}"


def _either(shapes: Graph, path: str, options: Node) -> str:
    classes = [shapes.value(option, SH["class"]) for option in shapes.items(options)]
    if None in classes:
        raise ComityError(f"shape of {path}: sh:or is compiled over sh:class only", code=3)
    tests = " ".join(f"MINUS {{ ?value a <{cls}> }}" for cls in classes)
    return f"{_value(path)} {tests}"


def _node_kind(_shapes: Graph, path: str, kind: Node) -> str:
    tests = {SH.IRI: "ISIRI", SH.Literal: "ISLITERAL"}
    if kind not in tests:
        raise ComityError(f"shape of {path}: sh:nodeKind {kind} cannot be compiled", code=3)
    return f"{_value(path)} FILTER(!{tests[URIRef(str(kind))]}(?value))"


def _in(shapes: Graph, path: str, options: Node) -> str:
    allowed = ", ".join(item.n3() for item in shapes.items(options))
    return f"{_value(path)} FILTER(?value NOT IN ({allowed}))"


def _pattern(_shapes: Graph, path: str, pattern: Node) -> str:
    return f"{_value(path)} FILTER(!REGEX(STR(?value), {pattern.n3()}))"


def _compared(sign: str) -> Compiler:
    def compile_bound(_shapes: Graph, path: str, bound: Node) -> str:
        return f"{_value(path)} FILTER(!COALESCE(?value {sign} {bound.n3()}, false))"

    return compile_bound


def _languages(shapes: Graph, path: str, options: Node) -> str:
    tests = " || ".join(f"LANGMATCHES(LANG(?value), {item.n3()})" for item in shapes.items(options))
    return f"{_value(path)} FILTER(!COALESCE({tests}, false))"


def _unique_language(_shapes: Graph, path: str, _unique: Node) -> str:
    return (
        f"{_value(path)} ?focus <{path}> ?other . "
        'FILTER(?value != ?other && LANG(?value) != "" && LANG(?value) = LANG(?other))'
    )


def _value(path: str) -> str:
    return f"?focus <{path}> ?value ."


COMPILERS: dict[URIRef, Compiler] = {
    SH.minCount: _at_least,
    SH.maxCount: _at_most,
    SH.datatype: _datatype,
    SH["class"]: _class,
    SH["or"]: _either,
    SH.nodeKind: _node_kind,
    SH["in"]: _in,
    SH.pattern: _pattern,
    SH.minInclusive: _compared(">="),
    SH.maxInclusive: _compared("<="),
    SH.minExclusive: _compared(">"),
    SH.maxExclusive: _compared("<"),
    SH.languageIn: _languages,
    SH.uniqueLang: _unique_language,
}

MESSAGES = {
    "minCount": "has fewer values than {}",
    "maxCount": "has more values than {}",
    "datatype": "is not of type {}",
    "class": "is not a {} that the graph describes",
    "or": "is none of {}",
    "nodeKind": "is not an {}",
    "in": "is none of {}",
    "pattern": "does not match {}",
    "minInclusive": "is below {}",
    "maxInclusive": "is above {}",
    "minExclusive": "is not above {}",
    "maxExclusive": "is not below {}",
    "languageIn": "is in none of the languages {}",
    "uniqueLang": "has two values in one language",
}
