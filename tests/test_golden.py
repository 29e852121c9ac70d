"""The pipeline from rows to numbers against figures worked out by hand (see golden.py)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import golden
import numpy as np
import pytest
from golden import CODES, PLACE, RATE

from kg.advice import channel, group
from kg.advice.recommend import flat, narrow, recommend, shared_ranks
from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.forecast import kinds, pairs
from kg.graph.store import EmbeddedStore
from kg.leverage.formula import BALANCE, PREFERENCES
from kg.network import need, network, obstacles

pytestmark = pytest.mark.portable

FOCALS = ("AUS", "CHN", "DEU", "GBR", "EGY", "LAO")


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    return golden.store()


@pytest.fixture(scope="module")
def now(store: EmbeddedStore) -> Iterator[Snapshot]:
    with golden.known(store) as at_the_day:
        yield at_the_day


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
        ("JPN", "KEN", 0.7, False),  # a clash that begins on this day
        ("BRA", "KEN", 0.0, False),  # a clash whose first day of peace this is
        ("FRA", "LAO", 0.5, False),  # offices, no embassy
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
    rho = golden.paths()[np.ix_(order, order)]
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
    assert rows["KEN"].channel == "aid-style-export"
    assert now.sites == {("CHN", "KEN"): 1}


@pytest.mark.parametrize("focal", ["CHN", "FRA", "GBR"])
def test_groups_of_two_and_three(now: Snapshot, focal: str) -> None:
    codes = [c.country.iso3 for c in recommend(now, focal) if c.status != "blocked"]
    for members in (tuple(codes[:2]), tuple(codes[1:4])):
        game = group.game(now, focal, len(members) + 1, "independent")
        value = game.value([now.network.index[code] for code in members])
        wanted = golden.worth_of(focal, members, BALANCE.gain, BALANCE.popularity)
        assert value == pytest.approx(wanted, rel=1e-6)


def test_the_best_pair_is_found_and_its_steps_add_up(now: Snapshot) -> None:
    from itertools import combinations

    codes = [c.country.iso3 for c in recommend(now, "CHN") if c.status != "blocked"]
    values = {
        pair: golden.worth_of("CHN", pair, BALANCE.gain, BALANCE.popularity)
        for pair in combinations(sorted(codes), 2)
    }
    chosen = group.coalition(now, "CHN", 2)
    steps = group.steps(now, chosen)
    assert tuple(sorted(step["iso3"] for step in steps)) == max(values, key=values.__getitem__)
    assert [step["order"] for step in steps] == [1, 2]
    assert steps[1]["value"] == pytest.approx(steps[0]["adds"] + steps[1]["adds"])
    assert steps[1]["value"] == pytest.approx(max(values.values()), rel=1e-6)


def test_members_of_a_body_and_who_may_not_join(now: Snapshot) -> None:
    names = [now.network.countries[j].iso3 for j in group.members(now, "club")]
    assert names == ["AUS", "BRA", "CHN", "EGY", "IND", "KEN"]
    chosen = group.coalition(now, "AUS", 2, body="club", include=["EGY"], exclude=["CHN"])
    codes = {step["iso3"] for step in group.steps(now, chosen)}
    assert "EGY" in codes
    assert codes <= {"BRA", "EGY", "IND"}
    with pytest.raises(ComityError, match="ruled out"):
        group.coalition(now, "AUS", 2, include=["KEN"])
    with pytest.raises(ComityError, match="both"):
        group.coalition(now, "AUS", 2, include=["IND"], exclude=["IND"])


def test_a_host_is_worth_an_agreement_with_its_other_members(
    now: Snapshot, store: EmbeddedStore
) -> None:
    hosts = {h.body: h for h in group.hosts(store, now, "AUS", "certain", everything=True)}
    assert hosts.keys() == {"club"}  # a body of two is a bilateral agreement
    club = hosts["club"]
    assert club.way == group.MEMBER
    assert club.partners == 4  # Kenya is out of bounds
    game = group.game(now, "AUS", 5, "certain")
    members = [now.network.index[code] for code in ("BRA", "CHN", "EGY", "IND")]
    assert club.value == pytest.approx(game.value(members), rel=1e-12)
    assert club.as_json()["per_partner"] == pytest.approx(club.value / 4)
    outside = group.hosts(store, now, "GBR", "certain", everything=True)[0]
    assert outside.way == group.OUTSIDE


def test_third_countries_in_their_order(now: Snapshot) -> None:
    for candidate in recommend(now, "FRA"):
        code = candidate.country.iso3
        assert "LAO" not in {via.iso3 for via in candidate.via}  # offices, no embassy
        gains = [via.gain for via in candidate.via]
        assert gains == sorted(gains, reverse=True)
        assert all(gain > 0 for gain in gains)
        assert sum(gains) == pytest.approx(candidate.onward, rel=1e-12, abs=1e-15)
        assert code not in {via.iso3 for via in candidate.via}
    row = flat(next(c for c in recommend(now, "FRA") if len(c.via) > 3))
    assert len(row["via"]) == 3


def test_ranks_indices_and_what_the_other_side_gains(now: Snapshot) -> None:
    ranked = recommend(now, "CHN")
    assert [c.rank for c in ranked] == list(range(1, 11))
    best = ranked[0].expected_leverage
    for c in ranked:
        assert c.index == pytest.approx(100 * c.expected_leverage / best)
        other = next(x for x in recommend(now, c.country.iso3) if x.country.iso3 == "CHN")
        assert c.partner_gain == pytest.approx(other.expected_leverage, rel=1e-9)
        tau = now.network.tau[now.network.index["CHN"], now.network.index[c.country.iso3]]
        assert c.tie == tau
    assert shared_ranks(np.array([3.0, 2.0, 2.0, 1.0])) == [1, 2, 2, 4]
    assert len(recommend(now, "CHN", everyone=True)) == 11
    mutual = [c.expected_leverage * c.partner_gain for c in recommend(now, "CHN", mutual=True)]
    assert mutual == sorted(mutual, reverse=True)


def test_what_two_share_strongest_first(now: Snapshot) -> None:
    shared = now.network.shared("BRA", "CHN")
    assert [iri for iri, _, _ in shared] == [
        "agreement:bra-chn",
        "agreement:bra-chn-bit",
        "body:club",
    ]
    assert [share for _, _, share in shared] == pytest.approx(
        [0.367544, 0.12, 0.00386853], rel=1e-5
    )


def test_doubt_where_inputs_were_imputed(now: Snapshot) -> None:
    needs, at = golden.needs(), now.network.index
    online, skill = golden.observed("internet-users", 12), golden.observed("gci", 12)

    def apart(pairs: list[tuple[float, float]]) -> float:
        return float(np.sqrt(np.mean([np.log(a / b) ** 2 for a, b in pairs])))

    def instead(known: dict[str, float], code: str) -> float:
        return golden.median_of_neighbours({c: v for c, v in known.items() if c != code}, code)

    reported = {c: needs[c]["exposure"] ** 2 for c in CODES if c in online}
    reported = {c: v / (online[c] / 100) for c, v in reported.items()}
    least = min(reported.values())
    named = {row["country"] for row in golden.rows("targetings")}
    attacks = apart([(reported[c] ** 0.5, least**0.5) for c in sorted(named)])
    nets = apart([((v / 100) ** 0.5, (instead(online, c) / 100) ** 0.5) for c, v in online.items()])
    skills = apart([(1 - v / 2, 1 - instead(skill, c) / 2) for c, v in skill.items()])
    assert now.needs.spread[at["CHN"]] == 0.0
    assert now.needs.spread[at["AUS"]] == pytest.approx(attacks, rel=1e-6)
    assert now.needs.spread[at["KEN"]] == pytest.approx(np.hypot(attacks, skills), rel=1e-6)
    assert now.needs.spread[at["EGY"]] > np.hypot(attacks, nets)


def test_reasons_of_a_chance_by_hand(now: Snapshot) -> None:
    found, basis = now.forecast.pooled, now.forecast.pooled.basis
    names = [f"name of {code}" for code in basis.countries]
    pair = basis.countries.index("CHN"), basis.countries.index("DEU")
    reasons = {r.feature: r for r in kinds.explain(found, *pair, names)}
    assert reasons["defence-pair"].value == "1"
    # China's partners in papers: Australia, Brazil; Germany's: France, Japan, the United Kingdom
    assert reasons["activity"].value == "name of CHN 2, name of DEU 3"
    assert reasons["defence-activity"].value == "name of CHN 1, name of DEU 1"
    assert reasons["tie"].value == "0.15"
    assert reasons["capability"].value == "0.90"
    assert not reasons["capability"].missing
    chance = golden.general()[PLACE["CHN"], PLACE["DEU"]]
    assert reasons["general"].value == f"{chance:.1%}"
    log_odds = np.log(found.probability / (1 - found.probability))
    other = basis.countries.index("AUS"), basis.countries.index("IND")
    more = {r.feature: r for r in kinds.explain(found, *other, names)}
    difference = sum(r.contribution for r in reasons.values()) - sum(
        r.contribution for r in more.values()
    )
    assert difference == pytest.approx(log_odds[pair] - log_odds[other], rel=1e-9)
    poor = {
        r.feature: r for r in kinds.explain(found, basis.countries.index("KEN"), pair[0], names)
    }
    assert "imputed" in poor["capability"].sentence
    typical = np.expm1(found.raw["activity"][found.open].mean() / 2)
    assert f"on average {typical:.1f}" in reasons["activity"].sentence


def test_a_basis_comes_back_from_its_rows(now: Snapshot) -> None:
    basis = now.forecast.pooled.basis
    again = pairs._basis_of(pairs._basis_rows(basis), basis.year)
    assert again.countries == basis.countries
    assert again.rate == basis.rate
    assert dict(again.gaps) == dict(basis.gaps)
    np.testing.assert_array_equal(again.general, basis.general)
    for name in basis.signed:
        np.testing.assert_array_equal(again.signed[name], basis.signed[name])


@pytest.mark.parametrize("kind", ["information-security-agreement", "defence-agreement"])
def test_which_target_forecasts_a_kind(kind: str) -> None:
    target = {"information-security-agreement": "cyber-security", "defence-agreement": "defence"}
    assert kinds.target_of(kind) == target[kind]
    assert kinds.target_of("cyber-convention") == "cyber-security"
    assert kinds.target_of("investment-treaty") == "investment-treaty"


def test_observations_of_the_right_age(now: Snapshot) -> None:
    seen = now.needs.observations
    assert now.needs.gdp_per_head("CHN") == 4000.0  # twelve years old
    assert now.needs.gdp_per_head("JPN") is None  # thirteen
    assert seen["CHN"]["gdp"].year == 2023
    assert seen["CHN"]["gdp"].source == "test"
    assert "gdp" not in seen["EGY"]


PAIR = channel.Pair(0.5, 0.5, 0.0, None, frozenset(), 0)


@pytest.mark.parametrize(
    ("change", "channel_name"),
    [
        ({"barriers_j": frozenset({"sanctions-broad"})}, "vulnerability-sharing"),
        ({"barriers_j": frozenset({"strict-review"})}, "testing-certification"),
        ({"barriers_j": frozenset({"strict-review"}), "capability_j": 0.61}, "research-institutes"),
        ({"barriers_j": frozenset({"own-standards"}), "capability_j": 0.21}, "regional-standards"),
        (
            {"barriers_j": frozenset({"own-standards"}), "capability_j": 0.19},
            "cooperation-documents",
        ),
        ({"capability_j": 0.61}, "research-institutes"),
        ({"capability_j": 0.41}, "joint-development"),
        ({"capability_j": 0.3, "barriers_j": frozenset({"mature-industry"})}, "joint-development"),
        ({"capability_j": 0.3, "gdp_per_head_j": 4999.0}, "aid-style-export"),
        ({"capability_j": 0.3, "gdp_per_head_j": 5000.0}, "cooperation-documents"),
        ({"capability_j": 0.3, "sites_in_j": 1}, "public-service-platform"),
        ({"capability_j": 0.3, "tie": 0.5}, "remote-services"),
        ({"capability_j": 0.3, "tie": 0.49}, "cooperation-documents"),
    ],
)
def test_channels_by_hand(change: dict[str, object], channel_name: str) -> None:
    assert channel.suggest(replace(PAIR, **change)).channel == channel_name


def test_additive_parts_by_hand() -> None:
    own = np.array([0.5, -0.5, 0.2, -0.2, 0.0])
    values = 1.5 + np.add.outer(own, own)
    among = ~np.eye(5, dtype=bool)
    among[4] = among[:, 4] = False  # a country without a pair
    level, found = pairs.additive(values, among)
    assert level == pytest.approx(1.5)
    assert found == pytest.approx(own)
    level, found = pairs.additive(values, np.zeros((5, 5), dtype=bool))
    assert level == 0.0
    assert not found.any()


def test_lift_is_the_chance_over_that_of_anyone(now: Snapshot) -> None:
    level, own = now.forecast.readiness
    at = now.network.index
    for one, other in (("CHN", "DEU"), ("KEN", "LAO"), ("GBR", "AUS")):
        a, b = at[one], at[other]
        anyone = 1 / (1 + np.exp(-(level + own[a] + own[b])))
        assert now.forecast.lift[a, b] * anyone == pytest.approx(now.forecast.probability[a, b])
    assert now.forecast.lift[at["HKG"], at["DEU"]] == 1.0
    chance, _ = golden.chances(RATE)
    usual = float(np.nanmean(chance))
    assert now.forecast.probability[at["HKG"], at["DEU"]] == pytest.approx(usual)
    assert not now.forecast.forecast[at["HKG"], at["DEU"]]
    assert now.forecast.missing[at["HKG"]][at["DEU"]] == pairs.UNKNOWN


def test_chances_that_are_unknown_or_certain_are_kept_apart_from_0_and_1(now: Snapshot) -> None:
    basis = now.forecast.pooled.basis
    size = len(basis.countries)
    for given, kept in ((np.nan, kinds.FLOOR), (0.0, kinds.FLOOR), (1.0, 1 - kinds.FLOOR)):
        known = replace(basis, general=np.full((size, size), given))
        flat_ = np.zeros((size, size))
        found = kinds.inputs(known, "cyber-security", flat_, np.zeros(size))["general"]
        assert found == pytest.approx(np.log(kept / (1 - kept)))
    assert 0 < kinds.FLOOR < 1e-3
    chance = pairs.logit(np.array([0.0, 1.0, 0.75]))
    assert chance == pytest.approx([np.log(1e-9), -np.log(1e-9), np.log(3.0)], rel=1e-6)


def test_inputs_are_clipped_and_a_constant_one_is_not_stretched() -> None:
    x = np.array([[5.0, 5.0], [7.0, 100.0]])
    among = np.array([[True, True], [False, False]])
    assert kinds.standardised(x, among).tolist() == [[0.0, 0.0], [2.0, 4.0]]
    assert kinds.standardised(-x, among).tolist() == [[0.0, 0.0], [-2.0, -4.0]]
    assert kinds.standardised(x / 50, np.zeros((2, 2), dtype=bool)).tolist() == (x / 50).tolist()


def test_value_by_people_leaves_out_what_is_not_known() -> None:
    dollars = np.array([0.0, 1e9, 2e9, 4e9, np.nan, 5.0])
    people = np.array([5e6, 1e6, 2e6, 4e6, 8e6, 0.0])
    wanted = [5e9, 1e9, 2e9, 4e9, 8e9, 0.0]
    assert need.by_people(dollars, people) == pytest.approx(wanted)
    assert need.fitted(dollars, people) == pytest.approx([0.0, 1e9, 2e9, 4e9, 8e9, 5.0])
    assert not need.by_people(dollars[:3], people[:3]).any()  # two points make no line
    assert need.scaled_exposure(np.zeros(3)).tolist() == [0.5, 0.5, 0.5]
    assert need.scaled_value(np.array([0.0, 1e8, 1e13, 1e20])).tolist() == [0.0, 0.0, 1.0, 1.0]


def test_doubt_of_an_imputation() -> None:
    gap = np.array([False, False, True])
    apart = need.doubt(np.array([np.e, 1.0, 1.0]), np.array([1.0, np.e, 1.0]), gap)
    assert apart == pytest.approx([0.0, 0.0, 1.0])
    assert need.doubt(np.ones(1), np.ones(1), np.array([True])).tolist() == [1.0]


def test_what_nobody_reported_is_no_gap_where_undated_facts_are_left_out(
    now: Snapshot, store: EmbeddedStore
) -> None:
    strict = need.load(store, now.network, strict=True)
    places = now.network.index
    assert "threat exposure" in now.needs.missing[places["AUS"]]
    assert not any("threat exposure" in names for names in strict.missing)
    assert now.needs.absent == ()


def test_kinds_of_relation(now: Snapshot, store: EmbeddedStore) -> None:
    read = obstacles.read_kinds(store)
    assert {name for name in golden.LEVEL if read[name].blocks} == golden.BLOCKS
    assert {name: read[name].level for name in golden.LEVEL} == golden.LEVEL
    assert read["war"].symmetric
    assert not read["sanctions-broad"].symmetric
    between = now.obstacles.between("GBR", "EGY")
    assert obstacles.levels(between) == {"sanctions": 0.7, "rivalry": 0.7}


def test_hosts_the_worthiest_first(
    now: Snapshot, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = now.network.index
    few = {at[code] for code in ("AUS", "BRA", "CHN")}
    more = few | {at[code] for code in ("EGY", "IND")}
    monkeypatch.setattr(group, "bodies", lambda _: {"body:pair": few, "body:club": more})
    ranked = group.hosts(store, now, "AUS", "certain", everything=True)
    assert [host.partners for host in ranked] == [4, 2]
    assert ranked[0].value > ranked[1].value


def test_countries_that_the_network_does_not_have(now: Snapshot) -> None:
    places, there = pairs._places(("AUS", "XXX"), now.network)
    assert there.tolist() == [True, False]
    assert pairs._taken(now.network.tau, places)[0, 1] == 0.0


def test_a_learned_forecast_comes_back_from_its_rows() -> None:
    class Memory:
        def kept(self, _question: str, _make: object) -> list[tuple[str, str, str, str]]:
            return [("AUS", "BRA", "0.1", ""), ("AUS", "CHN", "0.2", "distance|trade")]

    codes, chance, gaps = pairs._learned(Memory(), "general", 2024)
    assert codes == ("AUS", "BRA", "CHN")
    assert gaps == {("AUS", "CHN"): ("distance", "trade")}
    np.testing.assert_array_equal(
        chance, [[np.nan, 0.1, 0.2], [0.1, np.nan, np.nan], [0.2, np.nan, np.nan]]
    )


def test_equal_shares_stand_by_name(now: Snapshot) -> None:
    net = now.network
    alike = replace(net, contribution=np.full_like(net.contribution, 0.2))
    names = [iri for iri, _, _ in alike.shared("CHN", "AUS")]
    assert names == ["agreement:aus-chn", "body:club"]


def test_how_long_an_observation_is_of_use(store: EmbeddedStore) -> None:
    assert need.latest(store, 2021)["KEN"]["gci"].year == 2009
    assert "gci" not in need.latest(store, 2022)["KEN"]
    assert "industry-share" in need.latest(store, 2034)["KEN"]
    assert "industry-share" not in need.latest(store, 2035)["KEN"]
    assert "internet-users" in need.latest(store, 2033)["KEN"]
    assert "internet-users" not in need.latest(store, 2034)["KEN"]
    assert need.latest(store, 2036)["KEN"].keys() == {"population", "gdp-per-head"}
    assert need.latest(store, 2037)["KEN"].keys() == {"population"}
    assert "KEN" not in need.latest(store, 2041)


def test_doubt_of_one_of_whom_nearly_nothing_is_known(now: Snapshot) -> None:
    """Egypt: attacks, use of the internet and industrial value were all imputed."""
    needs, at = golden.needs(), now.network.index
    online, people = golden.observed("internet-users", 12), golden.observed("population", 30)
    gdp, share = golden.observed("gdp", 12), golden.observed("industry-share", 12)
    dollars = {c: gdp[c] * share[c] / 100 for c in gdp.keys() & share.keys()}
    both = [(np.log(people[c]), np.log(dollars[c])) for c in dollars]
    slope, level = np.polyfit(*zip(*both, strict=True), 1)

    def spread(pairs_: list[tuple[float, float]]) -> float:
        return float(np.mean([np.log(a / b) ** 2 for a, b in pairs_]))

    def scaled(value: float) -> float:
        return float(np.clip((np.log10(value) - 8) / 5, 0, 1))

    values = spread(
        [(needs[c]["value"], scaled(np.exp(level + slope * np.log(people[c])))) for c in dollars]
    )
    without = {
        c: golden.median_of_neighbours({k: v for k, v in online.items() if k != c}, c)
        for c in online
    }
    nets = spread([((online[c] / 100) ** 0.5, (without[c] / 100) ** 0.5) for c in online])
    attacks = now.needs.spread[at["AUS"]] ** 2
    assert now.needs.spread[at["EGY"]] ** 2 == pytest.approx(attacks + nets + values, rel=1e-6)


def test_a_row_of_eighty_columns(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "KEN")}
    assert narrow(rows["LAO"])["country"] == "Laos ?"
    whole = replace(rows["LAO"], missing=(), tier="surely-not", feasibility=0.1234, lift=2.04)
    row = narrow(whole)
    assert (row["country"], row["tier"], row["chance"].rstrip("*"), row["lift"]) == (
        "Laos",
        "surely not",
        "12.3%",
        "2.0",
    )
    long = replace(whole, country=replace(whole.country, name="United Kingdom"))
    assert narrow(long)["country"] == "United Kin…"


def test_which_model_forecasts_a_kind(
    now: Snapshot, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = np.array([[np.nan, 0.25], [0.25, np.nan]])
    monkeypatch.setattr(pairs, "_learned", lambda *_: (("AUS", "BRA"), chance, {}))
    treaty = pairs.load(store, now.network, now.needs, "investment-treaty")
    other = pairs.load(store, now.network, now.needs, "cultural-agreement")
    assert (treaty.target, other.target) == ("investment-treaty", "cooperation")
    at = now.network.index
    assert treaty.probability[at["AUS"], at["BRA"]] == 0.25
    assert treaty.probability[at["CHN"], at["DEU"]] == 0.25  # the mean of what is known
    assert treaty.pooled is None
    assert now.words.many == "countries"


def test_countries_by_code_and_name(now: Snapshot) -> None:
    for text in ("CHN", " chn ", "China", "china"):
        assert now.network.place(text) == now.network.index["CHN"]
    with pytest.raises(ComityError, match="Mexico"):
        now.network.place("Mexico")


def test_additive_parts_where_a_pair_is_missing() -> None:
    own = np.array([1.0, 0.5, -0.25, -0.5, -0.75])
    among = ~np.eye(5, dtype=bool)
    among[0, 1] = among[1, 0] = False
    level, found = pairs.additive(1.5 + np.add.outer(own, own), among)
    assert level == pytest.approx(1.5, abs=1e-4)
    assert found == pytest.approx(own, abs=1e-3)


def test_the_gravest_obstacle_stands_first(now: Snapshot) -> None:
    between = now.obstacles.between("GBR", "EGY")
    assert [o.kind for o in between] == ["rivalry", "sanctions-broad", "sanctions-targeted"]
    (war,) = (o for o in now.obstacles.between("IND", "LAO") if o.kind == "war")
    assert sorted([*between, war], key=obstacles._weight)[0] == war


def test_what_is_unknown_and_what_withholds_nothing(now: Snapshot) -> None:
    rows = {c.country.iso3: c for c in recommend(now, "FRA")}
    assert "coverage of agreements" in rows["KEN"].missing
    assert "coverage of agreements" not in rows["AUS"].missing
    assert [o.kind for o in rows["DEU"].obstacles] == ["alliance"]
    assert flat(rows["DEU"])["obstacles"] == []
    assert shared_ranks(np.array([3.0, 2.0, 2.0, 1.0, 1.0])) == [1, 2, 2, 4, 4]
    assert network.specificity(np.array([1.0, 12.0]), 12).tolist() == [1.0, 0.0]
    assert not network.Membership("AUS", "body:club", "membership", "", "").recalled
    basis = now.forecast.pooled.basis
    names = [*basis.countries]
    titles = {r.feature: r.title for r in kinds.explain(now.forecast.pooled, 0, 1, names)}
    assert titles["defence-pair"] == "Defence agreements between the two"
