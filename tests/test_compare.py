"""Two rankings side by side: each is its own command's, and the page says whose the map is."""

from __future__ import annotations

import json

from kg.advice import compare, draw
from kg.advice.snapshot import Snapshot
from kg.graph.store import EmbeddedStore


def test_each_side_is_its_own_ranking(store: EmbeddedStore, now: Snapshot) -> None:
    one, two = compare.side(now, "China"), compare.side(now, "RUS")
    rows = {row["iso3"]: row for row in compare.rows(one, two)}
    for side, key in ((one, "rank_1"), (two, "rank_2")):
        assert {c.country.iso3: c.rank for c in side.ranked} == {
            code: row[key] for code, row in rows.items() if row[key] is not None
        }
    assert rows["CHN"]["rank_1"] is None
    assert rows["KAZ"]["rises"] == rows["KAZ"]["rank_1"] - rows["KAZ"]["rank_2"]
    base = draw.compose(store, now, "CHN", one.ranked)
    answer = compare.opened(base, store, one, two).answer
    assert answer
    assert answer.sentence[0].startswith("China should turn first to ")
    assert "; Russia to " in answer.sentence[0]
    assert "those of China, as of 2026-01-01" in answer.lead[0]
    assert "俄罗斯" in answer.sentence[1]


def test_two_dates(comity) -> None:
    asked = ("compare", "NAM", "--against", "2015", "--at", "2026-01-01", "--format", "json")
    rows = json.loads(comity(*asked).stdout)
    then = json.loads(comity("recommend", "NAM", "--at", "2015", "--format", "json").stdout)
    ranks = {row["iso3"]: row["rank_2"] for row in rows if row["rank_2"] is not None}
    assert ranks == {row["iso3"]: row["rank"] for row in then}


def test_nothing_to_compare_with(comity) -> None:
    result = comity("compare", "NAM")
    assert result.exit_code == 2
    assert "--against DATE" in result.stderr
