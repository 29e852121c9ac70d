"""The fifteen questions of docs/platform.md, each asked by its command; the board."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import Result

from kg.advice import board
from kg.advice.board import Board
from kg.graph.store import EmbeddedStore
from kg.page import render_sheet

Comity = Callable[..., Result]
PAGE = Path(__file__).resolve().parents[1] / "docs" / "platform.md"
DAY = ("--at", "2026-01-01")
# Question by number: the command, and what its answer holds.
ASKED: dict[int, tuple[tuple[str, ...], tuple[str, ...]]] = {
    1: (
        ("warn", "{inventory}", "--since", "2020", *DAY),
        ("ICSA-", "SIMATIC S7-1500", "no advisory"),
    ),
    2: (
        ("query", "vulnerability-facts", "-p", "vulnerability=CVE-2023-6448"),
        ("CWE-", "9.8", "advisory"),
    ),
    3: (
        ("query", "remedies-of", "-p", "advisory=advisory/www.cisa.gov/ICSA-24-200-01"),
        ("mitigation", "cisa-csaf"),
    ),
    4: (
        ("diagnose", "belarus-great-stone", "--standard", "iec-62443-3-3"),
        ("SR 5.1", "techniques against"),
    ),
    5: (("assess", "--answers", "{answers}"), ("SR 1.1", "not answered", "level 0")),
    6: (("respond", "PAK", *DAY), ("national team", "none known")),
    7: (("respond", "KAZ", *DAY), ("may share under", "information-security-agreement")),
    8: (("respond", "pakistan-haier-ruba", *DAY), ("incident alike",)),
    9: (("respond", "PAK", "--technique", "T0855", *DAY), ("first step", "against")),
    10: (("export", "ICSA-24-200-01", "--as", "csaf"), ('"csaf_version": "2.0"', "ICSA-24-200-01")),
    11: (
        ("query", "products-in", "-p", "advisory=advisory/www.cisa.gov/ICSA-24-200-01"),
        ("mitsubishi-electric", "known_affected"),
    ),
    12: (("warn", "CHN", "--top", "3", *DAY), ("ICSA-", "typical of the sector, not known")),
    13: (
        ("assess", "--answers", "{otcc}", "--standard", "sau-otcc-1", "--to", "iec-62443-3-3"),
        ("judged: meets in part", "nothing known maps to it"),
    ),
    14: (("query", "members-without-pact"), ("Kyrgyzstan", "none known", "Russia-China agreement")),
    15: (("query", "protection", "--country", "KAZ"), ("tests", "State Technical Service")),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An inventory and two sets of answers."""
    folder = tmp_path_factory.mktemp("asked")
    texts = {
        "inventory": "site,vendor,product,version\nplant,Siemens,SIMATIC S7-1500,2.0\n"
        "plant,Nobody at all,Nothing,1\n",
        "answers": "control,answer\nSR 5.1,yes\nSR 1.1,no\n",
        "otcc": "control,answer\n2-1,yes\n2-2,partly\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return {name: str(folder / f"{name}.csv") for name in texts}


def test_the_page_has_all_fifteen_questions_each_with_a_command() -> None:
    text = PAGE.read_text(encoding="utf-8")
    found = re.findall(
        r"^(\d+)\. \*\*(.+?)\*\*(.+?)(?=^\d+\. |^## )", text, re.MULTILINE | re.DOTALL
    )
    assert [int(number) for number, _, _ in found] == list(ASKED)
    for number, _, answer in found:
        assert f"`comity {ASKED[int(number)][0][0]}" in answer.replace("\n    ", " "), number


@pytest.mark.parametrize("number", ASKED)
def test_each_question_is_answered_by_its_command(
    comity: Comity, files: dict[str, str], number: int
) -> None:
    command, holds = ASKED[number]
    answer = comity(*(part.format(**files) for part in command))
    assert answer.exit_code == 0, answer.output
    for text in holds:
        assert text in answer.output, text


@pytest.fixture(scope="module")
def park(store: EmbeddedStore) -> Board:
    """The board of Great Stone."""
    return board.board(store, "belarus-great-stone", date(2026, 1, 1))


def test_a_board_has_the_five_services_and_every_line_its_source(park: Board) -> None:
    assert [service.name[0] for service in park.services] == list("12345")
    lines = [line for service in park.services for line in service.lines]
    assert len(lines) >= 15
    bare = [line.text for line in lines if not line.sources]
    assert all("none known" in text for text in bare)
    assert set(park.cited) <= park.known.keys()


def test_a_board_is_one_sealed_page_and_markdown(park: Board, tmp_path: Path) -> None:
    html = render_sheet(board.sheet(park))
    assert "default-src &#39;none&#39;" in html
    assert "<script" not in html
    assert not re.findall(r'(?:src|href)="(?!https?://)', html)
    text = board.markdown(park)
    assert text.count("\n## ") == 6
    last = max(int(n) for n in re.findall(r"\[(\d+)\]", text))
    assert last == len(park.cited)


def test_names_on_a_board_are_data(park: Board) -> None:
    hostile = board.Line("<script>alert(1)</script> `x` *y*", ("cisa-csaf",))
    service = board.Service("1 Warn", "", (hostile,), "comity warn")
    found = board.Board("<b>", "2026-01-01", (service, *park.services[1:]), park.known)
    assert "<script>" not in render_sheet(board.sheet(found))
    assert "<script>" not in board.markdown(found)


def test_board_from_the_command_line(comity: Comity, tmp_path: Path) -> None:
    page = tmp_path / "board.html"
    assert comity("board", "belarus-great-stone", "-o", page, *DAY).exit_code == 0
    assert "4 Respond" in page.read_text(encoding="utf-8")
    wrong = comity("board", "CHN", "-o", tmp_path / "board.docx")
    assert (wrong.exit_code, ".html" in wrong.output) == (3, True)
    assert comity("board", "atlantis").exit_code == 2


def test_bad_lines_of_an_inventory_are_said_and_the_rest_goes_on(
    comity: Comity, tmp_path: Path
) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text(
        "vendor,product,version\nSiemens,SIMATIC S7-1500,2.0\n,orphan,1\nSiemens,a,b,c\n"
        "Siemens,<img src=x>,../../etc\n",
        encoding="utf-8",
    )
    answer = comity("warn", path, "--since", "2020", *DAY, "--format", "json")
    assert answer.exit_code == 0
    for line in (":3: vendor empty", ":4: more or fewer cells", "line 5: no advisory"):
        assert line in answer.output, line
    assert json.loads(answer.stdout)[0]["advisory"].startswith("ICSA")
    empty = tmp_path / "empty.csv"
    empty.write_text("vendor,product\n", encoding="utf-8")
    nothing = comity("warn", empty)
    assert (nothing.exit_code, "no line names a vendor" in nothing.output) == (2, True)
