//! Where the shelf's records lie: the hub's disk, or the archive that several sites share. They outlive the processes;
//! what these asked for and is not done yet does not.

use crate::dice::Dice;
use crate::queue::Ms;
use corridor_core::broker::{
    Archive, ArchiveJob, Archived, Change, MemoryArchive, News, RecordMeta, SharedMemory, Work,
    carry_out,
};
use std::collections::VecDeque;
use std::sync::Arc;

/// A flush takes up to this long.
const FLUSH: Ms = 30;
/// News of a shared archive are under way for up to this long.
const NEWS: Ms = 400;

#[derive(Debug)]
enum Records {
    Own(MemoryArchive),
    Shared(SharedMemory),
}

#[derive(Debug)]
pub(super) struct HubDisk {
    records: Records,
    /// By the site that asked.
    jobs: VecDeque<(usize, ArchiveJob)>,
    dice: Dice,
}

impl HubDisk {
    pub(super) fn new(seed: u64, sites: usize) -> Self {
        Self {
            records: if sites > 1 {
                Records::Shared(SharedMemory::default())
            } else {
                Records::Own(MemoryArchive::default())
            },
            jobs: VecDeque::new(),
            dice: Dice::new(seed, 91),
        }
    }

    fn archive(&self) -> &dyn Archive {
        match &self.records {
            Records::Own(archive) => archive,
            Records::Shared(archive) => archive,
        }
    }

    fn archive_mut(&mut self) -> &mut dyn Archive {
        match &mut self.records {
            Records::Own(archive) => archive,
            Records::Shared(archive) => archive,
        }
    }

    pub(super) fn is_shared(&self) -> bool {
        matches!(self.records, Records::Shared(_))
    }

    /// All that a shared archive ever told.
    pub(super) fn news(&self) -> &[News] {
        match &self.records {
            Records::Own(_) => &[],
            Records::Shared(archive) => archive.news(),
        }
    }

    /// When a site hears of what is new now.
    pub(super) fn news_take(&mut self) -> Ms {
        self.dice.range(0, NEWS)
    }

    pub(super) fn index(&self) -> Vec<RecordMeta> {
        self.archive().index().unwrap_or_default()
    }

    /// Labels and records as they lie there.
    pub(super) fn everything(&self) -> Vec<Vec<u8>> {
        let metas = self.index();
        let labels = metas.iter().map(|meta| meta.label.to_vec());
        let records = metas
            .iter()
            .filter_map(|meta| self.archive().read(meta.room, meta.number).ok().flatten());
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
        let _ = self.archive_mut().apply(&spoiled);
    }

    /// Takes a job of a site, and answers after how long to call [`HubDisk::work`].
    pub(super) fn ask(&mut self, site: usize, job: ArchiveJob) -> Ms {
        self.jobs.push_back((site, job));
        self.dice.range(0, FLUSH)
    }

    /// Does all that waits, and answers each site.
    pub(super) fn work(&mut self) -> Vec<(usize, Archived)> {
        let mut answers = Vec::new();
        while let Some((site, _)) = self.jobs.front() {
            let site = *site;
            let together = self.jobs.iter().take_while(|(by, _)| *by == site).count();
            let jobs = self.jobs.drain(..together).map(|(_, job)| job).collect();
            let done = carry_out(self.archive_mut(), jobs);
            answers.extend(done.into_iter().map(|answer| (site, answer)));
        }
        answers
    }

    /// The process of a site dies: of what waits, some may be on disk, and nobody is told.
    pub(super) fn die(&mut self, site: usize) {
        let jobs = self.jobs.drain(..);
        let (own, others): (VecDeque<_>, VecDeque<_>) = jobs.partition(|(by, _)| *by == site);
        self.jobs = others;
        let written = self.dice.index(own.len() + 1);
        let jobs: Vec<ArchiveJob> = own
            .into_iter()
            .map(|(_, job)| job)
            .take(written)
            .filter(|job| !matches!(job.work, Work::Read(..)))
            .collect();
        let _ = carry_out(self.archive_mut(), jobs);
    }
}
