"""The page of a whole graph at 5,000 things and 20,000 ties, beside bare vis-network and sigma.

    python benchmarks/canvas.py [--repeat 3] [--sigma sigma.min.js]

Headless Chromium without a graphics card; engines take turns. Milliseconds to the frame after:
first draw (since the navigation began), a filter click (a kind hidden), a zoom. sigma is not
bundled: give a script that sets `engine = {Graph, Sigma}` (npm: graphology 0.26, sigma 3.0.2).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from page import browser, bundle

from kg.page import Atlas, Kind, Node, Tie
from kg.page.atlas import render_atlas

KINDS = ["coop:Body", "coop:Company", "coop:Park"]
HEAD = (
    '<!doctype html><meta charset="utf-8"><style>html,body,#net{margin:0;height:100%}</style>'
    '<div id="net"></div>'
)
FRAME = """
const framed = (act) => new Promise((done) => {
  const began = performance.now();
  act();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began)));
});"""
VIS = """
const named = (n, i) => ({ id: i, label: `Thing ${i}`, x: n[0], y: n[1] });
const nodes = new vis.DataSet(NODES.map(named));
const edges = new vis.DataSet(EDGES.map((e, i) => ({ id: i, from: e[0], to: e[1] })));
const net = new vis.Network(document.getElementById("net"), { nodes, edges }, { physics: false,
  layout: { improvedLayout: false }, nodes: { shape: "dot", size: 4 }, edges: { smooth: false } });
net.once("afterDrawing", () => requestAnimationFrame(() => { window.first = performance.now(); }));
window.filter = (hidden) => framed(() => nodes.update(NODES.map((n, i) =>
  ({ id: i, hidden: hidden && i % 3 === 1 }))));
window.zoom = (scale) => framed(() => net.moveTo({ scale }));"""
SIGMA = """
let hidden = false;
const graph = new engine.Graph({ multi: true });
NODES.forEach((n, i) => graph.addNode(i, { label: `Thing ${i}`, x: n[0], y: n[1], size: 4, i }));
EDGES.forEach((e, i) => graph.addEdgeWithKey(i, e[0], e[1], { size: 0.5 }));
const sigma = new engine.Sigma(graph, document.getElementById("net"), {
  nodeReducer: (id, data) => (hidden && data.i % 3 === 1 ? { ...data, hidden: true } : data) });
const read = () => { const gl = document.querySelector("canvas.sigma-edges").getContext("webgl2");
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(4)); };
const told = () => { read(); window.first = performance.now(); };
requestAnimationFrame(() => requestAnimationFrame(told));
const refresh = { skipIndexation: true };
window.filter = (on) => framed(() => { hidden = on; sigma.refresh(refresh); read(); });
window.zoom = (scale) => framed(() => {
  sigma.getCamera().setState({ ratio: 1 / scale });
  read();
});"""
OURS = """
const framed = (act) => new Promise((done) => { const began = performance.now(); act();
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - began))); });
const kind = "[data-key='kind coop:Company']";
window.filter = () => framed(() => document.querySelector(kind).click());
window.zoom = () => framed(() => document.getElementById("in").click());"""


def sample(n: int, m: int) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
    """Return places and ties, preferentially attached."""
    rng = random.Random(1)
    ends, ties = list(range(10)), []
    while len(ties) < m:
        a, b = rng.randrange(n), rng.choice(ends)
        if a != b:
            ends += [a, b]
            ties.append((a, b))
    return [(rng.gauss(0, 300), rng.gauss(0, 300)) for _ in range(n)], ties


def ours(n: int, ties: list[tuple[int, int]]) -> str:
    """Return our page with everything drawn."""
    nodes = [Node(str(i), f"Thing {i}", KINDS[i % 3]) for i in range(n)]
    made = [Tie(str(a), str(b), "tie") for a, b in ties]
    kinds = [Kind(kind, kind) for kind in KINDS]
    drawn = [node.id for node in nodes]
    return render_atlas(Atlas("x", nodes, made, kinds, [Kind("tie", "tie")], {}, drawn=drawn))


def bare(engine: str, script: str) -> str:
    """Return the smallest page of an engine."""
    return f"{HEAD}<script>{engine}</script><script>{script}</script>"


def main() -> int:
    """Open the pages in turns and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sigma", type=Path)
    given = parser.parse_args()
    places, ties = sample(5000, 20000)
    data = f"const NODES={json.dumps(places)},EDGES={json.dumps(ties)};{FRAME}"
    pages = {"ours": ours(5000, ties), "vis-network": bare(bundle(), data + VIS)}
    if given.sigma:
        pages["sigma"] = bare(given.sigma.read_text(encoding="utf-8"), data + SIGMA)
    with tempfile.TemporaryDirectory() as folder:
        driver = browser(folder)
        seen: dict[str, dict[str, list[float]]] = {name: {} for name in pages}
        for _ in range(given.repeat):
            for name, html in pages.items():
                path = Path(folder) / f"{name}.html"
                path.write_text(html, encoding="utf-8")
                measure(driver, path, seen[name])
        driver.quit()
    for name, rows in seen.items():
        told = ", ".join(f"{what} {statistics.median(ms):.0f} ms" for what, ms in rows.items())
        print(f"{name}: {told}")
    return 0


def measure(driver, path: Path, rows: dict[str, list[float]]) -> None:  # noqa: ANN001
    """Open a page, hide and show a kind, zoom; add the milliseconds of each."""
    driver.get("about:blank")
    driver.get(path.as_uri())
    ready = "return window.first || (document.documentElement.dataset.ready && performance.now())"
    while not (first := driver.execute_script(ready)):
        time.sleep(0.02)
    rows.setdefault("first draw", []).append(first)
    if path.stem == "ours":
        driver.execute_script(OURS.replace("const framed", "window.framed"))
    asked = "const done = arguments[1]; window[{!r}](arguments[0]).then(done)"
    for on in (True, False):
        took = driver.execute_async_script(asked.format("filter"), on)
        rows.setdefault("filter", []).append(took)
    for scale in (1.1, 1.3, 1.6, 2.0):
        rows.setdefault("zoom", []).append(driver.execute_async_script(asked.format("zoom"), scale))


if __name__ == "__main__":
    sys.exit(main())
