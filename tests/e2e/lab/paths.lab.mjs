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

/** Both ends hear why they are not linked directly (R-DBG-4). */
async function why(lab, cause) {
  for (const { page } of lab.people) {
    const other = lab.people.find((one) => one.page !== page);
    const { room } = await other.page.view();
    await until(`${page.name} hears ${cause}`, async () => {
      const found = await page.command({ type: "diagnose", peer: room.me });
      if (found.cause !== cause) throw new Error(JSON.stringify(found));
      return true;
    }, 60_000);
  }
}

row("mDNS works", {}, async (lab) => {
  await meet(lab, {}, null, "direct");
});

row("mDNS is blocked", { short: true }, async (lab) => {
  await meet(lab, {}, (network) => network.block("udp dport 5353 drop"), "direct");
});

/** The types of the remote candidates that a page's connection knows, and whether they show an address. */
const remotes = (person) =>
  person.page.page.evaluate(async () => {
    const [[, { peerConnection }]] = window.NativeWebRTCDebug.getConnections();
    const stats = [...(await peerConnection.getStats()).values()];
    return stats.filter(({ type }) => type === "remote-candidate").map(({ candidateType, address }) => ({ candidateType, address }));
  });

const noNames = (network) => network.block("udp dport 5353 drop");
for (const [name, args, spoil] of [
  ["mDNS is blocked and the hub answers no STUN", ["--no-stun"], noNames],
  ["mDNS is blocked and the hub's STUN port is closed", [], (network) => network.block("udp dport { 3478, 5353 } drop")],
]) {
  row(name, { short: args.length > 0 }, async (lab) => {
    await lab.startHub({ args });
    await meet(lab, {}, spoil, "direct");
    for (const person of lab.people) {
      const other = lab.people.find((one) => one !== person);
      const { links } = await person.page.page.evaluate(() => window.corridor.inspect());
      assert.equal(links[0].seenAt, other.machine.address);
      const known = await remotes(person);
      assert.ok(!known.some(({ candidateType }) => candidateType === "srflx"), "no STUN server helped");
      lab.print(`${person.name} knows ${JSON.stringify(known)}`);
    }
  });
}

row("no gateway", {}, async (lab) => {
  await meet(lab, { gateway: false }, null, "direct");
});

row("no gateway and mDNS is blocked", {}, async (lab) => {
  await meet(lab, { gateway: false }, (network) => network.block("udp dport 5353 drop"), "direct");
});

row("UDP is blocked", { short: true }, async (lab) => {
  const first = await meet(lab, {}, (network) => network.block("ip protocol udp drop"), "hub");
  assert.ok(first < FIRST, `the first message took ${first} ms`);
  await why(lab, "udpBlocked");
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
  await why(lab, "udpBlocked");
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
