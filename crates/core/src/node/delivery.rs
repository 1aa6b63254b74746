//! How far own operations got, and which messages on the screen that concerns (R-MSG-2).

use super::Node;
use crate::id::{OpId, PeerId, Seq, WriterId};

impl Node {
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
        for seq in from + 1..=to {
            let id = OpId { writer, seq };
            if self.replica.chat.rank(id).is_some() {
                self.changes.messages.insert(id);
            }
        }
    }

    /// The path to a peer changed, and with it the state of what it has not confirmed.
    pub(super) fn mark_unconfirmed(&mut self, id: PeerId) {
        let from = self.memory.confirmed.get(id);
        let to = self.replica.have().get(self.me);
        self.mark_own(from, to);
    }
}
