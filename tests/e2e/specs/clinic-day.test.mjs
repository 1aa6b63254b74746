// The day that must simply work (PRODUCT, "Who uses it"), hours pressed into a minute.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { until } from "../lib/wait.mjs";

test("a clinic day", async (t) => {
  const clinic = await Clinic.open(t);

  // 8:00. Dr. Smith creates a room, plans the morning and goes into surgery.
  const smith = await clinic.person("Dr. Smith");
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  for (const title of ["Prepare chair 1", "Call the lab", "Order gloves"]) await smith.addTask(title);
  await smith.post("In surgery until 12:00");
  await smith.until("has planned the morning", (view) => view.tasks.length === 3);

  // 11:00. A hygienist joins by link, sees the morning's tasks and does one.
  const ann = await clinic.person("Ann");
  await ann.open(link);
  await ann.join("Hygienist");
  await ann.waitForText("Call the lab");
  await ann.waitForText("In surgery until 12:00");
  await ann.click("checkbox", "Done: Prepare chair 1");
  await smith.until(
    "sees chair 1 done",
    (view) => view.tasks.find(({ title }) => title === "Prepare chair 1").status === "done",
  );

  // 14:00. Dr. Jones joins.
  const jones = await clinic.person("Dr. Jones");
  await jones.open(link);
  await jones.join("Dentist");
  for (const other of [smith, ann]) {
    await jones.reaches(other, "direct");
    await other.reaches(jones, "direct");
  }
  await smith.reaches(ann, "direct");

  // 15:00. The hub is restarted, and nobody notices.
  for (const person of clinic.people) person.tolerate(HUB_AWAY);
  await clinic.hub.stop();
  await jones.addTask("Sterilise tray 4");
  for (const person of [smith, ann]) await person.hasTask("Sterilise tray 4");
  await clinic.hub.start();
  for (const person of clinic.people) {
    await person.until("is back on the hub", (view) => view.room.hub === "joined", 60_000);
  }

  // A tablet sleeps: its page is frozen while the others go on, and catches up when it wakes.
  const sleep = await ann.page.createCDPSession();
  await sleep.send("Page.setWebLifecycleState", { state: "frozen" });
  await smith.post("Who has the key to the X-ray room?");
  await jones.post("I have it");
  await smith.hasMessage("I have it");
  await sleep.send("Page.setWebLifecycleState", { state: "active" });
  await ann.hasMessage("Who has the key to the X-ray room?", 60_000);
  await ann.hasMessage("I have it", 60_000);
  await ann.post("Thanks");

  // Everybody has the same, in the same order, and nothing waits to be handed over.
  const state = async (person) => {
    const { tasks, messages } = await person.view();
    return JSON.stringify([
      tasks.map(({ id, title, status }) => [id, title, status]),
      messages.map(({ id, text }) => [id, text]),
    ]);
  };
  await smith.hasMessage("Thanks");
  await jones.hasMessage("Thanks");
  await until("all three agree", async () => {
    const all = await Promise.all(clinic.people.map(state));
    return new Set(all).size === 1;
  });
  for (const person of clinic.people) {
    await person.until("has nothing waiting", (view) => view.room.waiting === 0);
  }
  assert.equal((await smith.tasks()).length, 4);
});
