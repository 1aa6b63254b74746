// The real hub binary as a child process on a free port.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./wait.mjs";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const HUB = process.env.CORRIDOR_HUB ?? path.join(ROOT, "target/debug/corridor-hub");
const APP = process.env.CORRIDOR_APP ?? path.join(ROOT, "target/app");

export class Hub {
  #child = null;
  #args;
  #env;
  #within;
  #ended = null;
  /** Everything it has printed, over all its lives. */
  log = "";
  port = 0;

  constructor(args, env, within) {
    this.#args = args;
    this.#env = env;
    this.#within = within;
  }

  /**
   * Starts a hub; further arguments and variables are passed on.
   * @param {{ args?: string[], env?: object, within?: { address: string, command: string[] } }} options `within` is
   * another machine: its address, and what a command there begins with.
   */
  static async start({ args = [], env = {}, within = { address: "127.0.0.1", command: [] } } = {}) {
    const hub = new Hub(args, env, within);
    await hub.start();
    return hub;
  }

  get url() {
    return `http://${this.#within.address}:${this.port}`;
  }

  /** The binary. */
  get program() {
    return HUB;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Starts it again on the port it had. */
  async start() {
    const from = this.log.length;
    const { address, command } = this.#within;
    // A machine of its own has the usual STUN port free; it must be the same after a restart.
    const stun = command.length > 0 ? "3478" : "0";
    const args = ["--bind", `${address}:${this.port}`, "--stun-port", stun, "--app-dir", APP];
    const [program, ...words] = [...command, HUB, ...args, ...this.#args];
    const child = spawn(program, words, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.#env },
    });
    this.#child = child;
    this.#ended = new Promise((done) => child.once("exit", done));
    let failure = null;
    child.once("error", (error) => (failure = error));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => (this.log += text));
    }
    const found = await until("the hub says where it listens", () => {
      if (failure) throw failure;
      if (child.exitCode !== null) throw new Error(`the hub ended: ${this.log.slice(from)}`);
      return /listening on http:\/\/[\d.]+:(\d+)/.exec(this.log.slice(from));
    });
    this.port = Number(found[1]);
    // Whoever is on another machine cannot ask it.
    if (command.length > 0) return;
    await until("the hub is healthy", async () => (await fetch(`${this.url}/health`)).ok);
  }

  /** Asks it to end, as an operator would. */
  async stop() {
    await this.#end("SIGTERM");
  }

  /** Ends it without notice. */
  async kill() {
    await this.#end("SIGKILL");
  }

  async #end(signal) {
    this.#child?.kill(signal);
    await this.#ended;
    this.#child = null;
  }

  /** Which of these byte strings are in its memory right now. Linux only. */
  async memoryHolds(needles) {
    const found = needles.map(() => false);
    const memory = await open(`/proc/${this.pid}/mem`, "r");
    try {
      for (const line of readFileSync(`/proc/${this.pid}/maps`, "utf8").split("\n")) {
        const region = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
        if (!region) continue;
        const [start, end] = [parseInt(region[1], 16), parseInt(region[2], 16)];
        const bytes = await readRegion(memory, start, end - start);
        needles.forEach((needle, at) => (found[at] ||= bytes.includes(needle)));
      }
    } finally {
      await memory.close();
    }
    return found;
  }
}

async function readRegion(memory, start, length) {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  // Parts of a region may not be readable (guard pages); what can be read counts.
  while (filled < length) {
    const wanted = Math.min(length - filled, 1 << 20);
    try {
      const { bytesRead } = await memory.read(bytes, filled, wanted, start + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    } catch {
      break;
    }
  }
  return bytes.subarray(0, filled);
}

