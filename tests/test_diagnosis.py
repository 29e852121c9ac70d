"""Diagnosis and assessment: coverage with its guarantee, gaps, levels, crosswalks."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from kg.graph.store import EmbeddedStore
from kg.platform import assessment, diagnosis
from kg.platform.diagnosis import GUARANTEE, Practice, curve, ordered

Comity = Callable[..., Result]
COVERS = st.dictionaries(
    st.sampled_from("ABCDEF"),
    st.frozensets(st.sampled_from("uvwxyz"), min_size=1),
    min_size=1,
)
WEIGHTS = st.fixed_dictionaries({t: st.integers(1, 9).map(float) for t in "uvwxyz"})


@pytest.fixture(scope="module")
def practice(store: EmbeddedStore) -> Practice:
    return diagnosis.load(store)


@given(COVERS, WEIGHTS)
def test_greedy_keeps_its_guarantee_against_every_choice(
    cover: dict[str, frozenset[str]], weights: dict[str, float]
) -> None:
    wanted = frozenset("uvwxyz")
    steps = ordered(cover, weights, wanted)
    total = sum(weights.values())
    for k in range(1, len(steps) + 1):
        best = max(
            math.fsum(weights[t] for t in frozenset().union(*(cover[c] for c in chosen)))
            for chosen in combinations(cover, min(k, len(cover)))
        )
        assert steps[k - 1].covered * total >= GUARANTEE * best - 1e-9


@given(COVERS, WEIGHTS)
def test_steps_add_up_and_never_add_more_than_the_one_before(
    cover: dict[str, frozenset[str]], weights: dict[str, float]
) -> None:
    steps = ordered(cover, weights, frozenset("uvwxyz"))
    gains = [step.adds for step in steps]
    assert gains == sorted(gains, reverse=True)
    assert math.isclose(sum(gains) / sum(weights.values()), steps[-1].covered)
    assert all(gain > 0 for gain in gains)


def test_a_small_case_by_hand() -> None:
    cover = {"a": frozenset("xy"), "b": frozenset("yz"), "c": frozenset("z")}
    steps = ordered(cover, {"x": 1.0, "y": 5.0, "z": 2.0}, frozenset("xyz"))
    assert [(step.control, step.adds) for step in steps] == [("b", 7.0), ("a", 1.0)]


def test_the_order_beats_frequency_and_chance_on_the_real_techniques(practice: Practice) -> None:
    wanted = practice.techniques(["electric-power"])
    cover, weights = practice.mitigations, practice.weights
    mine = [step.covered for step in ordered(cover, weights, wanted)][:10]
    frequent = sorted(cover, key=lambda c: (-len(cover[c] & wanted), c))
    shuffled = Random(1).sample(sorted(cover), len(cover))
    by_count = curve(frequent, cover, weights, wanted)[:10]
    by_chance = curve(shuffled, cover, weights, wanted)[:10]
    assert all(a >= b - 1e-9 for a, b in zip(mine, by_count, strict=True))
    assert sum(mine) > sum(by_count) > sum(by_chance)
    assert mine[-1] > 0.8


def test_diagnose_a_park_by_mitigation_and_by_standard(comity: Comity) -> None:
    done = comity("diagnose", "belarus-great-stone", "--top", "3", "--format", "json")
    assert done.exit_code == 0, done.output
    first, *_ = json.loads(done.stdout)
    assert first["name"] == "Network Segmentation"
    assert "iec-62443-3-3 SR 5.1" in first["requirements"]
    assert "63%" in done.stderr
    done = comity("diagnose", "rail", "--standard", "iec-62443-3-3", "--format", "json")
    numbers = [row["control"] for row in json.loads(done.stdout)]
    assert "iec-62443-3-3 SR 5.1" in numbers
    assert "are answered by none of these" in done.stderr


def test_diagnose_an_inventory_by_its_sectors(comity: Comity, tmp_path: Path) -> None:
    path = tmp_path / "inventory.csv"
    path.write_text("vendor,product,sector\nMill,Pump,water\nMill,Valve,\n", encoding="utf-8")
    done = comity("diagnose", path, "--format", "json", "--top", "1")
    assert done.exit_code == 0, done.output
    assert ":3: neither a sector nor a site" in done.stderr


def answers(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text("control,answer\n" + text, encoding="utf-8")
    return path


def test_a_level_is_reached_only_where_all_below_it_is_met(
    practice: Practice, tmp_path: Path
) -> None:
    every = [
        one for one in practice.of("iec-62443-3-3") if one.family == "timely response to events"
    ]
    assert {(one.number, one.level) for one in every} == {
        ("SR 6.1", 1),
        ("SR 6.1 RE 1", 3),
        ("SR 6.2", 2),
    }
    for text, level in (
        ("SR 6.1,yes\nSR 6.2,yes\n", 2),
        ("SR 6.1,yes\nSR 6.2,partly\nSR 6.1 RE 1,yes\n", 1),
        ("SR 6.1,n/a\nSR 6.2,yes\nSR 6.1 RE 1,yes\n", 3),
        ("SR 6.1,no\n", 0),
    ):
        given_ = assessment.read(answers(tmp_path, text), practice)
        assert assessment.levels(practice, given_)["timely response to events"] == level


def test_gaps_say_what_was_not_answered(practice: Practice, tmp_path: Path) -> None:
    path = answers(tmp_path, "SR 5.1,yes\nSR 5.2,no\nSR 99,yes\nSR 1.1,perhaps\n")
    given_ = assessment.read(path, practice)
    assert given_.problems == (
        f"{path}:4: no requirement 'SR 99' is known",
        f"{path}:5: 'perhaps' is no answer: yes, partly, no or n/a",
    )
    first, *rest = assessment.gaps(practice, given_)
    assert (first["control"], first["answer"]) == ("SR 5.2", "not met")
    assert {row["answer"] for row in rest} == {"not answered"}
    assert len(rest) == 98


def test_a_crosswalk_says_what_does_not_map(practice: Practice) -> None:
    found = assessment.crosswalk(practice, "sau-otcc-1", "iec-62443-3-3")
    mapped = {(row["from"], row["to"]) for row in found}
    assert ("2-7", "SR 4.3") in mapped
    lost = {row["from"]: row["how"] for row in found if not row["to"]}
    assert lost["1-8"] == "maps to nothing known"
    assert any(row["how"] == "nothing known maps to it" for row in found)
    back = assessment.crosswalk(practice, "iec-62443-3-3", "sau-otcc-1")
    assert {(row["to"], row["from"]) for row in back if row["from"] and row["to"]} == {
        pair for pair in mapped if all(pair)
    }


def test_requirements_of_the_same_mitigation_are_told_from_judged_ones(practice: Practice) -> None:
    found = assessment.crosswalk(practice, "iec-62443-3-3", "nist-sp-800-53")
    row = next(row for row in found if (row["from"], row["to"]) == ("SR 3.5", "SI-10"))
    assert row["how"] == "same mitigation M0818"


def test_assess_from_the_command_line(comity: Comity, tmp_path: Path) -> None:
    path = answers(tmp_path, "2-7,yes\n2-8,partly\n")
    done = comity("assess", "--answers", path, "--standard", "sau-otcc-1", "--format", "json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)[0]["control"] == "2-8"
    assert "2 of 23 requirements answered" in done.stderr
    done = comity("assess", "--answers", path, "--standard", "sau-otcc-1", "--to", "iec-62443-3-3")
    assert "2-7" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("diagnose", "nowhere"), "the graph knows nothing of"),
        (("diagnose", "rail", "--standard", "x"), "ATT&CK refers to none of it"),
        (("assess", "--answers", "none.csv"), "cannot be read"),
    ],
)
def test_bad_input_is_said(comity: Comity, arguments: tuple[str, ...], problem: str) -> None:
    done = comity(*arguments)
    assert done.exit_code == 2
    assert problem in done.stderr


def test_empty_answers_are_said(comity: Comity, tmp_path: Path) -> None:
    done = comity("assess", "--answers", answers(tmp_path, ""))
    assert done.exit_code == 2
    assert "no known requirement" in done.stderr
