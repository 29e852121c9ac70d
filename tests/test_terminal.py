"""The terminal: questions found, shells completed, values checked, tables that fit."""

from __future__ import annotations

import sys

import pytest
from click.shell_completion import ShellComplete

from cli import main
from kg.graph import answer


def test_questions_are_found_by_words(comity):
    found = comity("queries", "park threat", "--format", "json")
    assert found.exit_code == 0
    assert "park-threat-exposure" in found.stdout
    assert "agreements-by-year" not in found.stdout


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["queries", "park-thread-exposure"], "did you mean park-threat-exposure"),
        (["queries", "--theme", "threat"], "did you mean threats"),
        (["query", "adopters-of", "-p", "standard=nis-2"], "did you mean nis2"),
        (["query", "parties", "-p", "kind=cyber-mu"], "did you mean cyber-mou"),
        (["query", "parks-in", "-p", "country=ZZZ"], "the graph has no country ZZZ"),
    ],
)
def test_unknown_words_and_values_are_errors_with_near_ones(comity, args, told):
    found = comity(*args)
    assert found.exit_code == 2
    assert told in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "begun", "wanted"),
    [
        ([], "recom", "recommend"),
        (["query"], "park-thr", "park-threat-exposure"),
        (["recommend"], "--pref", "--prefer"),
        (["recommend", "CHN", "--prefer"], "ch", "chance"),
    ],
)
def test_a_shell_completes(typed, begun, wanted):
    shell = ShellComplete(main, {}, "comity", "_COMITY_COMPLETE")
    assert wanted in [item.value for item in shell.get_completions(typed, begun)]


@pytest.mark.parametrize("width", [80, 120])
def test_short_cells_are_not_broken(monkeypatch, width):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    long = "an obstacle that takes many words to tell, and a few more to be sure"
    rows = [{"rank": i, "5-95 %": "101-159", "code": "KOR", "a": long, "b": long} for i in (1, 12)]
    shown = answer.text(rows, "table")
    assert shown.count("101-159") == 2
    assert max(map(len, shown.splitlines())) <= width
