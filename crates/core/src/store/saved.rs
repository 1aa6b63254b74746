//! Records as the vault keeps them (versioned; DESIGN §4).

use super::log::Entry;
use super::vector::VersionVector;
use crate::id::{Seq, WriterId};
use crate::wire::WireError;
use crate::wire::snapshot;

/// An operation as a record: its signature, when held, and its bytes.
pub(crate) fn op_record(entry: &Entry) -> Vec<u8> {
    snapshot::encode_op(entry.signature.as_ref(), &entry.bytes)
}

/// What a node remembers of a room beside its operations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Memory {
    /// The hub has let us in once: a hub that forgot the room may open it again for us.
    pub(crate) admitted: bool,
    /// Of one's own operations, what each person has confirmed.
    pub(crate) confirmed: VersionVector,
}

impl Memory {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let confirmed: Vec<(WriterId, Seq)> = self.confirmed.iter().collect();
        snapshot::encode_memory(self.admitted, confirmed)
    }

    /// # Errors
    /// [`WireError`] when the record was damaged, or written by a newer version.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let (admitted, confirmed) = snapshot::decode_memory(bytes)?;
        Ok(Self {
            admitted,
            confirmed: confirmed.into_iter().collect(),
        })
    }
}
