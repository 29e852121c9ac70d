// The side panel: why a country ranks where it does, its facts with sources, its ties.

const MANY = 60;

function startPanel() {
  listen(
    ["select", "tie", "lang", "focal", "add", "drop", "weights", "from", "to", "noTies", "pinned"],
    (changed) => {
      if (changed.includes("select") || changed.includes("tie")) panelState.all = false;
      drawPanel();
    },
  );
  byId("panel").addEventListener("keydown", (event) => {
    if (event.key === "Escape") closePanel();
  });
  drawPanel();
}

const panelState = { all: false };

function closePanel() {
  update({ select: "", tie: -1 });
  byId("search").focus();
}

function drawPanel() {
  const node = BY_ID.get(state.select);
  const tie = TIES[state.tie];
  const panel = byId("panel");
  panel.hidden = !node && !tie;
  document.body.classList.toggle("opened", !panel.hidden);
  if (node) swap(panel, nodePanel(node));
  else if (tie) swap(panel, tiePanel(tie));
}

function nodePanel(node) {
  return [
    top(named(node), [node.kind === "country" ? node.id : "", named(NODE_KINDS.get(node.kind))]),
    el("div", { class: "buttons" }, nodeButtons(node)),
    node.url ? el("p", {}, link(node.url, node.url)) : null,
    explanation(node),
    valueList(node),
    factList(node),
    tieList(node),
  ];
}

function top(title, details) {
  return el(
    "div",
    { class: "top-line" },
    el("h2", {}, title, " ", el("small", {}, details.filter(Boolean).join(" · "))),
    button("×", closePanel, { "aria-label": t("close"), class: "quiet", "data-key": "close" }),
  );
}

function nodeButtons(node) {
  const pinned = state.pinned.includes(node.id);
  const buttons = [];
  if (DATA.focal && node.id !== state.focal) {
    buttons.push(
      button(t(pinned ? "unpin" : "pin"), () => pin(node.id), {
        "aria-pressed": String(pinned),
        "data-key": "pin",
      }),
    );
    buttons.push(
      button(
        t("path-here"),
        () => update({ pathFrom: state.focal, pathTo: node.id, view: "paths" }),
        { "data-key": "path" },
      ),
    );
  }
  if (BASE?.anyFocal && BASE.index.has(node.id) && node.id !== state.focal) {
    buttons.push(
      button(t("as-focal"), () => update({ focal: node.id, view: "whatif" }), {
        "data-key": "focal",
      }),
    );
  }
  return buttons;
}

function explanation(node) {
  const row = entryOf(node.id);
  if (!row) return null;
  const via = [...(row.via ?? [])].sort((a, b) => b.gain - a.gain);
  return el(
    "section",
    { class: "why" },
    el("h3", {}, t("why", { focal: nameOf(state.focal), rank: row.rank, n: ranking().length })),
    row.index === undefined ? null : el("p", {}, inWords(row)),
    barring(row),
    formula(row),
    row.rank_low === undefined
      ? null
      : el(
          "p",
          {},
          t("interval", { low: row.rank_low, high: row.rank_high }),
          row.p_top10 === undefined ? "" : ` · ${t("p_top10")} ${percent(row.p_top10)}`,
        ),
    row.partner_gain === undefined
      ? null
      : el("p", {}, `${t("partner_gain")}: ${figure(row.partner_gain)}`),
    gains(row, via),
    row.factors ? factorBars(row.factors) : null,
    row.channel
      ? el(
          "p",
          {},
          el("strong", {}, `${t("channel")}: `),
          channelName(row),
          row.reason ? ` — ${(state.lang === "zh" && row.reason_zh) || row.reason}` : "",
        )
      : null,
    row.missing?.length
      ? el("p", { class: "warn" }, t("missing", { list: missingNames(row) }))
      : null,
  );
}

// Index, status, chance and how much of it is the two's own, as people say it.
function inWords(row) {
  return [
    t("of-hundred", { index: whole(row.index) }),
    row.status ? t(`status-${row.status}-long`) : "",
    row.feasibility === undefined ? "" : t("chance-is", { chance: percent(row.feasibility) }),
    row.lift >= 1.5 ? t("lift-is", { lift: row.lift.toFixed(1) }) : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function barring(row) {
  const held = (row.obstacles ?? []).filter((one) => one.level > 0 || one.blocks);
  if (!held.length) return null;
  return [
    el("h4", {}, t("against-it")),
    el(
      "ul",
      {},
      held.map((one) => el("li", {}, said([one.text, one.label_zh]), one.since ? ` (${one.since})` : "")),
    ),
  ];
}

function formula(row) {
  if (row.feasibility === undefined || row.direct === undefined) {
    return el("p", {}, `${t("expected_leverage")}: ${figure(row.expected_leverage)}`);
  }
  const powers = BASE?.powers;
  const power = (text, of) => `${text} ^ ${of.toFixed(2)}`;
  const term = (key, text) =>
    el("span", { class: "term" }, el("b", {}, text), el("small", {}, t(key)));
  return el(
    "p",
    { class: "formula" },
    term("expected_leverage", figure(row.expected_leverage)),
    "=",
    term("feasibility", percent(row.feasibility)),
    "×",
    term("no-barrier", percent(1 - (row.barrier ?? 0))),
    "×",
    term("popularity", power(figure(row.popularity), -(powers?.popularity ?? 0))),
    "× (",
    term("direct", figure(row.direct)),
    "+",
    term("onward", figure(row.onward)),
    power(")", powers?.gain ?? 1),
  );
}

function gains(row, via) {
  if (!via.length) return null;
  const most = Math.max(row.direct ?? 0, via[0].gain);
  const lines = [
    [t("direct"), row.direct ?? 0, ""],
    ...via.slice(0, 8).map((third) => [nameOf(third.iso3), third.gain, third.iso3]),
  ];
  const rest = via.slice(8).reduce((sum, third) => sum + third.gain, 0);
  if (rest > 0) lines.push([t("others-n", { n: via.length - 8 }), rest, ""]);
  return [el("h4", {}, t("gains")), bars(lines, most)];
}

function bars(lines, most) {
  return el(
    "ul",
    { class: "gains" },
    lines.map(([name, value, id]) => {
      const fillBar = el("i", {});
      fillBar.style.width = `${most > 0 ? Math.min(100, (100 * Math.abs(value)) / most) : 0}%`;
      const label =
        id && BY_ID.has(id)
          ? button(name, () => choose(id), { class: "name" })
          : el("span", {}, name);
      return el(
        "li",
        {},
        label,
        el("span", { class: "meter" }, fillBar),
        el("b", {}, figure(value)),
      );
    }),
  );
}

function factorBars(factors) {
  const lines = Object.entries(factors).map(([name, value]) => [t(name), value, ""]);
  return [
    el("h4", {}, t("factors")),
    bars(lines, Math.max(...lines.map((line) => Math.abs(line[1])))),
  ];
}

function valueList(node) {
  const ranked = new Set([...DERIVED, "expected"]);
  const rows = indicators().filter((row) => !ranked.has(row.id) && valueOf(node, row.id) !== null);
  if (!rows.length) return null;
  return [
    el("h3", {}, t("figures")),
    el(
      "dl",
      {},
      rows.map((row) => [
        el("dt", {}, named(row)),
        el("dd", {}, shownValue(row, valueOf(node, row.id))),
      ]),
    ),
  ];
}

function factList(node) {
  const rows = facts(node);
  if (!rows.length) return null;
  return [
    el("h3", {}, t("facts")),
    el(
      "dl",
      { class: "facts" },
      rows.map((fact) => [el("dt", {}, fact.label), el("dd", {}, fact.value, cite(fact))]),
    ),
  ];
}

function cite(fact) {
  const parts = [];
  if (fact.date) parts.push(fact.date);
  if (fact.confidence !== null) parts.push(`${t("confidence")} ${percent(fact.confidence)}`);
  const source = fact.source || fact.url ? link(fact.source, fact.url) : t("no-source");
  return el("small", { class: "cite" }, parts.length ? `${parts.join(" · ")} · ` : "", source);
}

function tieList(node) {
  const ties = node.ties.filter((tie) => live(tie) && !state.noTies.includes(tie.kind));
  if (!node.ties.length) return null;
  ties.sort(
    (a, b) =>
      named(other(a, node)).localeCompare(named(other(b, node)), state.lang) || a.from - b.from,
  );
  const few = panelState.all ? ties : ties.slice(0, MANY);
  return [
    el("h3", {}, t("ties", { n: ties.length })),
    ties.length < node.ties.length
      ? el("p", { class: "note" }, t("ties-outside", { n: node.ties.length - ties.length }))
      : null,
    el(
      "ul",
      { class: "ties" },
      few.map((tie) => tieLine(tie, node)),
    ),
    few.length < ties.length
      ? button(t("all-n", { n: ties.length }), () => ((panelState.all = true), drawPanel()))
      : null,
  ];
}

function dates(tie) {
  const known = tie.end ? `${tie.start || "?"} – ${tie.end}` : tie.start || t("no-date");
  return tie.signed ? `${known} · ${t("signed")}` : known;
}

function tieLine(tie, node) {
  const partner = other(tie, node);
  return el(
    "li",
    {},
    stroke(TIE_KINDS.get(tie.kind)),
    button(named(partner), () => choose(partner.id), { class: "name" }),
    el(
      "span",
      {},
      ` ${tie.label === partner.label ? named(TIE_KINDS.get(tie.kind)) : tieName(tie)}`,
    ),
    el("small", { class: "cite" }, `${dates(tie)} · `, cited(tie)),
  );
}

function cited(tie) {
  const list = sources(tie);
  if (!list.length) return t("no-source");
  return list.flatMap(([title, url], i) => [i ? "; " : "", link(title, url)]);
}

function tiePanel(tie) {
  const [a, b] = [NODES[tie.a], NODES[tie.b]];
  return [
    top(tieName(tie), [named(TIE_KINDS.get(tie.kind))]),
    el(
      "p",
      {},
      button(named(a), () => choose(a.id), { class: "name" }),
      tie.directed ? " → " : " – ",
      button(named(b), () => choose(b.id), { class: "name" }),
    ),
    el("dl", {}, [
      el("dt", {}, t("dates")),
      el("dd", {}, dates(tie)),
      el("dt", {}, t("strength")),
      el("dd", {}, figure(tie.strength)),
      el("dt", {}, t("source")),
      el("dd", {}, cited(tie)),
    ]),
    tie.pair.length > 1 ? el("h3", {}, t("same-pair", { n: tie.pair.length })) : null,
    tie.pair.length > 1
      ? el(
          "ul",
          { class: "ties" },
          tie.pair.map((twin) =>
            el(
              "li",
              {},
              stroke(TIE_KINDS.get(twin.kind)),
              button(tieName(twin), () => update({ tie: twin.i, select: "" }), { class: "name" }),
              el("small", { class: "cite" }, dates(twin)),
            ),
          ),
        )
      : null,
  ];
}
