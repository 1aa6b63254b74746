//! Packing: dropped operations become holes, and whole blocks one record of the vault each.

use super::{BLOCK, Block, Chain, Entry, Hole, Piece};
use crate::id::Seq;
use crate::limits;
use crate::store::tree;
use crate::wire::snapshot;
use std::collections::BTreeSet;

/// The name of a record within its writer's chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Stored {
    /// One operation.
    Op(Seq),
    /// The pieces from the first sequence through the second.
    Block(Seq, Seq),
}

/// What packing asks of the vault: first save, then remove.
#[derive(Debug, Default)]
pub(crate) struct Packed {
    pub(crate) saves: Vec<(Stored, Vec<u8>)>,
    pub(crate) removes: Vec<Stored>,
    /// Operations dropped.
    pub(crate) dropped: u64,
}

/// A block on its way to be one record, and the records that hold it now.
struct Draft {
    block: Block,
    names: Vec<Stored>,
    dirty: bool,
}

impl Block {
    fn record(&self) -> (Stored, Vec<u8>) {
        let name = Stored::Block(self.first, self.end());
        (
            name,
            snapshot::encode_block(self.pieces.iter().map(Piece::signed)),
        )
    }

    fn names(&self) -> Vec<Stored> {
        if self.packed {
            return vec![Stored::Block(self.first, self.end())];
        }
        let mut first = self.first;
        let names = self.pieces.iter().map(|piece| {
            let last = first.saturating_add(piece.span() - 1);
            let name = match piece {
                Piece::Op(_) => Stored::Op(first),
                Piece::Hole(_) => Stored::Block(first, last),
            };
            first = last.saturating_add(1);
            name
        });
        names.collect()
    }

    fn weight(&self) -> usize {
        self.pieces.iter().map(Piece::weight).sum()
    }
}

impl Chain {
    /// Records of the operations from `first` through `last` that are not in a packed block. A whole block with holes
    /// becomes one.
    pub(crate) fn records(&mut self, first: Seq, last: Seq) -> Vec<(Stored, Vec<u8>)> {
        let from = self.block_of(first).unwrap_or(0);
        let mut records = Vec::new();
        let blocks = self.blocks.iter_mut().skip(from);
        for block in blocks.take_while(|block| block.first <= last) {
            if block.packed {
                continue;
            }
            if block.is_whole() && !block.is_full() {
                block.packed = true;
                records.push(block.record());
                continue;
            }
            let mut seq = block.first;
            for piece in &block.pieces {
                if seq.saturating_add(piece.span()) > first && seq <= last {
                    records.push(piece.record(seq));
                }
                seq = seq.saturating_add(piece.span());
            }
        }
        records
    }

    /// Records of the operations from `first` on, one each.
    pub(crate) fn singles(&self, first: Seq) -> Vec<(Seq, Vec<u8>)> {
        let pieces = self.from(first);
        let ops = pieces.filter(|(_, piece)| matches!(piece, Piece::Op(_)));
        ops.map(|(seq, piece)| (seq, piece.record(seq).1)).collect()
    }

    /// Takes over a record that holds more than one operation.
    pub(crate) fn adopt(&mut self, first: Seq, pieces: Vec<Piece>, peaks: tree::Peaks) {
        let span = peaks.size() + 1 - first;
        let aligned = (first - 1).is_multiple_of(BLOCK) && span.is_multiple_of(BLOCK);
        if !aligned || self.blocks.last().is_some_and(|block| !block.is_whole()) {
            self.extend(pieces, peaks);
            return;
        }
        self.weight += pieces.iter().map(Piece::weight).sum::<usize>();
        self.blocks.push(Block {
            first,
            span,
            pieces,
            packed: true,
        });
        self.peaks = peaks;
    }

    /// Drops what `keep` does not want from the whole blocks that end at or before `through`.
    pub(crate) fn pack(&mut self, through: Seq, keep: impl Fn(Seq, &Entry) -> bool) -> Packed {
        let pins = self.pins(through, &keep);
        let mut packed = Packed::default();
        let blocks = core::mem::take(&mut self.blocks);
        let mut done: Vec<Draft> = Vec::with_capacity(blocks.len());
        let mut rest = Vec::new();
        for block in blocks {
            if !block.is_whole() || block.end() > through {
                rest.push(block);
                continue;
            }
            let (draft, dropped) = squeeze(block, &pins, &keep);
            packed.dropped += dropped;
            done.push(draft);
            while merge_last(&mut done) {}
        }
        for draft in &mut done {
            if draft.dirty {
                let record = draft.block.record();
                let old = draft.names.iter().filter(|name| **name != record.0);
                packed.removes.extend(old.copied());
                packed.saves.push(record);
                draft.block.packed = true;
            }
        }
        self.blocks = done.into_iter().map(|draft| draft.block).collect();
        self.blocks.append(&mut rest);
        self.weigh();
        packed
    }

    /// Ends of pieces whose signature must stay, so that no run grows too long for a packet.
    fn pins(&self, through: Seq, keep: &impl Fn(Seq, &Entry) -> bool) -> BTreeSet<Seq> {
        let mut pins = BTreeSet::new();
        let mut since = 0;
        let mut candidate: Option<(Seq, usize)> = None;
        let pieces = self.from(1).take_while(|(first, _)| *first <= through);
        for (first, piece) in pieces {
            let weight = match piece {
                Piece::Op(entry) if !keep(first, entry) => 0,
                other => other.weight(),
            };
            since += weight;
            if let Some((_, after)) = &mut candidate {
                *after += weight;
            }
            if since > limits::SIGN_EVERY
                && let Some((end, after)) = candidate.take()
            {
                pins.insert(end);
                since = after;
            }
            if piece.signature().is_some() {
                candidate = Some((first.saturating_add(piece.span() - 1), 0));
            }
        }
        pins.extend(candidate.map(|(end, _)| end));
        pins
    }
}

fn squeeze(
    mut block: Block,
    pins: &BTreeSet<Seq>,
    keep: &impl Fn(Seq, &Entry) -> bool,
) -> (Draft, u64) {
    let names = block.names();
    let before = block.pieces.len();
    let mut dropped = 0;
    let mut seq = block.first;
    let mut pieces = Vec::with_capacity(before);
    for piece in core::mem::take(&mut block.pieces) {
        let first = seq;
        seq = seq.saturating_add(piece.span());
        let piece = match piece {
            Piece::Op(entry) if !keep(first, &entry) => {
                dropped += 1;
                Piece::Hole(Hole {
                    level: 0,
                    hash: Box::new(tree::leaf(&entry.bytes)),
                    signature: entry.signature,
                })
            }
            other => other,
        };
        push(&mut pieces, piece, seq - 1, pins);
    }
    block.pieces = pieces;
    let dirty = dropped > 0 || block.pieces.len() != before || !block.packed;
    let draft = Draft {
        block,
        names,
        dirty,
    };
    (draft, dropped)
}

/// Appends a piece that ends at `end`, as one hole with those before it where that is possible.
fn push(pieces: &mut Vec<Piece>, piece: Piece, end: Seq, pins: &BTreeSet<Seq>) {
    let Piece::Hole(mut hole) = piece else {
        pieces.push(piece);
        return;
    };
    if !pins.contains(&end) {
        hole.signature = None;
    }
    while let Some(Piece::Hole(left)) = pieces.last() {
        let both = 2u64.checked_shl(hole.level.into());
        let siblings = both.is_some_and(|both| end.is_multiple_of(both));
        let level = hole.level + 1;
        let fits = level <= limits::MAX_DROPPED_LEVEL;
        if left.level != hole.level || left.signature.is_some() || !siblings || !fits {
            break;
        }
        *hole.hash = tree::node(&left.hash, &hole.hash);
        hole.level = level;
        pieces.pop();
    }
    pieces.push(Piece::Hole(hole));
}

/// Makes one block of the last two, when they are siblings in the tree and little is left of them.
fn merge_last(done: &mut Vec<Draft>) -> bool {
    let [.., left, right] = done.as_slice() else {
        return false;
    };
    let span = left.block.span;
    let both = span.saturating_mul(2);
    let siblings = span == right.block.span
        && span.is_power_of_two()
        && (left.block.first - 1).is_multiple_of(both);
    let weight = left.block.weight() + right.block.weight();
    if !siblings || weight > limits::MERGED_BLOCK_BYTES {
        return false;
    }
    let (Some(right), Some(mut left)) = (done.pop(), done.pop()) else {
        return false;
    };
    let no_pins = BTreeSet::new();
    let mut end = left.block.end();
    for piece in right.block.pieces {
        end = end.saturating_add(piece.span());
        // Signatures that are still there are those to be kept.
        let kept = piece.signature().as_ref().map(|_| end);
        let pins = kept.map_or(no_pins.clone(), |end| BTreeSet::from([end]));
        push(&mut left.block.pieces, piece, end, &pins);
    }
    left.block.span = both;
    left.block.packed = false;
    left.names.extend(right.names);
    left.dirty = true;
    done.push(left);
    true
}
