//! Why the hub says no.

use crate::wire::registry::refusal;

/// A refusal, on a socket ([`Refusal::code`]) or over HTTP.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// No such room on this hub.
    #[error("this hub has no such room")]
    UnknownRoom,
    /// The room has ended.
    #[error("the room has ended")]
    Ended,
    /// The room has another tag.
    #[error("the key does not belong to this room")]
    WrongTag,
    /// A newer connection of the same peer took over.
    #[error("a newer connection of the same peer took over")]
    Replaced,
    /// A limit is reached.
    #[error("a limit of this hub is reached")]
    Full,
    /// The protocol version is not spoken here.
    #[error("this hub speaks another protocol version")]
    Version,
    /// The signature does not verify, or the peer id is not the key's.
    #[error("the proof of identity does not hold")]
    BadProof,
    /// Not a frame, or beyond a limit.
    #[error("malformed or too long")]
    Malformed,
    /// A frame that needs a join first.
    #[error("join a room first")]
    NotJoined,
    /// What this needs is switched off on this hub.
    #[error("this hub does not offer that: the layer is switched off")]
    LayerOff,
    /// The shelf's disk takes nothing.
    #[error("the shelf cannot be written")]
    Storage,
}

impl Refusal {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::UnknownRoom => refusal::UNKNOWN_ROOM,
            Self::Ended => refusal::ENDED,
            Self::WrongTag => refusal::WRONG_TAG,
            Self::Replaced => refusal::REPLACED,
            Self::Full => refusal::FULL,
            Self::Version => refusal::VERSION,
            Self::BadProof => refusal::BAD_PROOF,
            Self::Malformed => refusal::MALFORMED,
            Self::NotJoined => refusal::NOT_JOINED,
            Self::LayerOff => refusal::LAYER_OFF,
            Self::Storage => refusal::STORAGE,
        }
    }
}
