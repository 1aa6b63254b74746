// The debug panel (docs/DEBUGGING.md): reads `window.corridor` and `window.NativeWebRTCDebug`, knows nothing else,
// and is loaded only when somebody asks for it: Ctrl+Alt+D, `?debug`, or the button beside the state of connection.

import { ago, button, h, say, short } from "./dom.js";
import { Frames } from "./frames.js";
import { Links } from "./links.js";
import { Log } from "./log.js";
import { Stores } from "./stores.js";
import { Timers } from "./timers.js";
import { Tools } from "./tools.js";

/** How often the panel looks, in milliseconds. */
const PACE = 1000;

class Panel {
  #ends = new AbortController();
  #pages;
  #open = null;
  #before = document.activeElement;
  #names = new Map();
  #unsubscribe;
  #timer;

  constructor() {
    this.#pages = [new Links(this), new Frames(this), new Timers(), new Stores(this), new Log(), new Tools(this)];
    this.hub = h("p", { class: "dbg-hub" });
    const tall = button("Full height", () => {
      const on = this.element.classList.toggle("tall");
      tall.setAttribute("aria-pressed", String(on));
    });
    tall.setAttribute("aria-pressed", "false");
    this.body = h("div", {
      class: "dbg-body",
      id: "dbg-body",
      role: "tabpanel",
      tabindex: "0",
      "aria-labelledby": "dbg-tab-0",
    });
    this.tabs = this.#pages.map((page, at) =>
      h(
        "button",
        {
          type: "button",
          class: "dbg-tab",
          id: `dbg-tab-${at}`,
          role: "tab",
          "aria-controls": "dbg-body",
          onclick: () => this.show(at),
        },
        page.title,
      ),
    );
    this.element = h(
      "section",
      { class: "dbg", id: "dbg", "aria-label": "Debug panel" },
      h(
        "div",
        { class: "dbg-head" },
        h("h2", {}, "Debug"),
        this.hub,
        tall,
        button("Close", () => this.close(), { "aria-keyshortcuts": "Control+Alt+D" }),
        h("div", { class: "dbg-tabs", role: "tablist", "aria-label": "Debug panel" }, ...this.tabs),
      ),
      this.body,
    );
    const { signal } = this.#ends;
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  open() {
    document.documentElement.classList.add("debugging");
    document.body.append(this.element);
    this.#listen();
    this.show(0);
    this.tabs[0].focus();
    this.#timer = setInterval(() => this.refresh(), PACE);
  }

  close() {
    clearInterval(this.#timer);
    this.#ends.abort();
    this.#unsubscribe?.();
    this.element.remove();
    document.documentElement.classList.remove("debugging");
    if (this.#before?.isConnected) this.#before.focus();
    panel = null;
  }

  show(at) {
    this.tabs.forEach((tab, index) => {
      const chosen = index === at;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    });
    this.body.setAttribute("aria-labelledby", `dbg-tab-${at}`);
    this.#open = this.#pages[at];
    this.body.replaceChildren(this.#open.element);
    this.refresh();
  }

  /** Looks once: the links always, for their sparklines, and whatever page is open. */
  async refresh() {
    const { corridor } = window;
    if (!corridor) {
      say(this.hub, "The page has stopped. Reload it.");
      return;
    }
    const state = corridor.inspect();
    this.#told(state);
    await this.#pages[0].sample(state);
    if (this.element.isConnected && this.#open !== this.#pages[0]) this.#open.update(state);
  }

  /** A name for a peer, on this screen only: reports use the id. */
  name(peer) {
    const name = this.#names.get(peer);
    return name ? `${name} · ${short(peer)}` : short(peer);
  }

  /** Candidate pairs by peer, for the report. */
  pairs() {
    return this.#pages[0].pairs();
  }

  #told(state) {
    if (!state) {
      say(this.hub, "No room is open.");
      return;
    }
    const hub = state.cutHub ? "cut off on purpose" : state.layers ? "joined" : "away";
    const heard = state.hubHeardMs === null ? "" : `, heard ${ago(state.hubHeardMs)}`;
    const refused = state.rejected ? `; ${state.rejected} inputs refused` : "";
    say(this.hub, `Hub ${hub}${heard}; ${state.links.length} peers; ${state.held} operations${refused}`);
  }

  #listen() {
    const learn = () => {
      this.#names = new Map(window.corridor.view().people.map((person) => [person.id, person.name]));
    };
    if (!window.corridor) return;
    learn();
    this.#unsubscribe = window.corridor.subscribe((changes) => {
      if (changes.people) learn();
    });
  }

  #key(event) {
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      return;
    }
    const at = this.tabs.indexOf(document.activeElement);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = (at + step + this.tabs.length) % this.tabs.length;
    this.show(next);
    this.tabs[next].focus();
  }
}

let panel = null;

function toggle() {
  if (panel) {
    panel.close();
  } else {
    panel = new Panel();
    panel.open();
  }
}

function start() {
  window.addEventListener("corridor:panel", toggle);
  toggle();
}

// The styles first, so that nothing jumps.
const styles = h("link", { rel: "stylesheet", href: new URL("./panel.css", import.meta.url).href });
styles.addEventListener("load", () => {
  if (window.corridor) start();
  else for (const event of ["corridor:started", "TrunkApplicationStarted"]) window.addEventListener(event, start, { once: true });
});
document.head.append(styles);
