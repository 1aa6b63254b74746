//! One room: its tag, who is connected, and its page of the phone book.

use super::guests::Guests;
use super::{Refusal, SocketId};
use crate::id::{PeerId, RoomTag, SessionId};
use crate::time::{Mono, Now};
use crate::wire::fanout::Claim;
use crate::wire::hub::Member;
use core::time::Duration;
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug)]
struct Occupant {
    conn: SocketId,
    session: SessionId,
    /// As in [`Claim`].
    since: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    address: String,
    used: Mono,
}

/// What became of a seat here that another hub claims.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ceded {
    /// There was none.
    Never,
    /// The arrival here is the later one.
    Kept,
    /// It was that of this socket and session.
    Freed(SocketId, SessionId),
}

/// A room that has not ended. Its fields keep one promise: a member here has a seat in the broker's connections.
#[derive(Clone, Debug)]
pub(super) struct Room {
    tag: Option<RoomTag>,
    members: BTreeMap<PeerId, Occupant>,
    /// Who is connected to other hubs.
    guests: Guests,
    book: BTreeMap<PeerId, Entry>,
    used: Mono,
    /// The last use that other hubs know of.
    told: Mono,
    /// How long it lives without use, and so does an entry of its book.
    ttl: Duration,
}

impl Room {
    /// A room that nobody has entered. Without a tag, the first to come sets it.
    pub(super) fn new(tag: Option<RoomTag>, now: Mono, ttl: Duration) -> Self {
        Self {
            tag,
            members: BTreeMap::new(),
            guests: Guests::default(),
            book: BTreeMap::new(),
            used: now,
            told: now,
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
        self.members.is_empty() && self.guests.is_empty() && now.since(self.used) >= self.ttl
    }

    /// Gives `member` a seat and answers the socket it had before. It arrives after all its arrivals that are known.
    pub(super) fn enter(&mut self, now: Now, member: Member, conn: SocketId) -> Option<SocketId> {
        self.touch(now.mono);
        let elsewhere = self.guests.find(member.peer).map(|(_, claim)| claim.since);
        let here = self.members.get(&member.peer).map(|older| older.since);
        let earlier = elsewhere.max(here);
        let occupant = Occupant {
            conn,
            session: member.session,
            since: earlier.map_or(now.wall.0, |since| now.wall.0.max(since.saturating_add(1))),
        };
        self.guests.moved_here(member.peer);
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

    /// How many are connected, here and elsewhere.
    pub(super) fn len(&self) -> usize {
        self.members.len() + self.guests.len()
    }

    /// True when somebody is connected to this hub.
    pub(super) fn is_served(&self) -> bool {
        !self.members.is_empty()
    }

    /// Who is connected to other hubs.
    pub(super) fn guests(&self) -> &Guests {
        &self.guests
    }

    pub(super) fn guests_mut(&mut self) -> &mut Guests {
        &mut self.guests
    }

    /// Those who are connected here, as other hubs are told.
    pub(super) fn claims(&self) -> impl Iterator<Item = Claim> {
        self.members.iter().map(|(peer, occupant)| Claim {
            peer: *peer,
            session: occupant.session,
            since: occupant.since,
        })
    }

    /// Other hubs tell that `claim` holds elsewhere. When that is the later arrival, the seat here is freed, and its
    /// socket and session are the answer; else the claim is none.
    pub(super) fn cede(&mut self, claim: &Claim) -> Ceded {
        match self.members.get(&claim.peer) {
            None => Ceded::Never,
            Some(own) if own.since >= claim.since => Ceded::Kept,
            Some(own) => {
                let freed = Ceded::Freed(own.conn, own.session);
                self.members.remove(&claim.peer);
                freed
            }
        }
    }

    /// How long nobody has used it.
    pub(super) fn idle(&self, now: Mono) -> Duration {
        now.since(self.used)
    }

    /// Other hubs know of every use until now. True when there is something to tell them: while somebody is connected,
    /// that alone keeps the room.
    pub(super) fn tell_use(&mut self) -> bool {
        let news = self.used > self.told && self.members.is_empty();
        self.told = self.used;
        news
    }

    /// Another hub's room was used `idle` ago.
    pub(super) fn heard_of_use(&mut self, now: Mono, idle: Duration) {
        let millis = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        self.used = self.used.max(Mono(now.0.saturating_sub(millis)));
        self.told = self.told.max(self.used);
    }

    /// Every member but `peer`, wherever connected.
    pub(super) fn all_others(&self, peer: PeerId) -> impl Iterator<Item = Member> {
        let here = self.others(peer).map(|(member, _)| member);
        here.chain(
            self.guests
                .members()
                .filter(move |guest| guest.peer != peer),
        )
    }

    /// Every member but `peer` that is connected here, with its socket.
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

    /// Takes an entry that another hub tells of, `idle` unused, unless a newer one is known or `limit` is reached.
    pub(super) fn heard_of_entry(
        &mut self,
        now: Mono,
        peer: PeerId,
        entry: (String, Duration),
        limit: usize,
    ) {
        let (address, idle) = entry;
        let millis = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
        let used = Mono(now.0.saturating_sub(millis));
        let known = self.book.get(&peer).map(|known| known.used);
        let place = known.is_some() || self.book.len() < limit;
        // Ages are told in seconds.
        let newer = known.is_none_or(|known| known < used.plus(Duration::from_secs(1)));
        if place && newer && idle < self.ttl {
            self.book.insert(peer, Entry { address, used });
        }
    }

    /// The valid phone-book entries: peer, address, and since when unused. A connected peer uses its entry all the time.
    pub(super) fn entries(&self, now: Mono) -> impl Iterator<Item = (PeerId, &str, Mono)> {
        self.book.iter().filter_map(move |(peer, entry)| {
            let connected = self.is_connected(*peer);
            let used = if connected { now } else { entry.used };
            (now.since(used) < self.ttl).then_some((*peer, entry.address.as_str(), used))
        })
    }

    /// Drops phone-book entries that are no longer valid.
    pub(super) fn forget_stale(&mut self, now: Mono) {
        let (members, guests, ttl) = (&self.members, &self.guests, self.ttl);
        self.book.retain(|peer, entry| {
            let connected = members.contains_key(peer) || guests.find(*peer).is_some();
            connected || now.since(entry.used) < ttl
        });
    }

    /// True for a member, wherever connected.
    pub(super) fn is_connected(&self, peer: PeerId) -> bool {
        self.members.contains_key(&peer) || self.guests.find(peer).is_some()
    }
}
