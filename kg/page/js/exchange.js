// The visible network for other tools: GraphML and GEXF.

const EXCHANGED = {
  node: ["label", "label_zh", "kind"],
  edge: ["kind", "label", "start", "end", "strength"],
};

function xml(value) {
  const entities = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return String(value)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD")
    .replace(/[&<>"]/g, (c) => entities[c]);
}

function saveGraphml() {
  const { nodes, ties } = visibleData();
  const head = Object.entries(EXCHANGED).flatMap(([domain, names]) =>
    names.map(
      (name) =>
        `<key id="${domain}-${name}" for="${domain}" attr.name="${name}" attr.type="${name === "strength" ? "double" : "string"}"/>`,
    ),
  );
  const data = (domain, thing) =>
    EXCHANGED[domain].map((name) => `<data key="${domain}-${name}">${xml(thing[name])}</data>`).join("");
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
    ...EXCHANGED[domain].map(
      (name) =>
        `<attribute id="${name}" title="${name}" type="${name === "strength" ? "double" : "string"}"/>`,
    ),
    "</attributes>",
  ];
  const values = (domain, thing) => {
    const known = EXCHANGED[domain].filter((name) => thing[name] !== null && thing[name] !== "");
    const cells = known.map((name) => `<attvalue for="${name}" value="${xml(thing[name])}"/>`);
    return `<attvalues>${cells.join("")}</attvalues>`;
  };
  const edge = (tie, i) =>
    `<edge id="e${i}" source="${xml(tie.a)}" target="${xml(tie.b)}" type="${tie.directed ? "directed" : "undirected"}">${values("edge", tie)}</edge>`;
  saveText(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">',
      '<graph defaultedgetype="undirected" mode="static">',
      ...attributes("node"),
      ...attributes("edge"),
      "<nodes>",
      ...nodes.map(
        (node) =>
          `<node id="${xml(node.id)}" label="${xml(node.label)}">${values("node", node)}</node>`,
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
