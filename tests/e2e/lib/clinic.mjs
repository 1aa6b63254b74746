// One test's world: a hub and people in Chromium, cleaned up and checked at the end.

import assert from "node:assert/strict";
import { after } from "node:test";
import { launch } from "./browser.mjs";
import { Hub } from "./hub.mjs";
import { Person } from "./person.mjs";

let shared = null;

/** The spec file's one browser. */
function browser() {
  shared ??= launch();
  return shared;
}

after(async () => {
  if (shared) await (await shared).close();
});

export class Clinic {
  people = [];
  #own = [];
  #closers = [];

  /** A clinic with its own hub, ended when the test `t` ends. */
  static async open(t, hubOptions = {}) {
    const clinic = new Clinic();
    clinic.hub = await Hub.start(hubOptions);
    clinic.home = clinic.hub.url;
    t.after(() => clinic.#close());
    return clinic;
  }

  /** Runs when the test ends, the newest first. */
  onClose(close) {
    this.#closers.unshift(close);
  }

  /**
   * Somebody with their own browser profile.
   * @param {{ before?: Function[], own?: boolean, context?: object }} options `before` runs in each page ahead of
   * the app; `own` gives them a browser process of their own; `context` puts them into somebody's browser.
   */
  async person(name, { before = [], own = false, context = null } = {}) {
    if (!context) {
      let owner = await browser();
      if (own) {
        owner = await launch();
        this.#own.push(owner);
      }
      context = await owner.createBrowserContext();
    }
    const person = await Person.arrive(context, name, before);
    person.ownBrowser = own;
    this.people.push(person);
    return person;
  }

  /** A new room with these people in it, all reaching each other; returns its link. */
  async room(...people) {
    const [first, ...others] = people;
    const link = await first.createRoom(this.home);
    await first.join("Dentist");
    for (const other of others) {
      await other.open(link);
      await other.join("Nurse");
    }
    for (const one of people) {
      for (const other of people) if (one !== other) await one.reaches(other);
    }
    return link;
  }

  async #close() {
    const complaints = this.people.flatMap((person) =>
      person.complaints.map((complaint) => `${person.name}: ${complaint}`),
    );
    for (const close of this.#closers) await close();
    for (const context of new Set(this.people.map((person) => person.context))) {
      await context.close().catch(() => {}); // It may have been killed by its test.
    }
    for (const owner of this.#own) await owner.close().catch(() => {});
    await this.hub.kill();
    assert.deepEqual(complaints, [], "no page may complain");
  }
}
