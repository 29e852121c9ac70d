// What the reader has done, step by step. It lives in the address after "#": the browser's Back
// takes the last step back, and a link shows the same.

const LISTENERS = [];
const VIEWS = ["graph", "map", "timeline", "list", "answer"];
const STEPS = ["around", "drawn", "open", "close", "add", "drop", "path"];
const state = { lang: "en", theme: "auto", view: "graph", select: "", hide: [], steps: [] };
let DEFAULTS = { ...state };

function startState(data) {
  const steps = data.opened.map(([id, hops]) => ["around", id, String(hops)]);
  if (data.drawn.length) steps.push(["drawn"]);
  DEFAULTS = { ...state, lang: data.lang, steps, select: data.opened[0]?.[0] ?? data.drawn[0] ?? "" };
  Object.assign(state, DEFAULTS, fromAddress(location.hash.slice(1)));
}

function address() {
  const params = new URLSearchParams();
  for (const key of Object.keys(DEFAULTS)) {
    if (JSON.stringify(state[key]) === JSON.stringify(DEFAULTS[key])) continue;
    params.set(key, key === "steps" ? written(state.steps) : String(state[key]));
  }
  return params.toString();
}

function written(steps) {
  return steps.map((step) => step.map(encodeURIComponent).join("!")).join("~");
}

// Whatever the address says, only what fits this page is taken.
function fromAddress(text) {
  const params = new URLSearchParams(text);
  const taken = {};
  const choices = { lang: ["en", "zh"], theme: ["auto", "light", "dark"], view: VIEWS };
  for (const [key, allowed] of Object.entries(choices)) {
    if (allowed.includes(params.get(key))) taken[key] = params.get(key);
  }
  const select = params.get("select");
  if (select === "" || GRAPH.byId.has(select)) taken.select = select;
  if (params.has("hide")) taken.hide = params.get("hide").split(",").filter(isKind);
  if (params.has("steps")) taken.steps = params.get("steps").split("~").map(readStep).filter(Boolean);
  return taken;
}

function isKind(id) {
  return GRAPH.kinds.some((kind) => kind.id === id);
}

function readStep(text) {
  let step;
  try {
    step = text.split("!").map(decodeURIComponent);
  } catch {
    return null;
  }
  const ids = step[0] === "path" ? step.slice(1, 3) : step[0] === "drawn" ? [] : [step[1]];
  return STEPS.includes(step[0]) && ids.every((id) => GRAPH.byId.has(id)) ? step : null;
}

// Change some of the state. A change of what is shown is a step that Back takes back.
function update(changes) {
  const changed = Object.keys(changes).filter(
    (key) => JSON.stringify(state[key]) !== JSON.stringify(changes[key]),
  );
  if (!changed.length) return;
  Object.assign(state, changes);
  const undoable = changed.some((key) => ["steps", "select", "hide", "view"].includes(key));
  remember(undoable ? "pushState" : "replaceState");
  tell(changed);
}

function remember(way) {
  const text = address();
  try {
    history[way](null, "", text ? `#${text}` : location.pathname + location.search);
  } catch {
    // A sandboxed frame has no address of its own; the page works without.
  }
}

function tell(changed) {
  for (const [keys, act] of LISTENERS) if (changed.some((key) => keys.includes(key))) act();
}

function listen(keys, act) {
  LISTENERS.push([keys, act]);
}

function followAddress() {
  const next = { ...DEFAULTS, ...fromAddress(location.hash.slice(1)) };
  const changed = Object.keys(DEFAULTS).filter(
    (key) => JSON.stringify(state[key]) !== JSON.stringify(next[key]),
  );
  Object.assign(state, next);
  if (changed.length) tell(changed);
}

function step(...parts) {
  return [...state.steps, parts];
}

// Select a thing; what is not drawn yet is drawn.
function choose(node) {
  if (!node) return update({ select: "" });
  const drawn = shown().all.has(node);
  return update({ select: node.id, steps: drawn ? state.steps : step("add", node.id) });
}
