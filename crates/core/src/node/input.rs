//! Everything that can wake a node.

use super::command::Command;
use crate::id::{ConnId, Ticket};

/// One thing that happened outside.
#[derive(Clone, Debug)]
pub enum Input {
    /// The wake that [`crate::node::Node::next_wake`] asked for, or any other moment to look at the clock.
    Wake,
    /// A person or the debug object wants something. Answered by [`super::Output::Done`].
    Command(Ticket, Command),
    /// The answer to [`super::Output::Save`].
    Saved(Ticket, Result<(), SaveError>),
    /// Something happened on the WebSocket to the hub.
    Hub(HubEvent),
    /// Something happened on one RTCPeerConnection or its data channel.
    Rtc(ConnId, RtcEvent),
    /// The page or the device changed state.
    Lifecycle(Lifecycle),
}

/// Why saving did not work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SaveError {
    /// The browser's quota for this origin is used up.
    Full,
    /// The browser refuses storage to this page.
    Blocked,
}

/// What the hub's WebSocket reports.
#[derive(Clone, Debug)]
pub enum HubEvent {
    /// The socket is open.
    Opened,
    /// One binary frame.
    Frame(Vec<u8>),
    /// The socket is closed or could not be opened.
    Closed,
    /// The answer to [`super::HubOp::Look`]: there is a way to the hub's machine.
    Seen,
}

/// What a peer connection reports, in the words of RFC 8829 and the WebRTC API.
#[derive(Clone, Debug)]
pub enum RtcEvent {
    /// `setLocalDescription` succeeded with this description.
    LocalDescription(Description),
    /// A local ICE candidate was gathered (trickle ICE, RFC 8838).
    Candidate(Candidate),
    /// There are no more candidates. May be reported twice, or never.
    Gathered,
    /// `connectionState` changed.
    State(RtcState),
    /// The data channel opened.
    ChannelOpen,
    /// The data channel closed.
    ChannelClosed,
    /// The answer to [`super::RtcOp::TellDrained`].
    Drained,
    /// One binary message arrived on the data channel.
    Packet(Vec<u8>),
    /// A candidate of the other side was refused. The others may do.
    CandidateRefused(String),
    /// Another asked-for step failed; the text names the step and the browser's error.
    Failed(String),
}

/// `RTCPeerConnectionState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RtcState {
    /// Nothing has happened. With mDNS blocked this lasts for ever (DESIGN §2).
    #[default]
    New,
    /// ICE or DTLS is under way.
    Connecting,
    /// Both work.
    Connected,
    /// Connectivity checks go unanswered; may recover.
    Disconnected,
    /// Checks were given up. Only an ICE restart helps.
    Failed,
    /// Closed by us.
    Closed,
}

/// Whether a session description offers or answers (RFC 3264).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SdpKind {
    /// Opens a negotiation.
    Offer,
    /// Closes it.
    Answer,
}

/// A session description.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Description {
    /// Offer or answer.
    pub kind: SdpKind,
    /// The SDP text (RFC 8866).
    pub sdp: String,
}

/// An ICE candidate as `RTCIceCandidateInit` has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The candidate-attribute line (RFC 8839).
    pub candidate: String,
    /// Media stream identification tag.
    pub mid: Option<String>,
    /// Index of the media description.
    pub line: Option<u16>,
}

impl Candidate {
    /// A STUN server told of it (`typ srflx`, RFC 8839 §5.1).
    #[must_use]
    pub fn is_reflexive(&self) -> bool {
        self.candidate.contains(" typ srflx")
    }
}

/// Page and device events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lifecycle {
    /// The page is visible again.
    Visible,
    /// The page went to the background.
    Hidden,
    /// The browser believes there is a network.
    Online,
    /// The browser believes there is none.
    Offline,
    /// `pagehide`: the page may be gone after this turn.
    Closing,
    /// `pageshow` from the back-forward cache.
    Resumed,
}
