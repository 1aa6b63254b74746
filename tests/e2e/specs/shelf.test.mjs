// The hub's shelf: whoever comes when nobody is there gets everything, and the hub still reads nothing (R-HUB-4, L2).

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { hkdfSync } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

const QUIET = 3_000;
const OPERATOR = "ops:a password of the operator";

async function withShelf(t) {
  const folder = await mkdtemp(path.join(tmpdir(), "corridor-shelf-"));
  const file = path.join(folder, "shelf.redb");
  const args = ["--layers", "phonebook,handshake,relay,shelf,admin", "--shelf", file, "--log", "trace"];
  const clinic = await Clinic.open(t, { args, env: { CORRIDOR_ADMIN: OPERATOR } });
  clinic.onClose(() => rm(folder, { recursive: true }));
  return { clinic, file };
}

/** What the hub must never see: names and texts, the room's key, and what is derived from it but for the tag (rule K-ROOM). */
function secretsOf(link, room) {
  const text = link.slice(-43);
  const key = Buffer.from(text, "base64url");
  const derive = (use, length) => Buffer.from(hkdfSync("sha256", key, room, `corridor v1 ${use}`, length));
  const derived = ["packets", "handshake", "records"].map((use) => derive(use, 32));
  const secrets = [Buffer.from("Planted-"), Buffer.from("Planted-", "utf16le"), key, Buffer.from(text), ...derived];
  return { secrets, tag: derive("room tag", 16) };
}

/** Waits until the shelf has had nothing new for a while, and answers how many records it has. */
async function allStored(hub) {
  let [records, since] = [-1, 0];
  await until("everything is on the shelf", async () => {
    const health = await (await fetch(`${hub.url}/health`)).json();
    if (health.records !== records) [records, since] = [health.records, Date.now()];
    return records > 0 && Date.now() - since > QUIET;
  });
  return records;
}

test("R-HUB-4 L2: everybody is gone, the hub was killed, and a newcomer alone gets everything", async (t) => {
  const { clinic, file } = await withShelf(t);
  const smith = await clinic.person("Planted-Name-Smith");
  const ann = await clinic.person("Planted-Name-Ann");
  const link = await clinic.room(smith, ann);
  await smith.addTask("Planted-Task-4711");
  await ann.addTask("Planted-Task-4712");
  for (let number = 0; number < 20; number++) {
    await (number % 2 ? smith : ann).post(`Planted-Message-${number}`);
  }
  await ann.hasMessage("Planted-Message-19");
  await smith.hasMessage("Planted-Message-18");
  const records = await allStored(clinic.hub);

  const authorization = `Basic ${Buffer.from(OPERATOR).toString("base64")}`;
  const status = await fetch(`${clinic.hub.url}/admin/mesh-status`, { headers: { authorization } });
  const { totals, activity } = await status.json();
  assert.equal(totals.shelf.p2p + totals.shelf.websocket, records);
  assert.ok(activity.some(({ kind }) => kind === "p2p-message-stored"));

  const room = Buffer.from((await smith.view()).room.id.replaceAll("-", ""), "hex");
  const { secrets, tag } = secretsOf(link, room);
  const none = secrets.map(() => false);
  const [roomThere, tagThere, ...inMemory] = await clinic.hub.memoryHolds([room, tag, ...secrets]);
  assert.ok(roomThere && tagThere, "the search of the hub's memory works");
  assert.deepEqual(inMemory, none, "secrets in the hub's memory");
  const metrics = await fetch(`${clinic.hub.url}/metrics`, { headers: { authorization } });
  const backup = `${file}.backup`;
  execFileSync(clinic.hub.program, ["--shelf", file, "shelf", "backup", backup]);

  await smith.context.close();
  await ann.context.close();
  await clinic.hub.kill();
  for (const [where, bytes, known] of [
    ["the file", await readFile(file), room],
    ["the backup", await readFile(backup), room],
    ["the log", Buffer.from(clinic.hub.log), "joined"],
    ["the metrics", Buffer.from(await metrics.text()), `corridor_records{name="p2p"}`],
  ]) {
    assert.ok(bytes.includes(known), `the search of ${where} works`);
    assert.deepEqual(secrets.map((secret) => bytes.includes(secret)), none, `secrets in ${where}`);
  }
  await clinic.hub.start();

  const jones = await clinic.person("Dr. Jones");
  await jones.open(link);
  await jones.join("Dentist");
  await jones.hasTask("Planted-Task-4711");
  await jones.hasTask("Planted-Task-4712");
  for (let number = 0; number < 20; number++) await jones.hasMessage(`Planted-Message-${number}`);
  const messages = (await jones.view()).messages.map(({ text }) => text);
  assert.equal(new Set(messages).size, messages.length, "each once");
});
