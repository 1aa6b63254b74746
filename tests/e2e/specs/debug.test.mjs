// The debug objects, used as their documentation shows (R-DBG-1, R-DBG-3, R-LINK-2).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

async function pair(t) {
  const clinic = await Clinic.open(t);
  const [smith, ann] = [await clinic.person("Dr. Smith"), await clinic.person("Ann")];
  await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await ann.reaches(smith, "direct");
  return { clinic, smith, ann };
}

test("R-DBG-1: getConnections() runs as written and holds live objects", async (t) => {
  const { smith, ann } = await pair(t);
  const lines = await smith.page.evaluate(() => {
    const lines = [];
    window.NativeWebRTCDebug.getConnections().forEach(([peerId, conn]) => {
      lines.push({
        peerId,
        ice: conn.peerConnection.iceConnectionState,
        channel: conn.dataChannel?.readyState,
        state: conn.connectionState,
        live:
          conn.peerConnection instanceof RTCPeerConnection && conn.dataChannel instanceof RTCDataChannel,
      });
    });
    return lines;
  });
  assert.equal(lines.length, 1);
  const [{ peerId, ...line }] = lines;
  assert.equal(peerId, (await ann.view()).room.me);
  assert.ok(["connected", "completed"].includes(line.ice), line.ice);
  assert.deepEqual(
    { ...line, ice: "" },
    { ice: "", channel: "open", state: "connected", live: true },
  );
});

test("R-DBG-1: testP2PWithAllPeers() answers per peer with path, time and bytes", async (t) => {
  const { smith, ann } = await pair(t);
  const results = await smith.page.evaluate(() => window.NativeWebRTCDebug.testP2PWithAllPeers());
  const text = JSON.stringify(results);
  assert.ok(text.includes((await ann.view()).room.me), text);
  assert.match(text, /direct/);
  const numbers = text.match(/:\d+(\.\d+)?/g) ?? [];
  assert.ok(numbers.length >= 2, `a time and bytes: ${text}`);
});

test("R-LINK-2: a forced ICE restart keeps the channel and loses nothing", async (t) => {
  const { smith, ann } = await pair(t);
  await smith.page.evaluate(() => {
    const [[, conn]] = window.NativeWebRTCDebug.getConnections();
    window.before = { pc: conn.peerConnection, channel: conn.dataChannel };
    window.ufrag = () => /a=ice-ufrag:(\S+)/.exec(window.before.pc.localDescription.sdp)[1];
    window.firstUfrag = window.ufrag();
  });
  const texts = Array.from({ length: 100 }, (_, number) => `m${number}`);
  for (const [number, text] of texts.entries()) {
    await smith.command({ type: "post", text });
    if (number === 30) await smith.page.evaluate(() => window.NativeWebRTCDebug.forceICERestart());
  }
  await until("new ICE credentials are in use", () =>
    smith.page.evaluate(
      () =>
        window.ufrag() !== window.firstUfrag &&
        ["connected", "completed"].includes(window.before.pc.iceConnectionState),
    ),
  );
  const same = await smith.page.evaluate(() => {
    const [[, conn]] = window.NativeWebRTCDebug.getConnections();
    return {
      pc: conn.peerConnection === window.before.pc,
      channel: conn.dataChannel === window.before.channel,
      state: conn.dataChannel.readyState,
    };
  });
  assert.deepEqual(same, { pc: true, channel: true, state: "open" });
  const view = await ann.until("has all", (view) => view.messages.length >= 100 && view);
  assert.deepEqual(
    view.messages.map(({ text }) => text),
    texts,
  );
  await ann.post("and back");
  await smith.hasMessage("and back");
  assert.equal((await smith.view()).links[0].restarts, 1);
});

test("window.corridor: subscribe tells, and stops telling", async (t) => {
  const { smith, ann } = await pair(t);
  await smith.page.evaluate(() => {
    window.told = 0;
    window.unsubscribe = window.corridor.subscribe(() => (window.told += 1));
  });
  await ann.post("one");
  await smith.hasMessage("one");
  const first = await until("the subscriber is told", () => smith.page.evaluate(() => window.told));
  assert.ok(first > 0);
  const after = await smith.page.evaluate(() => {
    window.unsubscribe();
    return window.told;
  });
  await ann.post("two");
  await smith.hasMessage("two");
  assert.equal(await smith.page.evaluate(() => window.told), after);
});

test("window.corridor: a wrong command is refused with a sentence and changes nothing", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Dr. Smith");
  await smith.createRoom(clinic.home);
  await smith.join("Dentist");
  await assert.rejects(smith.command({ type: "fly" }), /unknown command/);
  await assert.rejects(smith.command({ type: "post", text: "" }), /empty/);
  assert.equal((await smith.view()).messages.length, 0);
});

test("R-DBG-2: frames have exactly the names of the envelope", async (t) => {
  const { smith, ann } = await pair(t);
  await ann.post("for the log");
  await smith.hasMessage("for the log");
  const frames = await smith.page.evaluate(() => {
    const frames = window.corridor.frames();
    return typeof frames === "string" ? JSON.parse(frames) : frames;
  });
  assert.ok(frames.length > 0);
  const names =
    "id,type,version,from,to,route,hops,content,timestamp,sequence,vectorClock,requiresAck,ttl,retryCount,signature,encrypted";
  for (const frame of frames) {
    const envelope = frame.envelope ?? frame;
    for (const name of names.split(",")) assert.ok(name in envelope, `${name} in ${JSON.stringify(frame)}`);
  }
  assert.ok(!JSON.stringify(frames).includes("for the log"), "personal text is redacted");
});

test("R-DBG-3: the console names phases and states, never text, names or keys", async (t) => {
  const clinic = await Clinic.open(t);
  const smith = await clinic.person("Planted-Smith");
  const ann = await clinic.person("Planted-Ann");
  const lines = [];
  smith.page.on("console", (line) => lines.push(line.text()));
  clinic.home += "/?debug";
  const link = await clinic.room(smith, ann);
  await smith.reaches(ann, "direct");
  await smith.addTask("Planted-task");
  await ann.post("Planted-message");
  await smith.hasMessage("Planted-message");
  const text = lines.join("\n");
  for (const phase of ["discovery", "handshake", "link", "sync"]) {
    assert.match(text, new RegExp(phase, "i"), `a line of the phase ${phase}`);
  }
  assert.ok(!text.includes("Planted-"), text);
  assert.match(text, /candidate.*(host|srflx|prflx).*udp/i, "a candidate's type and protocol");
  assert.ok(!text.includes(link.slice(-43)), "the key");
  assert.ok(!text.includes(Buffer.from(link.slice(-43), "base64url").toString("hex")), "the key");
});
