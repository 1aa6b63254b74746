//! People folded from operations.

use super::register::{Lww, Rank};
use super::vector::VersionVector;
use crate::clock::Stamp;
use crate::id::{OpId, Seq, WriterId};
use crate::model::Profile;
use std::collections::BTreeMap;

/// Everyone who ever joined the room.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Roster {
    people: BTreeMap<WriterId, Person>,
}

#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Person {
    pub(crate) profile: Lww<Profile>,
    /// Their first profile, and when they left.
    joined: Option<Rank>,
    left: Option<Rank>,
    /// What they have read of the room's messages,
    pub(crate) read: VersionVector,
    /// and of private ones to them, by author.
    pub(crate) read_private: VersionVector,
}

impl Person {
    /// True when a message stamped `at` was meant for this person too.
    pub(crate) fn receives(&self, at: Stamp) -> bool {
        self.joined.is_none_or(|joined| joined.stamp < at)
            && self.left.is_none_or(|left| left.stamp > at)
    }

    /// They have left, and not come back.
    pub(crate) fn is_gone(&self) -> bool {
        self.left.is_some()
    }
}

impl Roster {
    pub(crate) fn set_profile(&mut self, writer: WriterId, profile: Profile, rank: Rank) {
        let person = self.people.entry(writer).or_default();
        if person.joined.is_none_or(|joined| rank < joined) {
            person.joined = Some(rank);
        }
        person.profile.merge(profile, rank);
        if person.left.is_some_and(|left| left < rank) {
            person.left = None;
        }
    }

    pub(crate) fn leave(&mut self, writer: WriterId, rank: Rank) {
        if let Some(person) = self.people.get_mut(&writer) {
            person.left = Some(rank);
        }
    }

    /// The operations from which the people as they stand follow.
    pub(crate) fn live(&self) -> impl Iterator<Item = OpId> {
        self.people.values().flat_map(|person| {
            let ranks = [person.profile.rank(), person.joined, person.left];
            ranks.into_iter().flatten().map(|rank| rank.op)
        })
    }

    /// Raises what `reader` has read of `writer`.
    pub(crate) fn read(&mut self, reader: WriterId, writer: WriterId, seq: Seq, private: bool) {
        let person = self.people.entry(reader).or_default();
        let read = if private {
            &mut person.read_private
        } else {
            &mut person.read
        };
        read.raise(writer, seq);
    }

    pub(crate) fn get(&self, writer: WriterId) -> Option<&Person> {
        self.people
            .get(&writer)
            .filter(|person| person.profile.is_set())
    }

    pub(crate) fn read_of(&self, reader: WriterId, writer: WriterId, private: bool) -> Seq {
        self.people.get(&reader).map_or(0, |person| {
            let read = if private {
                &person.read_private
            } else {
                &person.read
            };
            read.get(writer)
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (WriterId, &Person)> {
        self.people
            .iter()
            .filter(|(_, person)| person.profile.is_set())
            .map(|(writer, person)| (*writer, person))
    }
}
