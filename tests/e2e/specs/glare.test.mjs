// Everybody arrives in the same moment (R-LINK-1): each pair ends with exactly one open channel, never two or none.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { until } from "../lib/wait.mjs";

/** CORRIDOR_ROUNDS=200 runs it at length. */
const ROUNDS = Number(process.env.CORRIDOR_ROUNDS ?? 8);

/** Runs in the page: keeps hold of every connection that is ever made, so that none can hide. */
function holdConnections() {
  const Real = window.RTCPeerConnection;
  window.made = [];
  window.RTCPeerConnection = new Proxy(Real, {
    construct(target, args) {
      const connection = new target(...args);
      const channels = [];
      const { createDataChannel } = target.prototype;
      connection.createDataChannel = (...rest) => {
        const channel = createDataChannel.apply(connection, rest);
        channels.push(channel);
        return channel;
      };
      connection.addEventListener("datachannel", ({ channel }) => channels.push(channel));
      window.made.push({ connection, channels });
      return connection;
    },
  });
}

function tenMinutesAhead() {
  const right = Date.now.bind(Date);
  Date.now = () => right() + 10 * 60_000;
}

/** Runs in the page: what is not closed, of all that was ever made. */
function stillThere() {
  return {
    connections: window.made.filter(({ connection }) => connection.connectionState !== "closed").length,
    open: window.made.flatMap(({ channels }) => channels).filter((one) => one.readyState === "open").length,
  };
}

test(`R-LINK-1: ${ROUNDS} rounds of arriving at once, one clock 10 minutes ahead`, async (t) => {
  const clinic = await Clinic.open(t);
  const [smith, ann, jones] = [
    await clinic.person("Dr. Smith", { before: [holdConnections] }),
    await clinic.person("Ann", { before: [holdConnections, tenMinutesAhead] }),
    await clinic.person("Dr. Jones", { before: [holdConnections] }),
  ];
  const people = [smith, ann, jones];
  await clinic.room(...people);
  const slowest = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    // Away from the room first, so that nobody waits for anybody with a connection in hand.
    await Promise.all(people.map((person) => person.page.goto("about:blank")));
    const began = performance.now();
    await Promise.all(people.map((person) => person.page.goBack({ waitUntil: "domcontentloaded" })));
    for (const one of people) {
      for (const other of people) if (one !== other) await one.reaches(other, "direct");
    }
    slowest.push(performance.now() - began);
    for (const person of people) {
      const seen = await until(`${person.name} has one channel per peer in round ${round}`, async () => {
        const seen = await person.page.evaluate(stillThere);
        return seen.connections === 2 && seen.open === 2 && seen;
      });
      assert.deepEqual(seen, { connections: 2, open: 2 });
    }
    const text = `round ${round}`;
    await people[round % 3].command({ type: "post", text });
    for (const person of people) {
      await person.hasMessage(text);
      const view = await person.view();
      assert.equal(view.messages.filter((message) => message.text === text).length, 1);
      assert.equal(view.people.length, 3, "nobody came back as somebody else");
    }
  }
  slowest.sort((a, b) => a - b);
  const at = (share) => Math.round(slowest[Math.floor((slowest.length - 1) * share)]);
  t.diagnostic(`all direct after ${at(0.5)} ms (median), ${at(1)} ms (slowest)`);
});
