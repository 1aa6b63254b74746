//! The phone book (R-HUB-1): with all other layers off, a room maps to addresses and that is all.

use super::room::Room;
use super::{Broker, HubLimit, Layer, Refusal, Report};
use crate::id::{PeerId, RoomId, RoomTag};
use crate::limits::HUB_MAX_ADDRESS_BYTES;
use crate::time::{Mono, Now};
use core::time::Duration;

/// One line of a room's page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PhoneEntry {
    /// Whose.
    pub peer: PeerId,
    /// What the peer registered; means nothing to the hub.
    pub address: String,
    /// How long the entry lives unless it is used.
    pub expires_in: Duration,
}

impl Broker {
    /// Opens a room. Its first member sets its tag.
    ///
    /// # Errors
    /// [`Refusal::Full`], or [`Refusal::LayerOff`].
    pub fn create_room(&mut self, now: Now) -> Result<RoomId, Refusal> {
        self.require(Layer::PhoneBook)?;
        self.wall = now.wall;
        let id = RoomId(self.rng.uuid_v7(now.wall));
        let room = Room::new(None, now.mono, self.config.limits.room_ttl);
        let opened = self.rooms.open(now.mono, id, room).map(|_| ());
        self.count(HubLimit::Rooms, opened)?;
        self.report(Report::RoomOpened(id));
        self.arm_sweep(now.mono);
        self.tell_room(now.mono, id);
        Ok(id)
    }

    /// Writes or renews the entry of `peer`.
    ///
    /// # Errors
    /// [`Refusal::UnknownRoom`], [`Refusal::Ended`], [`Refusal::WrongTag`], [`Refusal::Full`],
    /// [`Refusal::LayerOff`], or [`Refusal::Malformed`] for an address that is empty, too long or holds control
    /// characters.
    pub fn register(
        &mut self,
        now: Now,
        id: RoomId,
        tag: RoomTag,
        peer: PeerId,
        address: &str,
    ) -> Result<Duration, Refusal> {
        self.require(Layer::PhoneBook)?;
        let fits = !address.is_empty() && address.len() <= HUB_MAX_ADDRESS_BYTES;
        if !fits || address.chars().any(char::is_control) {
            return Err(Refusal::Malformed);
        }
        let limit = self.config.limits.members;
        let room = self.rooms.visit(now.mono, id)?;
        room.check_tag(tag)?;
        let noted = room.note(now.mono, peer, address.to_owned(), limit);
        if noted.is_ok() {
            room.claim(tag);
        }
        self.count(HubLimit::Entries, noted)?;
        self.tell_entry(id, tag, peer, (address, Duration::ZERO));
        Ok(self.config.limits.room_ttl)
    }

    /// The page of `room`, for those who know its tag.
    ///
    /// # Errors
    /// [`Refusal::UnknownRoom`], [`Refusal::Ended`], [`Refusal::WrongTag`], or [`Refusal::LayerOff`].
    pub fn peers(
        &mut self,
        now: Now,
        room: RoomId,
        tag: RoomTag,
    ) -> Result<Vec<PhoneEntry>, Refusal> {
        self.require(Layer::PhoneBook)?;
        let ttl = self.config.limits.room_ttl;
        let room = self.rooms.visit(now.mono, room)?;
        room.check_tag(tag)?;
        room.touch(now.mono);
        let left = |used: Mono| ttl.saturating_sub(now.mono.since(used));
        Ok(room
            .entries(now.mono)
            .map(|(peer, address, used)| PhoneEntry {
                peer,
                address: address.to_owned(),
                expires_in: left(used),
            })
            .collect())
    }
}
