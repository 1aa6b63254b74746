// Whoever cannot be reached directly or through the hub is reached through somebody who can (R-LINK-4).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";

test("R-LINK-4: three browsers in a line converge, and the ends confirm to each other", async (t) => {
  const clinic = await Clinic.open(t);
  const [ann, ben, cid] = [
    await clinic.person("Ann"),
    await clinic.person("Ben"),
    await clinic.person("Cid"),
  ];
  await clinic.room(ann, ben, cid);
  const id = async (person) => (await person.view()).room.me;
  const [annId, benId, cidId] = [await id(ann), await id(ben), await id(cid)];
  await ann.reaches(ben, "direct");
  await ben.reaches(cid, "direct");

  // The ends have neither a link with each other nor the hub.
  await ann.command({ type: "fault", avoid: cidId });
  await cid.command({ type: "fault", avoid: annId });
  await ann.command({ type: "fault", cutHub: true });
  await cid.command({ type: "fault", cutHub: true });
  await ann.reaches(cid, "peer");
  await cid.reaches(ann, "peer");
  const link = (await ann.view()).links.find(({ peer }) => peer === cidId);
  assert.deepEqual(link.route, [benId]);

  await ann.addTask("From one end");
  await cid.hasTask("From one end");
  await ben.hasTask("From one end");
  await cid.post("From the other end");
  await ann.hasMessage("From the other end");
  await cid.until("knows that the other end has it", ({ messages }) =>
    messages
      .find(({ text }) => text === "From the other end")
      ?.delivery.some(({ to, state }) => to === annId && ["delivered", "read"].includes(state)),
  );
  const probed = await ann.page.evaluate(() => window.NativeWebRTCDebug.testP2PWithAllPeers());
  const results = Object.values(probed);
  assert.equal(results.find(({ peerId }) => peerId === cidId)?.path, "peer", JSON.stringify(probed));

  await ann.command({ type: "fault", avoid: cidId, on: false });
  await cid.command({ type: "fault", avoid: annId, on: false });
  await ann.reaches(cid, "direct");
  await cid.reaches(ann, "direct");
});
