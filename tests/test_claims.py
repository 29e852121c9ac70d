"""The seed paper's figures beside the graph's own, each with a verdict."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from kg.graph import claims
from kg.graph.catalog import questions
from kg.graph.claims import AGREE, CANNOT_TELL, DISAGREE, Verdict, judge
from kg.graph.store import EmbeddedStore
from kg.terms import shipped

Comity = Callable[..., Result]


@pytest.fixture(scope="module")
def found(store: EmbeddedStore) -> dict[str, Verdict]:
    return {verdict.claim: verdict for verdict in claims.verdicts(store)}


def table(name: str) -> list[dict[str, str]]:
    with (shipped("data") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def route_output() -> dict[str, float]:
    """Industrial output of 2016 by route country, from the tables, not from the graph."""
    parties = table("participations")
    route = {p["country"] for p in parties if p["of"].startswith("agreement/bri-")} - {"CHN"}

    def year(indicator: str) -> dict[str, float]:
        rows = table(f"observations/{indicator}")
        return {row["country"]: float(row["value"]) for row in rows if row["year"] == "2016"}

    gdp, share = year("gdp"), year("industry-share")
    return {c: gdp[c] * share[c] / 100 for c in route if c in gdp and c in share}


def test_every_figure_of_the_paper_is_listed(found: dict[str, Verdict]) -> None:
    stated = {row["id"] for row in table("curated/claims") if row["unit"]}
    assert found.keys() == stated
    assert len(found) >= 15


def test_fourteen_not_nine_countries_are_above_100_billion(found: dict[str, Verdict]) -> None:
    verdict = found["ii-b-large-output-count"]
    output = route_output()
    large = sorted(country for country, value in output.items() if value > 1e11)
    assert (verdict.said, verdict.graph, verdict.verdict) == ("9", len(large), DISAGREE)
    assert verdict.graph == 14
    assert f"{len(output)} states" in verdict.basis
    assert " ".join(large) in verdict.basis


def test_about_half_are_below_10_billion(found: dict[str, Verdict]) -> None:
    verdict = found["ii-b-small-output"]
    output = route_output()
    small = [value for value in output.values() if value < 1e10]
    assert verdict.graph == pytest.approx(100 * len(small) / len(output))
    assert verdict.verdict == AGREE


def test_their_industry_is_less_than_40_percent_of_gdp(found: dict[str, Verdict]) -> None:
    verdict = found["ii-b-large-output-share"]
    assert verdict.graph is not None
    assert 25 < verdict.graph < 40
    assert verdict.verdict == DISAGREE


def test_the_contradiction_of_the_paper_is_flagged(found: dict[str, Verdict]) -> None:
    whole, part = found["iii-scale-total"], found["iii-scale-part"]
    assert float(part.said) > float(whole.said)
    for verdict, other in ((whole, part), (part, whole)):
        assert (verdict.verdict, verdict.flag) == (DISAGREE, "contradiction")
        assert other.quote in verdict.basis


def test_what_the_graph_has_no_figures_on_is_left_open(found: dict[str, Verdict]) -> None:
    for claim in ("ii-a-exposed-systems", "ii-a-aus-plan", "ii-b-apac-share-2019"):
        assert (found[claim].graph, found[claim].verdict) == (None, CANNOT_TELL)
        assert found[claim].basis == claims.NO_DATA


def test_parks_are_counted_by_the_rule_that_is_stated(found: dict[str, Verdict]) -> None:
    memoranda = {p["country"] for p in table("participations") if "bri-" in p["of"]}
    counted = [
        row
        for row in table("curated/parks")
        if row["home"] == "CHN" and row["host"] in memoranda and "" < row["opened"][:4] <= "2018"
    ]
    assert found["ii-c-parks-count"].graph == len(counted)
    assert found["ii-c-parks-hosts"].graph == len({row["host"] for row in counted})


def test_the_share_of_500_is_the_papers_own_arithmetic(found: dict[str, Verdict]) -> None:
    assert found["ii-b-cs500-share"].graph == pytest.approx(6.4)
    assert found["ii-b-cs500-share"].verdict == AGREE


@pytest.mark.parametrize(
    ("said", "graph", "tolerance", "minimum", "verdict"),
    [
        (9, 14, 0, False, DISAGREE),
        (9, 9, 0, False, AGREE),
        (50, 55, 10, False, AGREE),
        (50, 61, 10, False, DISAGREE),
        (40, 31, 0, True, DISAGREE),
        (40, 41, 0, True, AGREE),
        (1, 1, None, False, CANNOT_TELL),
    ],
)
def test_how_figures_are_judged(
    said: float, graph: float, tolerance: float | None, minimum: bool, verdict: str
) -> None:
    assert judge(said, graph, tolerance, minimum) == verdict


def test_checks_name_claims_and_questions_that_exist(found: dict[str, Verdict]) -> None:
    assert claims.CHECKS.keys() <= found.keys()
    assert {check.question for check in claims.CHECKS.values()} <= questions().keys()


def test_claims_command(comity: Comity, tmp_path: Path) -> None:
    listed = json.loads(comity("claims", "--format", "json").stdout)
    assert {row["verdict"] for row in listed} == {AGREE, DISAGREE, CANNOT_TELL}
    path = tmp_path / "claims.csv"
    done = comity("claims", "-o", path)
    assert done.exit_code == 0, done.output
    assert "ii-b-large-output-count" in path.read_text(encoding="utf-8")
