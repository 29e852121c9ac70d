// The search box: a combobox with a list, worked by keyboard.

const search = { matches: [], at: -1 };

function matching(text) {
  return searched(NODES, text, keysOf, (node) => node.ties.length);
}

function keysOf(node) {
  node.keys ??= searchKeys([node.label, node.zh, node.id, ...node.aliases], DATA.pinyin);
  return node.keys;
}

function startSearch() {
  const input = byId("search");
  input.addEventListener("input", () => offer(matching(input.value)));
  input.addEventListener("keydown", searchKey);
  input.addEventListener("blur", () =>
    setTimeout(() => document.activeElement === input || offer([]), 150),
  );
}

function offer(nodes) {
  search.matches = nodes;
  search.at = nodes.length ? 0 : -1;
  const list = byId("found");
  list.replaceChildren(...nodes.map(option));
  list.hidden = !nodes.length;
  byId("search").setAttribute("aria-expanded", String(nodes.length > 0));
  mark();
  if (byId("search").value.trim()) say(t("matches", { n: nodes.length }));
}

function option(node, i) {
  const take = (event) => {
    event.preventDefault();
    pick(i);
  };
  const kind = NODE_KINDS.get(node.kind);
  return el(
    "li",
    { role: "option", id: `found-${i}`, on: { mousedown: take } },
    el("span", {}, named(node)),
    el("small", {}, node.kind === "country" ? node.id : named(kind)),
  );
}

function mark() {
  const items = [...byId("found").children];
  items.forEach((item, i) => item.setAttribute("aria-selected", String(i === search.at)));
  items[search.at]?.scrollIntoView({ block: "nearest" });
  byId("search").setAttribute("aria-activedescendant", search.at < 0 ? "" : `found-${search.at}`);
}

function pick(i) {
  const node = search.matches[i];
  if (!node) return;
  byId("search").value = "";
  offer([]);
  choose(node.id);
  byId("panel").focus();
}

function searchKey(event) {
  const count = search.matches.length;
  if (event.key === "Enter") pick(search.at);
  else if (event.key === "Escape") offer([]);
  else if (event.key === "ArrowDown" && count) search.at = (search.at + 1) % count;
  else if (event.key === "ArrowUp" && count) search.at = (search.at + count - 1) % count;
  else return;
  event.preventDefault();
  mark();
}
