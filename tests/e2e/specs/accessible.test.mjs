// WCAG 2.2 AA by axe, and everything by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../lib/axe.mjs";
import { Clinic } from "../lib/clinic.mjs";
import { tabTo } from "../lib/keyboard.mjs";
import { until } from "../lib/wait.mjs";

for (const scheme of ["light", "dark"]) {
  test(`axe finds nothing on the home page, the join page and in a room, ${scheme}`, async (t) => {
    const clinic = await Clinic.open(t);
    const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
    await smith.page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: scheme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    const found = [];
    const look = async (screen) => {
      for (const line of await violations(smith.page)) found.push(`${screen}: ${line}`);
    };

    await smith.open(clinic.home);
    await smith.find("button", "Create a room").wait();
    await look("home");
    const link = await smith.createRoom(clinic.home);
    await look("join");
    await smith.join("Dentist");
    await look("empty room");

    await ann.open(link);
    await ann.join("Nurse");
    await smith.reaches(ann);
    await smith.addTask("Clean chair 2");
    await ann.post("On my way");
    await smith.waitForText("On my way");
    await smith.waitForText("Clean chair 2");
    await look("room");
    await smith.page.setViewport({ width: 390, height: 844, isMobile: true, hasTouch: true });
    await smith.waitForText("Clean chair 2");
    await look("room on a phone");

    await smith.click("button", "Edit: Clean chair 2");
    await smith.click("button", "Delete: Clean chair 2");
    await smith.waitForText("Deleted: Clean chair 2");
    await look("an undo on a phone");
    const { me } = (await smith.view()).room;
    await ann.command({ type: "post", text: "Only for you", to: me });
    await smith.waitForText("Private message from Ann");
    await look("a private message on a phone");
    await smith.click("button", "Open");
    await smith.waitForText("Only for you");
    await look("a private conversation on a phone");
    await smith.page.setViewport({ width: 1440, height: 900 });
    await ann.command({ type: "post", text: "And this", to: me });
    await smith.find("button", "Ann, 1 unread message").wait();
    await look("an unread private message");
    await smith.click("button", "Ann, 1 unread message");
    await smith.waitForText("And this");
    await look("a private conversation");

    assert.deepEqual(found, []);
  });
}

test("axe finds nothing where lost edits are told, and they can be settled by keyboard", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.addTask("Clean chair 2");
  const { id } = await ann.hasTask("Clean chair 2");
  for (const type of ["relayOnly", "cutHub"]) await smith.command({ type: "fault", [type]: true });
  await smith.until("is alone", ({ people }) => people.every(({ me, path }) => me || path === "none"));
  for (const [field, mine, hers] of [
    ["title", "Mine", "Hers"],
    ["place", "Room 1", "Room 2"],
  ]) {
    await smith.command({ type: "editTask", id, task: { [field]: mine } });
    await ann.command({ type: "editTask", id, task: { [field]: hers } });
  }
  for (const type of ["relayOnly", "cutHub"]) await smith.command({ type: "fault", [type]: false });
  await smith.waitForText("2 changes of yours were replaced");
  const found = [];
  for (const scheme of ["light", "dark"]) {
    for (const width of [390, 1440]) {
      await smith.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
      await smith.page.setViewport({ width, height: 844 });
      await smith.waitForText("2 changes of yours were replaced");
      found.push(...(await violations(smith.page)).map((line) => `${scheme} ${width}: ${line}`));
    }
  }
  assert.deepEqual(found, []);

  // F6 goes there from the tasks, and the focus stays until nothing is left.
  const { page } = smith;
  const place = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  for (let presses = 0; (await place()) !== "Replaced changes"; presses += 1) {
    assert.ok(presses < 5, "F6 reaches the lost edits");
    const before = await place();
    await page.keyboard.press("F6");
    await until("the focus has moved", async () => (await place()) !== before);
  }
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await smith.until("has put one back", (view) => view.lost.length === 1);
  await until("the focus stays with the lost edits", async () => (await place()) === "Replaced changes");
  await tabTo(page, "Keep Ann’s");
  await page.keyboard.press("Enter");
  await smith.until("has settled all", (view) => view.lost.length === 0);
  await until("the focus is with the tasks", async () => (await place()) === "Tasks");
  const task = await smith.hasTask("Mine");
  assert.equal(task.place, "Room 2");
});

test("a private message by keyboard alone", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  const { page } = smith;
  await tabTo(page, "Write privately to Ann");
  await page.keyboard.press("Enter");
  await until("the focus is where one writes", () =>
    page.evaluate(() => document.activeElement.tagName === "TEXTAREA"),
  );
  await page.keyboard.type("Have you got a minute?");
  await page.keyboard.press("Enter");
  const message = await ann.hasMessage("Have you got a minute?");
  assert.equal(message.with, (await smith.view()).room.me);
  await tabTo(ann.page, "Dr. Smith, 1 unread message");
  await ann.page.keyboard.press("Enter");
  await tabTo(ann.page, "Private message to Dr. Smith");
  await ann.page.keyboard.type("Coming");
  await ann.page.keyboard.press("Enter");
  await smith.waitForText("Coming");
});

test("a task and a message by keyboard alone, from the home page on", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const { page } = smith;
  const { keyboard } = page;
  await smith.open(clinic.home);
  await smith.find("button", "Create a room").wait();

  await tabTo(page, "Create a room");
  await keyboard.press("Enter");
  await smith.field("Your name");
  await tabTo(page, "Your name");
  await keyboard.type("Dr. Smith");
  await tabTo(page, "Your role");
  await keyboard.type("Dentist");
  await tabTo(page, "Join");
  await keyboard.press("Enter");
  await smith.until("has joined", (view) => view.room.profile !== null);

  await tabTo(page, "New task");
  await keyboard.type("Clean chair 2");
  await keyboard.press("Enter");
  await smith.hasTask("Clean chair 2");

  await tabTo(page, "Done: Clean chair 2");
  await keyboard.press("Space");
  await smith.until("has done it", (view) => view.tasks[0].status === "done");

  await tabTo(page, "Message");
  await keyboard.type("Good morning");
  await tabTo(page, "Send");
  await keyboard.press("Enter");
  await smith.hasMessage("Good morning");
});
