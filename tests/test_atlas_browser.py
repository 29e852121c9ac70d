"""The page of the whole graph in a browser: search, cards, steps and Back, paths, take-away."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import networkx as nx
import pytest
from page_sample import HOSTILE, SCRIPT, Seen
from selenium.webdriver.common.keys import Keys
from test_page_browser import axe, findings  # noqa: F401

from kg import page
from kg.advice import answered, atlas
from kg.graph.things import whole
from kg.page.atlas import write_atlas

PARK = "park:belarus-great-stone"
QUESTION = (
    "SELECT ?park ?host ?start WHERE "
    "{ ?park a coop:Park ; coop:host ?host ; schema:startDate ?start }"
)


@pytest.fixture(scope="module")
def files(store, tmp_path_factory) -> dict[str, Path]:
    """The real pages, drawn once: around a park, and of an answer."""
    folder = tmp_path_factory.mktemp("atlas")
    everything = whole(store)
    found = answered.read(store.trusted(QUESTION))
    pages = {
        "park": atlas.about(store, everything, PARK, 2),
        "answer": answered.answered(store, everything, found, "parks"),
    }
    for name, made in pages.items():
        write_atlas(made, folder / f"{name}.html")
    return {name: folder / f"{name}.html" for name in pages}


@pytest.fixture
def seen(browser, files) -> Seen:
    browser.get_log("browser")
    return Seen(browser, files["park"])


def hits(seen: Seen, text: str) -> list[str]:
    """What the search offers for a text, the first first."""
    field = seen.find("#search")
    field.clear()
    field.send_keys(text)
    seen.settle()
    names = seen.ask(
        "return [...document.querySelectorAll('#found span')].map((s) => s.textContent)"
    )
    field.clear()
    return names


def test_it_draws_and_asks_nothing_of_the_network(seen):
    seen.open()
    painted = """
        const canvas = document.querySelector('#canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(data).size > 20;"""
    assert seen.ask(painted)
    for view in ("map", "timeline", "list", "graph"):
        seen.click(f"#tab-{view}")
        assert seen.find(f"#view-{view}").is_displayed()
    assert [url for url in seen.requests() if not url.startswith("about:")] == [seen.path.as_uri()]
    assert seen.complaints() == []


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Huawei", "Huawei"),
        ("62443", "62443"),
        ("Stuxnet", "Stuxnet"),
        ("Turkey", "Türkiye"),
        ("越南", "Viet"),
        ("yuenan", "Viet"),
        ("Cote", "Côte"),
        ("UK", "United Kingdom"),
        ("cn", "China"),
        ("T0855", "Unauthorized Command"),
        ("CVE-2021-22681", "CVE-2021-22681"),
        ("Great Stone", "Great Stone"),
    ],
)
def test_search_finds_by_any_name(seen, text, first):
    if seen.driver.current_url.split("#")[0] != seen.path.as_uri():
        seen.open()
    assert first in hits(seen, text)[0]


def test_the_page_of_a_ranking_finds_by_the_same_names(browser, tmp_path):
    countries = {"GBR": ["UK", "Great Britain"], "UKR": ["UA"], "TUR": ["Turkey"]}
    nodes = [page.Node(code, code, aliases=names) for code, names in countries.items()]
    nodes.append(page.Node("VNM", "Viet Nam", label_zh="越南"))
    path = tmp_path / "ranking.html"
    page.write(page.Page("x", nodes), path)
    seen = Seen(browser, path).open()
    wanted = {"uk": "GBR", "turkey": "TUR", "yuenan": "Viet Nam", "vnm": "Viet Nam"}
    assert {text: hits(seen, text)[0] for text in wanted} == wanted


def test_from_the_park_to_what_it_faces_with_sources(seen):
    seen.open()
    card = seen.text("#card")
    for part in ("Sinomach", "Belarus", "Exposed to", "Mitigations", "Standards"):
        assert part in card
    bare = """return [...document.querySelectorAll('#card .ties li')]
        .filter((item) => !item.querySelector('.why a[href^=http]')).length"""
    assert seen.ask(bare) == 0
    name = seen.text("[data-key='chain mitigations'] , #card section:nth-of-type(3) .ties button")
    assert name
    seen.click("#card [data-key^='chain threat:M']")
    assert seen.ask("return document.querySelector('#card .kindline').textContent").startswith(
        "mitigation"
    )


def test_back_takes_a_step_back(seen):
    seen.open()
    first = seen.text("#counts")
    seen.click("[data-key='coop:Agreement toggle'], [data-key='schema:Country toggle']")
    seen.click("[data-key='to country:CHN']")
    assert seen.text("#card-name") == "China"
    seen.click("[data-key='coop:Project toggle']")
    wide = seen.text("#counts")
    assert wide != first
    seen.driver.back()
    seen.settle()
    assert (seen.text("#card-name"), seen.text("#counts") != wide) == ("China", True)
    seen.driver.back()
    seen.settle()
    assert seen.text("#card-name").startswith("Great Stone")
    again = seen.ask("return location.href")
    seen.open(again)
    assert seen.text("#card-name").startswith("Great Stone")


def test_a_kind_opens_closes_and_hides(seen):
    seen.open(f"#select=country:KAZ&steps=add!{quote('country:KAZ', safe='')}")
    assert seen.text("#counts").startswith("1 things")
    seen.click("[data-key='coop:Park toggle']")
    drawn = int(seen.text("#counts").split()[0])
    assert drawn > 1
    seen.click("[data-key='kind coop:Park']")
    assert seen.text("#counts").startswith("1 things")
    seen.click("[data-key='kind coop:Park']")
    seen.click("[data-key='coop:Park toggle']")
    assert seen.text("#counts").startswith("1 things")


def test_a_path_between_any_two_things(seen):
    seen.open()
    seen.click("[data-key='path']")
    seen.find("#goal").send_keys("Stuxnet", Keys.ENTER)
    seen.settle()
    told = seen.text("#way")
    assert told.startswith(("2 steps", "3 steps", "4 steps"))
    assert told.endswith("Stuxnet")
    assert seen.text("#card-name") == "Stuxnet"


TAKEN = """
    const [form, done] = arguments;
    const create = URL.createObjectURL;
    URL.createObjectURL = (blob) => { blob.text().then(done); return create(blob); };
    document.querySelector(`[data-export=${form}]`).click();
    URL.createObjectURL = create;"""


def test_what_is_drawn_is_taken_away(seen):
    seen.open()
    taken = {
        form: seen.driver.execute_async_script(TAKEN, form) for form in ("graphml", "json", "csv")
    }
    graph = nx.node_link_graph(json.loads(taken["json"]), edges="links")
    assert graph.nodes[PARK]["source"].startswith("The People's Map")
    rows = list(csv.DictReader(io.StringIO(taken["csv"])))
    assert len(rows) == graph.number_of_edges()
    assert all(row["cited"] for row in rows)
    root = ElementTree.fromstring(taken["graphml"])
    space = "{http://graphml.graphdrawing.org/xmlns}"
    assert len(root.findall(f".//{space}node")) == graph.number_of_nodes()
    assert f"{graph.number_of_nodes()} things and {len(rows)} ties" in seen.text("#counts")


def test_an_answer_is_a_graph_a_map_a_timeline_and_a_table(browser, files):
    seen = Seen(browser, files["answer"]).open()
    assert int(seen.text("#counts").split()[0]) > 90
    seen.click("#tab-map")
    assert seen.ask("return document.querySelectorAll('#map .spot').length") > 90
    seen.click("#tab-timeline")
    assert seen.ask("return document.querySelectorAll('#timeline li').length") > 60
    seen.click("#tab-answer")
    assert seen.ask("return document.querySelectorAll('#answer-table tbody tr').length") == 73
    assert seen.complaints() == []


def test_names_appear_as_there_is_room_and_keep_their_size(seen):
    seen.open()
    listening = """
        const pen = CanvasRenderingContext2D.prototype;
        const draw = pen.fillText;
        window.told = [];
        pen.fillText = function (text, ...at) {
            window.told.push([text, this.font]);
            return draw.call(this, text, ...at);
        };"""
    seen.ask(listening)
    seen.click("#fit")
    far = seen.ask("const told = window.told; window.told = []; return told")
    for _ in range(3):
        seen.click("#in")
    seen.ask("window.told = []")
    seen.click("#in")
    near = seen.ask("return window.told")
    assert {font for _, font in far} == {font for _, font in near}
    assert {name for name, _ in near} - {name for name, _ in far}


def test_chinese(seen):
    seen.open("#lang=zh")
    assert seen.text("#card-name") == "中白工业园"
    assert seen.text("#tab-map") == "地图"
    assert "开发" in seen.text("#card")
    assert seen.ask("return document.documentElement.lang") == "zh-Hans"


def test_hostile_names_stay_text(browser, tmp_path):
    text = " ".join(HOSTILE)
    kind = page.Kind("k", text, text)
    fact = page.Fact(text, text, text, "javascript:alert(1)")
    nodes = [
        page.Node(
            "a", SCRIPT, "k", text, 1, 2, [fact], "2020", url="javascript:alert(1)", aliases=[text]
        ),
        page.Node(text, text, "k", text, facts=[fact]),
    ]
    ties = [page.Tie("a", text, "k", text, text, text, sources=[page.Reference(text, "data:x")])]
    made = page.Atlas(text, nodes, ties, [kind], [kind], {text: text}, [page.Around("a")])
    path = tmp_path / "hostile.html"
    write_atlas(made, path)
    browser.get_log("browser")
    seen = Seen(browser, path).open()
    for view in ("map", "timeline", "list", "graph"):
        seen.click(f"#tab-{view}")
    assert "alert(1)" in hits(seen, "alert")[0]
    assert SCRIPT in seen.text("#card-name")
    names = seen.ask("return [...document.body.querySelectorAll('*')].map((e) => e.localName)")
    assert not {"img", "iframe", "object", "embed"} & set(names)
    assert names.count("script") == 4
    assert set(seen.ask("return [...document.links].map((a) => a.protocol)")) <= {"http:", "https:"}
    assert seen.complaints() == []
    assert not any("alert" in url for url in seen.requests())


@pytest.mark.parametrize(
    "address",
    [
        "#steps=open!nowhere~path!a",
        "#select=x&view=y&lang=z",
        "#hide=%3Cimg%3E&steps=%25ZZ",
        "#%%%",
    ],
)
def test_any_address_is_harmless(seen, address):
    seen.open(address)
    assert seen.find("#canvas").is_displayed()
    assert seen.complaints() == []


def test_keyboard_alone(seen):
    seen.open()
    seen.tab_to("#search")
    seen.keys("stuxnet", Keys.ENTER)
    assert seen.text("#card-name") == "Stuxnet"
    seen.tab_to("#card button.name")
    seen.keys(Keys.ENTER)
    assert seen.text("#card-name") != "Stuxnet"
    seen.open()
    seen.tab_to("[role=tab][aria-selected=true]")
    seen.keys(Keys.ARROW_RIGHT)
    assert seen.find("#tab-map").get_attribute("aria-selected") == "true"


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_accessibility(seen, axe, theme, width):  # noqa: F811
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    seen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for view in ("graph", "map", "timeline", "list"):
            seen.open(f"#theme={theme}&view={view}")
            assert findings(seen, axe) == []
            assert seen.ask("return document.documentElement.scrollWidth <= innerWidth"), view
    finally:
        seen.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
