//! The thread that waits for the disk, so that nothing else has to. What came in meanwhile is flushed together.

use corridor_core::broker::{Archive, ArchiveError, ArchiveJob, Archived, carry_out};
use corridor_core::limits::HUB_SHELF_QUEUE;
use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

/// Jobs done together: their records are at most some megabytes.
const BATCH: usize = 128;

/// Hands jobs to the thread, which ends with it.
#[derive(Debug)]
pub(crate) struct ArchiveThread {
    jobs: SyncSender<ArchiveJob>,
}

impl ArchiveThread {
    /// Starts the thread. Answers go to `done` until it says that nobody listens.
    ///
    /// # Errors
    /// When the system starts no thread.
    pub(crate) fn start(
        archive: Box<dyn Archive>,
        done: impl Fn(Vec<Archived>) -> bool + Send + 'static,
    ) -> io::Result<Self> {
        // The broker asks for one removal beside what it bounds itself.
        let (jobs, waiting) = sync_channel(HUB_SHELF_QUEUE + BATCH);
        thread::Builder::new()
            .name("shelf".to_owned())
            .spawn(move || work(archive, &waiting, done))?;
        Ok(Self { jobs })
    }

    /// Hands over a job. Answers what becomes of it when the thread takes none.
    pub(crate) fn ask(&self, job: ArchiveJob) -> Option<Archived> {
        let refused = |job: ArchiveJob, error| Some((job.ticket, Err(error)));
        match self.jobs.try_send(job) {
            Ok(()) => None,
            Err(TrySendError::Full(job)) => refused(job, ArchiveError::Busy),
            Err(TrySendError::Disconnected(job)) => refused(job, ArchiveError::Disk),
        }
    }
}

fn work(
    mut archive: Box<dyn Archive>,
    waiting: &Receiver<ArchiveJob>,
    done: impl Fn(Vec<Archived>) -> bool,
) {
    while let Ok(first) = waiting.recv() {
        let more = waiting.try_iter().take(BATCH - 1);
        let jobs = core::iter::once(first).chain(more).collect();
        if !done(carry_out(archive.as_mut(), jobs)) {
            return;
        }
    }
}
