// The page "Log": the console's lines, kept whatever the level.

import { choice, h, say } from "./dom.js";

const LEVELS = ["error", "warn", "info", "debug"];

export class Log {
  title = "Log";
  #level = "info";
  #words = "";
  #lines = h("pre", { class: "dbg-lines", tabindex: "0", "aria-label": "Log, newest first" });

  constructor() {
    const level = choice("Level", LEVELS.map((name) => [name, name]), (name) => {
      this.#level = name;
      this.update();
    });
    level.select.value = this.#level;
    const field = h("input", {
      type: "search",
      class: "dbg-input",
      oninput: () => {
        this.#words = field.value.trim().toLowerCase();
        this.update();
      },
    });
    this.element = h(
      "div",
      {},
      h("div", { class: "dbg-bar" }, level.label, h("label", { class: "dbg-field" }, h("span", {}, "Filter"), field)),
      this.#lines,
    );
  }

  update() {
    const grave = LEVELS.slice(0, LEVELS.indexOf(this.#level) + 1);
    const shown = window.corridor
      .log()
      .filter((line) => grave.includes(line.split(" ", 2)[1]))
      .filter((line) => line.toLowerCase().includes(this.#words));
    say(this.#lines, shown.reverse().join("\n"));
  }
}
