// Each cause of a diagnosis (R-DBG-4) in one plain sentence, with what to do about it. `@` is the device in question.

const WORDS = {
  fine: [
    "Nothing is wrong: the two devices are linked and hold the same.",
    "Nothing to do.",
  ],
  onPurpose: [
    "@ has a fault switched on in its debug panel.",
    "Switch it off there, or reload that page.",
  ],
  offline: [
    "@ has no network.",
    "Connect it to the clinic’s Wi-Fi or cable.",
  ],
  wrongKey: [
    "The link used on this device holds the key of another room.",
    "Copy the whole link again from somebody who is in the room.",
  ],
  noRoom: [
    "The hub does not know this room, or the room has ended.",
    "Ask whether the link is today’s, or create a new room.",
  ],
  replaced: [
    "Another tab of this browser took over from this one.",
    "Go on in that tab, or reload this page.",
  ],
  hubFull: [
    "The hub, or the room, takes nobody in any more.",
    "Close tabs that nobody uses, or raise the hub’s limits.",
  ],
  version: [
    "This page and the hub are of different versions.",
    "Reload this page; if that does not help, update the hub.",
  ],
  hubUnreachable: [
    "This device cannot reach the hub, and nobody else either.",
    "Check that it is on the clinic’s network and that the hub runs.",
  ],
  noWay: [
    "The hub cannot be reached, and none of the people who are reached knows a way to the other device.",
    "Start the hub again; people who are linked stay linked.",
  ],
  closed: [
    "The other page was closed.",
    "Open the room’s link there again.",
  ],
  absent: [
    "The other device has stopped answering: it sleeps, is off the network, or its browser was ended.",
    "Wake it, and check its network.",
  ],
  meeting: [
    "The two devices have met and are only just exchanging what they hold.",
    "Wait a few seconds, then ask again.",
  ],
  storageFull: [
    "@ has no room left to save anything, so what is written there is refused.",
    "Free space in that browser: leave old rooms on the home page.",
  ],
  storageBlocked: [
    "@ keeps nothing: its browser blocks storage for this page, so closing the page loses what it holds.",
    "Allow site data for this address, or leave private browsing.",
  ],
  clock: [
    "@ has a wrong clock; times are corrected, but what it wrote before may appear late.",
    "Set its date, time and time zone to automatic.",
  ],
  noWebRtc: [
    "@ cannot link directly: its browser has no WebRTC, or forbids it.",
    "Allow WebRTC in its settings or extensions, or use another browser.",
  ],
  forged: [
    "Somebody alters the handshakes on their way, so they are refused.",
    "Check which hub and which network this is; do not go on with a hub you do not trust.",
  ],
  noHandshake: [
    "The hub carries no handshakes, so no direct link can be made.",
    "Switch the handshake layer on in the hub’s settings.",
  ],
  noCandidates: [
    "@ finds no address at which it could be reached directly.",
    "Check that it has a network with a default route and that no policy or extension restricts WebRTC.",
  ],
  mdns: [
    "The browsers hide their addresses behind .local names, which this network does not resolve.",
    "Let the hub answer STUN: start it without --no-stun.",
  ],
  stunSilent: [
    "@ gets no answer from the STUN server, so UDP to it is blocked, and .local names do not resolve.",
    "Allow UDP to the hub’s STUN port in the firewall.",
  ],
  udpBlocked: [
    "Both devices know where the other is, but no UDP passes between them.",
    "Switch off client isolation on the Wi-Fi, or allow UDP between devices in the firewall.",
  ],
  connecting: [
    "A direct link is being made.",
    "Wait ten seconds, then ask again.",
  ],
  silent: [
    "The direct link stands but has stopped answering; it is being repaired.",
    "Wait ten seconds; if it stays so, restart ICE for this link.",
  ],
  behind: [
    "The two devices are linked and still catching up with each other’s changes.",
    "Wait; if the number of differences stays, restart the link.",
  ],
};

const DEVICES = { here: "This device", there: "The other device", between: "One of the two devices" };

const DETOURS = {
  hub: " Until then everything goes through the hub, and nothing is lost.",
  peer: " Until then everything goes through another person’s device, and nothing is lost.",
};

/** What `corridor.command({ type: "diagnose", peer })` found, as a sentence and a fix. */
export function explain({ cause, side, path }) {
  const [sentence, fix] = WORDS[cause] ?? ["The cause has no name yet.", "Send a report to the developers."];
  const settled = ["fine", "behind", "meeting"].includes(cause);
  return { sentence: sentence.replace("@", DEVICES[side]) + (settled ? "" : (DETOURS[path] ?? "")), fix };
}
