//! Frames between peers. Several that are due in one turn leave as one packet: their concatenation.

use super::codec::{self, WireError};
use super::facts::FactsFrame;
use super::op::read_clock;
use super::registry::peer as number;
pub use super::run::Run;
use crate::id::{PeerId, Seq, SessionId, WriterId};
use crate::limits;
use crate::time::Wall;
use minicbor::bytes::ByteVec;
use minicbor::decode::{Decoder, Error as DecodeError};
use minicbor::encode::{self, Encoder, Write};
use minicbor::{Decode, Encode};

/// What one peer says to another.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum PeerFrame {
    /// Opens a path and says what its sender has.
    Hello(Hello),
    /// Operations of one writer, in sequence.
    Ops(Run),
    /// What its sender has.
    Have(Have),
    /// Asks for operations that its sender lacks.
    Want(Vec<Want>),
    /// Asks for a [`PeerFrame::Pong`] on the same path.
    Ping(Beat),
    /// Answers a ping with its nonce.
    Pong(Beat),
    /// Typing and visibility; unreliable.
    Presence(PresenceFrame),
    /// A negotiation step, sealed as on the hub.
    Signal(ByteVec),
    /// The sender is about to vanish.
    Bye,
    /// Whom its sender reaches.
    Near(Near),
    /// A sealed packet on its way through peers.
    Forward(Forward),
    /// A forwarded packet could not go on.
    NoRoute(NoRoute),
    /// What its sender knows about its way to the receiver.
    Facts(FactsFrame),
    /// What its sender makes of the link, in a large room.
    Link(Link),
    /// Another peer said goodbye, in this session.
    Gone(Gone),
    /// A part of a frame that the receiver's browser does not take as one message.
    Part(Part),
}

/// A version vector: per writer, the last sequence of the gapless prefix that is held.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClockField(pub Vec<(WriterId, Seq)>);

/// Opens a path.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Hello {
    /// [`super::VERSION`] of the sender.
    #[n(0)]
    pub version: u16,
    /// The sender's run.
    #[n(1)]
    pub session: SessionId,
    /// All that the sender has.
    #[n(2)]
    pub have: ClockField,
    /// The sender has not yet had the receiver's hello in this session.
    #[n(3)]
    pub reply: bool,
}

/// What its sender has.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Have {
    /// Version vector, or the entries that changed.
    #[n(0)]
    pub have: ClockField,
    /// All entries are there; a missing one means nothing is held of that writer.
    #[n(1)]
    pub full: bool,
    /// Please answer with yours, in full.
    #[n(2)]
    pub reply: bool,
}

/// Asks for operations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Want {
    /// Whose.
    #[n(0)]
    pub writer: WriterId,
    /// From this sequence,
    #[n(1)]
    pub first: Seq,
    /// through this one.
    #[n(2)]
    pub last: Seq,
}

/// A sign of life.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Beat {
    /// Matches a pong to its ping.
    #[n(0)]
    pub nonce: u64,
    /// Digest of the sender's version vector: equal digests mean nothing to sync.
    #[n(1)]
    pub digest: u64,
    /// The sender's page is in the background.
    #[n(2)]
    pub away: bool,
    /// What the sender holds to be the time.
    #[n(3)]
    pub wall: Wall,
}

/// Typing and visibility.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct PresenceFrame {
    /// The page is in the background.
    #[n(0)]
    pub away: bool,
    /// The person is typing.
    #[n(1)]
    pub typing: bool,
}

/// Whom its sender reaches, as far as it changed.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Near {
    /// Whatever was told before no longer holds.
    #[n(0)]
    pub full: bool,
    /// Reached now, or otherwise than before.
    #[n(1)]
    pub up: Vec<Neighbor>,
    /// No longer reached.
    #[n(2)]
    pub down: Vec<PeerId>,
}

/// A peer that somebody reaches.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Neighbor {
    /// Who.
    #[n(0)]
    pub peer: PeerId,
    /// In which run.
    #[n(1)]
    pub session: SessionId,
    /// The peers between, from the teller's side; empty when it is reached without any.
    #[n(2)]
    pub via: Vec<PeerId>,
    /// Round-trip time from the teller, in milliseconds.
    #[n(3)]
    pub rtt_ms: u32,
    /// Its page is in the background.
    #[n(4)]
    #[cbor(default)]
    pub away: bool,
}

/// What its sender makes of the link, in a large room.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Link {
    /// The sender needs it; when neither side does, it is closed.
    #[n(0)]
    pub needed: bool,
    /// The sender pushes operations along it and wants them pushed.
    #[n(1)]
    pub branch: bool,
}

/// A peer said goodbye.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Gone {
    /// Who.
    #[n(0)]
    pub peer: PeerId,
    /// In which run.
    #[n(1)]
    pub session: SessionId,
}

/// A part of a frame.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Part {
    /// Which of the frames that were cut on this link.
    #[n(0)]
    pub number: u32,
    /// Which part, from 0,
    #[n(1)]
    pub index: u16,
    /// of so many.
    #[n(2)]
    pub count: u16,
    /// Its share of the frame's bytes.
    #[n(3)]
    pub bytes: ByteVec,
}

/// A sealed packet on its way through peers.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct Forward {
    /// Who sealed it.
    #[n(0)]
    pub from: PeerId,
    /// Who can open it.
    #[n(1)]
    pub to: PeerId,
    /// The peers between, in order.
    #[n(2)]
    pub route: Vec<PeerId>,
    /// Which of them it was handed to; their number: the recipient.
    #[n(3)]
    pub at: u8,
    /// The packet, sealed as for the hub.
    #[n(4)]
    pub sealed: ByteVec,
}

/// The [`Forward`] whose way ended at its `at`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
pub struct NoRoute {
    /// Who sealed it.
    #[n(0)]
    pub from: PeerId,
    /// Whom it was for.
    #[n(1)]
    pub to: PeerId,
    /// The peers between, in order.
    #[n(2)]
    pub route: Vec<PeerId>,
    /// Which of them tells this.
    #[n(3)]
    pub at: u8,
}

#[derive(Encode, Decode)]
struct Wants(#[n(0)] Vec<Want>);

#[derive(Encode, Decode)]
struct Sealed(#[n(0)] ByteVec);

#[derive(Encode, Decode)]
struct Nothing();

impl<C> Encode<C> for ClockField {
    fn encode<W: Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(2 * self.0.len() as u64)?;
        for (writer, seq) in &self.0 {
            e.bytes(&writer.0)?.u64(*seq)?;
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for ClockField {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        read_clock(d)
            .map(Self)
            .map_err(|_| DecodeError::message("not a version vector"))
    }
}

impl PeerFrame {
    /// Appends the frame to a packet.
    pub fn encode_into(&self, packet: &mut Vec<u8>) {
        match self {
            Self::Hello(hello) => codec::put_frame(packet, number::HELLO, hello),
            Self::Ops(run) => codec::put_frame(packet, number::OPS, run),
            Self::Have(have) => codec::put_frame(packet, number::HAVE, have),
            Self::Want(wants) => codec::put_frame(packet, number::WANT, &Wants(wants.clone())),
            Self::Ping(beat) => codec::put_frame(packet, number::PING, beat),
            Self::Pong(beat) => codec::put_frame(packet, number::PONG, beat),
            Self::Presence(presence) => codec::put_frame(packet, number::PRESENCE, presence),
            Self::Signal(sealed) => {
                codec::put_frame(packet, number::SIGNAL, &Sealed(sealed.clone()));
            }
            Self::Bye => codec::put_frame(packet, number::BYE, &Nothing()),
            Self::Near(near) => codec::put_frame(packet, number::NEAR, near),
            Self::Forward(forward) => codec::put_frame(packet, number::FORWARD, forward),
            Self::NoRoute(lost) => codec::put_frame(packet, number::NO_ROUTE, lost),
            Self::Facts(facts) => codec::put_frame(packet, number::FACTS, facts),
            Self::Link(link) => codec::put_frame(packet, number::LINK, link),
            Self::Gone(gone) => codec::put_frame(packet, number::GONE, gone),
            Self::Part(part) => codec::put_frame(packet, number::PART, part),
        }
    }

    /// Reads the fields of one frame, as [`super::decode_frames`] hands them out.
    ///
    /// # Errors
    /// [`WireError::Unknown`] for a number of a newer version: count it and go on. [`WireError::Malformed`].
    pub fn decode(number: u16, fields: &[u8]) -> Result<Self, WireError> {
        let mut d = Decoder::new(fields);
        Ok(match number {
            number::HELLO => Self::Hello(codec::fields(&mut d)?),
            number::OPS => Self::Ops(codec::fields(&mut d)?),
            number::HAVE => Self::Have(codec::fields(&mut d)?),
            number::WANT => {
                let wants = codec::fields::<Wants>(&mut d)?.0;
                if wants.len() > limits::MAX_WRITERS {
                    return Err(WireError::TooLarge);
                }
                Self::Want(wants)
            }
            number::PING => Self::Ping(codec::fields(&mut d)?),
            number::PONG => Self::Pong(codec::fields(&mut d)?),
            number::PRESENCE => Self::Presence(codec::fields(&mut d)?),
            number::SIGNAL => Self::Signal(codec::fields::<Sealed>(&mut d)?.0),
            number::BYE => Self::Bye,
            number::NEAR => {
                let near: Near = codec::fields(&mut d)?;
                let most = near.up.len().max(near.down.len());
                let long = near
                    .up
                    .iter()
                    .any(|entry| entry.via.len() > limits::MAX_RELAYS);
                if long || most > limits::MAX_WRITERS {
                    return Err(WireError::TooLarge);
                }
                Self::Near(near)
            }
            number::FORWARD => Self::Forward(codec::fields(&mut d)?),
            number::NO_ROUTE => Self::NoRoute(codec::fields(&mut d)?),
            number::FACTS => Self::Facts(codec::fields(&mut d)?),
            number::LINK => Self::Link(codec::fields(&mut d)?),
            number::GONE => Self::Gone(codec::fields(&mut d)?),
            number::PART => {
                let part: Part = codec::fields(&mut d)?;
                if part.index >= part.count {
                    return Err(WireError::Malformed);
                }
                Self::Part(part)
            }
            other => return Err(WireError::Unknown(other)),
        })
    }
}
