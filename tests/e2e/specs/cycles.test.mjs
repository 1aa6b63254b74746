// A tab that joins and leaves again and again keeps nothing of it, and neither does the tab it links with.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

/** How often; 500 takes about four minutes (`CORRIDOR_CYCLES=500`). */
const CYCLES = Number(process.env.CORRIDOR_CYCLES ?? 60);
/** Cycles after which everything that is made once has been made. */
const WARM = 15;
/** What may be more in the end than after warming up: caches, logs up to their bounds. In bytes. */
const HEAP = 3 * 1024 * 1024;
const WASM = 2 * 1024 * 1024;

/** Joins the room and leaves it again, once linked. Runs in the page. */
async function joinAndLeave(hash, times) {
  const until = async (what, condition) => {
    const deadline = performance.now() + 60_000;
    while (!condition()) {
      if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const connections = () => window.NativeWebRTCDebug.getConnections();
  for (let time = 0; time < times; time += 1) {
    location.hash = hash;
    // Not before "connected" was told: Chromium keeps a connection for good that is closed while such an event waits.
    await until("the tab is linked", () =>
      connections().some(
        ([, link]) => link.path === "direct" && link.peerConnection.connectionState === "connected",
      ),
    );
    location.hash = "";
    await until("nothing is left", () => connections().length === 0);
  }
}

/** What a page holds after its garbage was collected. */
async function held(person) {
  const session = await person.page.createCDPSession();
  await session.send("Performance.enable");
  await session.send("HeapProfiler.enable");
  // A closed connection goes with the collection after its threads have ended it.
  for (let time = 0; time < 3; time += 1) await session.send("HeapProfiler.collectGarbage");
  const { metrics } = await session.send("Performance.getMetrics");
  const metric = (name) => metrics.find((one) => one.name === name).value;
  const count = async (kind) => {
    const prototype = await person.page.evaluateHandle((kind) => window[kind].prototype, kind);
    const objects = await person.page.queryObjects(prototype);
    const number = await objects.evaluate((objects) => objects.length);
    await Promise.all([objects.dispose(), prototype.dispose()]);
    return number;
  };
  const prototype = await person.page.evaluateHandle(() => WebAssembly.Memory.prototype);
  const memories = await person.page.queryObjects(prototype);
  const wasm = await memories.evaluate((all) => all.reduce((sum, { buffer }) => sum + buffer.byteLength, 0));
  await Promise.all([memories.dispose(), prototype.dispose()]);
  const answer = {
    connections: await count("RTCPeerConnection"),
    channels: await count("RTCDataChannel"),
    sockets: await count("WebSocket"),
    listeners: metric("JSEventListeners"),
    heap: metric("JSHeapUsedSize"),
    wasm,
  };
  await session.detach();
  return answer;
}

/** Waits until a page holds no more than before of what is counted; answers what it holds then. */
async function backToBase(person, base) {
  let now;
  await until(`${person.name}'s tab holds what it held: ${JSON.stringify(base)}`, async () => {
    now = await held(person);
    const more = ["connections", "channels", "sockets", "listeners"].filter((one) => now[one] > base[one]);
    if (more.length > 0) throw new Error(`${more.join(", ")}: ${JSON.stringify(now)}`);
    return true;
  });
  assert.ok(now.heap - base.heap < HEAP, `${now.heap - base.heap} bytes more on the heap`);
  // Whoever stays records what happens, for bug capsules, up to a bound. In memory that takes more than in the file.
  now.recorded = await person.page.evaluate(() => (location.hash ? window.corridor.capsule().length : 0));
  const more = now.wasm - base.wasm;
  assert.ok(more <= WASM + 2 * now.recorded, `${more} bytes more of wasm memory, ${now.recorded} recorded`);
  return now;
}

test(`${CYCLES} times joining and leaving leave nothing behind, at either end`, async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  const link = await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  const hash = new URL(link).hash;
  const cycle = async (times) => {
    for (let left = times; left > 0; left -= 20) {
      await ann.page.evaluate(joinAndLeave, hash, Math.min(left, 20));
    }
  };
  const gone = () =>
    until("Dr. Smith's tab has no connection", () =>
      smith.page.evaluate(() => window.NativeWebRTCDebug.getConnections().length === 0),
    );
  await ann.page.evaluate(() => (location.hash = ""));
  await cycle(WARM);
  await gone();
  const base = { smith: await held(smith), ann: await held(ann) };
  const began = performance.now();
  await cycle(CYCLES);
  await gone();
  const each = Math.round((performance.now() - began) / CYCLES);
  for (const [who, before] of [[ann, base.ann], [smith, base.smith]]) {
    const now = await backToBase(who, before);
    t.diagnostic(`${who.name}: ${JSON.stringify(before)} before, ${JSON.stringify(now)} after; ${each} ms each`);
  }
});
