// A tab that nobody looks at (R-LINK-9): it stays in the list while its link answers, and catches up when it is back.

import assert from "node:assert/strict";
import { row } from "./lib/lab.mjs";
import { seconds } from "./lib/network.mjs";

/** How soon whoever comes back must have everything, in milliseconds. */
const BACK = 1_000;

/** Runs in the page: notes each time it sees `name` in another state. */
function watch(name) {
  window.seen = [];
  const look = () => {
    const presence = window.corridor.view().people.find((one) => one.name === name)?.presence;
    if (presence !== window.seen.at(-1)) window.seen.push(presence);
  };
  window.corridor.subscribe(look);
  look();
}

/** Runs in the page: notes when it is seen again, by the clock that all pages and the tests share. */
function noteReturn() {
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) window.shownAt = performance.timeOrigin + performance.now();
  });
}

for (const minutes of [1, 10]) {
  row(`a tab is hidden for ${minutes} min`, { within: 900_000 }, async (lab) => {
    const [smith, ann] = await lab.room(["Smith", "Ann"]);
    await smith.page.page.evaluate(watch, "Ann");
    await ann.page.hide();
    await smith.page.until("sees that Ann is away", (view) =>
      view.people.some((one) => one.name === "Ann" && one.presence === "away"),
    );
    await seconds(minutes * 60);
    const seen = await smith.page.page.evaluate(() => window.seen);
    // A machine that is too busy may make it "reconnecting" for a moment.
    assert.ok(!seen.includes("offline"), `she left the list: ${seen}`);
    await ann.page.page.evaluate(noteReturn);
    await ann.page.show();
    const shown = await ann.page.page.evaluate(() => window.shownAt);
    await smith.page.until("sees that Ann is back", (view) =>
      view.people.some((one) => one.name === "Ann" && one.presence === "online"),
    );
    const noticed = Date.now() - shown;
    const caughtUp = await lab.caughtUp(shown);
    lab.print(`seen as ${seen.join(", then ")}; back after ${Math.round(noticed)} ms; caught up after ${Math.round(caughtUp)} ms`);
    assert.ok(caughtUp < BACK, `it took ${caughtUp} ms`);
  });
}
