// The map: what is drawn and has a place.

function startMap() {
  byId("view-map").append(
    svg("svg", { id: "map", role: "img", viewBox: `0 0 ${WORLD.width} ${WORLD.height}` }),
    el("p", { class: "note", id: "map-note" }),
  );
  listen(["steps", "hide", "select", "lang", "view", "theme"], drawMap);
  drawMap();
}

function drawMap() {
  if (state.view !== "map") return;
  const placed = [...shown().nodes].filter((node) => node.map);
  const at = new Map(placed.map((node) => [node, node.map]));
  const lines = distinct(shown().ties).filter((tie) => at.has(tie.a) && at.has(tie.b));
  byId("map").setAttribute("aria-label", t("map-label", { n: placed.length }));
  byId("map").replaceChildren(
    ...Object.values(WORLD.shapes).map((d) => svg("path", { d, class: "land" })),
    svg("path", { d: WORLD.hatched, class: "land hatched" }),
    ...lines.map((tie) => svg("path", { d: bow(at.get(tie.a), at.get(tie.b)), class: "arc" })),
    ...placed.map(mark),
    ...names(placed),
  );
  byId("map-note").textContent = t("map-note", { n: placed.length, all: shown().nodes.size });
}

// A line that rises to the north; the shorter way round, so it may leave the map and come back.
function bow([x1, y1], [x2, y2]) {
  if (Math.abs(x2 - x1) <= WORLD.width / 2) return bend(x1, y1, x2, y2);
  const turn = x2 < x1 ? WORLD.width : -WORLD.width;
  return bend(x1, y1, x2 + turn, y2) + bend(x1 - turn, y1, x2, y2);
}

function bend(x1, y1, x2, y2) {
  const y = (y1 + y2) / 2 - Math.abs(x2 - x1) * 0.12;
  return `M${x1} ${y1}Q${(x1 + x2) / 2} ${y} ${x2} ${y2}`;
}

function mark(node) {
  const [x, y] = node.map;
  const chosen = node.id === state.select ? " chosen" : "";
  const scale = node.id === state.select ? 4.5 : 3;
  const shape = svg(
    "path",
    {
      d: GLYPHS[node.kind.shape],
      class: `spot ${node.hollow ? "outline" : "fill"}-${node.kind.family}${chosen}`,
      transform: `translate(${x - 6 * scale} ${y - 6 * scale}) scale(${scale})`,
      on: { click: () => choose(node) },
    },
    svg("title", {}, named(node)),
  );
  return shape;
}

function names(placed) {
  const taken = [];
  const first = (node) => (node.id === state.select ? 1e9 : node.ties.length);
  return [...placed]
    .sort((a, b) => first(b) - first(a))
    .flatMap((node) => {
      const text = cut(named(node), 26);
      const [x, y] = node.map;
      const box = [x + 22, y - 28, x + 22 + text.length * (state.lang === "zh" ? 44 : 25), y + 28];
      if (!taken.every((other) => apart(box, other))) return [];
      taken.push(box);
      return [svg("text", { x: x + 24, y: y + 14 }, text)];
    });
}
