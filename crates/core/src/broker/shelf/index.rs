//! What is on the shelf, in memory: enough to decide without looking at the disk.

use super::super::archive::RecordMeta;
use super::super::config::BrokerLimits;
use crate::id::{RecordId, RoomId, RoomTag, Ticket};
use crate::limits::HUB_SHELF_OVERHEAD;
use crate::time::Wall;
use std::collections::BTreeMap;

#[derive(Debug, Default)]
struct Room {
    records: BTreeMap<u64, RecordMeta>,
    names: BTreeMap<RecordId, u64>,
    bytes: u64,
    /// The hub's epoch when a record of it was removed last.
    epoch: u64,
}

/// A record that the archive was given and did not confirm.
#[derive(Debug)]
struct Underway {
    ticket: Ticket,
    weight: u64,
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
    underway: BTreeMap<(RoomId, RecordId), Underway>,
    /// Grows with each removal.
    epoch: u64,
    bytes: u64,
    last: u64,
}

fn weight(bytes: u64) -> u64 {
    bytes.saturating_add(HUB_SHELF_OVERHEAD)
}

impl Index {
    pub(super) fn new(epoch: u64) -> Self {
        Self {
            rooms: BTreeMap::new(),
            underway: BTreeMap::new(),
            epoch,
            bytes: 0,
            last: 0,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rooms.is_empty()
    }

    pub(super) fn tag(&self, room: RoomId) -> Option<RoomTag> {
        let (_, meta) = self.rooms.get(&room)?.records.first_key_value()?;
        Some(meta.tag)
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

    /// The greatest number that was ever there.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// A shared archive has told of this number.
    pub(super) fn heard(&mut self, number: u64) {
        self.last = self.last.max(number);
    }

    pub(super) fn has_place(&self, room: RoomId, bytes: u64, limits: &BrokerLimits) -> bool {
        let kept = self.rooms.get(&room).map_or(0, |room| room.bytes);
        let ids = (room, RecordId([0; 16]))..=(room, RecordId([0xff; 16]));
        let underway: u64 = self
            .underway
            .range(ids)
            .map(|(_, record)| record.weight)
            .sum();
        let more = weight(bytes);
        kept + underway + more <= limits.shelf_room_bytes && self.bytes + more <= limits.shelf_bytes
    }

    pub(super) fn find(&self, room: RoomId, id: RecordId) -> Option<Found> {
        if let Some(record) = self.underway.get(&(room, id)) {
            return Some(Found::Underway(record.ticket));
        }
        let room = self.rooms.get(&room)?;
        let meta = room.records.get(room.names.get(&id)?)?;
        Some(Found::Kept(meta.number, meta.expires))
    }

    /// Records that are kept and numbered above `after`, by number.
    pub(super) fn kept(&self, room: RoomId, after: u64) -> impl Iterator<Item = &RecordMeta> {
        let records = self.rooms.get(&room).map(|room| &room.records);
        records
            .into_iter()
            .flat_map(move |records| records.range(after.saturating_add(1)..))
            .map(|(_, meta)| meta)
    }

    /// Everything that is kept.
    pub(super) fn all(&self) -> impl Iterator<Item = &RecordMeta> {
        self.rooms.values().flat_map(|room| room.records.values())
    }

    /// The archive was given a record.
    pub(super) fn begin(&mut self, meta: &RecordMeta, ticket: Ticket) {
        let weight = weight(meta.bytes);
        self.bytes += weight;
        let record = Underway { ticket, weight };
        self.underway.insert((meta.room, meta.id), record);
    }

    /// The archive has answered.
    pub(super) fn end(&mut self, meta: &RecordMeta) {
        if let Some(record) = self.underway.remove(&(meta.room, meta.id)) {
            self.bytes = self.bytes.saturating_sub(record.weight);
        }
    }

    /// It is kept, in the place of one of the same name.
    pub(super) fn insert(&mut self, meta: RecordMeta) {
        self.forget(meta.room, meta.id);
        self.heard(meta.number);
        let weight = weight(meta.bytes);
        let epoch = self.epoch;
        let room = self.rooms.entry(meta.room).or_insert_with(|| Room {
            epoch,
            ..Room::default()
        });
        room.bytes += weight;
        self.bytes += weight;
        room.names.insert(meta.id, meta.number);
        room.records.insert(meta.number, meta);
    }

    /// The record of this name is gone, if there was one.
    pub(super) fn forget(&mut self, id: RoomId, name: RecordId) {
        let Some(room) = self.rooms.get_mut(&id) else {
            return;
        };
        let number = room.names.remove(&name);
        let Some(meta) = number.and_then(|number| room.records.remove(&number)) else {
            return;
        };
        let weight = weight(meta.bytes);
        room.bytes = room.bytes.saturating_sub(weight);
        self.bytes = self.bytes.saturating_sub(weight);
        self.epoch = self.epoch.wrapping_add(1);
        room.epoch = self.epoch;
        if room.records.is_empty() {
            self.rooms.remove(&id);
        }
    }

    /// Nothing is kept any more.
    pub(super) fn clear(&mut self) {
        self.rooms.clear();
        self.epoch = self.epoch.wrapping_add(1);
        self.bytes = self.underway.values().map(|record| record.weight).sum();
        self.last = 0;
    }
}
