// Elements without a framework. All text is set as text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an element: `h("button", { type: "button", onclick: run }, "Run")`. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets a text only when it differs, so that selections and screen readers are left alone. */
export function say(element, text) {
  const wanted = String(text ?? "");
  if (element.textContent !== wanted) element.textContent = wanted;
}

/** Replaces children only when what they are made from differs. */
export function fill(element, data, make) {
  const key = JSON.stringify(data);
  if (element.dataset.made === key) return;
  element.dataset.made = key;
  element.replaceChildren(...make(data));
}

export function button(label, run, attributes = {}) {
  return h("button", { type: "button", class: "dbg-button", onclick: run, ...attributes }, label);
}

/** A select; `options` are `[value, text]`. */
export function choice(label, options, changed) {
  const select = h(
    "select",
    { class: "dbg-select", onchange: () => changed(select.value) },
    ...options.map(([value, text]) => h("option", { value }, text)),
  );
  return { select, label: h("label", { class: "dbg-field" }, h("span", {}, label), select) };
}

export function tick(label, changed) {
  const box = h("input", { type: "checkbox", onchange: () => changed(box.checked) });
  return { box, label: h("label", { class: "dbg-tick" }, box, h("span", {}, label)) };
}

/** A table with a head; rows are put into `body`. */
export function table(caption, ...columns) {
  const body = h("tbody");
  const head = h("tr", {}, ...columns.map((column) => h("th", { scope: "col" }, column)));
  const element = h(
    "table",
    { class: "dbg-table" },
    h("caption", {}, caption),
    h("thead", {}, head),
    body,
  );
  return { element, body, columns };
}

/** Rows of plain texts; `label`s show on narrow screens. */
export function rows(columns, data) {
  return data.map((cells) =>
    h("tr", {}, ...cells.map((cell, at) => h("td", { "data-label": columns[at] }, String(cell ?? "")))),
  );
}

/** A sparkline: one path over the newest samples; gaps where there was none. */
export class Spark {
  static POINTS = 60;
  #path = document.createElementNS(SVG, "path");
  samples = [];

  constructor() {
    this.element = document.createElementNS(SVG, "svg");
    this.element.setAttribute("viewBox", "0 0 60 20");
    this.element.setAttribute("class", "dbg-spark");
    this.element.setAttribute("preserveAspectRatio", "none");
    this.element.setAttribute("aria-hidden", "true");
    this.element.append(this.#path);
  }

  push(sample) {
    this.samples.push(sample);
    if (this.samples.length > Spark.POINTS) this.samples.shift();
    const top = Math.max(1, ...this.samples.filter((value) => value !== null));
    const from = Spark.POINTS - this.samples.length;
    let pen = "M";
    let line = "";
    this.samples.forEach((value, at) => {
      if (value === null) {
        pen = "M";
        return;
      }
      line += `${pen}${from + at} ${(19 - (18 * value) / top).toFixed(1)}`;
      pen = "L";
    });
    this.#path.setAttribute("d", line);
  }
}

// ---- words ---------------------------------------------------------------------------------------

export const short = (id) => (id ?? "").slice(0, 8);

export function ago(ms) {
  if (ms === null || ms === undefined) return "never";
  if (ms < 1000) return `${Math.round(ms)} ms ago`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s ago`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ago`;
  return `${(ms / 3_600_000).toFixed(1)} h ago`;
}

export function bytes(count) {
  if (count < 1000) return `${Math.round(count)} B`;
  if (count < 1_000_000) return `${(count / 1000).toFixed(1)} kB`;
  return `${(count / 1_000_000).toFixed(1)} MB`;
}

export const clock = (at) => new Date(at).toISOString().slice(11, 23);

/** Puts text on the clipboard, on plain http too; false when the browser does not let us. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "dbg-offscreen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    const before = document.activeElement;
    area.select();
    const copied = document.execCommand("copy");
    area.remove();
    before?.focus();
    return copied;
  }
}

/** Lets the browser save a file. */
export function save(name, content) {
  const url = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
