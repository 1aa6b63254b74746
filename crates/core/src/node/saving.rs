//! Saving: what goes to the vault, and what follows once it is there.

use super::Node;
use super::input::SaveError;
use super::output::Output;
use crate::id::{PeerId, Ticket, WriterId};
use crate::store::{Key, VersionVector};
use crate::time::Now;

/// What a save was for.
#[derive(Debug)]
pub(super) enum Saving {
    /// Own operations: [`Node::pending`] knows the rest.
    Own,
    /// Others' operations, through these sequences: confirm them to those who sent them.
    Others(VersionVector, Vec<(PeerId, Vec<WriterId>)>),
    /// Drafts, as operations.
    Drafts,
    /// Confirmations and admission.
    Memory,
    /// Blocks of operations: then these records are in them.
    Packed(Vec<Key>),
}

impl Node {
    pub(super) fn save(&mut self, records: Vec<(Key, Vec<u8>)>, what: Saving) -> Ticket {
        self.next_ticket += 1;
        let ticket = Ticket(self.next_ticket);
        if self.durable {
            self.saving.insert(ticket, what);
            self.output(Output::Save(ticket, records));
        }
        ticket
    }

    /// Saves others' operations of this turn; they are confirmed when that is done.
    pub(super) fn save_fresh(&mut self) {
        let acks: Vec<(PeerId, Vec<WriterId>)> = self
            .peers
            .iter_mut()
            .filter(|(_, peer)| !peer.acks.is_empty())
            .map(|(id, peer)| (*id, std::mem::take(&mut peer.acks).into_iter().collect()))
            .collect();
        let fresh = std::mem::take(&mut self.fresh);
        if acks.is_empty() && fresh.is_empty() {
            return;
        }
        let lasts = fresh.iter().map(|(writer, seqs)| (*writer, *seqs.end()));
        let through: VersionVector = lasts.collect();
        if fresh.is_empty() || !self.durable {
            self.keep(&through);
            for (peer, writers) in acks {
                self.acknowledge(peer, writers);
            }
            return;
        }
        let mut records = Vec::new();
        for (writer, seqs) in fresh {
            let stored = self.replica.records(writer, seqs).into_iter();
            records
                .extend(stored.map(|(name, bytes)| (Key::stored(self.room, writer, name), bytes)));
        }
        self.save(records, Saving::Others(through, acks));
    }

    fn keep(&mut self, through: &VersionVector) {
        for (writer, seq) in through.iter() {
            self.kept.raise(writer, seq);
            self.holds_more_of(writer);
        }
    }

    pub(super) fn save_memory(&mut self) {
        if std::mem::take(&mut self.memory_dirty) {
            let record = (Key::Memory(self.room, self.me), self.memory.encode());
            self.save(vec![record], Saving::Memory);
        }
    }

    pub(super) fn saved(&mut self, now: Now, ticket: Ticket, result: Result<(), SaveError>) {
        match self.saving.remove(&ticket) {
            Some(Saving::Own) => self.own_saved(now, ticket, result),
            Some(Saving::Others(through, acks)) => {
                // Also when it failed: it is on the screen here, and the room's state says it is not kept.
                self.storage_state(result);
                self.keep(&through);
                for (peer, writers) in acks {
                    self.acknowledge(peer, writers);
                }
            }
            Some(Saving::Drafts) => self.drafts_saved(now, ticket, result),
            Some(Saving::Memory) => self.storage_state(result),
            Some(Saving::Packed(removes)) => {
                self.storage_state(result);
                if result.is_ok() {
                    self.output(Output::Remove(removes));
                }
            }
            None => {}
        }
    }
}
