// What the reader has chosen. It lives in the address after "#", so that a link shows the same.

const LISTENERS = [];
const VIEWS = ["answer", "network", "map", "ranking", "timeline", "paths", "whatif", "figures", "about"];

const DEFAULTS = {
  lang: DATA.lang,
  theme: "auto",
  view: DATA.answer ? "answer" : NODES.length ? "network" : DATA.figures.length ? "figures" : "table-0",
  select: "",
  tie: -1,
  pinned: [],
  all: !DATA.focal,
  among: false,
  noNodes: [],
  noTies: [],
  from: AT ?? YEARS?.[0] ?? 0,
  to: AT ?? YEARS?.[1] ?? 0,
  indicator: "",
  dots: false,
  // The meridian that maps are centred on; near the Pacific, the Pacific.
  centre: Math.abs(BY_ID.get(DATA.focal)?.where?.[0] ?? 0) > 130 ? 150 : 0,
  proposed: true,
  focal: DATA.focal,
  add: [],
  drop: [],
  weights: [1, 1, 1, 1, 1],
  sort: "rank",
  filter: "",
  pathFrom: DATA.focal,
  pathTo: "",
  // Not part of the address: what the pointer is on.
  hover: "",
};

const LISTS = ["pinned", "noNodes", "noTies", "add", "drop"];
const state = { ...DEFAULTS };

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

function hash() {
  const params = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS)) {
    if (key === "hover" || same(state[key], DEFAULTS[key])) continue;
    const value = state[key];
    params.set(key, Array.isArray(value) ? value.map(encodeURIComponent).join(",") : String(value));
  }
  return params.toString();
}

// Whatever the address says, only values that fit this page are taken.
function fromHash(text) {
  const params = new URLSearchParams(text);
  const read = {};
  for (const [key, value] of params) {
    const checked = key in DEFAULTS && key !== "hover" ? check(key, value) : undefined;
    if (checked !== undefined) read[key] = checked;
  }
  if ((read.from ?? DEFAULTS.from) > (read.to ?? DEFAULTS.to)) read.from = read.to ?? DEFAULTS.to;
  return { ...DEFAULTS, ...read };
}

function check(key, value) {
  const node = (id) => BY_ID.has(id);
  if (LISTS.includes(key)) {
    return value
      .split(",")
      .map(decoded)
      .filter((item) => known(key, item));
  }
  if (["all", "among", "dots", "proposed"].includes(key)) return value === "true";
  if (["select", "focal", "pathFrom", "pathTo"].includes(key))
    return node(value) ? value : undefined;
  if (key === "centre") return CENTRES.includes(Number(value)) ? Number(value) : undefined;
  if (["from", "to"].includes(key)) {
    const found = Number.parseInt(value, 10);
    return YEARS && found ? Math.min(YEARS[1], Math.max(YEARS[0], found)) : undefined;
  }
  if (key === "tie") return TIES[Number(value)] ? Number(value) : undefined;
  if (key === "weights") {
    const weights = value.split(",").map(Number);
    return weights.length === 5 && weights.every((w) => w >= 0 && w <= 2) ? weights : undefined;
  }
  const allowed = { lang: ["en", "zh"], theme: ["auto", "light", "dark"] }[key];
  if (allowed) return allowed.includes(value) ? value : undefined;
  if (key === "view") return VIEWS.includes(value) || /^table-\d+$/.test(value) ? value : undefined;
  return value;
}

function decoded(item) {
  try {
    return decodeURIComponent(item);
  } catch {
    return "";
  }
}

function known(key, item) {
  if (key === "noNodes") return NODE_KINDS.has(item);
  if (key === "noTies") return TIE_KINDS.has(item);
  if (key === "pinned") return BY_ID.has(item);
  const ends = item.split("~");
  return ends.length === 2 && ends.every((end) => BY_ID.has(end));
}

// Change some of the state; those who listen to any of these keys draw again.
function update(changes) {
  const changed = Object.keys(changes).filter((key) => !same(state[key], changes[key]));
  if (!changed.length) return;
  Object.assign(state, changes);
  if (changed.some((key) => key !== "hover")) store();
  for (const [keys, act] of LISTENERS) {
    if (!keys.length || changed.some((key) => keys.includes(key))) act(changed);
  }
}

function store() {
  const text = hash();
  try {
    history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  } catch {
    // A sandboxed frame has no address of its own; the page works without.
  }
}

// Without keys: called for every change.
function listen(keys, act) {
  LISTENERS.push([keys, act]);
}

function toggled(list, item) {
  return list.includes(item) ? list.filter((other) => other !== item) : [...list, item];
}

function choose(id) {
  update({ select: id, tie: -1 });
}
