//! Where the shelf's records lie: a trait, and the versions in memory.
//!
//! An archive keeps and hands out; it decides nothing. Whoever drives a broker carries out its
//! [`ArchiveJob`]s, several in one go if they wait ([`carry_out`]), off the broker's own thread.
//!
//! An archive belongs to one hub, or several share it. A shared one numbers the records itself, and tells every hub in
//! the order of those numbers what it keeps and what is gone ([`News`]).

mod memory;

pub use memory::{MemoryArchive, SharedMemory};

use crate::id::{RecordId, RoomId, RoomTag, Ticket};
use crate::time::Wall;
use std::sync::Arc;

/// How the contents of a record reached those who were there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Source {
    /// Between browsers.
    P2p,
    /// Through the hub's WebSocket.
    WebSocket,
}

/// What is known of a record without its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordMeta {
    /// Whose.
    pub room: RoomId,
    /// The tag of the room's key, so that the room can be opened again.
    pub tag: RoomTag,
    /// Greater than that of each record before it.
    pub number: u64,
    /// Its name.
    pub id: RecordId,
    /// What it holds, sealed.
    pub label: Arc<[u8]>,
    /// How its contents reached those who were there.
    pub source: Source,
    /// When it is too old.
    pub expires: Wall,
    /// The length of the record.
    pub bytes: u64,
}

/// Names a record towards an archive.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RecordKey {
    /// Whose.
    pub room: RoomId,
    /// Its number.
    pub number: u64,
    /// Its name.
    pub id: RecordId,
}

impl RecordMeta {
    /// What names it.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        RecordKey {
            room: self.room,
            number: self.number,
            id: self.id,
        }
    }
}

/// One change of an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Keep this record. A shared archive that keeps one of that room and name already leaves it at that.
    Keep(RecordMeta, Arc<[u8]>),
    /// Forget that one, if it is there.
    Drop(RecordKey),
}

/// What a shared archive tells every hub.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// It keeps this record, in the place of any other of that room and name. Each has a greater number than all news before.
    Kept(RecordMeta),
    /// It has forgotten the record of that room and name, if it had one. The number is that of the news.
    Gone(RecordKey),
    /// It has lost its memory: all that was told before holds no more, and numbers may begin anew.
    Lost,
}

/// Why an archive did not do something. Nothing has changed then, as far as is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The disk is full, or it fails.
    #[error("the shelf's disk fails or is full")]
    Disk,
    /// The file is damaged, or a newer hub's.
    #[error("the shelf's file is damaged, or written by a newer hub")]
    Damaged,
    /// Too much waits for the disk.
    #[error("too much waits for the shelf's disk")]
    Busy,
    /// Whoever keeps it does not answer; it may have made a change all the same.
    #[error("the server that keeps the shelf cannot be reached")]
    Away,
}

/// Keeps records.
pub trait Archive: Send {
    /// Everything that is kept, by room and number.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError>;

    /// Makes these changes, in their order. Answers for each the number of its record: the proposed one, or a shared
    /// archive's. Changes that are answered so outlive the process that asked.
    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>>;

    /// The bytes of a record; `None` when it is gone for good.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError>;
}

/// Something for the archive to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchiveJob {
    /// Names it in the answer.
    pub ticket: Ticket,
    /// What to do.
    pub work: Work,
}

/// What an archive is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Work {
    /// Keep a record.
    Keep(RecordMeta, Arc<[u8]>),
    /// Forget these.
    Drop(Vec<RecordKey>),
    /// Read a record.
    Read(RoomId, u64),
}

/// What came of a job.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// The record is kept under this number.
    Kept(u64),
    /// They are forgotten.
    Dropped,
    /// The record; `None` when it is gone for good.
    Read(Option<Vec<u8>>),
}

/// The answer to a job.
pub type Archived = (Ticket, Result<Done, ArchiveError>);

/// Does jobs that waited together: their changes as one, which costs one flush of the disk, then what is to be read.
pub fn carry_out(archive: &mut dyn Archive, jobs: Vec<ArchiveJob>) -> Vec<Archived> {
    let (mut changes, mut changed, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for ArchiveJob { ticket, work } in jobs {
        match work {
            Work::Keep(meta, sealed) => {
                changes.push(Change::Keep(meta, sealed));
                changed.push((ticket, None));
            }
            Work::Drop(gone) => {
                changed.push((ticket, Some(gone.len())));
                changes.extend(gone.into_iter().map(Change::Drop));
            }
            Work::Read(room, number) => reads.push((ticket, room, number)),
        }
    }
    let mut numbers = if changes.is_empty() {
        Vec::new()
    } else {
        archive.apply(&changes)
    }
    .into_iter();
    let mut next = || numbers.next().unwrap_or(Err(ArchiveError::Damaged));
    let mut answers: Vec<Archived> = changed
        .into_iter()
        .map(|(ticket, dropped)| match dropped {
            None => (ticket, next().map(Done::Kept)),
            Some(count) => {
                let all: Result<Vec<u64>, ArchiveError> = (0..count).map(|_| next()).collect();
                (ticket, all.map(|_| Done::Dropped))
            }
        })
        .collect();
    let read = reads
        .into_iter()
        .map(|(ticket, room, number)| (ticket, archive.read(room, number).map(Done::Read)));
    answers.extend(read);
    answers
}
