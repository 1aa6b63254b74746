// The page "Tools": faults for the whole page, tests, and what one sends to a developer.

import { button, choice, copy, h, rows, save, say, table, tick } from "./dom.js";
import { command } from "./links.js";
import { report } from "./report.js";

const RESULTS = ["Peer", "Best path", "Direct", "Through the hub", "Through peers"];

export class Tools {
  title = "Tools";
  #told = h("p", { role: "status" });
  #results = table("Echoes", ...RESULTS);
  #text = h("textarea", { class: "dbg-report", readonly: true, "aria-label": "Report", hidden: true });

  constructor(panel) {
    this.panel = panel;
    const ask = (json) => command(json, this.#told);
    this.cut = tick("Cut signaling", (on) => ask({ type: "fault", cutHub: on }));
    this.relay = tick("Relay only, for all", (on) => ask({ type: "fault", relayOnly: on }));
    const freeze = choice("Freeze for", [[5, "5 s"], [20, "20 s"], [60, "60 s"]], () => {});
    this.#results.element.hidden = true;
    this.element = h(
      "div",
      {},
      h(
        "div",
        { class: "dbg-bar" },
        this.cut.label,
        this.relay.label,
        freeze.label,
        button("Freeze", () => this.#freeze(Number(freeze.select.value))),
        button("Restart ICE of all", () => ask({ type: "restartIce" })),
        button("Echo from all", () => this.#echo()),
      ),
      h(
        "div",
        { class: "dbg-bar" },
        button("Copy report", () => this.#report()),
        button("Save bug capsule", () => this.#capsule()),
      ),
      this.#told,
      this.#results.element,
      this.#text,
    );
  }

  update(state) {
    this.cut.box.checked = Boolean(state?.cutHub);
    this.relay.box.checked = Boolean(state?.relayOnly);
  }

  #freeze(seconds) {
    try {
      window.corridor.freeze(seconds * 1000);
      say(this.#told, `The engine of this page does nothing for ${seconds} s.`);
    } catch (error) {
      say(this.#told, error.message);
    }
  }

  async #echo() {
    say(this.#told, "Asking everyone…");
    const results = await window.NativeWebRTCDebug.testP2PWithAllPeers().catch((error) => {
      say(this.#told, error.message);
      return null;
    });
    if (!results) return;
    const ms = (value) => (value === null ? "no answer" : `${value} ms`);
    const data = results.map((one) => [
      this.panel.name(one.peerId),
      one.path,
      ms(one.directMs),
      ms(one.relayMs),
      ms(one.viaPeerMs),
    ]);
    this.#results.element.hidden = data.length === 0;
    this.#results.body.replaceChildren(...rows(RESULTS, data));
    say(this.#told, data.length ? "" : "Nobody is reached.");
  }

  async #report() {
    this.#text.value = report(this.panel.pairs());
    this.#text.hidden = false;
    const copied = await copy(this.#text.value);
    say(this.#told, copied ? "The report is on the clipboard." : "Copy the report from the field below.");
  }

  async #capsule() {
    try {
      save(`corridor-${Date.now()}.capsule`, window.corridor.capsule());
      say(this.#told, "Replay it with: cargo xtask replay FILE");
    } catch (error) {
      say(this.#told, error.message);
    }
  }
}
