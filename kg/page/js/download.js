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
        ...(ANSWER ? [["Markdown", saveMarkdown]] : []),
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

function saveSvg() {
  saveText(new XMLSerializer().serializeToString(picture()), "image/svg+xml", "svg");
}

function savePng() {
  const drawing = picture();
  const [wide, tall] = ["width", "height"].map((key) => Number(drawing.getAttribute(key)));
  const sharp = Math.min(SHARP, LARGEST / Math.max(wide, tall));
  drawing.setAttribute("width", wide * sharp);
  drawing.setAttribute("height", tall * sharp);
  const image = new Image();
  const url = URL.createObjectURL(
    new Blob([new XMLSerializer().serializeToString(drawing)], { type: "image/svg+xml" }),
  );
  image.addEventListener("load", () => {
    const canvas = el("canvas", { width: Math.round(wide * sharp), height: Math.round(tall * sharp) });
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
  if (value.share !== undefined) return csvCell(value.share);
  if (typeof value === "object") return csvCell(cellWords(value));
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
    spread(data.columns.map(wording), (name) => [name, `${name} low`, `${name} high`]),
    ...data.rows.map((row) =>
      spread(row, (cell) => (Array.isArray(cell) ? cell : [cell, null, null])),
    ),
  ];
}

// The rows that the view shows: ties, counts, points, a table, else the ranking.
function saveCsv() {
  saveText(csv(seenRows()), "text/csv", "csv");
}

function seenRows() {
  const found = /^table-(\d+)$/.exec(state.view);
  if (found) return tableCsv(DATA.tables[Number(found[1])]);
  if (state.view === "figures")
    return [["figure", "series", "x", "y", "low", "high"], ...figureRows()];
  if (state.view === "timeline") return timelineRows();
  if (["network", "map"].includes(state.view)) return tieRows(visibleData().ties);
  if (state.view === "paths") return tieRows(pathTies().map(tieRecord));
  if (state.view === "answer" && ANSWER.tables.length) return tableCsv(ANSWER.tables[0]);
  return ranking().length ? rankingRows() : tieRows(visibleData().ties);
}

const TIE_COLUMNS = ["a", "b", "kind", "label", "start", "end", "signed", "strength"];

function tieRows(ties) {
  const name = (id) => nameOf(id);
  const source = (tie) => tie.sources.map(({ title }) => title).join("; ");
  return [
    [...TIE_COLUMNS, "a_name", "b_name", "sources"],
    ...ties.map((tie) => [
      ...TIE_COLUMNS.map((key) => tie[key]),
      name(tie.a),
      name(tie.b),
      source(tie),
    ]),
  ];
}

function timelineRows() {
  const rows = timelineCounts();
  const years = [...rows.keys()].sort((a, b) => a - b);
  return [
    ["year", "kind", "ties"],
    ...years.flatMap((when) => [...rows.get(when)].map(([kind, count]) => [when, kind, count])),
  ];
}

const RANKED = [
  "rank",
  "iso3",
  "name",
  "index",
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

function rankingRows() {
  const via = (row) => (row.via ?? []).slice(0, 3).map((third) => third.iso3);
  return [
    [...RANKED, "via", "missing"],
    ...sorted(filtered(ranking())).map((row) => [
      ...RANKED.map((key) => row[key]),
      via(row).join("|"),
      (row.missing ?? []).join("|"),
    ]),
  ];
}

// What the filters let through, with every fact and source.
function visibleData() {
  const { nodes, ties } = shown();
  return {
    title: DATA.title,
    at: DATA.at,
    state: Object.fromEntries(new URLSearchParams(hash())),
    nodes: [...nodes].map((i) => NODES[i]).map(nodeRecord),
    ties: [...ties.map(tieRecord), ...proposedRecords()],
  };
}

function tieRecord(tie) {
  return {
    a: NODES[tie.a].id,
    b: NODES[tie.b].id,
    kind: tie.kind,
    label: tie.label,
    start: tie.start,
    end: tie.end,
    signed: tie.signed,
    strength: tie.strength,
    directed: tie.directed,
    sources: sources(tie).map(([title, url]) => ({ title, url })),
  };
}

// The ties proposed and what they open, as the picture draws them.
function proposedRecords() {
  const rest = { label: "", start: "", end: "", signed: false, directed: false, sources: [] };
  return proposedLines().map(([from, to, own]) => ({
    a: from.id,
    b: to.id,
    kind: own ? "proposed" : "opened",
    strength: own ? (BASE?.strength ?? null) : null,
    ...rest,
  }));
}

function nodeRecord(node) {
  const values = Object.fromEntries(indicators().map((row) => [row.id, valueOf(node, row.id)]));
  return {
    id: node.id,
    label: node.label,
    label_zh: node.zh,
    kind: node.kind,
    x: node.x,
    y: node.y,
    lon: node.where?.[0] ?? null,
    lat: node.where?.[1] ?? null,
    values,
    facts: facts(node),
  };
}

function saveJson() {
  const { figures, tables } = DATA;
  const data = { ...visibleData(), ranking: ranking(), figures, tables };
  saveText(`${JSON.stringify(data, null, 1)}\n`, "application/json", "json");
}

// The answer as text for an e-mail.
function saveMarkdown() {
  const bullets = (title, texts) =>
    texts.length ? [`${t(title)}:`, "", ...texts.map((text) => `- ${said(text)}`), ""] : [];
  const lines = [
    `# ${pageTitle()}`,
    "",
    said(ANSWER.sentence),
    "",
    said(ANSWER.lead),
    "",
    ...ANSWER.cards.flatMap((card) => [
      `## ${nameOf(card.id)}`,
      "",
      said(card.figures),
      "",
      ...bullets("for-it", card.reasons),
      ...bullets("against-it", card.obstacles),
      `**${t("begin-with")}** ${said(card.step)}`,
      "",
    ]),
    ...ANSWER.tables.flatMap((data) => [`## ${tableTitle(data)}`, "", ...markdownTable(data), ""]),
    `${t("rests-on")}`,
    "",
    ...ANSWER.sources.map(([title, url]) => (url ? `- [${title}](${url})` : `- ${title}`)),
    "",
    t("made-with-short"),
  ];
  saveText(`${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`, "text/markdown", "md");
}

function markdownTable(data) {
  const cells = (row) => `| ${row.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  const head = data.columns.map(wording);
  return [cells(head), cells(head.map(() => "---")), ...data.rows.map((row) => cells(row.map(cellWords)))];
}
