// People who vanish leave the list in time (R-LINK-9), measured by the others' view.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

const gone = (name) => (view) =>
  view.people.find((person) => person.name === name)?.presence === "offline";

/** Milliseconds from `leave()` until `watcher` no longer counts `name` as present. */
async function measured(watcher, name, leave, within) {
  const began = performance.now();
  const left = leave();
  await watcher.until(`sees ${name} gone`, gone(name), within);
  const took = performance.now() - began;
  await left;
  return took;
}

test("R-LINK-9: a page that is closed is gone within a second", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  const took = await measured(smith, "Ann", () => ann.page.goto("about:blank"), 10_000);
  assert.ok(took < 1000, `took ${took} ms`);
});

test("R-LINK-9: a browser that is killed is gone within twelve seconds", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { own: true });
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  const kill = async () => ann.context.browser().process().kill("SIGKILL");
  const took = await measured(smith, "Ann", kill, 30_000);
  assert.ok(took < 12_000, `took ${took} ms`);
});

test("R-LINK-9: a browser that is killed is gone within twelve seconds even without the hub's word", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { own: true });
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await smith.command({ type: "fault", cutHub: true });
  await until("Dr. Smith is without the hub", async () => (await smith.view()).room.hub !== "joined");
  const kill = async () => ann.context.browser().process().kill("SIGKILL");
  const took = await measured(smith, "Ann", kill, 30_000);
  assert.ok(took < 12_000, `took ${took} ms`);
});
