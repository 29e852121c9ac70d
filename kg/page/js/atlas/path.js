// Search boxes, and the path between two things.

const path = { from: null };

// A combobox over everything in the graph: type, choose by arrow keys, Enter takes.
function combobox(input, list, take) {
  const box = { found: [], at: -1 };
  const mark = () => {
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === box.at)));
    list.children[box.at]?.scrollIntoView({ block: "nearest" });
    if (box.at < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `${list.id}-${box.at}`);
  };
  const offer = (found) => {
    Object.assign(box, { found, at: found.length ? 0 : -1 });
    list.replaceChildren(...found.map((node, i) => option(node, `${list.id}-${i}`, () => pick(i))));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    mark();
    if (input.value.trim()) say(t("matches", { n: found.length }));
  };
  const pick = (i) => {
    const node = box.found[i];
    if (!node) return;
    input.value = "";
    offer([]);
    take(node);
  };
  input.addEventListener("input", () => offer(search(input.value)));
  input.addEventListener("blur", () =>
    setTimeout(() => document.activeElement === input || offer([]), 150),
  );
  input.addEventListener("keydown", (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") pick(box.at);
    else if (event.key === "Escape") offer([]);
    else if (move && box.found.length) box.at = (box.at + move + box.found.length) % box.found.length;
    else return;
    event.preventDefault();
    mark();
  });
}

function option(node, id, take) {
  const press = (event) => {
    event.preventDefault();
    take();
  };
  return el(
    "li",
    { role: "option", id, on: { mousedown: press } },
    glyph(node.kind, node.hollow),
    el("span", {}, named(node)),
    el("small", {}, named(node.kind)),
  );
}

function startSearch() {
  combobox(byId("search"), byId("found"), (node) => {
    choose(node);
    center(node);
    byId("card").focus();
  });
  combobox(byId("goal"), byId("goals"), (node) => {
    byId("path").open = false;
    walk(path.from ?? GRAPH.byId.get(state.select), node);
  });
  byId("path").addEventListener("toggle", () => {
    if (byId("path").open) openPath(GRAPH.byId.get(state.select));
  });
}

function openPath(node) {
  path.from = node ?? null;
  byId("path").open = true;
  byId("path-from").textContent = node ? t("path-start", { name: named(node) }) : t("path-none");
  byId("goal").disabled = !node;
  if (node) byId("goal").focus();
}

function walk(from, to) {
  const way = pathBetween(from, to);
  if (!way.length) return say(t("no-path"));
  update({ steps: step("path", from.id, to.id), select: to.id });
  const told = way.map(named).join(" → ");
  byId("way").textContent = t("path-found", { n: way.length - 1, way: told });
  byId("way").hidden = false;
  return say(byId("way").textContent);
}

function center(node) {
  const place = PLACES.get(node);
  if (place) Object.assign(view, { x: place.x, y: place.y, scale: Math.max(view.scale, 0.8) });
  redraw();
}
