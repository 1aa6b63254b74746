// The debug panel as a developer uses it.

import { until } from "./wait.mjs";

export class Panel {
  constructor(person) {
    this.person = person;
    this.page = person.page;
  }

  /** Opens it by its shortcut. */
  async open() {
    await this.page.keyboard.down("Control");
    await this.page.keyboard.down("Alt");
    await this.page.keyboard.press("KeyD");
    await this.page.keyboard.up("Alt");
    await this.page.keyboard.up("Control");
    await this.shown();
    return this;
  }

  shown() {
    return this.page.waitForSelector("#dbg .dbg-body table, #dbg .dbg-body p");
  }

  async tab(name) {
    await this.person.click("tab", name);
  }

  /** What the panel says now. */
  text() {
    return this.page.evaluate(() => document.querySelector("#dbg")?.innerText ?? "");
  }

  says(wanted, within) {
    return until(
      `the panel of ${this.person.name} says ${wanted}`,
      async () => {
        const text = await this.text();
        const found = wanted instanceof RegExp ? wanted.exec(text) : text.includes(wanted);
        if (!found) throw new Error(text.slice(0, 2000));
        return found;
      },
      within,
    );
  }

  /** Asks why the unfolded peer is not seen directly, until the answer is `wanted`. */
  hears(wanted) {
    return until(`the panel of ${this.person.name} answers ${wanted}`, async () => {
      await this.person.click("button", "Why not directly?");
      await this.says(wanted, 5_000);
      return true;
    });
  }

  /** Unfolds the row of `other`. */
  async unfold(other) {
    const { me } = (await other.view()).room;
    await this.person.click("button", `${other.name} · ${me.slice(0, 8)}`);
  }
}
