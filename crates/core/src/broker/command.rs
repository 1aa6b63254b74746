//! Everything the broker can ask for.

use super::{ArchiveJob, Mail, PollId, Refusal, SocketId};
use crate::id::{HubId, PeerId, RoomId};
use std::sync::Arc;

/// One request to the shell, to be carried out in order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum BrokerCommand {
    /// Send one binary message. A broadcast is encoded once and shares its bytes.
    Send {
        /// The socket.
        conn: SocketId,
        /// The message.
        bytes: Arc<[u8]>,
    },
    /// Ask for a sign of life below the protocol (a WebSocket ping, RFC 6455 §5.5.2), which a browser answers
    /// even for a hidden tab whose timers sleep. The answer is [`super::BrokerInput::Alive`].
    Ping {
        /// The socket.
        conn: SocketId,
    },
    /// Close the socket after what was sent. The broker has already forgotten it.
    Close {
        /// The socket.
        conn: SocketId,
        /// Why.
        reason: CloseReason,
    },
    /// Answer a request for mail.
    Answer {
        /// The request.
        poll: PollId,
        /// The letters, none when the wait is over.
        mail: Result<Vec<Mail>, Refusal>,
    },
    /// Have the archive do this, after all before it, and answer with [`super::BrokerInput::Archived`].
    Archive(ArchiveJob),
    /// Tell other hubs. Only with [`super::BrokerConfig::fanout`].
    Publish {
        /// Whom.
        subject: Subject,
        /// The frame ([`crate::wire::fanout`]).
        bytes: Arc<[u8]>,
    },
    /// Listen to what other hubs publish about this room, or no more. To [`Subject::Hubs`] one always listens.
    Listen {
        /// The room.
        room: RoomId,
        /// Whether.
        on: bool,
    },
    /// Something for the log. Holds ids only.
    Report(Report),
}

/// What hubs publish under.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Subject {
    /// What every hub hears.
    Hubs,
    /// What hubs with members in this room hear.
    Room(RoomId),
}

/// Why the broker closes a socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloseReason {
    /// A limit on connections is reached.
    Full,
    /// A newer connection of the same peer took over.
    Replaced,
    /// It sent bytes that are no frame.
    Malformed,
    /// It left every question for a sign of life unanswered.
    Silent,
    /// No layer of this hub has a use for sockets.
    LayerOff,
}

/// What an operator may want to read in the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Report {
    /// A room was created, or opened again after a restart.
    RoomOpened(RoomId),
    /// A room ended for lack of use.
    RoomEnded(RoomId),
    /// A peer entered.
    Joined(RoomId, PeerId),
    /// A peer left, or its socket ended.
    Left(RoomId, PeerId),
    /// A newer connection of a peer took its seat.
    Replaced(RoomId, PeerId),
    /// A frame or a connection was refused.
    Refused(SocketId, Refusal),
    /// Another hub serves the same rooms.
    HubFound(HubId),
    /// That hub gives no sign of life any more.
    HubLost(HubId),
}
