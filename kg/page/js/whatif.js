// What if: another focal country, ties added or dropped, other weights. The ranking answers at once.

const WEIGHTS = ["feasibility", "barrier", "popularity", "direct", "onward"];

function startWhatif() {
  if (!BASE) return;
  const again = later(drawWhatif);
  listen(["view", "focal", "add", "drop", "weights", "lang"], again);
  listen(["focal", "add", "drop", "weights", "lang"], drawBanner);
  drawBanner();
  again();
}

function resetWhatif() {
  const { focal, add, drop, weights } = DEFAULTS;
  update({ focal, add, drop, weights });
}

function drawBanner() {
  const banner = byId("banner");
  banner.hidden = !whatifOn();
  const changes = [
    state.focal === DATA.focal ? "" : `${t("focal")}: ${nameOf(state.focal)}`,
    ...state.add.map((pair) => `+ ${pairName(pair)}`),
    ...state.drop.map((pair) => `− ${pairName(pair)}`),
    same(state.weights, DEFAULTS.weights) ? "" : t("weights"),
  ].filter(Boolean);
  swap(
    banner,
    el("span", {}, `${t("whatif-on")} ${changes.join("; ")}`),
    button(t("reset"), resetWhatif, { "data-key": "reset" }),
  );
}

function pairName(pair) {
  return pair.split("~").map(nameOf).join(" – ");
}

function drawWhatif() {
  if (state.view !== "whatif") return;
  swap(
    byId("view-whatif"),
    el("p", { class: "lead" }, t("whatif-lead")),
    focalChoice(),
    tieForm("add"),
    tieForm("drop"),
    weightForm(),
    outcome(),
  );
}

function focalChoice() {
  return el(
    "section",
    {},
    choice(t("focal"), countries(), state.focal, (id) => update({ focal: id }), {
      id: "choice-focal",
      disabled: !BASE.anyFocal,
      "data-key": "focal",
    }),
    BASE.anyFocal ? null : el("p", { class: "note" }, t("one-focal")),
  );
}

// Pairs that can be added: any two countries; that can be dropped: those with a tie.
function tieForm(key) {
  const f = BASE.index.get(state.focal);
  const partners = countries().filter(([id]) => {
    const j = BASE.index.get(id);
    return id !== state.focal && (key === "add" || BASE.tau[f * BASE.n + j] > 0);
  });
  const select = el(
    "select",
    { id: `tie-${key}`, "data-key": `tie-${key}` },
    partners.map(([value, text]) => el("option", { value }, text)),
  );
  const act = () => {
    const pair = `${state.focal}~${select.value}`;
    if (!select.value || state[key].some((old) => sameEnds(old, state.focal, select.value))) return;
    update({ [key]: [...state[key], pair] });
    say(t(`${key}-said`, { pair: pairName(pair) }));
  };
  return el(
    "section",
    {},
    el(
      "label",
      { class: "choice" },
      el("span", {}, t(`${key}-tie`, { focal: nameOf(state.focal) })),
      select,
    ),
    button(t(key), act, { id: `do-${key}`, "data-key": `do-${key}` }),
    el(
      "ul",
      { class: "chips" },
      state[key].map((pair) =>
        el(
          "li",
          {},
          pairName(pair),
          button("×", () => update({ [key]: toggled(state[key], pair) }), {
            "aria-label": t("remove", { pair: pairName(pair) }),
            class: "quiet",
          }),
        ),
      ),
    ),
  );
}

function weightForm() {
  const row = (name, i) => {
    const output = el("output", {}, state.weights[i].toFixed(1));
    const input = el("input", {
      type: "range",
      min: 0,
      max: 2,
      step: 0.1,
      value: state.weights[i],
      id: `weight-${name}`,
      "data-key": `weight-${name}`,
    });
    input.addEventListener("input", () => {
      output.textContent = Number(input.value).toFixed(1);
    });
    input.addEventListener("change", () =>
      update({ weights: state.weights.map((old, k) => (k === i ? Number(input.value) : old)) }),
    );
    return el("label", { class: "year" }, el("span", {}, t(name)), input, output);
  };
  return el(
    "section",
    { class: "weights" },
    el("h3", {}, t("weights")),
    el("p", { class: "note" }, t("weights-note")),
    WEIGHTS.map(row),
  );
}

function outcome() {
  const base = { tau: BASE.tau, rho: whatifBase() };
  const before = totalReach(base, state.focal);
  const after = totalReach(network(), state.focal);
  const rows = ranking().slice(0, 5);
  return el(
    "section",
    {},
    el("h3", {}, t("outcome")),
    el(
      "p",
      { id: "reach", "data-value": after },
      t("reach", { focal: nameOf(state.focal), before: figure(before), after: figure(after) }),
    ),
    el("p", {}, t("top-five"), " ", rows.map((row) => nameOf(row.iso3)).join(", ")),
  );
}

const baseMemo = { rho: null };

function whatifBase() {
  baseMemo.rho ??= channelStrength(BASE.tau, BASE.n);
  return baseMemo.rho;
}
