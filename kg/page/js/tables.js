// Further tables of the caller's (coalitions, a backtest, factors), and the page about the page.

function startTables() {
  DATA.tables.forEach((data, i) => {
    const draw = () => swap(byId(`view-table-${i}`), dataTable(data));
    listen(["lang"], draw);
    draw();
  });
  listen(["lang"], drawAbout);
  drawAbout();
}

function tableTitle(data) {
  return (state.lang === "zh" && data.title_zh) || data.title;
}

// A text as it is, or one that travels in both languages.
function wording(text) {
  return text?.en === undefined ? text : said([text.en, text.zh]);
}

// A cell as text: a country's name, a share, a figure, words.
function cellWords(value) {
  if (value === null || value === undefined) return t("unknown");
  if (Array.isArray(value)) return `${figure(value[0])} ${rangeOf(value)}`;
  if (value.node !== undefined) return nameOf(value.node);
  if (value.share !== undefined) return percent(value.share);
  if (typeof value === "number") return figure(value);
  return typeof value === "boolean" ? t(value ? "yes" : "no") : String(wording(value));
}

function isNumber(value) {
  return typeof value === "number" || Array.isArray(value) || value?.share !== undefined;
}

function dataTable(data) {
  const numeric = data.columns.map((_, k) =>
    data.rows.some((row) => isNumber(row[k])),
  );
  const ends = data.columns.map((_, k) => extremes(data.rows.map((row) => row[k])));
  const cell = (value, k) => {
    if (Array.isArray(value))
      return el(
        "td",
        { class: "number" },
        whisker(value, ends[k]),
        figure(value[0]),
        el("small", {}, ` ${rangeOf(value)}`),
      );
    if (value?.node !== undefined && BY_ID.has(value.node))
      return el("td", {}, countryButton({ iso3: value.node, name: value.node }));
    const number = typeof value === "number" ? value : value?.share;
    return el("td", { class: numeric[k] ? "number" : null, "data-value": number }, cellWords(value));
  };
  return [
    data.note ? el("p", { class: "lead" }, wording(data.note)) : null,
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": tableTitle(data) },
      el(
        "table",
        {},
        el("caption", {}, tableTitle(data)),
        el(
          "thead",
          {},
          el(
            "tr",
            {},
            data.columns.map((name, k) =>
              el("th", { scope: "col", class: numeric[k] ? "number" : null }, wording(name)),
            ),
          ),
        ),
        el(
          "tbody",
          {},
          data.rows.map((row) => el("tr", {}, row.map(cell))),
        ),
      ),
    ),
  ];
}

function rangeOf([, low, high]) {
  return low === null || high === null ? "" : `[${figure(low)}, ${figure(high)}]`;
}

function extremes(cells) {
  const values = cells.filter(Array.isArray).flat().filter(Number.isFinite);
  return values.length ? [Math.min(0, ...values), Math.max(...values)] : [0, 1];
}

function whisker([value, low, high], [least, most]) {
  const x = (v) => 2 + (96 * (v - least)) / (most - least || 1);
  const range = low === null || high === null ? "" : `M${x(low)} 6H${x(high)}`;
  return svg(
    "svg",
    {
      viewBox: "0 0 100 12",
      class: "interval",
      "aria-hidden": "true",
      preserveAspectRatio: "none",
    },
    svg("path", { d: "M2 6h96", class: "axis" }),
    svg("path", { d: range || "M0 0", class: "range" }),
    svg("path", { d: `M${x(value ?? 0)} 1v10`, class: "point" }),
  );
}

function drawAbout() {
  const how = ["about-leverage", "about-years", "about-unknown"].filter(
    (key) => key !== "about-leverage" || DATA.ranking.length,
  );
  swap(
    byId("view-about"),
    el("h2", {}, t("how")),
    how.map((key) => el("p", {}, t(key))),
    WORLD ? el("p", {}, t("policy")) : null,
    DATA.notes.length
      ? [
          el("h2", {}, t("notes")),
          el(
            "ul",
            {},
            DATA.notes.map((note) => el("li", {}, wording(note))),
          ),
        ]
      : null,
    DATA.sources.length
      ? [
          el("h2", {}, t("sources")),
          el(
            "ul",
            {},
            DATA.sources.map(([title, url]) => el("li", {}, link(title, url))),
          ),
        ]
      : null,
    el("p", { class: "note" }, t("made-with")),
  );
}
