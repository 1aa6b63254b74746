// The page "Links": a row per peer, and on demand all that is known of one.

import { Spark, ago, button, bytes, choice, clock, fill, h, rows, say, short, table, tick } from "./dom.js";
import { statistics } from "./stats.js";
import { explain } from "./words.js";

const COLUMNS = ["Peer", "Path", "Connection", "Round trip", "Throughput", "Candidate pair", "Not confirmed", "Last change"];
const PAIRS = ["In use", "State", "Local", "Remote", "Round trip", "Sent", "Received", "Checks answered"];
const DELAYS = [0, 100, 300, 1000, 5000];
const LOSSES = [0, 5, 20, 40, 100];

/** The remote candidate of a pair. An address that the peer hid is known from the hub (H-SEEN). */
const remote = (pair, { seenAt, candidates }) =>
  pair.remote + (pair.remoteShown && seenAt && candidates.there.host === 0 ? " (by the hub)" : "");

const PATHS = { direct: "direct", hub: "through the hub", peer: "through a peer", none: "no way" };

/** One way of asking the core; the sentence of a refusal is shown. */
export async function command(json, told) {
  try {
    return (await window.corridor.command(json)) ?? true;
  } catch (error) {
    say(told, error.message);
    return null;
  }
}

class Row {
  #cells = {};
  #rtt = new Spark();
  #flow = new Spark();
  #before = null;
  #open = false;
  stats = null;

  constructor(panel, peer) {
    this.panel = panel;
    this.peer = peer;
    this.toggle = h("button", {
      type: "button",
      class: "dbg-toggle",
      "aria-expanded": "false",
      onclick: () => this.#unfold(!this.#open),
    });
    this.line = h("tr", {}, h("th", { scope: "row" }, this.toggle));
    for (const column of COLUMNS.slice(1)) {
      this.#cells[column] = h("span");
      const spark = { "Round trip": this.#rtt, Throughput: this.#flow }[column];
      this.line.append(h("td", { "data-label": column }, this.#cells[column], spark?.element));
    }
    this.details = new Details(peer);
    this.more = h("tr", { hidden: true }, h("td", { colspan: COLUMNS.length, "data-wide": true }, this.details.element));
  }

  #unfold(on) {
    this.#open = on;
    this.toggle.setAttribute("aria-expanded", String(on));
    this.more.hidden = !on;
    if (on) this.details.update(this.link, this.stats);
  }

  update(link, stats) {
    [this.link, this.stats] = [link, stats];
    const total = link.bytesSent + link.bytesReceived;
    const at = performance.now();
    const before = this.#before;
    const flow = before && (1000 * Math.max(0, total - before.total)) / Math.max(200, at - before.at);
    this.#before = { total, at };
    this.#rtt.push(link.path === "none" ? null : link.rttMs);
    this.#flow.push(flow);
    const pair = stats?.selected;
    const faults = [
      link.avoided && "no direct link",
      link.delayMs && `+${link.delayMs} ms`,
      link.lossPercent && `${link.lossPercent} % lost`,
    ].filter(Boolean);
    const way = link.route.length ? ` ${link.route.map(short).join(" → ")}` : "";
    say(this.toggle, this.panel.name(this.peer));
    say(this.#cells.Path, PATHS[link.path] + way + (faults.length ? ` (on purpose: ${faults.join(", ")})` : ""));
    say(this.#cells.Connection, link.rtc ? `${link.rtc}, channel ${link.channelOpen ? "open" : "closed"}` : "none");
    say(this.#cells["Round trip"], link.rttMs === null ? "–" : `${link.rttMs} ms`);
    say(this.#cells.Throughput, flow === null ? "–" : `${bytes(flow)}/s`);
    say(this.#cells["Candidate pair"], pair ? `${pair.local} ⇄ ${remote(pair, link)}` : "–");
    say(this.#cells["Not confirmed"], link.unacked);
    say(this.#cells["Last change"], `${link.reason}, ${ago(link.sinceMs)}`);
    if (this.#open) this.details.update(link, stats);
  }
}

class Details {
  constructor(peer) {
    this.peer = peer;
    this.answer = h("div", { class: "dbg-answer", role: "status" });
    const ask = (json) => command(json, this.answer);
    this.delay = choice("Delay", DELAYS.map((ms) => [ms, ms ? `${ms} ms` : "none"]), (ms) =>
      ask({ type: "fault", delay: peer, ms: Number(ms) }),
    );
    this.loss = choice("Loss", LOSSES.map((percent) => [percent, percent ? `${percent} %` : "none"]), (percent) =>
      ask({ type: "fault", loss: peer, percent: Number(percent) }),
    );
    this.avoid = tick("Relay only", (on) => ask({ type: "fault", avoid: peer, on }));
    const why = button("Why not directly?", async () => {
      say(this.answer, "Asking both ends…");
      const found = await ask({ type: "diagnose", peer });
      if (found) this.#explain(found);
    });
    this.facts = h("dl", { class: "dbg-facts" });
    this.pairs = table("Candidate pairs", ...PAIRS);
    this.past = table("What happened, newest first", "When", "Why", "Path then", "Connection then");
    this.element = h(
      "div",
      { class: "dbg-more" },
      h(
        "div",
        { class: "dbg-bar" },
        why,
        button("Restart ICE", () => ask({ type: "restartIce", peer })),
        button("Drop link", () => ask({ type: "fault", dropLink: peer })),
        this.delay.label,
        this.loss.label,
        this.avoid.label,
      ),
      this.answer,
      this.facts,
      this.pairs.element,
      this.past.element,
    );
  }

  #explain(found) {
    const { cause, here, there } = found;
    const { sentence, fix } = explain(found);
    diagnoses.set(this.peer, found);
    this.answer.replaceChildren(
      h("p", {}, h("strong", {}, sentence)),
      h("p", {}, fix),
      h(
        "details",
        {},
        h("summary", {}, `Cause: ${cause}. What both ends saw`),
        h("pre", { class: "dbg-json", tabindex: "0" }, JSON.stringify({ here, there }, null, 1)),
      ),
    );
  }

  update(link, stats) {
    for (const [control, value] of [
      [this.delay.select, link.delayMs],
      [this.loss.select, link.lossPercent],
    ]) {
      if (document.activeElement !== control) control.value = String(value);
    }
    this.avoid.box.checked = link.avoided;
    const counted = ({ host, mdns, srflx, relay }) => `${host} host, ${mdns} mDNS, ${srflx} srflx, ${relay} relay`;
    const facts = {
      Session: link.session ?? "unknown",
      Role: link.offers ? "offers" : "answers",
      Attempts: link.attempts,
      "ICE restarts": link.restarts,
      Sent: bytes(link.bytesSent),
      Received: bytes(link.bytesReceived),
      "Sent again": link.retransmits,
      "Pings lost": `${(link.lossPermille / 10).toFixed(1)} %`,
      Heard: ago(link.heardMs),
      "Clock offset": link.clockOffsetMs === null ? "unknown" : `${link.clockOffsetMs} ms`,
      "On the hub": link.onHub ? "yes" : "no",
      "Gathered here": counted(link.candidates.here),
      "Told by the peer": counted(link.candidates.there),
      "Seen by the hub at": link.seenAt ?? "not told",
      ...(stats && {
        ICE: `${stats.ice}, ${stats.role ?? "no role"}, gathering ${stats.gathering}`,
        Signaling: stats.signaling,
        DTLS: stats.dtls ?? "none",
        "Data channel": `${stats.channel}, ${bytes(stats.buffered ?? 0)} buffered`,
        "Pair changes": stats.changes ?? "unknown",
      }),
    };
    fill(this.facts, facts, (all) =>
      Object.entries(all).map(([name, value]) => h("div", {}, h("dt", {}, `${name}: `), h("dd", {}, String(value)))),
    );
    const pairs = (stats?.pairs ?? []).map((pair) => [
      pair.selected ? "yes" : "",
      pair.state,
      pair.local,
      remote(pair, link),
      pair.rttMs === null ? "–" : `${pair.rttMs} ms`,
      bytes(pair.sent),
      bytes(pair.received),
      pair.checks,
    ]);
    fill(this.pairs.body, pairs, (all) => rows(PAIRS, all));
    const now = Date.now();
    // To the tenth of a second, or the same moment would look like another one at every look.
    const moment = (ms) => clock(Math.round((now - ms) / 100) * 100).slice(0, -2);
    const past = link.history
      .toReversed()
      .map((change) => [moment(change.agoMs), change.reason, PATHS[change.path], change.rtc ?? "none"]);
    fill(this.past.body, past, (all) => rows(this.past.columns, all));
  }
}

/** What was diagnosed since the panel was loaded, for the report. */
export const diagnoses = new Map();

export class Links {
  title = "Links";
  #rows = new Map();
  #table = table("Links with the others in the room", ...COLUMNS);
  #none = h("p", {}, "Nobody else has been here yet.");

  constructor(panel) {
    this.panel = panel;
    this.element = h("div", {}, this.#none, this.#table.element);
  }

  update() {}

  /** One more point on every sparkline. */
  async sample(state) {
    const links = state?.links ?? [];
    const stats = new Map();
    for (const [peer, connection] of window.NativeWebRTCDebug.getConnections()) {
      stats.set(peer, await statistics(connection));
    }
    this.#none.hidden = links.length > 0;
    this.#table.element.hidden = links.length === 0;
    for (const link of links) {
      let row = this.#rows.get(link.peer);
      if (!row) {
        row = new Row(this.panel, link.peer);
        this.#rows.set(link.peer, row);
        this.#table.body.append(row.line, row.more);
      }
      row.update(link, stats.get(link.peer) ?? null);
    }
    for (const [peer, row] of this.#rows) {
      if (links.some((link) => link.peer === peer)) continue;
      row.line.remove();
      row.more.remove();
      this.#rows.delete(peer);
    }
  }

  /** Candidate pairs, for the report. */
  pairs() {
    return [...this.#rows].map(([peer, row]) => [peer, row.stats?.pairs ?? []]);
  }
}
