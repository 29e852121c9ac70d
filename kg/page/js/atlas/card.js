// The card of the selected thing: its facts, who says so, and its neighbours by kind.

const FIRST = 8; // neighbours of a kind that the card lists before "more"
const card = { more: new Set() };

// What a site faces is some steps away: the chains of links that lead there, a kind of link each.
const CHAINS = {
  exposure: [["coop:sector"], ["coop:Presence"], ["targets"]],
  mitigations: [["coop:sector"], ["coop:Presence"], ["targets"], ["mitigates"]],
  standards: [["coop:host"], ["adopts", "mandates", "references", "promotes"]],
  general: [["coop:sector"], ["coop:sector"]],
};
const ENDS = {
  exposure: "coop:threat-technique",
  mitigations: "coop:threat-mitigation",
  standards: "coop:Standard",
  general: "coop:Standard",
};
const SITES = ["coop:Park", "coop:Project"];

function startCard() {
  listen(["select", "steps", "lang", "hide"], drawCard);
  drawCard();
}

function drawCard() {
  const node = GRAPH.byId.get(state.select);
  const rail = byId("card");
  if (rail.dataset.of !== state.select) {
    card.more.clear();
    byId("rail").scrollTop = 0;
  }
  rail.dataset.of = state.select;
  if (!node) return swap(rail, el("h2", {}, t("nothing")), el("p", { class: "note" }, t("nothing-note")));
  return swap(
    rail,
    heading(node),
    facts(node),
    SITES.includes(node.kind.id) ? Object.keys(CHAINS).map((name) => chain(node, name)) : null,
    groups(node).map((group) => neighbours(node, group)),
  );
}

function heading(node) {
  const other = state.lang === "zh" ? node.label : node.zh;
  const aliases = GRAPH.data.nodes.aliases[node.i] ?? [];
  return [
    el("p", { class: "kindline" }, glyph(node.kind, node.hollow), named(node.kind), " · ", el("code", {}, node.id)),
    el("h2", { id: "card-name" }, named(node)),
    other && other !== named(node) ? el("p", { class: "note", lang: state.lang === "zh" ? "en" : "zh" }, other) : null,
    node.hollow ? el("p", { class: "note" }, t("hollow")) : null,
    aliases.length ? el("p", { class: "note" }, `${t("aliases")}: ${aliases.slice(0, 12).join(" · ")}`) : null,
    el(
      "div",
      { class: "tools" },
      button(t("open-all"), () => update({ steps: step("open", node.id) }), { "data-key": "open" }),
      button(t("close-all"), () => update({ steps: step("close", node.id) }), { "data-key": "close" }),
      button(t("drop"), () => update({ steps: step("drop", node.id), select: "" }), { "data-key": "drop" }),
      button(t("path-from"), () => openPath(node), { "data-key": "path" }),
    ),
  ];
}

function facts(node) {
  const rows = factsOf(node);
  const source = sourceOf(GRAPH.data.nodes.source[node.i]);
  const url = GRAPH.data.nodes.url[node.i];
  if (!rows.length && !url) return null;
  return el(
    "section",
    {},
    el("h3", {}, t("facts")),
    el(
      "dl",
      {},
      rows.map((row) => [el("dt", {}, word(row.label)), el("dd", {}, word(row.value))]),
      url ? [el("dt", {}, t("address")), el("dd", {}, link(url, url))] : null,
    ),
    source.title ? cite(source) : null,
  );
}

function cite(source) {
  return el("p", { class: "cite" }, `${t("source")}: `, link(source.title || source.url, source.url));
}

// One kind of neighbours: a heading that opens or closes them in the drawing, then each with why.
function neighbours(node, group) {
  const drawn = group.others.filter((other) => shown().all.has(other)).length;
  const open = drawn === Math.min(group.others.length, OPENED) || drawn >= OPENED;
  const list = card.more.has(group.kind.id) ? group.others.slice(0, 400) : group.others.slice(0, FIRST);
  const toggle = open ? "close" : "open";
  return el(
    "section",
    { class: "group" },
    el(
      "div",
      { class: "line" },
      el("h3", {}, glyph(group.kind), named(group.kind), el("small", {}, ` ${t("drawn", { n: drawn, all: group.others.length })}`)),
      button(t(toggle), () => update({ steps: step(toggle, node.id, group.kind.id) }), {
        "aria-label": `${t(toggle)}: ${named(group.kind)}`,
        "data-key": `${group.kind.id} toggle`,
      }),
    ),
    el("ul", { class: "ties" }, list.map((other) => neighbour(node, other, group.ties.get(other)))),
    group.others.length > list.length ? more(group) : null,
  );
}

function more(group) {
  const act = () => {
    card.more.add(group.kind.id);
    drawCard();
  };
  const label = t("more", { n: Math.min(400, group.others.length) - FIRST, all: group.others.length });
  return button(label, act, { class: "quiet", "data-key": `${group.kind.id} more` });
}

function neighbour(node, other, ties) {
  return el(
    "li",
    {},
    button(named(other), () => choose(other), { class: "name", "data-key": `to ${other.id}` }),
    ties.slice(0, 4).map((tie) => why(tie, node)),
  );
}

// What a tie says: its kind, in its direction, its years, the place in its source.
function why(tie, node) {
  const source = sourceOf(tie.source);
  const arrow = tie.a === node ? "→" : "←";
  return el(
    "small",
    { class: "why" },
    `${arrow} ${tieWord(tie)}${years(tie) ? `, ${years(tie)}` : ""}`,
    placeOf(tie) ? ` · ${cut(placeOf(tie), 160)}` : null,
    source.title ? [" · ", link(cut(source.title, 90), source.url)] : null,
  );
}

// The ends of a chain of links, each with one way there.
function chain(node, name) {
  const ends = followed(node, CHAINS[name], ENDS[name]);
  if (!ends.size) return null;
  const key = `chain ${name}`;
  const list = [...ends].sort((a, b) => b[0].ties.length - a[0].ties.length);
  const some = card.more.has(key) ? list : list.slice(0, FIRST);
  const draw = () => update({ steps: [...state.steps, ...some.flatMap(([, way]) => way.slice(1).map((tie) => ["add", tie.end.id]))] });
  const all = () => {
    card.more.add(key);
    drawCard();
  };
  return el(
    "section",
    { class: "group" },
    el(
      "div",
      { class: "line" },
      el("h3", {}, t(name), el("small", {}, ` ${list.length}`)),
      button(t("draw-chain"), draw, { "aria-label": `${t("draw-chain")}: ${t(name)}`, "data-key": key }),
    ),
    el("p", { class: "note" }, t(`${name}-note`)),
    el("ul", { class: "ties" }, some.map(([end, way]) => chained(end, way))),
    list.length > some.length
      ? button(t("more", { n: list.length - FIRST, all: list.length }), all, { class: "quiet", "data-key": `${key} more` })
      : null,
  );
}

function chained(end, way) {
  const go = () => update({ select: end.id, steps: [...state.steps, ...way.map((part) => ["add", part.end.id])] });
  return el(
    "li",
    {},
    button(named(end), go, { class: "name", "data-key": `chain ${end.id}` }),
    way.map((part) => {
      const source = sourceOf(part.tie.source);
      return el(
        "small",
        { class: "why" },
        `→ ${tieWord(part.tie)}: ${named(part.end)}`,
        source.title ? [" · ", link(cut(source.title, 60), source.url)] : null,
      );
    }),
  );
}

function followed(node, kinds, last) {
  let edge = new Map([[node, []]]);
  for (const allowed of kinds) {
    const next = new Map();
    for (const [at, way] of edge) {
      for (const tie of at.ties) {
        const end = otherEnd(tie, at);
        if (allowed.includes(tie.kind.id) && end !== node && !next.has(end)) next.set(end, [...way, { tie, end }]);
      }
    }
    edge = next;
  }
  return new Map([...edge].filter(([end]) => end.kind.id === last && end.id !== "threat:M0816"));
}
