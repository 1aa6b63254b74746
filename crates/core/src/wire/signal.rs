//! Negotiation steps between two peers (RFC 8829, trickle ICE RFC 8838), carried sealed and signed.

use super::codec::{self, WireError};
use super::registry::signal as number;
use crate::limits;
use crate::node::Candidate;
use minicbor::{Decode, Encode};

/// One step. `attempt` numbers the connections of a pair, `round` the offers within one.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Signal {
    /// Opens attempt or round.
    Offer(Round, String),
    /// Answers it.
    Answer(Round, String),
    /// A local candidate.
    Candidate(Round, Candidate),
    /// From the side that never offers: please offer, in a new connection or as an ICE restart.
    Ask {
        /// Restart ICE of the connection there is.
        restart: bool,
    },
    /// The sender holds as many links as it may.
    Full,
}

/// Which offer a step belongs to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Encode, Decode)]
pub struct Round {
    /// Connections made between these two sessions, counted by the side that offers.
    #[n(0)]
    pub attempt: u32,
    /// Offers on this connection: 0 for the first, one more for each ICE restart.
    #[n(1)]
    pub round: u32,
}

#[derive(Encode, Decode)]
struct Nothing();

#[derive(Encode, Decode)]
struct Sdp(#[n(0)] Round, #[n(1)] String);

#[derive(Encode, Decode)]
struct Trickle(
    #[n(0)] Round,
    #[n(1)] String,
    #[n(2)] Option<String>,
    #[n(3)] Option<u16>,
);

#[derive(Encode, Decode)]
struct Ask(#[n(0)] bool);

impl Signal {
    /// The plaintext, before signing and sealing.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Offer(round, sdp) => codec::frame(number::OFFER, &Sdp(*round, sdp.clone())),
            Self::Answer(round, sdp) => codec::frame(number::ANSWER, &Sdp(*round, sdp.clone())),
            Self::Candidate(round, c) => codec::frame(
                number::CANDIDATE,
                &Trickle(*round, c.candidate.clone(), c.mid.clone(), c.line),
            ),
            Self::Ask { restart } => codec::frame(number::ASK, &Ask(*restart)),
            Self::Full => codec::frame(number::FULL, &Nothing()),
        }
    }

    /// Reads [`Signal::encode`].
    ///
    /// # Errors
    /// [`WireError::TooLarge`], [`WireError::Malformed`] or [`WireError::Unknown`].
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (number, mut d) =
            codec::open(bytes, limits::MAX_SDP_BYTES + limits::MAX_CANDIDATE_BYTES)?;
        Ok(match number {
            number::OFFER => {
                let Sdp(round, sdp) = codec::fields(&mut d)?;
                Self::Offer(round, bounded(sdp, limits::MAX_SDP_BYTES)?)
            }
            number::ANSWER => {
                let Sdp(round, sdp) = codec::fields(&mut d)?;
                Self::Answer(round, bounded(sdp, limits::MAX_SDP_BYTES)?)
            }
            number::CANDIDATE => {
                let Trickle(round, candidate, mid, line) = codec::fields(&mut d)?;
                let mid = mid.map(|mid| bounded(mid, 64)).transpose()?;
                let candidate = bounded(candidate, limits::MAX_CANDIDATE_BYTES)?;
                Self::Candidate(
                    round,
                    Candidate {
                        candidate,
                        mid,
                        line,
                    },
                )
            }
            number::ASK => Self::Ask {
                restart: codec::fields::<Ask>(&mut d)?.0,
            },
            number::FULL => Self::Full,
            other => return Err(WireError::Unknown(other)),
        })
    }
}

fn bounded(text: String, limit: usize) -> Result<String, WireError> {
    if text.len() > limit {
        return Err(WireError::TooLarge);
    }
    Ok(text)
}
