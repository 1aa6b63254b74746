// Links that were up and are disturbed: nothing is lost or doubled, and talk goes on soon after healing.

import assert from "node:assert/strict";
import { row } from "./lib/lab.mjs";
import { seconds } from "./lib/network.mjs";

/** The goal for the gap after healing, in milliseconds. */
const HEALED = 2_000;
/** The goal for the first message when a direct link becomes impossible, in milliseconds. */
const REROUTED = 1_500;

/** Prints what happened after `healed`, and asserts the goal. */
async function assertHealed(lab, healed) {
  await lab.gap(healed);
  const caughtUp = await lab.caughtUp(healed);
  const path = await lab.paths();
  await lab.allReach("direct");
  const direct = Date.now() - healed;
  // The way back to the direct link must not cost a second gap.
  await seconds(3);
  const gap = await lab.longestSilence(healed);
  lab.print(
    `longest gap after healing ${Math.round(gap)} ms; all caught up at ${Math.round(caughtUp)} ms (${path}); direct by ${direct} ms`,
  );
  assert.ok(gap < HEALED, `the gap was ${gap} ms`);
}

for (const length of [5, 20, 45, 120]) {
  row(`cut off from everybody for ${length} s`, { short: length === 20 }, async (lab) => {
    const [smith] = await lab.room(["Smith", "Ann"]);
    const heal = lab.network.isolate(smith.machine);
    await seconds(length);
    heal();
    await assertHealed(lab, Date.now());
  });
}

row("browsers are cut from each other for 20 s", { short: true }, async (lab) => {
  const [smith, ann] = await lab.room(["Smith", "Ann"]);
  const began = Date.now();
  const heal = lab.network.part(smith.machine, ann.machine);
  await seconds(20);
  const silence = await lab.longestSilence(began);
  lab.print(`longest silence when the direct link died ${Math.round(silence)} ms`);
  heal();
  await assertHealed(lab, Date.now());
  assert.ok(silence < REROUTED, `the silence was ${silence} ms`);
});

row("a new address while the link is up", {}, async (lab) => {
  const [smith] = await lab.room(["Smith", "Ann"]);
  smith.machine.renumber();
  await assertHealed(lab, Date.now());
});

row("the link is down for 3 s and comes back with a new address", { short: true }, async (lab) => {
  const [smith] = await lab.room(["Smith", "Ann"]);
  smith.machine.disconnect();
  await seconds(3);
  smith.machine.renumber({ connect: false });
  smith.machine.connect();
  await assertHealed(lab, Date.now());
});

row("the hub is killed for 40 s", {}, async (lab) => {
  const people = await lab.room(["Smith", "Ann", "Jones"]);
  const began = Date.now();
  await lab.hub.kill();
  await seconds(40);
  const silence = await lab.longestSilence(began);
  await lab.hub.start();
  const healed = Date.now();
  for (const person of people) {
    await person.page.until("is back on the hub", (view) => view.room.hub === "joined");
  }
  lab.print(`longest silence ${Math.round(silence)} ms; back on the hub after ${Date.now() - healed} ms`);
  assert.ok(silence < HEALED, `the silence was ${silence} ms`);
});

for (const percent of [20, 40]) {
  row(`${percent} % of all packets are lost for 20 s`, {}, async (lab) => {
    await lab.room(["Smith", "Ann"]);
    const began = Date.now();
    const heal = lab.network.lose(percent);
    await seconds(20);
    const silence = await lab.longestSilence(began);
    heal();
    lab.print(`longest silence under loss ${Math.round(silence)} ms`);
    await assertHealed(lab, Date.now());
  });
}
