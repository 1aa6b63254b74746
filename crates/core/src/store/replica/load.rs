//! Loading: the vault's records become the log.

use super::Replica;
use crate::id::{OpId, Seq, WriterId};
use crate::order::gathered;
use crate::store::chain::{Piece, Stored};
use crate::wire::snapshot;
use std::collections::{BTreeMap, BTreeSet};

/// What the vault holds of a room's operations.
#[derive(Debug, Default)]
pub(crate) struct Records {
    /// One operation each.
    pub(crate) ops: BTreeMap<OpId, Vec<u8>>,
    /// Packed ones, by writer, first and last sequence.
    pub(crate) blocks: BTreeMap<(WriterId, Seq, Seq), Vec<u8>>,
}

/// What became of them.
#[derive(PartialEq, Eq, Debug, Default)]
pub(crate) struct Loaded {
    /// Writers whose records were damaged and left out.
    pub(crate) damaged: u64,
    /// Records that others hold too: the tab ended before it removed them.
    pub(crate) left_over: Vec<(WriterId, Stored)>,
}

impl Replica {
    /// Takes over what the vault kept. `waiting`: from where on writers' operations had waited for their time.
    pub(crate) fn load(&mut self, mut records: Records, waiting: &[OpId]) -> Loaded {
        let ops = records.ops.keys().map(|id| id.writer);
        let blocks = records.blocks.keys().map(|(writer, ..)| *writer);
        let writers: BTreeSet<WriterId> = gathered(ops.chain(blocks));
        let mut loaded = Loaded::default();
        for writer in writers {
            let (pieces, damaged) = cover(writer, &mut records);
            let end = pieces
                .last()
                .map_or(0, |(first, pieces)| first - 1 + span(pieces));
            let failed = !pieces.is_empty() && self.log.load(writer, pieces).is_err();
            loaded.damaged += u64::from(damaged || failed);
            if !failed {
                loaded.left_over.extend(left_over(writer, end, &records));
            }
        }
        self.shown = self.log.have().clone();
        for id in waiting {
            let seq = id.seq.saturating_sub(1).min(self.shown.get(id.writer));
            self.shown.set(id.writer, seq);
        }
        loaded
    }
}

/// Takes out the records that cover one writer's operations from the first without a gap, the longest ones where there is
/// a choice. Whatever follows a gap or a damaged record is fetched from peers again.
fn cover(writer: WriterId, records: &mut Records) -> (Vec<(Seq, Vec<Piece>)>, bool) {
    let mut covered = Vec::new();
    let mut next: Seq = 1;
    let mut damaged = false;
    loop {
        let blocks = records
            .blocks
            .range((writer, next, 0)..=(writer, next, Seq::MAX));
        let lasts: Vec<Seq> = blocks.map(|((.., last), _)| *last).rev().collect();
        let block = lasts.into_iter().find_map(|last| {
            let record = records.blocks.remove(&(writer, next, last))?;
            let signed = snapshot::decode_block(&record).ok();
            let pieces = signed.map(|signed| signed.into_iter().map(Piece::from).collect());
            let pieces = pieces.filter(|pieces: &Vec<Piece>| span(pieces) == last + 1 - next);
            damaged |= pieces.is_none();
            pieces
        });
        let id = OpId { writer, seq: next };
        let pieces = block.or_else(|| {
            let record = records.ops.remove(&id)?;
            let signed = snapshot::decode_op(&record).ok();
            damaged |= signed.is_none();
            Some(vec![signed?.into()])
        });
        let Some(pieces) = pieces else {
            return (covered, damaged);
        };
        let first = next;
        next += span(&pieces);
        covered.push((first, pieces));
    }
}

/// What is still there of the operations through `end`.
fn left_over(writer: WriterId, end: Seq, records: &Records) -> Vec<(WriterId, Stored)> {
    let first = OpId { writer, seq: 1 };
    let last = OpId { writer, seq: end };
    if end == 0 {
        return Vec::new();
    }
    let ops = records.ops.range(first..=last);
    let ops = ops.map(|(id, _)| (writer, Stored::Op(id.seq)));
    let blocks = records.blocks.range((writer, 1, 0)..=(writer, end, end));
    let blocks = blocks.map(|((_, first, last), _)| (writer, Stored::Block(*first, *last)));
    ops.chain(blocks).collect()
}

fn span(pieces: &[Piece]) -> u64 {
    let spans = pieces.iter().map(Piece::span);
    spans.fold(0, u64::saturating_add)
}
