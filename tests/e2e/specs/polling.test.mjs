// Networks whose proxy strips WebSocket upgrades: handshakes and relay go by plain requests (R-HUB-2, R-HUB-3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { noDirectPath } from "../lib/faults.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { Stripper } from "../lib/stripper.mjs";

async function behindProxy(t) {
  const clinic = await Clinic.open(t);
  const proxy = await Stripper.before(clinic.hub);
  clinic.onClose(() => proxy.close());
  clinic.home = proxy.url;
  return { clinic, proxy };
}

async function person(clinic, name, options) {
  const one = await clinic.person(name, options);
  one.tolerate(HUB_AWAY);
  return one;
}

test("R-HUB-2: where WebSockets are refused, people still meet and link directly", async (t) => {
  const { clinic, proxy } = await behindProxy(t);
  const smith = await person(clinic, "Dr. Smith");
  const ann = await person(clinic, "Ann");
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await ann.reaches(smith, "direct");
  await smith.addTask("Restock");
  await ann.hasTask("Restock");
  assert.ok(proxy.refused >= 2, "upgrades were refused");
  assert.equal((await ann.view()).room.hub, "joined");
});

test("R-HUB-3: where neither WebSockets nor direct links work, everything is relayed by requests", async (t) => {
  const { clinic, proxy } = await behindProxy(t);
  const smith = await person(clinic, "Dr. Smith");
  const ann = await person(clinic, "Ann", { before: [noDirectPath] });
  await clinic.room(smith, ann);
  await smith.reaches(ann, "hub");
  for (let number = 0; number < 20; number++) {
    await smith.post(`from Smith ${number}`);
    await ann.post(`from Ann ${number}`);
  }
  for (let number = 0; number < 20; number++) {
    await ann.hasMessage(`from Smith ${number}`);
    await smith.hasMessage(`from Ann ${number}`);
  }
  assert.ok(proxy.refused >= 2, "upgrades were refused");

  // One closes the page: the other sees it, and the hub's seat is free again.
  await ann.page.close({ runBeforeUnload: true });
  await smith.until("sees that Ann is gone", (view) => view.people.every((one) => one.me || one.presence === "offline"));
});

test("R-HUB-3: somebody behind such a proxy and somebody without it relay to each other", async (t) => {
  const { clinic } = await behindProxy(t);
  const smith = await person(clinic, "Dr. Smith");
  const ann = await person(clinic, "Ann", { before: [noDirectPath] });
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await ann.open(link.replace(clinic.home, clinic.hub.url));
  await ann.join("Nurse");
  await smith.reaches(ann, "hub");
  await smith.post("Across");
  await ann.hasMessage("Across");
  await ann.post("And back");
  await smith.hasMessage("And back");
});
