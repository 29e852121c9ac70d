// The answer first: one sentence, who leads, and the ties proposed, with what they open, on a map.

const ANSWER = DATA.answer;
const OPENED = 3; // third countries drawn of each proposed tie
const BEST = 10; // partners that are always there as nodes
const TIERS = ["leading", "contending", "undecided"];

function said(pair) {
  return pair[state.lang === "zh" ? 1 : 0] || pair[0];
}

function bestPartners() {
  return ranking()
    .filter((row) => row.status !== "blocked")
    .slice(0, BEST);
}

// The nodes proposed, each with those it opens: the answer's own, or the first of a what-if.
function proposals() {
  if (!ANSWER || !state.proposed) return [];
  const { follows, proposed } = ANSWER;
  const codes =
    follows && whatifOn()
      ? bestPartners()
          .slice(0, proposed.length)
          .map((row) => row.iso3)
      : proposed;
  return codes
    .filter((id) => BY_ID.has(id) && id !== state.focal)
    .map((id) => ({ node: BY_ID.get(id), opens: opened(id) }));
}

function opened(id) {
  const via = [...(entryOf(id)?.via ?? [])].sort((a, b) => b.gain - a.gain);
  return via
    .slice(0, OPENED)
    .map((third) => BY_ID.get(third.iso3))
    .filter(Boolean);
}

// Lines of what the proposed ties open, then of the ties themselves: [from, to, whether its own].
function proposedLines() {
  const focal = BY_ID.get(state.focal);
  if (!focal) return [];
  const found = proposals();
  return [
    ...found.flatMap(({ node, opens }) => opens.map((third) => [node, third, false])),
    ...found.map(({ node }) => [focal, node, true]),
  ];
}

function proposedArcs() {
  return proposedLines()
    .filter(([from, to]) => from.where && to.where)
    .map(([from, to, own]) => {
      const d = pathOf(greatCircle(from.where, to.where, state.centre));
      const title = svg("title", {}, `${named(from)} – ${named(to)}: ${t(own ? "proposed" : "opened")}`);
      return svg("path", { d, class: own ? "proposed-tie" : "opened-tie" }, title);
    });
}

function proposedKey() {
  const sample = (name, text) =>
    el(
      "span",
      {},
      svg(
        "svg",
        { viewBox: "0 0 26 6", class: "stroke", "aria-hidden": "true" },
        svg("path", { d: "M0 3h26", class: name }),
      ),
      text,
    );
  return [sample("proposed-tie", t("proposed")), sample("opened-tie", t("opened"))];
}

function startAnswer() {
  if (!ANSWER) return;
  const draw = later(() => state.view === "answer" && drawAnswer());
  listen(["view", "lang", "add", "drop", "weights", "focal", "proposed", "centre", "theme"], draw);
  draw();
}

function drawAnswer() {
  swap(
    byId("view-answer"),
    ANSWER.follows && whatifOn() ? el("p", { class: "warn" }, t("answer-before")) : null,
    el("p", { class: "sentence" }, said(ANSWER.sentence)),
    tierLines(),
    WORLD && BY_ID.get(state.focal)?.where ? answerMap() : null,
    ANSWER.cards.length ? el("div", { class: "cards" }, ANSWER.cards.map(answerCard)) : null,
    ANSWER.tables.map((data) => el("div", { class: "answer-table" }, dataTable(data))),
    ANSWER.follows ? paretoFigure() : null,
    said(ANSWER.lead) ? el("p", { class: "note" }, said(ANSWER.lead)) : null,
    ANSWER.sources.length
      ? el("p", { class: "note cites" }, `${t("rests-on")} `, cites(ANSWER.sources))
      : null,
  );
}

// The best partners by tier, as a group rather than in a false order.
function tierLines() {
  if (!ANSWER.follows) return null;
  const rows = bestPartners();
  const line = (tier) => {
    const members = rows.filter((row) => row.tier === tier);
    if (!members.length) return null;
    return el(
      "p",
      { class: "tier" },
      el("span", { class: `badge ${tier}` }, t(`tier-${tier}`)),
      members.map((row) => el("span", {}, countryButton(row), " ", el("b", {}, whole(row.index)))),
    );
  };
  return el("div", { class: "tiers", id: "tiers" }, TIERS.map(line));
}

function answerMap() {
  const chosen = proposals();
  const looks = new Map(chosen.flatMap((p) => p.opens.map((node) => [node.id, "opened"])));
  for (const { node } of chosen) looks.set(node.id, "proposed");
  looks.set(state.focal, "centre");
  const { shapes, hatched } = shapesAt(state.centre);
  const dots = [...looks].filter(([id]) => BY_ID.get(id)?.where);
  const names = dots.filter(([, look]) => look !== "opened").map(([id]) => BY_ID.get(id));
  return el(
    "figure",
    { class: "answer-map" },
    svg(
      "svg",
      {
        id: "answer-map",
        viewBox: `0 0 ${WORLD.width} ${WORLD.height}`,
        role: "img",
        "aria-label": t("answer-map", { list: names.map(named).join(t("comma")) }),
      },
      svg("defs", {}, hatching("hatch-answer")),
      Object.entries(shapes).map(([id, d]) =>
        svg("path", { d, class: `land ${looks.get(id) ?? ""}` }),
      ),
      svg("path", { d: hatched, class: "land hatched" }),
      svg("g", { class: "arcs" }, proposedArcs()),
      dots.map(([id, look]) => {
        const [cx, cy] = BY_ID.get(id).map;
        return svg("circle", { cx, cy, r: 14, class: `dot ${look}` });
      }),
      beside(names).map(([x, y, name, anchor]) => svg("text", { x, y, "text-anchor": anchor }, name)),
    ),
    el("figcaption", { class: "key" }, proposedKey(), el("span", {}, t("map-source"))),
  );
}

// A name stands beside its spot, or below one that is in the way.
function beside(nodes) {
  const line = window.innerWidth < 640 ? 130 : 74;
  const taken = [];
  for (const node of [...nodes].sort((a, b) => a.map[0] - b.map[0])) {
    const across = 6 * line;
    const late = node.map[0] + across > WORLD.width;
    const x = node.map[0] + (late ? -26 : 26);
    let y = node.map[1] - 20;
    while (taken.some(([a, b]) => Math.abs(x - a) < across && Math.abs(y - b) < line)) y += line;
    taken.push([x, y, named(node), late ? "end" : "start"]);
  }
  return taken;
}

function answerCard(card) {
  const list = (title, texts) =>
    texts.length
      ? [
          el("h3", {}, t(title)),
          el(
            "ul",
            {},
            texts.map((text) => el("li", {}, said(text))),
          ),
        ]
      : null;
  return el(
    "section",
    { class: "card" },
    el("h2", {}, countryButton({ iso3: card.id, name: card.id })),
    el("p", { class: "note" }, said(card.figures)),
    list("for-it", card.reasons),
    list("against-it", card.obstacles),
    said(card.step) ? el("p", {}, el("strong", {}, `${t("begin-with")} `), said(card.step)) : null,
    el("p", { class: "note" }, capital(said(card.unknown))),
  );
}

function cites(list) {
  return list.flatMap(([title, url], i) => [i ? "; " : "", link(title, url)]);
}

// An index as people read it: whole, with one decimal below one.
function whole(index) {
  if (index === undefined) return "";
  const digits = index >= 1 || index === 0 ? 0 : 1;
  return index.toLocaleString(state.lang, { maximumFractionDigits: digits });
}
