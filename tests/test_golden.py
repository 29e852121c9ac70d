"""The pipeline from rows to numbers against figures worked out by hand (see golden.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import golden
import numpy as np
import pytest
from golden import CODES, DAY, PLACE

from kg.advice import group, snapshot
from kg.advice.recommend import recommend
from kg.advice.snapshot import Snapshot
from kg.forecast import kinds
from kg.graph.store import EmbeddedStore
from kg.leverage.formula import BALANCE, PREFERENCES

RATE = 0.05
FOCALS = ("AUS", "CHN", "DEU", "GBR", "EGY", "LAO")


@dataclass(frozen=True)
class Given:
    """The chance of cooperation in general, as if it had been forecast."""

    probability: np.ndarray
    countries: tuple[str, ...]

    @property
    def unknown(self) -> np.ndarray:
        """One input, unknown for the pair of Kenya and Laos alone."""
        gap = np.zeros((*self.probability.shape, 1), dtype=bool)
        a, b = (self.countries.index(code) for code in ("KEN", "LAO"))
        gap[a, b] = gap[b, a] = True
        return gap

    def missing(self, one: str, other: str) -> tuple[str, ...]:
        return ("distance",) if {one, other} == {"KEN", "LAO"} else ()


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return golden.store()


@pytest.fixture(scope="module")
def now(store: EmbeddedStore) -> Iterator[Snapshot]:
    def given(history: object, _model: object, _year: int) -> Given:
        codes = tuple(history.countries)
        at = [PLACE[code] for code in codes]
        return Given(golden.general()[np.ix_(at, at)], codes)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "forecast", given)
        patch.setattr(kinds, "model_for", lambda *_: None)
        patch.setattr(kinds, "pace", lambda *_: RATE)
        yield snapshot.load(store, date.fromisoformat(DAY))


def tie(now: Snapshot, one: str, other: str) -> float:
    return float(now.network.tau[now.network.index[one], now.network.index[other]])


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        # a memorandum in force, and a body of six of twelve: .01 x ln 2 / ln 6
        ("AUS", "CHN", 1 - (1 - 0.40) * (1 - 0.01 * 0.386853)),
        # signed and not in force counts half: (1 - .60)^.5; a treaty in force; the body
        ("BRA", "CHN", 1 - 0.632456 * (1 - 0.12) * (1 - 0.01 * 0.386853)),
        ("DEU", "FRA", 0.60),
        ("FRA", "GBR", 0.15),
        ("CHN", "DEU", 0.15),
        ("GBR", "HKG", 0.12),
        # three parties: .12 x ln 4 / ln 6
        ("KEN", "LAO", 0.12 * 0.773706),
        ("JPN", "LAO", 0.01),
        ("DEU", "JPN", 0.0),  # ended, as a second source says of one side
        ("EGY", "LAO", 0.12 * 0.773706),
        ("JPN", "KEN", 0.0),  # an observer takes no part
    ],
)
def test_ties_by_hand(now: Snapshot, one: str, other: str, strength: float) -> None:
    assert tie(now, one, other) == pytest.approx(strength, abs=1e-6)
    assert tie(now, other, one) == tie(now, one, other)


@pytest.mark.parametrize(
    ("country", "exposure", "value", "capability"),
    [
        # ln 8 / ln 8 = 1 reported, 64 % online; 10^13 x 40 % -> (12.602 - 8) / 5
        ("CHN", 0.8, 0.920412, 0.9),
        # ln 4 / ln 8 = 2/3 reported, all online; 10^12; the index of 2024, not that of 2020
        ("DEU", 0.816497, 0.8, 1.0),
        # nobody reported it: as if once, ln 2 / ln 8 = 1/3; 96 % online; 2 x 10^11
        ("AUS", 0.565685, 0.660206, 0.9),
        # 36 % online: sqrt(.36 / 3); 2 x 10^10; the index of 2009 is too old: Egypt's region, .7
        ("KEN", 0.346410, 0.460206, 0.7),
    ],
)
def test_needs_by_hand(
    now: Snapshot, country: str, exposure: float, value: float, capability: float
) -> None:
    place = now.network.index[country]
    assert now.needs.exposure[place] == pytest.approx(exposure, abs=1e-6)
    assert now.needs.value[place] == pytest.approx(value, abs=1e-6)
    assert now.needs.capability[place] == pytest.approx(capability, abs=1e-12)
    need = exposure * value * (1 - capability / 2)
    assert now.needs.need[place] == pytest.approx(need, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "other", "barrier", "blocked"),
    [
        ("IND", "LAO", 1.0, True),  # war
        ("BRA", "FRA", 0.0, False),  # a war that is over
        # sanctions are one kind, the broad ones count: .7; a rivalry nobody dates: .7
        ("GBR", "EGY", 1 - 0.3 * 0.3, False),
        ("DEU", "EGY", 0.3, False),
        ("DEU", "FRA", 0.0, False),  # allies
        ("AUS", "KEN", 1.0, True),
        ("CHN", "IND", 0.4, False),  # a barrier held toward one country
        ("CHN", "AUS", 0.0, False),  # a barrier that ended
        ("CHN", "JPN", 0.0, False),  # a rivalry to come, and a barrier toward everybody
    ],
)
def test_obstacles_by_hand(
    now: Snapshot, one: str, other: str, barrier: float, blocked: bool
) -> None:
    for a, b in ((one, other), (other, one)):
        pair = now.network.index[a], now.network.index[b]
        assert now.obstacles.barrier[pair] == pytest.approx(barrier, abs=1e-12)
        assert bool(now.obstacles.blocked[pair]) is blocked


def test_what_is_known_of_a_country_is_graded(now: Snapshot) -> None:
    graded = {code: now.needs.depth(now.network.index[code]) for code in CODES}
    assert graded["CHN"] == "A"
    assert graded["AUS"] == "B"  # nobody reported an attack
    assert graded["LAO"] == "C"  # nor does an index know it
    assert graded["EGY"] == "C"  # its GDP is too old, its internet use unknown, no attack
    assert now.needs.missing[now.network.index["KEN"]] == ("threat exposure", "capability")


def test_a_strict_reading_leaves_out_what_has_no_date(store: EmbeddedStore, now: Snapshot) -> None:
    from kg.network import need, obstacles

    net = now.network
    strict = need.load(store, net, strict=True)
    assert strict.exposure[net.index["CHN"]] == pytest.approx(0.8, abs=1e-9)  # sqrt(.64)
    assert strict.exposure[net.index["AUS"]] == pytest.approx(0.96**0.5, abs=1e-9)
    pair = net.index["GBR"], net.index["EGY"]
    assert obstacles.load(store, net, strict=True).barrier[pair] == pytest.approx(0.7)


def test_every_tie_path_need_and_obstacle(now: Snapshot) -> None:
    order = [PLACE[country.iso3] for country in now.network.countries]
    assert len(order) == golden.N
    tau = golden.ties()[np.ix_(order, order)]
    np.testing.assert_allclose(now.network.tau, tau, atol=1e-12)
    rho = golden.paths(golden.ties())[np.ix_(order, order)]
    np.testing.assert_allclose(now.network.rho, rho, atol=1e-12)
    needs = golden.needs()
    for place, country in enumerate(now.network.countries):
        for name, value in needs[country.iso3].items():
            found = getattr(now.needs, name)[place]
            assert found == pytest.approx(value, rel=1e-9), (country.iso3, name)
    barrier, blocked = golden.obstacles()
    np.testing.assert_allclose(now.obstacles.barrier, barrier[np.ix_(order, order)], atol=1e-12)
    np.testing.assert_array_equal(now.obstacles.blocked, blocked[np.ix_(order, order)])


def test_the_recalled_share_is_what_is_lost_without_recalled_rows(now: Snapshot) -> None:
    order = [PLACE[country.iso3] for country in now.network.countries]
    whole = -np.log1p(-golden.ties()[np.ix_(order, order)])
    kept = -np.log1p(-golden.ties(seen_only=True)[np.ix_(order, order)])
    share = np.where(whole > 0, 1 - kept / np.where(whole > 0, whole, 1), 0.0)
    np.testing.assert_allclose(now.network.recalled, share, atol=1e-9)
    a, b = now.network.index["DEU"], now.network.index["GBR"]
    assert now.network.recalled[a, b] == 1.0


def test_what_the_forecast_counts(now: Snapshot) -> None:
    basis = now.forecast.pooled.basis
    at = [PLACE[code] for code in basis.countries]
    cyber, defence = golden.signed(golden.CYBER), golden.signed({"defence-agreement"})
    np.testing.assert_array_equal(basis.signed["cyber-security"], cyber[np.ix_(at, at)])
    np.testing.assert_array_equal(basis.signed["defence"], defence[np.ix_(at, at)])
    assert "HKG" not in basis.countries
    pair = now.network.index["KEN"], now.network.index["LAO"]
    assert "distance" in now.forecast.missing[pair[0]][pair[1]]


@pytest.mark.parametrize("focal", FOCALS)
@pytest.mark.parametrize("prefer", PREFERENCES)
def test_every_factor_score_and_rank(now: Snapshot, focal: str, prefer: str) -> None:
    from dataclasses import replace

    powers = PREFERENCES[prefer]
    wanted = golden.scores(focal, RATE, 0.60, powers.gain, powers.popularity)
    ranked = recommend(replace(now, powers=powers), focal)
    assert {c.country.iso3 for c in ranked} == wanted.keys()
    for candidate in ranked:
        hand = wanted[candidate.country.iso3]
        for name in ("feasibility", "popularity", "barrier", "direct", "onward"):
            found = getattr(candidate, name)
            assert found == pytest.approx(hand[name], rel=1e-6, abs=1e-12), name
        found = candidate.expected_leverage
        assert found == pytest.approx(hand["expected_leverage"], rel=1e-6, abs=1e-12)
        assert (candidate.status == "blocked") is hand["blocked"]
    order = sorted(
        wanted, key=lambda c: (wanted[c]["blocked"], -round(wanted[c]["expected_leverage"], 12), c)
    )
    assert [c.country.iso3 for c in ranked] == order
    assert [c.rank for c in ranked] == sorted(c.rank for c in ranked)


@pytest.mark.parametrize("focal", FOCALS)
def test_a_coalition_of_one_and_of_two(now: Snapshot, focal: str) -> None:
    one = golden.scores(focal, RATE, 0.60, BALANCE.gain, BALANCE.popularity)
    game = group.game(now, focal, 2, "independent")
    for code, hand in one.items():
        value = game.value([now.network.index[code]])
        assert value == pytest.approx(hand["expected_leverage"], rel=1e-6, abs=1e-12)


def test_statuses(now: Snapshot) -> None:
    of = {c.country.iso3: c.status for c in recommend(now, "GBR")}
    assert of["IND"] == "renewal"  # a statement in force
    assert of["DEU"] == "renewal"  # a paper between response teams
    assert of["FRA"] == "open"  # a defence agreement is of another kind
    assert of["EGY"] == "open"  # sanctioned, yet not ruled out
    japan = {c.country.iso3: c.status for c in recommend(now, "JPN")}
    assert japan["DEU"] == "open"  # their memorandum has ended


def test_the_channel_reads_sites_and_barriers(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "CHN")}
    assert rows["IND"].channel == "vulnerability-sharing"
    assert rows["JPN"].channel == "joint-development"
    assert rows["KEN"].channel == "public-service-platform"
