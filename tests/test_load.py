"""Bring your own data: idempotent, atomic, with errors that name file and line."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import ComityError
from kg.graph import draft, log
from kg.graph import load as loading
from kg.graph.load import drafts, load, undo
from kg.graph.store import EmbeddedStore, solutions
from kg.terms import SOURCE
from kg.terms import shipped as data

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
TURTLE = """
@prefix : <http://x/> .
:a :knows :b , [ :name "unnamed" ; :age 3 ] .
"""


@pytest.fixture
def mine() -> EmbeddedStore:
    return EmbeddedStore()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def shipped(store: EmbeddedStore, tmp_path: Path) -> EmbeddedStore:
    """A writable copy of the shipped facts."""
    assert store.path
    shutil.copytree(store.path, tmp_path / "shipped")
    return EmbeddedStore(tmp_path / "shipped", writable=True)


def counted(store: EmbeddedStore, text: str) -> int:
    return int(next(solutions(store.trusted(f"SELECT (COUNT(*) AS ?n) {{ {text} }}")))[0].value)  # type: ignore[union-attr]


def named(store: EmbeddedStore) -> set[ox.Quad]:
    return {quad for quad in store.inner if isinstance(quad.graph_name, ox.NamedNode)}


def part(store: EmbeddedStore, folder: Path, *datasets: str) -> EmbeddedStore:
    """Return a writable store of some of the shipped datasets."""
    copy = EmbeddedStore(folder / "part", writable=True)
    for name in datasets:
        graph = ox.NamedNode(SOURCE + name)
        copy.inner.extend(store.inner.quads_for_pattern(None, None, None, graph))
    return copy


def described(folder: Path, rows: str, name: str = "t", schema: object = None) -> Path:
    schema = schema or {
        "aboutUrl": "http://x/{id}",
        "columns": [
            {"name": "id", "required": True},
            {"name": "since", "propertyUrl": "schema:startDate", "datatype": "coop:date"},
            {"name": "source"},
        ],
    }
    write(folder / f"{name}.csv-metadata.json", json.dumps(schema))
    return write(folder / f"{name}.csv", rows)


def test_loading_twice_changes_nothing_even_with_unnamed_nodes(
    mine: EmbeddedStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "mine.ttl", TURTLE)
    assert load(mine, path).count == 6
    assert counted(mine, "GRAPH source:mine { ?s ?p ?o }") == 6
    size = len(mine.inner)
    assert not load(mine, path).changes
    assert len(mine.inner) == size


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(*[st.sampled_from("abcd")] * 2), max_size=12))
def test_unnamed_nodes_are_renamed_one_to_one(pairs: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        text = "".join(f"_:{s} <http://x/p> _:{o} .\n" for s, o in pairs)
        path = write(Path(folder) / "mine.nt", text)
        stated = [q for q in draft.read(path) if q.predicate.value == "http://x/p"]
        again = [q for q in draft.read(path) if q.predicate.value == "http://x/p"]
    assert stated == again
    names = dict(zip((x for pair in pairs for x in pair), _ends(stated), strict=True))
    assert [(names[s], names[o]) for s, o in pairs] == [(q.subject, q.object) for q in stated]
    assert len(set(names.values())) == len(names)


def _ends(stated: list[ox.Quad]) -> list[object]:
    return [term for quad in stated for term in (quad.subject, quad.object)]


def test_a_list_of_a_thousand_equal_items_loads_at_once(
    mine: EmbeddedStore, tmp_path: Path
) -> None:
    """Canonical labels for it would take for ever."""
    path = write(tmp_path / "list.ttl", f"<http://x/a> <http://x/b> ({'1 ' * 1000}) .")
    assert load(mine, path).count == 2003
    assert not load(mine, path).changes


def test_json_ld_is_read_the_same_in_every_process(tmp_path: Path) -> None:
    text = {"@context": {"@vocab": "http://x/"}, "a": [{"b": [{"c": k}, {}]} for k in range(20)]}
    path = write(tmp_path / "mine.jsonld", json.dumps(text))
    script = "import sys; from pathlib import Path; from kg.graph.draft import read\n"
    script += "print(sorted(map(str, read(Path(sys.argv[1])))))"
    command = [sys.executable, "-c", script, str(path)]
    found = {subprocess.run(command, capture_output=True, check=True).stdout for _ in range(3)}
    assert len(found) == 1


def test_a_newer_edition_replaces_its_own_graph_only(mine: EmbeddedStore, tmp_path: Path) -> None:
    load(mine, write(tmp_path / "other.ttl", "<http://x/o> <http://x/p> 1 ."))
    load(mine, write(tmp_path / "mine.ttl", TURTLE))
    load(mine, write(tmp_path / "mine.ttl", "<http://x/n> <http://x/p> 2 ."))
    texts = {str(quad.subject) for quad in mine.inner}
    assert "<http://x/o>" in texts
    assert "<http://x/n>" in texts
    assert "<http://x/a>" not in texts


def test_a_row_that_cites_the_world_bank_adds_one_row(
    shipped: EmbeddedStore, tmp_path: Path
) -> None:
    """It used to remove the 66,687 statements of the bank."""
    schema = json.loads((data("data") / "schemas" / "observations.json").read_text())
    row = "country,indicator,year,value,source\nCHN,gdp,2031,1,worldbank-gdp\n"
    before = counted(shipped, "?o a schema:Observation")
    planned = load(shipped, described(tmp_path, row, "mine", schema))
    assert (planned.count, planned.removed) == (8, ())
    assert counted(shipped, "?o a schema:Observation") == before + 1


def test_a_curated_table_of_the_projects_own_removes_nothing(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    """It used to remove 2,392 statements of the seed paper."""
    shipped = part(store, tmp_path, "curated-barriers", "curated-claims", "curated-ways")
    schema = json.loads((data("data") / "schemas" / "curated-barriers.json").read_text())
    text = (data("data") / "curated" / "barriers.csv").read_text(encoding="utf-8")
    before = named(shipped)
    planned = load(shipped, described(tmp_path, text, "barriers", schema))
    assert planned.removed == ()
    assert before < named(shipped)
    assert counted(shipped, "?b a coop:Barrier") == 41


def test_a_shipped_name_is_taken(shipped: EmbeddedStore, tmp_path: Path) -> None:
    """A file of one triple used to remove who is in the World Trade Organization."""
    members = counted(shipped, "?p coop:to body:igo-wto")
    path = write(tmp_path / "wto.ttl", "<http://x/a> <http://x/b> 1 .")
    with pytest.raises(ComityError, match="wto is taken by the shipped facts: give --source NAME"):
        load(shipped, path)
    for name in ("seed-paper", "ontology", "loads", "curated-parks"):
        with pytest.raises(ComityError, match=r"taken|the log"):
            load(shipped, path, name)
    assert counted(shipped, "?p coop:to body:igo-wto") == members > 160
    load(shipped, write(tmp_path / "mine.ttl", "<http://x/c> <http://x/b> 1 ."), "my-wto")
    assert counted(shipped, "?p coop:to body:igo-wto") == members
    assert len(load(shipped, path, replace=True).removed) > 1000


def test_a_publishers_name_is_reserved_where_nothing_is_shipped(
    mine: EmbeddedStore, tmp_path: Path
) -> None:
    path = write(tmp_path / "eurepoc.ttl", "<http://x/a> <http://x/b> 1 .")
    with pytest.raises(ComityError, match="eurepoc is taken by a publisher's dataset"):
        load(mine, path)


def test_a_file_of_the_same_name_does_not_erase_the_first(
    mine: EmbeddedStore, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    first = write(tmp_path / "a/facts.ttl", "<http://x/a> <http://x/p> 1 .")
    second = write(tmp_path / "b/facts.ttl", "<http://x/b> <http://x/p> 2 .")
    load(mine, first)
    with pytest.raises(ComityError, match=r"facts is taken by .*a/facts\.ttl: give --source"):
        load(mine, second)
    with (
        pytest.raises(ComityError, match="named twice in one load"),
        drafts(EmbeddedStore(), [first, second]),
    ):
        pass
    load(mine, second, "more-facts")
    assert {q.subject.value[9:] for q in mine.inner if q.predicate.value == "http://x/p"} == {
        "a",
        "b",
    }
    assert len(load(mine, second, "facts", replace=True).removed) == 1


def test_a_graph_that_belongs_to_another_dataset_is_not_touched(
    shipped: EmbeddedStore, tmp_path: Path
) -> None:
    wto = "https://w3id.org/comity/source/wto"
    path = write(tmp_path / "mine.trig", f"<{wto}> {{ <http://x/a> <http://x/b> 1 }}")
    with pytest.raises(ComityError, match="its graph source:wto belongs to the dataset wto"):
        load(shipped, path)
    own = write(tmp_path / "own.trig", "<http://x/g> { <http://x/a> <http://x/b> 1 }")
    load(shipped, own)
    other = write(tmp_path / "other.trig", "<http://x/g> { <http://x/a> <http://x/b> 2 }")
    with pytest.raises(ComityError, match="graph http://x/g belongs to the dataset own"):
        load(shipped, other)


def test_an_edition_without_a_graph_removes_it(mine: EmbeddedStore, tmp_path: Path) -> None:
    path = tmp_path / "mine.trig"
    graphs = [f"<http://x/{k}> {{ <http://x/a> <http://x/b> {k} }}" for k in range(5)]
    load(mine, write(path, " ".join(graphs)))
    assert counted(mine, "GRAPH ?g { <http://x/a> ?p ?o }") == 5
    planned = load(mine, write(path, "<http://x/1> { <http://x/a> <http://x/b> 7 }"))
    assert (planned.count, len(planned.removed), planned.changed) == (1, 5, 1)
    assert not mine.inner.contains_named_graph(ox.NamedNode("http://x/3"))


def test_every_load_is_logged_and_undone_exactly(store: EmbeddedStore, tmp_path: Path) -> None:
    shipped = part(store, tmp_path, "wto")
    states = [set(shipped.inner)]
    mine, wto = tmp_path / "mine.ttl", tmp_path / "wto.ttl"
    steps = [(mine, TURTLE), (mine, "<http://x/n> <http://x/p> 2 ."), (wto, TURTLE)]
    for path, text in steps:
        load(shipped, write(path, text), replace=True)
        states.append(set(shipped.inner))
    assert [Path(entry.file).name for entry in log.loads(shipped)] == [p.name for p, _ in steps]
    assert [entry.added for entry in log.loads(shipped)] == [6, 1, 5]
    for number in (3, 2, 1):
        states.pop()
        assert undo(shipped).number == number
        assert set(shipped.inner) == states[-1]
    assert not shipped.inner.contains_named_graph(log.LOG)
    assert not shipped.inner.contains_named_graph(ox.NamedNode(SOURCE + "mine"))
    with pytest.raises(ComityError, match="nothing to undo"):
        undo(shipped)


def test_a_statement_of_two_datasets_counts_once(mine: EmbeddedStore, tmp_path: Path) -> None:
    one, other = tmp_path / "one.ttl", tmp_path / "other.ttl"
    fact, more = "<http://x/a> <http://x/p> 1 .", "<http://x/b> <http://x/p> 2 ."
    load(mine, write(one, fact))
    load(mine, write(other, fact + more))
    load(mine, write(tmp_path / "third.ttl", more))
    assert counted(mine, "?s <http://x/p> ?o") == 2
    load(mine, write(other, more))
    assert counted(mine, "?s <http://x/p> ?o") == 2
    load(mine, write(one, more))
    assert counted(mine, "?s <http://x/p> ?o") == 1
    load(mine, write(one, fact))
    assert counted(mine, "?s <http://x/p> ?o") == 2


def test_a_load_that_says_what_is_known_is_undone(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "g", writable=True)
    load(store, write(tmp_path / "one.ttl", TURTLE))
    before = named(store)
    load(store, write(tmp_path / "other.nt", '<http://x/a> <http://x/p> "1" .'))
    shutil.copy(tmp_path / "one.ttl", tmp_path / "copy.ttl")
    load(store, tmp_path / "copy.ttl")
    assert counted(store, "<http://x/a> <http://x/knows> ?o") == 2
    undo(store)
    undo(store)
    assert named(store) == before
    assert {q.triple for q in store.inner} == {q.triple for q in before}


def test_what_a_load_changed_may_be_damaged(tmp_path: Path) -> None:
    store = EmbeddedStore(tmp_path / "g", writable=True)
    for value in (1, 2):
        load(store, write(tmp_path / "mine.ttl", f"<http://x/n> <http://x/p> {value} ."))
    before = set(store.inner)
    (tmp_path / "g/loads/2-removed.nq.gz").write_bytes(b"\x1f\x8b...")
    with pytest.raises(ComityError, match=r"removed\.nq\.gz: damaged"):
        undo(store)
    assert set(store.inner) == before


def test_large_and_small_files_say_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    path = write(tmp_path / "mine.ttl", TURTLE * 2)
    for most in (0, 100):
        monkeypatch.setattr(loading, "SMALL", most)
        store = EmbeddedStore(tmp_path / str(most), writable=True)
        load(store, path)
        quads = store.inner.quads_for_pattern(None, None, None, ox.NamedNode(SOURCE + "mine"))
        found.append((set(quads), log.loads(store)[0].added))
        undo(store)
        assert len(store.inner) == 0
    assert found[0] == found[1]
    assert not [*(tmp_path / "0/loads").iterdir()]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bad.ttl", "@prefix : <http://x/> .\n:a :b ;; c .", r"bad\.ttl:2:7"),
        ("bad.nt", "<http://x/a> <http://x/b>", r"bad\.nt:1"),
        ("bad.jsonld", '{"@id": ', r"bad\.jsonld:1:9: "),
        ("bad.jsonld", '{"@context": "http://x/c", "a": 1}', r"bad\.jsonld:1:.*not fetched"),
        (
            "bad.rdf",
            '<a xmlns="http://x/">\n<b>\n</a>',
            r"bad\.rdf:3:3: a closing tag does not fit",
        ),
        ("bad.rdf", f'<r:RDF xmlns:r="{RDF}">\n  <b/>\n</r:RDF>', r"bad\.rdf:2:\d+: .*xmlns"),
        ("bad.ttl", "<http://x/a> <http://x/b> [ ", r"bad\.ttl:1:\d+: the file ends in the middle"),
        ("deep.jsonld", '{"http://x/a":' * 5000, r"deep\.jsonld"),
        ("bad.xyz", "", "no known format"),
    ],
)
def test_a_malformed_file_changes_nothing(
    mine: EmbeddedStore, tmp_path: Path, name: str, text: str, message: str
) -> None:
    with pytest.raises(ComityError, match=message):
        load(mine, write(tmp_path / name, text))
    assert len(mine.inner) == 0


def test_a_described_table(mine: EmbeddedStore, tmp_path: Path) -> None:
    load(mine, described(tmp_path, "id,since,source\na,1996,mine\nb,1996-05,mine\n"))
    found = {str(q.object) for q in mine.inner if q.predicate.value.endswith("startDate")}
    assert found == {
        '"1996-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"1996-05-01"^^<http://www.w3.org/2001/XMLSchema#date>',
    }


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("id,since,source\na,soon,mine\n", r"t\.csv:2: column since: 'soon' is not a date"),
        ("id,since,source\na,2001-02-30,mine\n", r"t\.csv:2: column since"),
        ("id,source\na,mine\n", r"t\.csv:1: the header lacks since"),
        ("id,since,source\na,1996,mine\n,1996,mine\n", r"t\.csv:3"),
        ("id,since,source\na,1996\n", r"t\.csv:2: 2 cells"),
    ],
)
def test_a_bad_cell_names_file_and_line(
    mine: EmbeddedStore, tmp_path: Path, rows: str, message: str
) -> None:
    with pytest.raises(ComityError, match=message):
        load(mine, described(tmp_path, rows))
    assert len(mine.inner) == 0


def test_a_missing_file(mine: EmbeddedStore, tmp_path: Path) -> None:
    with pytest.raises(ComityError, match="no such file"):
        load(mine, tmp_path / "none.ttl")


@pytest.mark.parametrize("kind", ["load", "undo", "build", "first run"])
def test_a_kill_leaves_one_whole_edition_and_no_scratch(kind: str) -> None:
    """A few of the points of `python benchmarks/kills.py`."""
    place = Path(__file__).resolve().parents[1] / "benchmarks" / "kills.py"
    spec = importlib.util.spec_from_file_location("kills", place)
    assert spec
    assert spec.loader
    kills = importlib.util.module_from_spec(spec)
    sys.modules["kills"] = kills
    spec.loader.exec_module(kills)
    for delay in (0.02, 0.1):
        problems, _ = kills.point(kind, delay)
        assert not +problems
