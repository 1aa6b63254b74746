//! People folded from operations.

use super::register::{Lww, Rank};
use super::vector::VersionVector;
use crate::clock::Stamp;
use crate::id::{Seq, WriterId};
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
    pub(crate) joined: Stamp,
    pub(crate) left: Option<Stamp>,
    /// What they have read of the room's messages,
    pub(crate) read: VersionVector,
    /// and of private ones to them, by author.
    pub(crate) read_private: VersionVector,
}

impl Person {
    /// True when a message stamped `at` was meant for this person too.
    pub(crate) fn receives(&self, at: Stamp) -> bool {
        self.joined < at && self.left.is_none_or(|left| left > at)
    }
}

impl Roster {
    pub(crate) fn set_profile(&mut self, writer: WriterId, profile: Profile, rank: Rank) {
        let person = self.people.entry(writer).or_default();
        if !person.profile.is_set() || rank.stamp < person.joined {
            person.joined = rank.stamp;
        }
        person.profile.merge(profile, rank);
        if person.left.is_some_and(|left| left < rank.stamp) {
            person.left = None;
        }
    }

    pub(crate) fn leave(&mut self, writer: WriterId, stamp: Stamp) {
        if let Some(person) = self.people.get_mut(&writer) {
            person.left = Some(stamp);
        }
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
