// Without a direct path everything flows sealed through the hub, and moves to direct by itself
// (R-LINK-3, R-HUB-3, L2).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { noDirectPath, noWebRtc } from "../lib/faults.mjs";
import { pause } from "../lib/wait.mjs";
import { Wiretap } from "../lib/wiretap.mjs";

/** Ids go over the wire and rest in memory as 16 bytes. */
const raw = (id) => Buffer.from(id.replaceAll("-", ""), "hex");

test("L2 R-LINK-3: with WebRTC impossible everything works, and the hub sees no plaintext", async (t) => {
  const clinic = await Clinic.open(t, { args: ["--log", "trace"] });
  const tap = await Wiretap.before(clinic.hub);
  clinic.onClose(() => tap.close());
  clinic.home = tap.url;
  const smith = await clinic.person("Planted-Name-Smith");
  const ann = await clinic.person("Planted-Name-Ann", { before: [noDirectPath] });
  const link = await clinic.room(smith, ann);

  await smith.addTask("Planted-Task-4711");
  await smith.post("Planted-Message-from-Smith");
  await ann.post("Planted-Message-from-Ann");
  await ann.hasTask("Planted-Task-4711");
  await ann.hasMessage("Planted-Message-from-Smith");
  await smith.hasMessage("Planted-Message-from-Ann");
  const { room } = await ann.view();
  for (const [one, other] of [
    [smith, ann],
    [ann, smith],
  ]) {
    await one.reaches(other, "hub");
  }

  const key = Buffer.from(link.slice(-43), "base64url");
  const secrets = [Buffer.from("Planted-"), Buffer.from("Planted-", "utf16le"), key, Buffer.from(link.slice(-43))];
  const none = secrets.map(() => false);

  // Finding what must be there shows that the search finds: the hub knows rooms and peers by id.
  const [roomThere, peerThere, ...inMemory] = await clinic.hub.memoryHolds([
    raw(room.id),
    raw(room.me),
    ...secrets,
  ]);
  assert.ok(roomThere && peerThere, "the search of the hub's memory works");
  assert.deepEqual(inMemory, none, "plaintext in the hub's memory");

  const heard = tap.heard();
  assert.ok(heard.includes(raw(room.me)), "the search of the traffic works");
  assert.ok(heard.length > 10_000);
  assert.deepEqual(secrets.map((secret) => heard.includes(secret)), none, "plaintext in the traffic");

  const log = Buffer.from(clinic.hub.log);
  assert.ok(log.length > 200, "the hub logs at all");
  assert.deepEqual(secrets.map((secret) => log.includes(secret)), none, "plaintext in the log");
});

test("R-LINK-3: a browser without WebRTC at all works through the hub and says so", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { before: [noWebRtc] });
  await clinic.room(smith, ann);
  await ann.waitForText("This browser cannot connect directly.");
  await ann.addTask("Clean chair 2");
  await smith.hasTask("Clean chair 2");
  await smith.post("Thanks");
  await ann.hasMessage("Thanks");
});

test("R-LINK-3 R-MSG-5: 500 messages across the change from relay to direct, each once and in order", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { before: [noDirectPath] });
  await clinic.room(smith, ann);
  await smith.reaches(ann, "hub");

  const COUNT = 500;
  const texts = Array.from({ length: COUNT }, (_, number) => `m${number}`);
  const paths = [];
  for (const [number, text] of texts.entries()) {
    await smith.command({ type: "post", text });
    if (number === 100) await ann.page.evaluate(() => window.allowDirect());
    if (number % 10 === 0) {
      const { people } = await smith.view();
      paths.push(people.find((person) => person.name === "Ann").path);
      // The stream goes on until the change has happened, and a fifth of it comes after that.
      if (number >= 100 && number < 400 && !paths.includes("direct")) await pause(1500);
    }
  }
  assert.equal(paths[0], "hub");
  assert.ok(paths.slice(0, 41).includes("direct"), `the change came in mid-stream: ${paths}`);

  const view = await ann.until(
    "has all messages",
    (view) => view.messages.length >= COUNT && view,
    60_000,
  );
  assert.deepEqual(
    view.messages.map(({ text }) => text),
    texts,
  );
  // What is on screen: rendered rows are a window on the list, and no text is there twice.
  const shown = (await ann.text()).split("\n").filter((line) => /^m\d+$/.test(line.trim()));
  assert.ok(shown.length > 0);
  assert.equal(new Set(shown).size, shown.length);
});

test("R-LINK-3: direct to relay in mid-stream loses and repeats nothing", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  const texts = Array.from({ length: 200 }, (_, number) => `m${number}`);
  for (const [number, text] of texts.entries()) {
    await smith.command({ type: "post", text });
    if (number === 60) await ann.command({ type: "fault", relayOnly: true });
    if (number === 140) await ann.command({ type: "fault", relayOnly: false });
  }
  const view = await ann.until("has all", (view) => view.messages.length >= 200 && view, 60_000);
  assert.deepEqual(
    view.messages.map(({ text }) => text),
    texts,
  );
  await smith.reaches(ann, "direct");
});
