//! "Why can't A see B?" (R-DBG-4): facts from both ends in, one cause out. A pure function.
//!
//! Causes are tried from the one that explains most to the one that explains least, so that the answer names what to
//! repair first: a hub that cannot be reached makes every other question pointless.

use crate::limits;
use crate::node::{HubState, Path, Refusal};
use crate::wire::facts::Facts;
use crate::wire::registry::{layer, link_state};

/// Which end has to be looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// The device that asks.
    Here,
    /// The other one.
    There,
    /// Neither alone.
    Between,
}

/// Why one person does not see another, or sees them by a detour.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Cause {
    /// Nothing is wrong: directly linked and in step.
    Fine,
    /// A fault of the debug panel is switched on.
    OnPurpose,
    /// The browser has no network.
    Offline,
    /// The link holds another room's key.
    WrongKey,
    /// The room has ended, or the hub does not know it.
    NoRoom,
    /// A newer tab took this one's place.
    Replaced,
    /// The hub is full.
    HubFull,
    /// Page and hub do not speak the same version.
    Version,
    /// No answer from the hub, and nobody else is reached either.
    HubUnreachable,
    /// The hub is away, and nobody who is reached knows the way.
    NoWay,
    /// The other page was closed properly.
    Closed,
    /// The other device is not there, though it never said goodbye.
    Absent,
    /// Linked, but nothing of the person was ever received: the first exchange is under way.
    Meeting,
    /// What is written on the device is not kept.
    StorageFull,
    /// The browser keeps nothing for this page.
    StorageBlocked,
    /// A clock is wrong by more than is corrected silently.
    Clock,
    /// The browser has no WebRTC.
    NoWebRtc,
    /// Handshakes arrive that were altered on their way.
    Forged,
    /// The hub carries no handshakes.
    NoHandshake,
    /// The browser finds no address to be reached at.
    NoCandidates,
    /// Only `.local` names, which do not resolve, and no STUN server to help.
    Mdns,
    /// Only `.local` names, and the STUN server does not answer: UDP to the hub is blocked.
    StunSilent,
    /// Addresses are known at both ends, and UDP does not pass between them.
    UdpBlocked,
    /// A direct link is being made.
    Connecting,
    /// The direct link stands and answers nothing.
    Silent,
    /// Linked, but far behind with each other's changes.
    Behind,
}

/// The way to the other end as the asking node sees it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Way {
    /// The hub as seen from here.
    pub hub: HubState,
    /// The path in use.
    pub path: Path,
    /// The hub says the peer is there.
    pub on_hub: bool,
    /// The hub has told the peer's address, so names need not resolve.
    pub seen: bool,
    /// The peer said goodbye.
    pub closed: bool,
    /// Any peer is reached.
    pub others: bool,
    /// The peer has told what it has.
    pub greeted: bool,
    /// Operations one end holds and the other lacks.
    pub behind: u64,
}

/// The answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Diagnosis {
    /// What is wrong.
    pub cause: Cause,
    /// Where.
    pub side: Side,
    /// The path in use all the same.
    pub path: Path,
}

/// Finds the cause that explains most.
#[must_use]
pub fn diagnose(way: &Way, here: &Facts, there: Option<&Facts>) -> Diagnosis {
    let (cause, side) = find(way, here, there);
    Diagnosis {
        cause,
        side,
        path: way.path,
    }
}

fn find(way: &Way, here: &Facts, there: Option<&Facts>) -> (Cause, Side) {
    on_purpose(here, there)
        .or_else(|| unreached(way, here))
        .or_else(|| unkept(here, there))
        .or_else(|| clocks(here, there))
        .or_else(|| detour(way, here, there))
        .unwrap_or(match (way.greeted, way.behind) {
            (false, _) => (Cause::Meeting, Side::Between),
            (true, 0) => (Cause::Fine, Side::Between),
            (true, _) => (Cause::Behind, Side::Between),
        })
}

/// The end, this one first, at which something holds.
fn end_with(here: &Facts, there: Option<&Facts>, holds: impl Fn(&Facts) -> bool) -> Option<Side> {
    if holds(here) {
        Some(Side::Here)
    } else {
        there.filter(|facts| holds(facts)).map(|_| Side::There)
    }
}

fn on_purpose(here: &Facts, there: Option<&Facts>) -> Option<(Cause, Side)> {
    end_with(here, there, |facts| facts.faults != 0).map(|side| (Cause::OnPurpose, side))
}

/// Nothing leads to the peer at all.
fn unreached(way: &Way, here: &Facts) -> Option<(Cause, Side)> {
    if let HubState::Refused(why) = way.hub
        && way.path == Path::None
    {
        let cause = match why {
            Refusal::WrongKey => Cause::WrongKey,
            Refusal::Ended | Refusal::UnknownRoom => Cause::NoRoom,
            Refusal::Replaced => Cause::Replaced,
            Refusal::Full => Cause::HubFull,
            Refusal::Version | Refusal::Other(_) => Cause::Version,
        };
        return Some((cause, Side::Here));
    }
    if way.path != Path::None {
        return None;
    }
    Some(if here.offline {
        (Cause::Offline, Side::Here)
    } else if way.closed {
        (Cause::Closed, Side::There)
    } else if way.hub == HubState::Joined && is_silent(here) {
        (Cause::HubUnreachable, Side::Here)
    } else if way.hub == HubState::Joined && !way.on_hub {
        (Cause::Absent, Side::There)
    } else if way.hub == HubState::Joined && here.layers & layer::RELAY == 0 {
        return detour(way, here, None);
    } else if way.hub == HubState::Joined {
        // The hub has it in the room, and it answers nothing: asleep, frozen, or its network just went.
        (Cause::Absent, Side::There)
    } else if way.others {
        (Cause::NoWay, Side::Between)
    } else {
        (Cause::HubUnreachable, Side::Here)
    })
}

/// The socket still counts as open, and the hub has missed a ping.
fn is_silent(here: &Facts) -> bool {
    let patience = (limits::HUB_PING * 2).as_millis();
    here.hub_heard_ms
        .is_some_and(|ms| u128::from(ms) > patience)
}

fn unkept(here: &Facts, there: Option<&Facts>) -> Option<(Cause, Side)> {
    let full = || end_with(here, there, |facts| facts.storage == 1);
    let blocked = || end_with(here, there, |facts| facts.storage == 2);
    full()
        .map(|side| (Cause::StorageFull, side))
        .or_else(|| blocked().map(|side| (Cause::StorageBlocked, side)))
}

fn clocks(here: &Facts, there: Option<&Facts>) -> Option<(Cause, Side)> {
    let limit = limits::MAX_FUTURE.as_millis();
    let wrong = |facts: &Facts| {
        facts
            .clock_ahead_ms
            .is_some_and(|ms| u128::from(ms.unsigned_abs()) >= limit)
    };
    end_with(here, there, wrong).map(|side| (Cause::Clock, side))
}

/// Something leads there, but not directly.
fn detour(way: &Way, here: &Facts, there: Option<&Facts>) -> Option<(Cause, Side)> {
    if way.path == Path::Direct {
        return None;
    }
    if let Some(side) = end_with(here, there, |facts| facts.no_webrtc) {
        return Some((Cause::NoWebRtc, side));
    }
    if end_with(here, there, |facts| facts.refused > 0).is_some() {
        return Some((Cause::Forged, Side::Between));
    }
    let carries = |facts: &Facts| facts.on_hub && facts.layers & layer::HANDSHAKE == 0;
    if way.path == Path::Hub && end_with(here, there, carries).is_some() {
        return Some((Cause::NoHandshake, Side::Between));
    }
    if here.state == link_state::CONNECTED {
        return Some((Cause::Silent, Side::Between));
    }
    let tried = |facts: &Facts| facts.attempts > 0;
    if !tried(here) && !there.is_some_and(tried) {
        return Some((Cause::Connecting, Side::Between));
    }
    // Gathering takes a moment: an attempt that has only begun proves nothing.
    let young = u128::from(here.since_ms) < limits::GATHER_PATIENCE.as_millis();
    if here.attempts <= 1 && young && here.state <= link_state::CONNECTING {
        return Some((Cause::Connecting, Side::Between));
    }
    if let Some(side) = end_with(here, there, |facts| {
        tried(facts) && facts.gathered.all() == 0
    }) {
        return Some((Cause::NoCandidates, side));
    }
    let hidden = |facts: &Facts| {
        facts.gathered.mdns > 0 && facts.gathered.all() == facts.gathered.mdns && !way.seen
    };
    if let Some(side) = end_with(here, there, |facts| hidden(facts) && facts.servers > 0) {
        return Some((Cause::StunSilent, side));
    }
    if end_with(here, there, hidden).is_some() {
        return Some((Cause::Mdns, Side::Between));
    }
    Some((Cause::UdpBlocked, Side::Between))
}

#[cfg(test)]
mod tests;
