// Networks on which people must meet, and how fast the first message is there.

import assert from "node:assert/strict";
import { TurnServer, whyNoTurn } from "../lib/turn.mjs";
import { until } from "../lib/wait.mjs";
import { row } from "./lib/lab.mjs";

/** The goal for the first message when a direct link is impossible, in milliseconds. */
const FIRST = 1_500;

/** Two people meet; how long after joining does the second hear the first? */
async function meet(lab, machines, spoil, path) {
  if (!lab.hub) await lab.startHub(machines);
  const [smith, ann] = [await lab.person("Smith", machines), await lab.person("Ann", machines)];
  spoil?.(lab.network, smith.machine, ann.machine);
  const link = await smith.page.createRoom(lab.hub.url);
  await smith.page.join();
  await smith.talk();
  await ann.page.open(link);
  await ann.page.field("Your name");
  const joined = Date.now();
  await ann.page.command({ type: "setProfile", name: "Ann", role: "Nurse" });
  await ann.talk();
  const first = await lab.gap(joined);
  const began = Date.now();
  await lab.allReach(path);
  lab.print(`first message ${Math.round(first)} ms after joining; ${path} ${Date.now() - began} ms later`);
  return first;
}

row("mDNS works", {}, async (lab) => {
  await meet(lab, {}, null, "direct");
});

row("mDNS is blocked", { short: true }, async (lab) => {
  await meet(lab, {}, (network) => network.block("udp dport 5353 drop"), "direct");
});

row("no gateway", {}, async (lab) => {
  await meet(lab, { gateway: false }, null, "direct");
});

row("no gateway and mDNS is blocked", {}, async (lab) => {
  await meet(lab, { gateway: false }, (network) => network.block("udp dport 5353 drop"), "direct");
});

row("UDP is blocked", { short: true }, async (lab) => {
  const first = await meet(lab, {}, (network) => network.block("ip protocol udp drop"), "hub");
  assert.ok(first < FIRST, `the first message took ${first} ms`);
});

row("only the hub's port is open", {}, async (lab) => {
  const spoil = (network) =>
    network.block(
      `tcp dport ${lab.hub.port} accept`,
      `tcp sport ${lab.hub.port} accept`,
      "ip protocol { tcp, udp } drop",
    );
  const first = await meet(lab, {}, spoil, "hub");
  assert.ok(first < FIRST, `the first message took ${first} ms`);
});

row("browsers are cut from each other before they meet", {}, async (lab) => {
  const first = await meet(lab, {}, (network, one, other) => network.part(one, other), "hub");
  assert.ok(first < FIRST, `the first message took ${first} ms`);
});

/** The types of the candidates of the pair that a page's connection uses. */
const pair = (person) =>
  until(`${person.name} uses a pair of candidates`, () =>
    person.page.page.evaluate(async () => {
      const [[, { peerConnection }]] = window.NativeWebRTCDebug.getConnections();
      const stats = await peerConnection.getStats();
      const used = [...stats.values()].find(
        ({ type, nominated, state }) => type === "candidate-pair" && nominated && state === "succeeded",
      );
      return [stats.get(used.localCandidateId), stats.get(used.remoteCandidateId)].map((one) => one.candidateType);
    }),
  );

row("only the hub and a TURN server can be reached", { skip: whyNoTurn() }, async (lab) => {
  const machine = lab.network.machine();
  const command = ["ip", "netns", "exec", machine.namespace];
  const turn = await TurnServer.start("of both", { address: machine.address, command, port: 3478 });
  lab.onClose(() => turn.stop());
  const secret = await TurnServer.secretOnly("of both");
  lab.onClose(() => secret.remove());
  await lab.startHub({ args: ["--turn-url", turn.url, "--turn-secret-file", secret.file] });
  await meet(lab, {}, (network, one, other) => network.part(one, other), "direct");
  for (const person of lab.people) {
    const types = await pair(person);
    assert.ok(types.includes("relay"), types.join());
  }
  await lab.hub.kill();
  await lab.gap(Date.now());
  lab.print(`candidates: ${await pair(lab.people[0])}; talk goes on without the hub`);
});
