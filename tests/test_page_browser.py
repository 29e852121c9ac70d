"""Pages in a browser: offline, inert, equal to the engine's figures, by keyboard, accessible."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import networkx as nx
import pytest
from conftest import skip_or_fail
from page_sample import (
    ANSWER,
    CODES,
    COUNTRIES,
    HOSTILE,
    SCRIPT,
    Seen,
    figures,
    hostile,
    matrices,
    sample,
    scores,
)
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from kg import page
from kg.leverage import formula

EMPTY = page.Figure("Nothing", "line", "x", "y", [page.Series("none", [])], "same", log_x=True)


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
    for view in (
        "map",
        "ranking",
        "timeline",
        "paths",
        "whatif",
        "figures",
        "table-0",
        "about",
        "network",
    ):
        seen.click(f"#tab-{view}")
    assert [url for url in seen.requests() if not url.startswith("about:")] == [seen.path.as_uri()]
    assert seen.complaints() == []


def test_hostile_texts_stay_text(browser, tmp_path):
    seen = shown(browser, tmp_path, hostile()).open()
    for view in ("map", "ranking", "timeline", "paths", "figures", "table-0", "about", "network"):
        if seen.ask("return !!document.getElementById(arguments[0])", f"tab-{view}"):
            seen.click(f"#tab-{view}")
    seen.find("#search").send_keys("alert")
    seen.settle()
    assert seen.ask("return document.querySelectorAll('#found li').length") >= 2
    seen.find("#search").send_keys(Keys.ENTER)
    seen.settle()
    assert "alert(1)" in seen.text("#panel h2")
    seen.open("#lang=zh&select=CHN")
    assert SCRIPT in seen.text("#panel")
    elements = seen.ask("return [...document.body.querySelectorAll('*')].map((e) => e.localName)")
    assert not {"img", "iframe", "object", "embed"} & set(elements)
    assert elements.count("script") == 4
    links = seen.ask("return [...document.links].map((a) => a.protocol)")
    assert set(links) <= {"http:", "https:"}
    assert seen.complaints() == []
    assert not any("alert" in url for url in seen.requests())


def test_a_notebook_frame_draws(browser, tmp_path):
    path = tmp_path / "notebook.html"
    path.write_text(
        f"<!doctype html><title>n</title>{page.Frame(sample())._repr_html_()}", encoding="utf-8"
    )
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
        (
            page.Page("Plots", figures=[*figures(), EMPTY], tables=sample().tables),
            ["figures", "table-0", "about"],
        ),
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


PLOTS = """return [...document.querySelectorAll('.plot svg')].map((chart) => ({
    role: chart.getAttribute('role'), label: chart.getAttribute('aria-label'),
    wide: chart.getBoundingClientRect().width,
    marks: [...chart.querySelectorAll('.mark title')].map((mark) => mark.textContent),
    dashes: [...new Set([...chart.querySelectorAll('.curve')]
        .map((line) => line.getAttribute('stroke-dasharray')))].length,
    spreads: chart.querySelectorAll('.spread').length,
    bars: [...chart.querySelectorAll('rect > title')].map((bar) =>
        [bar.textContent, Math.round(bar.parentNode.getBoundingClientRect().width)]),
    texts: [...chart.querySelectorAll('text')].map((text) => text.textContent),
}))"""


def test_figures_draw_their_points(seen):
    seen.open("#view=figures")
    lift, kept = seen.ask(PLOTS)
    assert lift["role"] == kept["role"] == "img"
    assert lift["label"] == "Lift. found by share. Series: ours, theirs."
    assert lift["marks"] == [
        "theirs: 1%, 0%",
        "theirs: 100%, 100%",
        "ours: 1%, 10% [5%, 20%]",
        "ours: 10%, 50% [40%, 60%]",
        "ours: 100%, 90% [80%, 100%]",
    ]
    assert (lift["spreads"], lift["dashes"], kept["spreads"]) == (3, 2, 2)
    assert {"1%", "100%", "by chance", "found"} <= set(lift["texts"])
    (now, long), (then, half), (minus, short), (unknown, none) = kept["bars"]
    assert now == "now: A, 0.500 [0.400, 0.600]"
    assert (then, minus) == ("then: A, 0.250", "now: B, -0.200 [-0.300, -0.100]")
    assert (unknown, none) == ("then: B, unknown", 0)
    assert long == pytest.approx(2 * half, abs=2)
    assert long == pytest.approx(2.5 * short, abs=2)
    assert "unknown" in kept["texts"]


def test_figures_have_tables_and_fit_a_narrow_screen(seen):
    seen.open("#view=figures&lang=zh")
    seen.click("figure:first-child summary")
    assert "提升" in seen.text("figure:first-child h2")
    cells = seen.ask(
        "return [...document.querySelectorAll('figure:first-child tbody tr')]"
        ".map((row) => row.textContent)"
    )
    assert len(cells) == 6
    assert "未知" in cells[2]
    metrics = {"width": 390, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    seen.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        seen.until("return document.querySelector('.plot svg').getAttribute('width') < 390")
        assert all(chart["wide"] <= 390 for chart in seen.ask(PLOTS))
        assert seen.find("figure details").get_attribute("open") is not None
    finally:
        seen.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_hostile_figures_stay_text(browser, tmp_path):
    made = page.Page("Plots", figures=figures(" ".join(HOSTILE)))
    seen = shown(browser, tmp_path, made).open()
    lift, kept = seen.ask(PLOTS)
    assert lift["label"].startswith(SCRIPT)
    assert all(mark.startswith(SCRIPT) for mark in lift["marks"])
    assert all(bar.startswith(SCRIPT) for bar, _ in kept["bars"])
    inside = seen.ask(
        "return [...document.querySelectorAll('#views *')].map((item) => item.localName)"
    )
    assert not {"img", "script", "iframe", "foreignObject", "style"} & set(inside)
    assert seen.ask("return document.documentElement.scrollWidth <= innerWidth")
    assert [url for url in seen.requests() if not url.startswith("about:")] == [seen.path.as_uri()]
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
        "[row.dataset.iso3, Number(row.dataset.score)])"
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


@pytest.fixture
def china(comity, tmp_path_factory) -> Path:
    """The real page for China, drawn once."""
    path = tmp_path_factory.getbasetemp() / "china.html"
    if not path.exists():
        assert comity("draw", "--focus", "CHN", "-o", str(path)).exit_code == 0
    return path


@pytest.mark.parametrize("focal", ["CHN", "DEU", "NAM"])
def test_real_page_equals_the_command_line(comity, browser, china, focal):
    rows = json.loads(comity("recommend", focal, "--format", "json").stdout)
    wanted = {row["iso3"]: row["expected_leverage"] for row in rows}
    # With all weights just off 1 the page computes everything anew, the focal country's too.
    seen = Seen(browser, china).open(f"#focal={focal}&weights=1,1,1,1,1.0000000001")
    assert table(seen) == pytest.approx(wanted, rel=1e-6, abs=1e-15)
    assert list(table(seen)) == [row["iso3"] for row in rows]


def test_real_whatif_equals_the_command_line(comity, browser, china):
    command = ["whatif", "CHN", "--add", "KAZ,IDN", "--remove", "AUS", "--format", "json"]
    rows = {row["iso3"]: row for row in json.loads(comity(*command).stdout)}
    seen = Seen(browser, china).open("#view=whatif&add=CHN~KAZ,CHN~IDN&drop=CHN~AUS")
    reach = float(seen.find("#reach").get_attribute("data-value"))
    assert reach == pytest.approx(rows["CHN"]["new_reach"], abs=1e-6)
    ranks = seen.ask(
        "return [...document.querySelectorAll('#short tbody tr')].map((row) => "
        "[row.dataset.iso3, Number(row.querySelector('.c-rank').dataset.value)])"
    )
    assert dict(ranks) == {code: row["new_rank"] for code, row in rows.items() if row["new_rank"]}


FIRST_VIEW = """
    const within = (box) => box.height > 0 && box.top >= 0
        && box.bottom <= innerHeight && box.right <= innerWidth;
    return ['.sentence', '#tiers', '#answer-map']
        .map((part) => within(document.querySelector(part).getBoundingClientRect()))
        .concat(document.querySelectorAll('#answer-map .proposed-tie').length,
                document.querySelectorAll('#answer-map .opened-tie').length,
                document.querySelectorAll('.card').length)"""


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
def test_the_answer_is_seen_first(comity, browser, china, width, height):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        seen = Seen(browser, china).open()
        sentence, tiers, drawn, ties, opened, cards = seen.ask(FIRST_VIEW)
        assert (sentence, tiers, drawn, cards) == (True, True, True, 3)
        assert ties >= 3
        assert opened >= ties
        said = comity("recommend", "CHN", "--top", "1").stderr
        assert seen.text(".sentence") in said
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_ten_best_partners_are_in_the_network(comity, browser, tmp_path):
    path = tmp_path / "namibia.html"
    assert comity("draw", "--focus", "NAM", "-o", str(path)).exit_code == 0
    seen = Seen(browser, path).open("#view=network")
    saved = json.loads(download(seen, "json", "cooperation-partners-for-namibia.json").read_text())
    best = [row["iso3"] for row in saved["ranking"] if row["status"] != "blocked"][:10]
    assert set(best) <= {node["id"] for node in saved["nodes"]}
    proposed = [tie["b"] for tie in saved["ties"] if tie["kind"] == "proposed"]
    assert proposed
    assert set(proposed) <= set(best)


def test_ties_across_the_pacific_do_not_cross_africa(browser, tmp_path):
    places = {"WSM": (-172.4, -13.8), "CHN": (104.0, 36.0)}
    nodes = [page.Node(code, code, lon=lon, lat=lat) for code, (lon, lat) in places.items()]
    made = page.Page("Pacific", nodes, [page.Tie("WSM", "CHN", "treaty")], focal="WSM")
    seen = shown(browser, tmp_path, made).open("#view=map&centre=0")
    line = "return document.querySelector('.arcs path').getAttribute('d')"
    xs = [int(x) for x in re.findall(r"[ML](-?\d+)", seen.ask(line))]
    assert xs
    assert not [x for x in xs if 300 < x < 3000]
    seen.open("#view=map")
    assert seen.ask(line).count("M") == 1


def test_weights_are_powers_and_multipliers(seen):
    seen.open("#weights=0,0,0,1,0")
    data, f = matrices(), CODES.index("CHN")
    direct = formula.direct(data.need, data.tau, f, formula.strengthened(data.tau, f, 0.5))
    wanted = {code: direct[i] ** 0.25 for i, code in enumerate(CODES) if code != "CHN"}
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
    bends = set(re.findall(r'data-tie="\d+" d="M([^"]+)"', saved))
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
    ties = list(csv.DictReader(text.splitlines()))
    assert len(ties) == seen.note()[1]
    assert {"China", "UNCTAD"} <= {ties[0]["a_name"], ties[0]["sources"]}
    (seen.path.parent / "saved" / f"{stem}.csv").unlink()
    seen.click("#tab-ranking")
    text = download(seen, "csv", f"{stem}.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert [row["iso3"] for row in rows] == [entry.iso3 for entry in sample().ranking]
    assert float(rows[0]["expected_leverage"]) == pytest.approx(
        sample().ranking[0].expected_leverage
    )
    seen.click("#tab-network")
    data = json.loads(download(seen, "json", f"{stem}.json").read_text(encoding="utf-8"))
    assert len(data["ties"]) == seen.note()[1]
    assert data["ties"][0]["sources"][0]["title"] == "UNCTAD"
    graph = nx.read_graphml(download(seen, "graphml", f"{stem}.graphml"), force_multigraph=True)
    assert graph.number_of_edges() == seen.note()[1]
    gephi = nx.read_gexf(download(seen, "gexf", f"{stem}.gexf"))
    assert set(gephi) == set(graph)
    assert gephi.nodes["CHN"]["label"] == "China"
    assert gephi.nodes["CHN"]["viz"]["position"]["x"] == pytest.approx(graph.nodes["CHN"]["x"])
    assert graph.nodes["KAZ"]["expected_leverage"] == pytest.approx(
        next(entry.expected_leverage for entry in sample().ranking if entry.iso3 == "KAZ")
    )
    assert "UNCTAD" in next(iter(graph.edges(data=True)))[2]["sources"]
    assert download(seen, "png", f"{stem}.png").read_bytes().startswith(b"\x89PNG")
    seen.click("#tab-figures")
    rows = list(csv.reader(download(seen, "csv", f"{stem}.csv").read_text("utf-8").splitlines()))
    assert rows[1] == ["Lift", "ours", "0.01", "0.1", "0.05", "0.2"]
    assert "by chance" in download(seen, "svg", f"{stem}.svg").read_text("utf-8")
    seen.click("#tab-table-0")
    rows = download(seen, "csv", f"{stem}.csv").read_text("utf-8").splitlines()
    assert rows == ["ranker,score,score low,score high", "ours,0.5,0.4,0.6"]
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
    rho = formula.path_strength(matrices().tau)
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
            "figures",
            "table-0",
            "about",
        ):
            extra = "" if view == "ranking" else "&select=KAZ"
            seen.open(f"#theme={theme}&view={view}&pathTo=BRA&add=CHN~BRA{extra}")
            assert findings(seen, axe) == []
            assert seen.ask("return document.documentElement.scrollWidth <= innerWidth"), view
        answered = shown(seen.driver, seen.path.parent, sample(answer=ANSWER))
        answered.open(f"#theme={theme}")
        assert answered.find("#answer-map").is_displayed()
        assert answered.find(".plane").is_displayed()
        assert findings(answered, axe) == []
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
