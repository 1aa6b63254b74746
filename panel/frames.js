// The page "Frames": what passed, filtered, each as JSON on demand.

import { choice, clock, h, say, short, tick } from "./dom.js";

/** Rows on screen; the core keeps 500 frames. */
const SHOWN = 200;

export class Frames {
  title = "Frames";
  #all = [];
  #last = 0;
  #room = null;
  #words = "";
  #direction = "both";
  #beats = false;
  #paused = false;
  #list = h("ol", { class: "dbg-frames", "aria-label": "Frames, newest first" });
  #count = h("span", { role: "status" });
  #made = new Map();

  constructor(panel) {
    this.panel = panel;
    const field = h("input", {
      type: "search",
      class: "dbg-input",
      oninput: () => {
        this.#words = field.value.trim().toLowerCase();
        this.#draw();
      },
    });
    const direction = choice("Direction", [["both", "both"], ["out", "sent"], ["in", "received"]], (value) => {
      this.#direction = value;
      this.#draw();
    });
    const beats = tick("Heartbeats", (on) => {
      this.#beats = on;
      this.#draw();
    });
    const paused = tick("Paused", (on) => (this.#paused = on));
    this.element = h(
      "div",
      {},
      h(
        "div",
        { class: "dbg-bar" },
        h("label", { class: "dbg-field" }, h("span", {}, "Filter"), field),
        direction.label,
        beats.label,
        paused.label,
        this.#count,
      ),
      this.#list,
    );
  }

  update(state) {
    if (this.#paused) return;
    // Another room counts its frames anew.
    if (state && this.#room !== window.corridor.view().room?.session) {
      this.#room = window.corridor.view().room?.session ?? null;
      [this.#all, this.#last] = [[], 0];
    }
    const fresh = window.corridor.frameLog(this.#last);
    if (fresh.length === 0 && this.#all.length > 0) return;
    this.#all = [...this.#all, ...fresh].slice(-500);
    this.#last = this.#all.at(-1)?.number ?? 0;
    this.#draw();
  }

  #matches({ outgoing, peer, envelope }) {
    if (this.#direction !== "both" && outgoing !== (this.#direction === "out")) return false;
    if (!this.#beats && envelope.type === "heartbeat") return false;
    const text = `${envelope.type} ${this.panel.name(peer)} ${JSON.stringify(envelope)}`.toLowerCase();
    return this.#words.split(/\s+/).every((word) => text.includes(word));
  }

  #draw() {
    const found = this.#all.filter((frame) => this.#matches(frame));
    const shown = found.slice(-SHOWN).reverse();
    const kept = new Map();
    for (const frame of shown) kept.set(frame.number, this.#made.get(frame.number) ?? this.#line(frame));
    this.#made = kept;
    // An open one stays open, and the focus where it is: what stays is not touched.
    const wanted = [...kept.values()];
    for (const old of [...this.#list.children]) if (!wanted.includes(old)) old.remove();
    let before = this.#list.firstChild;
    for (const line of wanted) {
      if (line === before) before = before.nextSibling;
      else this.#list.insertBefore(line, before);
    }
    say(this.#count, `${found.length} of ${this.#all.length} frames`);
  }

  #line(frame) {
    const { envelope, outgoing, peer, at } = frame;
    const content = Object.entries(envelope.content).map(([name, value]) => `${name} ${value}`);
    const details = h(
      "details",
      {},
      h(
        "summary",
        {},
        h("span", { class: "dbg-time" }, clock(at)),
        ` ${outgoing ? "→" : "←"} ${this.panel.name(peer)} `,
        h("strong", {}, envelope.type),
        ` ${envelope.sequence === null ? "" : `#${envelope.sequence} of ${short(envelope.from)} `}`,
        envelope.route.map((step) => (step.length > 8 ? short(step) : step)).join(" → "),
        content.length ? ` · ${content.join(", ")}` : "",
        envelope.retryCount ? ` · retry ${envelope.retryCount}` : "",
      ),
    );
    details.addEventListener("toggle", () => {
      if (details.open && !details.querySelector("pre")) {
        details.append(h("pre", { class: "dbg-json", tabindex: "0" }, JSON.stringify(envelope, null, 2)));
      }
    });
    return h("li", {}, details);
  }
}
