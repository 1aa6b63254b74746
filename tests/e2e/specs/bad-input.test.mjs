// Whatever comes in wrong: a clear sentence, and nothing lost (L3, L5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { emptyStorage, fillStorage, noStorage, noWebAssembly } from "../lib/faults.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { until } from "../lib/wait.mjs";

const KEY_CHARS = 43;

/** A room that exists, with Dr. Smith in it. */
async function withRoom(t, hubOptions) {
  const clinic = await Clinic.open(t, hubOptions);
  const smith = await clinic.person("Dr. Smith");
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await smith.until("is on the hub", (view) => view.room.hub === "joined");
  return { clinic, smith, link };
}

/** Opens a link that may or may not ask who one is. */
async function follow(person, link, sentence) {
  await person.open(link);
  const joined = (async () => {
    await person.field("Your name");
    await person.fill("Your name", person.name);
    await person.click("button", "Join");
  })().catch(() => {}); // Not every bad link gets as far as the question.
  await person.waitForText(sentence);
  await joined;
}

test("a link with a wrong key says so, and the room is untouched", async (t) => {
  const { clinic, smith, link } = await withRoom(t);
  const at = link.length - KEY_CHARS;
  const wrong = link.slice(0, at) + (link[at] === "A" ? "B" : "A") + link.slice(at + 1);
  const ann = await clinic.person("Ann");
  await follow(ann, wrong, "The key in this link does not belong to this room");
  assert.deepEqual(
    (await smith.view()).people.map(({ name }) => name),
    ["Dr. Smith"],
  );
});

test("a link without its key says what is missing", async (t) => {
  const { clinic, link } = await withRoom(t);
  const ann = await clinic.person("Ann");
  await ann.open(link.slice(0, -KEY_CHARS));
  await ann.waitForText("This link leads nowhere");
});

test("a link that was cut off says so", async (t) => {
  const { clinic, link } = await withRoom(t);
  const ann = await clinic.person("Ann");
  await ann.open(link.slice(0, -7));
  await ann.waitForText(/missing or cut off/);
});

test("a link to a room the hub never had says so", async (t) => {
  const { clinic, link } = await withRoom(t);
  const room = /[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}/i.exec(link)?.[0];
  assert.ok(room, `a room id in ${link}`);
  const other = room.slice(0, -4) + (room.endsWith("0000") ? "1111" : "0000");
  const ann = await clinic.person("Ann");
  await follow(ann, link.replace(room, other), "The hub does not know this room");
});

test("a room that has ended says so, and what was written stays on the device", async (t) => {
  const { clinic, smith, link } = await withRoom(t, { args: ["--room-ttl", "1s"] });
  await smith.addTask("Written in time");
  await smith.hasTask("Written in time");
  await smith.open(clinic.home);
  await until("the room is over", async () => {
    const health = await (await fetch(`${clinic.hub.url}/health`)).json();
    return health.rooms === 0;
  });
  const ann = await clinic.person("Ann");
  await follow(ann, link, "This room has ended");
  await smith.open(link);
  await smith.waitForText("This room has ended. What was written is still here on this device");
  await smith.waitForText("Written in time");
});

test("a hub that is away when a room is created says so, and the page stays usable", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  await smith.open(clinic.home);
  await smith.find("button", "Create a room").wait();
  smith.tolerate([...HUB_AWAY, /net::ERR_/]);
  await clinic.hub.kill();
  await smith.click("button", "Create a room");
  await smith.waitForText("The hub does not answer, so no new room can be made");
  await clinic.hub.start();
  await smith.click("button", "Create a room");
  await smith.field("Your name");
});

test("a hub that is away when a known room is opened: work goes on and is delivered later", async (t) => {
  const { clinic, smith, link } = await withRoom(t);
  await smith.addTask("Written before");
  await smith.hasTask("Written before");
  await smith.open(clinic.home);
  await smith.find("button", "Create a room").wait();
  smith.tolerate([...HUB_AWAY, /net::ERR_/]);
  await clinic.hub.kill();
  await smith.page.evaluate((link) => (location.hash = new URL(link).hash), link);
  await smith.waitForText("The hub cannot be reached. Keep working");
  await smith.waitForText("Written before");
  await smith.addTask("Written without hub");
  await smith.hasTask("Written without hub");
  await clinic.hub.start();
  const ann = await clinic.person("Ann");
  await smith.until("is back", (view) => view.room.hub === "joined", 60_000);
  await ann.open(link);
  await ann.join("Nurse");
  await ann.hasTask("Written before");
  await ann.hasTask("Written without hub");
});

test("L3: full storage is told at once, refuses new changes, and loses nothing", async (t) => {
  const { smith } = await withRoom(t);
  await smith.addTask("Saved in time");
  await smith.hasTask("Saved in time");
  await smith.page.evaluate(fillStorage);
  // The app keeps a reserve for such moments. What is claimed as saved while it lasts must be saved.
  const claimed = await smith.page.evaluate(async (long) => {
    for (let number = 0; ; number += 1) {
      try {
        await window.corridor.command({ type: "post", text: `claimed ${number} ${long}` });
      } catch (error) {
        return { number, reason: String(error) };
      }
    }
  }, "x".repeat(2000));
  assert.match(claimed.reason, /storage on this device is full/);
  await smith.page.evaluate(fillStorage);

  await smith.post("No room for this");
  await smith.waitForText(/no space left/);
  const { messages } = await smith.view();
  assert.equal(messages.length, claimed.number, "only what was claimed is there");
  const field = await smith.field("Message");
  assert.equal(await field.evaluate((input) => input.value), "No room for this", "the words stay");

  await smith.page.evaluate(emptyStorage);
  await smith.click("button", "Send");
  await smith.hasMessage("No room for this");
  await smith.reload();
  await smith.waitForText("Saved in time");
  await smith.waitForText("No room for this");
  await smith.until("has all that was claimed", (view) => view.messages.length === claimed.number + 1);
});

test("L3: blocked storage is told, and the room works as long as the page is open", async (t) => {
  const { clinic, smith, link } = await withRoom(t);
  const ann = await clinic.person("Ann", { before: [noStorage] });
  await ann.open(link);
  await ann.join("Nurse");
  await ann.waitForText("This browser does not let Corridor save anything.");
  await ann.addTask("From memory only");
  await smith.hasTask("From memory only");
});

test("a browser that is too old gets a sentence instead of an empty page", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith", { before: [noWebAssembly] });
  await smith.open(clinic.home);
  await smith.waitForText("This browser is too old for Corridor.");
});

test("an app that cannot be loaded says so", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  smith.tolerate([/net::ERR_FAILED/, /the app did not start/]);
  await smith.page.setRequestInterception(true);
  smith.page.on("request", (request) =>
    request.url().endsWith(".wasm") ? request.abort() : request.continue(),
  );
  await smith.open(clinic.home);
  await smith.waitForText("Corridor could not be loaded.");
});

test("L5: garbage and oversize frames from a peer are counted, and change nothing else", async (t) => {
  const { clinic, smith, link } = await withRoom(t);
  const ann = await clinic.person("Ann");
  await ann.open(link);
  await ann.join("Nurse");
  await ann.reaches(smith, "direct");
  await ann.addTask("Before the garbage");
  const before = await smith.hasTask("Before the garbage");
  await ann.page.evaluate(() => {
    const [[, { dataChannel }]] = window.NativeWebRTCDebug.getConnections();
    dataChannel.send(new Uint8Array([0xff, 0x00, 0x13, 0x37]));
    dataChannel.send(new Uint8Array(0));
    dataChannel.send(new Uint8Array(100 * 1024).fill(0x82));
    dataChannel.send("text where bytes belong");
  });
  await smith.until("counts what it refused", (view) => view.room.rejected > 0);
  assert.deepEqual(await smith.task("Before the garbage"), before);
  await ann.post("Still talking");
  await smith.hasMessage("Still talking");
  await smith.post("Still listening");
  await ann.hasMessage("Still listening");
});

test("markup in what people write stays text", async (t) => {
  const { clinic, smith, link } = await withRoom(t);
  const ann = await clinic.person("<img src=x onerror=alert(1)>");
  await ann.open(link);
  await ann.join("<b>Nurse</b>");
  await ann.addTask("<script>document.title='no'</script>");
  await ann.post("<img src=x onerror=document.title='no'>");
  await smith.waitForText("<img src=x onerror=document.title='no'>");
  await smith.waitForText("<script>document.title='no'</script>");
  assert.equal(await smith.page.evaluate(() => document.querySelectorAll("img[src=x]").length), 0);
  assert.notEqual(await smith.page.title(), "no");
});
