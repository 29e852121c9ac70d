"""Tests of kg.history."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyoxigraph as ox
import pytest

from kg.errors import ComityError
from kg.forecast import history
from kg.forecast.history import NEVER, History
from kg.graph.store import EmbeddedStore
from kg.terms import PREFIXES


def country(code, member="true", region="Asia"):
    return {"iso3": code, "name": code.title(), "region": region, "un_member": member}


def agreement(key, kind, signed, *parties, status=""):
    row = {"id": key, "kind": kind, "signed": signed, "status": status}
    return row, [{"of": f"agreement/{key}", "country": p, "start": "", "end": ""} for p in parties]


def member(body, code, start, end=""):
    return {"of": f"body/{body}", "country": code, "start": start, "end": end}


def observation(code, indicator, year, value):
    return {"country": code, "indicator": indicator, "year": year, "value": value}


def build(*agreements, members=(), observations=(), dyads=(), extra=(), countries=None):
    codes = countries or [country(code) for code in ("BEL", "CHN", "KAZ", "LUX", "NAM")]
    codes = [*codes, country("TWN", member="false")]
    rows = [row for row, _ in agreements]
    parties = [party for _, more in agreements for party in more]
    return History.from_rows(codes, rows, [*parties, *members], observations, dyads, extra)


def between(grid, known, one, other):
    return grid[known.position(one), known.position(other)]


def test_signature_counts_from_its_year_on_and_both_ways():
    known = build(agreement("x", "investment-treaty", "1996-05-12", "KAZ", "CHN"))
    for one, other in (("CHN", "KAZ"), ("KAZ", "CHN")):
        assert between(known.signed(["investment-treaty"], 1995, 1996), known, one, other) == 1
        assert between(known.signed(["investment-treaty"], 1996, 2000), known, one, other) == 0
        assert between(known.latest(["investment-treaty"], 1995), known, one, other) == -NEVER
        assert between(known.latest(["investment-treaty"], 2000), known, one, other) == 1996
    assert known.signed(["investment-treaty"], 0, 2000).sum() == 2


def test_first_and_latest_of_repeated_signatures():
    kind = "investment-treaty"
    known = build(*(agreement(y, kind, y, "CHN", "KAZ") for y in ("1996", "1987", "2011")))
    assert between(known.first([kind]), known, "CHN", "KAZ") == 1987
    assert between(known.latest([kind], 2000), known, "CHN", "KAZ") == 1996
    assert between(known.first([kind]), known, "CHN", "NAM") == NEVER


def test_status_and_entry_into_force_are_not_read():
    ended = agreement("x", "investment-treaty", "1996", "KAZ", "CHN", status="terminated")
    alive = agreement("x", "investment-treaty", "1996", "KAZ", "CHN", status="in force")
    alive[1][0]["start"] = "1998"
    one, other = build(ended), build(alive)
    kinds = ["investment-treaty"]
    assert np.array_equal(one.signed(kinds, 0, 1997), other.signed(kinds, 0, 1997))


def test_agreements_of_three_and_more_are_kept_apart():
    known = build(agreement("x", "trade-agreement", "2000", "CHN", "KAZ", "NAM"))
    assert known.signed(["trade-agreement"], 0, 2020).sum() == 0
    assert known.signed(["trade-agreement-bloc"], 0, 2020).sum() == 6


def test_belgium_and_luxembourg_sign_investment_treaties_as_one():
    joint = build(agreement("x", "investment-treaty", "1990", "BEL", "LUX", "KAZ"))
    signed = joint.signed(["investment-treaty"], 0, 2000)
    assert between(signed, joint, "BEL", "KAZ") == between(signed, joint, "LUX", "KAZ") == 1
    assert between(signed, joint, "BEL", "LUX") == 0
    trade = build(agreement("x", "trade-agreement", "1990", "BEL", "LUX", "KAZ"))
    assert "trade-agreement" not in trade.ties


@pytest.mark.parametrize(
    ("signed", "parties"), [("", ("CHN", "KAZ")), ("1990", ("CHN",)), ("1990", ("CHN", "TWN"))]
)
def test_undated_one_sided_and_foreign_agreements_tie_nobody(signed, parties):
    known = build(agreement("x", "investment-treaty", signed, *parties))
    assert known.signed(["investment-treaty"], 0, 3000).sum() == 0


def test_extra_countries_join_the_comparison():
    known = build(agreement("x", "investment-treaty", "1990", "CHN", "TWN"), extra=["TWN"])
    assert known.countries == ("BEL", "CHN", "KAZ", "LUX", "NAM", "TWN")
    assert between(known.signed(["investment-treaty"], 0, 1990), known, "CHN", "TWN") == 1


def test_membership_ends_with_its_last_year():
    known = build(members=[member("un", "CHN", "1971-10-25"), member("un", "KAZ", "1992", "2000")])
    count = [known.memberships(year).sum() for year in (1970, 1971, 1999, 2000)]
    assert count == [0, 1, 2, 1]


def test_indicator_as_of_a_year():
    rows = [
        observation("CHN", "gdp", year, value) for year, value in (("1995", "7"), ("1990", "3"))
    ]
    known = build(observations=rows)
    values = [known.as_of("gdp", year)[known.position("CHN")] for year in (1989, 1990, 1994, 2000)]
    assert np.array_equal(values, [np.nan, 3, 3, 7], equal_nan=True)
    assert np.isnan(known.as_of("gdp", 2000)[known.position("KAZ")])
    assert np.isnan(known.as_of("unheard-of", 2000)).all()
    assert known.known(1990).tolist() == [False, True, False, False, False]
    assert not known.known(1989).any()


def test_geography_is_symmetric_and_unknown_where_there_is_no_row():
    row = {"a": "CHN", "b": "KAZ", "distance_km": "3277", "contiguous": "true", "colony": "false"}
    known = build(dyads=[row])
    place = known.geography
    assert between(place.distance, known, "KAZ", "CHN") == 3277
    assert between(place.contiguous, known, "CHN", "KAZ") == 1
    assert between(place.colony, known, "CHN", "KAZ") == 0
    assert np.isnan(between(place.language, known, "CHN", "KAZ"))
    assert np.isnan(between(place.distance, known, "CHN", "NAM"))


def test_a_country_without_a_region_shares_it_with_nobody():
    known = build(countries=[country("AAA", region=""), country("BBB", region=""), country("CCC")])
    assert len(set(known.region.tolist())) == 3


def test_last_year_is_that_of_the_last_signature_of_the_kinds_asked_for():
    known = build(
        agreement("x", "investment-treaty", "1990", "CHN", "KAZ"),
        agreement("y", "trade-agreement", "2004", "CHN", "KAZ"),
    )
    assert known.last_year(["investment-treaty"]) == 1990
    assert known.last_year(["investment-treaty", "trade-agreement"]) == 2004
    assert known.last_year(["environment-agreement"]) == 0


def test_mistakes_in_rows_are_named():
    with pytest.raises(ComityError, match="'soon' is not a date"):
        build(agreement("x", "investment-treaty", "soon", "CHN", "KAZ"))
    with pytest.raises(ComityError, match="'many' is not a number"):
        build(observations=[observation("CHN", "gdp", "1990", "many")])
    with pytest.raises(ComityError, match="XXX: not one of the 5 countries"):
        build().position("XXX")


def test_shipped_facts_hold_what_is_publicly_known(store):
    known = history.read(store)
    assert len(known.countries) == 193
    assert "NAM" in known.countries
    kinds = ["investment-treaty"]
    assert between(known.first(kinds), known, "DEU", "PAK") == 1959
    assert between(known.first(kinds), known, "CHN", "SWE") == 1982
    assert between(known.geography.contiguous, known, "CHN", "KAZ") == 1


MINE = """
country:AAA a schema:Country ; skos:notation "AAA" ; schema:name "Aland"@en ; coop:unMember true .
country:BBB a schema:Country ; skos:notation "BBB" ; schema:name "Beland"@en ; coop:unMember true .
agreement:mine a coop:Agreement ; coop:kind coop:kind-cyber-agreement ;
  coop:signed "2001-05-01"^^xsd:date .
source:one a coop:Participation ; coop:from country:AAA ; coop:to agreement:mine .
source:two a coop:Participation ; coop:from country:BBB ; coop:to agreement:mine .
source:gdp schema:measuredProperty indicator:gdp ; schema:observationAbout country:AAA ;
  coop:year 1999 ; schema:value 12.5 ; prov:hadPrimarySource source:me .
source:near a coop:Proximity ; coop:from country:AAA ; coop:to country:BBB ;
  coop:distance 700.0 ; coop:contiguous false .
"""


def test_any_store_has_a_history():
    store = EmbeddedStore()
    text = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items()) + MINE
    store.inner.extend(ox.parse(text, ox.RdfFormat.TURTLE))
    known = history.read(store)
    assert known.countries == ("AAA", "BBB")
    assert between(known.first(["cyber-agreement"]), known, "AAA", "BBB") == 2001
    assert known.as_of("gdp", 1999)[0] == 12.5
    assert between(known.geography.distance, known, "BBB", "AAA") == 700
    assert between(known.geography.contiguous, known, "AAA", "BBB") == 0
    assert history.read(EmbeddedStore()).countries == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\nCHN,KAZ\n", ":1: no column year"),
        ("", ":1: no column a, b, year"),
        ("a,b,year\n", ":1: no ties below the header"),
        ("a,b,year\nCHN,KAZ,1996\nCHN,CHN,1996\n", ":3: a tie needs two different countries"),
        ("a,b,year\nCHN,,1996\nCHN,KAZ,\n", ":3: '' is not a year"),
        ("a,b,year\nCHN,KAZ,last\n", ":2: 'last' is not a year"),
        (b"a,b,year\nCH\xff,KAZ,1996\n", "not UTF-8"),
    ],
)
def test_mistakes_in_a_users_ties_are_named_with_their_line(tmp_path, text, message):
    path = tmp_path / "ties.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ComityError) as caught:
        history.read_ties(path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_users_ties_are_read_with_their_lines(tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text("\ufeffyear,a,b,note\n1996, CHN ,KAZ,x\n\n2001,KAZ,NAM,\n", encoding="utf-8")
    assert history.read_ties(path) == [(2, "CHN", "KAZ", 1996), (4, "KAZ", "NAM", 2001)]


def test_a_missing_file_of_ties_is_named():
    with pytest.raises(ComityError, match="No such file"):
        history.read_ties(Path("nowhere") / "ties.csv")
