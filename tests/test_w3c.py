"""The W3C's SPARQL tests: what pyoxigraph passes, Comity passes."""

from __future__ import annotations

import pytest
import w3c

GROUPS = {
    "SPARQL 1.0 query": 250,
    "SPARQL 1.0 syntax": 190,
    "SPARQL 1.1 query": 210,
    "SPARQL 1.1 syntax": 90,
    "SPARQL 1.1 entailment": 25,
    "SPARQL 1.1 update": 90,
    "SPARQL 1.1 update syntax": 50,
}


@pytest.fixture(scope="module")
def scores() -> dict[str, w3c.Score]:
    return w3c.scores()


@pytest.mark.slow
@pytest.mark.parametrize("name", GROUPS)
def test_nothing_that_passes_in_pyoxigraph_fails_here(
    scores: dict[str, w3c.Score], name: str
) -> None:
    assert scores.keys() == GROUPS.keys()
    assert scores[name].lost == []
    assert scores[name].raw >= GROUPS[name]
