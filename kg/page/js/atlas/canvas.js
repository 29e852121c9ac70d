// The drawing: one canvas, everything of one look in one stroke, names where there is room.

const view = { x: 0, y: 0, scale: 1, canvas: null, moved: false, hover: null, boxes: [] };
const RADIUS = 6;
const NAME = "12px system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', sans-serif";
const OUTLINES = {
  dot: (pen, x, y, r) => pen.arc(x, y, r, 0, 7),
  square: (pen, x, y, r) => pen.rect(x - r * 0.88, y - r * 0.88, r * 1.76, r * 1.76),
  diamond: (pen, x, y, r) => corners(pen, x, y, r * 1.2, 4, 0),
  triangle: (pen, x, y, r) => corners(pen, x, y, r * 1.25, 3, -Math.PI / 2),
  hexagon: (pen, x, y, r) => corners(pen, x, y, r * 1.1, 6, 0),
};

function corners(pen, x, y, r, count, turn) {
  for (let i = 0; i < count; i += 1) {
    const angle = turn + (i * 2 * Math.PI) / count;
    const to = [x + r * Math.cos(angle), y + r * Math.sin(angle)];
    if (i) pen.lineTo(...to);
    else pen.moveTo(...to);
  }
  pen.closePath();
}

const redraw = later(() => paint(view.canvas, view));

function startCanvas() {
  view.canvas = el("canvas", { id: "canvas", tabindex: "0", role: "application" });
  byId("view-graph").prepend(view.canvas);
  new ResizeObserver(() => {
    if (!view.moved) fit();
    redraw();
  }).observe(view.canvas);
  listenPointer(view.canvas);
  view.canvas.addEventListener("keydown", canvasKey);
  view.canvas.addEventListener("wheel", wheel, { passive: false });
  listen(["steps", "hide"], () => {
    const fresh = [...shown().nodes].some((node) => !PLACES.has(node));
    layout(shown());
    if (fresh) fit();
  });
  listen(["steps", "hide", "select", "lang", "theme", "view"], redraw);
  for (const [id, [x, y]] of Object.entries(GRAPH.data.places)) {
    PLACES.set(GRAPH.byId.get(id), { x, y });
  }
  layout(shown());
  fit();
}

function fit() {
  const points = [...shown().nodes].map((node) => PLACES.get(node));
  const { clientWidth: wide, clientHeight: high } = view.canvas;
  if (!points.length || !wide) return;
  const [left, right] = extent(points.map((point) => point.x));
  const [top, bottom] = extent(points.map((point) => point.y));
  const room = [(wide - 150) / (right - left || 1), (high - 90) / (bottom - top || 1)];
  Object.assign(view, {
    x: (left + right) / 2,
    y: (top + bottom) / 2,
    scale: Math.min(1.6, Math.max(0.05, Math.min(...room))),
    moved: false,
  });
  redraw();
}

function extent(values) {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [1e9, -1e9]);
}

function spot(node, size) {
  const place = PLACES.get(node);
  return [
    size.wide / 2 + (place.x - view.x) * view.scale,
    size.high / 2 + (place.y - view.y) * view.scale,
  ];
}

function paint(canvas) {
  if (state.view !== "graph" || !canvas.clientWidth) return;
  const size = { wide: canvas.clientWidth, high: canvas.clientHeight };
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(size.wide * ratio)) canvas.width = Math.round(size.wide * ratio);
  if (canvas.height !== Math.round(size.high * ratio)) canvas.height = Math.round(size.high * ratio);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = colour("paper");
  pen.fillRect(0, 0, size.wide, size.high);
  const drawn = shown();
  const selected = GRAPH.byId.get(state.select);
  const places = new Map([...drawn.nodes].map((node) => [node, spot(node, size)]));
  paintTies(pen, drawn.ties, places, selected);
  paintNodes(pen, drawn.nodes, places, selected);
  paintNames(pen, places, selected, size);
  canvas.setAttribute("aria-label", t("canvas", { n: drawn.nodes.size }));
  byId("counts").textContent = t("counts", {
    nodes: drawn.nodes.size.toLocaleString(state.lang),
    ties: drawn.ties.length.toLocaleString(state.lang),
    all: GRAPH.nodes.length.toLocaleString(state.lang),
    allTies: GRAPH.ties.length.toLocaleString(state.lang),
  });
}

function paintTies(pen, ties, places, selected) {
  const mine = (tie) => tie.a === selected || tie.b === selected;
  pen.beginPath();
  pen.strokeStyle = colour("line");
  pen.lineWidth = 1;
  for (const tie of ties) if (!mine(tie)) stretch(pen, tie, places);
  pen.stroke();
  pen.beginPath();
  pen.strokeStyle = colour("accent");
  pen.lineWidth = 1.4;
  pen.globalAlpha = ties.length > 600 ? 0.4 : 0.8;
  for (const tie of ties) if (mine(tie)) stretch(pen, tie, places);
  pen.stroke();
  pen.globalAlpha = 1;
}

function stretch(pen, tie, places) {
  pen.moveTo(...places.get(tie.a));
  pen.lineTo(...places.get(tie.b));
}

function paintNodes(pen, nodes, places, selected) {
  const looks = new Map();
  for (const node of nodes) {
    const key = `${node.kind.family} ${node.kind.shape} ${node.hollow}`;
    looks.set(key, [...(looks.get(key) ?? []), node]);
  }
  for (const [key, alike] of looks) {
    const [family, shape, hollow] = key.split(" ");
    pen.beginPath();
    for (const node of alike) {
      const [x, y] = places.get(node);
      const r = radius(node);
      pen.moveTo(x + r, y);
      OUTLINES[shape](pen, x, y, r);
    }
    pen.fillStyle = colour(hollow === "true" ? "paper" : `family-${family}`);
    pen.strokeStyle = colour(hollow === "true" ? `family-${family}` : "paper");
    pen.lineWidth = hollow === "true" ? 2 : 1;
    pen.fill();
    pen.stroke();
  }
  for (const node of [selected, view.hover]) if (places.has(node)) ring(pen, places.get(node), radius(node));
}

function ring(pen, [x, y], r) {
  pen.beginPath();
  pen.arc(x, y, r + 4, 0, 7);
  pen.strokeStyle = colour("focus");
  pen.lineWidth = 2.5;
  pen.stroke();
}

function radius(node) {
  return node.id === state.select ? RADIUS * 1.7 : RADIUS + Math.min(4, Math.log10(1 + node.ties.length));
}

// Names keep their size. The most important come first; one that would cover another waits.
function paintNames(pen, places, selected, size) {
  pen.font = NAME;
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  const marked = (node) => node === selected || node === view.hover;
  const rank = (node) =>
    (marked(node) ? 1e9 : node.kind.id === "schema:Country" ? 1e5 : 0) + node.ties.length;
  const taken = [...places].map(([node, [x, y]]) => {
    const r = radius(node);
    return [x - r, y - r, x + r, y + r];
  });
  view.boxes = [];
  for (const node of [...places.keys()].sort((a, b) => rank(b) - rank(a))) {
    const [x, y] = places.get(node);
    if (x < -50 || y < 0 || x > size.wide || y > size.high) continue;
    const text = cut(named(node), marked(node) ? 60 : 30);
    const wide = pen.measureText(text).width;
    const r = radius(node);
    const place = [x + r + 4, x - r - 4 - wide].find((left) => {
      const box = [left - 1, y - 8, left + wide + 1, y + 8];
      const fits = left > 0 && left + wide < size.wide;
      return fits && (marked(node) || taken.every((other) => apart(box, other)));
    });
    if (place === undefined) continue;
    taken.push([place - 1, y - 8, place + wide + 1, y + 8]);
    view.boxes.push(node.id);
    write(pen, text, place, y, marked(node) ? wide : 0);
  }
}

function write(pen, text, x, y, ground) {
  pen.fillStyle = pen.strokeStyle = colour("paper");
  pen.lineWidth = 4;
  if (ground) pen.fillRect(x - 2, y - 9, ground + 4, 18);
  pen.strokeText(text, x, y);
  pen.fillStyle = colour("ink");
  pen.fillText(text, x, y);
}

function apart(a, b) {
  return a[2] < b[0] || b[2] < a[0] || a[3] < b[1] || b[3] < a[1];
}

function cut(text, most) {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

function nodeAt(x, y) {
  const size = { wide: view.canvas.clientWidth, high: view.canvas.clientHeight };
  let found = null;
  let least = 14;
  for (const node of shown().nodes) {
    const [a, b] = spot(node, size);
    const distance = Math.hypot(a - x, b - y);
    if (distance < least) [found, least] = [node, distance];
  }
  return found;
}

function listenPointer(canvas) {
  const down = new Map();
  let held = null;
  let moved = false;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, [event.offsetX, event.offsetY]);
    held = nodeAt(event.offsetX, event.offsetY);
    moved = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = [event.offsetX, event.offsetY];
    if (!down.has(event.pointerId)) return hover(nodeAt(...at));
    const before = down.get(event.pointerId);
    const others = [...down].filter(([id]) => id !== event.pointerId);
    if (others.length) pinch(before, at, others[0][1]);
    else if (moved || Math.hypot(at[0] - before[0], at[1] - before[1]) > 3) {
      moved = true;
      drag(held, at[0] - before[0], at[1] - before[1]);
    } else return undefined;
    down.set(event.pointerId, at);
    return redraw();
  });
  const up = (event) => {
    if (down.delete(event.pointerId) && !moved && event.type === "pointerup" && held) choose(held);
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("dblclick", (event) => {
    const node = nodeAt(event.offsetX, event.offsetY);
    if (node) update({ steps: step("open", node.id), select: node.id });
  });
}

function hover(node) {
  view.canvas.style.cursor = node ? "pointer" : "grab";
  if (view.hover === node) return;
  view.hover = node;
  redraw();
}

function drag(node, dx, dy) {
  const target = node ? PLACES.get(node) : view;
  const sign = node ? 1 : -1;
  view.moved = true;
  target.x += (sign * dx) / view.scale;
  target.y += (sign * dy) / view.scale;
}

function pinch(before, at, other) {
  const far = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]) || 1;
  zoomBy(far(at) / far(before), ...other);
}

function zoomBy(by, x = view.canvas.clientWidth / 2, y = view.canvas.clientHeight / 2) {
  const scale = Math.min(8, Math.max(0.05, view.scale * by));
  const dx = x - view.canvas.clientWidth / 2;
  const dy = y - view.canvas.clientHeight / 2;
  view.x += dx / view.scale - dx / scale;
  view.y += dy / view.scale - dy / scale;
  Object.assign(view, { scale, moved: true });
  redraw();
}

function wheel(event) {
  event.preventDefault();
  zoomBy(Math.exp(-event.deltaY / 400), event.offsetX, event.offsetY);
}

function canvasKey(event) {
  const move = { ArrowLeft: [-60, 0], ArrowRight: [60, 0], ArrowUp: [0, -60], ArrowDown: [0, 60] }[event.key];
  if (move) {
    view.x += move[0] / view.scale;
    view.y += move[1] / view.scale;
    view.moved = true;
    redraw();
  } else if (event.key === "+" || event.key === "=") zoomBy(1.3);
  else if (event.key === "-") zoomBy(1 / 1.3);
  else if (event.key === "0") fit();
  else return;
  event.preventDefault();
}
