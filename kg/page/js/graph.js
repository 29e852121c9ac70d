// The network on a canvas: positions are fixed; each view draws the land, ties, things and labels.

const graph = {
  canvas: null,
  x: 0,
  y: 0,
  scale: 1, // pixels of the screen in a unit of the layout
  fitted: 1,
  moved: false, // by the reader, so that a resize does not fit it again
  items: null,
  land: new Map(),
};
const CURVED = 1200; // above so many ties, lines are straight unless they cross half of the map
const LIVELY = 3000; // above so many ties, dashes and hovering would cost too much
const CHUNK = 400; // lines in one path: longer paths are slow to fill
const ROOM = 9000; // square pixels a label needs about it
const LOOKED = 1000; // things that a view looks at for a label
const CLOSEST = 2.9; // pixels in a unit at the closest first view
const UNITS = 1000; // the layout is so wide

function startGraph() {
  const stage = byId("view-network");
  graph.canvas = el("canvas", { "aria-hidden": "true" });
  stage.append(
    el(
      "div",
      { id: "canvas", tabindex: "0", role: "group", on: { keydown: canvasKey } },
      graph.canvas,
    ),
    el("div", { class: "tools", id: "network-tools" }),
    el("p", { class: "note", id: "network-note" }),
  );
  drawTools();
  moving(byId("canvas"));
  const again = later(drawGraph);
  listen(
    [...SHOWN_KEYS, "add", "drop", "weights", "indicator", "lang", "view", "theme", "centre"],
    again,
  );
  listen(["hover"], () => {
    if (graph.items && graph.items.ties.length < LIVELY) paintSoon();
  });
  listen(["all", "among", "lang", "pinned", "select", "centre"], drawTools);
  new ResizeObserver(later(resized)).observe(byId("canvas"));
  drawGraph();
}

const paintSoon = later(() => paint());

function drawTools() {
  const press = (label, key) =>
    button(t(label), () => update({ [key]: !state[key] }), {
      "aria-pressed": String(state[key]),
      "data-key": key,
    });
  swap(
    byId("network-tools"),
    button("+", () => zoomGraph(1.3), { "aria-label": t("zoom-in") }),
    button("−", () => zoomGraph(1 / 1.3), { "aria-label": t("zoom-out") }),
    button(t("fit"), fit),
    ...(DATA.focal ? [press("show-all", "all"), press("among", "among")] : []),
    ...(GEOGRAPHIC ? [pacificButton()] : []),
    ...(state.pinned.length ? [button(t("unpin-all"), () => update({ pinned: [] }))] : []),
  );
}

function canvasKey(event) {
  const step = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] };
  const zoom = { "+": 1.2, "=": 1.2, "-": 1 / 1.2 }[event.key];
  if (zoom) zoomGraph(zoom);
  else if (step[event.key]) panGraph(...step[event.key]);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
}

// By so much about a point of the canvas, its middle if none is given.
function zoomGraph(by, [px, py] = [0, 0]) {
  const scale = Math.min(200, Math.max(graph.fitted / 4, graph.scale * by));
  graph.x += px / graph.scale - px / scale;
  graph.y += py / graph.scale - py / scale;
  graph.scale = scale;
  graph.moved = true;
  paintSoon();
}

function panGraph(dx, dy) {
  graph.x += dx / graph.scale;
  graph.y += dy / graph.scale;
  graph.moved = true;
  paintSoon();
}

// Drag, wheel and two fingers move the view; a click chooses, a double click keeps open.
function moving(box) {
  const fingers = new Map();
  let far = 0;
  const place = (event) => {
    const { left, top, width, height } = box.getBoundingClientRect();
    return [event.clientX - left - width / 2, event.clientY - top - height / 2];
  };
  const spread = () => {
    const [a, b] = [...fingers.values()];
    return b ? Math.hypot(a[0] - b[0], a[1] - b[1]) : 0;
  };
  box.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, place(event));
    far = 0;
  });
  box.addEventListener("pointermove", (event) => {
    const [x, y] = place(event);
    const before = fingers.get(event.pointerId);
    if (!before) {
      hoverAt(x, y);
      return;
    }
    const wide = spread();
    fingers.set(event.pointerId, [x, y]);
    far += Math.abs(x - before[0]) + Math.abs(y - before[1]);
    if (fingers.size === 1 && far > 4) panGraph(before[0] - x, before[1] - y);
    else if (fingers.size === 2 && wide) zoomGraph(spread() / wide, [x, y]);
  });
  box.addEventListener("pointerup", (event) => {
    if (fingers.size === 1 && far <= 4) clickAt(...place(event));
    fingers.delete(event.pointerId);
  });
  for (const name of ["pointerleave", "pointercancel"]) {
    box.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      update({ hover: "" });
    });
  }
  box.addEventListener("dblclick", (event) => {
    const node = nodeAt(...place(event));
    if (node) pin(node.id);
  });
  box.addEventListener(
    "wheel",
    (event) => {
      zoomGraph(1.0015 ** -event.deltaY, place(event));
      event.preventDefault();
    },
    { passive: false },
  );
}

function hoverAt(x, y) {
  if (graph.items.ties.length < LIVELY) update({ hover: nodeAt(x, y)?.id ?? "" });
}

function clickAt(x, y) {
  const node = nodeAt(x, y);
  const tie = node ? null : tieAt(x, y);
  if (node) choose(node.id);
  else if (tie?.own) choose(tie.own);
  else update({ select: "", tie: tie ? tie.i : -1 });
}

// The nearest thing within a finger's width of a point, in pixels from the middle.
function nodeAt(x, y) {
  let [nearest, least] = [null, Infinity];
  const grown = growth();
  for (const item of graph.items.nodes) {
    const dx = (item.node.x - graph.x) * graph.scale - x;
    const dy = (item.node.y - graph.y) * graph.scale - y;
    const gap = Math.hypot(dx, dy) - item.size * grown;
    if (gap < Math.min(4, least)) [nearest, least] = [item.node, gap];
  }
  return nearest;
}

function tieAt(x, y) {
  const [px, py] = [graph.x + x / graph.scale, graph.y + y / graph.scale];
  let [nearest, least] = [null, 6 / graph.scale];
  for (const item of [...graph.items.ties, ...graph.items.proposed]) {
    for (const line of item.lines) {
      for (let i = 1; i < line.length; i += 1) {
        const gap = distance(px, py, line[i - 1], line[i]);
        if (gap < least) [nearest, least] = [item, gap];
      }
    }
  }
  return nearest;
}

function distance(px, py, [x1, y1], [x2, y2]) {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const long = dx * dx + dy * dy;
  const at = long ? Math.min(1, Math.max(0, ((px - x1) * dx + (py - y1) * dy) / long)) : 0;
  return Math.hypot(px - x1 - at * dx, py - y1 - at * dy);
}

function pin(id) {
  update({ pinned: toggled(state.pinned, id) });
}

// Countries lie where they are on the map, a little apart from each other; the map may be turned.
const GEOGRAPHIC = Boolean(WORLD) && NODES.some((node) => node.where);

function settleNodes() {
  const wide = EDGES.width / UNITS;
  for (const node of NODES) {
    [node.x, node.y] = node.home;
    if (!node.where) continue;
    node.map = project(node.where, state.centre);
    if (state.centre) node.x += (node.map[0] - project(node.where, 0)[0]) / wide;
  }
  // What has no place of its own stays among those that it is tied to.
  for (const node of NODES) {
    const near = node.where ? [] : node.ties.map((tie) => other(tie, node)).filter((n) => n.where);
    if (near.length) node.x += near.reduce((sum, n) => sum + n.x - n.home[0], 0) / near.length;
  }
}

function drawGraph() {
  if (state.view !== "network") return;
  graph.items = items();
  describe();
  if (!graph.moved) fit();
  paint();
}

function items() {
  const { nodes: visible, ties, anchors: open } = shown();
  const nodes = [...visible].map((i) => NODES[i]);
  const look = looks();
  const sizes = nodeSizes(nodes);
  const straight = ties.length > CURVED;
  const lines = (tie) => tieLines(NODES[tie.a], NODES[tie.b], sideOf(tie), straight);
  const named_ = new Set([...open, ...proposals().map(({ node }) => node.i)]);
  const found = {
    ties: ties.map((tie) => ({ i: tie.i, tie, lines: lines(tie) })),
    proposed: proposedLines()
      .filter(([from, to]) => visible.has(from.i) && visible.has(to.i))
      .map(([from, to, own]) => ({ own: to.id, main: own, lines: tieLines(from, to, 0, false) })),
    nodes: nodes.map((node) => ({ node, size: sizes.get(node.i), open: open.has(node.i) })),
    named: named_,
    look,
  };
  found.strokes = strokes(found.ties, look);
  const weight = (item) => (named_.has(item.node.i) ? 1e9 : item.size + item.node.ties.length * 1e-6);
  found.order = [...found.nodes].sort((a, b) => weight(b) - weight(a));
  return found;
}

// Colours of the current theme.
function looks() {
  const hues = [...Array(HUES).keys()];
  return {
    nodes: hues.slice(0, 8).map((i) => colour(`node-${i}`)),
    ties: hues.map((i) => colour(`tie-${i}`)),
    ink: colour("ink"),
    paper: colour("paper"),
    wash: colour("wash"),
    accent: colour("focus"),
  };
}

function nodeSizes(nodes) {
  const indicator = currentIndicator();
  const values = nodes.map(
    (node) => (indicator ? valueOf(node, indicator.id) : node.ties.length) ?? 0,
  );
  const most = values.reduce((a, b) => Math.max(a, b), 0) || 1;
  const base = nodes.length > 1500 ? 2.5 : 4;
  const scale = Math.min(1, Math.max(0.6, byId("canvas").clientWidth / 900));
  const size = (value) => (base + 9 * Math.sqrt(Math.max(0, value) / most)) * scale;
  return new Map(nodes.map((node, i) => [node.i, size(values[i])]));
}

// How much larger things are drawn for a closer view: less than the view itself grows.
function growth() {
  return Math.min(2.5, Math.max(0.7, Math.sqrt(graph.scale / graph.fitted)));
}

// Several ties of one pair lie side by side, the first one straight if their number is odd.
function sideOf(tie) {
  const places = tie.pair.length;
  const side = (tie.place - (places - 1) / 2) * Math.min(12, 60 / Math.max(1, places));
  return tie.a < tie.b ? side : -side;
}

// In units of the layout. On a map ties follow the globe, drawn from where the things stand.
function tieLines(a, b, side, straight) {
  const wide = EDGES.width / UNITS;
  if (GEOGRAPHIC && a.where && b.where && (!straight || Math.abs(a.x - b.x) > UNITS / 3)) {
    const lines = greatCircle(a.where, b.where, state.centre);
    const total = lines.reduce((sum, line) => sum + line.length, 0) - 1;
    let done = 0;
    const near = lines.map((line) =>
      line.map(([x, y]) => {
        const at = done++ / total;
        const off = (axis) =>
          (1 - at) * (a[axis ? "y" : "x"] - a.map[axis] / wide) +
          at * (b[axis ? "y" : "x"] - b.map[axis] / wide);
        return [x / wide + off(0), y / wide + off(1)];
      }),
    );
    return bent(near, side);
  }
  if (!side || straight) {
    return [
      [
        [a.x, a.y],
        [b.x, b.y],
      ],
    ];
  }
  const steps = [...Array(9).keys()];
  return bent([steps.map((i) => [a.x + ((b.x - a.x) * i) / 8, a.y + ((b.y - a.y) * i) / 8])], side);
}

// Ties that look alike are one stroke: {style, paths}.
function strokes(ties, look) {
  const many = ties.length > CURVED;
  const faint = ties.length > LIVELY ? 0.25 : many || proposals().length ? 0.4 : 0.75;
  const selected = BY_ID.get(state.select)?.i ?? -1;
  const groups = new Map();
  for (const item of ties) {
    const { tie } = item;
    const chosen = tie.i === state.tie;
    const lit = chosen || selected === tie.a || selected === tie.b;
    const thick = 0.8 + 2.4 * (Math.round(tie.strength * 5) / 5);
    // Lines of at most a pixel are filled many times faster than thicker ones.
    const width = ties.length > LIVELY && !chosen ? 1 : (thick + (chosen ? 2 : 0)) * (many ? 0.7 : 1);
    const opacity = lit ? 0.95 : selected < 0 ? faint : faint / 2;
    const key = `${tie.kind}|${width}|${opacity}|${tie.signed}`;
    if (!groups.has(key)) {
      const style = TIE_KINDS.get(tie.kind);
      const dash = ties.length > LIVELY ? null : tie.signed ? SIGNED : style.dash || null;
      groups.set(key, { width, opacity, dash, signed: tie.signed, hue: style.hue, items: [] });
    }
    groups.get(key).items.push(item);
  }
  return [...groups.values()]
    .sort((a, b) => a.opacity - b.opacity)
    .map((group) => ({ ...group, colour: look.ties[group.hue], paths: chunked(group.items) }));
}

function chunked(list) {
  const paths = [];
  list.forEach((item, i) => {
    if (i % CHUNK === 0) paths.push(new Path2D());
    trace(paths.at(-1), item.lines);
    if (item.tie?.directed && list.length < LIVELY) arrow(paths.at(-1), item);
  });
  return paths;
}

function trace(path, lines) {
  for (const line of lines) {
    path.moveTo(line[0][0], line[0][1]);
    for (let i = 1; i < line.length; i += 1) path.lineTo(line[i][0], line[i][1]);
  }
}

// Two short strokes towards the end that is acted on.
function arrow(path, { lines }) {
  const line = lines.at(-1);
  const [[x1, y1], [x2, y2]] = [line.at(-2), line.at(-1)];
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const tip = [x2 - 9 * Math.cos(angle), y2 - 9 * Math.sin(angle)];
  for (const turn of [0.5, -0.5]) {
    path.moveTo(...tip);
    path.lineTo(tip[0] - 5 * Math.cos(angle + turn), tip[1] - 5 * Math.sin(angle + turn));
  }
}

function resized() {
  if (state.view !== "network" || !graph.items) return;
  if (!graph.moved) fit();
  paint();
}

function paint() {
  if (state.view !== "network" || !graph.items) return;
  const { clientWidth: wide, clientHeight: tall } = byId("canvas");
  const dense = window.devicePixelRatio || 1;
  const { canvas } = graph;
  if (canvas.width !== Math.round(wide * dense) || canvas.height !== Math.round(tall * dense)) {
    canvas.width = Math.round(wide * dense);
    canvas.height = Math.round(tall * dense);
  }
  const context = canvas.getContext("2d");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  const scale = graph.scale * dense;
  context.setTransform(
    scale,
    0,
    0,
    scale,
    canvas.width / 2 - graph.x * scale,
    canvas.height / 2 - graph.y * scale,
  );
  paintLand(context);
  paintTies(context);
  context.setTransform(dense, 0, 0, dense, canvas.width / 2, canvas.height / 2);
  paintNodes(context);
  paintLabels(context, wide, tall);
  paintHover(context);
  if (!performance.getEntriesByName("first-draw").length) performance.mark("first-draw");
}

// Coasts behind a network whose countries lie where they are.
function paintLand(context) {
  if (!GEOGRAPHIC) return;
  if (!graph.land.has(state.centre)) {
    const { shapes, hatched } = shapesAt(state.centre);
    graph.land.set(state.centre, new Path2D(Object.values(shapes).join("") + hatched));
  }
  const wide = UNITS / EDGES.width;
  context.save();
  context.scale(wide, wide);
  context.fillStyle = graph.items.look.wash;
  context.fill(graph.land.get(state.centre));
  context.restore();
}

function paintTies(context) {
  const { look } = graph.items;
  const pixel = 1 / graph.scale;
  const stroke_ = (paths, tone, width, opacity, dash) => {
    context.globalAlpha = opacity;
    context.strokeStyle = tone;
    context.lineWidth = width * pixel;
    context.setLineDash((dash ?? []).map((length) => length * pixel));
    for (const path of paths) context.stroke(path);
  };
  context.lineJoin = "round";
  for (const group of graph.items.strokes) {
    const width = group.signed ? group.width + 2.4 : group.width;
    stroke_(group.paths, group.colour, width, group.opacity, group.dash);
    if (group.signed) stroke_(group.paths, look.paper, group.width, 1, null);
  }
  for (const main of [false, true]) {
    const lines = graph.items.proposed.filter((item) => item.main === main);
    stroke_(chunked(lines), look.accent, main ? 3.5 : 1.6, main ? 1 : 0.8, main ? [10, 5] : [2, 4]);
  }
  context.globalAlpha = 1;
  context.setLineDash([]);
}

function paintNodes(context) {
  const { look } = graph.items;
  const grown = growth();
  const crowd = graph.items.nodes.length > CURVED;
  const groups = new Map();
  for (const item of graph.items.nodes) {
    const { node } = item;
    const special = node.id === state.focal || node.id === state.select;
    const border = node.id === state.select ? look.accent : item.open ? look.ink : look.paper;
    const key = `${node.kind}|${node.id === state.focal}|${border}|${special}`;
    if (!groups.has(key)) groups.set(key, { border, special, list: [] });
    groups.get(key).list.push(item);
  }
  for (const { border, special, list } of groups.values()) {
    const style = NODE_KINDS.get(list[0].node.kind);
    for (let i = 0; i < list.length; i += CHUNK) {
      context.beginPath();
      for (const { node, size } of list.slice(i, i + CHUNK)) {
        const x = (node.x - graph.x) * graph.scale;
        const y = (node.y - graph.y) * graph.scale;
        outline(context, style.shape, x, y, (special ? Math.max(size, 8) : size) * grown);
      }
      context.fillStyle = list[0].node.id === state.focal ? look.accent : look.nodes[style.hue % 8];
      context.fill();
      if (!special && crowd) continue;
      context.strokeStyle = border;
      context.lineWidth = special ? 2.5 : 1;
      context.stroke();
    }
  }
}

const CORNERS = {
  square: [4, Math.PI / 4, 1.25],
  diamond: [4, 0, 1.25],
  triangle: [3, -Math.PI / 2, 1.3],
  triangleDown: [3, Math.PI / 2, 1.3],
  hexagon: [6, 0, 1.1],
};

function outline(path, shape, x, y, size) {
  if (shape === "dot") {
    path.moveTo(x + size, y);
    path.arc(x, y, size, 0, 2 * Math.PI);
    return;
  }
  const [count, first_, grow] = CORNERS[shape] ?? [10, -Math.PI / 2, 1.35];
  for (let k = 0; k < count; k += 1) {
    const angle = first_ + (2 * Math.PI * k) / count;
    const radius = size * grow * (shape === "star" && k % 2 ? 0.45 : 1);
    const point = [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    if (k) path.lineTo(...point);
    else path.moveTo(...point);
  }
  path.closePath();
}

// Labels in the order of weight, as long as they do not collide: the closer, the more there are.
function labels(wide, tall) {
  const grown = growth();
  const taken = [];
  const most = Math.max(6, (wide * tall) / ROOM);
  let looked = 0;
  for (const item of graph.items.order) {
    if (taken.length >= most || looked > LOOKED) break;
    const { node, size } = item;
    const x = (node.x - graph.x) * graph.scale;
    const y = (node.y - graph.y) * graph.scale;
    if (Math.abs(x) > wide / 2 || Math.abs(y) > tall / 2) continue;
    looked += 1;
    const half = labelWidth(node) / 2;
    const top = y + size * grown + 2;
    const box = [x - half, top, x + half, top + 15];
    if (taken.some((other) => overlap(box, other.box))) continue;
    taken.push({ node, x, y: top, box });
  }
  return taken;
}

function labelWidth(node) {
  if (node.wide?.lang !== state.lang) node.wide = { lang: state.lang, px: textWidth(named(node)) };
  return node.wide.px;
}

// About how wide a text is, in pixels at the size of labels; Chinese is twice as wide.
function textWidth(text) {
  let width = 0;
  for (const letter of text) width += letter > "\u2e80" ? 12 : 6.4;
  return width + 4;
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

function paintLabels(context, wide, tall) {
  const { look } = graph.items;
  context.textAlign = "center";
  context.textBaseline = "top";
  context.lineJoin = "round";
  context.strokeStyle = look.paper;
  context.fillStyle = look.ink;
  context.lineWidth = 3;
  for (const { node, x, y } of labels(wide, tall)) {
    context.font = `${graph.items.named.has(node.i) ? "600 " : ""}12px sans-serif`;
    context.strokeText(named(node), x, y);
    context.fillText(named(node), x, y);
  }
}

function paintHover(context) {
  const node = BY_ID.get(state.hover);
  if (!node || !shown().nodes.has(node.i)) return;
  const { look } = graph.items;
  const [x, y] = [(node.x - graph.x) * graph.scale, (node.y - graph.y) * graph.scale];
  context.strokeStyle = look.accent;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x, y, 14, 0, 2 * Math.PI);
  context.stroke();
  context.font = "600 13px sans-serif";
  context.textBaseline = "bottom";
  context.lineWidth = 4;
  context.strokeStyle = look.paper;
  context.strokeText(named(node), x, y - 18);
  context.fillStyle = look.ink;
  context.fillText(named(node), x, y - 18);
}

// The whole network, with a margin for its labels and tools.
function fit() {
  const nodes = (graph.items ?? items()).nodes.map(({ node }) => node);
  const range = (key) =>
    nodes.reduce(
      ([low, high], node) => [Math.min(low, node[key]), Math.max(high, node[key])],
      [Infinity, -Infinity],
    );
  const [[left, right], [top_, bottom]] = nodes.length ? [range("x"), range("y")] : [[0, 0], [0, 0]];
  const { clientWidth: wide, clientHeight: tall } = byId("canvas");
  graph.x = (left + right) / 2;
  graph.y = (top_ + bottom) / 2;
  graph.scale = Math.min(
    Math.max(200, wide - 70) / Math.max(1e-9, right - left),
    Math.max(150, tall - 110) / Math.max(1e-9, bottom - top_),
    CLOSEST,
  );
  graph.fitted = graph.scale;
  graph.moved = false;
  paintSoon();
}

function describe() {
  const { nodes, ties } = shown();
  const count = (value) => value.toLocaleString(state.lang, { useGrouping: false });
  const text = t("counts", {
    nodes: count(nodes.size),
    ties: count(ties.length),
    allNodes: count(NODES.length),
    allTies: count(TIES.length),
  });
  byId("canvas").setAttribute("aria-label", `${t("canvas")} ${text}`);
  const indicator = currentIndicator();
  const size = indicator ? t("size-by", { name: named(indicator) }) : t("size-ties");
  byId("network-note").textContent = `${text} ${size}`;
}
