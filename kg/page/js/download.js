// Downloads, all made here: pictures of the view, the data behind it.

function startDownloads() {
  const draw = () => {
    swap(
      byId("downloads"),
      el("p", {}, t("download-note")),
      [
        ["PNG", savePng],
        ["SVG", saveSvg],
        ["CSV", saveCsv],
        ["JSON", saveJson],
        ["GraphML", saveGraphml],
        ["GEXF", saveGexf],
      ].map(([name, act]) =>
        button(name, act, { "data-key": name, id: `save-${name.toLowerCase()}` }),
      ),
    );
  };
  listen(["lang"], draw);
  draw();
}

function fileName(suffix) {
  const stem = DATA.title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `${stem.slice(0, 60) || "comity"}.${suffix}`;
}

function save(blob, suffix) {
  const anchor = el("a", { href: URL.createObjectURL(blob), download: fileName(suffix) });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10000);
  say(t("saved", { name: anchor.download }));
}

function saveText(text, type, suffix) {
  save(new Blob([text], { type: `${type};charset=utf-8` }), suffix);
}

// Styles that a picture needs once it has left this page.
const PAINT = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "font-size",
  "font-family",
  "font-weight",
];

function standalone(source) {
  const copy = source.cloneNode(true);
  const [originals, copies] = [source.querySelectorAll("*"), copy.querySelectorAll("*")];
  originals.forEach((item, i) => {
    const style = getComputedStyle(item);
    for (const name of PAINT) copies[i].setAttribute(name, style.getPropertyValue(name));
    copies[i].removeAttribute("class");
  });
  const [, , width, height] = (copy.getAttribute("viewBox") ?? "0 0 1000 600")
    .split(" ")
    .map(Number);
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("width", Math.min(width, 2000));
  copy.setAttribute("height", (Math.min(width, 2000) * height) / width);
  const [x, y] = (copy.getAttribute("viewBox") ?? "0 0").split(" ");
  copy.prepend(svg("rect", { x, y, width, height, fill: colour("paper") }));
  return copy;
}

// The network as SVG, from the same positions, sizes and colours as the canvas.
function networkSvg() {
  const { nodes, ties } = items();
  const pad = 60 * graph.unit;
  const xs = nodes.map((node) => node.x);
  const ys = nodes.map((node) => node.y);
  const [left, topEdge] = [Math.min(...xs) - pad, Math.min(...ys) - pad];
  const [width, height] = [Math.max(...xs) + pad - left, Math.max(...ys) + pad - topEdge];
  const lines = ties.map((item) =>
    svg("path", {
      d: tiePath(item),
      fill: "none",
      stroke: item.color.color,
      "stroke-opacity": item.color.opacity,
      "stroke-width": item.width,
      "stroke-dasharray": item.dashes ? item.dashes.join(" ") : null,
    }),
  );
  const dots = nodes.map((item) =>
    svg("circle", {
      cx: item.x,
      cy: item.y,
      r: item.size,
      fill: item.color.background,
      stroke: item.color.border,
      "stroke-width": item.borderWidth,
    }),
  );
  const labels = nodes
    .filter((item) => item.label)
    .map((item) =>
      svg(
        "text",
        {
          x: item.x,
          y: item.y + item.size + 12 * graph.unit,
          "text-anchor": "middle",
          "font-size": item.font.size,
          "font-family": "sans-serif",
          fill: item.font.color,
        },
        item.label,
      ),
    );
  const size = {
    viewBox: `${left} ${topEdge} ${width} ${height}`,
    xmlns: SVG,
    width: 1600,
    height: (1600 * height) / width,
  };
  return svg(
    "svg",
    size,
    svg("rect", { x: left, y: topEdge, width, height, fill: colour("paper") }),
    lines,
    dots,
    labels,
  );
}

function tiePath(item) {
  const [a, b] = [NODES[item.from], NODES[item.to]];
  const bend = item.smooth?.enabled
    ? item.smooth.roundness * (item.smooth.type === "curvedCW" ? 1 : -1)
    : 0;
  const [x, y] = [(a.x + b.x) / 2 - (b.y - a.y) * bend, (a.y + b.y) / 2 + (b.x - a.x) * bend];
  return `M${a.x} ${a.y}Q${x} ${y} ${b.x} ${b.y}`;
}

function picture() {
  if (state.view === "map") return standalone(byId("map"));
  if (state.view === "timeline") return standalone(byId("timeline").querySelector("svg"));
  if (DATA.figures.length && (state.view === "figures" || !NODES.length)) return figuresSvg();
  return networkSvg();
}

function saveSvg() {
  saveText(new XMLSerializer().serializeToString(picture()), "image/svg+xml", "svg");
}

function savePng() {
  const drawing = picture();
  const image = new Image();
  const url = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" }),
  );
  image.addEventListener("load", () => {
    const canvas = el("canvas", {
      width: Math.round(image.naturalWidth),
      height: Math.round(image.naturalHeight),
    });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => save(blob, "png"));
    URL.revokeObjectURL(url);
  });
  image.src = url;
}

// A cell that begins like a formula would be run by a spreadsheet; numbers stay numbers.
function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csv(rows) {
  return `${rows.map((row) => row.map(csvCell).join(",")).join("\n")}\n`;
}

function tableCsv(data) {
  const wide = data.columns.map((_, k) => data.rows.some((row) => Array.isArray(row[k])));
  const spread = (row, ends) => row.flatMap((cell, k) => (wide[k] ? ends(cell) : [cell]));
  return [
    spread(data.columns, (name) => [name, `${name} low`, `${name} high`]),
    ...data.rows.map((row) =>
      spread(row, (cell) => (Array.isArray(cell) ? cell : [cell, null, null])),
    ),
  ];
}

function saveCsv() {
  const found = /^table-(\d+)$/.exec(state.view);
  if (found) {
    saveText(csv(tableCsv(DATA.tables[Number(found[1])])), "text/csv", "csv");
    return;
  }
  if (state.view === "figures") {
    const head = ["figure", "series", "x", "y", "low", "high"];
    saveText(csv([head, ...figureRows()]), "text/csv", "csv");
    return;
  }
  const rows = ranking();
  if (rows.length && !["paths", "timeline"].includes(state.view)) {
    const keys = [
      "rank",
      "iso3",
      "name",
      "expected_leverage",
      "feasibility",
      "direct",
      "onward",
      "barrier",
      "popularity",
      "lift",
      "status",
      "rank_low",
      "rank_high",
      "p_top10",
      "tier",
      "partner_gain",
      "channel",
    ];
    const via = (row) =>
      (row.via ?? [])
        .slice(0, 3)
        .map((third) => third.iso3)
        .join("|");
    saveText(
      csv([
        [...keys, "via", "missing"],
        ...sorted(filtered(rows)).map((row) => [
          ...keys.map((key) => row[key]),
          via(row),
          (row.missing ?? []).join("|"),
        ]),
      ]),
      "text/csv",
      "csv",
    );
    return;
  }
  const lines = visibleData().ties.map((tie) => [
    tie.a,
    tie.b,
    tie.kind,
    tie.label,
    tie.start,
    tie.end,
    tie.strength,
  ]);
  saveText(
    csv([["a", "b", "kind", "label", "start", "end", "strength"], ...lines]),
    "text/csv",
    "csv",
  );
}

// What the filters let through, with every fact and source.
function visibleData() {
  const { nodes, ties } = shown();
  return {
    title: DATA.title,
    at: DATA.at,
    state: Object.fromEntries(new URLSearchParams(hash())),
    nodes: [...nodes].map((i) => NODES[i]).map(nodeRecord),
    ties: ties.map((tie) => ({
      a: NODES[tie.a].id,
      b: NODES[tie.b].id,
      kind: tie.kind,
      label: tie.label,
      start: tie.start,
      end: tie.end,
      strength: tie.strength,
      directed: tie.directed,
      sources: sources(tie).map(([title, url]) => ({ title, url })),
    })),
  };
}

function nodeRecord(node) {
  const values = Object.fromEntries(indicators().map((row) => [row.id, valueOf(node, row.id)]));
  return {
    id: node.id,
    label: node.label,
    label_zh: node.zh,
    kind: node.kind,
    values,
    facts: facts(node),
  };
}

function saveJson() {
  const { figures, tables } = DATA;
  const data = { ...visibleData(), ranking: ranking(), figures, tables };
  saveText(`${JSON.stringify(data, null, 1)}\n`, "application/json", "json");
}
