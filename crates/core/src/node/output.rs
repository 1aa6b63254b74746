//! Everything a node can ask for.

use super::command::{CommandError, Done};
use super::input::{Candidate, Description};
use super::view::Changes;
use crate::id::{ConnId, PeerId, Ticket};
use crate::store::Key;

/// One request to the shell, to be carried out in order.
#[derive(Clone, Debug)]
pub enum Output {
    /// Write all of these, then answer with [`super::Input::Saved`]. All or nothing is not required:
    /// each record stands alone, and a failure is answered once for the lot.
    Save(Ticket, Vec<(Key, Vec<u8>)>),
    /// Forget these records. Not answered.
    Remove(Vec<Key>),
    /// Use the WebSocket.
    Hub(HubOp),
    /// Use the peer connection `conn`, which belongs to `peer`.
    Rtc {
        /// The connection.
        conn: ConnId,
        /// The peer at its other end.
        peer: PeerId,
        /// What to do with it.
        op: RtcOp,
    },
    /// The view changed: at most one per drain, always last.
    View(Changes),
    /// A command ended.
    Done(Ticket, Result<Done, CommandError>),
    /// A line for the console and the ring buffer. Never holds personal text.
    Log(LogLine),
}

/// What to do with the hub's WebSocket.
#[derive(Clone, Debug)]
pub enum HubOp {
    /// Open it, closing an older one.
    Open,
    /// Send one binary frame.
    Send(Vec<u8>),
    /// Close it.
    Close,
    /// Ask these STUN servers, which the hub told of, for a sign of life, instead of those asked before. Browsers slow
    /// down who opens WebSockets in vain, so that a hub that comes back would be found late.
    Look(IceConfig),
}

/// What to do with a peer connection. Failures come back as [`super::RtcEvent::Failed`] or
/// [`super::RtcEvent::CandidateRefused`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RtcOp {
    /// Create it with these ICE servers and a data channel `corridor`, negotiated with id 0, ordered
    /// and reliable.
    Create(IceConfig),
    /// `setConfiguration`: the next ICE restart uses these servers.
    Configure(IceConfig),
    /// `createOffer` and `setLocalDescription`; with `restart` after `restartIce()`.
    Offer {
        /// Gather new credentials and candidates (RFC 8445 §9).
        restart: bool,
    },
    /// `setRemoteDescription`; for an offer then `createAnswer` and `setLocalDescription`.
    SetRemote(Description),
    /// `addIceCandidate`. Only ever asked after the remote description was set.
    AddCandidate(Candidate),
    /// Send one binary message on the data channel.
    Send(Vec<u8>),
    /// Answer with [`super::RtcEvent::Drained`] as soon as the channel's `bufferedAmount` is
    /// [`crate::limits::CHANNEL_LOW`] or less.
    TellDrained,
    /// Close channel and connection and forget them.
    Close,
}

/// ICE settings of a new connection.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct IceConfig {
    /// `stun:` and `turn:` URLs.
    pub servers: Vec<IceServer>,
}

/// One `RTCIceServer`. Prints without its credential.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct IceServer {
    /// The URL, such as `stun:192.0.2.1:3478`.
    pub url: String,
    /// User name and credential, for TURN.
    pub credential: Option<(String, String)>,
}

impl core::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.url)
    }
}

/// The part of the program a log line speaks of (R-DBG-3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Phase {
    /// Finding peers: the hub and its phone book.
    Discovery,
    /// Offers, answers, candidates.
    Handshake,
    /// A link's life.
    Link,
    /// Operations and acknowledgements.
    Sync,
}

/// Who must act on a log line: `Error` a developer, `Warn` an operator, `Info` nobody, `Debug` the curious.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// A bug of ours.
    Error,
    /// Something outside is wrong.
    Warn,
    /// A state changed.
    Info,
    /// Detail.
    Debug,
}

/// One line for the console.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// Who must act.
    pub level: Level,
    /// Which part speaks.
    pub phase: Phase,
    /// The peer it is about.
    pub peer: Option<PeerId>,
    /// What happened; no names, no text, no keys.
    pub text: String,
}

/// When to call again at the latest, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wake {
    /// The deadline.
    pub at: crate::time::Mono,
    /// Its purpose, for logs and the debug panel.
    pub reason: String,
}
