// A TURN server that shares a secret with the hub (R-LINK-5): the real coturn takes the credentials that the hub makes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { noDirectPath } from "../lib/faults.mjs";
import { TurnServer, whyNoTurn } from "../lib/turn.mjs";
import { until } from "../lib/wait.mjs";

const skip = whyNoTurn() ?? false;

async function open(t, secret = "a secret of both") {
  const turn = await TurnServer.start("a secret of both");
  t.after(() => turn.stop());
  // Without the relay layer, nothing but TURN is left where there is no direct path.
  const hub = await TurnServer.secretOnly(secret);
  t.after(() => hub.remove());
  const clinic = await Clinic.open(t, {
    args: ["--layers", "phonebook,handshake", "--turn-url", turn.url, "--turn-secret-file", hub.file],
  });
  return { turn, clinic };
}

/** The credentials that a tab's connection has. */
const credentials = (person) =>
  until(`${person.name} has TURN credentials`, () =>
    person.page.evaluate(() => {
      const [[, { peerConnection }]] = window.NativeWebRTCDebug.getConnections();
      const servers = peerConnection.getConfiguration().iceServers;
      const { username, credential } = servers.find(({ username }) => username);
      return { username, credential };
    }),
  );

/** The types of the candidates that a tab's connection uses. */
const pair = (person) =>
  until(`${person.name} uses a pair of candidates`, () =>
    person.page.evaluate(async () => {
      const [[, { peerConnection }]] = window.NativeWebRTCDebug.getConnections();
      const stats = await peerConnection.getStats();
      const used = [...stats.values()].find(
        ({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded",
      );
      return [stats.get(used.localCandidateId), stats.get(used.remoteCandidateId)].map((one) => one.candidateType);
    }),
  );

test("R-LINK-5: two who only reach the TURN server talk through it", { skip }, async (t) => {
  const { turn, clinic } = await open(t);
  const before = [noDirectPath];
  const [smith, ann] = [await clinic.person("Dr. Smith", { before }), await clinic.person("Ann", { before })];
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  assert.deepEqual(await pair(smith), ["relay", "relay"]);
  await smith.post("through the TURN server");
  await ann.hasMessage("through the TURN server");

  const { username, credential } = await credentials(ann);
  assert.match(username, /^\d+:corridor$/);
  const left = Number(username.split(":")[0]) - Date.now() / 1000;
  assert.ok(left > 11 * 3600 && left <= 12 * 3600, `${left} s`);
  assert.ok(turn.allocates(username, credential), turn.log);
  assert.ok(!turn.allocates(username, `${credential}x`), "a password that was guessed");
  const later = username.replace(/^\d+/, (ends) => Number(ends) + 3600);
  assert.ok(!turn.allocates(later, credential), "a time that was changed");

  // What a tab holds is renewed; what it logs and exports does not tell it.
  const told = await smith.page.evaluate(() =>
    JSON.stringify([window.corridor.log(), window.corridor.view(), window.corridor.inspect(), window.corridor.frameLog()]),
  );
  assert.ok(told.includes(turn.url), "the server is named");
  assert.ok(!told.includes((await credentials(smith)).credential));
});

test("R-LINK-5: a hub with another secret than the TURN server's gets nobody through", { skip }, async (t) => {
  const { turn, clinic } = await open(t, "another secret");
  const before = [noDirectPath];
  const smith = await clinic.person("Dr. Smith", { before });
  const ann = await clinic.person("Ann", { before });
  const link = await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await ann.open(link);
  await ann.join("Nurse");
  const { username, credential } = await credentials(ann);
  assert.ok(!turn.allocates(username, credential));
  assert.equal((await smith.view()).links.some(({ path }) => path === "direct"), false);
});
