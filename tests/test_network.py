"""The cooperation network at a date."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from kg.advice.snapshot import Snapshot
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.network import network
from kg.network.centrality import MEASURES, centrality, ranking
from kg.network.network import Membership, specificity

pytestmark = pytest.mark.portable


def test_all_members_of_the_united_nations_are_there(now: Snapshot) -> None:
    countries = now.network.countries
    assert sum(country.un_member for country in countries) == 193
    assert now.network.countries[now.network.place("nam")].name == "Namibia"


def test_tie_strength_is_the_noisy_or_of_shared_agreements(now: Snapshot) -> None:
    net = now.network
    for one, other in (("CHN", "KAZ"), ("NAM", "ZAF"), ("DEU", "IND")):
        parts = [share for _, _, share in net.shared(one, other)]
        expected = 1 - np.prod([1 - part for part in parts])
        assert net.tau[net.place(one), net.place(other)] == pytest.approx(expected, rel=1e-9)


def test_ties_are_symmetric_and_below_one(now: Snapshot) -> None:
    tau = now.network.tau
    np.testing.assert_array_equal(tau, tau.T)
    assert tau.min() == 0.0
    assert tau.max() < 1.0
    assert not tau.diagonal().any()


def test_a_bilateral_agreement_counts_in_full_and_a_universal_body_ties_nobody() -> None:
    found = specificity(np.array([2.0, 20.0, 200.0]), 200)
    assert found[0] == pytest.approx(1.0)
    assert 0.0 < found[1] < 1.0
    assert found[2] == pytest.approx(0.0)


def test_an_agreement_is_in_force_from_its_start_to_before_its_end() -> None:
    treaty = Membership("CHN", "x", "investment-treaty", "2000-01-01", "2010-01-01")
    assert not treaty.in_force("1999-12-31")
    assert treaty.in_force("2000-01-01")
    assert treaty.in_force("2009-12-31")
    assert not treaty.in_force("2010-01-01")


def test_a_country_that_came_back_was_out_in_between(store: EmbeddedStore) -> None:
    spells = {
        (row.start[:4], row.end[:4])
        for row in network.read_memberships(store)
        if row.country == "ECU" and row.of.endswith("igo-opec")
    }
    assert spells == {("1973", "1992"), ("2007", "2020")}


def test_the_past_has_fewer_agreements(store: EmbeddedStore) -> None:
    early, late = (network.load(store, date(year, 1, 1)) for year in (1970, 2010))
    assert len(early.agreements) < len(late.agreements)
    belt = [kind for kind in early.agreement_kinds if kind == "belt-and-road-mou"]
    assert not belt


def test_strengths_can_be_set_and_unknown_kinds_are_refused(store: EmbeddedStore) -> None:
    day = date(2020, 1, 1)
    none = dict.fromkeys(network.load(store, day).kinds, 0.0)
    assert not network.load(store, day, none).tau.any()
    with pytest.raises(ComityError, match="no kind friendship"):
        network.load(store, day, {"friendship": 0.5})


def test_an_unknown_country_gets_a_hint(now: Snapshot) -> None:
    with pytest.raises(ComityError, match="KAZ"):
        now.network.place("Kazakstan")


def test_networkx_is_the_exchange_type(now: Snapshot) -> None:
    graph = now.network.to_networkx()
    assert graph.is_multigraph()
    assert graph.is_directed()
    assert graph.number_of_edges() == now.network.incidence.nnz
    assert graph.nodes["NAM"]["label"] == "Namibia"


@pytest.mark.parametrize("measure", [*MEASURES, "reach"])
def test_every_centrality_ranks_everyone(now: Snapshot, measure: str) -> None:
    rows = ranking(now.network, measure, lambda: now.needs.need)
    assert len(rows) == len(now.network.countries)
    values = [row[measure] for row in rows]
    assert values == sorted(values, reverse=True)
    assert rows[0]["rank"] == 1


def test_betweenness_agrees_with_networkx() -> None:
    import networkx as nx

    random = np.random.default_rng(1)
    tau = np.triu(random.uniform(0.1, 0.9, (12, 12)) * (random.random((12, 12)) < 0.4), 1)
    tau = tau + tau.T
    graph = nx.from_numpy_array(np.where(tau > 0, -np.log(np.where(tau > 0, tau, 1)), 0))
    expected = nx.betweenness_centrality(graph, weight="weight")
    np.testing.assert_allclose(MEASURES["betweenness"](tau), list(expected.values()), atol=1e-9)


def test_an_unknown_centrality_lists_the_known(now: Snapshot) -> None:
    with pytest.raises(ComityError, match="betweenness"):
        centrality(now.network, "fame", lambda: now.needs.need)
