"""Response: a team or "none known" for every state, sharing, first steps, incidents alike."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result

from kg.graph.store import EmbeddedStore
from kg.platform import response

Comity = Callable[..., Result]


def rows(done: Result) -> list[dict[str, str]]:
    assert done.exit_code == 0, done.output
    found: list[dict[str, str]] = json.loads(done.stdout)
    return found


def named(found: list[dict[str, str]], what: str) -> dict[str, dict[str, str]]:
    return {row["name"]: row for row in found if row["what"] == what}


def test_all_193_states_have_a_team_or_the_word_that_none_is_known(comity: Comity) -> None:
    found = rows(comity("respond", "--everyone", "--format", "json"))
    countries = {row["detail"][:3] for row in found}
    assert len(countries) == 193
    assert all(row["name"] for row in found)
    unknown = [row for row in found if row["name"] == response.NONE_KNOWN]
    assert 0 < len(unknown) < 100
    assert all(row["source"] for row in found if row not in unknown)


def test_a_country_gets_teams_agreements_neighbours_and_steps(comity: Comity) -> None:
    found = rows(comity("respond", "KAZ", "--at", "2026-01-01", "--format", "json"))
    assert "cert.gov.kz" in named(found, "national team")["KZ-CERT"]["contact"]
    sharing = " ".join(named(found, "may share under"))
    assert "SCO agreement on cooperation" in sharing
    neighbours = named(found, "neighbour's team")
    assert "CHN: under SCO agreement" in neighbours["CNCERT/CC"]["detail"]
    assert len(named(found, "first step")) == response.FIRST_STEPS
    assert named(found, "incident alike")


def test_agreements_that_had_not_begun_are_not_listed(comity: Comity) -> None:
    found = rows(comity("respond", "KAZ", "--at", "1990-01-01", "--format", "json"))
    assert list(named(found, "may share under")) == [response.NONE_KNOWN]


def test_first_steps_answer_the_technique_that_was_seen(comity: Comity) -> None:
    arguments = ("--technique", "T0855", "--technique", "T9999", "--format", "json")
    found = rows(comity("respond", "belarus-great-stone", *arguments))
    steps = named(found, "first step")
    assert "T9999 is no known technique" in steps[response.NONE_KNOWN]["detail"]
    assert any("Unauthorized Command Message" in row["detail"] for row in steps.values())
    assert "CERT.BY" in named(found, "national team")


def test_a_sectoral_team_is_named_for_its_sector_only(store: EmbeddedStore) -> None:
    directory = response.load(store, "2026-01-01")
    names = {team.id for team in directory.special("USA", frozenset({"water"}))}
    assert names == {"cert:water-isac"}


def test_recalled_contacts_say_so(comity: Comity) -> None:
    found = rows(comity("respond", "LVA", "--format", "json"))
    assert "(recalled)" in named(found, "national team")["CERT.LV"]["contact"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("respond",), "give a country or a site"),
        (("respond", "XXQ"), "no member of the United Nations"),
        (("respond", "nowhere"), "the graph knows nothing of"),
    ],
)
def test_bad_targets_are_said_in_one_line(
    comity: Comity, arguments: tuple[str, ...], problem: str
) -> None:
    done = comity(*arguments)
    assert done.exit_code == 2
    assert problem in done.stderr
