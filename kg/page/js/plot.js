// One figure as SVG that is complete by itself: legend, axes, lines or bars with their intervals.
// Series differ by marker and dash as well as by colour.

const SERIES = [0, 10, 12, 8, 13, 14, 2, 11]; // places in the palette, far from each other

function plot(data, wide) {
  const key = plotKey(data, wide);
  const drawn = (data.kind === "bars" ? barPlot : linePlot)(data, wide, key.tall + 24);
  const names = data.series.map(([name]) => name).join(", ");
  const label = { title: tableTitle(data), x: data.x, y: data.y, series: names };
  return svg(
    "svg",
    {
      width: wide,
      height: drawn.tall,
      viewBox: `0 0 ${wide} ${drawn.tall}`,
      role: "img",
      "aria-label": t("figure-label", label),
    },
    key.parts,
    drawn.parts,
  );
}

function linePlot(data, wide, top) {
  const xs = data.series.flatMap(([, points]) => points.map(([x]) => x));
  const ys = valuesOf(data);
  const both = data.diagonal && !data.log_x ? [...xs, ...ys] : null;
  const across = ticks(both ?? xs, data.log_x);
  const up = ticks(both ?? ys, false);
  const left = 8 + Math.max(...up.map((value) => textWidth(tickText(data, value))));
  const bottom = top + Math.round(Math.min(340, Math.max(220, wide * 0.6)));
  const x = scale(across, left, wide - 22, data.log_x);
  const y = scale(up, bottom, top, false);
  const lines = data.series.map((series, i) => linePart(data, series, look(SERIES[i % SERIES.length]), [x, y], i === 0));
  return {
    tall: bottom + 44,
    parts: [
      plotText(data.y, 0, top - 14, "start", wide),
      up.map((value) => [
        svg("path", { d: `M${left} ${y(value)}H${wide - 22}`, class: "grid" }),
        plotText(tickText(data, value), left - 6, y(value) + 4, "end", left),
      ]),
      bottomAxis(data, across, x, wide, bottom, top),
      data.diagonal ? svg("path", { d: diagonal(across, up, x, y), class: "diagonal" }) : null,
      lines.reverse(),
      plotText(data.x, wide, bottom + 38, "end", wide),
    ],
  };
}

function linePart(data, [name, points], style, [x, y], first) {
  const known = points.filter(([, value]) => value !== null);
  let pen = "M";
  const d = points.map(([at, value]) => {
    const step = value === null ? "" : `${pen}${x(at)} ${y(value)}`;
    pen = value === null ? "M" : "L";
    return step;
  });
  return svg(
    "g",
    {},
    known.map(([at, , low, high]) => rangePart(y, low, high, (v) => `${x(at)} ${v}`, "h")),
    svg("path", {
      d: d.join("") || "M0 0",
      class: `curve tie-${style.hue}`,
      "stroke-width": first ? 3 : 1.8,
      "stroke-dasharray": style.dash ? style.dash.join(" ") : null,
    }),
    known.map((point) => marker(style, x(point[0]), y(point[1]), pointText(data, name, point))),
  );
}

// Bars lie, so that long names can be read; each name stands above its bars.
function barPlot(data, wide, top) {
  const names = [...new Set(data.series.flatMap(([, points]) => points.map(([x]) => x)))];
  const along = ticks(valuesOf(data), false);
  const thick = data.series.length > 1 ? 11 : 15;
  const row = 20 + data.series.length * (thick + 3) + 6;
  const bottom = top + names.length * row;
  const room = 10 + Math.max(...valuesOf(data).map((v) => textWidth(valueText(data, v))), 22);
  const x = scale(along, 12, wide - room, false);
  const parts = names.map((name, k) => {
    const at = top + k * row;
    const bars = data.series.map((series, i) => {
      const point = series[1].find(([label]) => label === name);
      return point ? barPart(data, series[0], point, i, x, at + 19 + i * (thick + 3), thick) : null;
    });
    return [plotText(name, 12, at + 14, "start", wide - 12, "name"), bars];
  });
  return {
    tall: bottom + 44,
    parts: [
      plotText(data.x, 0, top - 14, "start", wide),
      bottomAxis(data, along, x, wide, bottom, top),
      parts,
      plotText(data.y, wide, bottom + 38, "end", wide),
    ],
  };
}

function barPart(data, name, point, i, x, top, thick) {
  const [, value, low, high] = point;
  const middle = top + thick / 2;
  const style = look(SERIES[i % SERIES.length]);
  const text = value === null ? t("unknown") : valueText(data, value);
  const end = Math.max(x(0), ...[value, high].filter((v) => v !== null).map(x));
  const bar = {
    x: Math.min(x(0), x(value ?? 0)),
    y: top,
    width: Math.abs(x(value ?? 0) - x(0)),
    height: thick,
    class: `bar-${style.hue}`,
  };
  return svg(
    "g",
    {},
    svg("rect", bar, svg("title", {}, pointText(data, name, point))),
    rangePart(x, low, high, (v) => `${v} ${middle}`, "v"),
    data.series.length > 1 && value !== null ? marker(style, x(value), middle, "") : null,
    plotText(text, end + 6, middle + 4, "start", Infinity),
  );
}

// The interval from low to high with a stroke across (h or v) at both ends.
function rangePart(place, low, high, at, across) {
  if (low === null || high === null) return null;
  const [from, to] = [at(place(low)), at(place(high))];
  const ends = across === "h" ? "m-4 0h8" : "m0 -4v8";
  return svg("path", { d: `M${from}L${to}M${from}${ends}M${to}${ends}`, class: "spread" });
}

function marker(style, x, y, text) {
  return svg(
    "path",
    {
      d: GLYPHS[style.shape],
      class: `mark stack-${style.hue}`,
      transform: `translate(${x - 6} ${y - 6})`,
    },
    text ? svg("title", {}, text) : null,
  );
}

function bottomAxis(data, values, x, wide, bottom, top) {
  let free = -Infinity;
  return values.map((value) => {
    const text = tickText(data, value);
    const half = textWidth(text) / 2;
    const fits = x(value) - half > free;
    if (fits) free = x(value) + half + 6;
    return [
      svg("path", { d: `M${x(value)} ${top}V${bottom}`, class: "grid" }),
      fits ? plotText(text, x(value), bottom + 18, "middle", wide) : null,
    ];
  });
}

function diagonal(across, up, x, y) {
  const [low, high] = [across[0], across.at(-1)];
  const steps = Array.from({ length: 101 }, (_, i) => low + ((high - low) * (i / 100) ** 2));
  const inside = steps.filter((value) => value >= up[0] && value <= up.at(-1));
  return inside.length ? `M${inside.map((value) => `${x(value)} ${y(value)}`).join("L")}` : "M0 0";
}

function plotKey(data, wide) {
  const entries = data.series.map(([name], i) => [name, keyMark(look(SERIES[i % SERIES.length]), data.kind)]);
  if (data.diagonal) {
    entries.push([data.diagonal, [svg("path", { d: "M0 0h28", class: "diagonal" })]]);
  }
  if (entries.length < 2) return { tall: 0, parts: [] };
  let [x, y] = [0, 10];
  const parts = entries.map(([name, mark]) => {
    const text = fitted(name, wide - 40);
    const width = 52 + textWidth(text);
    if (x > 0 && x + width - 16 > wide) [x, y] = [0, y + 20];
    const part = svg(
      "g",
      { transform: `translate(${x} ${y})` },
      mark,
      plotText(text, 34, 4, "start", wide, "name"),
    );
    x += width;
    return part;
  });
  return { tall: y + 16, parts };
}

function keyMark(style, kind) {
  const dash = style.dash ? style.dash.join(" ") : null;
  const line =
    kind === "bars"
      ? svg("rect", { y: -6, width: 28, height: 12, class: `bar-${style.hue}` })
      : svg("path", {
          d: "M0 0h28",
          class: `curve tie-${style.hue}`,
          "stroke-width": 2,
          "stroke-dasharray": dash,
        });
  return [line, marker(style, 14, 0, "")];
}

function valuesOf(data) {
  return data.series
    .flatMap(([, points]) => points.flatMap((point) => point.slice(1)))
    .filter((value) => value !== null);
}

function scale(values, from, to, log) {
  const place = log ? Math.log : Number;
  const [low, high] = [place(values[0]), place(values.at(-1))];
  return (value) => from + ((to - from) * (place(value) - low)) / (high - low || 1);
}

// Round numbers that enclose the values, and zero unless the axis is logarithmic.
function ticks(values, log) {
  if (log) return values.length ? logTicks(Math.min(...values), Math.max(...values)) : [0.1, 1];
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((size) => size * power >= rough * 0.8) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => tidy((first + i) * step));
}

function logTicks(low, high) {
  const powers = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p += 1) powers.push(p);
  const sizes = powers.length > 5 ? [1] : [1, 2, 5];
  const all = powers.flatMap((p) => sizes.map((size) => tidy(size * 10 ** p)));
  const from = all.findLastIndex((value) => value <= low * (1 + 1e-9));
  const to = all.findIndex((value) => value >= high * (1 - 1e-9));
  return all.slice(from, to + 1);
}

function tidy(value) {
  return Number(value.toPrecision(12));
}

function tickText(data, value) {
  const style = data.percent ? { style: "percent" } : {};
  return value.toLocaleString(state.lang, { ...style, maximumSignificantDigits: 3 });
}

function valueText(data, value) {
  return data.percent ? percent(value) : figure(value);
}

function pointText(data, name, [x, y, low, high]) {
  const at = data.kind === "bars" ? x : valueText(data, x);
  const show = (value) => valueText(data, value);
  const range = low === null || high === null ? "" : ` [${show(low)}, ${show(high)}]`;
  return `${name}: ${at}, ${y === null ? t("unknown") : show(y)}${range}`;
}

function plotText(text, x, y, anchor, room, name = null) {
  return svg("text", { x, y, "text-anchor": anchor, class: name }, fitted(String(text), room));
}

const RULER = document.createElement("canvas").getContext("2d");

function textWidth(text, size = 12) {
  RULER.font = `${size}px ${getComputedStyle(document.body).fontFamily}`;
  return RULER.measureText(text).width;
}

// As much of a text as there is room for; figures hold the whole of it in their table.
function fitted(text, room, size = 12) {
  if (text.length < 300 && textWidth(text, size) <= room) return text;
  const letters = [...text].slice(0, 300);
  while (letters.length && textWidth(`${letters.join("")}…`, size) > room) letters.pop();
  return `${letters.join("")}…`;
}
