// Start: read the address, make the views, then draw the first one.

function viewNames() {
  const names = DATA.answer ? ["answer"] : [];
  if (NODES.length) names.push("network");
  if (NODES.length && WORLD) names.push("map");
  if (DATA.ranking.length || BASE) names.push("ranking");
  if (YEARS) names.push("timeline");
  if (NODES.length && TIES.length) names.push("paths");
  if (BASE) names.push("whatif");
  if (DATA.figures.length) names.push("figures");
  return [...names, ...DATA.tables.map((_, i) => `table-${i}`), "about"];
}

function viewTitle(name) {
  const found = /^table-(\d+)$/.exec(name);
  return found ? tableTitle(DATA.tables[Number(found[1])]) : t(`view-${name}`);
}

function startTabs() {
  const names = viewNames();
  if (!names.includes(state.view)) state.view = names[0];
  byId("views").append(
    ...names.map((name) =>
      el("section", {
        id: `view-${name}`,
        class: `view ${name}`,
        role: "tabpanel",
        "aria-labelledby": `tab-${name}`,
      }),
    ),
  );
  const tabs = names.map((name) =>
    button("", () => update({ view: name }), {
      role: "tab",
      id: `tab-${name}`,
      "aria-controls": `view-${name}`,
      on: { keydown: (event) => tabKey(event, names) },
    }),
  );
  byId("tabs").append(...tabs);
  const show = () => {
    for (const name of names) {
      const chosen = name === state.view;
      const tab = byId(`tab-${name}`);
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      tab.textContent = viewTitle(name);
      byId(`view-${name}`).hidden = !chosen;
    }
    document.body.dataset.view = state.view;
  };
  listen(["view", "lang"], show);
  show();
}

function tabKey(event, names) {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!move) return;
  const next = names[(names.indexOf(state.view) + move + names.length) % names.length];
  update({ view: next });
  byId(`tab-${next}`).focus();
  event.preventDefault();
}

function startTop() {
  byId("skip").addEventListener("click", () => byId(`tab-${state.view}`).focus());
  byId("language").addEventListener("click", () =>
    update({ lang: state.lang === "zh" ? "en" : "zh" }),
  );
  byId("theme").addEventListener("click", () => {
    const order = ["auto", "light", "dark"];
    update({ theme: order[(order.indexOf(state.theme) + 1) % 3] });
  });
  byId("copy").addEventListener("click", copyLink);
  byId("share").addEventListener("toggle", showLink);
  listen([], showLink);
  for (const menu of document.querySelectorAll("details.menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  listen(["lang", "theme"], drawTop);
  drawTop();
}

function drawTop() {
  document.documentElement.dataset.theme = state.theme;
  translate();
  byId("title").textContent = pageTitle();
  document.title = pageTitle();
  if (byId("description"))
    byId("description").textContent =
      (state.lang === "zh" && DATA.description_zh) || DATA.description;
  byId("language").textContent = state.lang === "zh" ? "English" : "中文";
  byId("language").lang = state.lang === "zh" ? "en" : "zh";
  byId("theme").textContent = { auto: "◐", light: "○", dark: "●" }[state.theme];
  byId("theme").title = t(`theme-${state.theme}`);
  byId("theme").setAttribute("aria-label", t(`theme-${state.theme}`));
}

function pageTitle() {
  return (state.lang === "zh" && DATA.title_zh) || DATA.title;
}

function pageAddress() {
  const text = hash();
  return location.href.replace(/#.*$/, "") + (text ? `#${text}` : "");
}

function showLink() {
  if (byId("share").open) byId("link").value = pageAddress();
}

async function copyLink() {
  byId("link").value = pageAddress();
  try {
    await navigator.clipboard.writeText(byId("link").value);
    say(t("copied"));
  } catch {
    byId("link").select();
    say(t("copy-by-hand"));
  }
}

// Paper is light, whatever the screen is.
function printTheme(theme) {
  document.documentElement.dataset.theme = theme;
  if (graph.canvas) drawGraph();
}

function start() {
  Object.assign(state, fromHash(location.hash.slice(1)));
  document.documentElement.dataset.theme = state.theme;
  document.body.classList.toggle("plain", !NODES.length && !DATA.ranking.length);
  settleNodes();
  listen(["centre"], settleNodes);
  startTabs();
  startTop();
  startFilters();
  translate();
  if (NODES.length) startGraph();
  startSearch();
  startPanel();
  startMap();
  startRanking();
  startAnswer();
  startTimeline();
  if (NODES.length && TIES.length) startPaths();
  startWhatif();
  startFigures();
  startTables();
  startDownloads();
  translate();
  window.addEventListener("beforeprint", () => printTheme("light"));
  window.addEventListener("afterprint", () => printTheme(state.theme));
  window.addEventListener("hashchange", () => update(fromHash(location.hash.slice(1))));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const [keys, act] of LISTENERS) if (keys.includes("theme")) act(["theme"]);
  });
  document.documentElement.dataset.ready = "true";
}

start();
