// Links outlive the hub (L1), and its return needs nobody's help.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { HUB_AWAY } from "../lib/person.mjs";

async function linked(t, ...names) {
  const clinic = await Clinic.open(t);
  const people = [];
  for (const name of names) people.push(await clinic.person(name));
  const link = await clinic.room(...people);
  for (const one of people) {
    one.tolerate(HUB_AWAY);
    for (const other of people) if (one !== other) await one.reaches(other, "direct");
  }
  return { clinic, people, link };
}

test("L1: the hub is killed, and linked tabs keep sharing tasks and messages both ways", async (t) => {
  const { clinic, people } = await linked(t, "Dr. Smith", "Ann", "Dr. Jones");
  await clinic.hub.kill();
  for (const person of people) {
    await person.until("notices", (view) => view.room.hub !== "joined");
  }
  for (const [at, person] of people.entries()) {
    await person.addTask(`Task without hub ${at}`);
    await person.post(`Message without hub ${at}`);
  }
  for (const person of people) {
    for (const at of people.keys()) {
      await person.hasTask(`Task without hub ${at}`);
      await person.hasMessage(`Message without hub ${at}`);
    }
    await person.waitForText("The hub is away. You are still connected directly.");
  }
});

test("L1: the hub is restarted, nobody does anything, and newcomers find the room", async (t) => {
  const { clinic, people, link } = await linked(t, "Dr. Smith", "Ann");
  const [smith, ann] = people;
  await smith.post("Before the restart");
  await clinic.hub.stop();
  await smith.post("While it is down");
  await ann.hasMessage("While it is down");
  await clinic.hub.start();
  for (const person of people) {
    await person.until("is back on the hub", (view) => view.room.hub === "joined", 60_000);
  }
  const jones = await clinic.person("Dr. Jones");
  await jones.open(link);
  await jones.join("Dentist");
  await jones.hasMessage("Before the restart");
  await jones.hasMessage("While it is down");
  await jones.post("Good afternoon");
  await smith.hasMessage("Good afternoon");
});

test("L1: a reload while the hub is away loses nothing that was written", async (t) => {
  const { clinic, people } = await linked(t, "Dr. Smith", "Ann");
  const [smith, ann] = people;
  await clinic.hub.kill();
  await smith.addTask("Written without hub");
  await ann.hasTask("Written without hub");
  // The page itself comes from the hub, so it has to be back for the reload; its memory is empty.
  await clinic.hub.start();
  await smith.reload();
  await smith.waitForText("Written without hub");
  await ann.addTask("Written after the reload");
  await smith.hasTask("Written after the reload");
  assert.equal((await smith.tasks()).length, 2);
});
