// What tabs know of their own links over time, to hold the operator's page against (R-HUB-5, R-HUB-6).

/** The hub may know what a tab is about to hear from it; for how long, in milliseconds. */
export const AHEAD = 1_000;

/** Runs in the page: notes every change of how this tab reaches whom, with the machine's time in milliseconds. */
export function record() {
  const now = () => performance.timeOrigin + performance.now();
  const notes = [];
  let last = null;
  const look = () => {
    const view = window.corridor.view();
    if (!view.room) return;
    const paths = Object.fromEntries(
      view.links.filter(({ path }) => path !== "none").map(({ peer, path }) => [peer.slice(0, 8), path]),
    );
    const state = { joined: view.room.hub === "joined", paths };
    const text = JSON.stringify(state);
    if (text === last) return;
    last = text;
    notes.push({ at: now(), ...state });
  };
  window.corridor.subscribe(look);
  // A tab that is busy may tell late; looking by itself keeps the notes exact.
  const stalls = [];
  let before = now();
  setInterval(() => {
    look();
    const at = now();
    if (at - before > 500) stalls.push({ from: before, to: at });
    before = at;
  }, 50);
  look();
  window.truth = { me: window.corridor.view().room.me.slice(0, 8), notes, stalls };
}

/** One tab's history. */
export class Witness {
  notes = [];
  /** When the machine kept the tab from running for over half a second. */
  stalls = [];
  dead = false;

  constructor(person) {
    this.person = person;
  }

  /** Begins, or begins again after the page was loaded anew. */
  async start() {
    await this.person.page.evaluate(record);
    this.me = await this.person.page.evaluate(() => window.truth.me);
    await this.look();
  }

  async look() {
    const { notes, stalls } = await this.person.page.evaluate(() => ({
      notes: window.truth.notes.splice(0),
      stalls: window.truth.stalls.splice(0),
    }));
    this.notes.push(...notes);
    this.stalls.push(...stalls);
  }

  /** Not there for now: it reloads. */
  pause() {
    this.notes.push({ at: Date.now(), joined: false, paths: {} });
  }

  /** Not there any more. */
  end() {
    this.dead = true;
    this.pause();
  }

  /** Everything that held at some time between `from` and `to`, the oldest first. */
  between(from, to) {
    const before = this.notes.findLastIndex((note) => note.at <= from);
    return this.notes.slice(Math.max(before, 0)).filter((note) => note.at <= to);
  }
}

/** True when some tab could not run for a part of that time, so that nobody can say how late the page is. */
export function stalled(report, witnesses, lag) {
  const overlaps = ({ from, to }) => to > report.at - lag && from < report.at + AHEAD;
  return witnesses.some((witness) => witness.stalls.some(overlaps));
}

/**
 * What the page's JSON still has otherwise although it was so for all of the last `lag` milliseconds, and just after.
 * The witnesses must have looked since.
 * @param {Witness[]} witnesses of everybody who has ever been in the room
 * @param {boolean} complete nobody is just arriving, of whom there is no witness yet
 * @returns {string[]} sentences
 */
export function lies(report, witnesses, lag, complete) {
  const found = [];
  const [from, to] = [report.at - lag, report.at + AHEAD];
  const room = report.rooms[0] ?? { members: [], pairs: [] };
  const listed = new Set(room.members.map((member) => member.peer));
  const joinedAll = new Map();
  const leaving = new Set();
  for (const witness of witnesses) {
    const history = witness.between(from, to);
    if (history.length === 0) continue;
    if (history.some((note) => note.joined) && history.some((note) => !note.joined)) leaving.add(witness.me);
    const always = history[0].at <= from && history.every((note) => note.joined);
    if (always) joinedAll.set(witness.me, history);
    if (always && !listed.has(witness.me)) found.push(`${witness.me} is not listed`);
    if (history.every((note) => !note.joined) && listed.has(witness.me)) {
      found.push(`${witness.me} is listed and not there`);
    }
  }
  const known = new Set(witnesses.map((witness) => witness.me));
  for (const peer of listed) if (complete && !known.has(peer)) found.push(`nobody is ${peer}`);
  // What each says of each, as the page has it; silence is "none".
  const told = new Map();
  for (const { peers, ends } of room.pairs) {
    if (ends[0]) told.set(`${peers[0]} ${peers[1]}`, ends[0].path);
    if (ends[1]) told.set(`${peers[1]} ${peers[0]}`, ends[1].path);
  }
  for (const [own, history] of joinedAll) {
    for (const other of known) {
      if (other === own) continue;
      const real = new Set(history.map((note) => note.paths[other] ?? "none"));
      // Whoever leaves the hub takes along what others said of them, until those say it again.
      if (leaving.has(other)) real.add("none");
      // A way may be used for less time than lies between two looks of a busy tab.
      if (real.size > 1) continue;
      const path = told.get(`${own} ${other}`) ?? "none";
      if (!real.has(path)) found.push(`${own} reaches ${other}: ${[...real]}, listed as ${path}`);
    }
  }
  return found;
}

/** The page's totals as the tabs' own notes give them, or null while anything has changed in the last `lag` ms. */
export function totals(report, witnesses, lag) {
  const states = witnesses.map((witness) => ({ me: witness.me, history: witness.between(report.at - lag, report.at + AHEAD) }));
  if (states.some(({ history }) => history.length !== 1)) return null;
  const joined = states.filter(({ history }) => history[0].joined);
  const worse = ["direct", "peer", "hub"];
  const links = { all: 0, direct: 0, hub: 0, peer: 0 };
  const users = { p2p: 0, websocket: 0, alone: 0 };
  const reach = new Map(joined.map(({ me }) => [me, "alone"]));
  const raise = (me, path) => {
    if (!reach.has(me)) return;
    if (path === "hub") reach.set(me, "websocket");
    else if (reach.get(me) === "alone") reach.set(me, "p2p");
  };
  for (const [index, { me, history }] of states.entries()) {
    for (const other of states.slice(index + 1)) {
      // Of a pair, only those who are on the hub tell it anything.
      const ends = [];
      if (joined.some((one) => one.me === me)) ends.push(history[0].paths[other.me] ?? "none");
      if (joined.some((one) => one.me === other.me)) ends.push(other.history[0].paths[me] ?? "none");
      if (ends.length === 0 || ends.includes("none")) continue;
      const path = ends.sort((a, b) => worse.indexOf(a) - worse.indexOf(b)).at(-1);
      links.all += 1;
      links[path] += 1;
      raise(me, path);
      raise(other.me, path);
    }
  }
  for (const way of reach.values()) users[way] += 1;
  return { members: joined.length, links, users };
}
