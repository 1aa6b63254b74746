// Time: a device whose clock is wrong, and messages that matter for a while.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

const AHEAD = 62 * 60_000;

test("a wrong clock is told and can be dismissed, and its messages carry the right time", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", {
    before: [
      () => {
        const right = Date.now.bind(Date);
        Date.now = () => right() + 62 * 60_000;
      },
    ],
  });
  await clinic.room(smith, ann);
  const notice = "This device’s clock is 1 h 2 min ahead of the others’.";
  await ann.waitForText(notice);
  await ann.post("What time is it?");
  const { at } = await smith.hasMessage("What time is it?");
  assert.ok(Math.abs(at - Date.now()) < AHEAD / 2, `stamped ${at - Date.now()} ms from now`);
  await ann.click("button", "Close");
  await ann.until("is told no more", async () => !(await ann.text()).includes(notice));
  assert.ok(!(await smith.text()).includes("clock"), "whose clock is right is not told");
});

test("a message that matters for a while says until when, and when nobody was reached in time", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.command({ type: "post", text: "Coffee at ten", ttlMs: 3_600_000 });
  for (const person of [smith, ann]) await person.waitForText("Matters until");
  await ann.page.goto("about:blank");
  await smith.until("sees Ann gone", ({ people }) => people.at(-1).presence === "offline");
  await smith.command({ type: "post", text: "Coffee now", ttlMs: 500 });
  await smith.waitForText("Not reached in time");
  await smith.waitForText("Mattered until", 60_000);
});
