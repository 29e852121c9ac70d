// Chance against gain: every partner a dot, and the front of those that no other beats in both.

const PLANE = { wide: 640, tall: 260, left: 46, bottom: 34, top: 12, right: 16 };

function planePoints() {
  return ranking()
    .filter((row) => row.status !== "blocked" && row.feasibility !== undefined)
    .map((row) => ({
      row,
      chance: row.feasibility * (1 - (row.barrier ?? 0)),
      gain: (row.direct ?? 0) + (row.onward ?? 0),
    }))
    .filter((point) => point.gain > 0);
}

// From the likeliest partner on, each that gains more than all before it.
function front(points) {
  let most = -Infinity;
  return [...points]
    .sort((a, b) => b.chance - a.chance || b.gain - a.gain)
    .filter((point) => {
      if (point.gain <= most) return false;
      most = point.gain;
      return true;
    });
}

function paretoFigure() {
  const points = planePoints();
  if (points.length < 5) return null;
  const { wide, tall, left, bottom, top: top_, right } = PLANE;
  const best = front(points);
  const most = Math.max(...points.map((point) => point.chance));
  const logs = points.map((point) => Math.log10(point.gain)).sort((a, b) => a - b);
  const [low, high] = [logs[Math.floor(logs.length / 20)], logs.at(-1)];
  const x = (point) => left + ((wide - left - right) * point.chance) / most;
  const y = (point) => {
    const at = Math.max(0, (Math.log10(point.gain) - low) / (high - low || 1));
    return tall - bottom - (tall - bottom - top_) * at;
  };
  const proposed = new Set(proposals().map(({ node }) => node.id));
  const named_ = points.filter((point) => best.includes(point) || proposed.has(point.row.iso3));
  const dot = (point) =>
    svg(
      "circle",
      {
        cx: x(point),
        cy: y(point),
        r: proposed.has(point.row.iso3) ? 5 : 3,
        class: proposed.has(point.row.iso3) ? "plane-proposed" : "plane-dot",
      },
      svg("title", {}, `${nameOf(point.row.iso3)}: ${percent(point.chance)}, ${figure(point.gain)}`),
    );
  const label = (point) => {
    const late = x(point) > wide * 0.8;
    const at = { x: x(point) + (late ? -8 : 8), y: y(point) + 4 };
    return svg("text", { ...at, "text-anchor": late ? "end" : "start" }, nameOf(point.row.iso3));
  };
  const steps = best.map((point) => `${x(point)} ${y(point)}`).join("L");
  const axis = { class: "grid" };
  const names = best.map((point) => nameOf(point.row.iso3)).join(t("comma"));
  return el(
    "figure",
    { class: "plane" },
    el("h3", {}, t("plane")),
    svg(
      "svg",
      {
        viewBox: `0 0 ${wide} ${tall}`,
        role: "img",
        "aria-label": t("plane-label", { list: names }),
      },
      svg("path", { ...axis, d: `M${left} ${top_}V${tall - bottom}H${wide - right}` }),
      svg("path", { class: "plane-front", d: `M${steps}` }),
      points.map(dot),
      named_.map(label),
      svg("text", { x: wide - right, y: tall - 8, "text-anchor": "end" }, `${t("plane-x")} →`),
      svg("text", { x: 4, y: top_ + 4, class: "plane-y" }, `↑ ${t("plane-y")}`),
    ),
    el("figcaption", { class: "note" }, t("plane-note", { list: names })),
  );
}
