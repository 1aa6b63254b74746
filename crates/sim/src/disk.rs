//! The storage of one browser: what survives a crash. Several tabs of the browser share one.

use crate::dice::Dice;
use corridor_core::node::SaveError;
use corridor_core::store::Key;
use std::collections::BTreeMap;

/// How the storage behaves.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Health {
    /// Every write works.
    #[default]
    Fine,
    /// Writes that would take up more room are refused.
    Full,
    /// The browser refuses all use.
    Blocked,
}

/// One browser's localStorage.
#[derive(Debug, Default)]
pub struct Disk {
    records: BTreeMap<Key, Vec<u8>>,
    /// How it behaves now.
    pub health: Health,
    /// Bytes written since the start.
    pub written: u64,
    /// Records written more than once with other bytes although their key says they never change.
    pub rewritten: Vec<Key>,
}

impl Disk {
    /// Writes records as `localStorage.setItem` does, one by one.
    ///
    /// # Errors
    /// When the storage is full or blocked; records before the refused one stay written.
    pub fn write(&mut self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        for (key, bytes) in records {
            self.write_one(*key, bytes)?;
        }
        Ok(())
    }

    fn write_one(&mut self, key: Key, bytes: &[u8]) -> Result<(), SaveError> {
        match self.health {
            Health::Blocked => return Err(SaveError::Blocked),
            Health::Full if self.records.get(&key).map_or(0, Vec::len) < bytes.len() => {
                return Err(SaveError::Full);
            }
            Health::Full | Health::Fine => {}
        }
        self.written += bytes.len() as u64;
        let old = self.records.insert(key, bytes.to_vec());
        let changed = old.is_some_and(|old| !same_operation(&old, bytes));
        if matches!(key, Key::Op(..)) && changed && !self.is_draft(key) {
            self.rewritten.push(key);
        }
        Ok(())
    }

    /// True when the operation is a draft, too: its tab ended while it was saving all drafts as operations, so nobody
    /// else has it and the next run stamps it anew.
    fn is_draft(&self, key: Key) -> bool {
        match key {
            Key::Op(room, writer, seq) => {
                let draft = Key::Draft(room, writer, seq);
                self.records.contains_key(&draft)
            }
            _ => false,
        }
    }

    /// Writes only the first few records, as a process does that dies in the middle.
    pub fn write_torn(&mut self, records: &[(Key, Vec<u8>)], dice: &mut Dice) {
        let kept = dice.index(records.len() + 1);
        for (key, bytes) in records.iter().take(kept) {
            if self.write_one(*key, bytes).is_err() {
                return;
            }
        }
    }

    /// Forgets records.
    pub fn remove(&mut self, keys: &[Key]) {
        if self.health != Health::Blocked {
            for key in keys {
                self.records.remove(key);
            }
        }
    }

    /// Whether a record is there.
    #[must_use]
    pub fn holds(&self, key: &Key) -> bool {
        self.records.contains_key(key)
    }

    /// Everything, as a new tab reads it.
    #[must_use]
    pub fn read(&self) -> Vec<(Key, Vec<u8>)> {
        if self.health == Health::Blocked {
            return Vec::new();
        }
        self.records
            .iter()
            .map(|(key, bytes)| (*key, bytes.clone()))
            .collect()
    }

    /// Puts bytes where the node never put them: a hostile or damaged storage.
    pub fn plant(&mut self, key: Key, bytes: Vec<u8>) {
        self.records.insert(key, bytes);
    }
}

/// True when two records hold the same operation. Only the signature, their last field, may come and go: a
/// signature further on in the chain covers the operation as well.
fn same_operation(one: &[u8], two: &[u8]) -> bool {
    unsigned(one) == unsigned(two)
}

/// A record without its signature, which is its last field and left out when there is none.
fn unsigned(record: &[u8]) -> &[u8] {
    /// CBOR: a byte string of 64.
    const SIGNATURE: usize = 2 + 64;
    match record.split_first() {
        Some((0x83, rest)) => rest
            .get(..rest.len().saturating_sub(SIGNATURE))
            .unwrap_or(rest),
        Some((_, rest)) => rest,
        None => record,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use corridor_core::id::{RoomId, WriterId};

    fn record(seq: u64, len: usize) -> (Key, Vec<u8>) {
        (
            Key::Op(RoomId([1; 16]), WriterId([2; 16]), seq),
            vec![7; len],
        )
    }

    #[test]
    fn a_signature_may_come_and_go() {
        let (key, body) = record(1, 10);
        let bytes = [vec![0x82], body.clone()].concat();
        let signed = [vec![0x83], body, vec![0x58, 64], vec![9; 64]].concat();
        let mut disk = Disk::default();
        disk.write(&[(key, bytes), (key, signed)]).unwrap();
        assert!(disk.rewritten.is_empty());
    }

    #[test]
    fn full_keeps_what_is_there_and_refuses_more() {
        let mut disk = Disk::default();
        disk.write(&[record(1, 10)]).unwrap();
        disk.health = Health::Full;
        assert_eq!(disk.write(&[record(2, 10)]), Err(SaveError::Full));
        assert_eq!(disk.write(&[record(1, 10)]), Ok(()));
        assert_eq!(disk.read().len(), 1);
        disk.health = Health::Blocked;
        assert_eq!(disk.write(&[record(1, 10)]), Err(SaveError::Blocked));
        assert!(disk.read().is_empty());
    }

    #[test]
    fn an_operation_that_changes_its_bytes_is_noticed() {
        let mut disk = Disk::default();
        disk.write(&[record(1, 10)]).unwrap();
        disk.write(&[record(1, 10)]).unwrap();
        assert!(disk.rewritten.is_empty());
        disk.write(&[record(1, 100)]).unwrap();
        assert_eq!(disk.rewritten.len(), 1);
    }

    /// Long seed 17: a crash while two drafts became operations left one of them under both names.
    #[test]
    fn what_is_still_a_draft_may_be_stamped_anew() {
        let mut disk = Disk::default();
        let draft = Key::Draft(RoomId([1; 16]), WriterId([2; 16]), 1);
        disk.write(&[(draft, vec![8]), record(1, 10)]).unwrap();
        disk.write(&[record(1, 100)]).unwrap();
        assert!(disk.rewritten.is_empty());
        disk.remove(&[draft]);
        disk.write(&[record(1, 10)]).unwrap();
        assert_eq!(disk.rewritten.len(), 1);
    }
}
