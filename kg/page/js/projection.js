// Equal Earth (see projection.py) about any meridian, and the shortest ways across the globe.

const RAD = Math.PI / 180;
const EDGES = { north: 84, width: 4000 };
const CENTRES = [0, 150]; // meridians that the map can be centred on: Greenwich, the Pacific
const ARC = 4; // degrees between two points of a great circle

function earth(theta) {
  const square = theta * theta;
  const sixth = square ** 3;
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  return {
    y: theta * (a1 + a2 * square + sixth * (a3 + a4 * square)),
    slope: 9 * a4 * sixth * square + 7 * a3 * sixth + 3 * a2 * square + a1,
  };
}

function thetaOf(lat) {
  return Math.asin((Math.sqrt(3) / 2) * Math.sin(lat * RAD));
}

const EARTH_SCALE = (EDGES.width * 3 * earth(0).slope) / (4 * Math.sqrt(3) * Math.PI);
const EARTH_TOP = earth(thetaOf(EDGES.north)).y;

// Degrees east of the centre, -180 to 180.
function eastOf(lon, centre) {
  const turned = (lon - centre) % 360;
  return turned > 180 ? turned - 360 : turned < -180 ? turned + 360 : turned;
}

// The place on the map of a point so many degrees east of its centre.
function onMap(east, lat) {
  const theta = thetaOf(lat);
  const { y, slope } = earth(theta);
  const x = (2 * Math.sqrt(3) * east * RAD * Math.cos(theta)) / (3 * slope);
  return [EDGES.width / 2 + x * EARTH_SCALE, (EARTH_TOP - y) * EARTH_SCALE];
}

function project([lon, lat], centre) {
  return onMap(eastOf(lon, centre), lat);
}

// The point on the globe of a place on the map about Greenwich, by Newton's method.
function unproject([x, y]) {
  const wanted = EARTH_TOP - y / EARTH_SCALE;
  let theta = wanted / 1.2;
  for (let i = 0; i < 6; i += 1) {
    const { y: now, slope } = earth(theta);
    theta -= (now - wanted) / slope;
  }
  const east = (x - EDGES.width / 2) / EARTH_SCALE;
  const lon = (3 * earth(theta).slope * east) / (2 * Math.sqrt(3) * Math.cos(theta)) / RAD;
  return [lon, Math.asin((2 / Math.sqrt(3)) * Math.sin(theta)) / RAD];
}

// The shortest way between two points as lines on the map: two where it leaves the map's edge.
function greatCircle(from, to, centre) {
  const [a, b] = [from, to].map(onGlobe);
  const angle = Math.acos(Math.min(1, Math.max(-1, a[0] * b[0] + a[1] * b[1] + a[2] * b[2])));
  const steps = Math.max(2, Math.ceil(angle / RAD / ARC));
  const lines = [[]];
  let before = null;
  for (let i = 0; i <= steps; i += 1) {
    const [east, lat] = between2(a, b, angle, i / steps, centre);
    if (before && Math.abs(east - before[0]) > 180) {
      const side = east < 0 ? 180 : -180;
      const far = east + 2 * side;
      const at = (side - before[0]) / (far - before[0] || 1);
      const edge = before[1] + at * (lat - before[1]);
      lines.at(-1).push(onMap(side, edge));
      lines.push([onMap(-side, edge)]);
    }
    lines.at(-1).push(onMap(east, lat));
    before = [east, lat];
  }
  return lines;
}

function onGlobe([lon, lat]) {
  const flat = Math.cos(lat * RAD);
  return [flat * Math.cos(lon * RAD), flat * Math.sin(lon * RAD), Math.sin(lat * RAD)];
}

function between2(a, b, angle, share, centre) {
  const sine = Math.sin(angle) || 1;
  const [k, l] = angle
    ? [Math.sin((1 - share) * angle) / sine, Math.sin(share * angle) / sine]
    : [1 - share, share];
  const [x, y, z] = a.map((value, i) => k * value + l * b[i]);
  return [eastOf(Math.atan2(y, x) / RAD, centre), Math.atan2(z, Math.hypot(x, y)) / RAD];
}

// Lines bent to one side, most in the middle, so that several of one pair lie apart.
function bent(lines, bend) {
  if (!bend) return lines;
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  let done = 0;
  return lines.map((line) => {
    const [[x1, y1], [x2, y2]] = [line[0], line.at(-1)];
    const long = Math.hypot(x2 - x1, y2 - y1) || 1;
    const [nx, ny] = [-(y2 - y1) / long, (x2 - x1) / long];
    return line.map(([x, y]) => {
      const off = bend * Math.sin((Math.PI * done++) / Math.max(1, total - 1));
      return [x + nx * off, y + ny * off];
    });
  });
}

function pathOf(lines) {
  const point = ([x, y]) => `${Math.round(x)} ${Math.round(y)}`;
  return lines.map((line) => `M${line.map(point).join("L")}`).join("");
}

// Shapes of the map about another meridian: taken back to the globe, turned, cut at the new edge.
const shapesMemo = new Map();

function shapesAt(centre) {
  if (!shapesMemo.has(centre)) {
    const turn = (d) => (centre ? turnedShape(d, centre) : d);
    const shapes = Object.fromEntries(
      Object.entries(WORLD.shapes).map(([id, d]) => [id, turn(d)]),
    );
    shapesMemo.set(centre, { shapes, hatched: turn(WORLD.hatched) });
  }
  return shapesMemo.get(centre);
}

function turnedShape(d, centre) {
  return ringsOf(d)
    .flatMap((ring) => cutRing(ring.map(unproject), centre))
    .map((ring) => `${pathOf([ring.map(([east, lat]) => onMap(east, lat))])}z`)
    .join("");
}

// The rings of a path made by scripts/world.py: one absolute point, then relative steps.
function ringsOf(d) {
  return d.split("z").flatMap((part) => {
    const [x, y, ...steps] = (part.match(/-?\d+/g) ?? []).map(Number);
    if (y === undefined) return [];
    const ring = [[x, y]];
    for (let i = 0; i + 1 < steps.length; i += 2) {
      const [px, py] = ring.at(-1);
      ring.push([px + steps[i], py + steps[i + 1]]);
    }
    return [ring];
  });
}

function cutRing(ring, centre) {
  const east = ring.map(([lon, lat]) => [lon - centre, lat]);
  return [-360, 0, 360]
    .map((turn) =>
      clip(
        clip(
          east.map(([lon, lat]) => [lon + turn, lat]),
          -180,
          1,
        ),
        180,
        -1,
      ),
    )
    .filter((piece) => piece.length > 2);
}

// The part of a ring on one side of a meridian (Sutherland-Hodgman).
function clip(ring, edge, side) {
  return ring.flatMap((a, i) => {
    const b = ring[(i + 1) % ring.length];
    const [inside, next] = [a, b].map(([lon]) => (lon - edge) * side >= 0);
    const out = inside ? [a] : [];
    if (inside !== next) {
      out.push([edge, a[1] + ((edge - a[0]) * (b[1] - a[1])) / (b[0] - a[0])]);
    }
    return out;
  });
}
