// Data channels under bulk: what is said now does not wait for what was written before, and little piles up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { noteBuffered, slowChannels } from "../lib/faults.mjs";

const RECORDS = 8_000;
/** What makes each of them some 300 bytes: two megabytes, twenty seconds. */
const NOTES = "Seen, and noted down at length. ".repeat(8);
/** A bad line, in bytes per second. */
const SLOW = 100_000;
/** As in `limits.rs`: the high-water mark, the batch that crosses it, and small frames. */
const BUFFERED = (32 + 32 + 8) * 1024;

/** `count` tasks that somebody wrote at their own tab. */
async function importTasks(person, count) {
  await person.page.evaluate(async (count, notes) => {
    for (let from = 0; from < count; from += 1000) {
      const tasks = Array.from({ length: 1000 }, (_, at) => ({ title: `Record ${from + at}`, notes }));
      await window.corridor.command({ type: "importTasks", tasks });
    }
  }, count, NOTES);
}

const countTasks = (person) => person.page.evaluate(() => window.corridor.view().tasks.length);

test("a message passes eight thousand records on a slow line, and little waits in the channel", async (t) => {
  // No relay: records must take the one line there is.
  const clinic = await Clinic.open(t, { args: ["--layers", "phonebook,handshake"] });
  const smith = await clinic.person("Dr. Smith", { before: [noteBuffered] });
  const jones = await clinic.person("Dr. Jones");
  const link = await clinic.room(smith, jones);
  await importTasks(jones, RECORDS);
  await smith.until("has all records", (view) => view.tasks.length === RECORDS, 120_000);
  await jones.page.close();

  const ann = await clinic.person("Ann");
  await slowChannels(smith, SLOW);
  await smith.page.evaluate(() => (window.mostBuffered = 0));
  await ann.open(link);
  await ann.join("Nurse");
  await ann.reaches(smith, "direct");
  await smith.reaches(ann, "direct");
  await smith.until("has records on their way", () =>
    smith.page.evaluate(() => window.mostBuffered > 32 * 1024),
  );

  const { me } = (await ann.view()).room;
  await smith.command({ type: "post", text: "Ann, room 2 please" });
  await smith.until("knows that Ann's tab has the message", ({ messages }) =>
    messages
      .find(({ text }) => text === "Ann, room 2 please")
      ?.delivery.some(({ to, state }) => to === me && ["delivered", "read"].includes(state)),
  );
  const there = await countTasks(ann);
  assert.ok(there < RECORDS, `it came after all ${there} records`);

  await ann.command({ type: "post", text: "On my way" });
  await smith.hasMessage("On my way");
  t.diagnostic(`the message was there beside ${there} records, the answer beside ${await countTasks(ann)}`);
  await ann.until("has all records", (view) => view.tasks.length === RECORDS, 240_000);
  const most = await smith.page.evaluate(() => window.mostBuffered);
  t.diagnostic(`${most} bytes waited in the channel at most`);
  assert.ok(most > 16 * 1024 && most < BUFFERED, `${most} bytes`);
});
