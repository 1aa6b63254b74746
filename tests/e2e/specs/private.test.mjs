// Private messages between two people (R-MSG-1, R-MSG-2, L2).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { noDirectPath } from "../lib/faults.mjs";
import { until } from "../lib/wait.mjs";

/** Which of these texts are in a page's storage, where every byte is one character. */
function storageHolds(person, texts) {
  return person.page.evaluate((texts) => {
    const kept = Object.values({ ...localStorage });
    return texts.map((wanted) => kept.some((text) => text.includes(wanted)));
  }, texts);
}

async function trio(t, options = {}) {
  const clinic = await Clinic.open(t, options);
  const relayed = { before: [noDirectPath] };
  const smith = await clinic.person("Dr. Smith", relayed);
  const ann = await clinic.person("Ann", relayed);
  const ben = await clinic.person("Ben", relayed);
  await clinic.room(smith, ann, ben);
  return { clinic, smith, ann, ben };
}

test("R-MSG-1: two people talk through the hub, and nobody else reads it", async (t) => {
  const { clinic, smith, ann, ben } = await trio(t);
  const [QUESTION, ANSWER] = ["Planted-Private-Question", "Planted-Private-Answer"];
  await smith.reaches(ann, "hub");

  // Ann is in the middle of a sentence to everyone.
  await ann.fill("Message", "Half a sent");
  await smith.click("button", "Write privately to Ann");
  await smith.waitForText("Private: only you and Ann can read this");
  await smith.fill("Private message to Ann", QUESTION);
  await smith.click("button", "Send");
  await smith.waitForText(QUESTION);

  // She is told, and neither her words nor her place are taken from her.
  await ann.waitForText("Private message from Dr. Smith");
  await ann.find("button", "Dr. Smith, 1 unread message").wait();
  await ann.find("button", "Write privately to Dr. Smith, 1 unread message").wait();
  await until("Ann's title counts it", async () => (await ann.page.title()).startsWith("(1) "));
  assert.ok(!(await ann.text()).includes(QUESTION), "it is not among the room's messages");
  await ann.page.keyboard.type("ence");
  const typed = () => ann.page.$eval("textarea", (field) => field.value);
  assert.equal(await typed(), "Half a sentence");

  // Read, and answered; what she was writing to everyone is still there.
  await ann.click("button", "Dr. Smith, 1 unread message");
  await ann.waitForText(QUESTION);
  assert.equal(await typed(), "");
  await until("nothing is unread", async () => !(await ann.page.title()).startsWith("("));
  const { id } = await smith.until("sees that she has read it", ({ messages }) =>
    messages.find(({ text, delivery }) => text === QUESTION && delivery[0].state === "read"),
  );
  await ann.click("button", `Reply to Dr. Smith: ${QUESTION}`);
  await ann.fill("Private message to Dr. Smith", ANSWER);
  await ann.click("button", "Send");
  await smith.waitForText(ANSWER);
  const answer = await smith.hasMessage(ANSWER);
  assert.equal(answer.replyTo, id);
  await ann.click("button", "Room");
  await ann.waitForText("No messages yet");
  assert.equal(await typed(), "Half a sentence");
  await ann.click("button", "Send");

  // Ben has everything that came after, and nothing of this.
  await ben.waitForText("Half a sentence");
  await smith.until("knows that Ben has it", ({ room }) => room.waiting === 0);
  const { messages, people } = await ben.view();
  assert.deepEqual(messages.map(({ text }) => text), ["Half a sentence"]);
  assert.ok(people.every(({ unread }) => unread === 0));
  assert.ok(!(await ben.text()).includes("Planted-"));
  assert.ok(!(await ben.sees("navigation", "Conversations")));
  const wanted = ["Half a sentence", QUESTION, ANSWER];
  assert.deepEqual(await storageHolds(ben, wanted), [true, false, false], "Ben's storage");

  // Nor has the hub.
  const { room } = await ann.view();
  const inMemory = await clinic.hub.memoryHolds([
    Buffer.from(room.id.replaceAll("-", ""), "hex"),
    Buffer.from("Planted-"),
    Buffer.from("Planted-", "utf16le"),
  ]);
  assert.deepEqual(inMemory, [true, false, false], "the hub's memory");

  // Both keep it over a reload.
  for (const [person, other] of [
    [smith, "Ann"],
    [ann, "Dr. Smith"],
  ]) {
    await person.reload();
    await person.click("button", other);
    await person.waitForText(QUESTION);
    await person.waitForText(ANSWER);
    await person.until("has both, once", (view) => view.messages.length === 3);
  }
});

test("R-MSG-1: whoever has left can be read, and not written to", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await ann.command({
    type: "post",
    text: "I am off at noon",
    to: (await ann.view()).people.find(({ me }) => !me).id,
  });
  await smith.click("button", "Ann, 1 unread message");
  await smith.waitForText("I am off at noon");
  await smith.field("Private message to Ann");
  await ann.click("button", "Leave the room");
  await smith.waitForText("Ann has left the room. You can still read this, but not write.");
  assert.ok(!(await smith.sees("textbox", "Private message to Ann")));
  assert.ok((await smith.text()).includes("I am off at noon"));
  await smith.reload();
  await smith.click("button", "Ann");
  await smith.waitForText("I am off at noon");
  await smith.waitForText("Ann has left the room.");
});

test("R-MSG-1: each conversation keeps its own draft and its own unread messages", async (t) => {
  const clinic = await Clinic.open(t);
  const people = [];
  for (const name of ["Dr. Smith", "Ann", "Ben"]) people.push(await clinic.person(name));
  const [smith, ann, ben] = people;
  await clinic.room(...people);
  const me = (await smith.view()).room.me;
  await ann.command({ type: "post", text: "From Ann", to: me });
  await ben.command({ type: "post", text: "From Ben", to: me });
  await ben.command({ type: "post", text: "To all" });
  await smith.until("has all three", (view) => view.messages.length === 3);
  await smith.waitForText("To all");
  await smith.click("button", "Ann, 1 unread message");
  await smith.fill("Private message to Ann", "For Ann");
  await smith.until("has read only Ann's", ({ room }) => room.unreadPrivate === 1);
  await smith.click("button", "Ben, 1 unread message");
  await smith.fill("Private message to Ben", "For Ben");
  await smith.until("has read all", ({ room }) => room.unreadPrivate === 0);
  await smith.reload();
  for (const [name, draft] of [
    ["Ann", "For Ann"],
    ["Ben", "For Ben"],
  ]) {
    await smith.click("button", name);
    const field = await smith.field(`Private message to ${name}`);
    assert.equal(await field.evaluate((field) => field.value), draft);
    const shown = await smith.text();
    assert.ok(shown.includes(`From ${name}`) && !shown.includes("To all"), shown);
  }
});
