// Figures of the caller's, each drawn by `plot` and repeated as a table.

function startFigures() {
  if (!DATA.figures.length) return;
  const draw = () => {
    swap(byId("view-figures"), DATA.figures.map(figureCard));
    drawPlots();
  };
  listen(["lang"], draw);
  const again = later(drawPlots);
  listen(["view"], again);
  window.addEventListener("resize", again);
  draw();
}

function figureCard(data) {
  return el(
    "figure",
    {},
    el("h2", {}, tableTitle(data)),
    el("div", { class: "plot" }),
    data.note ? el("p", { class: "note" }, data.note) : null,
    el("details", {}, el("summary", {}, t("as-table")), dataTable(figureTable(data))),
  );
}

function drawPlots() {
  [...byId("view-figures").querySelectorAll(".plot")].forEach((box, i) => {
    const wide = Math.max(260, box.clientWidth || 420);
    if (box.firstChild?.getAttribute("width") !== String(wide)) {
      box.replaceChildren(plot(DATA.figures[i], wide));
    }
  });
}

function figureTable(data) {
  const cell = ([, y, low, high]) => (low === null && high === null ? y : [y, low, high]);
  return {
    title: t("figure-table", { title: tableTitle(data) }),
    columns: [t("series"), data.x, data.y],
    rows: data.series.flatMap(([name, points]) =>
      points.map((point) => [name, point[0], cell(point)]),
    ),
  };
}

function figureRows() {
  return DATA.figures.flatMap((data) =>
    data.series.flatMap(([name, points]) => points.map((point) => [data.title, name, ...point])),
  );
}

// All figures below each other, each under its title, at twice their size.
function figuresSvg() {
  const charts = [...byId("view-figures").querySelectorAll(".plot svg")].map(standalone);
  const wide = 16 + Math.max(...charts.map((chart) => Number(chart.getAttribute("width"))));
  const title = { x: 8, "font-size": 15, "font-weight": 600, "font-family": "sans-serif" };
  let tall = 0;
  const parts = charts.map((chart, i) => {
    chart.setAttribute("x", 8);
    chart.setAttribute("y", tall + 32);
    const text = fitted(tableTitle(DATA.figures[i]), wide - 16, 15);
    const head = svg("text", { ...title, y: tall + 22, fill: colour("ink") }, text);
    tall += 44 + Number(chart.getAttribute("height"));
    return [head, chart];
  });
  return svg(
    "svg",
    { xmlns: SVG, viewBox: `0 0 ${wide} ${tall}`, width: 2 * wide, height: 2 * tall },
    svg("rect", { width: wide, height: tall, fill: colour("paper") }),
    parts,
  );
}
