"""The W3C's SPARQL tests, asked of pyoxigraph itself and of Comity: `python tests/w3c.py`.

Prints one line a suite: how many tests there are, how many each passes, and which of those that
pyoxigraph passes Comity does not. The tests lie in tests/resources/w3c (see the notice there).

Comity's default graph is the union of the named graphs, so a test whose default graph is empty
says so to both with a FROM clause. Comity has no command for updates: it passes where it says so.
"""

from __future__ import annotations

import re
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path, PurePosixPath

import pyoxigraph as ox

from kg.errors import ComityError
from kg.graph import answer, guard
from kg.graph.jail import resolved
from kg.graph.store import EmbeddedStore

ARCHIVE = Path(__file__).parent / "resources" / "w3c" / "rdf-tests.zip"
BASE = "https://w3c.github.io/rdf-tests/"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT = "http://www.w3.org/2009/sparql/tests/test-update#"
RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NUMERIC = {"integer", "decimal", "double", "float", "int", "long", "short", "byte"}
NUMERIC |= {"nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"}
EMPTY = "urn:comity:empty"

Graphs = tuple[tuple[str, str], ...]
"""Files and the IRIs of the graphs that they are loaded into ("" for the default graph)."""
Answer = tuple[str, object]


@dataclass(frozen=True)
class Test:
    """One test: its suite, its name, its kind, the query or update, the data and the result."""

    __test__ = False

    suite: str
    name: str
    kind: str
    action: str
    data: Graphs = ()
    result: str = ""
    after: Graphs = field(default=())

    @property
    def text(self) -> str:
        """The query, with its base."""
        return f"BASE <{self.action}>\n{read(self.action)}"


@cache
def _archive() -> zipfile.ZipFile:
    return zipfile.ZipFile(ARCHIVE)


@cache
def read(iri: str) -> str:
    """Return the text of a file of the suite."""
    return _archive().read(iri.removeprefix(BASE)).decode()


def tests() -> list[Test]:
    """Return the tests of queries, updates and syntax, of SPARQL 1.0 and 1.1."""
    names = sorted(n for n in _archive().namelist() if n.endswith("/manifest.ttl"))
    return [test for name in names for test in _manifest(BASE + name)]


def _manifest(iri: str) -> Iterator[Test]:  # noqa: C901  one branch a kind of test
    graph = ox.Store()
    graph.load(read(iri), ox.RdfFormat.TURTLE, base_iri=iri)
    suite = iri.removeprefix(BASE + "sparql/").removesuffix("/manifest.ttl")

    def one(subject: object, *path: str) -> object:
        for step in path:
            found = graph.quads_for_pattern(subject, ox.NamedNode(step), None)  # type: ignore[arg-type]
            subject = next((quad.object for quad in found), None)
            if subject is None:
                return None
        return subject

    def every(subject: object, step: str) -> list[object]:
        found = graph.quads_for_pattern(subject, ox.NamedNode(step), None)  # type: ignore[arg-type]
        return [quad.object for quad in found]

    def graphs(subject: object, space: str) -> Graphs:
        default = [(file.value, "") for file in every(subject, space + "data")]  # type: ignore[attr-defined]
        named = []
        for entry in every(subject, space + "graphData"):
            file, label = one(entry, space + "graph"), one(entry, LABEL)
            file = file or entry
            named.append((file.value, label.value if label else file.value))  # type: ignore[attr-defined]
        return tuple(default + named)

    entry = one(ox.NamedNode(iri), MF + "entries")
    while isinstance(entry, ox.BlankNode):
        test = one(entry, RDF + "first")
        entry = one(entry, RDF + "rest")
        kind = getattr(one(test, RDF + "type"), "value", "").removeprefix(MF)
        name = getattr(one(test, MF + "name"), "value", str(test))
        action, result = one(test, MF + "action"), one(test, MF + "result")
        if kind.endswith(("SyntaxTest", "SyntaxTest11")):
            yield Test(suite, name, kind, action.value)  # type: ignore[union-attr]
        elif kind == "UpdateEvaluationTest":
            text = one(action, UT + "request")
            before, after = graphs(action, UT), graphs(result, UT)
            yield Test(suite, name, kind, text.value, before, "", after)  # type: ignore[union-attr]
        elif kind in {"QueryEvaluationTest", "CSVResultFormatTest"}:
            text = one(action, QT + "query")
            yield Test(suite, name, kind, text.value, graphs(action, QT), result.value)  # type: ignore[union-attr]


def loaded(data: Graphs) -> ox.Store:
    """Return a store of files in their graphs."""
    store = ox.Store()
    for file, graph in data:
        home = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        store.load(read(file), _form(file), base_iri=file, to_graph=home)
    return store


def _form(file: str) -> ox.RdfFormat:
    form = ox.RdfFormat.from_extension(PurePosixPath(file).suffix[1:])
    assert form, file
    return form


def prepared(test: Test) -> tuple[ox.Store, str]:
    """Return a test's store and text, with the graphs its FROM clauses name."""
    text = test.text
    sources, named = guard.dataset(text)
    prologue = guard.prologue(text)
    chosen = [n.value for n in resolved(prologue, sources, {}) + resolved(prologue, named, {})]
    data = test.data or tuple((file, file) for file in dict.fromkeys(chosen))
    if not chosen and data and all(graph for _, graph in data):
        clause = f"FROM <{EMPTY}> " + " ".join(f"FROM NAMED <{graph}>" for _, graph in data)
        text = re.sub(r"(?is)(\bWHERE\b|\{)", clause + r" \1", text, count=1)
    return loaded(data), text


def raw(store: ox.Store, text: str) -> object:
    """Ask pyoxigraph itself."""
    return store.query(text)


def comity(store: ox.Store, text: str) -> object:
    """Ask Comity."""
    through = EmbeddedStore()
    through.inner = store
    return through.query(text)


Ask = Callable[[ox.Store, str], object]


def passes(test: Test, ask: Ask) -> bool:
    """Tell whether a test passes."""
    if test.action.endswith(".ru"):
        return _refused(test) if ask is comity else _update(test)
    if "Syntax" in test.kind:
        return _parses(lambda: ask(ox.Store(), test.text)) == test.kind.startswith("Positive")
    store, text = prepared(test)
    try:
        result = ask(store, text)
        if test.kind == "CSVResultFormatTest":
            return _lines(answer.result_text(result, "csv")) == _lines(read(test.result))  # type: ignore[arg-type]
        return _read(result) == expected(test)
    except (SyntaxError, RuntimeError, OSError, ValueError, ComityError):
        return False


def _parses(action: Callable[[], object]) -> bool:
    try:
        action()
    except SyntaxError:
        return False
    except ComityError as error:
        return "not valid SPARQL" not in str(error)
    except (RuntimeError, OSError, ValueError):
        return True
    return True


def _refused(test: Test) -> bool:
    """Tell whether Comity refuses to run an update: it has no command for them."""
    try:
        comity(ox.Store(), test.text)
    except ComityError:
        return True
    return False


def _update(test: Test) -> bool:
    store = loaded(test.data)
    if "Syntax" in test.kind:
        return _parses(lambda: store.update(test.text)) == test.kind.startswith("Positive")
    try:
        store.update(test.text)
    except (SyntaxError, RuntimeError, OSError, ValueError):
        return False
    return _same(set(store), set(loaded(test.after)))


def _lines(text: str) -> Counter[str]:
    return Counter(re.sub(r"_:\w+", "_:b", text).splitlines())


def _same(here: set[ox.Quad], there: set[ox.Quad]) -> bool:
    return _canonical(here) == _canonical(there)


def _canonical(quads: set[ox.Quad]) -> set[ox.Quad]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def expected(test: Test) -> Answer:
    """Return the answer that a test expects."""
    form = ox.QueryResultsFormat.from_extension(PurePosixPath(test.result).suffix[1:])
    if form is not None:
        return _read(ox.parse_query_results(read(test.result), form))
    store = loaded(((test.result, ""),))
    kind = ox.NamedNode(RS + "ResultSet")
    found = next(store.quads_for_pattern(None, ox.NamedNode(RDF + "type"), kind), None)
    if found is None:
        return "graph", _canonical({ox.Quad(*map(_normal, quad.triple)) for quad in store})  # type: ignore[arg-type]
    boolean = next(store.quads_for_pattern(found.subject, ox.NamedNode(RS + "boolean"), None), None)
    if boolean is not None:
        return "boolean", boolean.object.value == "true"  # type: ignore[union-attr]
    return "rows", _multiset(list(_set_rows(store)))


def _set_rows(store: ox.Store) -> Iterator[dict[str, object]]:
    text = f"""SELECT ?s ?n ?v {{ ?x <{RS}solution> ?s
        OPTIONAL {{ ?s <{RS}binding> ?b . ?b <{RS}variable> ?n ; <{RS}value> ?v }} }}"""
    rows: dict[object, dict[str, object]] = {}
    for solution, name, value in store.query(text):  # type: ignore[misc, union-attr]
        row = rows.setdefault(solution, {})
        if name is not None:
            row[name.value] = value
    yield from rows.values()


def _read(result: object) -> Answer:
    if isinstance(result, ox.QueryBoolean):
        return "boolean", bool(result)
    if isinstance(result, ox.QuerySolutions):
        names = [variable.value for variable in result.variables]
        rows = [{n: t for n, t in zip(names, row, strict=True) if t is not None} for row in result]
        return "rows", _multiset(rows)
    return "graph", _canonical({ox.Quad(*map(_normal, triple)) for triple in result})  # type: ignore[attr-defined, arg-type]


def _multiset(rows: list[dict[str, object]]) -> object:
    """Make rows comparable: blank nodes by their place in the whole answer, numbers by value."""
    quads = set()
    for row in rows:
        here = ox.BlankNode()
        quads.add(ox.Quad(here, ox.NamedNode("urn:row"), ox.Literal(True)))
        for name, term in row.items():
            quads.add(ox.Quad(here, ox.NamedNode("urn:v:" + name), _normal(term)))  # type: ignore[arg-type]
    return _canonical(quads)


def _normal(term: object) -> object:
    kind = term.datatype.value.rsplit("#", 1)[-1] if isinstance(term, ox.Literal) else ""
    if kind in NUMERIC:
        try:
            value = Decimal(term.value).normalize()  # type: ignore[attr-defined]
        except InvalidOperation:
            return term
        return ox.Literal(f"{value:f}", datatype=term.datatype)  # type: ignore[attr-defined]
    return term


@dataclass
class Score:
    """How one suite went."""

    tests: int = 0
    raw: int = 0
    comity: int = 0
    lost: list[str] = field(default_factory=list)


def group(test: Test) -> str:
    """Return the row of the table that a test belongs to."""
    version = "SPARQL 1.0" if test.suite.startswith("sparql10") else "SPARQL 1.1"
    if test.action.endswith(".ru"):
        return f"{version} update" + (" syntax" if "Syntax" in test.kind else "")
    if "Syntax" in test.kind:
        return f"{version} syntax"
    return f"{version} entailment" if "/entailment" in test.suite else f"{version} query"


def scores() -> dict[str, Score]:
    """Run every test on both."""
    found: dict[str, Score] = {}
    todo = tests()
    with ThreadPoolExecutor(2) as pool:
        through = list(pool.map(lambda test: passes(test, comity), todo))
    for test, good in zip(todo, through, strict=True):
        score = found.setdefault(group(test), Score())
        itself = passes(test, raw)
        score.tests += 1
        score.raw += itself
        score.comity += good
        if itself and not good:
            score.lost.append(f"{test.suite} {test.name}")
    return found


def main() -> None:
    """Print the table."""
    lines = ["| suite | tests | pyoxigraph | Comity | lost |", "|---|---|---|---|---|"]
    for name, score in sorted(scores().items()):
        own = ("refused by policy", "") if "update" in name else (score.comity, len(score.lost))
        cells = (name, score.tests, score.raw, *own)
        lines.append(f"| {' | '.join(map(str, cells))} |")
        lines += [f"    {lost}" for lost in score.lost]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
