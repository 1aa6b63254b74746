//! How far own operations got, and which messages on the screen that concerns (R-MSG-2).

use super::project::expires;
use super::{Node, Timer};
use crate::id::{OpId, PeerId, Seq, WriterId};
use crate::wire::peer::ClockField;
use core::time::Duration;
use std::collections::BTreeSet;

impl Node {
    /// Takes over what a peer says it has of our own operations, whatever way that came.
    pub(super) fn confirmed_by(&mut self, id: PeerId, have: &ClockField) {
        let mine = have.0.iter().filter(|(writer, _)| *writer == self.me);
        if let Some(seq) = mine.map(|(_, seq)| *seq).max() {
            self.confirmed_through(id, seq);
        }
    }

    /// Takes over what a peer has confirmed of our own operations.
    pub(super) fn confirmed(&mut self, id: PeerId) {
        let me = self.me;
        let Some(seq) = self
            .peers
            .get(&id)
            .and_then(|peer| peer.sync.as_ref())
            .map(|sync| sync.theirs().get(me))
        else {
            return;
        };
        self.confirmed_through(id, seq);
    }

    /// Raises what a person is known to have of our own operations.
    pub(super) fn confirmed_through(&mut self, id: PeerId, seq: Seq) {
        let before = self.memory.confirmed.get(id);
        // A claim beyond what was written is nonsense.
        let seq = seq.min(self.replica.have().get(self.me));
        if id != self.me && self.memory.confirmed.raise(id, seq) {
            self.memory_dirty = true;
            self.mark_own(before, seq);
        }
    }

    /// Own messages after `from` through `to` changed how far they got.
    pub(super) fn mark_own(&mut self, from: Seq, to: Seq) {
        let me = self.me;
        self.mark_messages(me, from, to);
    }

    pub(super) fn mark_messages(&mut self, writer: WriterId, from: Seq, to: Seq) {
        let ids = self.replica.chat.of(writer, from, to);
        self.changes.messages.extend(ids);
    }

    /// The path to a peer changed, and with it the state of what it has not confirmed.
    pub(super) fn mark_unconfirmed(&mut self, id: PeerId) {
        let from = self.memory.confirmed.get(id);
        let to = self.replica.have().get(self.me);
        self.mark_own(from, to);
    }

    /// Of new own messages, those that matter for a while only are looked at again when that is over.
    pub(super) fn watch_expiry(&mut self, messages: &BTreeSet<OpId>) {
        for id in messages.iter().filter(|id| id.writer == self.me) {
            let at = self
                .replica
                .chat
                .get(*id)
                .and_then(|(rank, message)| expires(rank, message));
            if let Some(at) = at.filter(|at| *at > self.wall) {
                self.expiring.insert((at, *id));
            }
        }
    }

    /// Marks what has expired, and plans the next look.
    pub(super) fn review_expiry(&mut self) {
        while let Some((at, id)) = self.expiring.first().copied() {
            if at > self.wall {
                let wait = Duration::from_millis(at.0 - self.wall.0);
                self.timers.set(Timer::Expiry, self.now.plus(wait));
                return;
            }
            self.expiring.pop_first();
            self.changes.messages.insert(id);
        }
        self.timers.clear(Timer::Expiry);
    }
}
