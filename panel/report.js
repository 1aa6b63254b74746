// A report to send to a developer: states, times and addresses; no text, names or keys. It is built only from what
// holds none of these, so that nothing has to be filtered out.

import { diagnoses } from "./links.js";

const FRAMES = 100;

export function report(pairs) {
  const { corridor } = window;
  const state = corridor.inspect();
  // Of the view only states and counts: people, tasks and messages stay here.
  const { hub, refusal, connection, waiting, storage, clockAheadMs, quarantined, rejected } = corridor.view().room ?? {};
  const section = (title, lines) => [`== ${title}`, ...lines, ""];
  const json = (value) => JSON.stringify(value);
  return [
    `Corridor ${corridor.version}, ${new Date().toISOString()}`,
    navigator.userAgent,
    `${location.protocol}//${location.host}, ${document.visibilityState}, online ${navigator.onLine}`,
    "",
    ...section("Room", [json({ hub, refusal, connection, waiting, storage, clockAheadMs, quarantined, rejected })]),
    ...section("Node", [json({ ...state, links: undefined })]),
    ...(state?.links ?? []).flatMap(({ history, differences, ...link }) =>
      section(`Link ${link.peer}`, [
        json(link),
        ...history.map(({ agoMs, reason, path, rtc }) => `${(agoMs / 1000).toFixed(1)} s ago: ${reason} (${path}, ${rtc})`),
        ...differences.map(({ op, here }) => `only ${here ? "here" : "there"}: ${op}`),
      ]),
    ),
    ...section("Candidate pairs", pairs.flatMap(([peer, all]) => all.map((pair) => `${peer} ${json(pair)}`))),
    ...section("Diagnoses", [...diagnoses].map(([peer, found]) => `${peer} ${json(found)}`)),
    ...section("Timers", corridor.timers().map(({ inMs, reason }) => `${inMs} ms: ${reason}`)),
    ...section(
      "Frames",
      corridor
        .frameLog(0)
        .slice(-FRAMES)
        .map(({ number, at, outgoing, peer, envelope }) =>
          [number, at, outgoing ? "to" : "from", peer, envelope.type, envelope.sequence, envelope.route.join(">")].join(" "),
        ),
    ),
    ...section("Log", corridor.log()),
  ].join("\n");
}
