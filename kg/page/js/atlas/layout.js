// Where things stand: what was drawn stays near its place, what is new comes beside its neighbour.

const PLACES = new Map();
const ROUNDS = 140;
const SPACING = 62;
const REACH = 400; // how far a thing repels
const NEAR = 130; // the same where there are many
const GOLDEN = Math.PI * (3 - Math.sqrt(5));

function layout({ nodes, ties }) {
  const list = [...nodes];
  if (list.every((node) => PLACES.has(node))) return;
  const old = list.filter((node) => PLACES.has(node)).length;
  seed(list);
  const links = weighed(distinct(ties));
  const points = list.map((node) => PLACES.get(node));
  const many = points.length > 600;
  const rounds = many ? 20 : ROUNDS;
  for (let round = 0; round < rounds; round += 1) {
    relax(points, links, (old ? 14 : 40) * (1 - round / rounds), many ? NEAR : REACH);
  }
}

function distinct(ties) {
  const found = new Map();
  for (const tie of ties) found.set(`${Math.min(tie.a.i, tie.b.i)} ${Math.max(tie.a.i, tie.b.i)}`, tie);
  return [...found.values()];
}

// A tie between two hubs pulls less, so that a clique does not become a knot.
function weighed(ties) {
  const degree = new Map();
  for (const tie of ties) {
    for (const end of [tie.a, tie.b]) degree.set(end, (degree.get(end) ?? 0) + 1);
  }
  const weight = (tie) => 2 / Math.max(2, Math.min(degree.get(tie.a), degree.get(tie.b)));
  return ties.map((tie) => [PLACES.get(tie.a), PLACES.get(tie.b), weight(tie)]);
}

function seed(list) {
  let round = 0;
  const beside = new Map();
  for (const node of [...list].sort((a, b) => a.kind.i - b.kind.i || a.i - b.i)) {
    if (PLACES.has(node)) continue;
    round += 1;
    const near = node.ties.map((tie) => PLACES.get(otherEnd(tie, node))).find((place) => place);
    beside.set(near, (beside.get(near) ?? 0) + 1);
    const radius = SPACING * Math.sqrt(near ? 0.6 + 0.4 * beside.get(near) : round);
    const [x, y] = [near?.x ?? 0, near?.y ?? 0];
    PLACES.set(node, {
      x: x + radius * Math.cos(round * GOLDEN),
      y: y + radius * Math.sin(round * GOLDEN),
    });
  }
}

// One round of a spring model (Fruchterman and Reingold, 1991): things repel, ties attract.
function relax(points, links, most, reach) {
  for (const point of points) Object.assign(point, { dx: -point.x * 0.012, dy: -point.y * 0.018 });
  for (const [one, other] of near(points, reach)) push(one, other, reach);
  for (const [a, b, weight] of links) pull(a, b, weight);
  for (const point of points) {
    const size = Math.hypot(point.dx, point.dy) || 1;
    const move = Math.min(size, most) / size;
    point.x += point.dx * move;
    point.y += point.dy * move;
  }
}

// The pairs of points in the same or in neighbouring cells: what is further does not repel.
function* near(points, reach) {
  const cells = new Map();
  const cell = (value) => Math.floor(value / reach);
  for (const point of points) {
    const [x, y] = [cell(point.x), cell(point.y)];
    for (let i = x - 1; i <= x + 1; i += 1) {
      for (let j = y - 1; j <= y + 1; j += 1) {
        for (const other of cells.get(`${i} ${j}`) ?? []) yield [point, other];
      }
    }
    const key = `${x} ${y}`;
    if (cells.has(key)) cells.get(key).push(point);
    else cells.set(key, [point]);
  }
}

function push(a, b, reach) {
  const x = a.x - b.x || 0.1;
  const y = a.y - b.y || 0.1;
  const square = x * x + y * y;
  if (square > reach * reach) return;
  const force = (SPACING * SPACING) / square;
  a.dx += x * force;
  a.dy += y * force;
  b.dx -= x * force;
  b.dy -= y * force;
}

function pull(a, b, weight) {
  const x = a.x - b.x;
  const y = a.y - b.y;
  const force = Math.min(Math.hypot(x, y) / SPACING, 6) * 0.18 * weight;
  a.dx -= x * force;
  a.dy -= y * force;
  b.dx += x * force;
  b.dy += y * force;
}
