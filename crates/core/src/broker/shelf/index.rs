//! What is on the shelf, in memory: enough to decide without looking at the disk.

use super::super::archive::RecordMeta;
use super::super::config::BrokerLimits;
use crate::id::{RecordId, RoomId, RoomTag, Ticket};
use crate::limits::HUB_SHELF_OVERHEAD;
use crate::time::Wall;
use std::collections::BTreeMap;

#[derive(Debug)]
struct Entry {
    meta: RecordMeta,
    /// Until it is on disk: the job that brings it there.
    underway: Option<Ticket>,
}

#[derive(Debug, Default)]
struct Room {
    records: BTreeMap<u64, Entry>,
    names: BTreeMap<RecordId, u64>,
    bytes: u64,
    /// The hub's epoch when a record of it was removed last.
    epoch: u64,
}

/// A record of a certain name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    /// On disk: its number, and when it is too old.
    Kept(u64, Wall),
    /// On its way there.
    Underway(Ticket),
}

/// All records of all rooms.
#[derive(Debug)]
pub(super) struct Index {
    rooms: BTreeMap<RoomId, Room>,
    /// Grows with each removal.
    epoch: u64,
    bytes: u64,
    last: u64,
}

fn weight(meta: &RecordMeta) -> u64 {
    meta.bytes + HUB_SHELF_OVERHEAD
}

impl Index {
    pub(super) fn new(epoch: u64) -> Self {
        Self {
            rooms: BTreeMap::new(),
            epoch,
            bytes: 0,
            last: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    pub(super) fn tag(&self, room: RoomId) -> Option<RoomTag> {
        let (_, entry) = self.rooms.get(&room)?.records.first_key_value()?;
        Some(entry.meta.tag)
    }

    /// What members of `room` compare to learn that records are gone.
    pub(super) fn epoch(&self, room: RoomId) -> u64 {
        self.rooms.get(&room).map_or(self.epoch, |room| room.epoch)
    }

    /// A number for the next record. It follows the clock so that numbers grow across a purge too.
    pub(super) fn next_number(&mut self, now: Wall) -> u64 {
        self.last = now.0.max(self.last + 1);
        self.last
    }

    pub(super) fn has_place(&self, room: RoomId, bytes: u64, limits: &BrokerLimits) -> bool {
        let own = self.rooms.get(&room).map_or(0, |room| room.bytes);
        let more = bytes + HUB_SHELF_OVERHEAD;
        own + more <= limits.shelf_room_bytes && self.bytes + more <= limits.shelf_bytes
    }

    pub(super) fn find(&self, room: RoomId, id: RecordId) -> Option<Found> {
        let room = self.rooms.get(&room)?;
        let entry = room.records.get(room.names.get(&id)?)?;
        Some(match entry.underway {
            Some(ticket) => Found::Underway(ticket),
            None => Found::Kept(entry.meta.number, entry.meta.expires),
        })
    }

    /// Records on disk numbered above `after`, by number.
    pub(super) fn kept(&self, room: RoomId, after: u64) -> impl Iterator<Item = &RecordMeta> {
        let records = self.rooms.get(&room).map(|room| &room.records);
        records
            .into_iter()
            .flat_map(move |records| records.range(after.saturating_add(1)..))
            .filter(|(_, entry)| entry.underway.is_none())
            .map(|(_, entry)| &entry.meta)
    }

    /// Everything on disk.
    pub(super) fn all(&self) -> impl Iterator<Item = &RecordMeta> {
        self.rooms
            .values()
            .flat_map(|room| room.records.values())
            .filter(|entry| entry.underway.is_none())
            .map(|entry| &entry.meta)
    }

    pub(super) fn insert(&mut self, meta: RecordMeta, underway: Option<Ticket>) {
        self.last = self.last.max(meta.number);
        let weight = weight(&meta);
        let epoch = self.epoch;
        let room = self.rooms.entry(meta.room).or_insert_with(|| Room {
            epoch,
            ..Room::default()
        });
        room.bytes += weight;
        self.bytes += weight;
        room.names.insert(meta.id, meta.number);
        room.records.insert(meta.number, Entry { meta, underway });
    }

    /// It is on disk.
    pub(super) fn settle(&mut self, room: RoomId, number: u64) {
        let entry = self
            .rooms
            .get_mut(&room)
            .and_then(|room| room.records.get_mut(&number));
        if let Some(entry) = entry {
            entry.underway = None;
        }
    }

    pub(super) fn remove(&mut self, id: RoomId, number: u64) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let Some(Entry { meta, underway }) = room.records.remove(&number) else {
            return;
        };
        if room.names.get(&meta.id) == Some(&number) {
            room.names.remove(&meta.id);
        }
        room.bytes = room.bytes.saturating_sub(weight(&meta));
        self.bytes = self.bytes.saturating_sub(weight(&meta));
        if underway.is_none() {
            self.epoch = self.epoch.wrapping_add(1);
            room.epoch = self.epoch;
        }
        if room.records.is_empty() {
            self.rooms.remove(&id);
        }
    }
}
