// What is drawn: the reader's steps, one after the other, over the whole graph.

const PER_KIND = [16, 4, 2, 1]; // neighbours of one kind that a hop shows
const MOST = 400; // things that "around" draws
const OPENED = 60; // neighbours that opening a kind shows
const memo = { key: null, shown: null };

function shown() {
  const key = JSON.stringify([state.steps, state.hide]);
  if (memo.key !== key) {
    memo.key = key;
    memo.shown = worked();
  }
  return memo.shown;
}

function worked() {
  const all = new Set();
  for (const [name, ...rest] of state.steps) WAYS[name](all, ...rest);
  const nodes = new Set([...all].filter((node) => !state.hide.includes(node.kind.id)));
  const ties = [];
  for (const node of nodes) {
    for (const tie of node.ties) if (tie.a === node && nodes.has(tie.b)) ties.push(tie);
  }
  return { all, nodes, ties };
}

const WAYS = {
  around(all, id, hops) {
    let edge = [GRAPH.byId.get(id)];
    all.add(edge[0]);
    for (let hop = 0; hop < Math.min(4, Number(hops)); hop += 1) {
      const next = [];
      for (const node of edge) {
        for (const found of groups(node).flatMap((group) => best(group, PER_KIND[hop]))) {
          if (!all.has(found) && all.size < MOST) next.push(found);
          if (all.size < MOST) all.add(found);
        }
      }
      edge = next;
    }
  },
  drawn(all) {
    for (const id of GRAPH.data.drawn) all.add(GRAPH.byId.get(id));
  },
  open(all, id, kind = "") {
    const node = GRAPH.byId.get(id);
    all.add(node);
    for (const group of groups(node)) {
      if (!kind || group.kind.id === kind) {
        for (const found of best(group, kind ? OPENED : PER_KIND[0])) all.add(found);
      }
    }
  },
  // Neighbours that hang on this thing alone go; what else is tied to what is drawn stays.
  close(all, id, kind = "") {
    const node = GRAPH.byId.get(id);
    for (const group of groups(node)) {
      if (kind && group.kind.id !== kind) continue;
      for (const other of group.others) {
        const held = other.ties.some((tie) => otherEnd(tie, other) !== node && all.has(otherEnd(tie, other)));
        if (kind || !held) all.delete(other);
      }
    }
  },
  add(all, id) {
    all.add(GRAPH.byId.get(id));
  },
  drop(all, id) {
    all.delete(GRAPH.byId.get(id));
  },
  path(all, from, to) {
    for (const node of pathBetween(GRAPH.byId.get(from), GRAPH.byId.get(to))) all.add(node);
  },
};

// A thing's neighbours by kind, in the legend's order: { kind, others, ties }.
function groups(node) {
  const found = new Map();
  for (const tie of node.ties) {
    const other = otherEnd(tie, node);
    const group = found.get(other.kind) ?? { kind: other.kind, others: [], ties: new Map() };
    found.set(other.kind, group);
    const known = group.ties.get(other);
    if (known) known.push(tie);
    else {
      group.ties.set(other, [tie]);
      group.others.push(other);
    }
  }
  for (const group of found.values()) group.others.sort(before);
  return [...found.values()].sort((a, b) => a.kind.i - b.kind.i);
}

// Dated things: the newest first; others: the best connected first.
function before(a, b) {
  return (b.start || "").localeCompare(a.start || "") || b.ties.length - a.ties.length || a.i - b.i;
}

function best(group, most) {
  const first = group.kind.id === "schema:Country" || !group.others[0].start;
  const others = first ? [...group.others].sort((a, b) => b.ties.length - a.ties.length) : group.others;
  return others.slice(0, most);
}

// The shortest path over all ties; of two equally short ones that through lesser hubs.
function pathBetween(from, to) {
  const previous = new Map([[from, null]]);
  let edge = [from];
  while (edge.length && !previous.has(to)) {
    const next = [];
    for (const node of edge.sort((a, b) => a.ties.length - b.ties.length)) {
      for (const tie of node.ties) {
        const other = otherEnd(tie, node);
        if (previous.has(other) || state.hide.includes(other.kind.id)) continue;
        previous.set(other, node);
        next.push(other);
      }
    }
    edge = next;
  }
  const path = [];
  for (let at = previous.has(to) ? to : null; at; at = previous.get(at)) path.unshift(at);
  return path;
}
