// The legend, whose buttons filter kinds, and the range of years.

const GLYPHS = {
  dot: "M6 1a5 5 0 1 0 .01 0z",
  square: "M1.5 1.5h9v9h-9z",
  diamond: "M6 .5 11.5 6 6 11.5 .5 6z",
  triangle: "M6 1 11.5 10.5H.5z",
  triangleDown: "M6 11 .5 1.5h11z",
  star: "M6 .5 7.6 4.3l4.1.3-3.1 2.7 1 4L6 9.1 2.4 11.3l1-4L.3 4.6l4.1-.3z",
  hexagon: "M3.2 1h5.6L11.5 6 8.8 11H3.2L.5 6z",
};

function glyph(style) {
  return svg(
    "svg",
    { viewBox: "0 0 12 12", class: "glyph", "aria-hidden": "true" },
    svg("path", { d: GLYPHS[style.shape], class: `node-${style.hue % 8}` }),
  );
}

function stroke(style) {
  return svg(
    "svg",
    { viewBox: "0 0 26 6", class: "stroke", "aria-hidden": "true" },
    svg("path", {
      d: "M0 3h26",
      class: `tie-${style.hue}`,
      "stroke-dasharray": style.dash ? style.dash.join(" ") : null,
    }),
  );
}

function dashOf(tie, style) {
  return tie.signed ? SIGNED : style.dash || null;
}

function kindButton(style, key, picture, count) {
  const off = state[key].includes(style.id);
  return button(
    [picture, el("span", {}, named(style)), el("small", {}, String(count))],
    () => {
      update({ [key]: toggled(state[key], style.id) });
      say(t(state[key].includes(style.id) ? "hidden" : "visible", { kind: named(style) }));
    },
    { class: "kind", "aria-pressed": String(!off), "data-key": `${key} ${style.id}` },
  );
}

function counts(things) {
  const found = new Map();
  for (const thing of things) found.set(thing.kind, (found.get(thing.kind) ?? 0) + 1);
  return found;
}

function drawLegend() {
  const groups = [];
  const nodes = counts(NODES);
  const ties = counts(TIES.filter(live));
  const group = (key, kinds, picture, number) =>
    el(
      "div",
      { class: "kinds", role: "group", "aria-label": t(key) },
      el("h2", {}, t(key)),
      [...kinds.values()].map((style) =>
        kindButton(style, key, picture(style), number.get(style.id) ?? 0),
      ),
    );
  if (NODE_KINDS.size > 1) groups.push(group("noNodes", NODE_KINDS, glyph, nodes));
  if (TIE_KINDS.size) groups.push(group("noTies", TIE_KINDS, stroke, ties));
  if (TIES.some((tie) => tie.signed)) groups.push(signedKey());
  if (ANSWER?.proposed.length) {
    const press = () => update({ proposed: !state.proposed });
    const options = { class: "kind", "aria-pressed": String(state.proposed), "data-key": "proposed" };
    groups.unshift(
      el("div", { class: "kinds" }, el("h2", {}, t("answer")), button(proposedKey(), press, options)),
    );
  }
  swap(byId("legend"), groups);
}

function signedKey() {
  const picture = svg(
    "svg",
    { viewBox: "0 0 26 6", class: "stroke hollow", "aria-hidden": "true" },
    svg("path", { d: "M0 3h26", class: "hollow-edge" }),
    svg("path", { d: "M0 3h26", class: "hollow-core" }),
  );
  return el("p", { class: "note" }, picture, t("signed-key"));
}

function slider(key, label) {
  const input = el("input", {
    type: "range",
    id: `year-${key}`,
    min: YEARS[0],
    max: YEARS[1],
    step: 1,
    on: { input: () => setYear(key, Number(input.value)) },
  });
  return el("label", { class: "year" }, el("span", {}, label), input, el("output", {}));
}

function setYear(key, value) {
  if (key === "from") update({ from: value, to: Math.max(value, state.to) });
  else update({ to: value, from: Math.min(value, state.from) });
}

function drawYears() {
  const box = byId("years");
  if (!YEARS) return;
  if (box.dataset.lang !== state.lang) {
    box.dataset.lang = state.lang;
    const undated = TIES.filter((tie) => tie.from === -Infinity).length;
    swap(
      box,
      el("h2", {}, t("in-force")),
      slider("from", t("from")),
      slider("to", t("to")),
      el(
        "div",
        { class: "buttons" },
        button(t("play"), play, { id: "play" }),
        button(t("all-years"), () => update({ from: YEARS[0], to: YEARS[1] })),
      ),
      el("p", { class: "warn note", id: "other-years", role: "status" }),
      undated ? el("p", { class: "note" }, t("undated", { n: undated })) : null,
    );
  }
  const apart = DATA.ranking.length > 0 && (state.from > AT || state.to < AT);
  byId("other-years").textContent = apart ? t("other-years", { at: DATA.at }) : "";
  for (const key of ["from", "to"]) {
    const input = byId(`year-${key}`);
    input.value = state[key];
    input.setAttribute("aria-valuetext", String(state[key]));
    input.nextElementSibling.textContent = String(state[key]);
  }
}

const player = { timer: null };

// Play through the years, one snapshot after the other, from the beginning or the year shown.
function play() {
  if (player.timer) {
    stop();
    return;
  }
  let now = state.from === state.to && state.to < YEARS[1] ? state.to : YEARS[0];
  player.timer = setInterval(() => {
    update({ from: now, to: now });
    now += 1;
    if (now > YEARS[1]) stop();
  }, 700);
  byId("play").textContent = t("pause");
}

function stop() {
  clearInterval(player.timer);
  player.timer = null;
  byId("play").textContent = t("play");
}

function startFilters() {
  byId("filters").append(el("div", { id: "legend" }), el("div", { id: "years" }));
  listen(["noNodes", "noTies", "from", "to", "lang", "proposed"], later(drawLegend));
  listen(["from", "to", "lang"], drawYears);
  drawLegend();
  drawYears();
}
