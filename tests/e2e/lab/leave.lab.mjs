// People who leave in every way, and come back as the same person.

import assert from "node:assert/strict";
import { row } from "./lib/lab.mjs";

/** Ann leaves by `leave`; both times are as Smith sees them. */
async function leaves(lab, leave, within) {
  const [smith, ann] = await lab.room(["Smith", "Ann"]);
  const said = await ann.stop();
  for (const text of said) await smith.page.hasMessage(text);
  const began = Date.now();
  await leave(ann);
  const gone = (view) => view.people.find((one) => one.name === "Ann")?.presence === "offline";
  await smith.page.until("sees Ann gone", gone, 20_000);
  const took = Date.now() - began;
  assert.ok(took < within, `Ann was listed for ${took} ms`);

  // Back in the same profile, where Chromium has written localStorage to its disk: that takes it some seconds, so
  // who was killed right after joining is asked for a name again, as somebody new.
  await ann.relaunch();
  await ann.page.open(lab.link);
  const known = await ann.page.until("is asked or known", async (view) => {
    if (view.room?.profile) return "known";
    return (await ann.page.sees("textbox", "Your name")) && "new";
  });
  if (known === "new") await ann.page.join();
  const back = Date.now();
  await ann.talk();
  const gap = await lab.gap(back);
  await lab.allReach("direct");
  const view = await smith.page.view();
  const here = view.people.filter((one) => !one.me && one.presence !== "offline");
  assert.equal(here.length, 1, "Ann is here once");
  lab.print(`gone after ${took} ms; heard ${Math.round(gap)} ms after coming back, ${known}`);
  assert.ok(gap < 2_000, `the gap was ${gap} ms`);
}

row("a peer closes the page", {}, (lab) =>
  leaves(lab, (ann) => ann.page.page.close(), 1_000),
);

row("a peer navigates away", {}, (lab) =>
  leaves(lab, (ann) => ann.page.page.goto("about:blank"), 1_000),
);

row("a peer's browser is killed", { short: true }, (lab) =>
  leaves(lab, (ann) => ann.machine.killAll(), 12_000),
);

row("a peer loses power", {}, (lab) =>
  leaves(
    lab,
    async (ann) => {
      // Nobody is there to close sockets, so the hub is not told either.
      const heal = lab.network.isolate(ann.machine);
      ann.machine.killAll();
      ann.beforeRelaunch = heal;
    },
    12_000,
  ),
);
