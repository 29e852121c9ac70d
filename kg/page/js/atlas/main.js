// Start: unpack the graph, read the address, make the views.

function viewNames() {
  return VIEWS.filter((name) => name !== "answer" || GRAPH.data.answer);
}

function startTabs() {
  const names = viewNames();
  if (!names.includes(state.view)) state.view = "graph";
  byId("tabs").append(
    ...names.map((name) =>
      button("", () => update({ view: name }), {
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `view-${name}`,
        on: { keydown: (event) => tabKey(event, names) },
      }),
    ),
  );
  listen(["view", "lang"], showTabs);
  showTabs();
}

function showTabs() {
  for (const name of VIEWS) byId(`view-${name}`).hidden = name !== state.view;
  for (const name of viewNames()) {
    const tab = byId(`tab-${name}`);
    tab.setAttribute("aria-selected", String(name === state.view));
    tab.tabIndex = name === state.view ? 0 : -1;
    tab.textContent = t(`view-${name}`);
  }
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
  byId("language").addEventListener("click", () => update({ lang: state.lang === "zh" ? "en" : "zh" }));
  byId("theme").addEventListener("click", () => {
    const order = ["auto", "light", "dark"];
    update({ theme: order[(order.indexOf(state.theme) + 1) % 3] });
  });
  byId("in").addEventListener("click", () => zoomBy(1.4));
  byId("out").addEventListener("click", () => zoomBy(1 / 1.4));
  byId("fit").addEventListener("click", fit);
  byId("undo").addEventListener("click", () => history.back());
  byId("reset").addEventListener("click", () => update({ ...DEFAULTS, lang: state.lang, theme: state.theme }));
  for (const menu of document.querySelectorAll("details.menu")) {
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
  listen(["lang", "theme"], drawTop);
  listen(["steps", "select"], () => {
    byId("way").hidden = state.steps.at(-1)?.[0] !== "path";
  });
  drawTop();
}

function drawTop() {
  document.documentElement.dataset.theme = state.theme;
  translate();
  const thing = GRAPH.byId.get(GRAPH.data.opened[0]?.[0]);
  byId("title").textContent = thing ? named(thing) : GRAPH.data.title;
  byId("language").textContent = state.lang === "zh" ? "English" : "中文";
  byId("language").lang = state.lang === "zh" ? "en" : "zh";
  byId("theme").textContent = { auto: "◐", light: "○", dark: "●" }[state.theme];
  byId("theme").setAttribute("aria-label", t(`theme-${state.theme}`));
}

async function start() {
  readGraph(await unpacked(byId("data").textContent));
  startState(GRAPH.data);
  startTabs();
  startTop();
  startCanvas();
  startLegend();
  startCard();
  startMap();
  startTimeline();
  startLists();
  startSearch();
  startExport();
  window.addEventListener("popstate", followAddress);
  window.addEventListener("hashchange", followAddress);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  document.documentElement.dataset.ready = "true";
}

start();
