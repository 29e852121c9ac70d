// Agreements by the year they began and by kind; a year can be chosen, or played from the filters.

function startTimeline() {
  if (!YEARS) return;
  byId("view-timeline").append(
    el("p", { class: "note", id: "timeline-note" }),
    el("div", { class: "chart", id: "timeline" }),
    el("details", { id: "timeline-table" }),
  );
  const again = later(drawTimeline);
  listen(["view", "select", "noTies", "from", "to", "lang"], again);
  window.addEventListener("resize", again);
  again();
}

function timelineCounts() {
  const node = BY_ID.get(state.select);
  const ties = (node ? node.ties : TIES).filter(
    (tie) => tie.from !== -Infinity && !state.noTies.includes(tie.kind),
  );
  const rows = new Map();
  for (const tie of ties) {
    const row = rows.get(tie.from) ?? rows.set(tie.from, new Map()).get(tie.from);
    row.set(tie.kind, (row.get(tie.kind) ?? 0) + 1);
  }
  return rows;
}

function sum(row) {
  return row ? [...row.values()].reduce((a, b) => a + b, 0) : 0;
}

function niceStep(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return [1, 2, 5, 10].map((m) => m * power).find((size) => size >= rough) ?? 1;
}

function drawTimeline() {
  if (state.view !== "timeline" || !YEARS) return;
  const rows = timelineCounts();
  const node = BY_ID.get(state.select);
  byId("timeline-note").textContent = t("timeline", { who: node ? named(node) : t("everyone") });
  const box = byId("timeline");
  const wide = Math.max(320, box.clientWidth);
  const tall = Math.max(220, Math.min(460, box.clientHeight || 400));
  const area = { left: 44, right: wide - 8, top: 10, bottom: tall - 26 };
  const most = Math.max(1, ...[...rows.values()].map(sum));
  const years = YEARS[1] - YEARS[0] + 1;
  const width = (area.right - area.left) / years;
  const y = (value) => area.bottom - ((area.bottom - area.top) * value) / most;
  const x = (when) => area.left + (when - YEARS[0]) * width;
  const chart = svg(
    "svg",
    {
      width: wide,
      height: tall,
      viewBox: `0 0 ${wide} ${tall}`,
      role: "img",
      "aria-label": t("timeline-label", { from: YEARS[0], to: YEARS[1], most }),
    },
    svg("rect", {
      x: x(state.from),
      y: area.top,
      width: (state.to - state.from + 1) * width,
      height: area.bottom - area.top,
      class: "chosen-years",
    }),
    grid(area, most, y),
    yearLabels(area, x, width),
    [...rows].map(([when, row]) => stack(when, row, x(when), Math.max(1, width - 1), y)),
  );
  chart.addEventListener("click", (event) => {
    const at =
      YEARS[0] +
      Math.floor((event.clientX - chart.getBoundingClientRect().left - area.left) / width);
    if (at >= YEARS[0] && at <= YEARS[1]) update({ from: at, to: at });
  });
  box.replaceChildren(chart);
  timelineTable(rows);
}

function grid(area, most, y) {
  const lines = [];
  for (let value = 0; value <= most; value += niceStep(most)) {
    lines.push(svg("path", { d: `M${area.left} ${y(value)}H${area.right}`, class: "grid" }));
    lines.push(
      svg("text", { x: area.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    );
  }
  return lines;
}

function yearLabels(area, x, width) {
  const every = [1, 2, 5, 10, 20].find((size) => size * width > 44) ?? 50;
  const labels = [];
  for (let when = Math.ceil(YEARS[0] / every) * every; when <= YEARS[1]; when += every) {
    labels.push(
      svg(
        "text",
        { x: x(when) + width / 2, y: area.bottom + 18, "text-anchor": "middle" },
        String(when),
      ),
    );
  }
  return labels;
}

function stack(when, row, x, width, y) {
  let height = 0;
  const kinds = [...TIE_KINDS.values()].filter((style) => row.has(style.id));
  return kinds.map((style) => {
    const count = row.get(style.id);
    const [top, bottom] = [y(height + count), y(height)];
    height += count;
    const title = svg("title", {}, `${when}: ${named(style)} ${count}`);
    return svg(
      "rect",
      { x, y: top, width, height: Math.max(0.5, bottom - top - 0.5), class: `stack-${style.hue}` },
      title,
    );
  });
}

function timelineTable(rows) {
  const kinds = [...TIE_KINDS.values()].filter((style) => !state.noTies.includes(style.id));
  const years = [...rows.keys()].sort((a, b) => a - b);
  const heads = [t("year"), ...kinds.map(named)].map((text) => el("th", { scope: "col" }, text));
  const line = (when) =>
    el(
      "tr",
      {},
      el("th", { scope: "row" }, String(when)),
      kinds.map((style) => el("td", {}, String(rows.get(when).get(style.id) ?? 0))),
    );
  byId("timeline-table").replaceChildren(
    el("summary", {}, t("as-table")),
    el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t("as-table") },
      el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, years.map(line))),
    ),
  );
}
