// The legend: a button for each kind that is drawn; pressing it hides the kind.

const GLYPHS = {
  dot: "M6 1a5 5 0 1 0 .01 0z",
  square: "M1.5 1.5h9v9h-9z",
  diamond: "M6 .5 11.5 6 6 11.5 .5 6z",
  triangle: "M6 1 11.5 10.5H.5z",
  hexagon: "M3.2 1h5.6L11.5 6 8.8 11H3.2L.5 6z",
};

function glyph(kind, hollow = false) {
  return svg(
    "svg",
    { viewBox: "0 0 12 12", class: "glyph", "aria-hidden": "true" },
    svg("path", { d: GLYPHS[kind.shape], class: `${hollow ? "outline" : "fill"}-${kind.family}` }),
  );
}

function startLegend() {
  listen(["steps", "hide", "lang"], drawLegend);
  drawLegend();
}

function drawLegend() {
  const counts = new Map();
  let hollow = 0;
  for (const node of shown().all) {
    counts.set(node.kind, (counts.get(node.kind) ?? 0) + 1);
    hollow += node.hollow;
  }
  const used = [...counts].sort((a, b) => a[0].i - b[0].i);
  swap(byId("legend"), used.map(([kind, count]) => kindButton(kind, count)), hollow ? el("span", { class: "note" }, glyph({ shape: "dot", family: "paper" }, true), t("hollow-key")) : null);
}

function kindButton(kind, count) {
  const off = state.hide.includes(kind.id);
  const hide = off ? state.hide.filter((id) => id !== kind.id) : [...state.hide, kind.id];
  return button([glyph(kind), el("span", {}, named(kind)), el("small", {}, String(count))], () => update({ hide }), {
    class: "kind",
    "aria-pressed": String(!off),
    "data-key": `kind ${kind.id}`,
  });
}
