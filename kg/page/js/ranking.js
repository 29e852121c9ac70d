// The ranking as a real table: a short one beside the views, a full one as a view of its own.

const PARTS = 4; // direct gain and the three largest third countries; the rest is one more part

function parts(row) {
  const shares = [{ name: t("direct"), gain: row.direct ?? 0 }];
  const via = [...(row.via ?? [])].sort((a, b) => b.gain - a.gain);
  for (const third of via.slice(0, PARTS - 1))
    shares.push({ name: nameOf(third.iso3), gain: third.gain });
  const rest =
    (row.onward ?? 0) - via.slice(0, PARTS - 1).reduce((sum, third) => sum + third.gain, 0);
  if (rest > 1e-9) shares.push({ name: t("others"), gain: rest });
  return shares;
}

// The bar's length is the expected leverage; its parts are shares of the gain behind it.
function bar(row, most) {
  const shares = parts(row);
  const total = shares.reduce((sum, share) => sum + share.gain, 0);
  const box = el("span", {
    class: "bar",
    role: "img",
    "aria-label": shares.map((s) => `${s.name} ${figure(s.gain)}`).join(", "),
  });
  const length = most > 0 ? (100 * row.expected_leverage) / most : 0;
  (total > 0 ? shares : [{ gain: 1 }]).forEach((share, i) => {
    const piece = el("span", { class: `part-${share.name === t("others") ? PARTS : i}` });
    piece.style.width = `${(length * share.gain) / (total || 1)}%`;
    box.append(piece);
  });
  return box;
}

function interval(row, n) {
  if (row.rank_low === undefined || row.rank_high === undefined) return "";
  const x = (rank) => 2 + (96 * (rank - 1)) / Math.max(1, n - 1);
  return svg(
    "svg",
    {
      viewBox: "0 0 100 12",
      class: "interval",
      role: "img",
      "aria-label": t("interval", { low: row.rank_low, high: row.rank_high }),
      preserveAspectRatio: "none",
    },
    svg("path", { d: "M2 6h96", class: "axis" }),
    svg("path", {
      d: `M${x(row.rank_low)} 6H${Math.max(x(row.rank_high), x(row.rank_low) + 1)}`,
      class: "range",
    }),
    svg("path", { d: `M${x(row.rank)} 1v10`, class: "point" }),
  );
}

const COLUMNS = [
  ["rank", "rank", (row) => [String(row.rank), moved(row)]],
  ["interval", "rank-range", (row, all) => [interval(row, all.n), el("small", {}, rangeText(row))]],
  ["name", "country", (row) => el("span", { class: "who" }, countryButton(row), doubt(row))],
  ["bar", "contributions", (row, all) => bar(row, all.most)],
  ["index", "index", (row) => whole(row.index)],
  ["expected_leverage", "expected_leverage", (row) => figure(row.expected_leverage)],
  ["feasibility", "feasibility", (row) => percent(row.feasibility)],
  ["direct", "direct", (row) => figure(row.direct)],
  ["onward", "onward", (row) => figure(row.onward)],
  ["barrier", "barrier", (row) => percent(row.barrier)],
  ["popularity", "popularity", (row) => figure(row.popularity)],
  ["lift", "lift", (row) => figure(row.lift)],
  ["status", "status", (row) => (row.status ? t(`status-${row.status}`) : "")],
  ["tier", "tier", (row) => (row.tier ? t(`tier-${row.tier}`) : "")],
  ["p_top10", "p_top10", (row) => percent(row.p_top10)],
  ["partner_gain", "partner_gain", (row) => figure(row.partner_gain)],
  ["channel", "channel", (row) => channelName(row)],
];
// The scale that people read, where the ranking has it; the raw value stands in the full table.
const SCALE = DATA.ranking.some((row) => row.index !== undefined) ? "index" : "expected_leverage";
const SHORT = ["rank", "name", "bar", SCALE];

function channelName(row) {
  return (state.lang === "zh" && row.channel_zh) || spaced(row.channel ?? "");
}

// A slug as words; any other text as it is.
function spaced(text) {
  return /^[a-z]+(-[a-z]+)+$/.test(text) ? capital(text.replaceAll("-", " ")) : text;
}

function rangeText(row) {
  return row.rank_low === undefined ? "" : `${row.rank_low}–${row.rank_high}`;
}

// How many places a country rose or fell against the engine's ranking.
function moved(row) {
  if (!whatifOn() || row.before === undefined || row.before === row.rank) return null;
  const up = row.before - row.rank;
  return el("small", { class: "moved" }, `${up > 0 ? "▲" : "▼"}${Math.abs(up)}`);
}

function doubt(row) {
  if (!row.missing?.length) return null;
  const text = t("missing", { list: missingNames(row) });
  return el("abbr", { title: text, "aria-label": text, tabindex: "0", class: "doubt" }, "?");
}

function countryButton(row) {
  const label = BY_ID.has(row.iso3) ? nameOf(row.iso3) : row.name;
  const act = () => {
    choose(row.iso3);
    byId("panel").focus();
  };
  return button(label, act, { class: "name", "data-key": row.iso3 });
}

function cellText(row, key) {
  return key === "name" ? nameOf(row.iso3) : row[key];
}

function sorted(rows) {
  const down = state.sort.startsWith("-");
  const key = state.sort.replace(/^-/, "");
  const value = (row) => cellText(row, key);
  const compare = (a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x === undefined || y === undefined) return (x === undefined) - (y === undefined);
    const order = typeof x === "string" ? x.localeCompare(y, state.lang) : x - y;
    return (down ? -order : order) || a.rank - b.rank;
  };
  return [...rows].sort(compare);
}

function filtered(rows) {
  const wanted = state.filter.trim().toLowerCase();
  if (!wanted) return rows;
  return rows.filter((row) =>
    [row.iso3, row.name, nameOf(row.iso3), row.channel ?? ""].some((text) =>
      text.toLowerCase().includes(wanted),
    ),
  );
}

function header(key, title) {
  if (["interval", "bar"].includes(key)) return el("th", { scope: "col" }, t(title));
  const now = state.sort === key ? "ascending" : state.sort === `-${key}` ? "descending" : "none";
  const next = () => {
    const firstDown = !["rank", "name", "channel"].includes(key);
    const order = firstDown ? [`-${key}`, key] : [key, `-${key}`];
    update({ sort: state.sort === order[0] ? order[1] : order[0] });
  };
  const mark = { ascending: " ↑", descending: " ↓", none: "" }[now];
  return el(
    "th",
    { scope: "col", "aria-sort": now },
    button(t(title) + mark, next, { "data-key": `sort ${key}` }),
  );
}

function rankingTable(keys, id) {
  const rows = ranking();
  const all = {
    n: rows.length,
    most: rows.reduce((m, row) => Math.max(m, row.expected_leverage), 0),
  };
  const columns = COLUMNS.filter(([key]) => keys.includes(key));
  return el(
    "table",
    { class: whatifOn() ? "ranking changed" : "ranking", id },
    el("caption", {}, t("ranking-caption", { focal: nameOf(state.focal), n: rows.length })),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        columns.map(([key, title]) =>
          header(key, keys === SHORT && key === SCALE ? `short-${SCALE}` : title),
        ),
      ),
    ),
    el(
      "tbody",
      {},
      sorted(filtered(rows)).map((row) => tableRow(row, columns, all)),
    ),
  );
}

function tableRow(row, columns, all) {
  const cells = columns.map(([key, , draw]) => {
    const value = typeof row[key] === "number" ? { "data-value": row[key] } : {};
    return el(
      key === "name" ? "th" : "td",
      { class: `c-${key}`, scope: key === "name" ? "row" : null, ...value },
      draw(row, all),
    );
  });
  const hover = (id) => () => update({ hover: id });
  return el(
    "tr",
    {
      "data-iso3": row.iso3,
      "data-score": row.expected_leverage,
      "aria-current": row.iso3 === state.select ? "true" : null,
      on: {
        mouseenter: hover(row.iso3),
        mouseleave: hover(""),
        focusin: hover(row.iso3),
        focusout: hover(""),
      },
    },
    cells,
  );
}

function usedColumns() {
  const rows = ranking();
  return COLUMNS.map(([key]) => key).filter((key) => {
    if (["rank", "name", "expected_leverage"].includes(key)) return true;
    if (key === "bar") return rows.some((row) => row.direct !== undefined || row.via?.length);
    return rows.some((row) => row[key === "interval" ? "rank_low" : key] !== undefined);
  });
}

function filterBox(id) {
  const input = el("input", {
    type: "search",
    id,
    value: state.filter,
    "data-key": id,
    on: { input: () => update({ filter: input.value }) },
  });
  return el("label", { class: "choice", for: id }, el("span", {}, t("filter")), input);
}

function startRanking() {
  if (!DATA.ranking.length && !BASE) return;
  for (const [view, keys, id] of [
    ["list", () => SHORT, "short"],
    ["view-ranking", usedColumns, "full"],
  ]) {
    const body = el("div", {
      class: "scroll",
      tabindex: "0",
      role: "region",
      "data-t-label": "ranking",
    });
    const top = el("div", { class: "tools" });
    byId(view).append(top, body, el("p", { class: "note key" }));
    const draw = later(() => {
      if (id === "full" && state.view !== "ranking") return;
      const keep = body.scrollTop;
      if (!top.contains(document.activeElement)) swap(top, filterBox(`filter-${id}`));
      swap(body, rankingTable(keys(), id));
      body.scrollTop = keep;
      body.nextElementSibling.replaceChildren(...barKey());
    });
    listen(["sort", "filter", "lang", "focal", "add", "drop", "weights", "select", "view"], draw);
    setTimeout(draw);
  }
  listen(["hover", "select"], () => {
    for (const row of document.querySelectorAll("tr[data-iso3]")) {
      row.classList.toggle("hover", row.dataset.iso3 === state.hover);
    }
  });
}

function barKey() {
  if (!usedColumns().includes("bar")) return [];
  const item = (part, text) => el("span", {}, el("i", { class: `part-${part}` }), text);
  return [item(0, t("direct")), item(1, t("via-key")), item(PARTS, t("others"))];
}
