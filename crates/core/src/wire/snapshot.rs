//! Stored records: `[version, …]`. A version that is not known is refused and left untouched.

use super::codec::WireError;
use super::peer::ClockField;
use super::run::Item;
use crate::id::{OpId, Seq, WriterId};
use crate::time::Wall;
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

const OP: u8 = 1;
const BLOCK: u8 = 1;
const MEMORY: u8 = 1;

#[derive(Encode, Decode)]
struct OpRecord(#[n(0)] u8, #[n(1)] ByteVec, #[n(2)] Option<ByteVec>);

#[derive(Encode, Decode)]
struct PieceRecord(#[n(0)] Item, #[n(1)] Option<ByteVec>);

#[derive(Encode, Decode)]
struct BlockRecord(#[n(0)] u8, #[n(1)] Vec<PieceRecord>);

#[derive(Encode, Decode)]
struct Dismissed(#[n(0)] OpId, #[n(1)] Option<u8>);

#[derive(Encode, Decode)]
struct MemoryRecord(
    #[n(0)] u8,
    #[n(1)] bool,
    #[n(2)] ClockField,
    #[n(3)] Option<Vec<Dismissed>>,
    #[n(4)] Option<Vec<OpId>>,
    #[n(5)] Option<u64>,
);

/// An item, and the signature at its last operation if there is one.
pub(crate) type Signed = (Item, Option<[u8; 64]>);

/// What a node remembers of a room beside its operations, as lists.
pub(crate) struct Remembered {
    pub(crate) admitted: bool,
    pub(crate) confirmed: Vec<(WriterId, Seq)>,
    /// Operations, and numbers of their fields.
    pub(crate) dismissed: Vec<(OpId, Option<u8>)>,
    pub(crate) waiting: Vec<OpId>,
    pub(crate) packed: Wall,
}

pub(crate) fn encode_op(signature: Option<&[u8; 64]>, bytes: &[u8]) -> Vec<u8> {
    let signature = signature.map(|signature| ByteVec::from(signature.to_vec()));
    write(&OpRecord(OP, bytes.to_vec().into(), signature))
}

pub(crate) fn decode_op(record: &[u8]) -> Result<Signed, WireError> {
    let OpRecord(version, bytes, signature) = minicbor::decode(record)?;
    if version != OP {
        return Err(WireError::Unknown(version.into()));
    }
    Ok((Item::Op(bytes), read_signature(signature)?))
}

/// Consecutive items of one writer's sequence.
pub(crate) fn encode_block(items: impl Iterator<Item = Signed>) -> Vec<u8> {
    let pieces = items.map(|(item, signature)| {
        let signature = signature.map(|signature| signature.to_vec().into());
        PieceRecord(item, signature)
    });
    write(&BlockRecord(BLOCK, pieces.collect()))
}

pub(crate) fn decode_block(record: &[u8]) -> Result<Vec<Signed>, WireError> {
    let BlockRecord(version, pieces) = minicbor::decode(record)?;
    if version != BLOCK {
        return Err(WireError::Unknown(version.into()));
    }
    pieces
        .into_iter()
        .map(|PieceRecord(item, signature)| Ok((item, read_signature(signature)?)))
        .collect()
}

fn read_signature(signature: Option<ByteVec>) -> Result<Option<[u8; 64]>, WireError> {
    let signature = signature.map(|signature| signature.as_slice().try_into());
    signature.transpose().map_err(|_| WireError::Malformed)
}

pub(crate) fn encode_memory(memory: Remembered) -> Vec<u8> {
    write(&MemoryRecord(
        MEMORY,
        memory.admitted,
        ClockField(memory.confirmed),
        Some(
            memory
                .dismissed
                .into_iter()
                .map(|(op, field)| Dismissed(op, field))
                .collect(),
        ),
        Some(memory.waiting),
        Some(memory.packed.0),
    ))
}

pub(crate) fn decode_memory(record: &[u8]) -> Result<Remembered, WireError> {
    let MemoryRecord(version, admitted, confirmed, dismissed, waiting, packed) =
        minicbor::decode(record)?;
    if version != MEMORY {
        return Err(WireError::Unknown(version.into()));
    }
    Ok(Remembered {
        admitted,
        confirmed: confirmed.0,
        dismissed: dismissed
            .unwrap_or_default()
            .into_iter()
            .map(|Dismissed(op, field)| (op, field))
            .collect(),
        waiting: waiting.unwrap_or_default(),
        packed: Wall(packed.unwrap_or_default()),
    })
}

fn write<T: Encode<()>>(record: &T) -> Vec<u8> {
    let mut out = Vec::new();
    let written = minicbor::encode(record, &mut out);
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    out
}
