// Two devices connect without the hub, by an invite and a reply that people carry.

import assert from "node:assert/strict";
import { test } from "node:test";
import { violations } from "../lib/axe.mjs";
import { Clinic } from "../lib/clinic.mjs";
import { tabTo } from "../lib/keyboard.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { until } from "../lib/wait.mjs";

/** A room of which only `first` has been on the hub; the others have loaded the page, and then the hub ended. */
async function stranded(t, options, ...names) {
  const clinic = await Clinic.open(t);
  const people = [];
  for (const name of names) people.push(await clinic.person(name, options[name] ?? {}));
  const [first, ...others] = people;
  const link = await first.createRoom(clinic.home);
  await first.join("Dentist");
  for (const other of others) {
    await other.open(clinic.home);
    await other.field("Room link");
  }
  await clinic.hub.kill();
  for (const person of people) person.tolerate(HUB_AWAY);
  await first.waitForText("The hub cannot be reached.");
  return { clinic, people, link };
}

/** From the home page into a room, without loading anything. */
async function enter(person, link) {
  await paste(person, "Room link", link);
  await person.click("button", "Open room");
  await person.join("Nurse");
}

/** Puts a text into a field as pasting does. */
async function paste(person, name, text) {
  const field = await person.field(name);
  await field.evaluate((field, text) => {
    field.value = text;
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
  }, text);
  await field.dispose();
}

/** What a readonly field holds, once it is there. */
async function read(person, name) {
  const field = await person.field(name);
  const text = await field.evaluate((field) => field.value);
  await field.dispose();
  return text;
}

async function makeInvite(person) {
  await person.click("button", "Connect without the hub");
  await person.click("button", "Make an invite");
  return read(person, "Your invite");
}

async function makeReply(person, invite) {
  await paste(person, "The invite you got", invite);
  await person.click("button", "Make a reply");
  return read(person, "Your reply");
}

async function connect(person, reply) {
  await paste(person, "Their reply", reply);
  await person.click("button", "Connect");
}

test("R-LINK-6: without a hub from the start, two link by invite and reply, and a third is introduced", async (t) => {
  const { people, link } = await stranded(t, {}, "Dr. Smith", "Ann", "Dr. Jones");
  const [smith, ann, jones] = people;
  await enter(ann, link);

  const invite = await makeInvite(smith);
  await ann.click("button", "Connect without the hub");
  const reply = await makeReply(ann, invite);
  await ann.waitForText("You are connected as soon as your colleague has pasted it.");
  t.diagnostic(`invite ${invite.length}, reply ${reply.length} characters`);
  assert.ok(invite.length < 1024 && reply.length < 1024);
  await connect(smith, reply);
  await smith.waitForText("Connected with Ann.");
  await ann.waitForText("Connected with Dr. Smith.");
  for (const person of [smith, ann]) await person.click("button", "Close");

  await smith.post("Can you hear me?");
  await ann.hasMessage("Can you hear me?");
  await ann.addTask("Restart the hub");
  await smith.hasTask("Restart the hub");

  // Ann's invite as the QR code has it: a link, here pasted on the start page.
  await ann.click("button", "Invite colleagues");
  await ann.click("button", "Connect without the hub");
  await ann.click("button", "Begin again");
  await ann.click("button", "Make an invite");
  const carried = `${link}/${await read(ann, "Your invite")}`;
  await enter(jones, carried);
  assert.equal(await jones.page.url(), link, "the invite stays out of the address");
  await jones.click("button", "Make a reply");
  await connect(ann, await read(jones, "Your reply"));
  await jones.waitForText("Connected with Ann.");
  await jones.hasMessage("Can you hear me?");
  await jones.reaches(smith, "direct");
  await smith.reaches(jones, "direct");
  await jones.click("button", "Close");
  await jones.post("All three here");
  await smith.hasMessage("All three here");
});

test("R-LINK-6: opening a link that carries an invite leads into the room with the invite at hand", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await smith.click("button", "Invite colleagues");
  const invite = await makeInvite(smith);
  await ann.open(`${link}/${invite}`);
  await ann.join("Nurse");
  assert.equal(await read(ann, "The invite you got"), invite);
  assert.equal(await ann.page.url(), link);
  assert.equal(await ann.page.evaluate(() => history.length), 2, "about:blank, and the room");
  // The hub has linked them meanwhile.
  await ann.reaches(smith, "direct");
  await ann.click("button", "Make a reply");
  await ann.waitForText("You are connected with this colleague already.");
});

/** A page whose clock can be put forward. */
function shiftingClock() {
  const real = Date.now;
  let shift = 0;
  Date.now = () => real() + shift;
  window.shiftClock = (ms) => (shift = ms);
}

test("R-LINK-6: what is no invite for here says so in a sentence, and changes nothing", async (t) => {
  const late = { before: [shiftingClock] };
  const { people, link } = await stranded(t, { Ann: late }, "Dr. Smith", "Ann");
  const [smith, ann] = people;
  const elsewhere = link.replace(/room\/[^/]+/, "room/01890000-0000-7000-8000-000000000001");
  await enter(ann, elsewhere);
  const foreign = await makeInvite(ann);
  await ann.click("button", "Close");
  await ann.click("button", "Corridor, start page");
  await enter(ann, link);

  const invite = await makeInvite(smith);
  const refusals = [
    ["see you at 8", "There is no invite or reply in this text."],
    [invite.slice(0, -3), "A part of it is missing or has changed."],
    [foreign, "It belongs to another room."],
  ];
  await ann.click("button", "Connect without the hub");
  for (const [text, says] of refusals) {
    await paste(ann, "The invite you got", text);
    await ann.click("button", "Make a reply");
    await ann.waitForText(says);
  }
  await ann.page.evaluate(() => window.shiftClock(31 * 60_000));
  await paste(ann, "The invite you got", invite);
  await ann.click("button", "Make a reply");
  await ann.waitForText("It is older than 30 minutes, or a clock is wrong.");
  await ann.page.evaluate(() => window.shiftClock(0));
  await connect(smith, invite);
  await smith.waitForText("This is your own invite.");
  assert.equal((await ann.view()).links.length, 0, "nobody was met");

  // It still works, with line breaks as a mail program makes them.
  const reply = await makeReply(ann, invite.replace(/(.{70})/g, "$1\n"));
  await connect(smith, reply.replace(/(.{70})/g, "$1\n"));
  await smith.waitForText("Connected with Ann.");
  await smith.reaches(ann, "direct");
});

for (const scheme of ["light", "dark"]) {
  test(`R-LINK-6: by keyboard, on a phone, axe finds nothing, ${scheme}`, async (t) => {
    const { people, link } = await stranded(t, {}, "Dr. Smith", "Ann");
    const [smith, ann] = people;
    await enter(ann, link);
    const found = [];
    for (const { page } of people) {
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      // Emulating touch would load the page anew.
      await page.setViewport({ width: 390, height: 844 });
    }
    const look = async (person, screen) => {
      for (const line of await violations(person.page)) found.push(`${screen}: ${line}`);
      const wide = await person.page.evaluate(() => {
        const body = document.querySelector("dialog[open] .dialog-body");
        return body.scrollWidth > body.clientWidth;
      });
      if (wide) found.push(`${screen}: wider than the phone`);
    };
    const press = async (person, name) => {
      await tabTo(person.page, name);
      await person.page.keyboard.press("Enter");
    };
    const type = async (person, name, text) => {
      await tabTo(person.page, name);
      await person.page.keyboard.sendCharacter(text);
    };

    await press(smith, "Connect without the hub");
    await smith.field("The invite you got");
    await look(smith, "start");
    await press(smith, "Make an invite");
    const invite = await read(smith, "Your invite");
    await until("the invite is selected", () =>
      smith.page.evaluate(() => {
        const field = document.activeElement;
        return field.readOnly && field.selectionEnd - field.selectionStart === field.value.length;
      }),
    );
    await press(smith, "Show it as a QR code");
    await smith.find("image", "The same as a QR code").wait();
    await look(smith, "invite");

    await press(ann, "Connect without the hub");
    await type(ann, "The invite you got", "nothing");
    await press(ann, "Make a reply");
    await ann.waitForText("There is no invite or reply in this text.");
    await look(ann, "refused");
    await type(ann, "The invite you got", invite);
    await press(ann, "Make a reply");
    const reply = await read(ann, "Your reply");
    await look(ann, "reply");

    await type(smith, "Their reply", reply);
    await press(smith, "Connect");
    await smith.waitForText("Connected with Ann.");
    await ann.waitForText("Connected with Dr. Smith.");
    await look(smith, "connected");
    assert.deepEqual(found, []);
  });
}
