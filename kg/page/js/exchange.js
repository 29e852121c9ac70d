// The visible network for other tools: GraphML and GEXF.

const NUMBERS = ["strength", "x", "y", "lon", "lat"];

// What a node and an edge carry: names, dates, places, the ranking's and the page's figures, sources.
function exchanged() {
  return {
    node: ["label", "label_zh", "kind", "x", "y", "lon", "lat", ...indicators().map((row) => row.id)],
    edge: ["kind", "label", "start", "end", "signed", "strength", "sources"],
  };
}

function typeOf(domain, name) {
  const known = ["label", "label_zh", "kind", "start", "end", "signed", "sources"];
  return NUMBERS.includes(name) || !known.includes(name) ? "double" : "string";
}

function exchangeValue(thing, name) {
  if (name === "sources") {
    return thing.sources.map(({ title, url }) => (url ? `${title} <${url}>` : title)).join("; ");
  }
  return name in thing ? thing[name] : thing.values?.[name];
}

function exchangeValues(domain, thing) {
  return exchanged()
    [domain].map((name) => [name, exchangeValue(thing, name)])
    .filter(([, value]) => value !== null && value !== undefined && value !== "");
}

function xml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(value)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replace(/[&<>"]/g, (c) => entities[c]);
}

function saveGraphml() {
  const { nodes, ties } = visibleData();
  const head = Object.entries(exchanged()).flatMap(([domain, names]) =>
    names.map(
      (name) =>
        `<key id="${domain}-${name}" for="${domain}" attr.name="${name}" attr.type="${typeOf(domain, name)}"/>`,
    ),
  );
  const data = (domain, thing) =>
    exchangeValues(domain, thing)
      .map(([name, value]) => `<data key="${domain}-${name}">${xml(value)}</data>`)
      .join("");
  saveText(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
      ...head,
      '<graph edgedefault="undirected">',
      ...nodes.map((node) => `<node id="${xml(node.id)}">${data("node", node)}</node>`),
      ...ties.map(
        (tie, i) =>
          `<edge id="e${i}" source="${xml(tie.a)}" target="${xml(tie.b)}" directed="${tie.directed}">${data("edge", tie)}</edge>`,
      ),
      "</graph></graphml>\n",
    ].join("\n"),
    "application/xml",
    "graphml",
  );
}

function saveGexf() {
  const { nodes, ties } = visibleData();
  const attributes = (domain) => [
    `<attributes class="${domain}">`,
    ...exchanged()[domain].map(
      (name) =>
        `<attribute id="${name}" title="${name}" type="${typeOf(domain, name)}"/>`,
    ),
    "</attributes>",
  ];
  const values = (domain, thing) => {
    const cells = exchangeValues(domain, thing).map(
      ([name, value]) => `<attvalue for="${name}" value="${xml(value)}"/>`,
    );
    return `<attvalues>${cells.join("")}</attvalues>`;
  };
  const edge = (tie, i) =>
    `<edge id="e${i}" source="${xml(tie.a)}" target="${xml(tie.b)}" type="${tie.directed ? "directed" : "undirected"}">${values("edge", tie)}</edge>`;
  saveText(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:viz="http://www.gexf.net/1.2draft/viz" version="1.2">',
      '<graph defaultedgetype="undirected" mode="static">',
      ...attributes("node"),
      ...attributes("edge"),
      "<nodes>",
      ...nodes.map(
        (node) =>
          `<node id="${xml(node.id)}" label="${xml(node.label)}">${values("node", node)}<viz:position x="${node.x}" y="${-node.y}" z="0"/></node>`,
      ),
      "</nodes>",
      "<edges>",
      ...ties.map(edge),
      "</edges></graph></gexf>\n",
    ].join("\n"),
    "application/xml",
    "gexf",
  );
}
