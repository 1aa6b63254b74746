//! Records as the vault keeps them (versioned; DESIGN §4).

use super::log::Entry;
use super::vector::VersionVector;
use crate::id::OpId;
use crate::wire::WireError;
use crate::wire::snapshot::{self, Remembered};
use std::collections::BTreeSet;

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
    /// Lost edits, by the operation that lost or buried them, that their author leaves at that.
    pub(crate) dismissed: BTreeSet<OpId>,
    /// From where on writers' operations wait for their time.
    pub(crate) waiting: Vec<OpId>,
}

impl Memory {
    pub(crate) fn encode(&self) -> Vec<u8> {
        snapshot::encode_memory(Remembered {
            admitted: self.admitted,
            confirmed: self.confirmed.iter().collect(),
            dismissed: self.dismissed.iter().copied().collect(),
            waiting: self.waiting.clone(),
        })
    }

    /// # Errors
    /// [`WireError`] when the record was damaged, or written by a newer version.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let read = snapshot::decode_memory(bytes)?;
        Ok(Self {
            admitted: read.admitted,
            confirmed: read.confirmed.into_iter().collect(),
            dismissed: read.dismissed.into_iter().collect(),
            waiting: read.waiting,
        })
    }
}
