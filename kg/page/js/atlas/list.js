// The ties that are drawn, as a table; and the answer to the question that the page is of.

const ROWS = 500;

function startLists() {
  for (const name of ["list", "answer"]) {
    byId(`view-${name}`).append(el("div", { class: "scroll", id: `${name}-table`, tabindex: "0", role: "region" }));
  }
  listen(["steps", "hide", "lang", "view"], drawLists);
  drawLists();
}

function drawLists() {
  for (const name of ["list", "answer"]) byId(`${name}-table`).setAttribute("aria-label", t(`view-${name}`));
  if (state.view === "list") drawTies();
  if (state.view === "answer" && GRAPH.data.answer) drawAnswer(GRAPH.data.answer);
}

function drawTies() {
  const ties = shown().ties;
  const head = ["from", "tie", "to", "when", "source"].map((key) => el("th", { scope: "col" }, t(key)));
  const rows = ties.slice(0, ROWS).map((tie, i) => {
    const source = sourceOf(tie.source);
    const end = (node, side) => button(named(node), () => choose(node), { class: "name", "data-key": `${side} ${i}` });
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, end(tie.a, "a")),
      [tieWord(tie), end(tie.b, "b"), years(tie), link(source.title, source.url)].map((cell) => el("td", {}, cell)),
    );
  });
  swap(
    byId("list-table"),
    el(
      "table",
      {},
      el("caption", {}, t("list-note", { n: Math.min(ROWS, ties.length), all: ties.length })),
      el("thead", {}, el("tr", {}, head)),
      el("tbody", {}, rows),
    ),
  );
}

function drawAnswer(answer) {
  const cell = (value) => {
    const node = GRAPH.byId.get(String(value));
    return node ? button(named(node), () => choose(node), { class: "name" }) : String(value ?? "");
  };
  swap(
    byId("answer-table"),
    el(
      "table",
      {},
      el("caption", {}, answer.note),
      el("thead", {}, el("tr", {}, answer.columns.map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, answer.rows.map((row) => el("tr", {}, row.map((value) => el("td", {}, cell(value)))))),
    ),
  );
}
