//! All rooms, and the ones that ended lately.

use super::Refusal;
use super::room::Room;
use crate::id::RoomId;
use crate::limits::ENDED_TTL;
use crate::time::Mono;
use core::ops::Bound;
use std::collections::BTreeMap;

/// The rooms of one hub.
#[derive(Clone, Debug)]
pub(super) struct Rooms {
    open: BTreeMap<RoomId, Room>,
    /// Since when, so that a latecomer hears "ended" and not "unknown".
    ended: BTreeMap<RoomId, Mono>,
    keeps_ended: bool,
    limit: usize,
}

impl Rooms {
    /// No rooms, and so many at most. `keeps_ended`: a room that ended is told from one that never was.
    pub(super) fn new(limit: usize, keeps_ended: bool) -> Self {
        Self {
            open: BTreeMap::new(),
            ended: BTreeMap::new(),
            keeps_ended,
            limit,
        }
    }

    /// Adds a room.
    pub(super) fn open(&mut self, now: Mono, id: RoomId, room: Room) -> Result<&mut Room, Refusal> {
        if self.open.len() >= self.limit {
            self.sweep(now);
        }
        if self.open.len() >= self.limit {
            return Err(Refusal::Full);
        }
        Ok(self.open.entry(id).or_insert(room))
    }

    /// A room by its id; one that is over ends here, without waiting for the sweep.
    pub(super) fn visit(&mut self, now: Mono, id: RoomId) -> Result<&mut Room, Refusal> {
        if self.open.get(&id).is_some_and(|room| room.is_over(now)) {
            self.end(now, id);
        }
        let absent = if self.has_ended(now, id) {
            Refusal::Ended
        } else {
            Refusal::UnknownRoom
        };
        self.open.get_mut(&id).ok_or(absent)
    }

    pub(super) fn get(&self, id: RoomId) -> Option<&Room> {
        self.open.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: RoomId) -> Option<&mut Room> {
        self.open.get_mut(&id)
    }

    /// All of them, for what other hubs tell.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (RoomId, &mut Room)> {
        self.open.iter_mut().map(|(id, room)| (*id, room))
    }

    /// The room with the next greater id.
    pub(super) fn id_after(&self, id: Option<RoomId>) -> Option<RoomId> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        let mut rooms = self.open.range((from, Bound::Unbounded));
        rooms.next().map(|(id, _)| *id)
    }

    /// Rooms that are not over at `now`.
    pub(super) fn living(&self, now: Mono) -> impl Iterator<Item = &Room> {
        self.open.values().filter(move |room| !room.is_over(now))
    }

    /// The ids of rooms that are not over at `now`.
    pub(super) fn living_ids(&self, now: Mono) -> impl Iterator<Item = RoomId> {
        let living = self.open.iter().filter(move |(_, room)| !room.is_over(now));
        living.map(|(id, _)| *id)
    }

    /// True when there is nothing that can grow old.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.ended.is_empty()
    }

    /// Drops what is over or stale, and answers the rooms that ended.
    pub(super) fn sweep(&mut self, now: Mono) -> Vec<RoomId> {
        let over: Vec<RoomId> = self
            .open
            .iter()
            .filter(|(_, room)| room.is_over(now))
            .map(|(id, _)| *id)
            .collect();
        for id in &over {
            self.end(now, *id);
        }
        for room in self.open.values_mut() {
            room.forget_stale(now);
        }
        self.ended.retain(|_, at| now.since(*at) < ENDED_TTL);
        over
    }

    fn end(&mut self, now: Mono, id: RoomId) {
        self.open.remove(&id);
        if !self.keeps_ended {
            return;
        }
        if self.ended.len() >= self.limit {
            let oldest = self.ended.iter().min_by_key(|(id, at)| (**at, **id));
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.ended.remove(&oldest);
            }
        }
        self.ended.insert(id, now);
    }

    fn has_ended(&self, now: Mono, id: RoomId) -> bool {
        self.ended
            .get(&id)
            .is_some_and(|at| now.since(*at) < ENDED_TTL)
    }
}
