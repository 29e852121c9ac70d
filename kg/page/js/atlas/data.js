// The whole graph, unpacked from this file into plain objects.

const STRINGS = JSON.parse(byId("strings").textContent);
const WORLD = JSON.parse(byId("world").textContent);
const FAMILIES = {
  "schema:Country": ["state", "dot"],
  "coop:Body": ["state", "square"],
  "coop:ResponseTeam": ["state", "triangle"],
  "coop:Agreement": ["paper", "dot"],
  "coop:Standard": ["rule", "square"],
  "coop:Control": ["rule", "dot"],
  "coop:threat-mitigation": ["rule", "diamond"],
  "coop:Company": ["site", "square"],
  "coop:Vendor": ["site", "triangle"],
  "coop:Product": ["site", "dot"],
  "coop:Park": ["site", "diamond"],
  "coop:Project": ["site", "hexagon"],
  "coop:Sector": ["idea", "hexagon"],
  "coop:Channel": ["idea", "diamond"],
  "coop:Way": ["idea", "dot"],
  "coop:threat-asset": ["idea", "square"],
};
const GRAPH = { nodes: [], ties: [], byId: new Map(), kinds: [], tieKinds: [], data: null };

async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function readGraph(data) {
  GRAPH.data = data;
  GRAPH.kinds = data.kinds.map(([id, label, zh], i) => ({ id, label, zh, i, ...look(id) }));
  GRAPH.tieKinds = data.tieKinds.map(([id, label, zh]) => ({ id, label, zh }));
  GRAPH.nodes = data.nodes.id.map((id, i) => readNode(data.nodes, id, i));
  for (const i of data.nodes.hollow) GRAPH.nodes[i].hollow = true;
  GRAPH.byId = new Map(GRAPH.nodes.map((node) => [node.id, node]));
  GRAPH.ties = data.ties.a.map((a, i) => readTie(data, a, i));
}

// A hue a family of kinds, a shape a kind, so that no meaning is by colour alone.
function look(id) {
  const threat = /threat-|Actor|Incident|Advisory|Vulnerability|Intelligence/.test(id);
  const [family, shape] = FAMILIES[id] ?? [threat ? "threat" : "idea", threatShape(id)];
  return { family, shape };
}

function threatShape(id) {
  if (/technique|Vulnerability/.test(id)) return "triangle";
  if (/Incident|campaign/.test(id)) return "diamond";
  return /Advisory|tactic/.test(id) ? "square" : "dot";
}

function readNode(columns, id, i) {
  return {
    i,
    id,
    label: columns.label[i],
    zh: columns.zh[i] ?? "",
    kind: GRAPH.kinds[columns.kind[i]],
    start: columns.start[i] ?? "",
    map: columns.map[i] ?? null,
    hollow: false,
    ties: [],
    keys: null,
  };
}

function readTie(data, a, i) {
  const columns = data.ties;
  const tie = {
    i,
    a: GRAPH.nodes[a],
    b: GRAPH.nodes[columns.b[i]],
    kind: GRAPH.tieKinds[columns.kind[i]],
    start: data.texts[columns.start[i]],
    end: columns.end[i] ?? "",
    label: columns.label[i] ?? "",
    source: columns.source[i],
  };
  tie.a.ties.push(tie);
  tie.b.ties.push(tie);
  return tie;
}

function sourceOf(number) {
  const [title, url] = GRAPH.data.texts[number].split("\n");
  return { title, url: url ?? "" };
}

function factsOf(node) {
  const flat = GRAPH.data.nodes.facts[node.i] ?? [];
  const facts = [];
  for (let i = 0; i < flat.length; i += 2) {
    facts.push({ label: GRAPH.data.texts[flat[i]], value: flat[i + 1] });
  }
  return facts;
}

function otherEnd(tie, node) {
  return tie.a === node ? tie.b : tie.a;
}

function named(thing) {
  return (state.lang === "zh" && thing.zh) || thing.label;
}

function word(text) {
  return (state.lang === "zh" && (GRAPH.data.words[text] ?? STRINGS.zh[`word ${text}`])) || text;
}

function tieWord(tie) {
  return word(named(tie.kind));
}

// What a tie's note says, and the place in its source.
function placeOf(tie) {
  return tie.label.split("\n").map(word).join("; ");
}

function years(tie) {
  if (!tie.start && !tie.end) return "";
  return `${tie.start || "?"}${tie.end ? ` – ${tie.end}` : ""}`;
}

function keysOf(node) {
  node.keys ??= searchKeys(
    [node.label, node.zh, node.id, node.id.slice(node.id.indexOf(":") + 1), ...(GRAPH.data.nodes.aliases[node.i] ?? [])],
    GRAPH.data.pinyin,
  );
  return node.keys;
}

function weightOf(node) {
  return (node.kind.id === "schema:Country" ? 1e6 : 0) + node.ties.length;
}

function search(text, most = 12) {
  return searched(GRAPH.nodes, text, keysOf, weightOf, most);
}
