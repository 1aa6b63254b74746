// Bug capsules and reports of real pages: they replay natively, and tell nothing that people wrote.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Clinic } from "../lib/clinic.mjs";
import { noDirectPath } from "../lib/faults.mjs";
import { Panel } from "../lib/panel.mjs";
import { until } from "../lib/wait.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

async function capsule(person) {
  return Buffer.from(await person.page.evaluate(() => Array.from(window.corridor.capsule())));
}

function replay(file) {
  const { status, stdout, stderr } = spawnSync("cargo", ["xtask", "replay", file], {
    cwd: ROOT,
    encoding: "utf8",
    timeout: 900_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  return { status, text: stdout + stderr };
}

/** Everything that must not leave the device, as bytes. */
async function secrets(link, people) {
  const key = link.slice(-43);
  const texts = ["Planted-", key];
  for (const person of people) {
    texts.push(
      ...(await person.page.evaluate(() =>
        Object.entries(localStorage)
          .filter(([name]) => name.endsWith("device"))
          .map(([, value]) => value),
      )),
    );
  }
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(key, "base64url")];
}

test("console, report and capsule hold no planted name, text or key, and the capsule replays", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Planted-Smith");
  const ann = await clinic.person("Planted-Ann", { before: [noDirectPath] });
  const lines = [];
  for (const person of [smith, ann]) person.page.on("console", (line) => lines.push(line.text()));
  clinic.home += "/?debug";
  const link = await clinic.room(smith, ann);
  await smith.addTask("Planted-task");
  await ann.hasTask("Planted-task");
  await ann.post("Planted-message");
  await smith.hasMessage("Planted-message");
  const { me } = (await ann.view()).room;
  await smith.command({ type: "post", text: "Planted-private", to: me });
  await ann.hasMessage("Planted-private");
  await ann.reload();
  await ann.hasMessage("Planted-private");
  await smith.reaches(ann, "hub");
  await smith.command({ type: "diagnose", peer: me });

  const panel = new Panel(smith);
  await panel.shown();
  await panel.tab("Tools");
  await smith.click("button", "Copy report");
  const report = await until("there is a report", () =>
    smith.page.$eval("#dbg .dbg-report", (field) => field.value),
  );
  assert.match(report, /== Link [0-9a-f]{32}/);
  assert.match(report, /== Frames/);

  const capsules = [await capsule(smith), await capsule(ann)];
  const hidden = await secrets(link, [smith, ann]);
  assert.ok(hidden.length > 3, "the devices' keys are searched for too");
  const outputs = { console: Buffer.from(lines.join("\n")), report: Buffer.from(report), smith: capsules[0], ann: capsules[1] };
  for (const [name, bytes] of Object.entries(outputs)) {
    for (const secret of hidden) assert.ok(!bytes.includes(secret), `${name} holds ${secret}`);
    assert.ok(bytes.length > 1000, `${name} has ${bytes.length} bytes`);
  }
  assert.ok(capsules[0].includes(Buffer.from(me, "hex")), "the search works");

  const folder = await mkdtemp(path.join(tmpdir(), "corridor-capsule-"));
  try {
    for (const [at, bytes] of capsules.entries()) {
      const file = path.join(folder, `${at}.capsule`);
      await writeFile(file, bytes);
      const { status, text } = replay(file);
      assert.equal(status, 0, text);
      assert.match(text, /1 tasks, 2 messages: the same as recorded, to the last output/);
      assert.ok(!text.includes("Planted-"));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});
