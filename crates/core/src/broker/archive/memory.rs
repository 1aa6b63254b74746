//! Archives that a process takes with it, for tests and the simulator.

use super::{Archive, ArchiveError, Change, News, RecordKey, RecordMeta};
use crate::id::{RecordId, RoomId};
use std::collections::BTreeMap;
use std::sync::Arc;

type Held = (RecordMeta, Arc<[u8]>);

/// An archive of one hub.
#[derive(Clone, Debug, Default)]
pub struct MemoryArchive {
    records: BTreeMap<(RoomId, u64), Held>,
}

impl Archive for MemoryArchive {
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError> {
        Ok(self
            .records
            .values()
            .map(|(meta, _)| meta.clone())
            .collect())
    }

    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>> {
        let change = |change: &Change| match change {
            Change::Keep(meta, sealed) => {
                let record = (meta.clone(), Arc::clone(sealed));
                self.records.insert((meta.room, meta.number), record);
                Ok(meta.number)
            }
            Change::Drop(key) => {
                self.records.remove(&(key.room, key.number));
                Ok(key.number)
            }
        };
        changes.iter().map(change).collect()
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let record = self.records.get(&(room, number));
        Ok(record.map(|(_, sealed)| sealed.to_vec()))
    }
}

/// An archive that several hubs share.
#[derive(Clone, Debug, Default)]
pub struct SharedMemory {
    records: BTreeMap<(RoomId, RecordId), Held>,
    news: Vec<News>,
}

impl SharedMemory {
    /// All that was ever told: whoever has heard so many begins there.
    #[must_use]
    pub fn news(&self) -> &[News] {
        &self.news
    }

    fn next(&self) -> u64 {
        self.news.len() as u64 + 1
    }

    fn keep(&mut self, meta: &RecordMeta, sealed: &Arc<[u8]>) -> u64 {
        let slot = (meta.room, meta.id);
        if let Some((kept, _)) = self.records.get(&slot) {
            return kept.number;
        }
        let number = self.next();
        let meta = RecordMeta {
            number,
            ..meta.clone()
        };
        self.news.push(News::Kept(meta.clone()));
        self.records.insert(slot, (meta, Arc::clone(sealed)));
        number
    }

    fn forget(&mut self, key: &RecordKey) {
        let slot = (key.room, key.id);
        if self
            .records
            .get(&slot)
            .is_some_and(|(meta, _)| meta.number == key.number)
        {
            self.records.remove(&slot);
            let number = self.next();
            self.news.push(News::Gone(RecordKey { number, ..*key }));
        }
    }
}

impl Archive for SharedMemory {
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError> {
        let metas = self.records.values().map(|(meta, _)| meta);
        let sorted: BTreeMap<(RoomId, u64), RecordMeta> = metas
            .map(|meta| ((meta.room, meta.number), meta.clone()))
            .collect();
        Ok(sorted.into_values().collect())
    }

    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>> {
        let change = |change: &Change| match change {
            Change::Keep(meta, sealed) => Ok(self.keep(meta, sealed)),
            Change::Drop(key) => {
                self.forget(key);
                Ok(key.number)
            }
        };
        changes.iter().map(change).collect()
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let mut records = self.records.values();
        let found = records.find(|(meta, _)| (meta.room, meta.number) == (room, number));
        Ok(found.map(|(_, sealed)| sealed.to_vec()))
    }
}
