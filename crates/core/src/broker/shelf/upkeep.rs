//! What is too old goes, and what the operator may ask of the shelf.

use super::super::archive::{RecordKey, RecordMeta, Source};
use super::Broker;
use crate::id::RoomId;
use crate::limits::HUB_SHELF_SWEEP;
use crate::time::Wall;
use std::collections::BTreeSet;

/// How much is on the shelf. Counts only.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ShelfStats {
    /// Rooms with records.
    pub rooms: usize,
    /// Records whose contents reached those who were there between browsers,
    pub p2p: usize,
    /// and through the hub.
    pub websocket: usize,
    /// Bytes of all records.
    pub bytes: u64,
}

/// Which records to remove.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purge {
    /// Those that are too old by this clock.
    Expired(Wall),
    /// Those of one room.
    Room(RoomId),
    /// All.
    All,
}

impl Purge {
    /// True for records to remove.
    #[must_use]
    pub fn takes(self, meta: &RecordMeta) -> bool {
        match self {
            Self::Expired(now) => meta.expires <= now,
            Self::Room(room) => meta.room == room,
            Self::All => true,
        }
    }
}

impl ShelfStats {
    /// Counts records.
    #[must_use]
    pub fn of<'a>(records: impl Iterator<Item = &'a RecordMeta>) -> Self {
        let (mut stats, mut rooms) = (Self::default(), BTreeSet::new());
        for meta in records {
            rooms.insert(meta.room);
            match meta.source {
                Source::P2p => stats.p2p += 1,
                Source::WebSocket => stats.websocket += 1,
            }
            stats.bytes += meta.bytes;
        }
        stats.rooms = rooms.len();
        stats
    }
}

impl Broker {
    /// How much is on the shelf.
    #[must_use]
    pub fn shelf_stats(&self) -> ShelfStats {
        ShelfStats::of(self.shelf.index.all())
    }

    /// Removes records and answers how many.
    pub fn purge_shelf(&mut self, which: Purge) -> usize {
        let gone: Vec<RecordKey> = self
            .shelf
            .index
            .all()
            .filter(|meta| which.takes(meta))
            .map(RecordMeta::key)
            .collect();
        let count = gone.len();
        self.drop_records(gone);
        count
    }

    pub(in crate::broker) fn sweep_shelf(&mut self, now: Wall) {
        if now.0.saturating_sub(self.shelf.swept.0) >= HUB_SHELF_SWEEP.as_secs() * 1000 {
            self.shelf.swept = now;
            self.purge_shelf(Purge::Expired(now));
        }
    }
}
