//! The hub's disk: the shelf's records, which outlive the process, and what it was asked and has not done yet.

use crate::dice::Dice;
use crate::queue::Ms;
use corridor_core::broker::{
    Archive as _, ArchiveJob, Archived, Change, MemoryArchive, RecordMeta, Work, carry_out,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// A flush takes up to this long.
const FLUSH: Ms = 30;

#[derive(Debug)]
pub(super) struct HubDisk {
    archive: MemoryArchive,
    jobs: VecDeque<ArchiveJob>,
    dice: Dice,
}

impl HubDisk {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            archive: MemoryArchive::default(),
            jobs: VecDeque::new(),
            dice: Dice::new(seed, 91),
        }
    }

    pub(super) fn index(&self) -> Vec<RecordMeta> {
        self.archive.index().unwrap_or_default()
    }

    /// Labels and records as they lie there.
    pub(super) fn everything(&self) -> Vec<Vec<u8>> {
        let metas = self.index();
        let labels = metas.iter().map(|meta| meta.label.to_vec());
        let records = metas
            .iter()
            .filter_map(|meta| self.archive.read(meta.room, meta.number).ok().flatten());
        labels.chain(records).collect()
    }

    /// Somebody puts something else where each record is, under its old label.
    pub(super) fn spoil(&mut self) {
        let junk: Arc<[u8]> = vec![0xee; 400].into();
        let spoiled: Vec<Change> = self
            .index()
            .into_iter()
            .map(|meta| Change::Keep(meta, Arc::clone(&junk)))
            .collect();
        let _ = self.archive.apply(&spoiled);
    }

    /// Takes a job, and answers after how long to call [`HubDisk::work`].
    pub(super) fn ask(&mut self, job: ArchiveJob) -> Ms {
        self.jobs.push_back(job);
        self.dice.range(0, FLUSH)
    }

    /// Does all that waits.
    pub(super) fn work(&mut self) -> Vec<Archived> {
        let jobs = self.jobs.drain(..).collect();
        carry_out(&mut self.archive, jobs)
    }

    /// The process dies: of what waits, some may be on disk, and nobody is told.
    pub(super) fn die(&mut self) {
        let written = self.dice.index(self.jobs.len() + 1);
        let jobs: Vec<ArchiveJob> = self
            .jobs
            .drain(..)
            .take(written)
            .filter(|job| matches!(job.work, Work::Change(_)))
            .collect();
        let _ = carry_out(&mut self.archive, jobs);
    }
}
