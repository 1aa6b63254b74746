//! Where a room's records rest: the contract, and the twin that lives in memory.

use corridor_core::id::RoomId;
use corridor_core::node::SaveError;
use corridor_core::store::Key;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// A store of small records. Records are written whole and are durable when [`Vault::save`] returns.
pub trait Vault {
    /// All records of a room, in no particular order. What does not read as a record is left out.
    fn load(&self, room: RoomId) -> Vec<(Key, Vec<u8>)>;

    /// Writes all of `records`, or none that is new.
    ///
    /// # Errors
    /// [`SaveError::Full`] or [`SaveError::Blocked`]; what was new is then gone again.
    fn save(&self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError>;

    /// Forgets records. Unknown ones are fine.
    fn remove(&self, keys: &[Key]);
}

/// The vault of a browser that refuses storage: it holds nothing and says so.
#[derive(Clone, Copy, Debug)]
pub struct NoVault;

impl Vault for NoVault {
    fn load(&self, _: RoomId) -> Vec<(Key, Vec<u8>)> {
        Vec::new()
    }

    fn save(&self, _: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        Err(SaveError::Blocked)
    }

    fn remove(&self, _: &[Key]) {}
}

/// A vault in memory: the twin that tests hold against the real one.
#[derive(Debug)]
pub struct MemoryVault {
    records: RefCell<BTreeMap<Key, Vec<u8>>>,
    used: Cell<usize>,
    capacity: usize,
}

impl MemoryVault {
    /// An empty vault that holds `capacity` bytes of records.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self {
            records: RefCell::default(),
            used: Cell::new(0),
            capacity,
        }
    }
}

impl Vault for MemoryVault {
    fn load(&self, room: RoomId) -> Vec<(Key, Vec<u8>)> {
        let records = self.records.borrow();
        let of_room = records.iter().filter(|(key, _)| room_of(key) == room);
        of_room.map(|(key, bytes)| (*key, bytes.clone())).collect()
    }

    fn save(&self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        let mut held = self.records.borrow_mut();
        // The last record of a key counts, so duplicates are folded before they are weighed.
        let new: BTreeMap<Key, &Vec<u8>> = records.iter().map(|(k, b)| (*k, b)).collect();
        let freed: usize = new
            .keys()
            .filter_map(|key| held.get(key))
            .map(Vec::len)
            .sum();
        let added: usize = new.values().map(|bytes| bytes.len()).sum();
        let used = self.used.get() + added - freed;
        if used > self.capacity {
            return Err(SaveError::Full);
        }
        self.used.set(used);
        held.extend(new.into_iter().map(|(key, bytes)| (key, bytes.clone())));
        Ok(())
    }

    fn remove(&self, keys: &[Key]) {
        let mut records = self.records.borrow_mut();
        for key in keys {
            let freed = records.remove(key).map_or(0, |bytes| bytes.len());
            self.used.set(self.used.get() - freed);
        }
    }
}

/// The room a record belongs to.
#[must_use]
pub fn room_of(key: &Key) -> RoomId {
    match key {
        Key::Op(room, ..) | Key::Block(room, ..) | Key::Draft(room, ..) | Key::Memory(room, _) => {
            *room
        }
    }
}
