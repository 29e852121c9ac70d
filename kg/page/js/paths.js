// Why is a country reachable: the strongest chain of ties, and the agreements behind each link.

function countries() {
  const ids = BASE ? BASE.countries.filter((id) => BY_ID.has(id)) : NODES.map((node) => node.id);
  return ids.map((id) => [id, nameOf(id)]).sort((a, b) => a[1].localeCompare(b[1], state.lang));
}

// Without the engine's matrix: noisy-or of the strengths of the ties in force.
function pageNetwork() {
  if (BASE) return { ids: BASE.countries, ...network() };
  const n = NODES.length;
  const tau = new Float64Array(n * n);
  for (const tie of TIES.filter(allowedTie)) {
    const value = 1 - (1 - tau[tie.a * n + tie.b]) * (1 - tie.strength);
    tau[tie.a * n + tie.b] = value;
    tau[tie.b * n + tie.a] = value;
  }
  return { ids: NODES.map((node) => node.id), tau };
}

// { steps: [[from, to, strength]], strength }, or null where there is no chain.
function strongestPath(fromId, toId) {
  const net = pageNetwork();
  const n = net.ids.length;
  const [source, target] = [net.ids.indexOf(fromId), net.ids.indexOf(toId)];
  if (source < 0 || target < 0 || source === target) return null;
  const before = new Int32Array(n).fill(-1);
  const best = channelsFrom(net.tau, n, source, before);
  if (!best[target]) return null;
  const steps = [];
  for (let here = target; here !== source; here = before[here]) {
    steps.unshift([net.ids[before[here]], net.ids[here], net.tau[before[here] * n + here]]);
  }
  return { steps, strength: best[target] };
}

function startPaths() {
  const again = later(drawPaths);
  listen(["view", "pathFrom", "pathTo", "lang", "add", "drop", "from", "to", "noTies"], again);
  again();
}

function drawPaths() {
  if (state.view !== "paths") return;
  const options = [["", t("choose")], ...countries()];
  const picker = (key, label) =>
    choice(t(label), options, state[key], (id) => update({ [key]: id }), {
      id: `choice-${key}`,
      "data-key": key,
    });
  swap(
    byId("view-paths"),
    el("p", { class: "lead" }, t("paths-lead")),
    el(
      "div",
      { class: "tools" },
      picker("pathFrom", "path-from"),
      picker("pathTo", "path-to"),
      button(t("swap"), () => update({ pathFrom: state.pathTo, pathTo: state.pathFrom }), {
        "data-key": "swap",
      }),
    ),
    pathResult(),
  );
}

function pathResult() {
  if (!state.pathFrom || !state.pathTo) return el("p", { class: "note" }, t("paths-choose"));
  const path = strongestPath(state.pathFrom, state.pathTo);
  if (!path) return el("p", {}, t("no-path"));
  const show = () =>
    update({
      pinned: [...new Set([...path.steps.map((s) => s[0]), state.pathTo])],
      view: "network",
      all: false,
    });
  return el(
    "div",
    {},
    el(
      "p",
      {},
      t("path-strength", { n: path.steps.length }),
      el("b", { id: "path-strength", "data-value": path.strength }, figure(path.strength)),
    ),
    el("ol", { class: "path" }, path.steps.map(pathStep)),
    NODES.length ? button(t("show-in-network"), show, { "data-key": "show" }) : null,
  );
}

// The agreements behind the chain that is shown.
function pathTies() {
  const path = strongestPath(state.pathFrom, state.pathTo);
  return path ? path.steps.flatMap(([from, to]) => between(from, to)) : [];
}

function pathStep([from, to, strength]) {
  const ties = between(from, to);
  const chosen = (id) => button(nameOf(id), () => choose(id), { class: "name" });
  return el(
    "li",
    {},
    chosen(from),
    " → ",
    chosen(to),
    el("b", {}, ` ${figure(strength)}`),
    ties.length
      ? el(
          "ul",
          { class: "ties" },
          ties.map((tie) =>
            el(
              "li",
              {},
              stroke(TIE_KINDS.get(tie.kind)),
              el("span", {}, tieName(tie)),
              el("small", { class: "cite" }, `${dates(tie)} · `, cited(tie)),
            ),
          ),
        )
      : el(
          "p",
          { class: "note" },
          state.add.some((pair) => sameEnds(pair, from, to)) ? t("added-tie") : t("no-agreement"),
        ),
  );
}

function sameEnds(pair, a, b) {
  return pair === `${a}~${b}` || pair === `${b}~${a}`;
}

function between(a, b) {
  const [first, second] = [BY_ID.get(a), BY_ID.get(b)];
  if (!first || !second) return [];
  return first.ties.filter((tie) => other(tie, first) === second && allowedTie(tie));
}
