// The data that travels in this file, unpacked into plain objects.

function parse(id) {
  return JSON.parse(byId(id).textContent);
}

const HUES = 16;
const SIGNED = [5, 4]; // ties that are signed and not in force are hollow and dashed
const SHAPES = ["dot", "square", "diamond", "triangle", "star", "hexagon", "triangleDown"];
const DASHES = [false, [7, 4], [2, 3], [11, 3, 2, 3], [5, 2], [1, 5], [14, 4]];
const STRINGS = parse("strings");
const WORLD = parse("world");
const DATA = parse("data");
const NODES = unpackNodes(DATA.nodes, DATA.texts);
const TIES = unpackTies(DATA.ties, DATA.texts);
const BY_ID = new Map(NODES.map((node) => [node.id, node]));
const ENTRIES = new Map(DATA.ranking.map((row) => [row.iso3, row]));
const NODE_KINDS = styled(DATA.kinds.node);
const TIE_KINDS = styled(DATA.kinds.tie);
const YEARS = span();
const AT = year(DATA.at);

function unpackNodes(columns, texts) {
  return columns.id.map((id, i) => ({
    i,
    id,
    label: columns.label[i],
    zh: columns.zh[i] ?? "",
    kind: texts[columns.kind[i]],
    home: [columns.x[i], columns.y[i]],
    x: columns.x[i],
    y: columns.y[i],
    where: columns.place[i] ?? null,
    map: null, // where the place is on the map, for the meridian that it is centred on
    from: first(columns.start[i]),
    to: last(columns.end[i]),
    url: columns.url[i] ?? "",
    values: columns.values,
    aliases: columns.aliases[i] ?? [],
    keys: null,
    ties: [],
  }));
}

function unpackTies(columns, texts) {
  const directed = new Set(columns.directed);
  const signed = new Set(columns.signed);
  const pairs = new Map();
  const ties = columns.a.map((a, i) => {
    const b = columns.b[i];
    const start = texts[columns.start[i]];
    const end = columns.end[i] ?? "";
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const tie = {
      i,
      a,
      b,
      start,
      end,
      kind: texts[columns.kind[i]],
      label: texts[columns.label[i]],
      from: first(start),
      to: last(end),
      strength: columns.strength[i],
      directed: directed.has(i),
      signed: signed.has(i),
      // Ties of one pair share a list, so that each can be drawn on a curve of its own.
      pair: pairs.get(key) ?? pairs.set(key, []).get(key),
    };
    tie.place = tie.pair.push(tie) - 1;
    NODES[a].ties.push(tie);
    if (a !== b) NODES[b].ties.push(tie);
    return tie;
  });
  return ties;
}

function facts(node) {
  const texts = DATA.texts;
  return (DATA.nodes.facts[node.i] ?? []).map((row) => {
    const [label, value, source, url, date, confidence, label_zh, value_zh] = row;
    return {
    label: said([texts[label], texts[label_zh]]),
    value: said([value, value_zh]),
    source: texts[source],
    url: texts[url],
    date,
    confidence,
    };
  });
}

// Names of unknown inputs in Chinese, as the ranking has them.
const INPUTS_ZH = new Map(
  DATA.ranking.flatMap((row) =>
    (row.missing ?? []).map((name, i) => [name, row.missing_zh?.[i] ?? name]),
  ),
);

function missingNames(row) {
  const named_ = (name) => (state.lang === "zh" ? INPUTS_ZH.get(name) : null) ?? name;
  return (row.missing ?? []).map(named_).join(t("comma"));
}

function sources(tie) {
  return (DATA.ties.sources[tie.i] ?? []).map(([title, url]) => [
    DATA.texts[title],
    DATA.texts[url],
  ]);
}

function year(date) {
  const found = /^(\d{4})/.exec(date ?? "");
  return found ? Number(found[1]) : null;
}

function first(start) {
  return year(start) ?? -Infinity;
}

// The last year in which something that ends on `end` (its first day not in force) still holds.
function last(end) {
  const found = year(end);
  if (found === null) return Infinity;
  return /^\d{4}(-01){0,2}$/.test(end) ? found - 1 : found;
}

function span() {
  let low = Infinity;
  let high = year(DATA.at) ?? -Infinity;
  for (const tie of TIES) {
    if (tie.from === -Infinity) continue;
    low = Math.min(low, tie.from);
    high = Math.max(high, tie.from);
  }
  return Number.isFinite(low) && Number.isFinite(high) ? [Math.min(low, high), high] : null;
}

// Kinds by id. Shape, dash and colour are the kind's own where it has a place in the palette, else
// the first that is free: no meaning is by colour alone, and none changes with what else is shown.
function styled(rows) {
  const taken = new Set(rows.map((row) => row[3]).filter((hue) => hue !== null));
  const free = [...Array(HUES).keys()].filter((hue) => !taken.has(hue));
  let next = 0;
  return new Map(
    rows.map(([id, label, zh, hue]) => [
      id,
      { id, label: capital(label), zh, ...look(hue ?? free[next++ % free.length]) },
    ]),
  );
}

function look(hue) {
  return { shape: SHAPES[hue % 7], dash: DASHES[hue % 7], hue };
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function named(thing) {
  return (state.lang === "zh" && thing.zh) || thing.label;
}

function nameOf(id) {
  const node = BY_ID.get(id);
  return node ? named(node) : id;
}

function tieName(tie) {
  const kind = named(TIE_KINDS.get(tie.kind));
  return state.lang === "zh" ? kind : tie.label || kind;
}

function other(tie, node) {
  return NODES[tie.a === node.i ? tie.b : tie.a];
}
