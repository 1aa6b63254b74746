// Create a room, share its link, join, see each other (R-ROOM-1, R-ROOM-2, R-ROOM-3, R-ROOM-4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

test("R-ROOM-1 R-ROOM-2: whoever has the link joins, and both see each other", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann");

  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await ann.open(link);
  await ann.join("Hygienist");

  await smith.reaches(ann);
  await ann.reaches(smith);
  await smith.waitForText("Hygienist");
  await ann.waitForText("Dr. Smith");
  assert.ok(await ann.sees("region", "People"));
});

test("R-LINK-1: the path between two browsers is direct", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await ann.reaches(smith, "direct");
});

test("R-ROOM-3: the key stays behind the # and out of everything that is sent", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const sent = [];
  smith.page.on("request", (request) =>
    sent.push(`${request.url()} ${JSON.stringify(request.headers())} ${request.postData() ?? ""}`),
  );
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await smith.until("is in the room on the hub", (view) => view.room.hub === "joined");
  const key = link.slice(-43);
  assert.match(key, /^[\w-]{43}$/);
  assert.ok(link.indexOf("#") < link.indexOf(key));
  assert.ok(sent.length > 3, "requests were seen");
  assert.deepEqual(
    sent.filter((line) => line.includes(key)),
    [],
  );
});

test("R-ROOM-4: a person who reloads stays one entry, and nobody lists themselves twice", async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  for (let round = 0; round < 3; round += 1) {
    await ann.reload();
    await ann.reaches(smith);
    await smith.reaches(ann);
  }
  for (const person of [smith, ann]) {
    const names = (await person.view()).people.map(({ name }) => name).sort();
    assert.deepEqual(names, ["Ann", "Dr. Smith"]);
  }
});

test("R-ROOM-2: the name is remembered on this device", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  const again = await clinic.person("Dr. Smith", { context: smith.context });
  await again.createRoom(clinic.home);
  const field = await again.field("Your name");
  assert.equal(await field.evaluate((input) => input.value), "Dr. Smith");
});

test("R-ROOM-5: two tabs of one browser are two people and never overwrite each other", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  const ann = await clinic.person("Ann", { context: smith.context });
  await clinic.room(smith, ann);
  for (let round = 0; round < 5; round += 1) {
    await smith.command({ type: "post", text: `from Smith ${round}` });
    await ann.command({ type: "post", text: `from Ann ${round}` });
  }
  for (const person of [smith, ann]) {
    await person.until("has all ten messages", (view) => view.messages.length === 10);
  }
  await smith.reload();
  await ann.reload();
  const people = [];
  for (const person of [smith, ann]) {
    const view = await person.until(
      "has all ten messages after a reload",
      (view) => view.messages.length === 10 && view,
    );
    people.push(view.room.me);
    assert.equal(view.room.profile.name, person.name);
  }
  assert.notEqual(people[0], people[1]);
});
