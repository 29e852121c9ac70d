"""Pages: safe, offline, equal to the engine's figures, usable by keyboard, accessible."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import time
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from conftest import skip_or_fail
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kg import leverage, page
from kg.errors import ComityError
from kg.page.html import application, bundle, digest
from kg.page.layout import positions
from kg.page.payload import payload, safe_url

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
ENDS = "</script><script>alert(1)</script><!--"
HOSTILE = (SCRIPT, IMAGE, ENDS, "{{ 7*7 }}", "javascript:alert(1)", "\u2028</style>")

COUNTRIES = {
    "CHN": ("China", "中国", 103.8, 36.6),
    "KAZ": ("Kazakhstan", "哈萨克斯坦", 67.3, 48.2),
    "RUS": ("Russia", "俄罗斯", 99.1, 61.7),
    "DEU": ("Germany", "德国", 10.4, 51.1),
    "FRA": ("France", "法国", 2.5, 46.6),
    "IDN": ("Indonesia", "印度尼西亚", 114.0, -0.2),
    "BRA": ("Brazil", "巴西", -53.1, -10.8),
    "ZAF": ("South Africa", "南非", 25.1, -29.0),
    "SGP": ("Singapore", "新加坡", 103.8, 1.4),
    "NAM": ("Namibia", "纳米比亚", 17.2, -22.1),
}
CODES = list(COUNTRIES)
TREATIES = [
    ("CHN", "KAZ", "treaty", "1994-08-13", ""),
    ("CHN", "KAZ", "memorandum", "2015", ""),
    ("CHN", "KAZ", "treaty", "2004", "2012"),
    ("CHN", "DEU", "treaty", "2005-11", ""),
    ("CHN", "IDN", "treaty", "1995", "2015-03-31"),
    ("DEU", "FRA", "treaty", "1963", ""),
    ("DEU", "ZAF", "treaty", "1998", "2014-10-22"),
    ("KAZ", "RUS", "memorandum", "", ""),
    ("RUS", "BRA", "memorandum", "2010", ""),
    ("ZAF", "NAM", "treaty", "1990", ""),
]


def matrices() -> page.Matrices:
    rng = np.random.default_rng(7)
    n = len(CODES)
    tau = np.zeros((n, n))
    for a, b, _, _, end in TREATIES:
        if not end:
            i, j = CODES.index(a), CODES.index(b)
            tau[i, j] = tau[j, i] = 1 - (1 - tau[i, j]) * (1 - 0.3)
    feasibility = rng.random((n, n))
    barrier = np.zeros((n, n))
    barrier[:, 3] = 0.4
    need, capability = rng.random(n), rng.random(n).round(1)
    return page.Matrices(CODES, tau, need, capability, feasibility, barrier, 0.5)


def scores(data: page.Matrices, focal: str, tau: np.ndarray) -> dict[str, float]:
    """The engine's own figures for a focal country."""
    f = CODES.index(focal)
    rho = leverage.channel_strength(tau)
    tie = leverage.strengthened(tau, f, data.strength)
    onward = leverage.onward(rho, data.need, f, tie).sum(axis=1)
    gain = leverage.direct(data.need, data.capability, f) + onward
    rivals = leverage.incumbent(rho, data.capability, f)
    values = leverage.expected(data.feasibility[f], data.barrier[f], rivals, gain)
    return {code: float(v) for code, v in zip(CODES, values, strict=True) if code != focal}


def sample(**changes: object) -> page.Page:
    data = matrices()
    ranked = sorted(scores(data, "CHN", data.tau).items(), key=lambda item: -item[1])
    entries = [
        page.Entry(
            rank,
            code,
            COUNTRIES[code][0],
            score,
            feasibility=0.5,
            direct=0.1,
            onward=0.2,
            via=[{"iso3": "FRA", "gain": 0.15}, {"iso3": "BRA", "gain": 0.05}],
            missing=["gci"] if code == "NAM" else [],
            rank_low=max(1, rank - 1),
            rank_high=rank + 2,
            channel="joint development",
        )
        for rank, (code, score) in enumerate(ranked, 1)
    ]
    fact = page.Fact(
        "GDP", "1.2 trillion", "World Bank", "https://data.worldbank.org/", "2023", 0.9
    )
    nodes = [
        page.Node(code, name, "country", zh, lon, lat, [fact], {"need": 0.1 * i})
        for i, (code, (name, zh, lon, lat)) in enumerate(COUNTRIES.items())
    ]
    nodes.append(page.Node("igo-sco", "Shanghai Cooperation Organisation", "body"))
    source = page.Source("UNCTAD", "https://investmentpolicy.unctad.org/")
    ties = [
        page.Tie(a, b, k, "", start, end, 0.3, sources=[source]) for a, b, k, start, end in TREATIES
    ]
    ties += [
        page.Tie(code, "igo-sco", "membership", start="2001") for code in ("CHN", "KAZ", "RUS")
    ]
    made = page.Page(
        "Partners for China",
        nodes,
        ties,
        focal="CHN",
        at="2020-12-31",
        ranking=entries,
        matrices=data,
        indicators=[page.Indicator("need", "Need", "需求")],
        tables=[
            page.Table("Backtest", ["ranker", "score"], [["ours", page.Interval(0.5, 0.4, 0.6)]])
        ],
        sources=[source],
        notes=["A sample."],
    )
    return replace(made, **changes)


def hostile() -> page.Page:
    """A page whose every text is an attack."""
    text = " ".join(HOSTILE)
    source = page.Source(text, "javascript:alert(1)")
    fact = page.Fact(text, text, text, "javascript:alert(1)", text)
    nodes = [
        page.Node("CHN", SCRIPT, SCRIPT, IMAGE, 103.8, 36.6, [fact], url="javascript:alert(1)"),
        page.Node(IMAGE, IMAGE, IMAGE, facts=[fact], url="data:text/html,x"),
        page.Node(ENDS, ENDS, ENDS, ENDS),
    ]
    ties = [page.Tie("CHN", IMAGE, text, text, text, text, sources=[source])]
    entry = page.Entry(1, "CHN", SCRIPT, 0.5, channel=text, reason=text, missing=[text])
    table = page.Table(text, [text], [[text]], text, text)
    kind = page.Kind(SCRIPT, text, text)
    indicator = page.Indicator("x", text, text, text)
    parts = {"ranking": [entry], "tables": [table], "node_kinds": [kind], "sources": [source]}
    return page.Page(
        text,
        nodes,
        ties,
        focal="CHN",
        description=text,
        notes=[text],
        indicators=[indicator],
        **parts,
    )


# Without a browser


def test_html_is_closed_to_the_network():
    html = page.render(sample())
    assert html.startswith("<!doctype html>")
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert "default-src &#39;none&#39;" in policy
    for weakness in ("unsafe-inline", "unsafe-eval", "https:", "*"):
        assert weakness not in policy
    outside = re.sub(r"<script.*?</script>|<style>.*?</style>", "", html, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href|action)\s*=""", outside)
    assert "sourceMappingURL" not in html


class Scripts(HTMLParser):
    """Collects the texts of script elements and the names of all elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.run: list[str] = []
        self.elements: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        if tag == "script" and "type" not in dict(attrs):
            self.run.append("")

    def handle_data(self, data):
        if self.cdata_elem == "script" and self.run:
            self.run[-1] += data


def test_every_script_is_the_one_that_the_policy_admits():
    html = page.render(hostile())
    found = Scripts(html)
    assert found.elements.count("script") == 5
    assert not {"img", "iframe", "object", "embed", "base", "form"} & set(found.elements)
    assert found.run == [bundle(), application()]
    for script in found.run:
        assert digest(script).replace("'", "&#39;").replace("+", "&#43;") in html.replace(
            "+", "&#43;"
        )


def test_parts_that_do_not_fit_are_refused():
    for wrong in (
        sample(focal="XXX"),
        sample(ties=[page.Tie("CHN", "nowhere", "treaty")]),
        sample(nodes=[page.Node("CHN", "a"), page.Node("CHN", "b")], ties=[]),
        sample(matrices=replace(matrices(), barrier=np.zeros((2, 3)))),
    ):
        with pytest.raises(ComityError) as error:
            page.render(wrong)
        assert error.value.code == 2
        assert "\n" not in str(error.value)


def test_unwritable_path(tmp_path):
    for path in (tmp_path / "none" / "x.html", tmp_path):
        with pytest.raises(ComityError, match="cannot write") as error:
            page.write(sample(), path)
        assert error.value.code == 2
    assert not list(tmp_path.iterdir())


def test_write_replaces_whole(tmp_path):
    path = tmp_path / "x.html"
    path.write_text("old", encoding="utf-8")
    page.write(sample(), path)
    assert path.read_text(encoding="utf-8") == page.render(sample())
    assert [p.name for p in tmp_path.iterdir()] == ["x.html"]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        (" JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_only_web_addresses_are_kept(address, kept):
    assert bool(safe_url(address)) is kept


def test_numbers_that_json_lacks_are_unknown():
    nodes = [page.Node("CHN", "China", values={"need": float("nan")})]
    made = page.Page("x", nodes, indicators=[page.Indicator("need", "Need")])
    assert payload(made)["nodes"]["values"] == {"need": [None]}
    page.render(made)


def test_layout_is_repeatable_and_geographic():
    made = sample()
    first, again = (positions(made.nodes, made.ties) for _ in range(2))
    assert np.array_equal(first, again)
    at = dict(zip([n.id for n in made.nodes], first, strict=True))
    assert at["BRA"][0] < at["FRA"][0] < at["CHN"][0]
    assert at["RUS"][1] < at["CHN"][1] < at["IDN"][1]
    plain = [replace(node, lon=None, lat=None) for node in made.nodes]
    assert np.array_equal(positions(plain, made.ties), positions(plain, made.ties))
    assert len({tuple(p) for p in positions(plain, made.ties).round(3)}) == len(plain)


@pytest.mark.parametrize("form", ["graphml", "gexf", "json", "svg", "png"])
def test_export(tmp_path, form):
    graph = page.to_networkx(sample())
    path = tmp_path / f"x.{form}"
    page.export(graph, path)
    if form == "json":
        read = nx.node_link_graph(json.loads(path.read_text(encoding="utf-8")), edges="links")
    elif form in ("graphml", "gexf"):
        read = (nx.read_graphml if form == "graphml" else nx.read_gexf)(path)
    else:
        assert path.read_bytes()[:5] in (b"<?xml", b"\x89PNG\r")
        return
    assert set(read.nodes) == set(graph.nodes)
    assert read.number_of_edges() == graph.number_of_edges() == 13
    assert read.nodes["KAZ"]["label"] == "Kazakhstan"
    assert read.nodes["KAZ"]["label_zh"] == "哈萨克斯坦"


def test_export_of_hostile_texts(tmp_path):
    graph = page.to_networkx(hostile())
    graph.nodes["CHN"]["label"] = "a\x00b\x1b<&$"
    for form in ("graphml", "gexf", "json", "svg", "png"):
        page.export(graph, tmp_path / "x", form)
    page.export(graph, tmp_path / "x.graphml")
    assert set(nx.read_graphml(tmp_path / "x.graphml").nodes) == {"CHN", IMAGE, ENDS}


def test_export_errors(tmp_path):
    with pytest.raises(ComityError, match="unknown form") as error:
        page.export(nx.MultiDiGraph(), tmp_path / "x.docx")
    assert error.value.code == 2
    with pytest.raises(ComityError, match="empty"):
        page.export(nx.MultiDiGraph(), tmp_path / "x.svg")
    with pytest.raises(ComityError, match="cannot write"):
        page.export(page.to_networkx(sample()), tmp_path / "none" / "x.gexf")


def test_pyvis_keeps_every_tie():
    network = page.to_pyvis(sample())
    assert network.num_nodes() == 11
    assert network.num_edges() == 13
    assert json.loads(network.options.to_json())["physics"]["enabled"] is False


def test_notebook_shows_a_sandboxed_frame():
    html = sample()._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads"' in html
    assert "<script" not in html


def test_both_languages_have_every_text():
    root = Path(page.__file__).parent
    texts = json.loads((root / "strings.json").read_text(encoding="utf-8"))
    assert set(texts["en"]) == set(texts["zh"])
    script = "".join(path.read_text(encoding="utf-8") for path in (root / "js").glob("*.js"))
    used = set(re.findall(r"""\bt\(\s*"([\w-]+)\"""", script))
    used |= set(re.findall(r'data-t[a-z-]*="([\w-]+)"', (root / "page.html.j2").read_text()))
    assert used <= set(texts["en"])
    for key, text in texts["en"].items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", texts["zh"][key])), (
            key
        )


def test_no_script_sets_markup():
    root = Path(page.__file__).parent
    for path in (root / "js").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function", text
        )


# In a browser


class Seen:
    """A page open in the browser, and a few ways of asking it things."""

    def __init__(self, driver, path: Path) -> None:
        self.driver, self.path = driver, path

    def open(self, address: str = "") -> Seen:
        self.driver.get("about:blank")
        self.driver.get_log("performance")
        self.driver.get(address if address.startswith("file:") else self.path.as_uri() + address)
        self.until("return document.documentElement.dataset.ready === 'true'")
        self.settle()
        return self

    def settle(self) -> None:
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done), 20))"
        )

    def until(self, script: str) -> None:
        deadline = time.monotonic() + 20
        while not self.driver.execute_script(script):
            assert time.monotonic() < deadline, script
            time.sleep(0.02)

    def ask(self, script: str, *values):
        return self.driver.execute_script(script, *values)

    def find(self, selector: str):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector: str) -> None:
        self.ask("document.querySelector(arguments[0]).click()", selector)
        self.settle()

    def text(self, selector: str) -> str:
        return self.find(selector).text

    def note(self) -> tuple[int, int]:
        """How many nodes and ties the network says it shows."""
        nodes, ties = re.match(
            r"(\d+) of \d+ things and (\d+) of", self.text("#network-note")
        ).groups()
        return int(nodes), int(ties)

    def requests(self) -> list[str]:
        messages = [
            json.loads(row["message"])["message"] for row in self.driver.get_log("performance")
        ]
        return [
            m["params"]["request"]["url"]
            for m in messages
            if m["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        rows = self.driver.get_log("browser")
        return [row["message"] for row in rows if row["level"] in ("SEVERE", "WARNING")]

    def keys(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()
        self.settle()

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is there; every stop must be visible."""
        for _ in range(300):
            self.keys(Keys.TAB)
            if self.ask("return document.activeElement.matches(arguments[0])", selector):
                outline = self.ask("return getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", selector
                return
        pytest.fail(f"{selector} is not reached by the Tab key")


@pytest.fixture
def seen(browser, tmp_path) -> Seen:
    path = tmp_path / "page.html"
    page.write(sample(), path)
    browser.get_log("browser")
    return Seen(browser, path)


def shown(browser, tmp_path, made: page.Page) -> Seen:
    path = tmp_path / "other.html"
    page.write(made, path)
    browser.get_log("browser")
    return Seen(browser, path)


def test_draws_and_asks_nothing_of_the_network(seen):
    seen.open()
    seen.until("return performance.getEntriesByName('first-draw').length === 1")
    painted = """
        const canvas = document.querySelector('#canvas canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        return data.some((value, i) => i % 4 === 3 && value > 0);"""
    assert seen.ask(painted)
    for view in ("map", "ranking", "timeline", "paths", "whatif", "table-0", "about", "network"):
        seen.click(f"#tab-{view}")
    assert [url for url in seen.requests() if not url.startswith("about:")] == [seen.path.as_uri()]
    assert seen.complaints() == []


def test_hostile_texts_stay_text(browser, tmp_path):
    seen = shown(browser, tmp_path, hostile()).open()
    for view in ("map", "ranking", "timeline", "paths", "table-0", "about", "network"):
        if seen.ask("return !!document.getElementById(arguments[0])", f"tab-{view}"):
            seen.click(f"#tab-{view}")
    seen.find("#search").send_keys("alert")
    seen.settle()
    assert len(seen.driver.find_elements(By.CSS_SELECTOR, "#found li")) >= 2
    seen.find("#search").send_keys(Keys.ENTER)
    seen.settle()
    assert "alert(1)" in seen.text("#panel h2")
    seen.open("#lang=zh&select=CHN")
    assert SCRIPT in seen.text("#panel")
    elements = seen.ask("return [...document.body.querySelectorAll('*')].map((e) => e.localName)")
    assert not {"img", "iframe", "object", "embed"} & set(elements)
    assert elements.count("script") == 5
    links = seen.ask("return [...document.links].map((a) => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert seen.complaints() == []
    assert not any("alert" in url for url in seen.requests())


def test_a_notebook_frame_draws(browser, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><title>n</title>{page.frame(sample())}", encoding="utf-8")
    seen = Seen(browser, path)
    browser.get_log("browser")
    browser.get(path.as_uri())
    browser.switch_to.frame(0)
    try:
        seen.until("return document.documentElement.dataset.ready === 'true'")
        seen.click("[data-iso3=DEU] button")
        assert seen.text("#panel h2").startswith("Germany")
    finally:
        browser.switch_to.default_content()
    assert seen.complaints() == []


@pytest.mark.parametrize(
    ("made", "views"),
    [
        (page.Page("Backtest", tables=sample().tables), ["table-0", "about"]),
        (page.Page("Empty"), ["about"]),
        (page.Page("One", [page.Node("a", "A")]), ["network", "about"]),
        (
            page.Page(
                "Plain", [page.Node("a", "A"), page.Node("b", "B")], [page.Tie("a", "b", "k")]
            ),
            ["network", "paths", "about"],
        ),
    ],
)
def test_parts_that_are_empty_have_no_view(browser, tmp_path, made, views):
    seen = shown(browser, tmp_path, made).open()
    tabs = seen.ask("return [...document.querySelectorAll('[role=tab]')].map((tab) => tab.id)")
    assert tabs == [f"tab-{view}" for view in views]
    for view in views:
        seen.click(f"#tab-{view}")
        assert seen.find(f"#view-{view}").is_displayed()
    assert seen.complaints() == []


def test_hovering_a_row_marks_the_map(seen):
    seen.open("#view=map")
    ActionChains(seen.driver).move_to_element(seen.find("#short [data-iso3=DEU] .c-bar")).perform()
    seen.settle()
    assert seen.text("#map-hover").startswith("Germany")


def test_sorting_and_filtering(seen):
    seen.open()
    rows = "return [...document.querySelectorAll('#short tbody tr')].map((row) => row.dataset.iso3)"
    order = [entry.iso3 for entry in sample().ranking]
    assert seen.ask(rows) == order
    seen.click("#short [data-key='sort rank']")
    assert seen.ask(rows) == order[::-1]
    seen.click("#short [data-key='sort name']")
    assert seen.ask(rows) == sorted(order, key=lambda code: COUNTRIES[code][0])
    seen.find("#filter-short").send_keys("nami")
    seen.settle()
    assert seen.ask(rows) == ["NAM"]


def test_playing_through_the_years(seen):
    seen.open("#view=timeline&from=2018&to=2018")
    seen.click("#play")
    seen.until("return document.getElementById('year-to').value === '2020'")
    seen.until("return document.getElementById('play').textContent === 'Play'")
    assert seen.find("#year-from").get_attribute("value") == "2020"


@pytest.mark.parametrize(
    "address",
    [
        "#select=%3Cscript%3E&view=x",
        "#weights=a,b&from=-9&to=99999",
        "#%%%&add=CHN~",
        "#pinned=%25ZZ,CHN&tie=999&sort=__proto__&lang=xx",
        "#filter=%22%3E%3Cimg%3E",
    ],
)
def test_any_address_is_harmless(seen, address):
    seen.open(address)
    assert seen.ask("return document.querySelectorAll('img').length") == 0
    assert seen.complaints() == []


def table(seen: Seen) -> dict[str, float]:
    rows = seen.ask(
        "return [...document.querySelectorAll('#short tbody tr')].map((row) => "
        "[row.dataset.iso3, Number(row.querySelector('.c-expected_leverage').dataset.value)])"
    )
    return dict(rows)


@pytest.mark.parametrize(
    ("focal", "add", "drop"),
    [
        ("CHN", [("CHN", "BRA")], []),
        ("CHN", [], [("CHN", "KAZ")]),
        ("DEU", [], []),
        ("RUS", [("RUS", "SGP"), ("RUS", "NAM")], [("RUS", "BRA")]),
    ],
)
def test_whatif_equals_the_engine(seen, focal, add, drop):
    data = matrices()
    tau = data.tau.copy()
    for pairs, change in ((drop, lambda _: 0.0), (add, lambda old: 1 - (1 - old) * 0.5)):
        for a, b in pairs:
            i, j = CODES.index(a), CODES.index(b)
            tau[i, j] = tau[j, i] = change(tau[i, j])
    joined = {
        "add": ",".join("~".join(p) for p in add),
        "drop": ",".join("~".join(p) for p in drop),
    }
    seen.open(f"#focal={focal}&add={joined['add']}&drop={joined['drop']}")
    wanted = scores(data, focal, tau)
    assert table(seen) == pytest.approx(wanted, abs=1e-6)
    assert list(table(seen)) == sorted(wanted, key=lambda code: (-wanted[code], code))


@pytest.mark.parametrize("focal", ["CHN", "DEU", "NAM"])
def test_real_page_equals_the_command_line(comity, browser, tmp_path, focal):
    path = tmp_path / "china.html"
    assert comity("draw", "--focus", "CHN", "-o", str(path)).exit_code == 0
    rows = json.loads(comity("recommend", focal, "--format", "json").stdout)
    wanted = {row["iso3"]: row["expected_leverage"] for row in rows}
    # With all weights just off 1 the page computes everything anew, the focal country's too.
    seen = Seen(browser, path).open(f"#focal={focal}&weights=1,1,1,1,1.0000000001")
    assert table(seen) == pytest.approx(wanted, rel=1e-6, abs=1e-15)
    assert list(table(seen)) == [row["iso3"] for row in rows]


def test_real_whatif_equals_the_command_line(comity, browser, tmp_path):
    path = tmp_path / "china.html"
    assert comity("draw", "--focus", "CHN", "-o", str(path)).exit_code == 0
    command = ["whatif", "CHN", "--add", "KAZ,IDN", "--remove", "AUS", "--format", "json"]
    rows = {row["iso3"]: row for row in json.loads(comity(*command).stdout)}
    seen = Seen(browser, path).open("#view=whatif&add=CHN~KAZ,CHN~IDN&drop=CHN~AUS")
    reach = float(seen.find("#reach").get_attribute("data-value"))
    assert reach == pytest.approx(rows["CHN"]["new_reach"], abs=1e-6)
    ranks = seen.ask(
        "return [...document.querySelectorAll('#short tbody tr')].map((row) => "
        "[row.dataset.iso3, Number(row.querySelector('.c-rank').dataset.value)])"
    )
    assert dict(ranks) == {code: row["new_rank"] for code, row in rows.items() if row["new_rank"]}


def test_weights_are_powers_and_multipliers(seen):
    seen.open("#weights=0,0,0,1,0")
    data, f = matrices(), CODES.index("CHN")
    direct = leverage.direct(data.need, data.capability, f)
    wanted = {code: direct[i] for i, code in enumerate(CODES) if code != "CHN"}
    assert table(seen) == pytest.approx(wanted, abs=1e-6)


def test_single_precision_is_enough(browser, tmp_path, monkeypatch):
    monkeypatch.setattr("kg.page.payload.EXACT_BYTES", 0)
    seen = shown(browser, tmp_path, sample()).open("#add=CHN~BRA")
    data = matrices()
    tau = data.tau.copy()
    tau[0, 6] = tau[6, 0] = 0.5
    assert table(seen) == pytest.approx(scores(data, "CHN", tau), abs=1e-6)


def test_ego_view_expands(seen):
    seen.open("#noTies=membership")
    assert seen.note() == (3, 3)
    seen.click("#search")
    seen.find("#search").send_keys("DEU", Keys.ENTER)
    seen.settle()
    assert seen.note() == (4, 4)
    seen.click("#panel [data-key=pin]")
    seen.click("#panel [data-key=close]")
    assert seen.note() == (4, 4)
    seen.click("#network-tools [data-key=all]")
    assert seen.note() == (9, 7)


def test_years_hide_ties_and_their_orphans(seen):
    seen.open("#all=true&noTies=membership&from=2011&to=2011")
    # Singapore, which has no tie at all, is no orphan of a filter.
    assert seen.note() == (10, 9)
    seen.open("#all=true&noTies=membership&from=2012&to=2012")
    assert seen.note() == (10, 8)
    seen.open("#all=true&noTies=membership&from=1963&to=1963")
    assert seen.note() == (6, 2)


def test_all_ties_of_a_pair_are_drawn(seen):
    seen.open("#from=1990&to=2020&select=KAZ&noTies=membership")
    drawn = seen.text("#panel .ties")
    assert drawn.count("China") == 3
    name = re.sub("[^a-z]+", "-", "partners for china")
    saved = download(seen, "svg", f"{name}.svg").read_text(encoding="utf-8")
    bends = set(re.findall(r'<path d="M([^"]+)"', saved))
    assert len(bends) == seen.note()[1]


def download(seen: Seen, kind: str, name: str) -> Path:
    folder = seen.path.parent / "saved"
    folder.mkdir(exist_ok=True)
    seen.driver.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
    )
    seen.click(f"#save-{kind}")
    deadline = time.monotonic() + 20
    while not (folder / name).is_file():
        assert time.monotonic() < deadline, f"no download {name}"
        time.sleep(0.05)
    return folder / name


def test_downloads(seen):
    seen.open()
    stem = "partners-for-china"
    text = download(seen, "csv", f"{stem}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["iso3"] for row in rows] == [entry.iso3 for entry in sample().ranking]
    assert float(rows[0]["expected_leverage"]) == pytest.approx(
        sample().ranking[0].expected_leverage
    )
    data = json.loads(download(seen, "json", f"{stem}.json").read_text(encoding="utf-8"))
    assert len(data["ties"]) == seen.note()[1]
    assert data["ties"][0]["sources"][0]["title"] == "UNCTAD"
    graph = nx.read_graphml(download(seen, "graphml", f"{stem}.graphml"), force_multigraph=True)
    assert graph.number_of_edges() == seen.note()[1]
    assert download(seen, "png", f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    seen.click("#tab-map")
    assert "<svg" in download(seen, "svg", f"{stem}.svg").read_text(encoding="utf-8")
    assert seen.complaints() == []


def test_strongest_path_and_its_agreements(seen):
    seen.open("#view=paths&pathFrom=CHN&pathTo=NAM")
    assert "No chain" in seen.text("#view-paths")
    seen.open("#view=paths&pathFrom=CHN&pathTo=BRA")
    steps = seen.ask(
        "return [...document.querySelectorAll('.path > li')].map((li) => li.textContent)"
    )
    assert [step[:5] for step in steps] == ["China", "Kazak", "Russi"]
    rho = leverage.channel_strength(matrices().tau)
    shown_strength = float(seen.find("#path-strength").get_attribute("data-value"))
    assert shown_strength == pytest.approx(rho[0, CODES.index("BRA")], abs=1e-9)
    assert "UNCTAD" in steps[0]


def test_chinese(browser, tmp_path):
    seen = shown(browser, tmp_path, sample(lang="zh")).open("#select=DEU")
    assert seen.text("#panel h2").startswith("德国")
    assert seen.text("#tab-map") == "地图"
    assert seen.ask("return document.documentElement.lang") == "zh-Hans"
    seen.click("#language")
    assert seen.text("#panel h2").startswith("Germany")


def test_keyboard_alone(seen):
    seen.open("#noNodes=")
    seen.tab_to("#search")
    seen.keys("kaz", Keys.ENTER)
    assert seen.text("#panel h2").startswith("Kazakhstan")
    assert seen.ask("return document.activeElement.closest('#panel') !== null")
    seen.open(seen.ask("return location.href"))
    seen.tab_to("[data-key='noTies memorandum']")
    seen.keys(Keys.SPACE)
    assert seen.find("[data-key='noTies memorandum']").get_attribute("aria-pressed") == "false"
    assert seen.ask("return document.activeElement.dataset.key") == "noTies memorandum"
    seen.tab_to("#year-from")
    seen.keys(*[Keys.ARROW_LEFT] * 6)
    seen.keys(Keys.SHIFT + Keys.TAB + Keys.NULL)
    seen.open(seen.ask("return location.href"))
    seen.tab_to("[role=tab][aria-selected=true]")
    seen.keys(*[Keys.ARROW_RIGHT] * 5)
    assert seen.find("#tab-whatif").get_attribute("aria-selected") == "true"
    seen.tab_to("#tie-add")
    seen.keys("bra")
    seen.tab_to("#do-add")
    seen.keys(Keys.ENTER)
    assert "China – Brazil" in seen.text("#banner")
    before = table(seen), seen.ask("return document.querySelector('#panel h2').textContent")
    seen.open(seen.ask("return location.href"))
    seen.tab_to("#share summary")
    seen.keys(Keys.ENTER)
    seen.tab_to("#copy")
    seen.keys(Keys.ENTER)
    link = seen.find("#link").get_attribute("value")
    seen.open(link)
    after = table(seen), seen.ask("return document.querySelector('#panel h2').textContent")
    assert before == after
    assert seen.find("#tab-whatif").get_attribute("aria-selected") == "true"
    assert "China – Brazil" in seen.text("#banner")
    seen.click("#tab-network")
    assert seen.find("[data-key='noTies memorandum']").get_attribute("aria-pressed") == "false"
    assert seen.find("#year-from").get_attribute("value") == "2014"
    assert seen.find("#year-to").get_attribute("value") == "2020"


@pytest.fixture(scope="session")
def axe() -> str:
    path = os.environ.get("COMITY_AXE", "")
    if not Path(path).is_file() and shutil.which("npm"):
        root = subprocess.run(
            ["npm", "root", "--global"], capture_output=True, text=True, check=False
        )
        path = str(Path(root.stdout.strip()) / "axe-core" / "axe.min.js")
    if not Path(path).is_file():
        skip_or_fail("axe-core is not installed (npm install axe-core; COMITY_AXE=.../axe.min.js)")
    return Path(path).read_text(encoding="utf-8")


def test_the_audit_finds_what_is_wrong(seen, axe):
    seen.open().ask("document.body.append(document.createElement('img'))")
    assert any(line.startswith("image-alt") for line in findings(seen, axe))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_accessibility(seen, axe, theme, width):
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    seen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for view in (
            "network",
            "map",
            "ranking",
            "timeline",
            "paths",
            "whatif",
            "table-0",
            "about",
        ):
            extra = "" if view == "ranking" else "&select=KAZ"
            seen.open(f"#theme={theme}&view={view}&pathTo=BRA&add=CHN~BRA{extra}")
            assert findings(seen, axe) == []
            assert seen.ask("return document.documentElement.scrollWidth <= innerWidth"), view
    finally:
        seen.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def findings(seen: Seen, axe: str) -> list[str]:
    """Serious and critical findings, as lines of text."""
    standards = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    run = """
        const [standards, done] = arguments;
        axe.run(document, { runOnly: standards }).then(done, (error) => done(String(error)));"""
    result = seen.driver.execute_async_script(f"{axe};{run}", standards)
    assert isinstance(result, dict), result
    return [
        f"{v['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
    ]
