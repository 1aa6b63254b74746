//! Each cause in one plain sentence, with what to do about it.

use super::{Cause, Diagnosis, Side};
use crate::node::Path;

/// `@` stands for the device in question.
pub(super) fn of(diagnosis: &Diagnosis) -> (String, &'static str) {
    let (sentence, fix) = texts(diagnosis.cause);
    let device = match diagnosis.side {
        Side::Here => "This device",
        Side::There => "The other device",
        Side::Between => "One of the two devices",
    };
    let mut text = sentence.replace('@', device);
    let direct = matches!(
        diagnosis.cause,
        Cause::Fine | Cause::Behind | Cause::Meeting
    );
    text.push_str(match diagnosis.path {
        Path::Hub if direct => " The way leads through the hub.",
        Path::Peer if direct => " The way leads through another person’s device.",
        Path::Hub => " Until then everything goes through the hub, and nothing is lost.",
        Path::Peer => {
            " Until then everything goes through another person’s device, and nothing is lost."
        }
        Path::None | Path::Direct => "",
    });
    (text, fix)
}

fn texts(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Fine => (
            "Nothing is wrong: the two devices are linked and hold the same.",
            "Nothing to do.",
        ),
        Cause::OnPurpose => (
            "@ has a fault switched on in its debug panel.",
            "Switch it off there, or reload that page.",
        ),
        Cause::Offline => (
            "@ has no network.",
            "Connect it to the clinic’s Wi-Fi or cable.",
        ),
        Cause::WrongKey => (
            "The link used on this device holds the key of another room.",
            "Copy the whole link again from somebody who is in the room.",
        ),
        Cause::NoRoom => (
            "The hub does not know this room, or the room has ended.",
            "Ask whether the link is today’s, or create a new room.",
        ),
        Cause::Replaced => (
            "Another tab of this browser took over from this one.",
            "Go on in that tab, or reload this page.",
        ),
        Cause::HubFull => (
            "The hub, or the room, takes nobody in any more.",
            "Close tabs that nobody uses, or raise the hub’s limits.",
        ),
        Cause::Version => (
            "This page and the hub are of different versions.",
            "Reload this page; if that does not help, update the hub.",
        ),
        Cause::HubUnreachable => (
            "This device cannot reach the hub, and nobody else either.",
            "Check that it is on the clinic’s network and that the hub runs.",
        ),
        Cause::NoWay => (
            "The hub cannot be reached, and none of the people who are reached knows a way to the other device.",
            "Start the hub again; people who are linked stay linked.",
        ),
        Cause::Closed => (
            "The other page was closed.",
            "Open the room’s link there again.",
        ),
        Cause::Absent => (
            "The other device has stopped answering: it sleeps, is off the network, or its browser was ended.",
            "Wake it, and check its network.",
        ),
        Cause::Meeting => (
            "The two devices have met and are only just exchanging what they hold.",
            "Wait a few seconds, then ask again.",
        ),
        Cause::StorageFull => (
            "@ has no room left to save anything, so what is written there is refused.",
            "Free space in that browser: leave old rooms on the home page.",
        ),
        Cause::StorageBlocked => (
            "@ keeps nothing: its browser blocks storage for this page, so closing the page loses what it holds.",
            "Allow site data for this address, or leave private browsing.",
        ),
        Cause::Clock => (
            "@ has a wrong clock; times are corrected, but what it wrote before may appear late.",
            "Set its date, time and time zone to automatic.",
        ),
        Cause::NoWebRtc => (
            "@ cannot link directly: its browser has no WebRTC, or forbids it.",
            "Allow WebRTC in its settings or extensions, or use another browser.",
        ),
        Cause::Forged => (
            "Somebody alters the handshakes on their way, so they are refused.",
            "Check which hub and which network this is; do not go on with a hub you do not trust.",
        ),
        Cause::NoHandshake => (
            "The hub carries no handshakes, so no direct link can be made.",
            "Switch the handshake layer on in the hub’s settings.",
        ),
        Cause::NoCandidates => (
            "@ finds no address at which it could be reached directly.",
            "Check that it has a network with a default route and that no policy or extension restricts WebRTC.",
        ),
        Cause::Mdns => (
            "The browsers hide their addresses behind .local names, which this network does not resolve.",
            "Let the hub answer STUN: start it without --no-stun.",
        ),
        Cause::StunSilent => (
            "@ gets no answer from the STUN server, so UDP to it is blocked, and .local names do not resolve.",
            "Allow UDP to the hub’s STUN port in the firewall.",
        ),
        Cause::UdpBlocked => (
            "Both devices know where the other is, but no UDP passes between them.",
            "Switch off client isolation on the Wi-Fi, or allow UDP between devices in the firewall.",
        ),
        Cause::Connecting => (
            "A direct link is being made.",
            "Wait ten seconds, then ask again.",
        ),
        Cause::Silent => (
            "The direct link stands but has stopped answering; it is being repaired.",
            "Wait ten seconds; if it stays so, restart ICE for this link.",
        ),
        Cause::Behind => (
            "The two devices are linked and still catching up with each other’s changes.",
            "Wait; if the number of differences stays, restart the link.",
        ),
    }
}
