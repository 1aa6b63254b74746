//! Frames between a client and the hub, over the WebSocket: one frame per binary message.

use super::codec::{self, WireError};
use super::registry::{from_hub, to_hub};
use super::shelf::{Listed, Record, Store, StoreError, Stored};
use crate::id::{PeerId, RoomId, RoomTag, SessionId};
use crate::limits;
use core::net::IpAddr;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// What a client says to the hub.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ClientFrame {
    /// Enter a room.
    Join(Join),
    /// A sealed negotiation step for one member.
    Signal(Parcel),
    /// A sealed packet for one member.
    Relay(Parcel),
    /// Leave the room; the socket may stay.
    Leave,
    /// Asks for a [`HubFrame::Pong`] with the same number.
    Ping(u64),
    /// How the sender reaches each of the others, in the place of what it reported before.
    LinkReport(Vec<LinkState>),
    /// Keep a sealed record.
    ShelfStore(Store),
    /// Which records have a number above this?
    ShelfList(u64),
    /// The records of these numbers, please.
    ShelfFetch(Vec<u64>),
}

/// What the hub says to a client.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum HubFrame {
    /// 32 random bytes to sign, the first frame on every socket.
    Challenge([u8; 32]),
    /// The join succeeded.
    Joined(Joined),
    /// A member arrived, or came back with a new session.
    Arrived(Member),
    /// A member's socket ended.
    Departed(Member),
    /// A sealed negotiation step from one member.
    Signal(Parcel),
    /// A sealed packet from one member.
    Relayed(Parcel),
    /// A request was refused: a number of [`super::registry::refusal`].
    Refused(u16),
    /// Answers [`ClientFrame::Ping`].
    Pong {
        /// The number asked with.
        number: u64,
        /// Milliseconds since the epoch by the hub's clock.
        wall: u64,
    },
    /// This member is not on the hub: a signal or packet for it was dropped.
    Undelivered(PeerId),
    /// A record is on disk.
    ShelfStored(Stored),
    /// A record is not kept.
    ShelfError(StoreError),
    /// Which records there are.
    ShelfListed(Listed),
    /// A record that was asked for.
    ShelfRecord(Record),
    /// Where members come from, as far as that is of use.
    Seen(Vec<Sighting>),
}

/// Enters a room.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Join {
    /// [`super::VERSION`] of the client.
    #[n(0)]
    pub version: u16,
    /// The room.
    #[n(1)]
    pub room: RoomId,
    /// The tag of the room key. The first member of a room sets it.
    #[n(2)]
    pub tag: RoomTag,
    /// The peer that joins.
    #[n(3)]
    pub peer: PeerId,
    /// Its run. A greater hub arrival order fences the older run.
    #[n(4)]
    pub session: SessionId,
    /// The device's Ed25519 public key; [`PeerId`] is derived from it and `slot`.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub public_key: [u8; 32],
    /// The tab's slot on its device.
    #[n(6)]
    pub slot: u16,
    /// Ed25519 over [`crate::key::join_message`].
    #[cbor(n(7), with = "minicbor::bytes")]
    pub proof: [u8; 64],
    /// The client holds history of the room, so a hub that forgot the room (restart) opens it again.
    #[n(8)]
    pub resume: bool,
}

/// The join succeeded.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Joined {
    /// The hub's wall clock, milliseconds since the epoch.
    #[n(0)]
    pub wall: u64,
    /// The other members.
    #[n(1)]
    pub members: Vec<Member>,
    /// `stun:` and `turn:` URLs to use. `stun:?:PORT` stands for the host name the page was loaded from.
    #[n(2)]
    pub ice: Vec<String>,
    /// What this hub offers: bits of [`super::registry::layer`]. `None` from a hub that does not say.
    #[n(3)]
    pub layers: Option<u32>,
    /// TURN servers, with credentials that end.
    #[n(4)]
    pub turn: Option<Turn>,
}

/// TURN servers that take the same credentials.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
pub struct Turn {
    /// `turn:` and `turns:` URLs.
    #[n(0)]
    pub urls: Vec<String>,
    /// User name.
    #[n(1)]
    pub user: String,
    /// Password.
    #[n(2)]
    pub credential: String,
    /// For how many seconds from now they hold.
    #[n(3)]
    pub lasts_s: u32,
}

impl core::fmt::Debug for Turn {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Turn")
            .field("urls", &self.urls)
            .finish_non_exhaustive()
    }
}

/// A member of a room on the hub.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode)]
pub struct Member {
    /// The peer.
    #[n(0)]
    pub peer: PeerId,
    /// Its run.
    #[n(1)]
    pub session: SessionId,
}

/// Where the hub sees a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Sighting {
    /// The member.
    #[n(0)]
    pub peer: PeerId,
    /// The address that its socket comes from.
    #[cbor(n(1), with = "super::fields::address")]
    pub at: IpAddr,
}

impl Sighting {
    /// True for an address of a local network (RFC 1918, RFC 3927, RFC 4193): no other is told, and no other is believed.
    /// Link-local IPv6 needs a zone that candidates do not carry, and loopback is no candidate (RFC 8445 §5.1.1.1).
    #[must_use]
    pub fn is_local(&self) -> bool {
        match self.at {
            IpAddr::V4(at) => at.is_private() || at.is_link_local(),
            IpAddr::V6(at) => at.is_unique_local(),
        }
    }
}

/// Sealed bytes for, or from, one member.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Parcel {
    /// To the hub: the recipient. From the hub: the sender.
    #[n(0)]
    pub peer: PeerId,
    /// The sealed bytes (rules S-PACKET and S-SIGNAL).
    #[n(1)]
    pub sealed: ByteVec,
}

/// How one member reaches another. No name, no address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct LinkState {
    /// The other.
    #[n(0)]
    pub peer: PeerId,
    /// The way in use: a number of [`super::registry::link_path`].
    #[n(1)]
    pub path: u8,
    /// The state of the connection: a number of [`super::registry::link_state`].
    #[n(2)]
    pub state: u8,
    /// Smoothed round-trip time on the way in use, in milliseconds.
    #[n(3)]
    pub rtt_ms: Option<u32>,
    /// Attempts at a direct link to this peer's session.
    #[n(4)]
    pub attempts: u32,
    /// How many of them opened.
    #[n(5)]
    pub opened: u32,
    /// The hub or a third peer has carried packets for this session.
    #[n(6)]
    pub relayed: bool,
}

#[derive(Encode, Decode)]
struct One<T>(#[n(0)] T);

#[derive(Encode, Decode)]
struct Two(#[n(0)] u64, #[n(1)] u64);

#[derive(Encode, Decode)]
struct Nonce(#[cbor(n(0), with = "minicbor::bytes")] [u8; 32]);

#[derive(Encode, Decode)]
struct Nothing();

impl ClientFrame {
    /// The bytes of one WebSocket message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Join(join) => codec::frame(to_hub::JOIN, join),
            Self::Signal(parcel) => codec::frame(to_hub::SIGNAL, parcel),
            Self::Relay(parcel) => codec::frame(to_hub::RELAY, parcel),
            Self::Leave => codec::frame(to_hub::LEAVE, &Nothing()),
            Self::Ping(number) => codec::frame(to_hub::PING, &One(*number)),
            Self::LinkReport(links) => codec::frame(to_hub::LINK_REPORT, &One(links)),
            Self::ShelfStore(store) => codec::frame(to_hub::SHELF_STORE, store),
            Self::ShelfList(after) => codec::frame(to_hub::SHELF_LIST, &One(*after)),
            Self::ShelfFetch(numbers) => codec::frame(to_hub::SHELF_FETCH, &One(numbers)),
        }
    }

    /// Reads one WebSocket message.
    ///
    /// # Errors
    /// [`WireError::TooLarge`], [`WireError::Malformed`], or [`WireError::Unknown`] for a number of a
    /// newer version.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (number, mut d) = codec::open(bytes, limits::MAX_HUB_FRAME_BYTES)?;
        Ok(match number {
            to_hub::JOIN => Self::Join(codec::fields(&mut d)?),
            to_hub::SIGNAL => Self::Signal(codec::fields(&mut d)?),
            to_hub::RELAY => Self::Relay(codec::fields(&mut d)?),
            to_hub::LEAVE => Self::Leave,
            to_hub::PING => Self::Ping(codec::fields::<One<u64>>(&mut d)?.0),
            to_hub::LINK_REPORT => {
                let links = codec::fields::<One<Vec<LinkState>>>(&mut d)?.0;
                if links.len() > limits::HUB_MAX_MEMBERS {
                    return Err(WireError::TooLarge);
                }
                Self::LinkReport(links)
            }
            to_hub::SHELF_STORE => Self::ShelfStore(codec::fields(&mut d)?),
            to_hub::SHELF_LIST => Self::ShelfList(codec::fields::<One<u64>>(&mut d)?.0),
            to_hub::SHELF_FETCH => {
                let numbers = codec::fields::<One<Vec<u64>>>(&mut d)?.0;
                if numbers.len() > limits::SHELF_FETCH {
                    return Err(WireError::TooLarge);
                }
                Self::ShelfFetch(numbers)
            }
            other => return Err(WireError::Unknown(other)),
        })
    }
}

impl HubFrame {
    /// The bytes of one WebSocket message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Challenge(nonce) => codec::frame(from_hub::CHALLENGE, &Nonce(*nonce)),
            Self::Joined(joined) => codec::frame(from_hub::JOINED, joined),
            Self::Arrived(member) => codec::frame(from_hub::ARRIVED, member),
            Self::Departed(member) => codec::frame(from_hub::DEPARTED, member),
            Self::Signal(parcel) => codec::frame(from_hub::SIGNAL, parcel),
            Self::Relayed(parcel) => codec::frame(from_hub::RELAYED, parcel),
            Self::Refused(code) => codec::frame(from_hub::REFUSED, &One(*code)),
            Self::Pong { number, wall } => codec::frame(from_hub::PONG, &Two(*number, *wall)),
            Self::Undelivered(peer) => codec::frame(from_hub::UNDELIVERED, &One(*peer)),
            Self::ShelfStored(stored) => codec::frame(from_hub::SHELF_STORED, stored),
            Self::ShelfError(error) => codec::frame(from_hub::SHELF_ERROR, error),
            Self::ShelfListed(listed) => codec::frame(from_hub::SHELF_LISTED, listed),
            Self::ShelfRecord(record) => codec::frame(from_hub::SHELF_RECORD, record),
            Self::Seen(members) => codec::frame(from_hub::SEEN, &One(members)),
        }
    }

    /// Reads one WebSocket message.
    ///
    /// # Errors
    /// As [`ClientFrame::decode`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (number, mut d) = codec::open(bytes, limits::MAX_HUB_FRAME_BYTES)?;
        Ok(match number {
            from_hub::CHALLENGE => Self::Challenge(codec::fields::<Nonce>(&mut d)?.0),
            from_hub::JOINED => Self::Joined(codec::fields(&mut d)?),
            from_hub::ARRIVED => Self::Arrived(codec::fields(&mut d)?),
            from_hub::DEPARTED => Self::Departed(codec::fields(&mut d)?),
            from_hub::SIGNAL => Self::Signal(codec::fields(&mut d)?),
            from_hub::RELAYED => Self::Relayed(codec::fields(&mut d)?),
            from_hub::REFUSED => Self::Refused(codec::fields::<One<u16>>(&mut d)?.0),
            from_hub::PONG => {
                let Two(number, wall) = codec::fields(&mut d)?;
                Self::Pong { number, wall }
            }
            from_hub::UNDELIVERED => Self::Undelivered(codec::fields::<One<PeerId>>(&mut d)?.0),
            from_hub::SHELF_STORED => Self::ShelfStored(codec::fields(&mut d)?),
            from_hub::SHELF_ERROR => Self::ShelfError(codec::fields(&mut d)?),
            from_hub::SHELF_LISTED => {
                let listed: Listed = codec::fields(&mut d)?;
                if listed.records.len() > limits::SHELF_PAGE {
                    return Err(WireError::TooLarge);
                }
                Self::ShelfListed(listed)
            }
            from_hub::SHELF_RECORD => Self::ShelfRecord(codec::fields(&mut d)?),
            from_hub::SEEN => {
                let members = codec::fields::<One<Vec<Sighting>>>(&mut d)?.0;
                if members.len() > limits::HUB_MAX_MEMBERS {
                    return Err(WireError::TooLarge);
                }
                Self::Seen(members)
            }
            other => return Err(WireError::Unknown(other)),
        })
    }
}
