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
