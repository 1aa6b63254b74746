// One row's world: a hub and people, each on a machine of their own, who talk all the time and count what they hear.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { CHROMIUM, FLAGS } from "../../lib/browser.mjs";
import { Hub } from "../../lib/hub.mjs";
import { HUB_AWAY, Person } from "../../lib/person.mjs";
import { until } from "../../lib/wait.mjs";
import { startTalking, stopTalking } from "./talk.mjs";
import { Network } from "./network.mjs";

const LAUNCHER = fileURLToPath(new URL("in-namespace.sh", import.meta.url));
/** Which rows: "short" for those marked so, another word for those with it in their name; all without one. */
const WANTED = process.env.CORRIDOR_LAB;

/** Where the logs of failed rows go. */
const LOGS = process.env.CORRIDOR_LAB_LOGS;

/**
 * One row of the lab.
 * @param {{ short?: boolean, within?: number, skip?: string | null }} options `short`: part of the selection that every
 * run of the suite takes. `within`: how long it may take, in milliseconds. `skip`: why it cannot run here.
 */
export function row(name, { short = false, within = 600_000, skip = null }, body) {
  if (WANTED === "short" ? !short : WANTED && !name.includes(WANTED)) return;
  test(name, { timeout: within, skip: skip ?? false }, async (t) => {
    const lab = new Lab(t);
    try {
      await body(lab);
      await lab.check();
    } catch (error) {
      await lab.keepLogs(name);
      throw error;
    } finally {
      await lab.close();
    }
  });
}

export class Lab {
  people = [];
  network = new Network();
  #test;
  #closers = [];

  constructor(t) {
    this.#test = t;
  }

  /** Runs when the row ends, the newest first. */
  onClose(close) {
    this.#closers.unshift(close);
  }

  /** One line of the row's result. */
  print(text) {
    this.#test.diagnostic(text);
  }

  /** The hub, on a machine of its own, with further arguments. */
  async startHub({ args = [], ...options } = {}) {
    this.hubMachine = this.network.machine(options);
    this.hub = await Hub.start({
      args,
      within: {
        address: this.hubMachine.address,
        command: ["ip", "netns", "exec", this.hubMachine.namespace],
      },
    });
  }

  /** Somebody on a machine of their own, who has not opened anything yet. */
  async person(name, options = {}) {
    const person = new LabPerson(name, this.network.machine(options));
    await person.launch();
    this.people.push(person);
    return person;
  }

  /** A hub and these people in one room, all reaching each other by `path`; talking when they do. */
  async room(names, { path = "direct", ...machines } = {}) {
    await this.startHub(machines);
    const people = [];
    for (const name of names) people.push(await this.person(name, machines));
    const [first, ...others] = people;
    this.link = await first.page.createRoom(this.hub.url);
    await first.page.join();
    for (const other of others) {
      await other.page.open(this.link);
      await other.page.join();
    }
    await this.allReach(path);
    for (const person of people) await person.talk();
    return people;
  }

  async allReach(path) {
    for (const one of this.people) {
      for (const other of this.people) if (one !== other) await one.page.reaches(other.page, path);
    }
  }

  /** Everybody stops talking; everything that was said must arrive everywhere, exactly once. */
  async check() {
    const said = [];
    for (const person of this.people) said.push(...(await person.stop()));
    assert.ok(said.length > 0, "nobody said anything");
    for (const person of this.people) {
      const count = async () => {
        const view = await person.page.view();
        const counts = new Map();
        for (const { text } of view.messages) counts.set(text, (counts.get(text) ?? 0) + 1);
        return counts;
      };
      await until(`${person.name} has all ${said.length} messages`, async () => {
        const counts = await count();
        return said.every((text) => counts.has(text));
      });
      const doubled = [...(await count())].filter(([, times]) => times > 1);
      assert.deepEqual(doubled, [], `${person.name} sees something twice`);
    }
    this.print(`${said.length} messages, all everywhere, each once`);
    const complaints = this.people.flatMap((person) => person.page.complaints);
    assert.deepEqual(complaints, [], "no page may complain");
  }

  /** The longest time until something said after `since` was heard, over all pairs, in milliseconds. */
  async gap(since) {
    const gaps = await Promise.all(
      this.people.map((listener) =>
        until(`${listener.name} hears everybody again`, async () => {
          const heard = await listener.heard();
          const firsts = this.people
            .filter((speaker) => speaker !== listener)
            .map((speaker) => heard.filter((one) => one.by === speaker.name && one.at > since))
            .map((ones) => Math.min(...ones.map((one) => one.at)));
          return firsts.every(Number.isFinite) && Math.max(...firsts) - since;
        }, 120_000),
      ),
    );
    return Math.max(...gaps);
  }

  /** How long after `since` the last message said before it was heard, in milliseconds. */
  async caughtUp(since) {
    const late = await Promise.all(
      this.people.map((listener) =>
        until(`${listener.name} has caught up`, async () => {
          const heard = new Map((await listener.heard()).map((one) => [one.text, one.at]));
          const said = await Promise.all(
            this.people.filter((one) => one !== listener).map((one) => one.said()),
          );
          const times = said.flat().filter((one) => one.at < since).map((one) => heard.get(one.text));
          return times.every(Boolean) && Math.max(1, ...times.map((at) => at - since));
        }, 120_000),
      ),
    );
    return Math.max(...late);
  }

  /** The longest silence that anybody heard from anybody since then, in milliseconds. */
  async longestSilence(since) {
    let longest = 0;
    for (const listener of this.people) {
      const heard = await listener.heard();
      for (const speaker of this.people.filter((one) => one !== listener)) {
        const times = heard.filter((one) => one.by === speaker.name && one.at > since);
        times.sort((a, b) => a.at - b.at).reduce((before, { at }) => {
          longest = Math.max(longest, at - before);
          return at;
        }, since);
      }
    }
    return longest;
  }

  /** By which paths everybody reaches everybody. */
  async paths() {
    const paths = new Set();
    for (const person of this.people) {
      const view = await person.page.view();
      view.people.filter((one) => !one.me).forEach((one) => paths.add(one.path));
    }
    return [...paths].sort().join(", ");
  }

  /** What the pages logged, for whoever looks into a failure. Holds no text and no names (R-DBG-3). */
  async keepLogs(name) {
    if (!LOGS) return;
    const folder = path.join(LOGS, name.replaceAll(/\W+/g, "-"));
    await mkdir(folder, { recursive: true });
    for (const person of this.people) {
      const log = await person.page.page
        .evaluate(() => window.corridor.log().join("\n"))
        .catch((error) => `no log: ${error.message}`);
      await writeFile(path.join(folder, `${person.name}.log`), log);
    }
    await writeFile(path.join(folder, "hub.log"), this.hub?.log ?? "");
    this.print(`logs in ${folder}`);
  }

  async close() {
    for (const person of this.people) await person.close();
    for (const close of this.#closers) await close();
    await this.hub?.kill();
    this.network.remove();
  }
}

/** A person, their machine, and their browser with a profile that outlives it. */
export class LabPerson {
  /** What puts the machine right before it starts again. */
  beforeRelaunch = null;
  #profile = null;
  #browser = null;

  constructor(name, machine) {
    this.name = name;
    this.machine = machine;
  }

  async launch() {
    this.#profile ??= await mkdtemp(path.join(tmpdir(), "corridor-lab-"));
    this.#browser = await puppeteer.launch({
      executablePath: LAUNCHER,
      pipe: true,
      headless: true,
      args: FLAGS.filter((flag) => flag !== "--allow-loopback-in-peer-connection"),
      env: { ...process.env, LAB_NAMESPACE: this.machine.namespace, LAB_CHROMIUM: CHROMIUM },
      userDataDir: this.#profile,
      defaultViewport: { width: 1000, height: 700 },
      protocolTimeout: 120_000,
      timeout: 120_000,
    });
    this.page = await Person.arrive(this.#browser.defaultBrowserContext(), this.name);
    // Here, being without the hub is what rows are about.
    this.page.tolerate(HUB_AWAY);
  }

  /** Starts the browser again, with the profile it had. */
  async relaunch() {
    await this.#browser.close().catch(() => {}); // It may have been killed by its row.
    // A browser that was killed leaves the mark that it runs.
    for (const mark of ["SingletonLock", "SingletonSocket", "SingletonCookie"]) {
      await rm(path.join(this.#profile, mark), { force: true });
    }
    this.beforeRelaunch?.();
    await this.launch();
  }

  /** Says something four times a second from now on, and notes when it hears what. */
  async talk() {
    await this.page.page.evaluate(startTalking, this.name, 250);
  }

  /** Stops talking; answers with all that was said in this life of the page. */
  async stop() {
    return this.page.page.evaluate(stopTalking);
  }

  said() {
    return this.page.page.evaluate(() => window.lab.said);
  }

  heard() {
    return this.page.page.evaluate(() => window.lab.heard);
  }

  async close() {
    await this.#browser?.close().catch(() => {}); // It may have been killed by its row.
    if (this.#profile) await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
