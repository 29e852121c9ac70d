"""The command line as a user meets it: answers on stdout, one line on stderr, exit codes."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from cli import main
from kg.graph.store import EmbeddedStore

Run = Callable[..., Result]
ROOT = Path(__file__).resolve().parents[1]


def test_every_command_has_an_example_and_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, command in main.commands.items():
        assert "Example" in (command.help or ""), name
        assert f"comity {name}" in readme, name


def test_help_answers_without_the_engine() -> None:
    script = (
        "import sys, cli; print([m for m in ('numpy', 'pyoxigraph', 'rich') if m in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_recommend_in_every_format(comity: Run, tmp_path: Path) -> None:
    rows = json.loads(comity("recommend", "CHN", "--format", "json").stdout)
    assert len(rows) == 192
    wanted = {
        "rank",
        "iso3",
        "name",
        "expected_leverage",
        "feasibility",
        "direct",
        "onward",
        "barrier",
        "incumbent",
        "status",
        "obstacles",
        "lift",
        "depth",
        "index",
        "via",
        "channel",
        "missing",
        "rank_low",
        "rank_high",
        "p_top10",
        "tier",
    }
    assert wanted <= rows[0].keys()
    table = list(csv.DictReader(io.StringIO(comity("recommend", "chn").stdout)))
    assert [row["iso3"] for row in table] == [row["iso3"] for row in rows]
    assert float(table[0]["expected_leverage"]) == rows[0]["expected_leverage"]
    output = tmp_path / "r.json"
    assert comity("recommend", "CHN", "--top", 5, "-o", output).exit_code == 0
    assert len(json.loads(output.read_text(encoding="utf-8"))) == 5
    shown = comity("recommend", "NAM", "--format", "table").stdout.splitlines()
    assert len(shown) == 193
    assert max(map(len, shown)) <= 80


def test_recommend_reads_the_past(comity: Run) -> None:
    result = comity("recommend", "CHN", "--at", "2010-06", "--top", 3, "--format", "json")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 3


def test_query_text_file_stdin_and_name(comity: Run, tmp_path: Path) -> None:
    text = "SELECT ?name { ?c skos:notation 'NAM' ; schema:name ?name FILTER(LANG(?name)='en') }"
    path = tmp_path / "q.rq"
    path.write_text(text)
    for result in (
        comity("query", "-q", text),
        comity("query", "-q", path),
        comity("query", "-q", "-", stdin=text),
    ):
        assert result.stdout == "name\nNamibia\n"
    named = comity("query", "observations", "-p", "indicator=gdp", "--format", "json")
    assert len(json.loads(named.stdout)["results"]["bindings"]) > 5000
    short = comity("query", "observations", "-p", "indicator=gdp", "--format", "json", "--short")
    assert json.loads(short.stdout)[0]["country"].startswith("country:")
    declared = "ASK { ?c n:notation 'NAM' }"
    prefix = "n=http://www.w3.org/2004/02/skos/core#"
    assert comity("query", "-q", declared, "--prefix", prefix).stdout == "true\n"


def test_queries_lists_summaries_and_parameters(comity: Run) -> None:
    rows = json.loads(comity("queries", "--format", "json").stdout)
    assert len(rows) >= 15
    assert all(row["summary"] for row in rows)


def test_rank(comity: Run) -> None:
    result = comity("rank", "--measure", "betweenness", "--at", "2010", "--top", 20)
    assert len(result.stdout.splitlines()) == 21
    assert comity("rank", "--measure", "degree", "--at", "1955", "--top", 3).exit_code == 0


def test_explain(comity: Run) -> None:
    assert "Shapley" in comity("explain", "CHN", "KAZ").stdout
    found = json.loads(comity("explain", "CHN", "KAZ", "--format", "json").stdout)
    assert found["iso3"] == "KAZ"
    assert len(found["shapley"]) == 5
    assert comity("explain", "CHN", "KAZ", "--format", "csv").stdout.startswith("section,item")


def test_coalition_and_hosts(comity: Run) -> None:
    result = comity("coalition", "CHN", "--size", 4, "--exclude", "PRK,AFG", "--format", "json")
    assert len(json.loads(result.stdout)) == 4
    assert "guarantee" in result.stderr
    assert "igo-asean" in comity("coalition", "CHN", "--hosts").stdout


def test_whatif(comity: Run) -> None:
    result = comity("whatif", "CHN", "--add", "KAZ,IDN", "--format", "json")
    assert json.loads(result.stdout)[0]["change"] > 0


def test_leverage_on_an_edge_list(comity: Run, tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("a,b\nx,y\ny,z\nz,w\n")
    result = comity(
        "leverage", "--ties", path, "--focal", "x", "--objective", "harmonic", "--format", "json"
    )
    gains = {row["node"]: row["gain"] for row in json.loads(result.stdout)}
    assert gains == {"z": pytest.approx(0.5 + 1 / 6), "w": pytest.approx(2 / 3)}


def test_leverage_on_other_columns_from_standard_input(comity: Run) -> None:
    asked = ("leverage", "--ties", "-", "--focal", "x", "--map", "a=from,b=to")
    result = comity(*asked, "--format", "csv", stdin="from,to\nx,y\ny,z\n")
    assert result.stdout.splitlines() == ["node,gain,basis,error,within", "z,0.25,exact,,"]
    wrong = comity(*asked[:-1], "a", stdin="a,b\n")
    assert (wrong.exit_code, wrong.stderr.count("\n")) == (2, 1)


def test_draw_writes_a_page_and_other_formats(comity: Run, tmp_path: Path) -> None:
    page = tmp_path / "c.html"
    assert comity("draw", "--focus", "CHN", "-o", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "Dossier: China" in text
    assert comity("recommend", "CHN", "--html", tmp_path / "r.html").exit_code == 0


def test_build_and_load_into_a_store_of_ones_own(
    comity: Run, tmp_path: Path, store: EmbeddedStore
) -> None:
    graph = tmp_path / "g"
    assert store.path
    import shutil

    shutil.copytree(store.path, graph)
    mine = tmp_path / "mine.ttl"
    mine.write_text("<http://x/a> <http://x/p> 'hello' .")
    assert comity("load", mine, "--graph", graph).exit_code == 0
    text = "SELECT ?o { <http://x/a> <http://x/p> ?o }"
    assert comity("query", "-q", text, "--graph", graph).stdout == "o\nhello\n"
    again = comity("load", mine, "--graph", graph)
    assert "0 added, 0 removed" in again.stderr
    assert comity("build", "--graph", graph).exit_code == 2


def test_a_load_is_shown_asked_about_logged_and_undone(comity: Run, tmp_path: Path) -> None:
    graph, mine = tmp_path / "g", tmp_path / "mine.ttl"
    assert comity("build", "--graph", graph, "--empty").exit_code == 0
    mine.write_text("<http://x/a> <http://x/p> 1, 2, 3 .")
    shown = comity("load", mine, "--graph", graph, "--dry-run")
    assert shown.stdout.count("\n+ <") == 4
    assert "5 added, 0 removed; nothing was changed" in shown.stderr
    assert "[]" in comity("log", "--graph", graph, "--format", "json").stdout
    assert comity("load", mine, "--graph", graph).exit_code == 0
    mine.write_text("<http://x/a> <http://x/p> 4 .")
    refused = comity("load", mine, "--graph", graph)
    assert refused.exit_code == 2
    assert "remove 3 statements and add 1: give --yes" in refused.stderr
    assert comity("load", mine, "--graph", graph, "--yes").exit_code == 0
    rows = json.loads(comity("log", "--graph", graph, "--format", "json").stdout)
    assert [(r["dataset"], r["added"], r["removed"]) for r in rows] == [
        ("source:mine", 5, 0),
        ("source:mine", 1, 3),
    ]
    assert "1 removed, 3 restored" in comity("undo", "--graph", graph).stderr
    text = "SELECT (COUNT(*) AS ?n) { <http://x/a> <http://x/p> ?o }"
    assert comity("query", "-q", text, "--graph", graph).stdout == "n\n3\n"


def test_what_does_not_conform_is_refused_with_a_report(
    comity: Run, tmp_path: Path, store: EmbeddedStore
) -> None:
    import shutil

    assert store.path
    shutil.copytree(store.path, tmp_path / "g")
    bad = ROOT / "tests/resources/invalid/two-hosts.ttl"
    refused = comity("load", bad, "--graph", tmp_path / "g")
    assert refused.exit_code == 1
    assert "coop:host" in refused.stdout
    assert "nothing was loaded" in refused.stderr
    assert comity("load", bad, "--graph", tmp_path / "g", "--no-validate").exit_code == 0
    good = ROOT / "tests/resources/valid/every-class.ttl"
    assert comity("load", good, "--graph", tmp_path / "g").exit_code == 0


BAD = [
    (("recommend", "XXX"), 2, "ISO 3166-1"),
    (("recommend", "Kazakhstn"), 2, "KAZ"),
    (("recommend", "CHN", "--at", "soon"), 2, "1996-05"),
    (("recommend", "CHN", "--at", "2001-02-30"), 2, "--at"),
    (("recommend", "CHN", "--kind", "friendship"), 2, "cyber-agreement"),
    (("recommend", "CHN", "--strengths", "cyber-agreement=2"), 2, "0..1"),
    (("recommend", "CHN", "--strengths", "cyber-agreement"), 2, "NAME=VALUE"),
    (("recommend", "CHN", "--top", "1", "-o", "/nowhere/x.csv"), 2, "cannot be written"),
    (("recommend", "CHN", "--html", "/nowhere/x.html"), 2, "/nowhere/x.html"),
    (("recommend", "CHN", "--graph", "/nowhere"), 2, "comity build"),
    (("recommend", "CHN", "--endpoint", "nowhere"), 2, "http"),
    (("recommend", "CHN", "--endpoint", "http://127.0.0.1:1/q"), 2, "cannot be reached"),
    (("recommend", "CHN", "--endpoint", "http://x", "--graph", "y"), 2, "exclude"),
    (("query", "no-such-question"), 2, "no question"),
    (("query", "observations", "-p", "colour=red"), 2, "no parameter colour"),
    (("query", "observations", "-p", "indicator=a b"), 2, "indicator"),
    (("query",), 2, "-q SPARQL"),
    (("query", "-q", "SELECT * { ?s ?p }"), 2, "line 1, column"),
    (("query", "-q", "/nowhere.rq"), 2, "/nowhere.rq"),
    (
        ("query", "-q", "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"),
        3,
        "--allow-service",
    ),
    (("query", "-q", "CONSTRUCT WHERE { ?s a schema:Country }", "--format", "csv"), 3, "turtle"),
    (("rank", "--measure", "fame"), 2, "betweenness"),
    (("recommned", "CHN"), 2, "did you mean recommend"),
    (("load", "/nowhere.ttl", "--graph", "/nowhere"), 2, "no graph here"),
    (("undo", "--graph", "/nowhere"), 2, "no graph here"),
    (("log", "--graph", "/nowhere"), 2, "no graph here"),
    (("build", "--empty"), 2, "--graph FOLDER"),
    (("whatif", "CHN"), 2, "nothing to change"),
    (("coalition", "CHN", "--body", "nobody"), 2, "no such body"),
    (("leverage", "--ties", "/nowhere.csv", "--focal", "x"), 2, "/nowhere.csv"),
]


@pytest.mark.parametrize(("args", "code", "says"), BAD, ids=[" ".join(b[0])[:50] for b in BAD])
def test_bad_input_is_one_line_and_an_exit_code(
    comity: Run, args: tuple[str, ...], code: int, says: str
) -> None:
    result = comity(*args)
    assert result.exit_code == code
    assert says in result.stderr
    lines = result.stderr.strip().splitlines()
    assert [line for line in lines if line.startswith("comity:")] == lines[-1:]
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("shell", "code", "says"),
    [
        ("comity query -q 'SELECT * { ?s ?p ?o } LIMIT 90000' > /dev/full", 2, "No space left"),
        ("comity queries > /dev/full", 2, "No space left"),
        ("comity query -q 'SELECT * { ?s ?p ?o } LIMIT 90000' | head -n 1", 0, ""),
        ("comity query -q 'ASK {}' -o /dev/stdout | cat", 0, ""),
        ("printf 'SELECT * {}\\377' | comity query -q -", 2, "not UTF-8"),
    ],
)
def test_output_that_fails_is_one_line(cache: Path, shell: str, code: int, says: str) -> None:
    command = shell.replace("comity", f"{sys.executable} {ROOT / 'cli.py'}")
    found = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (found.returncode, says in found.stderr) == (code, True)
    assert len(found.stderr.splitlines()) <= 1


def test_usage_mistakes_are_clicks_own(comity: Run) -> None:
    assert comity("recommend").exit_code == 2
    assert comity("recommend", "CHN", "--top", "0").exit_code == 2
    assert isinstance(main, click.Group)
