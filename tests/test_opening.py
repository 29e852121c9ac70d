"""Each command's page opens on its own subject: the same figures as the command, both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kg import page
from kg.advice import draw, group, opening
from kg.advice.explain import explain
from kg.advice.robustness import report
from kg.advice.snapshot import Snapshot
from kg.advice.whatif import whatif
from kg.graph.store import EmbeddedStore
from kg.leverage.ranking import rank_ties
from kg.leverage.ties import read_ties
from kg.network.centrality import ranking
from kg.page.payload import payload


@pytest.fixture(scope="module")
def base(store: EmbeddedStore, now: Snapshot) -> page.Page:
    return draw.base(store, now, "CHN")


def said(made: page.Page) -> page.Answer:
    """The answer of a page, whose Chinese holds no English sentence."""
    assert made.answer
    assert made.title_zh
    data = payload(made)["answer"]
    texts = [data["sentence"][1], *(table["title_zh"] for table in data["tables"])]
    for text in texts:
        assert re.search("[\u4e00-\u9fff]", text)
        assert not re.search("[a-z]+ [a-z]+ [a-z]+", text), text
    for table in data["tables"]:
        assert all(isinstance(column, dict) for column in table["columns"])
        assert "iso3" not in str(table["columns"])
    return made.answer


def test_explain(base: page.Page, store: EmbeddedStore, now: Snapshot) -> None:
    found = explain(store, now, "CHN", "KAZ")
    answer = said(opening.explanation(base, store, now, found))
    rank = found.candidate.rank
    assert answer.sentence[0].startswith(f"Kazakhstan stands at rank {rank} of ")
    assert answer.proposed == ["KAZ"]
    factors = {row[0][0]: row[3] for row in answer.tables[0].rows}  # type: ignore[index]
    assert factors["chance to sign"] == found.shapley["feasibility"]
    assert answer.sources


def test_coalition(base: page.Page, store: EmbeddedStore, now: Snapshot) -> None:
    steps = group.steps(now, group.coalition(now, "CHN", 3))
    answer = said(opening.coalition(base, store, now, steps, []))
    assert answer.proposed == [row["iso3"] for row in steps]
    assert all(row["name"] in answer.sentence[0] for row in steps)


def test_whatif(base: page.Page, store: EmbeddedStore, now: Snapshot) -> None:
    rows = [row.as_json() for row in whatif(now, "CHN", ["KAZ"], ["AUS"])]
    answer = said(opening.whatif(base, store, now, rows, ["KAZ"], ["AUS"]))
    own = next(row for row in rows if row["iso3"] == "CHN")
    assert f"{own['change'] / own['reach']:+.1%}" in answer.sentence[0]
    assert "signed with Kazakhstan" in answer.sentence[0]
    assert "agreements with Australia" in answer.sentence[0]
    assert answer.proposed == ["KAZ"]


def test_robustness(base: page.Page, store: EmbeddedStore, now: Snapshot) -> None:
    rows = report(now, "CHN")
    answer = said(opening.robustness(base, store, now, rows))
    kept = next(float(row["value"]) for row in rows if row["measure"] == "top ten kept")
    assert f"{kept:.0%} of the ten best" in answer.sentence[0]
    assert all(isinstance(row[1], tuple) for row in answer.tables[0].rows)


def test_rank(base: page.Page, now: Snapshot) -> None:
    rows = ranking(now.network, "degree", lambda: now.needs.need)
    made = opening.rank(base, "degree", rows)
    answer = said(made)
    assert not made.ranking
    assert [row[1] for row in answer.tables[0].rows[:2]] == [
        page.Thing(row["iso3"]) for row in rows[:2]
    ]


def test_leverage(tmp_path: Path) -> None:
    path = tmp_path / "ties.csv"
    path.write_text("a,b\nA,B\nB,C\nC,D\n", encoding="utf-8")
    ties = read_ties(path)
    made = opening.leverage(ties, "A", "harmonic", rank_ties(ties, "A", "harmonic"))
    assert said(made).sentence[0] == "A new tie of A would gain most (harmonic) with C and D."
    assert len(made.ties) == 3
    page.render(made)
