"""Pages to test with, small and hostile, and a page that is open in a browser."""

from __future__ import annotations

import json
import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from kg import page
from kg.leverage import formula

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
    need, popularity = rng.random(n), np.exp(rng.normal(size=n)).round(2)
    blocked = np.zeros((n, n), dtype=bool)
    third = ~np.eye(n, dtype=bool)
    third[0, 2] = False
    return page.Matrices(
        CODES, tau, need, popularity, feasibility, barrier, blocked, third, (0.25, 0.5), 0.5
    )


def scores(data: page.Matrices, focal: str, tau: np.ndarray) -> dict[str, float]:
    """The engine's own figures for a focal country."""
    f = CODES.index(focal)
    rho = formula.path_strength(tau)
    tie = formula.strengthened(tau, f, data.strength)
    onward = formula.onward(rho, np.where(data.third[f], data.need, 0.0), f, tie).sum(axis=1)
    factors = {
        "feasibility": data.feasibility[f],
        "barrier": data.barrier[f],
        "popularity": data.popularity,
        "direct": formula.direct(data.need, tau, f, tie),
        "onward": onward,
    }
    values = formula.expected(factors, formula.Powers(*data.powers))
    return {code: float(v) for code, v in zip(CODES, values, strict=True) if code != focal}


def figures(text: str = "") -> list[page.Figure]:
    """A line plot and a bar plot with something unknown in each; `text` goes into every name."""
    ours = [(0.01, 0.1), (0.1, 0.5), (0.2, None), (1.0, 0.9)]
    ends = [(0.05, 0.2), (0.4, 0.6), (None, None), (0.8, 1.0)]
    lines = [
        page.Series(text + "ours", ours, ends),
        page.Series(text + "theirs", [(0.01, 0.0), (1, 1)]),
    ]
    bars = [
        page.Series(
            text + "now", [(text + "A", 0.5), (text + "B", -0.2)], [(0.4, 0.6), (-0.3, -0.1)]
        ),
        page.Series(text + "then", [(text + "A", 0.25), (text + "B", None)]),
    ]
    return [
        page.Figure(
            text + "Lift", "line", text + "share", text + "found", lines,
            diagonal=text + "by chance", percent=True, log_x=True, note=text, title_zh="提升",
        ),
        page.Figure(text + "Kept", "bars", text + "ranker", text + "score", bars, note=text),
    ]  # fmt: skip


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
    source = page.Reference("UNCTAD", "https://investmentpolicy.unctad.org/")
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
        figures=figures(),
        tables=[
            page.Table("Backtest", ["ranker", "score"], [["ours", page.Interval(0.5, 0.4, 0.6)]])
        ],
        sources=[source],
        notes=["A sample."],
    )
    return replace(made, **changes)


ANSWER = page.Answer(
    ("China should turn first to Kazakhstan.", "中国应首先考虑哈萨克斯坦。"),
    proposed=["KAZ", "DEU"],
    cards=[
        page.Card(
            "KAZ",
            ("100 of 100", "指数 100"),
            [("Near.", "近。")],
            [],
            ("Begin.", "开始。"),
            ("-", "-"),
        )
    ],
    tables=[page.Table("T", [("Country", "国家")], [[page.Thing("KAZ")], [page.Share(0.5)]])],
    follows=True,
)


def hostile() -> page.Page:
    """A page whose every text is an attack."""
    text = " ".join(HOSTILE)
    source = page.Reference(text, "javascript:alert(1)")
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
        figures=figures(text),
        **parts,
    )


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
