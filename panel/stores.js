// The page "Stores": what is held here, compared with what each peer has confirmed.

import { fill, h, rows, say, short, table } from "./dom.js";

const COLUMNS = ["Peer", "Digest", "State", "It lacks", "Lacking here"];
const DIFFERENCES = ["Peer", "Operation", "Held", "About"];

export class Stores {
  title = "Stores";
  #mine = h("p");
  #table = table("What each peer holds", ...COLUMNS);
  #differences = table("Operations that only one end holds", ...DIFFERENCES);

  constructor(panel) {
    this.panel = panel;
    this.element = h("div", {}, this.#mine, this.#table.element, this.#differences.element);
  }

  update(state) {
    const { digest = "none", held = 0, links = [] } = state ?? {};
    say(this.#mine, `Here: digest ${digest} over ${held} operations.`);
    const states = links.map((link) => [
      this.panel.name(link.peer),
      link.digest ?? "unknown",
      link.digest === null ? "has not said yet" : link.digest === digest ? "in sync" : "differs",
      link.lacks,
      link.ahead,
    ]);
    fill(this.#table.body, states, (all) => rows(COLUMNS, all));
    const differences = links.flatMap((link) =>
      link.differences.map(({ op, here, record }) => [
        this.panel.name(link.peer),
        `#${op.split("-").at(-1)} of ${short(op)}`,
        here ? "only here" : "only there",
        record ?? "not held here, so unknown",
      ]),
    );
    this.#differences.element.hidden = differences.length === 0;
    fill(this.#differences.body, differences, (all) => rows(DIFFERENCES, all));
  }
}
