// The hub's STUN server, asked by somebody else's client: coturn's (R-LINK-5).

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Hub } from "../lib/hub.mjs";

const CLIENT = "turnutils_stunclient";

test("R-LINK-5: coturn's client learns its own address", async (t) => {
  const ask = (...words) => spawnSync(CLIENT, words, { encoding: "utf8", timeout: 10_000 });
  if (ask("-h").error?.code === "ENOENT") return t.skip(`${CLIENT} is not installed (apt install coturn)`);
  const hub = await Hub.start();
  t.after(() => hub.kill());
  const { stunPort } = await (await fetch(`${hub.url}/health`)).json();
  const { status, stdout } = ask("-p", stunPort, "127.0.0.1");
  assert.equal(status, 0, stdout);
  assert.match(stdout, /UDP reflexive addr: 127\.0\.0\.1:\d+/);
});
