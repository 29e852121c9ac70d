"""The page of the whole graph: what it holds, how small it is, and what bad input is told."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest
from page_sample import HOSTILE

from kg import page
from kg.advice import answered, atlas
from kg.errors import ComityError
from kg.graph.store import EmbeddedStore
from kg.graph.things import Whole, whole
from kg.page.atlas import content, render_atlas
from kg.page.pinyin import readings

PARK = "park:belarus-great-stone"
MOST = 3_000_000


@pytest.fixture(scope="module")
def everything(store) -> Whole:
    return whole(store)


@pytest.fixture(scope="module")
def park(store, everything) -> page.Atlas:
    return atlas.about(store, everything, PARK, 2)


def test_every_kind_of_thing_is_there(everything):
    kinds = {thing.kind for thing in everything.things.values()}
    assert set(atlas.KINDS) <= kinds
    assert len(everything.things) > 30_000
    assert len(everything.links) > 88_000


def test_a_park_is_tied_to_its_developers_country_and_sectors(everything):
    ends = {(link.kind, link.b) for link in everything.links if link.a == PARK}
    assert {
        ("coop:host", "country:BLR"),
        ("coop:developer", "company:sinomach"),
        ("coop:sector", "coop:sector-electronics"),
    } <= ends
    assert all(link.source for link in everything.links if link.a == PARK)


def test_dates_are_as_exact_as_they_are_known(everything):
    facts = dict(everything.things[PARK].facts())
    assert facts["schema:startDate"] == "2014"
    joined = [link for link in everything.links if link.b == "agreement:bit-238"]
    assert joined
    assert all(len(link.start) in (0, 4, 7, 10) for link in joined)


def test_signed_agreements_are_hollow(park):
    agreements = [node for node in park.nodes if node.kind == "coop:Agreement"]
    hollow = sum(node.hollow for node in agreements)
    assert 500 < hollow < len(agreements) / 2


def test_the_whole_graph_is_one_file_of_three_megabytes(park):
    made = render_atlas(park)
    assert len(made.encode()) < MOST
    packed = re.search(r'<script type="text/plain" id="data">([^<]+)</script>', made)[1]
    data = json.loads(gzip.decompress(base64.b64decode(packed)))
    assert len(data["nodes"]["id"]) == len(park.nodes)
    assert len(data["ties"]["a"]) == len(park.ties)
    assert data["opened"] == [[PARK, 2]]
    assert "http" not in re.search(r'Content-Security-Policy" content="([^"]+)"', made)[1]


def test_a_page_names_only_what_it_holds(park):
    unknown = page.Atlas(
        "x", park.nodes[:1], [], park.node_kinds, [], {}, [page.Around("no:where")]
    )
    with pytest.raises(ComityError, match="no node for no:where"):
        content(unknown)


def test_hostile_names_are_escaped():
    text = " ".join(HOSTILE)
    kind = page.Kind("k", text, text)
    made = render_atlas(
        page.Atlas(text, [page.Node("a", text, "k", text)], [], [kind], [], {text: text})
    )
    assert made.count("<script") == 4
    assert "<img" not in made


def test_pinyin_of_a_name():
    assert readings(["越南", "Viet Nam"]) == {"南": "nan", "越": "yue"}


SELECT = (
    "SELECT ?park ?host ?start WHERE "
    "{ ?park a coop:Park ; coop:host ?host ; schema:startDate ?start } LIMIT 3"
)
CONSTRUCT = (
    "CONSTRUCT { ?park coop:host ?host } WHERE { ?park a coop:Park ; coop:host ?host } LIMIT 3"
)


@pytest.mark.parametrize("text", [SELECT, CONSTRUCT])
def test_an_answer_becomes_ties(store: EmbeddedStore, text):
    found = answered.read(store.trusted(text))
    ties = list(found.ties())
    assert len(ties) == 3
    assert all(tie.a.startswith("park:") and tie.b.startswith("country:") for tie in ties)
    assert set(found.things()) == {end for tie in ties for end in (tie.a, tie.b)}
    assert all(bool(tie.start) == (text is SELECT) for tie in ties)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELECT ?n WHERE { ?p a coop:Park ; schema:name ?n } LIMIT 2", "holds things"),
        ("SELECT ?p WHERE { ?p a coop:Nothing }", "no rows"),
    ],
)
def test_an_answer_without_things_is_refused(store, everything, text, told):
    with pytest.raises(ComityError, match=told):
        answered.answered(store, everything, answered.read(store.trusted(text)), "x")


def test_a_truth_cannot_be_drawn(store):
    with pytest.raises(ComityError, match="true or false"):
        answered.read(store.trusted("ASK { ?s ?p ?o }"))


def test_things_that_the_graph_lacks_are_drawn_too(store, everything):
    text = "CONSTRUCT { ?p coop:host <http://example.org/x> } WHERE { ?p a coop:Park } LIMIT 1"
    made = answered.answered(store, everything, answered.read(store.trusted(text)), "x")
    assert "http://example.org/x" in {node.id for node in made.nodes}


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--about", "belarus-great-ston"], "did you mean park:belarus-great-stone"),
        (["--about", "source:peoples-map"], "is no thing that is drawn"),
        (["--query", "park-threat"], "did you mean park-threat-exposure"),
        (["--query", "parks-in", "-p", "country=Nowhereland"], "is not a country"),
        (["--about", PARK, "-p", "a=b"], "-p belongs to --query"),
        (["--about", PARK, "--focus", "CHN"], "give one of"),
        ([], "give one of"),
    ],
)
def test_bad_input_is_one_line(comity, tmp_path, args, told):
    found = comity("draw", *args, "-o", str(tmp_path / "x.html"))
    assert found.exit_code == 2
    assert told in found.stderr
    assert len(found.stderr.splitlines()) <= 2


def test_a_page_of_everything_is_html(comity, tmp_path):
    found = comity("draw", "--about", PARK, "-o", str(tmp_path / "x.graphml"))
    assert (found.exit_code, "this page is .html" in found.stderr) == (2, True)
