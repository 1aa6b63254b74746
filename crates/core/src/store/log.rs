//! The operation log: per writer a gapless, signed sequence of immutable bytes.
//!
//! A signature covers the hash tree of all its writer's operations so far. So a run of any length is verified by one
//! signature, at its last operation, and what was dropped does not keep the rest from verifying. One's own operations
//! are signed when they are sent.

use super::chain::{Chain, Entry, Packed, Piece, Signature, Stored, grow};
use super::tree::{Hash, Peaks};
use super::vector::VersionVector;
use crate::id::{OpId, RoomId, Seq, WriterId};
use crate::key::{DeviceKey, verify, writer_id};
use crate::limits;
use crate::model::{Body, Op};
use crate::wire::WireError;
use crate::wire::op as op_wire;
use crate::wire::run::Run;
use core::ops::RangeInclusive;
use std::collections::BTreeMap;

/// All operations of a room that this replica holds.
#[derive(Debug)]
pub(crate) struct Log {
    room: RoomId,
    device: DeviceKey,
    writers: BTreeMap<WriterId, Chain>,
    have: VersionVector,
}

/// What became of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Received {
    /// These sequences are new, or have become holes.
    New(WriterId, RangeInclusive<Seq>),
    /// All of it was there.
    Duplicate,
    /// It begins beyond what is held: ask for what lies between.
    Gap,
}

impl Log {
    pub(crate) fn new(room: RoomId, device: DeviceKey) -> Self {
        Self {
            room,
            device,
            writers: BTreeMap::new(),
            have: VersionVector::default(),
        }
    }

    pub(crate) fn have(&self) -> &VersionVector {
        &self.have
    }

    /// The public key of a writer of whom anything is held.
    pub(crate) fn public_key(&self, writer: WriterId) -> Option<&[u8; 32]> {
        self.writers.get(&writer).map(|chain| &chain.public_key)
    }

    /// The operation, unless it was dropped.
    pub(crate) fn entry(&self, id: OpId) -> Option<&Entry> {
        match self.piece(id)? {
            (_, Piece::Op(entry)) => Some(entry),
            (_, Piece::Hole(_)) => None,
        }
    }

    pub(crate) fn op(&self, id: OpId) -> Option<Op> {
        let entry = self.entry(id)?;
        Some(op_wire::decode_signed(&entry.bytes))
    }

    /// The piece that holds an operation, and its first sequence.
    pub(crate) fn piece(&self, id: OpId) -> Option<(Seq, &Piece)> {
        self.writers.get(&id.writer)?.find(id.seq)
    }

    /// The pieces from the one that holds `id`, with their first sequences.
    pub(crate) fn pieces_from(&self, id: OpId) -> impl Iterator<Item = (Seq, &Piece)> {
        let chain = self.writers.get(&id.writer);
        chain.into_iter().flat_map(move |chain| chain.from(id.seq))
    }

    /// Appends an own operation. It does not count as held before [`Log::commit`].
    ///
    /// # Errors
    /// [`WireError::TooLarge`] when a text is beyond its limit; nothing changes.
    pub(crate) fn append(&mut self, op: &Op) -> Result<OpId, WireError> {
        let writer = self.device.writer();
        let bytes = op_wire::encode(op)?;
        let chain = self.writers.entry(writer).or_default();
        chain.public_key = self.device.public();
        let seq = chain.push(bytes);
        if chain.unsigned() >= limits::SIGN_EVERY {
            self.sign(writer, seq);
        }
        Ok(OpId { writer, seq })
    }

    /// Own operations were saved: from now on they are held, applied and sent.
    pub(crate) fn commit(&mut self, writer: WriterId) {
        let head = self.writers.get(&writer).map_or(0, Chain::len);
        self.have.raise(writer, head);
    }

    /// Takes back own operations that could not be saved and that nobody has seen.
    pub(crate) fn retract(&mut self, writer: WriterId) {
        self.truncate(writer, self.have.get(writer));
    }

    /// Forgets what a writer's operations after `keep` were.
    pub(crate) fn truncate(&mut self, writer: WriterId, keep: Seq) {
        self.have.set(writer, keep.min(self.have.get(writer)));
        if let Some(chain) = self.writers.get_mut(&writer) {
            chain.cut(keep);
            if chain.len() == 0 {
                self.writers.remove(&writer);
            }
        }
    }

    /// Takes a run from outside, all of it or nothing.
    ///
    /// # Errors
    /// [`WireError::Signature`] when it does not verify against the writer's key and the tree held so
    /// far (forged, altered, or the writer has forked its own history); [`WireError::Malformed`];
    /// [`WireError::TooLarge`].
    pub(crate) fn receive(&mut self, run: &Run) -> Result<Received, WireError> {
        let writer = run.writer;
        let last = run.last()?;
        let held = self.have.get(writer);
        if last <= held {
            return Ok(Received::Duplicate);
        }
        let chain = self.writers.get(&writer);
        // More than held: one's own, come back while others of one's own are being saved; asked for again later.
        if run.first > held + 1 || chain.is_some_and(|chain| chain.len() > held) {
            return Ok(Received::Gap);
        }
        if chain.is_none() && self.writers.len() >= limits::MAX_WRITERS {
            return Err(WireError::TooLarge);
        }
        let (first, pieces) = news(run, held)?;
        let more: usize = pieces.iter().map(Piece::weight).sum();
        let all: usize = self.writers.values().map(Chain::weight).sum();
        let full = chain.map_or(0, Chain::weight) + more > limits::MAX_WRITER_BYTES;
        if full || all + more > limits::MAX_ROOM_BYTES {
            return Err(WireError::TooLarge);
        }
        let (public_key, before) = match chain {
            // A hole may begin among what is held: then that is dropped here too.
            Some(chain) => (
                chain.public_key,
                chain.peaks_at(first - 1).ok_or(WireError::Malformed)?,
            ),
            None => (genesis_key(writer, pieces.first())?, Peaks::default()),
        };
        let peaks = grow(before, &pieces)?;
        let message = self.tree_head(writer, last, &peaks.root());
        if !verify(&public_key, &message, &run.signature) {
            return Err(WireError::Signature);
        }
        let chain = self.writers.entry(writer).or_default();
        chain.public_key = public_key;
        chain.cut(first - 1);
        chain.extend(pieces, peaks);
        chain.sign(last, run.signature);
        self.have.set(writer, last);
        Ok(Received::New(writer, first..=last))
    }

    /// True when `run`, of operations that are held, says what is held. False when that cannot be told: where it begins
    /// or ends, operations were dropped meanwhile.
    ///
    /// # Errors
    /// As [`Log::receive`]: it says something else.
    pub(crate) fn confirms(&self, run: &Run) -> Result<bool, WireError> {
        let last = run.last()?;
        let before = run.first.checked_sub(1).ok_or(WireError::Malformed)?;
        let Some(chain) = self.writers.get(&run.writer) else {
            return Ok(false);
        };
        let (Some(peaks), Some(through)) = (chain.peaks_at(before), chain.peaks_at(last)) else {
            return Ok(false);
        };
        let (_, pieces) = news(run, before)?;
        let root = grow(peaks, &pieces)?.root();
        let message = self.tree_head(run.writer, last, &root);
        let same = root == through.root() && verify(&chain.public_key, &message, &run.signature);
        same.then_some(true).ok_or(WireError::Signature)
    }

    /// Takes over what the vault kept of one writer, in sequence from 1. What follows the last signature
    /// held is left out, unless the writer is of this device: it was cut off while being saved, and peers have it.
    ///
    /// # Errors
    /// As [`Log::receive`]; nothing changes.
    pub(crate) fn load(
        &mut self,
        writer: WriterId,
        mut records: Vec<(Seq, Vec<Piece>)>,
    ) -> Result<(), WireError> {
        let first = records.first().and_then(|(_, pieces)| pieces.first());
        let public_key = genesis_key(writer, first)?;
        if public_key != self.device.public() {
            let Some(signature) = trim(&mut records) else {
                return Ok(());
            };
            let all = records.iter().flat_map(|(_, pieces)| pieces);
            let peaks = grow(Peaks::default(), all)?;
            let message = self.tree_head(writer, peaks.size(), &peaks.root());
            if !verify(&public_key, &message, &signature) {
                return Err(WireError::Signature);
            }
        }
        let mut chain = Chain::of(public_key);
        for (first, pieces) in records {
            let peaks = grow(chain.peaks().clone(), &pieces)?;
            chain.adopt(first, pieces, peaks);
        }
        self.have.set(writer, chain.len());
        self.writers.insert(writer, chain);
        Ok(())
    }

    /// A run of `writer` from the piece that holds `first`, not beyond `last`, of about `budget` bytes. It ends at a
    /// signature that is held or can be made, so it may be longer when there is none within the budget.
    pub(crate) fn run(
        &mut self,
        writer: WriterId,
        first: Seq,
        last: Seq,
        budget: usize,
    ) -> Option<Run> {
        let chain = self.writers.get(&writer)?;
        let own = chain.public_key == self.device.public();
        let mut items = Vec::new();
        let mut size = 0;
        let mut start = None;
        // How many items, through which sequence, and the signature there if it is held.
        let mut end: Option<(usize, Seq, &Signature)> = None;
        for (seq, piece) in chain.from(first) {
            size += piece.weight();
            let through = seq.saturating_add(piece.span() - 1);
            let beyond = size > budget || through > last;
            if beyond && end.is_some() {
                break;
            }
            start.get_or_insert(seq);
            items.push(piece.item());
            let signed = piece.signature();
            if signed.is_some() || own {
                end = Some((items.len(), through, signed));
            }
            if beyond && end.is_some() {
                break;
            }
        }
        let (len, through, signed) = end?;
        items.truncate(len);
        let signature = match signed {
            Some(signature) => **signature,
            None => self.sign(writer, through)?,
        };
        Some(Run {
            writer,
            first: start?,
            items,
            signature,
        })
    }

    /// Signs an own operation and with it all before.
    fn sign(&mut self, writer: WriterId, seq: Seq) -> Option<[u8; 64]> {
        let peaks = self.writers.get_mut(&writer)?.walk_to(seq)?;
        let message = self.tree_head(writer, seq, &peaks.root());
        let signature = self.device.sign(&message);
        self.writers.get_mut(&writer)?.sign(seq, signature);
        Some(signature)
    }

    /// Records of operations that are not in a packed block yet.
    pub(crate) fn records(
        &mut self,
        writer: WriterId,
        seqs: RangeInclusive<Seq>,
    ) -> Vec<(Stored, Vec<u8>)> {
        let chain = self.writers.get_mut(&writer);
        chain.map_or_else(Vec::new, |chain| chain.records(*seqs.start(), *seqs.end()))
    }

    /// Records of a writer's operations from `first` on, one each.
    pub(crate) fn singles(&self, writer: WriterId, first: Seq) -> Vec<(Seq, Vec<u8>)> {
        let chain = self.writers.get(&writer);
        chain.map_or_else(Vec::new, |chain| chain.singles(first))
    }

    /// Drops what `keep` does not want of a writer's operations through `through`, by whole blocks.
    pub(crate) fn pack(
        &mut self,
        writer: WriterId,
        through: Seq,
        keep: impl Fn(Seq, &Entry) -> bool,
    ) -> Packed {
        let chain = self.writers.get_mut(&writer);
        chain.map_or_else(Packed::default, |chain| chain.pack(through, keep))
    }

    fn tree_head(&self, writer: WriterId, seq: Seq, root: &Hash) -> Vec<u8> {
        let mut message = b"corridor v1 tree head".to_vec();
        message.extend_from_slice(&self.room.0);
        message.extend_from_slice(&writer.0);
        message.extend_from_slice(&seq.to_be_bytes());
        message.extend_from_slice(root);
        message
    }
}

/// The pieces of a run that end beyond what is held, and their first sequence.
fn news(run: &Run, held: Seq) -> Result<(Seq, Vec<Piece>), WireError> {
    let mut first = run.first;
    let mut items = run.items.iter();
    let mut next = items.next();
    while let Some(item) = next {
        let after = first.saturating_add(item.span());
        if after > held + 1 {
            break;
        }
        first = after;
        next = items.next();
    }
    let news = next.into_iter().chain(items).map(|item| {
        let fits = item.weight() <= limits::MAX_OP_BYTES + 4;
        fits.then(|| Piece::from(item)).ok_or(WireError::TooLarge)
    });
    Ok((first, news.collect::<Result<_, _>>()?))
}

/// Leaves out what follows the last signature, and answers that.
fn trim(records: &mut Vec<(Seq, Vec<Piece>)>) -> Option<[u8; 64]> {
    while let Some((_, pieces)) = records.last_mut() {
        while let Some(piece) = pieces.last() {
            if let Some(signature) = piece.signature() {
                return Some(**signature);
            }
            pieces.pop();
        }
        records.pop();
    }
    None
}

fn genesis_key(writer: WriterId, first: Option<&Piece>) -> Result<[u8; 32], WireError> {
    let Some(Piece::Op(entry)) = first else {
        return Err(WireError::Malformed);
    };
    match op_wire::decode(&entry.bytes)?.body {
        Body::Genesis { public_key, slot } if writer_id(&public_key, slot) == writer => {
            Ok(public_key)
        }
        _ => Err(WireError::Signature),
    }
}
