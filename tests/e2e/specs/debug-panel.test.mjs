// The debug panel (R-DBG-2): what it shows is what is real, and what it does happens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../lib/axe.mjs";
import { Clinic } from "../lib/clinic.mjs";
import { tabTo } from "../lib/keyboard.mjs";
import { Panel } from "../lib/panel.mjs";
import { until } from "../lib/wait.mjs";

async function pair(t, hubOptions) {
  const clinic = await Clinic.open(t, hubOptions);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  const link = await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await ann.reaches(smith, "direct");
  return { clinic, smith, ann, link };
}

test("nothing of the panel is loaded before somebody asks for it", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const loaded = [];
  smith.page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await smith.createRoom(clinic.home);
  assert.ok(loaded.length > 3 && !loaded.some((path) => path.startsWith("/panel/")), loaded.join(" "));
  await new Panel(smith).open();
  assert.ok(loaded.includes("/panel/panel.js"));
});

test("?debug opens it, the shortcut closes and opens it, Esc gives the focus back", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  await smith.open(`${clinic.home}/?debug`);
  const panel = new Panel(smith);
  await panel.shown();
  await panel.says("No room is open.");
  const there = () => smith.page.evaluate(() => document.querySelector("#dbg") !== null);
  await smith.page.keyboard.press("Escape");
  await until("it is closed", async () => !(await there()));
  await smith.page.focus("button:not(.skip)");
  const before = await smith.page.evaluate(() => document.activeElement.textContent);
  await panel.open();
  await smith.page.keyboard.press("Escape");
  assert.equal(await smith.page.evaluate(() => document.activeElement.textContent), before);
});

test("a link shows its path, candidate pair, sparklines and past, and restarts on demand", async (t) => {
  const { smith, ann } = await pair(t);
  const panel = await new Panel(smith).open();
  await panel.says(/connected, channel open/);
  await panel.says(/(host|srflx|prflx) udp \S+:\d+ ⇄ (host|srflx|prflx) udp \S+:\d+/);
  await until("both sparklines have a line", () =>
    smith.page.evaluate(() =>
      [...document.querySelectorAll("#dbg tbody .dbg-spark path")].every((path) =>
        /L\d/.test(path.getAttribute("d") ?? ""),
      ),
    ),
  );
  await panel.unfold(ann);
  await panel.says("channel open");
  await panel.says(/succeeded/);
  const before = (await smith.view()).links[0].restarts;
  await smith.click("button", "Restart ICE");
  await smith.until("has restarted", ({ links }) => links[0].restarts > before);
  await panel.says("ICE restart");
  await smith.click("button", "Drop link");
  await panel.says("closed");
  await smith.until("dials again", ({ links }) => links[0].attempts > 1);
  await smith.reaches(ann, "direct");
});

test("delay, loss and relay only on one link; cut, relay only and freeze for all", async (t) => {
  const { smith, ann } = await pair(t);
  const panel = await new Panel(smith).open();
  await panel.unfold(ann);
  const choose = async (label, value) => {
    const handle = await smith.page.waitForSelector(`::-p-aria([name="${label}"][role="combobox"])`);
    await handle.select(value);
  };
  await choose("Delay", "300");
  await smith.until("feels the delay", ({ links }) => links[0].rttMs > 150, 60_000);
  await panel.says("on purpose: +300 ms");
  await choose("Delay", "0");
  await choose("Loss", "20");
  await panel.says("20 % lost");
  await ann.post("although packets are lost");
  await smith.hasMessage("although packets are lost", 60_000);
  await choose("Loss", "0");
  await smith.click("checkbox", "Relay only");
  await smith.until("goes through the hub", ({ links }) => links[0].path === "hub");
  await panel.says("no direct link");
  await smith.click("checkbox", "Relay only");
  await smith.reaches(ann, "direct");

  await panel.tab("Tools");
  await smith.click("checkbox", "Cut signaling");
  await smith.until("is without the hub", ({ room }) => room.hub === "unreachable");
  await panel.says("cut off on purpose");
  await smith.click("checkbox", "Cut signaling");
  await smith.until("is back", ({ room }) => room.hub === "joined");
  await smith.click("button", "Echo from all");
  await panel.says(/direct\s+\d+ ms/);

  await smith.click("button", "Freeze");
  await panel.says("does nothing for 5 s");
  await ann.post("while frozen");
  const { messages } = await smith.view();
  assert.ok(!messages.some(({ text }) => text === "while frozen"), "it is frozen");
  await smith.hasMessage("while frozen");
});

test("frames are filtered and shown as envelopes; timers have reasons; stores are compared", async (t) => {
  const { smith, ann } = await pair(t);
  const panel = await new Panel(smith).open();
  await panel.tab("Frames");
  await ann.post("for the frame log");
  await panel.says("group_message");
  await smith.fill("Filter", "group_message");
  await until("only messages are left", async () => {
    const lines = await smith.page.$$eval("#dbg .dbg-frames summary", (all) => all.map((one) => one.textContent));
    return lines.length > 0 && lines.every((line) => line.includes("group_message"));
  });
  await smith.page.click("#dbg .dbg-frames summary");
  await panel.says('"vectorClock"');
  assert.ok(!(await panel.text()).includes("for the frame log"), "no text");

  await panel.tab("Timers");
  await panel.says(/\d s\s+heartbeat/);
  await panel.tab("Stores");
  await panel.says("in sync");
  await smith.command({ type: "fault", cutHub: true });
  await smith.command({ type: "fault", relayOnly: true });
  const { task } = await smith.command({ type: "addTask", task: { title: "Only here" } });
  await panel.says("differs");
  await panel.says(`task ${task}`);
  await smith.command({ type: "fault", relayOnly: false });
  await smith.command({ type: "fault", cutHub: false });
  await panel.says("in sync", 60_000);
  await panel.tab("Log");
  await panel.says("[corridor link");
});

for (const [width, scheme] of [
  [400, "light"],
  [400, "dark"],
  [1440, "light"],
  [1440, "dark"],
]) {
  test(`axe finds nothing and nothing is cut off at ${width} px, ${scheme}`, async (t) => {
    const { smith, ann } = await pair(t);
    await smith.page.setViewport({ width, height: 800 });
    await smith.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    const panel = await new Panel(smith).open();
    await panel.unfold(ann);
    await panel.hears("Nothing is wrong");
    const found = [];
    for (const tab of ["Links", "Frames", "Timers", "Stores", "Log", "Tools"]) {
      await panel.tab(tab);
      await panel.says(tab);
      for (const line of await violations(smith.page)) found.push(`${tab}: ${line}`);
      const over = await smith.page.evaluate(() => {
        const body = document.querySelector("#dbg-body");
        return body.scrollWidth - body.clientWidth;
      });
      if (over > 0) found.push(`${tab}: ${over} px too wide`);
    }
    assert.deepEqual(found, []);
  });
}

test("everything by keyboard alone", async (t) => {
  const { smith, ann } = await pair(t);
  const { page } = smith;
  const panel = await new Panel(smith).open();
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await focused(), "Links");
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(), "Frames");
  await page.keyboard.press("ArrowLeft");
  const { me } = (await ann.view()).room;
  await tabTo(page, `Ann · ${me.slice(0, 8)}`);
  await page.keyboard.press("Enter");
  await tabTo(page, "Why not directly?");
  await page.keyboard.press("Enter");
  await panel.says("Cause:");
  await tabTo(page, "Relay only");
  await page.keyboard.press("Space");
  await smith.until("goes through the hub", ({ links }) => links[0].path === "hub");
  await page.keyboard.press("Space");
  await smith.reaches(ann, "direct");
});

test("closing it leaves nothing behind, and a fresh one works", async (t) => {
  const { smith } = await pair(t);
  const count = () =>
    smith.page.evaluate(() => ({
      elements: document.querySelectorAll("#dbg").length,
      shifted: document.documentElement.classList.contains("debugging"),
    }));
  const panel = new Panel(smith);
  for (let round = 0; round < 3; round += 1) {
    await panel.open();
    assert.deepEqual(await count(), { elements: 1, shifted: true });
    await smith.page.keyboard.press("Escape");
    assert.deepEqual(await count(), { elements: 0, shifted: false });
  }
  await panel.open();
  await panel.says(/connected, channel open/);
});
