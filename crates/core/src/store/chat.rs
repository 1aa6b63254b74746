//! Messages folded from operations, in the order they are shown.

use super::register::Rank;
use crate::clock::Stamp;
use crate::id::{OpId, Seq, WriterId};
use crate::redact::Private;
use crate::time::Wall;
use std::collections::BTreeMap;

/// All messages of a room, by (stamp, writer, sequence). The hybrid logical clock makes that order
/// agree with cause and effect.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Chat {
    messages: BTreeMap<Rank, Message>,
    stamps: BTreeMap<OpId, Stamp>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Message {
    pub(crate) text: Private,
    pub(crate) reply_to: Option<OpId>,
    pub(crate) ttl_ms: Option<u64>,
    pub(crate) gap: bool,
    /// Private: the other end. `None`: to the room.
    pub(crate) with: Option<WriterId>,
}

impl Chat {
    pub(crate) fn post(&mut self, rank: Rank, message: Message) {
        self.stamps.insert(rank.op, rank.stamp);
        self.messages.insert(rank, message);
    }

    /// Forgets the messages stamped before `wall`.
    pub(crate) fn forget_before(&mut self, wall: Wall) -> Vec<OpId> {
        let first = Rank {
            stamp: Stamp::at(wall),
            op: OpId {
                writer: WriterId([0; 16]),
                seq: 0,
            },
        };
        let kept = self.messages.split_off(&first);
        let gone = core::mem::replace(&mut self.messages, kept);
        let gone: Vec<OpId> = gone.into_keys().map(|rank| rank.op).collect();
        for id in &gone {
            self.stamps.remove(id);
        }
        gone
    }

    /// The messages of a writer after the first sequence through the second.
    pub(crate) fn of(
        &self,
        writer: WriterId,
        after: Seq,
        through: Seq,
    ) -> impl Iterator<Item = OpId> {
        let first = OpId {
            writer,
            seq: after.saturating_add(1),
        };
        let last = OpId {
            writer,
            seq: through.max(first.seq),
        };
        let ids = self.stamps.range(first..=last).map(|(id, _)| *id);
        ids.filter(move |id| id.seq <= through)
    }

    /// What a message depends on has come.
    pub(crate) fn close_gap(&mut self, id: OpId) {
        if let Some(message) = self.rank(id).and_then(|rank| self.messages.get_mut(&rank)) {
            message.gap = false;
        }
    }

    pub(crate) fn rank(&self, id: OpId) -> Option<Rank> {
        self.stamps.get(&id).map(|stamp| Rank {
            stamp: *stamp,
            op: id,
        })
    }

    pub(crate) fn get(&self, id: OpId) -> Option<(Rank, &Message)> {
        let rank = self.rank(id)?;
        self.messages.get(&rank).map(|message| (rank, message))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (Rank, &Message)> {
        self.messages.iter().map(|(rank, message)| (*rank, message))
    }

    /// The ids of all messages of one conversation up to and with `rank`.
    pub(crate) fn through(&self, with: Option<WriterId>, rank: Rank) -> impl Iterator<Item = OpId> {
        self.messages
            .range(..=rank)
            .filter(move |(_, message)| message.with == with)
            .map(|(rank, _)| rank.op)
    }
}
