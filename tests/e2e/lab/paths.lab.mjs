// Networks on which people must meet, and how fast the first message is there.

import assert from "node:assert/strict";
import { row } from "./lib/lab.mjs";

/** The goal for the first message when a direct link is impossible, in milliseconds. */
const FIRST = 1_500;

/** Two people meet; how long after joining does the second hear the first? */
async function meet(lab, machines, spoil, path) {
  await lab.startHub(machines);
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
