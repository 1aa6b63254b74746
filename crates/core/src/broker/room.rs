//! One room: its tag, who is connected, and its page of the phone book.

use super::{Refusal, SocketId};
use crate::id::{PeerId, RoomTag, SessionId};
use crate::time::Mono;
use crate::wire::hub::Member;
use core::time::Duration;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
struct Occupant {
    conn: SocketId,
    session: SessionId,
}

#[derive(Clone, Debug)]
struct Entry {
    address: String,
    used: Mono,
}

/// A room that has not ended. Its fields keep one promise: a member here has a seat in the broker's connections.
#[derive(Clone, Debug)]
pub(super) struct Room {
    tag: Option<RoomTag>,
    members: BTreeMap<PeerId, Occupant>,
    book: BTreeMap<PeerId, Entry>,
    used: Mono,
    /// How long it lives without use, and so does an entry of its book.
    ttl: Duration,
}

impl Room {
    /// A room that nobody has entered. Without a tag, the first to come sets it.
    pub(super) fn new(tag: Option<RoomTag>, now: Mono, ttl: Duration) -> Self {
        Self {
            tag,
            members: BTreeMap::new(),
            book: BTreeMap::new(),
            used: now,
            ttl,
        }
    }

    /// Whoever is to see anything of this room must know its tag.
    pub(super) fn check_tag(&self, tag: RoomTag) -> Result<(), Refusal> {
        match self.tag {
            Some(own) if own != tag => Err(Refusal::WrongTag),
            _ => Ok(()),
        }
    }

    /// The tag, once somebody has set it.
    pub(super) fn tag(&self) -> Option<RoomTag> {
        self.tag
    }

    /// Sets the tag of a room that has none yet.
    pub(super) fn claim(&mut self, tag: RoomTag) {
        self.tag.get_or_insert(tag);
    }

    /// The room is in use at `now`.
    pub(super) fn touch(&mut self, now: Mono) {
        self.used = now;
    }

    /// True when nobody is connected and nobody used it for its time to live.
    pub(super) fn is_over(&self, now: Mono) -> bool {
        self.members.is_empty() && now.since(self.used) >= self.ttl
    }

    /// Gives `member` a seat and answers the socket it had before.
    pub(super) fn enter(&mut self, now: Mono, member: Member, conn: SocketId) -> Option<SocketId> {
        self.touch(now);
        let occupant = Occupant {
            conn,
            session: member.session,
        };
        self.members
            .insert(member.peer, occupant)
            .map(|older| older.conn)
    }

    /// Frees the seat of `peer`. Its phone-book entry lives on for a whole term from now.
    pub(super) fn leave(&mut self, now: Mono, peer: PeerId) {
        self.touch(now);
        self.members.remove(&peer);
        if let Some(entry) = self.book.get_mut(&peer) {
            entry.used = now;
        }
    }

    /// The socket of `peer`.
    pub(super) fn socket_of(&self, peer: PeerId) -> Option<SocketId> {
        self.members.get(&peer).map(|occupant| occupant.conn)
    }

    /// How many are connected.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// Every member but `peer`, with its socket.
    pub(super) fn others(&self, peer: PeerId) -> impl Iterator<Item = (Member, SocketId)> {
        self.members
            .iter()
            .filter(move |(other, _)| **other != peer)
            .map(|(other, occupant)| {
                let member = Member {
                    peer: *other,
                    session: occupant.session,
                };
                (member, occupant.conn)
            })
    }

    /// Writes the phone-book entry of `peer`, unless `limit` others hold one.
    pub(super) fn note(
        &mut self,
        now: Mono,
        peer: PeerId,
        address: String,
        limit: usize,
    ) -> Result<(), Refusal> {
        self.forget_stale(now);
        if !self.book.contains_key(&peer) && self.book.len() >= limit {
            return Err(Refusal::Full);
        }
        self.touch(now);
        self.book.insert(peer, Entry { address, used: now });
        Ok(())
    }

    /// The valid phone-book entries: peer, address, and since when unused. A connected peer uses its entry all the time.
    pub(super) fn entries(&self, now: Mono) -> impl Iterator<Item = (PeerId, &str, Mono)> {
        self.book.iter().filter_map(move |(peer, entry)| {
            let connected = self.members.contains_key(peer);
            let used = if connected { now } else { entry.used };
            (now.since(used) < self.ttl).then_some((*peer, entry.address.as_str(), used))
        })
    }

    /// Drops phone-book entries that are no longer valid.
    pub(super) fn forget_stale(&mut self, now: Mono) {
        let (members, ttl) = (&self.members, self.ttl);
        self.book
            .retain(|peer, entry| members.contains_key(peer) || now.since(entry.used) < ttl);
    }
}
