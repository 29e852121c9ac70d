// Small helpers to build the page. Text is always set as text; there is no innerHTML here.

const SVG = "http://www.w3.org/2000/svg";

function byId(id) {
  return document.getElementById(id);
}

function fill(element, options, children) {
  for (const [key, value] of Object.entries(options ?? {})) {
    if (key === "on") {
      for (const [event, handler] of Object.entries(value))
        element.addEventListener(event, handler);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined),
  );
  return element;
}

function el(tag, options, ...children) {
  return fill(document.createElement(tag), options, children);
}

function svg(tag, options, ...children) {
  return fill(document.createElementNS(SVG, tag), options, children);
}

function button(label, act, options = {}) {
  return el("button", { type: "button", ...options, on: { ...options.on, click: act } }, label);
}

// Replace an element's content; the focus stays on the item with the same data-key.
function swap(parent, ...children) {
  const key = parent.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  parent.replaceChildren();
  fill(parent, null, children);
  if (key) parent.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// A link if the address is http(s), else plain text.
function link(text, address) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    url = null;
  }
  if (!url || !["http:", "https:"].includes(url.protocol)) return document.createTextNode(text);
  return el(
    "a",
    { href: url.href, rel: "noopener noreferrer", target: "_blank" },
    text || url.host,
  );
}

function say(text) {
  byId("status").textContent = text;
}

function t(key, values = {}) {
  const text = STRINGS[state.lang]?.[key] ?? STRINGS.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (all, name) => String(values[name] ?? all));
}

// Texts of the static part of the page, marked with data-t attributes.
function translate() {
  document.documentElement.lang = state.lang === "zh" ? "zh-Hans" : "en";
  for (const item of document.querySelectorAll("[data-t]")) item.textContent = t(item.dataset.t);
  for (const item of document.querySelectorAll("[data-t-label]")) {
    item.setAttribute("aria-label", t(item.dataset.tLabel));
  }
  for (const item of document.querySelectorAll("[data-t-placeholder]")) {
    item.placeholder = t(item.dataset.tPlaceholder);
  }
}

// Three significant digits, without exponents for everyday sizes.
function figure(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return t("unknown");
  if (value === 0 || Number.isInteger(value)) return value.toLocaleString(state.lang);
  const size = Math.abs(value);
  if (size >= 1e4) {
    return value.toLocaleString(state.lang, { notation: "compact", maximumSignificantDigits: 3 });
  }
  if (size < 1e-4) return value.toExponential(1);
  return value.toLocaleString(state.lang, {
    minimumSignificantDigits: 3,
    maximumSignificantDigits: 3,
  });
}

function percent(value) {
  if (value === null || value === undefined) return t("unknown");
  const digits =
    value > 0 && value < 0.1 ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 0 };
  return value.toLocaleString(state.lang, { style: "percent", ...digits });
}

// Run `work` soon, once, however often it is asked for until then.
function later(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// A labelled choice from a list of [value, text].
function choice(label, options, chosen, act, extra = {}) {
  const select = el(
    "select",
    { ...extra, on: { change: (event) => act(event.target.value) } },
    options.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
  );
  return el("label", { class: "choice" }, el("span", {}, label), select);
}
