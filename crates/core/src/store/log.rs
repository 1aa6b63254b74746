//! The operation log: per writer a gapless, signed sequence of immutable bytes.
//!
//! Each operation extends its writer's hash chain, and a signature covers the chain up to its
//! operation. So a run of any length is verified by one signature, at its last operation.

use super::vector::VersionVector;
use crate::id::{OpId, RoomId, Seq, WriterId};
use crate::key::{DeviceKey, verify, writer_id};
use crate::limits;
use crate::model::{Body, Op};
use crate::wire::WireError;
use crate::wire::op as op_wire;
use crate::wire::peer::Run;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// All operations of a room that this replica holds.
#[derive(Debug)]
pub(crate) struct Log {
    room: RoomId,
    writers: BTreeMap<WriterId, Chain>,
    have: VersionVector,
}

#[derive(Debug, Default)]
struct Chain {
    public_key: [u8; 32],
    head: [u8; 32],
    entries: Vec<Entry>,
}

/// One operation as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) bytes: Vec<u8>,
    pub(crate) op: Op,
    /// Present at the last operation of each run as it was received, and at every own one.
    pub(crate) signature: Option<[u8; 64]>,
}

/// An operation's bytes and, when held, its signature.
pub(crate) type Record = (Vec<u8>, Option<[u8; 64]>);

/// What became of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Received {
    /// These sequences are new.
    New(WriterId, std::ops::RangeInclusive<Seq>),
    /// All of it was there.
    Duplicate,
    /// It begins beyond what is held: ask for what lies between.
    Gap,
}

impl Log {
    pub(crate) fn new(room: RoomId) -> Self {
        Self {
            room,
            writers: BTreeMap::new(),
            have: VersionVector::default(),
        }
    }

    pub(crate) fn have(&self) -> &VersionVector {
        &self.have
    }

    /// The public key of a writer of whom anything is held.
    pub(crate) fn public_key(&self, writer: WriterId) -> Option<&[u8; 32]> {
        let chain = self.writers.get(&writer)?;
        (!chain.entries.is_empty()).then_some(&chain.public_key)
    }

    pub(crate) fn entry(&self, id: OpId) -> Option<&Entry> {
        let index = usize::try_from(id.seq.checked_sub(1)?).ok()?;
        self.writers.get(&id.writer)?.entries.get(index)
    }

    /// Appends an own operation. It does not count as held before [`Log::commit`].
    ///
    /// # Errors
    /// [`WireError::TooLarge`] when a text is beyond its limit; nothing changes.
    pub(crate) fn append(&mut self, device: &DeviceKey, op: Op) -> Result<OpId, WireError> {
        let writer = device.writer();
        let bytes = op_wire::encode(&op)?;
        let chain = self.writers.entry(writer).or_default();
        if chain.entries.is_empty() {
            chain.public_key = device.public();
        }
        let seq = chain.entries.len() as u64 + 1;
        let head = extend(chain.head, &bytes);
        let signature = device.sign(&signed_message(self.room, writer, seq, &head));
        chain.head = head;
        chain.entries.push(Entry {
            bytes,
            op,
            signature: Some(signature),
        });
        Ok(OpId { writer, seq })
    }

    /// Own operations were saved: from now on they are held, applied and sent.
    pub(crate) fn commit(&mut self, writer: WriterId) {
        let head = self
            .writers
            .get(&writer)
            .map_or(0, |chain| chain.entries.len());
        self.have.raise(writer, head as u64);
    }

    /// Takes back own operations that could not be saved and that nobody has seen.
    pub(crate) fn retract(&mut self, writer: WriterId) {
        self.truncate(writer, self.have.get(writer));
    }

    /// Forgets what a writer's operations after `keep` were.
    pub(crate) fn truncate(&mut self, writer: WriterId, keep: Seq) {
        self.have.set(writer, keep.min(self.have.get(writer)));
        let Some(chain) = self.writers.get_mut(&writer) else {
            return;
        };
        chain
            .entries
            .truncate(usize::try_from(keep).unwrap_or(usize::MAX));
        chain.head = chain
            .entries
            .iter()
            .fold([0; 32], |head, entry| extend(head, &entry.bytes));
        if keep == 0 {
            self.writers.remove(&writer);
        }
    }

    /// Takes a run from outside, all of it or nothing.
    ///
    /// # Errors
    /// [`WireError::Signature`] when it does not verify against the writer's key and the chain held so
    /// far (forged, altered, or the writer has forked its own history); [`WireError::Malformed`];
    /// [`WireError::TooLarge`].
    pub(crate) fn receive(&mut self, run: &Run) -> Result<Received, WireError> {
        let held = self.have.get(run.writer);
        let last = run
            .first
            .checked_add(run.ops.len() as u64)
            .and_then(|end| end.checked_sub(1))
            .ok_or(WireError::Malformed)?;
        if run.ops.is_empty() || run.first == 0 {
            return Err(WireError::Malformed);
        }
        if last <= held {
            return Ok(Received::Duplicate);
        }
        if run.first > held + 1 {
            return Ok(Received::Gap);
        }
        let appended = self
            .writers
            .get(&run.writer)
            .map_or(0, |chain| chain.entries.len());
        if appended as u64 > held {
            // One's own, come back while others of one's own are being saved: asked for again later.
            return Ok(Received::Gap);
        }
        if held == 0 && self.writers.len() >= limits::MAX_WRITERS {
            return Err(WireError::TooLarge);
        }
        let skip = usize::try_from(held + 1 - run.first).map_err(|_| WireError::TooLarge)?;
        let fresh: Vec<&[u8]> = run.ops.iter().skip(skip).map(|op| op.as_slice()).collect();
        if fresh.iter().any(|op| op.len() > limits::MAX_OP_BYTES) {
            return Err(WireError::TooLarge);
        }
        let (public_key, start) = match self.writers.get(&run.writer) {
            Some(chain) => (chain.public_key, chain.head),
            None => (genesis_key(run.writer, fresh.first().copied())?, [0; 32]),
        };
        let head = fresh.iter().fold(start, |head, bytes| extend(head, bytes));
        let message = signed_message(self.room, run.writer, last, &head);
        if !verify(&public_key, &message, &run.signature) {
            return Err(WireError::Signature);
        }
        let chain = self.writers.entry(run.writer).or_default();
        chain.public_key = public_key;
        chain.head = head;
        chain.entries.extend(fresh.iter().map(|bytes| Entry {
            bytes: bytes.to_vec(),
            op: op_wire::decode_signed(bytes),
            signature: None,
        }));
        if let Some(entry) = chain.entries.last_mut() {
            entry.signature = Some(run.signature);
        }
        self.have.set(run.writer, last);
        Ok(Received::New(run.writer, held + 1..=last))
    }

    /// Takes over what the vault kept of one writer, in sequence from 1. What follows the last signature
    /// held is left out: it was cut off while being saved, and peers have it.
    ///
    /// # Errors
    /// As [`Log::receive`]; nothing changes.
    pub(crate) fn load(
        &mut self,
        writer: WriterId,
        mut records: Vec<Record>,
    ) -> Result<(), WireError> {
        let signed = records
            .iter()
            .rposition(|(_, signature)| signature.is_some());
        let Some((last, signature)) = signed.and_then(|at| Some((at, records.get(at)?.1?))) else {
            return Ok(());
        };
        records.truncate(last + 1);
        let (ops, signatures): (Vec<_>, Vec<_>) = records.into_iter().unzip();
        self.receive(&Run {
            writer,
            first: 1,
            ops: ops.into_iter().map(Into::into).collect(),
            signature,
        })?;
        if let Some(chain) = self.writers.get_mut(&writer) {
            for (entry, signature) in chain.entries.iter_mut().zip(signatures) {
                entry.signature = signature;
            }
        }
        Ok(())
    }

    /// A run of `writer` from `first`, not beyond `last`, of about `budget` bytes. It ends at an
    /// operation whose signature is held, so it may be longer when there is none within the budget.
    pub(crate) fn run(
        &self,
        writer: WriterId,
        first: Seq,
        last: Seq,
        budget: usize,
    ) -> Option<Run> {
        let chain = self.writers.get(&writer)?;
        let start = usize::try_from(first.checked_sub(1)?).ok()?;
        let mut ops = Vec::new();
        let mut size = 0;
        let mut end: Option<(usize, [u8; 64])> = None;
        for (entry, seq) in chain.entries.get(start..)?.iter().zip(first..) {
            size += entry.bytes.len() + 4;
            let beyond = size > budget || seq > last;
            if beyond && end.is_some() {
                break;
            }
            ops.push(entry.bytes.clone().into());
            if let Some(signature) = entry.signature {
                end = Some((ops.len(), signature));
                if beyond {
                    break;
                }
            }
        }
        let (len, signature) = end?;
        ops.truncate(len);
        Some(Run {
            writer,
            first,
            ops,
            signature,
        })
    }
}

fn genesis_key(writer: WriterId, first: Option<&[u8]>) -> Result<[u8; 32], WireError> {
    match op_wire::decode(first.ok_or(WireError::Malformed)?)?.body {
        Body::Genesis { public_key, slot } if writer_id(&public_key, slot) == writer => {
            Ok(public_key)
        }
        _ => Err(WireError::Signature),
    }
}

/// The hash of a dropped operation can stand in for its bytes, so compaction keeps the chain whole.
fn extend(head: [u8; 32], op: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(head)
        .chain_update(Sha256::digest(op))
        .finalize()
        .into()
}

fn signed_message(room: RoomId, writer: WriterId, seq: Seq, head: &[u8; 32]) -> Vec<u8> {
    let mut message = b"corridor v1 operation".to_vec();
    message.extend_from_slice(&room.0);
    message.extend_from_slice(&writer.0);
    message.extend_from_slice(&seq.to_be_bytes());
    message.extend_from_slice(head);
    message
}
