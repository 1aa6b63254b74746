// The page "Timers": what the core waits for, and why.

import { fill, h, rows, table } from "./dom.js";

export class Timers {
  title = "Timers";
  #table = table("What this page waits for, the next one first", "In", "Why");

  constructor() {
    this.element = h("div", {}, this.#table.element);
  }

  update() {
    const timers = window.corridor.timers().sort((a, b) => a.inMs - b.inMs);
    const data = timers.map(({ inMs, reason }) => [`${(inMs / 1000).toFixed(1)} s`, reason]);
    fill(this.#table.body, data, (all) => rows(this.#table.columns, all));
  }
}
