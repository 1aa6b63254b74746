//! Where the shelf's records lie: a trait, and the version in memory.
//!
//! An archive keeps and hands out; it decides nothing. Whoever drives a broker carries out its
//! [`ArchiveJob`]s, several in one go if they wait ([`carry_out`]), off the broker's own thread.

use crate::id::{RecordId, RoomId, RoomTag, Ticket};
use crate::time::Wall;
use std::collections::BTreeMap;
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

/// One change of an archive.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Keep this record.
    Keep(RecordMeta, Arc<[u8]>),
    /// Forget that one, if it is there.
    Drop(RoomId, u64),
}

/// Why an archive did not do something. Nothing has changed then.
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
}

/// Keeps records.
pub trait Archive: Send {
    /// Everything that is kept, by room and number.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError>;

    /// Makes all of these changes or none. When it returns, they outlive a loss of power.
    ///
    /// # Errors
    /// [`ArchiveError`].
    fn apply(&mut self, changes: &[Change]) -> Result<(), ArchiveError>;

    /// The bytes of a record; `None` when it is not there.
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
    /// Make these changes, all or none.
    Change(Vec<Change>),
    /// Read a record.
    Read(RoomId, u64),
}

/// The answer to a job.
pub type Archived = (Ticket, Result<Option<Vec<u8>>, ArchiveError>);

/// Does jobs that waited together: their changes as one, which costs one flush of the disk, then what is to be read.
pub fn carry_out(archive: &mut dyn Archive, jobs: Vec<ArchiveJob>) -> Vec<Archived> {
    let (mut changes, mut changed, mut reads) = (Vec::new(), Vec::new(), Vec::new());
    for ArchiveJob { ticket, work } in jobs {
        match work {
            Work::Change(more) => {
                changes.extend(more);
                changed.push(ticket);
            }
            Work::Read(room, number) => reads.push((ticket, room, number)),
        }
    }
    let done = if changes.is_empty() {
        Ok(None)
    } else {
        archive.apply(&changes).map(|()| None)
    };
    let mut answers: Vec<Archived> = changed.into_iter().map(|t| (t, done.clone())).collect();
    let read = reads
        .into_iter()
        .map(|(ticket, room, number)| (ticket, archive.read(room, number)));
    answers.extend(read);
    answers
}

type Held = (RecordMeta, Arc<[u8]>);

/// An archive that a process takes with it. For tests and the simulator.
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

    fn apply(&mut self, changes: &[Change]) -> Result<(), ArchiveError> {
        for change in changes {
            match change {
                Change::Keep(meta, sealed) => {
                    let record = (meta.clone(), Arc::clone(sealed));
                    self.records.insert((meta.room, meta.number), record);
                }
                Change::Drop(room, number) => {
                    self.records.remove(&(*room, *number));
                }
            }
        }
        Ok(())
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let record = self.records.get(&(room, number));
        Ok(record.map(|(_, sealed)| sealed.to_vec()))
    }
}
