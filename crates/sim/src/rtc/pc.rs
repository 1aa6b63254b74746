//! One RTCPeerConnection with its data channel: plain state. The rules are in the parent module.

use super::sdp::{Credentials, Kind};
use crate::net::Pipe;
use crate::queue::Ms;
use corridor_core::id::ConnId;
use corridor_core::node::{IceServer, RtcState};

/// One peer connection of one run of one host.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PcId {
    /// The host.
    pub host: usize,
    /// The run of the tab.
    pub run: u32,
    /// The node's name for it.
    pub conn: ConnId,
}

/// The part of `signalingState` that matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Signaling {
    /// No offer is open.
    Stable,
    /// Our offer waits for its answer.
    OfferSent,
}

/// `readyState` of the data channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Channel {
    Connecting,
    Open,
    Closed,
}

/// What travels in the data channel.
#[derive(Debug)]
pub(super) enum Cargo {
    /// One message.
    Packet(Vec<u8>),
    /// The other end closed the connection.
    Close,
}

/// A peer connection.
#[derive(Debug)]
pub(super) struct Pc {
    /// Has a STUN server to ask.
    pub(super) stun: bool,
    /// What the next gathering asks.
    pub(super) servers: Vec<IceServer>,
    pub(super) fingerprint: String,
    pub(super) signaling: Signaling,
    /// User fragment of the local description, the pending one included.
    pub(super) local: Option<String>,
    /// What `local` goes back to when our offer is rolled back.
    pub(super) before: Option<String>,
    pub(super) remote: Option<Credentials>,
    /// Candidates of the other end: kind and user fragment.
    pub(super) candidates: Vec<(Kind, String)>,
    pub(super) state: RtcState,
    pub(super) channel: Channel,
    /// The other end, once DTLS has bound the two.
    pub(super) partner: Option<PcId>,
    /// Since when checks go unanswered.
    pub(super) trouble: Option<Ms>,
    /// Checks were given up: only an ICE restart helps.
    pub(super) spent: bool,
    /// Told apart from timers of an earlier state.
    pub(super) epoch: u32,
    /// The latest event already promised, so that events keep their order.
    pub(super) told: Ms,
    /// Descriptions written so far.
    pub(super) versions: u32,
    /// What this end has sent.
    pub(super) out: Pipe<Cargo>,
    /// Bytes waiting in `out`.
    pub(super) buffered: usize,
    /// When the wire is free again, in microseconds.
    pub(super) free_at: u64,
    /// The node waits for `bufferedamountlow`.
    pub(super) tells_drained: bool,
}

impl Pc {
    pub(super) fn new(stun: bool, fingerprint: String) -> Self {
        Self {
            stun,
            servers: Vec::new(),
            fingerprint,
            signaling: Signaling::Stable,
            local: None,
            before: None,
            remote: None,
            candidates: Vec::new(),
            state: RtcState::New,
            channel: Channel::Connecting,
            partner: None,
            trouble: None,
            spent: false,
            epoch: 0,
            told: 0,
            versions: 0,
            out: Pipe::default(),
            buffered: 0,
            free_at: 0,
            tells_drained: false,
        }
    }

    /// The time of the next event, not before one already promised.
    pub(super) fn after(&mut self, at: Ms) -> Ms {
        self.told = self.told.max(at);
        self.told
    }

    /// True when the description exchange of both ends is complete and each knows a way to the other.
    pub(super) fn matches(&self, other: &Self, usable: impl Fn(Kind) -> bool) -> bool {
        let knows = |one: &Self, two: &Self| {
            one.signaling == Signaling::Stable
                && one.remote.as_ref().is_some_and(|remote| {
                    Some(&remote.ufrag) == two.local.as_ref()
                        && remote.fingerprint == two.fingerprint
                })
                && one.has_way(&usable)
        };
        knows(self, other) && knows(other, self)
    }

    /// True when a candidate of the present remote description is of use.
    pub(super) fn has_way(&self, usable: impl Fn(Kind) -> bool) -> bool {
        self.remote.as_ref().is_some_and(|remote| {
            self.candidates
                .iter()
                .any(|(kind, ufrag)| *ufrag == remote.ufrag && usable(*kind))
        })
    }
}
