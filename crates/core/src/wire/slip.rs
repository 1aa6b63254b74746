//! Slips: an offer, or the answer to one, short enough for people to carry (R-LINK-6).
//!
//! Not SDP but what differs between two of a browser's data-channel descriptions; `crate::link::half` turns one into
//! the other.

use super::codec::{self, WireError};
use super::registry::signal as number;
use crate::id::SessionId;
use crate::limits;
use crate::time::Wall;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// Invite or reply.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlipKind {
    /// Opens a link with whoever takes it.
    Invite,
    /// Answers one invite.
    Reply,
}

/// What a person hands over, before signing and sealing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Slip {
    /// An offer to whoever takes it.
    Invite {
        /// When it was made.
        made: Wall,
        /// The run of the tab that made it.
        session: SessionId,
        /// How that tab can be reached.
        half: Half,
    },
    /// The answer to one invite.
    Reply {
        /// Which one: the first eight bytes of its nonce.
        invite: u64,
        /// The run of the tab that answers.
        session: SessionId,
        /// How that tab can be reached.
        half: Half,
    },
}

/// One end of a connection: what of its session description and candidates matters.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Half {
    /// ICE user fragment.
    pub ufrag: String,
    /// ICE password.
    pub password: String,
    /// SHA-256 of the DTLS certificate.
    pub fingerprint: [u8; 32],
    /// Who begins DTLS.
    pub setup: Setup,
    /// The longest message it takes, in bytes; 0 for any (RFC 8841 §6).
    pub max_message: u32,
    /// Where it can be reached, the best first.
    pub spots: Vec<Spot>,
}

/// The `setup` attribute (RFC 4145 §4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Setup {
    /// Either end may begin.
    Actpass,
    /// This end begins.
    Active,
    /// The other end begins.
    Passive,
}

/// A UDP candidate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot {
    /// How it was found.
    pub kind: SpotKind,
    /// Address or name.
    pub at: Place,
    /// UDP port.
    pub port: u16,
}

/// The `typ` of a candidate (RFC 8839 §5.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SpotKind {
    /// Of the device itself.
    Host,
    /// As a STUN server sees it.
    Reflexive,
    /// On a TURN server.
    Relayed,
}

/// Where a candidate is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// An IPv4 address.
    V4([u8; 4]),
    /// An IPv6 address.
    V6([u8; 16]),
    /// `<UUID>.local`, as browsers hide addresses.
    Hidden([u8; 16]),
}

#[derive(Encode, Decode)]
struct Fields(#[n(0)] u64, #[n(1)] SessionId, #[n(2)] ByteVec);

impl Slip {
    /// Which of the two it is.
    #[must_use]
    pub fn kind(&self) -> SlipKind {
        match self {
            Self::Invite { .. } => SlipKind::Invite,
            Self::Reply { .. } => SlipKind::Reply,
        }
    }

    /// The run of its author's tab.
    #[must_use]
    pub fn session(&self) -> SessionId {
        match self {
            Self::Invite { session, .. } | Self::Reply { session, .. } => *session,
        }
    }

    /// How its author can be reached.
    pub(crate) fn half_mut(&mut self) -> &mut Half {
        match self {
            Self::Invite { half, .. } | Self::Reply { half, .. } => half,
        }
    }

    /// The plaintext, before signing and sealing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let (number, about, session, half) = match self {
            Self::Invite {
                made,
                session,
                half,
            } => (number::INVITE, made.0, session, half),
            Self::Reply {
                invite,
                session,
                half,
            } => (number::REPLY, *invite, session, half),
        };
        codec::frame(number, &Fields(about, *session, half.pack().into()))
    }

    /// Reads [`Slip::encode`].
    ///
    /// # Errors
    /// [`WireError::TooLarge`], [`WireError::Malformed`] or [`WireError::Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (number, mut d) = codec::open(bytes, limits::MAX_SLIP_TEXT)?;
        if ![number::INVITE, number::REPLY].contains(&number) {
            return Err(WireError::Unknown(number));
        }
        let Fields(about, session, packed) = codec::fields(&mut d)?;
        let half = Half::unpack(&packed)?;
        Ok(if number == number::INVITE {
            Self::Invite {
                made: Wall(about),
                session,
                half,
            }
        } else {
            Self::Reply {
                invite: about,
                session,
                half,
            }
        })
    }
}

impl Half {
    /// Setup, longest message, fingerprint, both words after their lengths, spots.
    fn pack(&self) -> Vec<u8> {
        let mut out = vec![match self.setup {
            Setup::Actpass => 0,
            Setup::Active => 1,
            Setup::Passive => 2,
        }];
        out.extend_from_slice(&self.max_message.to_be_bytes());
        out.extend_from_slice(&self.fingerprint);
        for word in [&self.ufrag, &self.password] {
            out.push(u8::try_from(word.len()).unwrap_or(u8::MAX));
            out.extend_from_slice(word.as_bytes());
        }
        self.spots.iter().for_each(|spot| spot.put(&mut out));
        out
    }

    fn unpack(packed: &[u8]) -> Result<Self, WireError> {
        let (setup, rest) = packed.split_first().ok_or(WireError::Malformed)?;
        let (max_message, rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let (fingerprint, rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let (ufrag, rest) = ice_word(rest)?;
        let (password, mut rest) = ice_word(rest)?;
        let mut spots = Vec::new();
        while !rest.is_empty() {
            if spots.len() == limits::MAX_SLIP_CANDIDATES {
                return Err(WireError::TooLarge);
            }
            let (spot, behind) = Spot::take(rest).ok_or(WireError::Malformed)?;
            spots.push(spot);
            rest = behind;
        }
        Ok(Self {
            ufrag,
            password,
            max_message: u32::from_be_bytes(*max_message),
            fingerprint: *fingerprint,
            setup: match setup {
                0 => Setup::Actpass,
                1 => Setup::Active,
                2 => Setup::Passive,
                _ => return Err(WireError::Malformed),
            },
            spots,
        })
    }
}

/// User fragments and passwords are letters, digits, `+` and `/` (RFC 8839 §5.4). Nothing else gets into a session
/// description that this program writes.
fn ice_word(packed: &[u8]) -> Result<(String, &[u8]), WireError> {
    let (length, rest) = packed.split_first().ok_or(WireError::Malformed)?;
    let split = rest.split_at_checked(usize::from(*length));
    let (word, rest) = split.ok_or(WireError::Malformed)?;
    let allowed = |c: &u8| c.is_ascii_alphanumeric() || *c == b'+' || *c == b'/';
    if word.len() > limits::MAX_ICE_WORD {
        Err(WireError::TooLarge)
    } else if word.is_empty() || !word.iter().all(allowed) {
        Err(WireError::Malformed)
    } else {
        Ok((word.iter().copied().map(char::from).collect(), rest))
    }
}

impl Spot {
    /// One byte for kind and sort of place, the place, the port.
    fn put(&self, out: &mut Vec<u8>) {
        let kind = match self.kind {
            SpotKind::Host => 0,
            SpotKind::Reflexive => 1,
            SpotKind::Relayed => 2,
        };
        let (sort, octets) = match &self.at {
            Place::V4(at) => (0, at.as_slice()),
            Place::V6(at) => (4, at.as_slice()),
            Place::Hidden(name) => (8, name.as_slice()),
        };
        out.push(sort | kind);
        out.extend_from_slice(octets);
        out.extend_from_slice(&self.port.to_be_bytes());
    }

    fn take(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (first, rest) = bytes.split_first()?;
        let kind = match first & 3 {
            0 => SpotKind::Host,
            1 => SpotKind::Reflexive,
            2 => SpotKind::Relayed,
            _ => return None,
        };
        let (at, rest) = match first >> 2 {
            0 => {
                let (octets, rest) = rest.split_first_chunk::<4>()?;
                (Place::V4(*octets), rest)
            }
            1 => {
                let (octets, rest) = rest.split_first_chunk::<16>()?;
                (Place::V6(*octets), rest)
            }
            2 => {
                let (name, rest) = rest.split_first_chunk::<16>()?;
                (Place::Hidden(*name), rest)
            }
            _ => return None,
        };
        let (port, rest) = rest.split_first_chunk::<2>()?;
        let port = u16::from_be_bytes(*port);
        Some((Self { kind, at, port }, rest))
    }
}
