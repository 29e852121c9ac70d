// The map: countries coloured by one quantity, ties as arcs. Shapes come with this file.

const CLASSES = 6;
const mapState = { box: null, paths: new Map() };

function startMap() {
  if (!WORLD) return;
  mapState.box = [0, 0, WORLD.width, WORLD.height];
  byId("view-map").append(
    el("div", { class: "tools", id: "map-tools" }),
    svg("svg", { id: "map", role: "img", preserveAspectRatio: "xMidYMid meet" }),
    el("div", { id: "scale" }),
    el("p", { class: "note", id: "map-note" }),
  );
  const again = later(drawMap);
  listen(
    [...SHOWN_KEYS, "centre", "indicator", "dots", "lang", "theme", "view", "add", "drop", "weights"],
    again,
  );
  listen(["hover"], drawMapHover);
  dragging(byId("map"));
  again();
}

// Class limits at equal numbers of countries, so that a few giants do not wash out the rest.
function limits(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cuts = [];
  for (let i = 1; i < CLASSES; i += 1) cuts.push(sorted[Math.floor((i * sorted.length) / CLASSES)]);
  return [...new Set(cuts)];
}

function classOf(value, cuts) {
  return cuts.filter((cut) => value >= cut).length;
}

function step(index, cuts) {
  return Math.round((index * (CLASSES - 1)) / Math.max(1, cuts.length));
}

function drawMap() {
  if (state.view !== "map" || !WORLD) return;
  const indicator = currentIndicator();
  const countries = NODES.filter((node) => node.kind === "country" && node.map);
  const values = new Map(
    countries.map((node) => [node.id, indicator && valueOf(node, indicator.id)]),
  );
  const cuts = limits([...values.values()].filter((value) => Number.isFinite(value)));
  const paint = (id) =>
    Number.isFinite(values.get(id))
      ? `level-${step(classOf(values.get(id), cuts), cuts)}`
      : "level-none";
  drawMapTools(indicator);
  const map = byId("map");
  map.setAttribute("viewBox", mapState.box.join(" "));
  map.setAttribute("aria-label", t("map-label", { name: indicator ? named(indicator) : "" }));
  mapState.paths = new Map();
  map.replaceChildren(
    pattern(),
    ...(state.dots ? [] : land(paint)),
    ...countries.filter((node) => state.dots || isSmall(node)).map((node) => dot(node, paint)),
    svg("g", { class: "arcs" }, arcs(), proposedArcs()),
    svg("g", { class: "spots" }, spots()),
    svg("g", { id: "map-hover" }),
  );
  drawScale(indicator, cuts);
  byId("map-note").textContent = t("policy");
}

function drawMapTools(indicator) {
  const options = indicators().map((row) => [row.id, named(row)]);
  const zoom = (by) => () => zoomMap(by);
  swap(
    byId("map-tools"),
    options.length
      ? choice(t("colour-by"), options, indicator?.id, (id) => update({ indicator: id }), {
          "data-key": "by",
        })
      : null,
    button("+", zoom(0.7), { "aria-label": t("zoom-in"), "data-key": "in" }),
    button("−", zoom(1 / 0.7), { "aria-label": t("zoom-out"), "data-key": "out" }),
    button(t("fit"), () => zoomMap(Infinity), { "data-key": "fit" }),
    pacificButton(),
    button(t("dots"), () => update({ dots: !state.dots }), {
      "aria-pressed": String(state.dots),
      "data-key": "dots",
    }),
  );
}

function pattern() {
  return svg("defs", {}, hatching("hatch"));
}

function pacificButton() {
  return button(t("pacific"), () => update({ centre: CENTRES[state.centre ? 0 : 1] }), {
    "aria-pressed": String(state.centre !== 0),
    "data-key": "pacific",
  });
}

function hatching(id) {
  const hatch = svg("path", { d: "M-2 2 2-2M0 16 16 0M14 18l4-4", class: "hatch" });
  return svg("pattern", { id, width: 16, height: 16, patternUnits: "userSpaceOnUse" }, hatch);
}

function land(paint) {
  // What is outlined comes last, or its neighbours would cover half of the line.
  const late = (id) => (id === state.select ? 2 : id === state.focal ? 1 : 0);
  const { shapes: outlines, hatched } = shapesAt(state.centre);
  const order = Object.entries(outlines).sort((a, b) => late(a[0]) - late(b[0]));
  const shapes = order.map(([id, d]) => place(id, svg("path", { d, class: `land ${paint(id)}` })));
  return [...shapes, svg("path", { d: hatched, class: "land contested" })];
}

// Make a shape or dot stand for a country: click, hover, tooltip.
function place(id, shape) {
  const node = BY_ID.get(id);
  if (!node) return shape;
  shape.classList.add("country");
  if (id === state.focal) shape.classList.add("focal");
  if (id === state.select) shape.classList.add("selected");
  shape.addEventListener("click", () => mapState.dragged || choose(id));
  shape.addEventListener("mouseenter", () => update({ hover: id }));
  shape.addEventListener("mouseleave", () => update({ hover: "" }));
  mapState.paths.set(id, shape);
  return shape;
}

function isSmall(node) {
  return WORLD.small.includes(node.id) || !WORLD.shapes[node.id];
}

function dot(node, paint) {
  const [cx, cy] = node.map;
  return place(
    node.id,
    svg("circle", { cx, cy, r: state.dots ? 26 : 13, class: `land ${paint(node.id)}` }),
  );
}

// Ties of the opened nodes; several of one pair bend differently.
function arcs() {
  const located = (tie) => tie.a !== tie.b && NODES[tie.a].where && NODES[tie.b].where;
  const ties = shown().ties.filter(located).slice(0, 4000);
  const faint = ties.length > CURVED ? 0.3 : 0.65;
  return ties.map((tie) => {
    const style = TIE_KINDS.get(tie.kind);
    const d = arc(tie);
    const width = 1.5 + 5 * tie.strength;
    const core = svg("path", { d, class: "hollow-core", "stroke-width": width });
    const line = svg("path", {
      d,
      class: `tie-${style.hue}${tie.i === state.tie ? " chosen" : ""}`,
      "stroke-opacity": tie.i === state.tie ? 1 : faint,
      "stroke-width": tie.signed ? width + 5 : width,
      "stroke-dasharray": dashOf(tie, style)?.map((length) => length * 3).join(" "),
    });
    return tie.signed ? [line, core] : line;
  });
}

// Along a great circle; several of one pair lie side by side.
function arc(tie) {
  const [from, to] = [NODES[tie.a].where, NODES[tie.b].where];
  const aside = (tie.place - (tie.pair.length - 1) / 2) * Math.min(60, 240 / tie.pair.length);
  return pathOf(bent(greatCircle(from, to, state.centre), aside));
}

// Things other than countries that have a place of their own: parks, projects.
function spots() {
  return [...shown().nodes]
    .map((i) => NODES[i])
    .filter((node) => node.map && node.kind !== "country")
    .map((node) => {
      const [cx, cy] = node.map;
      return place(
        node.id,
        svg("circle", { cx, cy, r: 9, class: `node-${NODE_KINDS.get(node.kind).hue % 8}` }),
      );
    });
}

function drawMapHover() {
  const layer = byId("map-hover");
  if (state.view !== "map" || !layer) return;
  const node = BY_ID.get(state.hover);
  if (!node?.map) {
    layer.replaceChildren();
    return;
  }
  const indicator = currentIndicator();
  const value = indicator ? `: ${shownValue(indicator, valueOf(node, indicator.id))}` : "";
  const [x, y] = node.map;
  const size = mapState.box[2] / 80;
  const anchor = x > mapState.box[0] + mapState.box[2] * 0.8 ? "end" : "start";
  layer.replaceChildren(
    svg("circle", { cx: x, cy: y, r: size, class: "ring" }),
    svg(
      "text",
      {
        x: x + (anchor === "end" ? -1 : 1) * size * 1.3,
        y,
        "font-size": size * 1.5,
        "text-anchor": anchor,
      },
      `${named(node)}${value}`,
    ),
  );
}

function drawScale(indicator, cuts) {
  if (!indicator) return;
  const show = (value) => shownValue({ ...indicator, unit: "" }, value);
  const names = [
    ...(cuts.length ? [`< ${show(cuts[0])}`] : [t("any")]),
    ...cuts.map((cut, i) =>
      i + 1 < cuts.length ? `${show(cut)} – ${show(cuts[i + 1])}` : `≥ ${show(cut)}`,
    ),
  ];
  const sample = (name) =>
    svg(
      "svg",
      { viewBox: "0 0 22 12", "aria-hidden": "true" },
      svg("path", { d: "M0 0h22v12H0z", class: `land ${name}` }),
    );
  byId("scale").replaceChildren(
    el("strong", {}, `${named(indicator)}${indicator.unit ? ` (${indicator.unit})` : ""}`),
    ...names.map((name, i) => el("span", {}, sample(`level-${step(i, cuts)}`), name)),
    el("span", {}, sample("level-none"), t("unknown")),
    state.dots ? "" : el("span", {}, sample("contested"), t("contested")),
  );
}

function zoomMap(by) {
  const [x, y, width, height] = mapState.box;
  const wide = Math.min(WORLD.width, Math.max(WORLD.width / 20, width * by));
  const tall = (wide * WORLD.height) / WORLD.width;
  moveMap(x + (width - wide) / 2, y + (height - tall) / 2, wide, tall);
}

function moveMap(x, y, wide, tall) {
  const within = (value, size, whole) => Math.min(Math.max(0, value), whole - size);
  mapState.box = [within(x, wide, WORLD.width), within(y, tall, WORLD.height), wide, tall];
  byId("map").setAttribute("viewBox", mapState.box.join(" "));
}

// Drag to move; a click at the end of a drag chooses nothing.
function dragging(map) {
  let from = null;
  map.addEventListener("pointerdown", (event) => {
    from = [event.clientX, event.clientY, ...mapState.box];
    mapState.dragged = false;
  });
  map.addEventListener("pointermove", (event) => {
    if (!from) return;
    const scale = from[4] / map.getBoundingClientRect().width;
    const [dx, dy] = [(event.clientX - from[0]) * scale, (event.clientY - from[1]) * scale];
    if (Math.hypot(dx, dy) > 8 * scale) mapState.dragged = true;
    if (mapState.dragged) moveMap(from[2] - dx, from[3] - dy, from[4], from[5]);
  });
  for (const name of ["pointerup", "pointerleave"]) {
    map.addEventListener(name, () => {
      from = null;
    });
  }
}
