// Which nodes and ties are on show: by kind, by year, and around the nodes that are opened.

function live(thing) {
  return thing.from <= state.to && thing.to >= state.from;
}

function allowedNode(node) {
  return !state.noNodes.includes(node.kind) && live(node);
}

function allowedTie(tie) {
  return (
    !state.noTies.includes(tie.kind) &&
    live(tie) &&
    allowedNode(NODES[tie.a]) &&
    allowedNode(NODES[tie.b])
  );
}

// The opened nodes: the focal one, those the reader opened, the selected, the ends of a path.
function anchors() {
  const ids = [state.focal, ...state.pinned, state.select];
  if (state.tie >= 0) ids.push(NODES[TIES[state.tie].a].id, NODES[TIES[state.tie].b].id);
  return new Set(ids.filter((id) => BY_ID.has(id)).map((id) => BY_ID.get(id).i));
}

const shownMemo = { key: null, shown: null };
const SHOWN_KEYS = [
  "focal",
  "pinned",
  "select",
  "tie",
  "all",
  "among",
  "noNodes",
  "noTies",
  "from",
  "to",
  "proposed",
];

// { nodes: Set of numbers, ties: list, anchors: Set }. Orphans of a filter are hidden with it.
function shown() {
  const key = JSON.stringify(
    SHOWN_KEYS.map((name) =>
      state.all && ["select", "tie", "pinned"].includes(name) ? 0 : state[name],
    ).concat(proposals().map(({ node }) => node.i)),
  );
  if (shownMemo.key !== key) {
    shownMemo.key = key;
    shownMemo.shown = work();
  }
  return shownMemo.shown;
}

function work() {
  const open = anchors();
  const nodes = new Set([...open].filter((i) => allowedNode(NODES[i])));
  let ties = [];
  if (state.all) {
    ties = TIES.filter(allowedTie);
    for (const node of NODES) if (!node.ties.length && allowedNode(node)) nodes.add(node.i);
  } else {
    ties = [...new Set([...open].flatMap((i) => NODES[i].ties))].filter(allowedTie);
  }
  for (const tie of ties) nodes.add(tie.a).add(tie.b);
  if (ANSWER && !state.all) {
    for (const { iso3 } of bestPartners()) {
      const node = BY_ID.get(iso3);
      if (node && allowedNode(node)) nodes.add(node.i);
    }
  }
  for (const { node, opens } of proposals()) {
    for (const one of [node, ...opens]) if (allowedNode(one)) nodes.add(one.i);
  }
  if (state.among && !state.all) {
    ties = TIES.filter((tie) => nodes.has(tie.a) && nodes.has(tie.b) && allowedTie(tie));
  }
  return { nodes, ties, anchors: open };
}

// What the ranking gives for a country.
const DERIVED = [
  "index",
  "expected_leverage",
  "feasibility",
  "direct",
  "onward",
  "barrier",
  "popularity",
];

// Quantities to colour the map and size the nodes by: the ranking's, then the page's own.
function indicators() {
  const taken = new Set([...DATA.indicators.map((row) => row.id), ...DERIVED]);
  const own = DATA.indicators
    .filter((row) => row.id !== "expected" || !DATA.ranking.length)
    .map((row) => ({ ...row, label: capital(row.label), zh: row.label_zh }));
  const rows = ranking();
  const ranked = DERIVED.filter((id) => rows.some((row) => row[id] !== undefined));
  const from = (id) => ({ id, label: t(id), zh: t(id), percent: isShare(id) });
  const fromMatrices = BASE ? ["need"].filter((id) => !taken.has(id)) : [];
  return [...ranked.map(from), ...own, ...fromMatrices.map(from)];
}

function isShare(id) {
  return ["feasibility", "barrier"].includes(id);
}

function currentIndicator() {
  const all = indicators();
  return all.find((row) => row.id === state.indicator) ?? all[0] ?? null;
}

function valueOf(node, id) {
  if (DERIVED.includes(id) && !node.values[id]) return entryOf(node.id)?.[id] ?? null;
  if (node.values[id]) return node.values[id][node.i] ?? null;
  const row = BASE?.index.get(node.id);
  return row === undefined ? null : (BASE[id]?.[row] ?? null);
}

function shownValue(indicator, value) {
  if (value === null || value === undefined) return t("unknown");
  const text =
    indicator.id === "index" ? whole(value) : indicator.percent ? percent(value) : figure(value);
  return indicator.unit ? `${text} ${indicator.unit}` : text;
}
