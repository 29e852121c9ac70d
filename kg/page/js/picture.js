// A picture of the view that is seen, all of it: its texts, bars and drawings where they stand,
// under the page's title and over legend, date and sources.

// Styles that a drawing needs once it has left this page.
const PAINT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "opacity",
  "paint-order",
  "dominant-baseline",
  "font-size",
  "font-family",
  "font-weight",
  "vector-effect",
];
const LEFT_OUT =
  ".tools, .buttons, select, input, [hidden], .doubt, summary, details:not([open]), .cites";
const MARGIN = 24;
const SHARP = 2; // pixels of a PNG for one of the screen
const LARGEST = 16000; // pixels along a side that browsers still draw

function picture() {
  const view = byId(`view-${state.view}`);
  const parts = snapshot(view);
  const wide = Math.max(480, ...parts.map((part) => part.right)) + 2 * MARGIN;
  const body = Math.max(0, ...parts.map((part) => part.bottom));
  const head = headLines(wide - 2 * MARGIN);
  const foot = footLines(wide - 2 * MARGIN);
  const top_ = MARGIN + head.height;
  const tall = top_ + body + foot.height + MARGIN;
  return svg(
    "svg",
    { xmlns: SVG, viewBox: `0 0 ${wide} ${tall}`, width: wide, height: tall },
    svg("title", {}, `${pageTitle()} – ${viewTitle(state.view)}`),
    svg("rect", { width: wide, height: tall, fill: colour("paper") }),
    svg("g", { transform: `translate(${MARGIN} ${MARGIN})` }, head.items),
    svg(
      "g",
      { transform: `translate(${MARGIN} ${top_})` },
      parts.map((part) => part.item),
    ),
    svg("g", { transform: `translate(${MARGIN} ${top_ + body})` }, foot.items),
  );
}

// Title, view, date and years.
function headLines(wide) {
  const years =
    YEARS && ["network", "map", "timeline", "paths"].includes(state.view)
      ? t("in-years", { span: state.from === state.to ? state.to : `${state.from}–${state.to}` })
      : "";
  const details = [viewTitle(state.view), DATA.at ? t("as-of", { at: DATA.at }) : "", years];
  return textLines(
    [
      [pageTitle(), 20, 650, "ink"],
      [details.filter(Boolean).join(" · "), 13, 400, "muted"],
    ],
    wide,
  );
}

// The legend of what is drawn, and who says so.
function footLines(wide) {
  const rows = [];
  const items = [];
  let y = 10;
  if (["network", "map", "timeline"].includes(state.view)) {
    const kinds = [...TIE_KINDS.values()].filter((style) => !state.noTies.includes(style.id));
    const shownKinds = new Set(shown().ties.map((tie) => tie.kind));
    const keys = kinds
      .filter((style) => shownKinds.has(style.id))
      .map((style) => [stroke(style), named(style)]);
    if (state.view !== "timeline" && proposals().length) {
      const [own, opens] = proposedKey();
      keys.unshift([own.querySelector("svg"), t("proposed")], [opens.querySelector("svg"), t("opened")]);
    }
    let x = 0;
    for (const [sample, name] of keys) {
      const across = 40 + textWidth(name) * 1.05;
      if (x && x + across > wide) [x, y] = [0, y + 18];
      items.push(sampleAt(sample, x, y), line(name, x + 32, y + 10, 12, 400, "ink"));
      x += across + 10;
    }
    if (keys.length) y += 26;
  }
  const cited = (ANSWER?.sources.length ? ANSWER.sources : DATA.sources).map(([title]) => title);
  if (cited.length) rows.push([`${t("sources")}: ${cited.join("; ")}`, 11, 400, "muted"]);
  rows.push([t("made-with-short"), 11, 400, "muted"]);
  const below = textLines(rows, wide);
  return {
    items: [...items, svg("g", { transform: `translate(0 ${y})` }, below.items)],
    height: y + below.height,
  };
}

function sampleAt(sample, x, y) {
  const holder = el("div", { class: "away" }, sample);
  document.body.append(holder);
  const copy = painted(sample);
  holder.remove();
  for (const [key, value] of Object.entries({ x, y: y + 3, width: 26, height: 6 }))
    copy.setAttribute(key, value);
  return copy;
}

function line(text, x, y, size, weight, tone) {
  const font = { "font-size": size, "font-weight": weight, "font-family": "sans-serif" };
  return svg("text", { x, y, ...font, fill: colour(tone) }, text);
}

// Texts broken into lines that fit.
function textLines(rows, wide) {
  let y = 0;
  const items = rows.flatMap(([text, size, weight, tone]) =>
    broken(text, (wide * 12) / size).map((part) => line(part, 0, (y += size * 1.4), size, weight, tone)),
  );
  return { items, height: y + 12 };
}

function broken(text, wide) {
  const lines = [""];
  for (const word of text.split(/(?<=[\s；、，])/u)) {
    if (textWidth(lines.at(-1) + word) > wide && lines.at(-1)) lines.push("");
    lines[lines.length - 1] += word;
  }
  return lines;
}

// Everything that a view shows, each part with where it ends.
function snapshot(view) {
  const origin = view.getBoundingClientRect();
  const [left, top_] = [origin.left - view.scrollLeft, origin.top - view.scrollTop];
  const at = (box) => ({ x: box.left - left, y: box.top - top_ });
  const parts = [];
  const add = (item, box) => {
    if (!box.width || !box.height) return;
    parts.push({ item, right: box.right - left, bottom: box.bottom - top_ });
  };
  const visit = (element) => {
    if (element.matches(LEFT_OUT)) return;
    const box = element.getBoundingClientRect();
    if (element.localName === "svg") {
      const copy = painted(element);
      for (const [key, value] of Object.entries({ ...at(box), width: box.width, height: box.height }))
        copy.setAttribute(key, value);
      add(copy, box);
      return;
    }
    if (element.localName === "canvas") {
      add(svg("g", { transform: `translate(${at(box).x} ${at(box).y})` }, networkParts()), box);
      return;
    }
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden") return;
    if (element.localName === "li" && style.display === "list-item") {
      const { x, y } = at(box);
      const dot = { cx: x - 10, cy: y + 10, r: 2.5, fill: style.color };
      add(svg("circle", dot), { left: box.left - 12, top: box.top, right: box.left, bottom: box.top + 12, width: 5, height: 5 });
    }
    if (!/^rgba\(.*, 0\)$|^transparent$/.test(style.backgroundColor)) {
      const round = Math.min(box.height / 2, Number.parseFloat(style.borderRadius) || 0);
      const size = { ...at(box), width: box.width, height: box.height, rx: round };
      add(svg("rect", { ...size, fill: style.backgroundColor }), box);
    }
    for (const child of element.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) words(child, style, at, add);
      else if (child.nodeType === Node.ELEMENT_NODE) visit(child);
    }
  };
  for (const child of view.children) visit(child);
  return parts;
}

// A text as it is broken on the screen: one element a line.
function words(node, style, at, add) {
  const range = document.createRange();
  let [text, box] = ["", null];
  const flush = () => {
    if (box && text.trim()) {
      const { x, y } = at(box);
      const font = { "font-size": style.fontSize, "font-weight": style.fontWeight };
      const base = y + box.height * 0.78;
      add(
        svg("text", { x, y: base, ...font, "font-family": "sans-serif", fill: style.color }, text.trim()),
        box,
      );
    }
    [text, box] = ["", null];
  };
  for (const found of node.data.matchAll(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*/gu)) {
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].trimEnd().length || found.index + 1);
    const now = range.getBoundingClientRect();
    if (box && Math.abs(now.top - box.top) > 4) flush();
    box ??= { left: now.left, top: now.top, height: now.height, bottom: now.bottom, right: now.right, width: now.width };
    box.right = now.right;
    text += found[0];
  }
  flush();
}

// A copy of a drawing that carries its looks with it.
function painted(source) {
  const copy = source.cloneNode(true);
  const pairs = [[source, copy]];
  const copies = copy.querySelectorAll("*");
  source.querySelectorAll("*").forEach((item, i) => pairs.push([item, copies[i]]));
  for (const [item, twin] of pairs) {
    twin.removeAttribute("class");
    twin.removeAttribute("tabindex");
    if (["title", "defs", "pattern"].includes(item.localName)) continue;
    const style = getComputedStyle(item);
    for (const name of PAINT) {
      const value = style.getPropertyValue(name);
      if (value && !["none", "normal", "auto", "1"].includes(value)) twin.setAttribute(name, value);
      else if (name === "fill" && value === "none") twin.setAttribute(name, value);
    }
  }
  copy.setAttribute("xmlns", SVG);
  return copy;
}

// What the canvas shows, from the same positions, sizes and colours.
function networkParts() {
  const { clientWidth: wide, clientHeight: tall } = byId("canvas");
  const { look, strokes: groups, proposed, nodes } = graph.items;
  const screen = ([x, y]) => [
    wide / 2 + (x - graph.x) * graph.scale,
    tall / 2 + (y - graph.y) * graph.scale,
  ];
  const d = (lines) =>
    lines
      .map((part) => `M${part.map((point) => screen(point).map((v) => v.toFixed(1)).join(" ")).join("L")}`)
      .join("");
  const clipped = svg("clipPath", { id: "seen" }, svg("rect", { width: wide, height: tall }));
  const land = GEOGRAPHIC ? landPart(screen) : null;
  const ties = groups.flatMap((group) =>
    group.items.flatMap((item) => {
      const shape = { "data-tie": item.i, d: d(item.lines), fill: "none" };
      const width = group.signed ? group.width + 2.4 : group.width;
      const tone = { stroke: group.colour, "stroke-opacity": group.opacity };
      const dash = group.dash ? { "stroke-dasharray": group.dash.join(" ") } : {};
      const full = svg("path", { ...shape, ...tone, ...dash, "stroke-width": width });
      const core = { d: shape.d, fill: "none", stroke: look.paper, "stroke-width": group.width };
      return group.signed ? [full, svg("path", core)] : [full];
    }),
  );
  const ideas = proposed.map((item) =>
    svg("path", {
      d: d(item.lines),
      fill: "none",
      stroke: look.accent,
      "stroke-width": item.main ? 3.5 : 1.6,
      "stroke-dasharray": item.main ? "10 5" : "2 4",
    }),
  );
  const grown = growth();
  const dots = nodes.map(({ node, size }) => {
    const [cx, cy] = screen([node.x, node.y]);
    const style = NODE_KINDS.get(node.kind);
    const tone = node.id === state.focal ? look.accent : look.nodes[style.hue % 8];
    const radius = (node.id === state.focal ? Math.max(8, size) : size) * grown;
    const path = new Traced();
    outline(path, style.shape, cx, cy, radius);
    return svg("path", { d: path.d, fill: tone, stroke: look.paper }, svg("title", {}, named(node)));
  });
  const font = { "font-size": 12, "font-family": "sans-serif", "text-anchor": "middle" };
  const halo = { "paint-order": "stroke", stroke: look.paper, "stroke-width": 3, fill: look.ink };
  const texts = labels(wide, tall).map(({ node, x, y }) =>
    svg("text", { x: x + wide / 2, y: y + tall / 2 + 11, ...font, ...halo }, named(node)),
  );
  return [clipped, svg("g", { "clip-path": "url(#seen)" }, land, ties, ideas, dots, texts)];
}

function landPart(screen) {
  const { shapes, hatched } = shapesAt(state.centre);
  const [x, y] = screen([0, 0]);
  const wide = (graph.scale * UNITS) / EDGES.width;
  return svg("path", {
    d: Object.values(shapes).join("") + hatched,
    transform: `translate(${x} ${y}) scale(${wide})`,
    fill: graph.items.look.wash,
  });
}

// Takes down what a canvas path is told, as an SVG path.
class Traced {
  d = "";

  moveTo(x, y) {
    this.d += `M${x.toFixed(1)} ${y.toFixed(1)}`;
  }

  lineTo(x, y) {
    this.d += `L${x.toFixed(1)} ${y.toFixed(1)}`;
  }

  arc(x, y, radius) {
    const [near, far] = [(x + radius).toFixed(1), (x - radius).toFixed(1)];
    const turn = `A${radius.toFixed(1)} ${radius.toFixed(1)} 0 1 0 `;
    this.d += `M${near} ${y.toFixed(1)}${turn}${far} ${y.toFixed(1)}${turn}${near} ${y.toFixed(1)}`;
  }

  closePath() {
    this.d += "Z";
  }
}
