// The timeline: what is drawn and has a date, the newest first.

function startTimeline() {
  byId("view-timeline").append(el("div", { class: "scroll", id: "timeline", tabindex: "0", role: "region" }));
  listen(["steps", "hide", "select", "lang", "view"], drawTimeline);
  drawTimeline();
}

function drawTimeline() {
  if (state.view !== "timeline") return;
  const rows = dated();
  byId("timeline").setAttribute("aria-label", t("view-timeline"));
  if (!rows.length) return swap(byId("timeline"), el("p", { class: "note" }, t("no-dates")));
  const low = Math.min(...rows.map((row) => row.from));
  const high = Math.max(...rows.map((row) => row.to ?? row.from), low + 1);
  const share = (year) => (100 * (year - low)) / (high - low);
  return swap(
    byId("timeline"),
    el("p", { class: "note" }, t("timeline-note", { n: rows.length, low: Math.floor(low), high: Math.ceil(high) })),
    el("ol", { class: "dated" }, rows.slice(0, 500).map((row) => dateRow(row, share))),
  );
}

// Things by their own date, and ties by theirs where their ends have none.
function dated() {
  const rows = [...shown().nodes].filter((node) => yearOf(node.start)).map((node) => ({ node, text: named(node), from: yearOf(node.start), to: null, when: node.start }));
  for (const tie of shown().ties) {
    if (!yearOf(tie.start) || tie.a.start || tie.b.start) continue;
    rows.push({ node: tie.a, text: `${named(tie.a)} → ${named(tie.b)}: ${tieWord(tie)}`, from: yearOf(tie.start), to: yearOf(tie.end), when: years(tie) });
  }
  return rows.sort((a, b) => b.when.localeCompare(a.when));
}

function yearOf(date) {
  const found = /^(\d{4})(?:-(\d\d))?/.exec(date ?? "");
  return found ? Number(found[1]) + (Number(found[2] ?? 1) - 1) / 12 : null;
}

function dateRow(row, share) {
  const start = share(row.from);
  const wide = row.to ? Math.max(0.6, share(row.to) - start) : 0.6;
  const bar = svg("rect", { x: start * 0.99, y: 2, width: wide, height: 6, class: `fill-${row.node.kind.family}` });
  return el(
    "li",
    {},
    el("span", { class: "when" }, row.when),
    svg("svg", { class: "span", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, bar),
    button(row.text, () => choose(row.node), { class: "name", "data-key": `date ${row.node.id} ${row.text}` }),
  );
}
