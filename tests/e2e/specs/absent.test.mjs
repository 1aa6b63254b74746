// Store and forward: what was written for somebody who was away, by somebody who has gone since (R-MSG-3, R-MSG-5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

const texts = (view) => view.messages.map(({ text }) => text);

test("R-MSG-3: the others keep it, although its author and the hub's memory are gone", async (t) => {
  const clinic = await Clinic.open(t);
  const people = [];
  for (const name of ["Dr. Smith", "Ann", "Ben"]) people.push(await clinic.person(name));
  const [smith, ann, ben] = people;
  await clinic.room(smith, ann, ben);
  const link = ben.page.url();
  const { me: benId } = (await ben.view()).room;

  // Ben goes home; Dr. Smith writes to everyone and to him, adds a task, and goes home too.
  await ben.page.goto("about:blank");
  await smith.until("sees that Ben has gone", ({ people }) =>
    people.some(({ id, presence }) => id === benId && presence === "offline"),
  );
  await smith.post("The autoclave is repaired");
  await smith.command({ type: "post", text: "Your keys are in drawer 2", to: benId });
  await smith.addTask("Call the lab");
  await ann.until("has all of it", (view) => view.messages.length === 1 && view.tasks.length === 1);
  await smith.until("knows that Ann has it", ({ messages }) =>
    messages[0].delivery.some(({ state }) => state === "delivered" || state === "read"),
  );
  await smith.page.goto("about:blank");
  await clinic.hub.kill();
  await clinic.hub.start();

  // Ben comes back and finds only Ann.
  await ben.open(link);
  await ben.until("has both messages and the task", (view) => {
    const found = texts(view);
    return (
      found.includes("The autoclave is repaired") &&
      found.includes("Your keys are in drawer 2") &&
      view.tasks.some(({ title }) => title === "Call the lab")
    );
  });
  const sender = (await ben.view()).people.find(({ name }) => name === "Dr. Smith");
  assert.equal(sender.presence, "offline", "its author is not there");

  // Dr. Smith comes back and is told, once, that it arrived; nobody has anything twice.
  await smith.open(link);
  const arrived = ({ state }) => state === "delivered" || state === "read";
  await smith.until(
    "sees both delivered to everyone",
    ({ messages }) =>
      messages.length === 2 && messages.every(({ delivery }) => delivery.every(arrived)),
  );
  for (const [person, count] of [
    [smith, 2],
    [ann, 1],
    [ben, 2],
  ]) {
    const view = await person.view();
    assert.equal(view.messages.length, count, person.name);
    assert.equal(view.tasks.length, 1, person.name);
  }
});
