"""Tests of kg.features."""

from __future__ import annotations

import numpy as np
import pytest
from test_history import agreement, build, country, member, observation

from kg.forecast import features
from kg.forecast.features import FEATURES, NAMES, TARGETS, Target, Windows

KIND = "investment-treaty"
CODES = [f"AA{letter}" for letter in "ABCDEF"]


@pytest.fixture(scope="module")
def known():
    """Six countries; AAA-AAB, AAB-AAC, AAA-AAD signed by 2000, AAA-AAC in 2003."""
    pairs = (("AAA", "AAB", "1990"), ("AAB", "AAC", "1998"), ("AAA", "AAD", "2000"))
    signed = [agreement(f"{a}{b}", KIND, year, a, b) for a, b, year in pairs]
    later = agreement("later", KIND, "2003", "AAA", "AAC")
    other = agreement("other", "environment-agreement", "1999", "AAB", "AAD")
    gdp = {"AAA": "1e12", "AAB": "1e11", "AAC": "1e11", "AAD": "1e10", "AAE": "1e9"}
    dyad = {
        "a": "AAA",
        "b": "AAC",
        "distance_km": "1000",
        "contiguous": "false",
        "common_language": "true",
        "colony": "false",
    }
    return build(
        *signed, later, other,
        countries=[country(code, region="Asia" if code < "AAC" else "Africa") for code in CODES],
        members=[member("one", code, "1980") for code in ("AAA", "AAB", "AAC")],
        observations=[observation(code, "gdp", "1999", value) for code, value in gdp.items()]
        + [observation("AAA", "ideal-point", "1999", "1"),
           observation("AAC", "ideal-point", "1999", "-0.5")],
        dyads=[dyad],
    )  # fmt: skip


@pytest.fixture(scope="module")
def grids(known):
    return features.compute(known, [KIND], 2000)


def value(grids, name, one, other):
    return grids[name][CODES.index(one), CODES.index(other)]


def test_every_feature_documents_itself():
    assert len(set(NAMES)) == len(NAMES) == 25
    for feature in FEATURES:
        assert feature.title
        assert feature.formula
        assert feature.source
        assert feature.sign in (-1, 0, 1)


def test_all_are_symmetric(grids):
    assert tuple(grids) == NAMES
    for name, grid in grids.items():
        assert np.allclose(grid, grid.T, equal_nan=True), name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("recent", np.log(2) + np.log(2)),
        ("pace", np.log(2) + np.log(1)),
        ("attachment", np.log(3) + np.log(2)),
        ("idle", np.log(1) + np.log(3)),
        ("common", np.log(2)),
        ("adamic-adar", np.log1p(1 / np.log(2))),
        ("allocation", np.log1p(1 / 2)),
        ("bodies", np.log(2)),
        ("earlier", 0.0),
        ("distance", np.log(1000)),
        ("language", 1.0),
        ("region", 0.0),
        ("gdp-sum", np.log(1e23)),
        ("gdp-gap", np.log(10)),
        ("gdp-least", np.log(1e11)),
        ("ideal-gap", 1.5),
    ],
)
def test_known_answers(grids, name, expected):
    assert value(grids, name, "AAA", "AAC") == pytest.approx(expected)


def test_other_kinds_between_the_two_count_as_earlier(grids):
    assert value(grids, "earlier", "AAB", "AAD") == pytest.approx(np.log(2))


def test_network_features_match_their_definitions(known, grids):
    tie = (known.signed([KIND], 0, 2000) > 0).astype(float)
    alpha = 0.5 / np.linalg.eigvalsh(tie)[-1]
    paths = sum(np.linalg.matrix_power(alpha * tie, k) for k in range(1, 200))
    assert np.allclose(grids["katz"], np.log(paths + 1e-4))
    inverse = np.linalg.inv(np.eye(6) + np.diag(tie.sum(axis=1)) - tie)
    for i in range(6):
        for j in range(6):
            expected = inverse[i, i] + inverse[j, j] - 2 * inverse[i, j]
            assert grids["resistance"][i, j] == pytest.approx(expected)


def test_diffusion_follows_countries_like_the_partner(known, grids):
    """AAA signed with AAB in 1990, which shares its body with AAC (and AAA) only."""
    faded = np.exp(-(2000 - 1990) / 5)
    toward = {("AAA", "AAC"): faded / 2, ("AAC", "AAA"): np.exp(-2 / 5) / 2}
    assert value(grids, "like-bodies", "AAA", "AAC") == pytest.approx(sum(toward.values()))
    both = np.sqrt(np.prod(list(toward.values())))
    assert value(grids, "like-bodies-mutual", "AAA", "AAC") == pytest.approx(both)


def test_affinity_of_full_rank_is_the_faded_network(known, grids):
    """Six countries have six eigenvectors, fewer than the rank kept."""
    faded = np.exp((known.latest([KIND], 2000) - 2000) / features.FADE)
    assert np.allclose(grids["affinity"], faded, atol=1e-9)


def test_unknown_inputs_stay_unknown_and_are_named(grids):
    for feature in FEATURES:
        if feature.needs:
            assert np.isnan(value(grids, feature.name, "AAE", "AAF"))
        else:
            assert not np.isnan(grids[feature.name]).any()


def test_gravity(grids):
    pull = features.gravity(grids)
    assert value({"pull": pull}, "pull", "AAA", "AAC") == pytest.approx(np.log(1e23 / 1000))
    assert np.allclose(pull, np.log(1e23 / 1000)), "the only pair known is the mean"


def test_random_walk_is_the_limit_of_walking(known):
    tie = (known.signed([KIND], 0, 2000) > 0).astype(float)
    step = tie / np.maximum(tie.sum(axis=1, keepdims=True), 1)
    visits, walk = np.zeros_like(tie), np.eye(6)
    for _ in range(400):
        visits += features.RESTART * walk
        walk = (1 - features.RESTART) * walk @ step
    assert np.allclose(features.random_walk(tie), visits + visits.T)


def test_window_holds_open_pairs_and_what_they_did(known):
    window = Windows(known, TARGETS[KIND])[2000]
    pairs = {
        (CODES[a], CODES[b]): y for a, b, y in zip(window.a, window.b, window.signed, strict=True)
    }
    assert ("AAA", "AAB") not in pairs
    assert not any("AAF" in pair for pair in pairs)
    assert pairs[("AAA", "AAC")] == 1
    assert sum(pairs.values()) == 1
    assert len(pairs) == 10 - 3


def test_repeats_count_only_where_the_target_says_so(known):
    again = Windows(known, Target("again", (KIND,), repeat=True))[2000]
    assert len(again.a) == 10


def test_window_is_standardised_over_its_open_pairs(known):
    window = Windows(known, TARGETS[KIND])[2000]
    column = window.x[:, NAMES.index("attachment")]
    assert column.mean() == pytest.approx(0)
    assert column.std() == pytest.approx(1)
    assert np.isnan(window.x[:, NAMES.index("distance")]).sum() == len(window.a) - 1


@pytest.mark.parametrize(
    ("name", "given", "shown"),
    [
        ("common", np.log(4), "3"),
        ("distance", np.log(12345), "12,345"),
        ("border", 1.0, "yes"),
        ("border", 0.02, "2% of pairs"),
        ("ideal-gap", 0.65432, "0.654"),
        ("gdp-least", np.log(2.5e9), "2.5"),
        ("distance", np.nan, "unknown"),
    ],
)
def test_values_are_shown_in_plain_units(name, given, shown):
    assert FEATURES[NAMES.index(name)].plain(given) == shown
