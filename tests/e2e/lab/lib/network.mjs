// A local network of Linux network namespaces: one per machine, joined by a bridge in another.
//
// Nothing leaves these namespaces. Whatever one run left behind, the next one removes.

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { pause } from "../../lib/wait.mjs";

const PREFIX = "corridor";
const SUBNET = "10.77.0";
/** What machines call their gateway. Nobody has that address: there is no way out. */
const GATEWAY = `${SUBNET}.254`;

/** Namespaces of this process, removed at the latest when it ends. */
const live = new Set();
process.on("exit", () => live.forEach((network) => network.remove()));
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.once(signal, () => process.exit(code));
}

const run = (program, ...args) =>
  execFileSync(program, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
const inside = (namespace, ...command) => run("ip", "netns", "exec", namespace, ...command);

/** Why there can be no lab here, as a sentence; null when there can. */
export function whyNot() {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const tool of ["ip", "nft"]) {
    try {
      run(tool, "-V");
    } catch {
      return `\`${tool}\` is missing (Debian: apt-get install iproute2 nftables)`;
    }
  }
  try {
    const network = new Network();
    network.block("drop")();
    network.remove();
    return null;
  } catch (error) {
    return `this kernel refuses a namespace with a filtering bridge (${String(error.message).trim()})`;
  }
}

export class Network {
  static #made = 0;
  #name = `${PREFIX}-${process.pid}-${(Network.#made += 1)}`;
  #machines = [];
  #rules = new Map();
  #nextRule = 0;

  constructor() {
    sweep();
    live.add(this);
    run("ip", "netns", "add", this.#switch);
    inside(this.#switch, "ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0");
    inside(this.#switch, "ip", "link", "set", "bridge", "up");
    this.#nft("add table bridge lab");
    this.#nft("add chain bridge lab forward { type filter hook forward priority 0; }");
  }

  get #switch() {
    return `${this.#name}-switch`;
  }

  #nft(command) {
    return inside(this.#switch, "nft", command);
  }

  /** A new machine on the network. */
  machine({ gateway = true } = {}) {
    const number = this.#machines.length + 1;
    const machine = new Machine(`${this.#name}-${number}`, `port${number}`, number, gateway);
    this.#machines.push(machine);
    run("ip", "netns", "add", machine.namespace);
    run(
      ...["ip", "link", "add", "eth0", "netns", machine.namespace, "type", "veth"],
      ...["peer", "name", machine.port, "netns", this.#switch],
    );
    inside(this.#switch, "ip", "link", "set", machine.port, "master", "bridge", "up");
    inside(machine.namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    inside(machine.namespace, "ip", "link", "set", "lo", "up");
    machine.connect();
    return machine;
  }

  /**
   * Every packet that `rule` (of nftables, bridge family) matches is treated as it says; the answer undoes that.
   * Rules are looked at in the order they came.
   */
  block(...rules) {
    const number = (this.#nextRule += 1);
    this.#rules.set(number, rules);
    this.#load();
    return () => {
      this.#rules.delete(number);
      this.#load();
    };
  }

  /** Nothing from or to this machine arrives; its interface looks fine to it. */
  isolate(machine) {
    return this.block(`iifname ${machine.port} drop`, `oifname ${machine.port} drop`);
  }

  /** Nothing arrives between these two. */
  part(one, other) {
    return this.block(
      `iifname ${one.port} oifname ${other.port} drop`,
      `iifname ${other.port} oifname ${one.port} drop`,
    );
  }

  /** Of all packets, TCP and UDP alike, this share is lost. ARP is spared, as by Wi-Fi's own retries. */
  lose(percent) {
    return this.block(`ether type ip numgen random mod 100 < ${percent} drop`);
  }

  #load() {
    const rules = [...this.#rules.values()].flat();
    const lines = rules.map((rule) => `add rule bridge lab forward ${rule}`);
    this.#nft(["flush chain bridge lab forward", ...lines].join("; "));
  }

  /** Ends all that runs in it, and removes it. */
  remove() {
    live.delete(this);
    for (const namespace of [...this.#machines.map((one) => one.namespace), this.#switch]) {
      removeNamespace(namespace);
    }
  }
}

export class Machine {
  #gateway;
  #host;

  constructor(namespace, port, host, gateway) {
    this.namespace = namespace;
    this.port = port;
    this.#host = host;
    this.#gateway = gateway;
  }

  get address() {
    return `${SUBNET}.${this.#host}`;
  }

  /** Puts its interface and its routes up. */
  connect() {
    this.#ip("addr", "add", `${this.address}/24`, "dev", "eth0");
    this.#ip("link", "set", "eth0", "up");
    this.#route();
  }

  /** Pulls the plug: the machine notices, and forgets its address. */
  disconnect() {
    this.#ip("link", "set", "eth0", "down");
    this.#ip("addr", "flush", "dev", "eth0");
  }

  /** Another address from now on; with `connect` at once, otherwise when it is connected again. */
  renumber({ connect = true } = {}) {
    const before = this.address;
    this.#host += 100;
    if (!connect) return;
    this.#ip("addr", "add", `${this.address}/24`, "dev", "eth0");
    this.#ip("addr", "del", `${before}/24`, "dev", "eth0");
    this.#route();
  }

  #route() {
    // Deleting the first address takes the others of its subnet along, unless they are promoted.
    this.#ip("addr", "replace", `${this.address}/24`, "dev", "eth0");
    if (this.#gateway) this.#ip("route", "replace", "default", "via", GATEWAY);
  }

  #ip(...args) {
    inside(this.namespace, "ip", ...args);
  }

  /** Ends every process on it without notice, as a power cut would. */
  killAll() {
    killWithin(this.namespace);
  }
}

function killWithin(namespace) {
  const pids = run("ip", "netns", "pids", namespace).split("\n").filter(Boolean).map(Number);
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It ended by itself.
    }
  }
}

function removeNamespace(namespace) {
  if (!existsSync(`/run/netns/${namespace}`)) return;
  killWithin(namespace);
  run("ip", "netns", "del", namespace);
}

/** Removes what runs that no longer exist left behind. */
function sweep() {
  if (!existsSync("/run/netns")) return;
  for (const namespace of readdirSync("/run/netns")) {
    const owner = new RegExp(`^${PREFIX}-(\\d+)-`).exec(namespace);
    if (owner && !existsSync(`/proc/${owner[1]}`)) removeNamespace(namespace);
  }
}

/** For that long, in seconds: the length of a fault is what a row is about. */
export const seconds = (count) => pause(count * 1000);
