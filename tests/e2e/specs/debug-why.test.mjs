// "Why can't A see B?" (R-DBG-4), for causes that real Chromium produces without a network of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { emptyStorage, fillStorage, noDirectPath, noStorage, noWebRtc } from "../lib/faults.mjs";
import { Panel } from "../lib/panel.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { until } from "../lib/wait.mjs";

/** Asks until the cause is found, as a person would who waits a moment. */
function why(person, other, cause, side) {
  return until(
    `${person.name} hears "${cause}"`,
    async () => {
      const found = await person.command({ type: "diagnose", peer: other });
      if (found.cause !== cause || (side && found.side !== side)) {
        throw new Error(`${found.cause} (${found.side}): ${JSON.stringify(found)}`);
      }
      return found;
    },
    60_000,
  );
}

async function pair(t, before = []) {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { before });
  const link = await clinic.room(smith, ann);
  const id = async (person) => (await person.view()).room.me;
  return { clinic, smith, ann, link, ids: { smith: await id(smith), ann: await id(ann) } };
}

test("nothing is wrong", async (t) => {
  const { smith, ann, ids } = await pair(t);
  await smith.reaches(ann, "direct");
  const found = await why(smith, ids.ann, "fine");
  assert.ok(found.here.candidates.mdns + found.here.candidates.host > 0);
  assert.ok(found.there.onHub, "the other end told its facts");
});

test("the other browser has no WebRTC", async (t) => {
  const { smith, ann, ids } = await pair(t, [noWebRtc]);
  await why(smith, ids.ann, "noWebRtc", "there");
  await why(ann, ids.smith, "noWebRtc", "here");
});

test("the other browser finds no address", async (t) => {
  const { smith, ids } = await pair(t, [noDirectPath]);
  await why(smith, ids.ann, "noCandidates", "there");
});

test("the other browser keeps nothing, or has no room left", async (t) => {
  const { smith, ids } = await pair(t, [noStorage]);
  await why(smith, ids.ann, "storageBlocked", "there");
  await smith.page.evaluate(fillStorage);
  await assert.rejects(smith.command({ type: "post", text: "too much" }), /full/);
  await why(smith, ids.ann, "storageFull", "here");
  await smith.page.evaluate(emptyStorage);
});

test("a clock is wrong by an hour", async (t) => {
  const { smith, ids } = await pair(t, [
    () => {
      const right = Date.now.bind(Date);
      Date.now = () => right() + 60 * 60_000;
    },
  ]);
  await why(smith, ids.ann, "clock", "there");
});

test("the page was closed, the device is frozen, the hub is gone", async (t) => {
  const { clinic, smith, ann, link, ids } = await pair(t);
  await smith.reaches(ann, "direct");
  await ann.page.goto("about:blank");
  await why(smith, ids.ann, "closed", "there");
  await ann.open(link);
  await smith.reaches(ann, "direct");
  await ann.page.evaluate(() => window.corridor.freeze(600_000));
  await why(smith, ids.ann, "absent", "there");
  for (const person of [smith, ann]) person.tolerate(HUB_AWAY);
  await clinic.hub.kill();
  await why(smith, ids.ann, "hubUnreachable", "here");
});

test("the link holds another key", async (t) => {
  const { clinic, smith, link } = await pair(t);
  const stranger = await clinic.person("Stranger");
  const [place, key] = [link.slice(0, -43), link.slice(-43)];
  const other = (key[0] === "A" ? "B" : "A") + key.slice(1);
  await stranger.open(place + other);
  await stranger.until("is refused", ({ room }) => room?.hub === "refused");
  await why(stranger, (await smith.view()).room.me, "wrongKey", "here");
});

test("a fault was left on, and the panel says so in a sentence", async (t) => {
  const { smith, ann, ids } = await pair(t);
  await smith.reaches(ann, "direct");
  await ann.command({ type: "fault", relayOnly: true });
  await why(smith, ids.ann, "onPurpose", "there");
  const panel = await new Panel(smith).open();
  await panel.unfold(ann);
  await panel.hears("The other device has a fault switched on in its debug panel.");
  await panel.says("Switch it off there");
});
