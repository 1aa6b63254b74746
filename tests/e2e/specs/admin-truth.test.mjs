// The operator's page is true (R-HUB-5, R-HUB-6): people come, go, die and are cut off at random, and whatever the page
// says was so within the last three seconds.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Clinic } from "../lib/clinic.mjs";
import { HUB_AWAY } from "../lib/person.mjs";
import { AHEAD, Witness, lies, stalled, totals } from "../lib/truth.mjs";
import { pause, until } from "../lib/wait.mjs";

const CREDENTIALS = "ops:correct horse battery";
/** How old what the page says may be, in milliseconds (R-HUB-6). */
const LAG = 3_000;
/** For how long people do things; CORRIDOR_TRUTH_SECONDS=300 runs it at length. */
const SECONDS = Number(process.env.CORRIDOR_TRUTH_SECONDS ?? 45);
const SEED = Number(process.env.CORRIDOR_SEED ?? 7);
const MOST = 5;

/** Mulberry32 (public domain): the same seed gives the same day. */
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (count) => Math.floor(next() * count), pick: (list) => list[Math.floor(next() * list.length)] };
}

/** A room in which things happen. */
class Day {
  witnesses = [];
  done = {};
  /** Since when there is a witness of everybody, in milliseconds. */
  complete = Infinity;
  #clinic;
  #dice = dice(SEED);
  #link;
  #count = 0;

  constructor(clinic) {
    this.#clinic = clinic;
  }

  get living() {
    return this.witnesses.filter((witness) => !witness.dead);
  }

  async open() {
    const first = await this.#arrival();
    this.#link = await first.createRoom(this.#clinic.home);
    await this.#enter(first);
    for (let more = 0; more < 2; more += 1) await this.join();
  }

  async #arrival(own = false) {
    this.#count += 1;
    const person = await this.#clinic.person(`Person ${this.#count}`, { own });
    person.tolerate(HUB_AWAY);
    return person;
  }

  async #enter(person) {
    await person.join();
    const witness = new Witness(person);
    await witness.start();
    this.witnesses.push(witness);
    this.complete = Date.now();
  }

  async join() {
    const person = await this.#arrival(this.#dice.below(2) === 0);
    await person.open(this.#link);
    this.complete = Infinity;
    await this.#enter(person);
  }

  /** One thing that happens; its name. */
  async next() {
    const living = this.living;
    const witness = this.#dice.pick(living);
    const { person } = witness;
    const other = this.#dice.pick(living.filter((one) => one !== witness));
    const fault = (more) => person.command({ type: "fault", ...more });
    const id = async () => (await other.person.view()).room.me;
    const may = {
      "closes the page": living.length > 2 && (async () => {
        witness.end();
        await person.page.close();
      }),
      "is killed": living.length > 2 && person.ownBrowser && (async () => {
        person.context.browser().process().kill("SIGKILL");
        witness.end();
      }),
      "reloads": async () => {
        witness.pause();
        await person.reload();
        await person.until("is back", (view) => view.room?.profile);
        await witness.start();
      },
      "loses the hub": () => fault({ cutHub: true }),
      "finds the hub": () => fault({ cutHub: false }),
      "cannot link": () => fault({ relayOnly: true }),
      "can link": () => fault({ relayOnly: false }),
      "avoids somebody": async () => fault({ avoid: await id(), on: true }),
      "avoids them no more": async () => fault({ avoid: await id(), on: false }),
      "drops a link": async () => fault({ dropLink: await id() }),
      "restarts ICE": () => person.page.evaluate(() => window.NativeWebRTCDebug.forceICERestart()),
      "sees the hub restart": async () => {
        await this.#clinic.hub.kill();
        await this.#clinic.hub.start();
      },
    };
    const possible = Object.keys(may).filter((name) => may[name]);
    if (living.length < MOST) possible.push("joins", "joins", "joins");
    const name = this.#dice.pick(possible);
    this.done[name] = (this.done[name] ?? 0) + 1;
    // A fault at somebody whom the other has never met is refused; that too is a thing that happens.
    await (name === "joins" ? this.join() : may[name]()).catch((error) => {
      if (!/No such peer|nobody by that id/i.test(error.message)) throw error;
    });
    return name;
  }
}

test(`R-HUB-6: ${SECONDS} seconds of joins, deaths and cuts, and the page is never older than 3 s`, { timeout: 1_200_000 }, async (t) => {
  const clinic = await Clinic.open(t, { env: { CORRIDOR_ADMIN: CREDENTIALS } });
  const authorization = `Basic ${Buffer.from(CREDENTIALS).toString("base64")}`;
  const report = async () => {
    const response = await fetch(`${clinic.home}/api/admin/mesh-status`, { headers: { authorization } });
    assert.equal(response.status, 200);
    return response.json();
  };
  const day = new Day(clinic);
  await day.open();

  let [checks, quiet, skipped, going, hubUp] = [0, 0, 0, true, Date.now()];
  const found = [];
  const judge = (told) => {
    if (stalled(told, day.witnesses, LAG)) {
      skipped += 1;
      return;
    }
    checks += 1;
    const at = new Date(told.at).toISOString();
    const complete = told.at > day.complete;
    for (const lie of lies(told, day.witnesses, LAG, complete)) found.push(`${at}: ${lie}`);
    const wanted = complete && totals(told, day.witnesses, LAG);
    if (!wanted) return;
    quiet += 1;
    const { members, links, users } = told.totals;
    const [page, tabs] = [{ members, links, users }, wanted].map((value) => JSON.stringify(value));
    if (page !== tabs) found.push(`${at}: totals ${page}, tabs ${tabs}`);
  };
  const watch = async () => {
    let waiting = [];
    while (going && found.length === 0) {
      await pause(200);
      try {
        waiting.push(await report());
      } catch {
        hubUp = Date.now() + LAG; // It is being restarted, and knows nobody yet.
      }
      const looked = Date.now();
      await Promise.all(day.living.map((witness) => witness.look().catch(() => {})));
      const ripe = (told) => told.at + AHEAD < looked;
      for (const told of waiting.filter(ripe)) if (told.at >= hubUp) judge(told);
      waiting = waiting.filter((told) => !ripe(told));
    }
  };
  const watching = watch();
  const log = [];
  const end = Date.now() + SECONDS * 1000;
  try {
    while (Date.now() < end && found.length === 0) {
      log.push(`${new Date().toISOString()}: ${await day.next()}`);
      // The pace of the day, not a wait for anything.
      await pause(log.length % 4 === 0 ? 5_000 : 700);
    }
    // Nothing happens any more: the totals must be looked at too.
    await until("the totals were compared", () => quiet > 0 || found.length > 0);
  } finally {
    going = false;
    await watching;
  }
  assert.deepEqual(found, [], `what happened:\n${log.join("\n")}`);
  assert.ok(checks > SECONDS / 4, `only ${checks} looks at the page, ${skipped} left out`);
  t.diagnostic(`${checks} looks, ${quiet} of them with nothing moving; ${skipped} left out, the machine being too busy; ${JSON.stringify(day.done)}`);
});
