// The network, drawn by vis-network on a canvas: positions fixed, physics off.

const graph = { network: null, nodes: null, ties: null, unit: 1, shownKey: null };
const CURVED = 300; // above so many ties, lines are straight, but for several between one pair
const CLOSE = 0.35; // layout units in a pixel at the closest first view
const LIVELY = 3000; // above so many ties, hovering does not redraw

function startGraph() {
  const stage = byId("view-network");
  stage.append(
    el("div", { id: "canvas", tabindex: "0", role: "group", on: { keydown: canvasKey } }),
    el("div", { class: "tools", id: "network-tools" }),
    el("p", { class: "note", id: "network-note" }),
  );
  drawTools();
  buildGraph();
  const again = later(drawGraph);
  listen([...SHOWN_KEYS, "add", "drop", "weights", "indicator", "lang", "view"], again);
  listen(["theme"], () => {
    graph.shownKey = null;
    again();
  });
  listen(["hover"], () => {
    if (graph.ties.length < LIVELY) graph.network.redraw();
  });
  listen(["all", "among", "lang", "pinned", "select"], drawTools);
}

function drawTools() {
  const press = (label, key) =>
    button(t(label), () => update({ [key]: !state[key] }), {
      "aria-pressed": String(state[key]),
      "data-key": key,
    });
  const zoom = (by) => () =>
    graph.network.moveTo({ scale: graph.network.getScale() * by, animation: false });
  swap(
    byId("network-tools"),
    button("+", zoom(1.3), { "aria-label": t("zoom-in") }),
    button("−", zoom(1 / 1.3), { "aria-label": t("zoom-out") }),
    button(t("fit"), fit),
    ...(DATA.focal ? [press("show-all", "all"), press("among", "among")] : []),
    ...(state.pinned.length ? [button(t("unpin-all"), () => update({ pinned: [] }))] : []),
  );
}

function canvasKey(event) {
  const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
  const zoom = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 }[event.key];
  const scale = graph.network.getScale();
  if (zoom) graph.network.moveTo({ scale: scale * zoom });
  else if (step[event.key]) {
    const [dx, dy] = step[event.key];
    const { x, y } = graph.network.getViewPosition();
    graph.network.moveTo({ position: { x: x + dx / scale, y: y + dy / scale } });
  } else if (event.key === "0") fit();
  else return;
  event.preventDefault();
}

function buildGraph() {
  const { DataSet, Network } = vis;
  graph.nodes = new DataSet();
  graph.ties = new DataSet();
  const { nodes, ties } = items();
  graph.nodes.add(nodes);
  graph.ties.add(ties);
  graph.network = new Network(
    byId("canvas"),
    { nodes: graph.nodes, edges: graph.ties },
    {
      physics: false,
      layout: { improvedLayout: false },
      interaction: {
        hover: NODES.length <= 1000,
        hideEdgesOnDrag: ties.length > LIVELY,
        hideEdgesOnZoom: ties.length > LIVELY,
        selectConnectedEdges: false,
        zoomSpeed: 0.6,
      },
      nodes: { borderWidth: 1, font: { strokeWidth: 3 } },
      edges: { smooth: false, selectionWidth: 1.5, arrowStrikethrough: false },
    },
  );
  graph.network.once("afterDrawing", () => performance.mark("first-draw"));
  graph.network.on("beforeDrawing", drawLand);
  graph.network.on("afterDrawing", drawHover);
  graph.network.on("resize", later(fit));
  graph.network.on("click", clicked);
  graph.network.on("doubleClick", ({ nodes: [i] }) => i !== undefined && pin(NODES[i].id));
  graph.network.on("hoverNode", ({ node }) => update({ hover: NODES[node].id }));
  graph.network.on("blurNode", () => update({ hover: "" }));
  graph.shownKey = shownMemo.key;
  fit();
  describe();
}

function clicked({ nodes, edges }) {
  if (nodes.length) choose(NODES[nodes[0]].id);
  else if (edges.length) update({ select: "", tie: Number(edges[0]) });
  else update({ select: "", tie: -1 });
}

function pin(id) {
  update({ pinned: toggled(state.pinned, id) });
}

// The box around nodes: its centre, and how many layout units a pixel is when it fills the canvas.
function extent(nodes) {
  const canvas = byId("canvas").getBoundingClientRect();
  const range = (key) =>
    nodes.reduce(
      ([low, high], node) => [Math.min(low, node[key]), Math.max(high, node[key])],
      [1e9, -1e9],
    );
  const [left, right] = range("x");
  const [highest, lowest] = range("y");
  return {
    centre: nodes.length ? { x: (left + right) / 2, y: (highest + lowest) / 2 } : { x: 0, y: 0 },
    across: (right - left) / Math.max(200, canvas.width - 70),
    down: (lowest - highest) / Math.max(200, canvas.height - 100),
  };
}

function unit(nodes) {
  const { across, down } = extent(nodes);
  return Math.max(across, down, CLOSE);
}

function items() {
  const { nodes: visible, ties, anchors: open } = shown();
  const nodes = [...visible].map((i) => NODES[i]);
  graph.unit = unit(nodes);
  // Dashes would double the time to draw so many lines.
  const selected = BY_ID.get(state.select)?.i ?? null;
  const look = { ...looks(), selected, plain: ties.length > LIVELY };
  const sizes = nodeSizes(nodes);
  const labels = labelled(nodes, open, sizes);
  const crowd = ties.length > CURVED;
  const faint = ties.length > 1500 ? 0.25 : ties.length > CURVED ? 0.45 : 0.7;
  return {
    nodes: nodes.map((node) => nodeItem(node, open, look, sizes.get(node.i), labels.has(node.i))),
    ties: ties.map((tie) => tieItem(tie, look, crowd, faint)),
  };
}

// Colours of the current theme; shared objects, as there may be many ties.
function looks() {
  const hues = [...Array(8).keys()];
  return {
    nodes: hues.map((i) => colour(`node-${i}`)),
    ties: hues.map((i) => colour(`tie-${i}`)),
    ink: colour("ink"),
    paper: colour("paper"),
    accent: colour("focus"),
  };
}

function nodeSizes(nodes) {
  const indicator = currentIndicator();
  const values = nodes.map(
    (node) => (indicator ? valueOf(node, indicator.id) : node.ties.length) ?? 0,
  );
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const base = nodes.length > 1500 ? 2.5 : 4.5;
  const scale = graph.unit * Math.min(1, Math.max(0.5, byId("canvas").clientWidth / 900));
  return new Map(
    nodes.map((node, i) => [node.i, (base + 9 * Math.sqrt(Math.max(0, values[i]) / most)) * scale]),
  );
}

// The nodes that carry a label: the opened ones, then the largest whose labels do not collide.
function labelled(nodes, open, sizes) {
  const taken = [];
  const chosen = new Set();
  const rank = (node) => (open.has(node.i) ? 1e9 : sizes.get(node.i) + node.ties.length * 1e-6);
  const order = nodes.map((node) => [rank(node), node]).sort((a, b) => b[0] - a[0]);
  const most = Math.min(DATA.labels, byId("canvas").clientWidth / 28) + open.size;
  for (const [, node] of order.slice(0, 400)) {
    if (chosen.size >= most) break;
    const box = labelBox(node, sizes.get(node.i));
    if (!open.has(node.i) && taken.some((other) => overlap(box, other))) continue;
    chosen.add(node.i);
    taken.push(box);
  }
  return chosen;
}

function labelBox(node, size) {
  const wide = (state.lang === "zh" && node.zh ? 13 : 6.5) * named(node).length * graph.unit;
  const top = node.y + size;
  return [node.x - wide / 2, top, node.x + wide / 2, top + 17 * graph.unit];
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function nodeItem(node, open, look, size, label) {
  const style = NODE_KINDS.get(node.kind);
  const focal = node.id === state.focal || node.id === state.select;
  const fillColour = node.id === state.focal ? look.accent : look.nodes[style.hue];
  const border = node.id === state.select ? look.accent : open.has(node.i) ? look.ink : look.paper;
  const font = {
    size: 12 * graph.unit,
    color: look.ink,
    strokeColor: look.paper,
    strokeWidth: 3 * graph.unit,
  };
  return {
    id: node.i,
    x: node.x,
    y: node.y,
    shape: style.shape,
    size: focal ? Math.max(size, 8 * graph.unit) : size,
    borderWidth: (node.id === state.select ? 3 : 1) * graph.unit,
    color: {
      background: fillColour,
      border,
      highlight: { background: fillColour, border: look.accent },
    },
    ...(label ? { label: named(node), font } : {}),
  };
}

function tieItem(tie, look, crowd, faint) {
  const style = TIE_KINDS.get(tie.kind);
  const chosen = tie.i === state.tie;
  const lit = chosen || look.selected === tie.a || look.selected === tie.b;
  const item = {
    id: tie.i,
    from: tie.a,
    to: tie.b,
    width: (0.8 + 2.4 * tie.strength + (chosen ? 2 : 0)) * graph.unit * (crowd ? 0.7 : 1),
    color: {
      color: look.ties[style.hue],
      highlight: look.accent,
      opacity: lit ? 0.95 : look.selected === null ? faint : faint / 2,
    },
  };
  if (style.dash && !look.plain) item.dashes = style.dash.map((length) => length * graph.unit);
  if (tie.directed) item.arrows = { to: { enabled: true, scaleFactor: 0.5 * graph.unit } };
  if (tie.pair.length > 1) item.smooth = curve(tie);
  return item;
}

// Several ties between one pair fan out, the first one straight if their number is odd.
function curve(tie) {
  const places = tie.pair.length;
  const bend = ((tie.place - (places - 1) / 2) * 0.3) / Math.max(2, places - 1);
  const forward = tie.a < tie.b ? bend : -bend;
  return {
    enabled: forward !== 0,
    type: forward > 0 ? "curvedCW" : "curvedCCW",
    roundness: Math.abs(forward),
  };
}

function drawGraph() {
  if (state.view !== "network") return;
  const before = graph.shownKey;
  const { nodes, ties } = items();
  const big = ties.length > LIVELY && before === shownMemo.key;
  replace(graph.nodes, nodes);
  if (!big) replace(graph.ties, ties);
  graph.shownKey = shownMemo.key;
  graph.network.setSelection({ nodes: [], edges: [] });
  describe();
}

function replace(set, rows) {
  const kept = new Set(rows.map((row) => row.id));
  set.remove(set.getIds().filter((id) => !kept.has(id)));
  // vis keeps options that a new item lacks, so labels and bends would stay for ever.
  set.update(rows.map((row) => ({ label: undefined, smooth: false, ...row })));
}

function fit() {
  const { across, down, centre } = extent([...shown().nodes].map((i) => NODES[i]));
  graph.network.moveTo({ position: centre, scale: 1 / Math.max(across, down, CLOSE) });
}

// Coasts behind a network whose countries lie where they are; they move apart a little.
function drawLand(context) {
  if (!WORLD || !NODES.some((node) => node.map)) return;
  graph.land ??= new Path2D(Object.values(WORLD.shapes).join("") + WORLD.hatched);
  context.save();
  context.scale(1000 / WORLD.width, 1000 / WORLD.width);
  context.fillStyle = colour("wash");
  context.fill(graph.land);
  context.restore();
}

function drawHover(context) {
  const node = BY_ID.get(state.hover);
  if (!node || !shown().nodes.has(node.i)) return;
  const size = 14 * graph.unit;
  context.strokeStyle = colour("focus");
  context.lineWidth = 3 * graph.unit;
  context.beginPath();
  context.arc(node.x, node.y, size, 0, 2 * Math.PI);
  context.stroke();
  context.font = `600 ${13 * graph.unit}px sans-serif`;
  context.textAlign = "center";
  context.lineWidth = 4 * graph.unit;
  context.strokeStyle = colour("paper");
  context.strokeText(named(node), node.x, node.y - size - 5 * graph.unit);
  context.fillStyle = colour("ink");
  context.fillText(named(node), node.x, node.y - size - 5 * graph.unit);
}

function describe() {
  const { nodes, ties } = shown();
  const text = t("counts", {
    nodes: nodes.size,
    ties: ties.length,
    allNodes: NODES.length,
    allTies: TIES.length,
  });
  byId("canvas").setAttribute("aria-label", `${t("canvas")} ${text}`);
  const indicator = currentIndicator();
  const size = indicator ? t("size-by", { name: named(indicator) }) : t("size-ties");
  byId("network-note").textContent = `${text} ${size}`;
}
