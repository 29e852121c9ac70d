// The formulas of kg/leverage/formula.py, for "what if". Matrices are rows of n in one Float64Array.

const TIED = 1e-12; // relative difference below which two countries share a rank
const BASE = DATA.matrices ? inputs(DATA.matrices) : null;

function bytes(text, Kind) {
  return new Kind(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

// Undo `pack` in payload.py.
function unpack({ shape, n, type, values, where, number }) {
  const length = { vector: n, square: n * n, symmetric: (n * (n + 1)) / 2 }[shape];
  const list = bytes(values, type === "<f4" ? Float32Array : Float64Array);
  const flat = new Float64Array(length);
  if (where !== undefined) bytes(where, Uint32Array).forEach((at, i) => (flat[at] = list[i]));
  else if (number !== undefined) bytes(number, Uint16Array).forEach((k, i) => (flat[i] = list[k]));
  else flat.set(list);
  return shape === "symmetric" ? mirrored(flat, n) : flat;
}

function mirrored(triangle, n) {
  const full = new Float64Array(n * n);
  let next = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = i; j < n; j += 1) {
      full[i * n + j] = triangle[next];
      full[j * n + i] = triangle[next];
      next += 1;
    }
  }
  return full;
}

function inputs(data) {
  const n = data.countries.length;
  const everyone = data.countries.map((_, i) => i);
  // The page's own focal country is nobody's partner there, but may be another one's.
  const chosen = data.candidates ?? everyone;
  const focal = data.countries.indexOf(DATA.focal);
  return {
    n,
    countries: data.countries,
    index: new Map(data.countries.map((country, i) => [country, i])),
    need: data.need,
    popularity: data.popularity,
    powers: data.powers,
    strength: data.strength,
    candidates: focal < 0 || chosen.includes(focal) ? chosen : [...chosen, focal],
    missing: data.missing,
    tau: unpack(data.tau),
    feasibility: unpack(data.feasibility),
    barrier: unpack(data.barrier),
    blocked: unpack(data.blocked),
    closed: unpack(data.closed),
    anyFocal: data.feasibility.shape !== "vector" && data.barrier.shape !== "vector",
  };
}

// Strongest channel from one country to all: Dijkstra on products of strengths.
function channelsFrom(tau, n, source, before) {
  const best = new Float64Array(n);
  const done = new Uint8Array(n);
  best[source] = 1;
  for (let round = 0; round < n; round += 1) {
    let at = -1;
    let reach = 0;
    for (let i = 0; i < n; i += 1) {
      if (!done[i] && best[i] > reach) {
        reach = best[i];
        at = i;
      }
    }
    if (at < 0) break;
    done[at] = 1;
    const row = at * n;
    for (let i = 0; i < n; i += 1) {
      const through = reach * tau[row + i];
      if (through > best[i]) {
        best[i] = through;
        if (before) before[i] = at;
      }
    }
  }
  return best;
}

function channelStrength(tau, n) {
  const rho = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) rho.set(channelsFrom(tau, n, i, null), i * n);
  return rho;
}

// The network with the reader's ties added (one more agreement) and dropped (all agreements).
function changedTau(base, add, drop) {
  const { n, index } = base;
  const tau = Float64Array.from(base.tau);
  const each = (pairs, value) => {
    for (const pair of pairs) {
      const [a, b] = pair.split("~").map((id) => index.get(id));
      if (a === undefined || b === undefined) continue;
      tau[a * n + b] = value(tau[a * n + b]);
      tau[b * n + a] = tau[a * n + b];
    }
  };
  each(drop, () => 0);
  each(add, (old) => 1 - (1 - old) * (1 - base.strength));
  return tau;
}

const rhoMemo = { key: null, tau: null, rho: null };

function network() {
  const key = [...state.add, "/", ...state.drop].join();
  if (rhoMemo.key !== key) {
    rhoMemo.key = key;
    rhoMemo.tau = changedTau(BASE, state.add, state.drop);
    rhoMemo.rho = channelStrength(rhoMemo.tau, BASE.n);
  }
  return rhoMemo;
}

function strengthened(tau, n, f, j) {
  return 1 - (1 - tau[f * n + j]) * (1 - BASE.strength);
}

// The need in each third country that f gains through a tie of strength `tie` with j.
function onward(rho, n, f, j, tie) {
  const gains = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    if (i !== f && i !== j && !BASE.closed[f * n + i]) {
      gains[i] = BASE.need[i] * Math.max(0, tie * rho[j * n + i] - rho[f * n + i]);
    }
  }
  return gains;
}

function direct(tau, n, f, j) {
  return BASE.need[j] * Math.max(0, strengthened(tau, n, f, j) - tau[f * n + j]);
}

function at(matrix, f, j) {
  return matrix.length === BASE.n ? matrix[j] : matrix[f * BASE.n + j];
}

// Factors of one pair; the weights are exponents of the product and multipliers of the sum.
function pairFactors(net, f, j, weights) {
  const { n } = BASE;
  const gains = onward(net.rho, n, f, j, strengthened(net.tau, n, f, j));
  const factors = {
    feasibility: at(BASE.feasibility, f, j),
    barrier: at(BASE.barrier, f, j),
    popularity: BASE.popularity[j],
    status: BASE.blocked[f * n + j] ? "blocked" : undefined,
    direct: direct(net.tau, n, f, j),
    onward: gains.reduce((sum, gain) => sum + gain, 0),
    gains,
  };
  const [p, b, a, d, o] = weights;
  const { powers } = BASE;
  factors.expected_leverage =
    factors.feasibility ** p *
    (1 - factors.barrier) ** b *
    factors.popularity ** (-powers.popularity * a) *
    (d * factors.direct + o * factors.onward) ** powers.gain;
  return factors;
}

function recompute() {
  const net = network();
  const f = BASE.index.get(state.focal);
  if (f === undefined) return [];
  const rows = BASE.candidates
    .filter((j) => j !== f)
    .map((j) => whatifRow(net, f, j))
    .filter((row) => Number.isFinite(row.expected_leverage))
    .sort(
      (a, b) =>
        (a.status === "blocked") - (b.status === "blocked") ||
        b.expected_leverage - a.expected_leverage ||
        (a.iso3 < b.iso3 ? -1 : 1),
    );
  rows.forEach((row, i) => {
    const above = rows[i - 1];
    const tied =
      above &&
      (above.status === "blocked") === (row.status === "blocked") &&
      above.expected_leverage - row.expected_leverage <= TIED * above.expected_leverage;
    row.rank = tied ? above.rank : i + 1;
    row.index = rows[0].expected_leverage
      ? (100 * row.expected_leverage) / rows[0].expected_leverage
      : 0;
  });
  return rows;
}

function whatifRow(net, f, j) {
  const { gains, ...factors } = pairFactors(net, f, j, state.weights);
  const iso3 = BASE.countries[j];
  const known = state.focal === DATA.focal ? ENTRIES.get(iso3) : null;
  return {
    iso3,
    name: BY_ID.get(iso3)?.label ?? known?.name ?? iso3,
    ...factors,
    status: factors.status ?? known?.status,
    lift: known?.lift,
    depth: known?.depth,
    via: BASE.countries
      .map((country, i) => ({ iso3: country, gain: gains[i] }))
      .filter((third) => third.gain > 0)
      .sort((a, b) => b.gain - a.gain),
    missing: BASE.missing[iso3] ?? known?.missing ?? [],
    channel: known?.channel,
    reason: known?.reason,
    channel_zh: known?.channel_zh,
    reason_zh: known?.reason_zh,
    obstacles: known?.obstacles,
    partner_gain: BASE.anyFocal
      ? pairFactors(net, j, f, [1, 1, 1, 1, 1]).expected_leverage
      : undefined,
    before: known?.rank,
  };
}

function whatifOn() {
  if (!BASE) return false;
  return ["focal", "add", "drop", "weights"].some((key) => !same(state[key], DEFAULTS[key]));
}

const rankingMemo = { key: null, rows: DATA.ranking };

// The ranking on show: the engine's own figures, or this page's once the reader changed something.
function ranking() {
  const key = whatifOn() ? [state.focal, state.add, state.drop, state.weights].join("|") : "";
  if (rankingMemo.key !== key) {
    rankingMemo.key = key;
    rankingMemo.rows = key ? recompute() : DATA.ranking;
    rankingMemo.byCountry = new Map(rankingMemo.rows.map((row) => [row.iso3, row]));
  }
  return rankingMemo.rows;
}

function entryOf(id) {
  ranking();
  return rankingMemo.byCountry.get(id);
}

function totalReach(net, focal) {
  const { n, need } = BASE;
  const f = BASE.index.get(focal);
  return need.reduce((sum, value, i) => (i === f ? sum : sum + value * net.rho[f * n + i]), 0);
}
