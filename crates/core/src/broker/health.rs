//! Counts for `GET /health`, computed from what is there now and never counted up and down (R-HUB-5).

use super::Broker;
use crate::time::Now;

/// How much of everything there is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Health {
    /// Open sockets.
    pub connections: usize,
    /// Sockets that are in a room.
    pub members: usize,
    /// Rooms that have not ended.
    pub rooms: usize,
    /// Phone-book entries that are valid.
    pub entries: usize,
    /// Offers and answers that wait.
    pub letters: usize,
    /// Records on the shelf.
    pub records: usize,
    /// Requests that wait for mail.
    pub waiting: usize,
    /// Frames of unknown numbers skipped since the start.
    pub unknown_frames: u64,
}

impl Broker {
    /// Counts what there is at `now`.
    #[must_use]
    pub fn health(&self, now: Now) -> Health {
        Health {
            connections: self.connections.len(),
            members: self
                .connections
                .values()
                .filter(|c| c.seat.is_some())
                .count(),
            rooms: self.rooms.living(now.mono).count(),
            entries: self
                .rooms
                .living(now.mono)
                .map(|room| room.entries(now.mono).count())
                .sum(),
            letters: self.mailbox.len(),
            records: self.shelf.len(),
            waiting: self.polls.len(),
            unknown_frames: self.unknown_frames,
        }
    }
}
