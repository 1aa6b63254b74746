//! Everything that can happen to a broker.

use super::{ArchiveError, Done, MailQuery, News, PollId, Subject};
use crate::id::Ticket;
use core::fmt;
use core::net::{IpAddr, Ipv6Addr};
use core::time::Duration;

/// One WebSocket of the hub. Never reused, so late events of a closed one are told apart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct SocketId(pub u64);

impl fmt::Display for SocketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// One thing that happened outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BrokerInput<'a> {
    /// A socket opened.
    Connected {
        /// The socket.
        conn: SocketId,
        /// Where it comes from.
        address: IpAddr,
    },
    /// One binary message arrived.
    Frame {
        /// The socket.
        conn: SocketId,
        /// The message.
        bytes: &'a [u8],
    },
    /// A sign of life below the protocol: the answer to [`super::BrokerCommand::Ping`].
    Alive {
        /// The socket.
        conn: SocketId,
    },
    /// A socket ended. Harmless for one that the broker closed itself.
    Disconnected {
        /// The socket.
        conn: SocketId,
    },
    /// Someone asks for mail; [`super::BrokerCommand::Answer`] follows at once or later.
    Poll {
        /// The request.
        poll: PollId,
        /// Where it comes from.
        address: IpAddr,
        /// Which mail.
        query: MailQuery,
        /// How long to wait for it.
        wait: Duration,
    },
    /// Whoever asked for mail is gone.
    Abandoned {
        /// The request.
        poll: PollId,
    },
    /// A job of [`super::BrokerCommand::Archive`] is done.
    Archived {
        /// Which.
        ticket: Ticket,
        /// What came of it.
        result: Result<&'a Done, ArchiveError>,
    },
    /// A shared archive tells. Only with [`super::BrokerConfig::shared_shelf`].
    News(&'a [News]),
    /// Another hub published something.
    Heard {
        /// Under what.
        subject: Subject,
        /// The frame.
        bytes: &'a [u8],
    },
    /// The wake that [`super::Broker::next_wake`] asked for, or any other moment to look at the clock.
    Wake,
}

/// The unit that per-address limits count: an IPv4 address, or the /64 an IPv6 host can pick addresses from.
#[must_use]
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}
