//! Records as the vault keeps them (versioned; DESIGN §4).

use super::vector::VersionVector;
use crate::id::OpId;
use crate::model::Field;
use crate::order::gathered;
use crate::time::Wall;
use crate::wire::WireError;
use crate::wire::snapshot::{self, Remembered};
use std::collections::BTreeSet;

/// What a node remembers of a room beside its operations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Memory {
    /// The hub has let us in once: a hub that forgot the room may open it again for us.
    pub(crate) admitted: bool,
    /// Of one's own operations, what each person has confirmed.
    pub(crate) confirmed: VersionVector,
    /// Lost edits that their author leaves at that: the operation and field that lost, or the deletion.
    pub(crate) dismissed: BTreeSet<(OpId, Option<Field>)>,
    /// From where on writers' operations wait for their time.
    pub(crate) waiting: Vec<OpId>,
    /// When it was looked last what can be dropped.
    pub(crate) packed: Wall,
}

impl Memory {
    pub(crate) fn encode(&self) -> Vec<u8> {
        snapshot::encode_memory(Remembered {
            admitted: self.admitted,
            confirmed: self.confirmed.iter().collect(),
            dismissed: self
                .dismissed
                .iter()
                .map(|(op, field)| (*op, field.map(field_number)))
                .collect(),
            waiting: self.waiting.clone(),
            packed: self.packed,
        })
    }

    /// # Errors
    /// [`WireError`] when the record was damaged, or written by a newer version.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let read = snapshot::decode_memory(bytes)?;
        Ok(Self {
            admitted: read.admitted,
            confirmed: read.confirmed.into_iter().collect(),
            dismissed: gathered(
                read.dismissed
                    .into_iter()
                    .map(|(op, number)| (op, number.and_then(field_of))),
            ),
            waiting: read.waiting,
            packed: read.packed,
        })
    }
}

/// As in operations (rule O-TASK).
fn field_number(field: Field) -> u8 {
    let at = Field::ALL.iter().position(|known| *known == field);
    at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX)
}

fn field_of(number: u8) -> Option<Field> {
    Field::ALL.get(usize::from(number)).copied()
}
