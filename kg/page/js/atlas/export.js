// What is drawn, taken away: GraphML, JSON, CSV of the ties, and a picture. Made on this device.

const FORMATS = { graphml: graphml, json: nodeLink, csv: tieTable };
const TYPES = { graphml: "application/xml", json: "application/json", csv: "text/csv" };

function startExport() {
  listen(["lang"], drawExport);
  drawExport();
}

function drawExport() {
  swap(
    byId("exports"),
    el("p", { class: "note" }, t("export-note")),
    Object.keys(FORMATS).map((form) =>
      button(t(`export-${form}`), () => save(new Blob([FORMATS[form]()], { type: TYPES[form] }), form), { "data-export": form }),
    ),
    button("PNG", () => view.canvas.toBlob((blob) => save(blob, "png")), { "data-export": "png" }),
  );
}

function save(blob, suffix) {
  const url = URL.createObjectURL(blob);
  const name = `${(state.select || "graph").replace(/[^\w-]+/g, "-")}.${suffix}`;
  const anchor = el("a", { href: url, download: name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  say(t("saved", { name }));
}

function nodeRecord(node) {
  const place = PLACES.get(node);
  return {
    id: node.id,
    name: node.label,
    name_zh: node.zh,
    kind: node.kind.label,
    date: node.start,
    longitude: node.map?.[2] ?? "",
    latitude: node.map?.[3] ?? "",
    x: Math.round(place.x),
    y: Math.round(-place.y),
    source: sourceOf(GRAPH.data.nodes.source[node.i]).title,
    source_url: sourceOf(GRAPH.data.nodes.source[node.i]).url,
  };
}

function tieRecord(tie) {
  const source = sourceOf(tie.source);
  return {
    source: tie.a.id,
    target: tie.b.id,
    kind: tie.kind.label,
    from_name: tie.a.label,
    to_name: tie.b.label,
    start: tie.start,
    end: tie.end,
    place: tie.label.replace("\n", "; "),
    cited: source.title,
    cited_url: source.url,
  };
}

function nodeLink() {
  const drawn = shown();
  const document = {
    directed: true,
    multigraph: true,
    graph: { title: GRAPH.data.title },
    nodes: [...drawn.nodes].map(nodeRecord),
    links: drawn.ties.map((tie) => ({ ...tieRecord(tie), key: tie.i })),
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

// A cell that a spreadsheet would run as a formula gets an apostrophe (OWASP, CSV injection).
function tieTable() {
  const rows = shown().ties.map(tieRecord);
  const columns = ["source", "kind", "target", "from_name", "to_name", "start", "end", "place", "cited", "cited_url"];
  const cell = (value) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;
  return [columns, ...rows.map((row) => columns.map((name) => row[name]))]
    .map((row) => `${row.map(cell).join(",")}\r\n`)
    .join("");
}

function graphml() {
  const drawn = shown();
  const nodes = [...drawn.nodes].map(nodeRecord);
  const ties = drawn.ties.map(tieRecord);
  const keys = (rows, end, skip) => Object.keys(rows[0] ?? {}).filter((name) => !skip.includes(name)).map((name) => `<key id="${end}-${name}" for="${end}" attr.name="${name}" attr.type="string"/>`);
  const data = (row, end, skip) => Object.entries(row).filter(([name, value]) => !skip.includes(name) && value !== "").map(([name, value]) => `<data key="${end}-${name}">${xml(value)}</data>`).join("");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
    ...keys(nodes, "node", ["id"]),
    ...keys(ties, "edge", ["source", "target"]),
    '<graph edgedefault="directed">',
    ...nodes.map((row) => `<node id="${xml(row.id)}">${data(row, "node", ["id"])}</node>`),
    ...ties.map((row) => `<edge source="${xml(row.source)}" target="${xml(row.target)}">${data(row, "edge", ["source", "target"])}</edge>`),
    "</graph></graphml>",
    "",
  ].join("\n");
}

function xml(value) {
  return String(value)
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"]/g, (letter) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[letter]);
}
