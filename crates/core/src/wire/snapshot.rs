//! Stored records: `[version, …]`. A version that is not known is refused and left untouched.

use super::codec::WireError;
use super::peer::ClockField;
use crate::id::{OpId, Seq, WriterId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

const OP: u8 = 1;
const MEMORY: u8 = 1;

#[derive(Encode, Decode)]
struct OpRecord(#[n(0)] u8, #[n(1)] ByteVec, #[n(2)] Option<ByteVec>);

#[derive(Encode, Decode)]
struct Dismissed(#[n(0)] OpId, #[n(1)] Option<u8>);

#[derive(Encode, Decode)]
struct MemoryRecord(
    #[n(0)] u8,
    #[n(1)] bool,
    #[n(2)] ClockField,
    #[n(3)] Option<Vec<Dismissed>>,
    #[n(4)] Option<Vec<OpId>>,
);

/// What a node remembers of a room beside its operations, as lists.
pub(crate) struct Remembered {
    pub(crate) admitted: bool,
    pub(crate) confirmed: Vec<(WriterId, Seq)>,
    /// Operations, and numbers of their fields.
    pub(crate) dismissed: Vec<(OpId, Option<u8>)>,
    pub(crate) waiting: Vec<OpId>,
}

pub(crate) fn encode_op(signature: Option<&[u8; 64]>, bytes: &[u8]) -> Vec<u8> {
    let signature = signature.map(|signature| ByteVec::from(signature.to_vec()));
    write(&OpRecord(OP, bytes.to_vec().into(), signature))
}

pub(crate) fn decode_op(record: &[u8]) -> Result<(Vec<u8>, Option<[u8; 64]>), WireError> {
    let OpRecord(version, bytes, signature) = minicbor::decode(record)?;
    if version != OP {
        return Err(WireError::Unknown(version.into()));
    }
    let signature = signature
        .map(|signature| {
            signature
                .as_slice()
                .try_into()
                .map_err(|_| WireError::Malformed)
        })
        .transpose()?;
    Ok((bytes.into(), signature))
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
    ))
}

pub(crate) fn decode_memory(record: &[u8]) -> Result<Remembered, WireError> {
    let MemoryRecord(version, admitted, confirmed, dismissed, waiting) = minicbor::decode(record)?;
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
    })
}

fn write<T: Encode<()>>(record: &T) -> Vec<u8> {
    let mut out = Vec::new();
    let written = minicbor::encode(record, &mut out);
    debug_assert!(written.is_ok(), "writing to a Vec cannot fail");
    out
}
