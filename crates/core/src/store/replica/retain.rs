//! What is kept for good: operations that nothing newer replaces, and messages for a while (rules O-DROP, O-RETAIN).

use super::Replica;
use crate::id::{OpId, Seq, TaskId, WriterId};
use crate::limits;
use crate::model::Body;
use crate::order::{gathered, sorted};
use crate::store::chain::{Entry, Packed, Piece};
use crate::store::vector::VersionVector;
use crate::time::Wall;
use crate::wire::op as op_wire;
use core::time::Duration;
use std::collections::BTreeSet;

impl Replica {
    /// Drops operations of writers through `through` that are older than [`limits::PACK_AGE`] and that nobody needs any
    /// more: a replica that never sees them comes to the same state.
    pub(crate) fn pack(&mut self, wall: Wall, through: &VersionVector) -> Vec<(WriterId, Packed)> {
        let young = before(wall, limits::PACK_AGE);
        let expired = before(wall, limits::RETENTION);
        let mut live: BTreeSet<OpId> = gathered(self.tasks.live());
        live.extend(self.roster.live());
        let writers: Vec<(WriterId, Seq)> = through.iter().collect();
        let mut packed = Vec::new();
        for (writer, last) in writers {
            let last = last.min(self.applied.get(writer));
            let old = self.old(writer, last, young);
            let reads = self.standing_reads(writer, old);
            let keep = |seq: Seq, entry: &Entry| {
                let op = op_wire::decode_signed(&entry.bytes);
                match op.body {
                    Body::Genesis { .. } | Body::Unknown(_) => true,
                    Body::Post(_) | Body::Private { .. } => op.stamp.wall() >= expired,
                    Body::Read { .. } => reads.contains(&seq) && op.stamp.wall() >= expired,
                    Body::Profile(_)
                    | Body::Task(..)
                    | Body::DeleteTask(_)
                    | Body::DeleteTasks(_)
                    | Body::Leave => live.contains(&OpId { writer, seq }),
                }
            };
            let result = self.log.pack(writer, old, keep);
            if result.dropped > 0 {
                self.holed.insert(writer);
            }
            if !result.saves.is_empty() {
                packed.push((writer, result));
            }
        }
        self.tasks.forget_buried(young);
        packed
    }

    /// Messages that are no longer kept.
    pub(crate) fn expire_messages(&mut self, wall: Wall) -> Vec<OpId> {
        self.chat.forget_before(before(wall, limits::RETENTION))
    }

    /// Through where all operations of a writer are older than `young`.
    fn old(&self, writer: WriterId, last: Seq, young: Wall) -> Seq {
        let mut old = 0;
        for (first, piece) in self.log.pieces_from(OpId { writer, seq: 1 }) {
            let end = first.saturating_add(piece.span() - 1);
            let stamp = match piece {
                Piece::Op(entry) => op_wire::decode_signed(&entry.bytes).stamp.wall(),
                Piece::Hole(_) => Wall(0),
            };
            if end > last || stamp >= young {
                break;
            }
            old = end;
        }
        old
    }

    /// Of a writer's marks that messages were read, those that later ones do not cover.
    fn standing_reads(&self, writer: WriterId, last: Seq) -> BTreeSet<Seq> {
        let mut marks = Vec::new();
        for (seq, piece) in self.log.pieces_from(OpId { writer, seq: 1 }) {
            if let Piece::Op(entry) = piece
                && let Body::Read { room, private } = op_wire::decode_signed(&entry.bytes).body
            {
                marks.push((seq, room, private));
            }
        }
        let (mut room_read, mut private_read) = Default::default();
        let mut standing = BTreeSet::new();
        for (seq, room, private) in marks.into_iter().rev() {
            let news = raise(&mut room_read, room) | raise(&mut private_read, private);
            if news || seq > last {
                standing.insert(seq);
            }
        }
        standing
    }

    /// Tasks to bury in one operation instead of many, or for good because they were done long ago. Empty while there is
    /// little to gain.
    pub(crate) fn to_sweep(&self, wall: Wall) -> Vec<TaskId> {
        let young = before(wall, limits::PACK_AGE);
        let done = before(wall, limits::RETENTION);
        let mut ids: Vec<TaskId> = self.tasks.done_before(done).collect();
        let mut graves = self.tasks.graves(young);
        graves.retain(|(_, ids)| ids.len() <= limits::SWEEP_TASKS / 2);
        if graves.len() >= limits::SWEEP_GRAVES {
            let graves = sorted(graves, |a, b| (a.1.len(), a.0).cmp(&(b.1.len(), b.0)));
            ids.extend(graves.into_iter().flat_map(|(_, ids)| ids));
        }
        ids.truncate(limits::SWEEP_TASKS);
        ids
    }
}

fn raise(read: &mut VersionVector, through: Vec<(WriterId, Seq)>) -> bool {
    let mut news = false;
    for (writer, seq) in through {
        news |= read.raise(writer, seq);
    }
    news
}

/// The time that lies `age` before `wall`.
pub(super) fn before(wall: Wall, age: Duration) -> Wall {
    Wall(wall.0.saturating_sub(super::millis(age)))
}
