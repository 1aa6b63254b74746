// WCAG 2.2 AA by axe, and everything by keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../lib/axe.mjs";
import { Clinic } from "../lib/clinic.mjs";
import { tabTo } from "../lib/keyboard.mjs";

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

    assert.deepEqual(found, []);
  });
}

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
