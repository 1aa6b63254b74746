//! Frames between hubs that serve the same rooms: presence, what a request may ask of any of them, and sealed bytes for
//! a member of another.

use super::codec::{self, WireError};
use super::hub::LinkState;
use super::registry::fanout;
use crate::id::{HubId, PeerId, RoomId, RoomTag, SessionId};
use crate::limits;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// What one hub says to the others. The sender is first in each; a number after it counts what that hub has told, so
/// that the others notice what they missed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum FanoutFrame {
    /// It lives.
    Beat(Beat),
    /// What it knows of a room.
    Room(RoomPart),
    /// Somebody registered.
    Entry(BookEntry),
    /// Somebody posted an offer or answer.
    Letter(Posted),
    /// A member reported its links.
    Report(PeerReport),
    /// It has told everything anew.
    Told(Told),
    /// It wants everything told anew.
    Ask(Ask),
    /// A sealed negotiation step.
    Signal(Crossing),
    /// A sealed packet.
    Relay(Crossing),
    /// The recipient of one is not there.
    Undelivered(Missed),
}

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Beat {
    /// Whose.
    #[n(0)]
    pub hub: HubId,
    /// The number of what it told last.
    #[n(1)]
    pub seq: u64,
    /// Its open sockets.
    #[n(2)]
    pub connections: u32,
}

/// A room as one hub has it. Takes the place of what that hub told of the room before.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct RoomPart {
    /// Whose words these are.
    #[n(0)]
    pub hub: HubId,
    /// Their number.
    #[n(1)]
    pub seq: u64,
    /// The room.
    #[n(2)]
    pub room: RoomId,
    /// Its tag, once somebody has set it.
    #[n(3)]
    pub tag: Option<RoomTag>,
    /// Seconds since it was used.
    #[n(4)]
    pub idle: u32,
    /// Who is connected to that hub.
    #[n(5)]
    pub members: Vec<Claim>,
}

/// A member that is connected to the hub which says so.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Claim {
    /// The peer.
    #[n(0)]
    pub peer: PeerId,
    /// Its run.
    #[n(1)]
    pub session: SessionId,
    /// When it arrived, in milliseconds since the epoch, or one more than an earlier arrival that its hub knew of.
    /// Where two hubs name a peer, the greater one holds.
    #[n(2)]
    pub since: u64,
}

/// An entry of a room's phone book.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct BookEntry {
    /// Who says so.
    #[n(0)]
    pub hub: HubId,
    /// The number of these words.
    #[n(1)]
    pub seq: u64,
    /// The room.
    #[n(2)]
    pub room: RoomId,
    /// Its tag.
    #[n(3)]
    pub tag: RoomTag,
    /// Whose entry.
    #[n(4)]
    pub peer: PeerId,
    /// What the peer registered.
    #[n(5)]
    pub address: String,
    /// Seconds since it was used.
    #[n(6)]
    pub idle: u32,
}

/// An offer or answer that waits.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Posted {
    /// Who says so.
    #[n(0)]
    pub hub: HubId,
    /// The number of these words.
    #[n(1)]
    pub seq: u64,
    /// The room.
    #[n(2)]
    pub room: RoomId,
    /// Its tag.
    #[n(3)]
    pub tag: RoomTag,
    /// A number of [`super::registry::letter`].
    #[n(4)]
    pub kind: u8,
    /// The recipient.
    #[n(5)]
    pub to: PeerId,
    /// The sender.
    #[n(6)]
    pub from: PeerId,
    /// The letter's number.
    #[n(7)]
    pub number: u64,
    /// Seconds since it was posted.
    #[n(8)]
    pub age: u32,
    /// The sealed bytes (rule S-SIGNAL).
    #[n(9)]
    pub sealed: ByteVec,
}

/// How a member reaches the others.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct PeerReport {
    /// The member's hub.
    #[n(0)]
    pub hub: HubId,
    /// The number of these words.
    #[n(1)]
    pub seq: u64,
    /// The room.
    #[n(2)]
    pub room: RoomId,
    /// The member.
    #[n(3)]
    pub peer: PeerId,
    /// As in H-REPORT.
    #[n(4)]
    pub links: Vec<LinkState>,
}

/// All rooms were told anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Told {
    /// Who did.
    #[n(0)]
    pub hub: HubId,
    /// The number of these words.
    #[n(1)]
    pub seq: u64,
    /// The number of the first of them. What that hub told of a room before, and not since, holds no more.
    #[n(2)]
    pub first: u64,
}

/// Asks for everything anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Ask {
    /// Who asks.
    #[n(0)]
    pub hub: HubId,
    /// Whom.
    #[n(1)]
    pub of: HubId,
}

/// Sealed bytes from a member of one hub to a member of another.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Crossing {
    /// The sender's hub.
    #[n(0)]
    pub hub: HubId,
    /// The recipient's hub.
    #[n(1)]
    pub to_hub: HubId,
    /// The sender.
    #[n(2)]
    pub from: PeerId,
    /// The recipient.
    #[n(3)]
    pub to: PeerId,
    /// The sealed bytes (rules S-PACKET and S-SIGNAL).
    #[n(4)]
    pub sealed: ByteVec,
}

/// Sealed bytes did not reach their recipient.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Missed {
    /// The hub where the recipient is not.
    #[n(0)]
    pub hub: HubId,
    /// The sender's hub.
    #[n(1)]
    pub to_hub: HubId,
    /// The sender.
    #[n(2)]
    pub from: PeerId,
    /// The recipient.
    #[n(3)]
    pub to: PeerId,
}

impl FanoutFrame {
    /// Whose words these are.
    #[must_use]
    pub fn hub(&self) -> HubId {
        match self {
            Self::Beat(beat) => beat.hub,
            Self::Room(part) => part.hub,
            Self::Entry(entry) => entry.hub,
            Self::Letter(posted) => posted.hub,
            Self::Report(report) => report.hub,
            Self::Told(told) => told.hub,
            Self::Ask(ask) => ask.hub,
            Self::Signal(crossing) | Self::Relay(crossing) => crossing.hub,
            Self::Undelivered(missed) => missed.hub,
        }
    }

    /// The number of what was told, for what is counted.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        match self {
            Self::Room(part) => Some(part.seq),
            Self::Entry(entry) => Some(entry.seq),
            Self::Letter(posted) => Some(posted.seq),
            Self::Report(report) => Some(report.seq),
            Self::Told(told) => Some(told.seq),
            Self::Beat(_)
            | Self::Ask(_)
            | Self::Signal(_)
            | Self::Relay(_)
            | Self::Undelivered(_) => None,
        }
    }

    /// The bytes of one message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Beat(beat) => codec::frame(fanout::BEAT, beat),
            Self::Room(part) => codec::frame(fanout::ROOM, part),
            Self::Entry(entry) => codec::frame(fanout::ENTRY, entry),
            Self::Letter(posted) => codec::frame(fanout::LETTER, posted),
            Self::Report(report) => codec::frame(fanout::REPORT, report),
            Self::Told(told) => codec::frame(fanout::TOLD, told),
            Self::Ask(ask) => codec::frame(fanout::ASK, ask),
            Self::Signal(crossing) => codec::frame(fanout::SIGNAL, crossing),
            Self::Relay(crossing) => codec::frame(fanout::RELAY, crossing),
            Self::Undelivered(missed) => codec::frame(fanout::UNDELIVERED, missed),
        }
    }

    /// Reads one message.
    ///
    /// # Errors
    /// [`WireError::TooLarge`], [`WireError::Malformed`], or [`WireError::Unknown`] for a number of a newer version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (number, mut d) = codec::open(bytes, limits::MAX_FANOUT_BYTES)?;
        Ok(match number {
            fanout::BEAT => Self::Beat(codec::fields(&mut d)?),
            fanout::ROOM => {
                let part: RoomPart = codec::fields(&mut d)?;
                bounded(part.members.len(), limits::HUB_MAX_CLAIMS)?;
                Self::Room(part)
            }
            fanout::ENTRY => {
                let entry: BookEntry = codec::fields(&mut d)?;
                bounded(entry.address.len(), limits::HUB_MAX_ADDRESS_BYTES)?;
                Self::Entry(entry)
            }
            fanout::LETTER => {
                let posted: Posted = codec::fields(&mut d)?;
                bounded(posted.sealed.len(), limits::MAX_SEALED_SIGNAL_BYTES)?;
                Self::Letter(posted)
            }
            fanout::REPORT => {
                let report: PeerReport = codec::fields(&mut d)?;
                bounded(report.links.len(), limits::HUB_MAX_MEMBERS)?;
                Self::Report(report)
            }
            fanout::TOLD => Self::Told(codec::fields(&mut d)?),
            fanout::ASK => Self::Ask(codec::fields(&mut d)?),
            fanout::SIGNAL => Self::Signal(codec::fields(&mut d)?),
            fanout::RELAY => Self::Relay(codec::fields(&mut d)?),
            fanout::UNDELIVERED => Self::Undelivered(codec::fields(&mut d)?),
            other => return Err(WireError::Unknown(other)),
        })
    }
}

fn bounded(length: usize, most: usize) -> Result<(), WireError> {
    (length <= most).then_some(()).ok_or(WireError::TooLarge)
}
