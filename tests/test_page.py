"""Pages without a browser: closed, escaped, refused when wrong, exported whole."""

from __future__ import annotations

import csv
import importlib.util
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from types import SimpleNamespace

import networkx as nx
import numpy as np
import pytest
from page_sample import ENDS, IMAGE, hostile, matrices, sample

from kg import page
from kg.advice import draw
from kg.errors import ComityError
from kg.forecast import backtest
from kg.forecast.feasibility import PROXY
from kg.page.html import application, digest, read, world
from kg.page.layout import positions
from kg.page.payload import payload, safe_url

pytestmark = pytest.mark.portable

ROOT = Path(__file__).resolve().parents[1]


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
    assert found.elements.count("script") == 4
    assert not {"img", "iframe", "object", "embed", "base", "form"} & set(found.elements)
    assert found.run == [application()]
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


def test_figures_whose_points_cannot_be_placed_are_refused():
    def plot(points, intervals=(), **options):
        series = [page.Series("s", points, intervals)]
        return page.Page("x", figures=[page.Figure("f", "line", "x", "y", series, **options)])

    page.render(plot([(1, 2.0), (3.5, None)], log_x=True))
    for points in ([("A", 1.0)], [(float("nan"), 1.0)]):
        with pytest.raises(ComityError, match="needs finite numbers"):
            page.render(plot(points))
    with pytest.raises(ComityError, match="above 0 if log_x"):
        page.render(plot([(0, 1.0)], log_x=True))
    with pytest.raises(ComityError, match="one interval for each point"):
        page.render(plot([(1, 1.0), (2, 1.0)], [(0.0, 1.0)]))


def report() -> backtest.Report:
    """A backtest of one kind at one cut, in which all but the captured leverage is good enough."""
    good = backtest.Interval(0.2, 0.1, 0.3)
    summary = backtest.Summary(
        kind="investment-treaty",
        cuts=(2000,),
        best_baseline="degree",
        above_all=True,
        auc_gain=good,
        metrics={},
        calibration=(),
        calibration_error=0.01,
        captured={"gain": good, "comity": backtest.Interval(0.5, 0.4, 0.6)},
        captured_over_degree=backtest.Interval(0.2, -0.1, 0.4),
        captured_over_feasibility=good,
        reliability=(backtest.Bin(0.1, 0.2, 0.15, 0.25, 40),),
        depths=(0.1, 1.0),
        lift=dict.fromkeys(backtest.METHODS, (0.3, 1.0)),
    )
    row = {"kind": "investment-treaty", "cut": 2000, "method": "comity", "candidates": 9}
    scores = {"auc": 0.9, "auc_low": 0.8, "auc_high": 0.95, "hits10": None}
    return backtest.Report([row | scores], [summary], ["investment-treaty 2020: not over"])


def test_page_of_a_backtest():
    made = draw.backtest_page(report())
    page.render(made)
    assert made.title == "How well would this have done?"
    assert PROXY in made.description
    assert any("2020: not over" in note for note in made.notes)
    bars, results = made.tables
    assert [row[-1] for row in bars.rows] == ["yes", "yes", "yes", "no"]
    assert bars.rows[1][2] == page.Interval(0.2, 0.1, 0.3)
    assert dict(zip(results.columns, results.rows[0], strict=True)) == {
        "kind": "investment-treaty",
        "cut": "2000",
        "method": "comity",
        "candidates": 9,
        "auc": page.Interval(0.9, 0.8, 0.95),
        "hits10": None,
    }
    reliability, lift, captured = payload(made)["figures"]
    assert reliability["series"] == [["comity", [[0.1, 0.2, 0.15, 0.25]]]]
    assert reliability["diagonal"]
    names = [name for name, _ in lift["series"]]
    assert names == ["comity", "degree", "gravity", "gain"]
    assert captured["kind"] == "bars"
    assert captured["series"][0][1] == [["comity", 0.5, 0.4, 0.6], ["gain", 0.2, 0.1, 0.3]]


def test_unwritable_path(tmp_path):
    for path in (tmp_path / "none" / "x.html", tmp_path):
        with pytest.raises(ComityError, match="cannot be written") as error:
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
def test_the_same_network_is_the_same_file(tmp_path: Path, form: str) -> None:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(
        (n, {"label": n, "lon": 10.0 * i, "lat": 5.0 * i}) for i, n in enumerate("abcd")
    )
    graph.add_edges_from([("a", "b"), ("b", "c")])
    for name in ("one", "two"):
        page.export(graph, tmp_path / f"{name}.{form}")
    assert (tmp_path / f"one.{form}").read_bytes() == (tmp_path / f"two.{form}").read_bytes()


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
    with pytest.raises(ComityError, match="cannot be written"):
        page.export(page.to_networkx(sample()), tmp_path / "none" / "x.gexf")


def test_pyvis_keeps_every_tie():
    network = page.to_pyvis(sample())
    assert network.num_nodes() == 11
    assert network.num_edges() == 13
    assert json.loads(network.options.to_json())["physics"]["enabled"] is False


def test_notebook_shows_a_sandboxed_frame():
    html = page.Frame(sample())._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads"' in html
    assert "<script" not in html


DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def lab(colour: str) -> np.ndarray:
    """CIELAB of a colour as an eye without green cones sees it (Machado et al. 2009)."""
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(DEUTERANOPIA @ linear, 0, 1) / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one: np.ndarray, other: np.ndarray) -> float:
    """The colour difference of Sharma, Wu and Dalal (2005)."""
    light = [one[0], other[0]]
    chroma = [np.hypot(*c[1:]) for c in (one, other)]
    grey = 0.5 * (1 - np.sqrt(np.mean(chroma) ** 7 / (np.mean(chroma) ** 7 + 25.0**7)))
    a, b = [(1 + grey) * c[1] for c in (one, other)], [one[2], other[2]]
    c1, c2 = np.hypot(a, b)
    h1, h2 = (np.degrees(np.arctan2(b, a)) + 360) % 360
    turn = (h2 - h1 + 180) % 360 - 180
    hue = (h1 + turn / 2) % 360
    mean_l, mean_c = np.mean(light), (c1 + c2) / 2
    cos = [np.cos(np.radians(k * hue + s)) for k, s in ((1, -30), (2, 0), (3, 6), (4, -63))]
    t = 1 - 0.17 * cos[0] + 0.24 * cos[1] + 0.32 * cos[2] - 0.20 * cos[3]
    s_l = 1 + 0.015 * (mean_l - 50) ** 2 / np.sqrt(20 + (mean_l - 50) ** 2)
    s_c, s_h = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    r = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    r *= np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    parts = (light[1] - light[0]) / s_l, (c2 - c1) / s_c
    swing = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / s_h
    return float(np.sqrt(parts[0] ** 2 + parts[1] ** 2 + swing**2 + r * parts[1] * swing))


def test_no_two_kinds_look_alike_without_green_cones():
    # A pair of the published test data of CIEDE2000.
    known = ciede2000(np.array([50, 2.6772, -79.7751]), np.array([50, 0, -82.7485]))
    assert known == pytest.approx(2.0425, abs=1e-4)
    for theme in re.findall(r"--tie-0:.*", read("style.css")):
        palette = [lab(colour) for colour in re.findall(r"#[0-9a-f]{6}", theme)]
        assert len(palette) == 16
        assert min(ciede2000(a, b) for a, b in combinations(palette, 2)) >= 10


def test_a_kind_looks_the_same_whatever_else_is_there():
    kinds = {slug: SimpleNamespace(slug=slug, label=slug, label_zh="") for slug in draw.PALETTE}
    whole = {kind.id: kind.hue for kind in draw.kinds(kinds)}
    few = {slug: kinds[slug] for slug in reversed(draw.PALETTE[3:6])}
    assert [whole[kind.id] for kind in draw.kinds(few)] == [3, 4, 5]
    assert sorted(whole.values()) == list(range(15))


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


def test_shipped_map_knows_every_country():
    root = Path(page.__file__).parents[1] / "data"
    with (root / "countries.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["iso3"] for row in csv.DictReader(file)}
    with (root / "centroids.csv").open(encoding="utf-8", newline="") as file:
        middles = {row["country"]: row for row in csv.DictReader(file)}
    assert set(middles) == codes
    assert -30 < float(middles["NAM"]["lat"]) < -17
    assert float(middles["FJI"]["lon"]) > 175
    shapes = world()
    assert set(shapes["shapes"]) <= codes
    assert {"CHN", "TWN", "ESH", "PSE"} <= set(shapes["shapes"])
    assert "XKX" not in shapes["shapes"]
    assert shapes["hatched"]
    assert all(re.fullmatch(r"[Mlz\d -]*", path) for path in shapes["shapes"].values())


def test_shapes_are_cut_at_the_antimeridian():
    spec = importlib.util.spec_from_file_location("world", ROOT / "scripts" / "world.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    across = [(170.0, 0.0), (190.0, 0.0), (190.0, 10.0), (170.0, 10.0), (170.0, 0.0)]
    pieces = maker.wrap(across)
    assert sorted({x for piece in pieces for x, _ in piece}) == [-180.0, -170.0, 170.0, 180.0]
    assert sum(abs(maker.area(piece)) for piece in pieces) == pytest.approx(200.0)
    assert maker.middle([across]) == pytest.approx((180.0, 5.0))
    zigzag = [(x / 10, 0.01 * (x % 2)) for x in range(100)]
    assert len(maker.simplify(zigzag, 0.5)) == 3
