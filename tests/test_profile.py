"""A subject of a user's own: six universities, from one table of ties to every kind of answer."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

import kg
from kg.advice import draw, subject
from kg.advice.brief import brief
from kg.advice.explain import explain, text
from kg.advice.group import coalition
from kg.advice.recommend import recommend
from kg.advice.sheet import markdown
from kg.advice.snapshot import Snapshot
from kg.advice.whatif import whatif
from kg.errors import ComityError
from kg.graph import build, validate
from kg.graph.store import EmbeddedStore
from kg.page import render
from kg.profile import reader, statements, tables, template
from kg.profile.profile import Words
from kg.profile.support import support

Comity = Callable[..., Result]
TIES = """Partner1,Partner2,Type,Signed,Title
Aalto University,Delft University of Technology,research,2012-05,Joint laboratory on batteries
Aalto University,ETH Zurich,exchange,2015,
Delft University of Technology,ETH Zurich,research,2010-03-01,Robotics alliance
Delft University of Technology,Politecnico di Milano,research,2018,
ETH Zurich,Politecnico di Milano,exchange,2019-11,
Politecnico di Milano,Basque Country University,research,2020,
Basque Country University,Charles University,exchange,2021-02-10,
Charles University,Aalto University,exchange,2014,
Charles University,ETH Zurich,research,2023,
Aalto University,Politecnico di Milano,exchange,2016,
Delft University of Technology,Charles University,exchange,2017,
Basque Country University,Delft University of Technology,exchange,2022,
ETH Zurich,Basque Country University,exchange,2011,
Aalto University,Delft University of Technology,exchange,2009,
Charles University,Politecnico di Milano,exchange,2013,
"""
ACTORS = """id,name,students,quality
AALTO,Aalto University,19000,0.7
DELFT,Delft University of Technology,26000,0.9
ETH,ETH Zurich,24500,0.95
POLIMI,Politecnico di Milano,46000,0.8
EHU,Basque Country University,42000,
CHARLES,Charles University,49000,0.75
"""
PROFILE = """name: universities
title: Joint research of six universities
words: {one: university, many: universities, one_zh: 大学}
actors:
  file: actors.csv
  class: schema:CollegeOrUniversity
ties:
  - file: ties.csv
    from: Partner1
    to: Partner2
    kind: Type
    date: Signed
    title: Title
kinds:
  research: {label: research agreement, label_zh: 研究协定, strength: 0.4}
  exchange: {strength: 0.2}
need:
  - {column: students, year: 2024}
capability: {column: quality, year: 2024, scale: none}
"""
LEAST = """name: least
ties:
  - {file: ties.csv, from: Partner1, to: Partner2}
kinds: {tie: {}}
"""


def written(folder: Path, profile: str = PROFILE, **files: str) -> Path:
    """Write a profile and its tables into a folder."""
    for name, content in {"ties": TIES, "actors": ACTORS, **files}.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    path = folder / "unis.yaml"
    path.write_text(profile, encoding="utf-8")
    return path


def built(path: Path) -> EmbeddedStore:
    declared = reader.read(path)
    made = build.build_subject(
        path.parent / "graph", statements.quads(declared, tables.read(declared))
    )
    return EmbeddedStore(made)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    return built(written(tmp_path_factory.mktemp("unis")))


@pytest.fixture(scope="module")
def now(store: EmbeddedStore) -> Snapshot:
    return subject.load(store, date(2026, 11, 1))


def test_the_ranking_is_worked_out_by_hand(now: Snapshot) -> None:
    """Charles University and Aalto: one more research agreement beside one exchange."""
    ranked = recommend(now, "Charles University")
    assert [c.country.iso3 for c in ranked] != []
    aalto = next(c for c in ranked if c.country.iso3 == "AALTO")
    place = now.network.place("aalto")
    need = now.needs.need[place]
    assert now.network.tau[now.network.place("CHARLES"), place] == pytest.approx(0.2)
    assert aalto.direct == pytest.approx(need * ((1 - 0.8 * 0.6) - 0.2))
    assert aalto.expected_leverage == pytest.approx(aalto.direct + aalto.onward)
    assert now.powers.gain == 1.0


def test_need_is_scaled_as_declared_and_a_gap_is_said(now: Snapshot) -> None:
    import math

    place = now.network.place("EHU")
    size = math.log1p(42000) / math.log1p(49000)
    middle = 0.8  # the median of the qualities that are known
    assert now.needs.need[place] == pytest.approx(size * (1 - middle / 2))
    assert now.needs.missing[place] == ("quality",)
    assert now.needs.missing[now.network.place("ETH")] == ()


def test_what_cannot_be_known_is_left_out_and_said(now: Snapshot, store: EmbeddedStore) -> None:
    assert now.absent == ("chance (4 ties signed in the last 15 years, 30 are needed)",)
    sentence = brief(store, now, "CHARLES", recommend(now, "CHARLES")).sentence
    assert "how likely the two are to sign is not known" in sentence.en
    with pytest.raises(ComityError, match="no chance is known"):
        subject.load(store, now.network.at, prefer="chance")


def test_a_coalition_of_one_is_worth_what_the_ranking_says(now: Snapshot) -> None:
    for candidate in recommend(now, "ETH"):
        code = candidate.country.iso3
        group = coalition(now, "ETH", 1, include=[code])
        assert group.value == pytest.approx(candidate.expected_leverage, abs=1e-12)


def test_every_answer_speaks_of_universities(now: Snapshot, store: EmbeddedStore) -> None:
    ranked = recommend(now, "CHARLES")
    answer = brief(store, now, "CHARLES", ranked)
    page = draw.compose(store, now, "CHARLES", ranked)
    strings = [
        page.wording(s) for s in ("Other countries", "Choose a country.", "两国之间", "第三国")
    ]
    said = [
        now.reworded(text(explain(store, now, "CHARLES", "EHU"))),
        *(now.reworded(markdown(answer, lang)) for lang in ("en", "zh")),
        *strings,
        page.description,
    ]
    for one in said:
        rest = one.replace("Basque Country University", "")
        assert "countr" not in rest.lower()
        assert "国" not in rest
    assert strings == ["Other universities", "Choose a university.", "双方之间", "第三方"]
    assert "Basque Country University" in said[0]
    assert "nan" not in "".join(said).lower().replace("finan", "")
    assert "<title>Cooperation partners for Charles University" in render(page)


def test_whatif_changes_the_two_that_sign(now: Snapshot) -> None:
    changes = {row.iso3: row for row in whatif(now, "CHARLES", add=["EHU"])}
    assert changes["CHARLES"].change > 0
    assert changes["EHU"].change > 0


def test_the_graph_conforms_and_each_tie_names_its_line(store: EmbeddedStore) -> None:
    assert validate.validate(store) == []
    (row,) = kg.open(str(store.path)).query(
        "SELECT ?where { ?a schema:name 'Robotics alliance'@en ; coop:locator ?where }"
    )
    assert row["where"] == "ties.csv line 4"


def test_ties_and_nothing_else_are_enough(tmp_path: Path) -> None:
    bare = "Partner1,Partner2\nA,B\nB,C\nC,D\n"
    snapshot = subject.load(built(written(tmp_path, LEAST, ties=bare)), date(2026, 6, 1))
    best = recommend(snapshot, "A")[0]
    assert best.country.iso3 == "C"  # through C: D, and B once more
    assert snapshot.absent == ("chance (the ties carry no dates)",)


@pytest.mark.parametrize("wanted", ["dated", "plain"])
def test_a_chance_is_learned_where_there_are_enough_dates(tmp_path: Path, wanted: str) -> None:
    names = [f"U{i}" for i in range(14)]
    rows = [
        f"{a},{b},{2005 + (i * 7 + j * 3) % 20}"
        for i, a in enumerate(names)
        for j, b in enumerate(names[:i])
        if (i + j) % 3
    ]
    profile = LEAST.replace("Partner2}", "Partner2, date: Year}") if wanted == "dated" else LEAST
    ties = "\n".join(["Partner1,Partner2,Year", *rows, ""])
    snapshot = subject.load(built(written(tmp_path, profile, ties=ties)), date(2025, 6, 1))
    assert snapshot.chance_known == (wanted == "dated")
    if wanted == "dated":
        chances = [c.feasibility for c in recommend(snapshot, "U3")]
        assert 0 < min(chances) < max(chances) < 1


def test_a_ranking_by_name_only_is_said_to_be_none(store: EmbeddedStore) -> None:
    before = subject.load(store, date(2000, 1, 1))
    flat = replace(before, needs=replace(before.needs, value=np.ones(6), capability=np.zeros(6)))
    said = brief(store, flat, "ETH", recommend(flat, "ETH")).sentence
    assert (
        said.en == "Nothing that is known tells the 5 candidates apart: they share the first rank."
    )


def test_ties_that_are_all_young_teach_no_chance(tmp_path: Path) -> None:
    names = [f"U{i}" for i in range(10)]
    rows = [f"{a},{b},2024" for i, a in enumerate(names) for b in names[:i] if a != b]
    profile = LEAST.replace("Partner2}", "Partner2, date: Year}")
    ties = "\n".join(["Partner1,Partner2,Year", *rows, ""])
    snapshot = subject.load(built(written(tmp_path, profile, ties=ties)), date(2026, 6, 1))
    assert not snapshot.chance_known
    assert "too young" in snapshot.absent[0]


MISTAKES = {
    "not YAML": (("profile", "kinds:", "kinds: ["), r"unis.yaml:\d+: not YAML"),
    "a list": (("profile", PROFILE, "- a\n"), r"unis.yaml:1: the profile: write fields below it"),
    "an unknown field": (
        ("profile", "title:", "titel:"),
        r":2: titel: no such field: did you mean title",
    ),
    "no name": (
        ("profile", "name: universities\n", ""),
        r"unis.yaml:1: the profile: name is missing",
    ),
    "a bad name": (
        ("profile", "name: universities", "name: Uni x"),
        r":1: name: Uni x is not written",
    ),
    "no ties": (
        ("profile", "ties:\n  - file", "actors2:\n  - file"),
        r"ties is missing|actors2: no such",
    ),
    "an empty list": (
        ("profile", PROFILE[PROFILE.index("  - file") : PROFILE.index("kinds")], " []\n"),
        r"unis.yaml:\d+: ties: the list is empty|not YAML",
    ),
    "no such file": (
        ("profile", "file: ties.csv", "file: tie.csv"),
        r":8: ties\[1\].file: there is no file tie.csv",
    ),
    "no such column": (
        ("profile", "to: Partner2", "to: Partner3"),
        r":10: ties\[1\].to: ties.csv has no column Partner3: did you mean Partner2",
    ),
    "a strength of 1": (
        ("profile", "strength: 0.4", "strength: 1"),
        r":15: kinds.research.strength: 1 is not below 1",
    ),
    "a strength in words": (
        ("profile", "strength: 0.4", "strength: much"),
        r":15: kinds.research.strength: write a number",
    ),
    "a kind that is none": (
        ("ties", "research,2018", "talks,2018"),
        r"ties.csv:5: Type: talks is none of the kinds research, exchange",
    ),
    "no such kind to sign": (
        ("profile", "need:", "sign: talks\nneed:"),
        r":17: sign: talks is none of the kinds",
    ),
    "which kind": (("profile", "    kind: Type\n", ""), r":8: ties\[1\]: which kind is it"),
    "an unknown actor": (
        ("ties", "Aalto University,ETH", "Alto University,ETH"),
        r"ties.csv:3: Partner1: Alto University is not in the table of actors: did you mean AALTO",
    ),
    "nobody": (("ties", "Aalto University,ETH", ",ETH"), r"ties.csv:3: Partner1: it is empty"),
    "tied to itself": (
        ("ties", "Aalto University,ETH Zurich", "ETH Zurich,ETH"),
        r"ties.csv:3: Partner2: ETH cannot be tied to itself",
    ),
    "no date": (
        ("ties", "exchange,2015", "exchange,spring 2015"),
        r"ties.csv:3: Signed: spring 2015 is no date",
    ),
    "a day that is none": (
        ("ties", "2021-02-10", "2021-02-30"),
        r"ties.csv:8: Signed: 2021-02-30 is no date",
    ),
    "twice the same": (
        ("actors", "ETH,ETH Zurich", "ETH,Aalto University"),
        r"actors.csv:4: id: aalto university is there already, at .*actors.csv:2",
    ),
    "a figure in words": (
        ("actors", "24500", "many"),
        r"actors.csv:4: students: many is not a number",
    ),
    "below nothing": (("actors", "24500", "-5"), r"actors.csv:4: students: -5 is below 0"),
    "above one": (("actors", "0.95", "95"), r"actors.csv:4: quality: 95 is above 1"),
    "no column of need": (
        ("profile", "column: students", "column: pupils"),
        r":18: need\[1\].column: actors.csv has no column pupils",
    ),
    "no such scale": (
        ("profile", "scale: none", "scale: square"),
        r":19: capability.scale: square is none of log, linear, none",
    ),
    "no year": (
        ("profile", "{column: students, year: 2024}", "{column: students}"),
        r":18: need\[1\]: year is missing",
    ),
    "a field twice": (
        ("profile", "title: Joint", "name: twice\ntitle: Joint"),
        r":2: name: stands there twice",
    ),
    "too few": (("actors", ACTORS[ACTORS.index("ETH,") :], ""), r"is not in the table of actors"),
    "an empty name": (("actors", "ETH,ETH Zurich", "ETH,"), r"actors.csv:4: name: it is empty"),
    "a ragged row": (
        ("ties", "exchange,2015,", "exchange,2015"),
        r"ties.csv:3: 4 cells where the header has 5",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_one_line_with_file_line_and_field(tmp_path: Path, mistake: str) -> None:
    (where, old, new), said = MISTAKES[mistake]
    texts = {"profile": PROFILE, "ties": TIES, "actors": ACTORS}
    assert old in texts[where]
    texts[where] = texts[where].replace(old, new, 1)
    path = written(tmp_path, texts["profile"], ties=texts["ties"], actors=texts["actors"])
    with pytest.raises(ComityError, match=said) as error:
        tables.read(reader.read(path))
    assert "\n" not in str(error.value)


def test_bad_rows_are_left_out_where_the_profile_says_so(tmp_path: Path) -> None:
    profile = PROFILE.replace("    title: Title\n", "    title: Title\n    errors: skip\n")
    path = written(tmp_path, profile, ties=TIES.replace("research,2018", "talks,2018"))
    found = tables.read(reader.read(path))
    assert len(found.ties) == 14
    (skipped,) = found.skipped
    assert "talks is none of the kinds" in skipped


def test_check_says_what_is_live_imputed_and_absent(tmp_path: Path) -> None:
    declared = reader.read(written(tmp_path))
    state = {f.part: f.state for f in support(declared, tables.read(declared), 2026)}
    assert state["need: students"] == "live"
    assert state["capability: quality"] == "imputed"
    assert (state["chance"], state["obstacles"], state["gain"]) == ("absent", "absent", "live")


def test_obstacles_lower_and_block(tmp_path: Path) -> None:
    more = """obstacles:
  file: obstacles.csv
  from: a
  to: b
  kind: kind
  kinds: {dispute: {level: 0.5}, ban: {level: 1, blocks: true}}
"""
    rows = "a,b,kind\nCHARLES,EHU,ban\nCHARLES,ETH,dispute\n"
    snapshot = subject.load(
        built(written(tmp_path, PROFILE + more, obstacles=rows)), date(2026, 6, 1)
    )
    ranked = recommend(snapshot, "CHARLES")
    assert (ranked[-1].country.iso3, ranked[-1].status) == ("EHU", "blocked")
    assert next(c for c in ranked if c.country.iso3 == "ETH").barrier == pytest.approx(0.5)


def test_init_guesses_the_columns_and_what_it_writes_can_be_read(tmp_path: Path) -> None:
    ties = tmp_path / "agreements.csv"
    ties.write_text(TIES, encoding="utf-8")
    path, columns = template.init("unis", tmp_path, ties)
    assert columns == {
        "from": "Partner1", "to": "Partner2", "kind": "Type", "date": "Signed", "title": "Title",
    }  # fmt: skip
    declared = reader.read(path)
    assert len(tables.read(declared).ties) == 15
    assert [kind.slug for kind in declared.kinds] == ["exchange", "research"]
    with pytest.raises(ComityError, match="exists already"):
        template.init("unis", tmp_path, ties)
    example, _ = template.init("example", tmp_path)
    assert len(tables.read(reader.read(example)).actors) == 4


def test_the_command_line_from_a_table_to_an_answer(comity: Comity, tmp_path: Path) -> None:
    ties = tmp_path / "agreements.csv"
    ties.write_text(TIES, encoding="utf-8")
    profile, graph = tmp_path / "unis.yaml", tmp_path / "graph"
    assert "Partner1" in comity("init", "unis", "--ties", ties, "--folder", tmp_path).stderr
    assert "chance" in comity("check", profile).stdout
    comity("build", "--profile", profile, "--graph", graph)
    found = comity("recommend", "charles university", "--graph", graph, "--format", "json")
    assert found.stderr.startswith("left out, for it is not known of any")
    best = json.loads(found.stdout)[0]
    assert "iso3" not in json.dumps(best)
    assert "feasibility" not in best
    table = comity("recommend", "ETH Zurich", "--graph", graph, "--format", "table").stdout
    assert "Delft University of Technology" in table
    rows = list(
        csv.DictReader(comity("rank", "--graph", graph, "--format", "csv").stdout.splitlines())
    )
    assert len(rows) == 6
    comity("robustness", "ETH Zurich", "--graph", graph)
    comity("whatif", "ETH Zurich", "--add", "CHARLES-UNIVERSITY", "--graph", graph)


def test_words_leave_names_alone() -> None:
    words = Words("university", "universities", "大学")
    said = words.reworded(
        "A country and the Basque Country University.", ["Basque Country University"]
    )
    assert said == "A university and the Basque Country University."
    assert Words("city", "cities").reworded("Countries of a country") == "Cities of a city"


@pytest.mark.slow
def test_defence_agreements_are_ranked_from_their_publishers_file(
    shared: Path, tmp_path: Path
) -> None:
    """A second subject on data that nobody here made, read without a line of Python."""
    text = """name: defence
ties:
  - file: DCAD-v1.0-main.csv
    from: cowName1
    to: cowName2
    as: agreement
    date: signYear
    errors: skip
kinds: {agreement: {strength: 0.3}}
"""
    path = tmp_path / "defence.yaml"
    path.write_text(text, encoding="utf-8")
    (tmp_path / "DCAD-v1.0-main.csv").symlink_to(shared / "relations" / "DCAD-v1.0-main.csv")
    declared = reader.read(path)
    found = tables.read(declared)
    assert len(found.ties) + len(found.skipped) == 1871
    snapshot = subject.load(built(path), date(2010, 6, 1))
    ranked = recommend(snapshot, "FRN")
    assert snapshot.absent == ()
    assert len(ranked) == len(found.actors) - 1
    assert all(0 < c.feasibility < 1 for c in ranked)
