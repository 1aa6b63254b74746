//! Offers and answers that wait for their recipient (R-HUB-2): sealed bytes by room, kind, recipient and sender.

use super::Refusal;
use crate::id::{PeerId, RoomId};
use crate::limits::{HUB_MAIL_BYTES, HUB_MAIL_ROOM_BYTES, HUB_MAIL_TTL};
use crate::time::{Mono, Wall};
use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a letter holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MailKind {
    /// A session description that asks for an answer.
    Offer,
    /// The answer to one.
    Answer,
}

/// What a letter takes beside its bytes, so that many short ones are bounded too.
const OVERHEAD: usize = 192;

/// One letter as its recipient gets it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mail {
    /// Greater than that of every letter that came before it.
    pub number: u64,
    /// The sender as it named itself: the seal tells whether it is true.
    pub from: PeerId,
    /// The sealed bytes.
    pub sealed: Arc<[u8]>,
    /// How long it is kept from now.
    pub expires_in: Duration,
}

/// Where a letter lies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Slot {
    pub(super) room: RoomId,
    pub(super) kind: MailKind,
    pub(super) to: PeerId,
}

/// A letter with all that is known of it, from one hub to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Waiting {
    pub(super) slot: Slot,
    pub(super) from: PeerId,
    pub(super) number: u64,
    /// Since it was posted.
    pub(super) age: Duration,
    pub(super) sealed: Arc<[u8]>,
}

#[derive(Clone, Debug)]
struct Letter {
    number: u64,
    sealed: Arc<[u8]>,
    posted: Mono,
}

impl Letter {
    fn weight(&self) -> usize {
        OVERHEAD + self.sealed.len()
    }
}

/// All letters. A newer letter of the same sender takes the place of the older.
#[derive(Clone, Debug, Default)]
pub(super) struct Mailbox {
    letters: BTreeMap<Slot, BTreeMap<PeerId, Letter>>,
    last: u64,
}

impl Mailbox {
    /// Keeps a letter and answers its number.
    pub(super) fn put(
        &mut self,
        now: (Mono, Wall),
        slot: Slot,
        from: PeerId,
        sealed: Arc<[u8]>,
    ) -> Result<u64, Refusal> {
        if !self.has_place(slot, from, sealed.len()) {
            self.forget_stale(now.0, |_| true);
        }
        if !self.has_place(slot, from, sealed.len()) {
            return Err(Refusal::Full);
        }
        // Numbers follow the clock so that they grow across a restart too.
        self.last = now.1.0.max(self.last + 1);
        let letter = Letter {
            number: self.last,
            sealed,
            posted: now.0,
        };
        self.letters.entry(slot).or_default().insert(from, letter);
        Ok(self.last)
    }

    /// Keeps a letter that was posted at another hub, numbered anew where letters came meanwhile: whoever reads here must not
    /// miss it. False when it is known already, or a newer one of the same sender.
    pub(super) fn take_over(
        &mut self,
        now: (Mono, Wall),
        waiting: Waiting,
    ) -> Result<bool, Refusal> {
        let Waiting {
            slot,
            from,
            number,
            age,
            sealed,
        } = waiting;
        let known = self.letters.get(&slot).and_then(|all| all.get(&from));
        let old = age >= HUB_MAIL_TTL;
        if old || known.is_some_and(|known| known.number > number || known.sealed == sealed) {
            return Ok(false);
        }
        self.put(now, slot, from, sealed)?;
        let millis = u64::try_from(age.as_millis()).unwrap_or(u64::MAX);
        let letters = self.letters.get_mut(&slot);
        if let Some(letter) = letters.and_then(|all| all.get_mut(&from)) {
            letter.posted = Mono(now.0.0.saturating_sub(millis));
            letter.number = letter.number.max(number);
            self.last = self.last.max(letter.number);
        }
        Ok(true)
    }

    /// All letters of a room.
    pub(super) fn all_of(&self, now: Mono, room: RoomId) -> Vec<Waiting> {
        let first = Slot {
            room,
            kind: MailKind::Offer,
            to: PeerId::default(),
        };
        let slots = self.letters.range(first..);
        let slots = slots.take_while(|(slot, _)| slot.room == room);
        slots
            .flat_map(|(slot, letters)| letters.iter().map(move |letter| (*slot, letter)))
            .map(|(slot, (from, letter))| Waiting {
                slot,
                from: *from,
                number: letter.number,
                age: now.since(letter.posted),
                sealed: Arc::clone(&letter.sealed),
            })
            .collect()
    }

    /// The letters in `slot` numbered above `after`, oldest first.
    pub(super) fn read(&self, now: Mono, slot: Slot, after: u64) -> Vec<Mail> {
        let mut mail: Vec<Mail> = self
            .letters
            .get(&slot)
            .into_iter()
            .flatten()
            .filter(|(_, letter)| letter.number > after)
            .filter_map(|(from, letter)| {
                let expires_in = HUB_MAIL_TTL.checked_sub(now.since(letter.posted))?;
                (!expires_in.is_zero()).then(|| Mail {
                    number: letter.number,
                    from: *from,
                    sealed: Arc::clone(&letter.sealed),
                    expires_in,
                })
            })
            .collect();
        mail.sort_by_key(|mail| mail.number);
        mail
    }

    /// How many letters are kept.
    pub(super) fn len(&self) -> usize {
        self.letters.values().map(BTreeMap::len).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// Drops letters that are too old or whose room is not `open`.
    pub(super) fn forget_stale(&mut self, now: Mono, open: impl Fn(RoomId) -> bool) {
        self.letters.retain(|slot, letters| {
            letters.retain(|_, letter| now.since(letter.posted) < HUB_MAIL_TTL);
            !letters.is_empty() && open(slot.room)
        });
    }

    fn has_place(&self, slot: Slot, from: PeerId, length: usize) -> bool {
        let older = self
            .letters
            .get(&slot)
            .and_then(|letters| letters.get(&from));
        let fits = |bytes: usize, limit| {
            let others = bytes.saturating_sub(older.map_or(0, Letter::weight));
            others + OVERHEAD + length <= limit
        };
        fits(self.bytes(|_| true), HUB_MAIL_BYTES)
            && fits(self.bytes(|room| room == slot.room), HUB_MAIL_ROOM_BYTES)
    }

    fn bytes(&self, counts: impl Fn(RoomId) -> bool) -> usize {
        self.letters
            .iter()
            .filter(|(slot, _)| counts(slot.room))
            .flat_map(|(_, letters)| letters.values())
            .map(Letter::weight)
            .sum()
    }
}
