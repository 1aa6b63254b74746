//! The archive in a file: [redb](https://www.redb.org), which keeps what it committed through any crash.

use corridor_core::broker::{Archive, ArchiveError, Change, RecordMeta, Source};
use corridor_core::id::{RecordId, RoomId, RoomTag};
use corridor_core::time::Wall;
use redb::{
    Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, StorageError,
    TableDefinition, TableError,
};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Room and number.
type Key = ([u8; 16], u64);
/// Tag, name, source, when it is too old, length, label.
type Meta = ([u8; 16], [u8; 16], u8, u64, u64, &'static [u8]);

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("about");
const METAS: TableDefinition<'_, Key, Meta> = TableDefinition::new("records");
const BYTES: TableDefinition<'_, Key, &[u8]> = TableDefinition::new("bytes");
/// Raised when an older hub would misread the file.
const VERSION: u64 = 1;
/// Pages of the file kept in memory: records are written once and read seldom.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Why a shelf's file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("{0} is in use by a hub that runs")]
    InUse(PathBuf),
    /// It cannot be read or written.
    #[error("{0}: {1}")]
    Disk(PathBuf, #[source] io::Error),
    /// It is no shelf, or damaged, or a newer hub's.
    #[error("{0} is no shelf of this version, or damaged: {1}")]
    Damaged(PathBuf, String),
}

/// A shelf's file. Clones use the same one.
#[derive(Clone)]
pub struct ShelfFile {
    database: Arc<Database>,
}

impl std::fmt::Debug for ShelfFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShelfFile")
    }
}

impl ShelfFile {
    /// Opens the file, or makes it, readable by this user only.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        make_private(path).map_err(|error| OpenError::Disk(path.to_owned(), error))?;
        let database = Database::builder()
            .set_cache_size(CACHE_BYTES)
            .create(path)
            .map_err(|error| match error {
                DatabaseError::DatabaseAlreadyOpen => OpenError::InUse(path.to_owned()),
                DatabaseError::Storage(StorageError::Io(error)) => {
                    OpenError::Disk(path.to_owned(), error)
                }
                other => OpenError::Damaged(path.to_owned(), other.to_string()),
            })?;
        let file = Self {
            database: Arc::new(database),
        };
        let damaged = |error: redb::Error| OpenError::Damaged(path.to_owned(), error.to_string());
        match file.prepare().map_err(damaged)? {
            VERSION => Ok(file),
            other => Err(OpenError::Damaged(
                path.to_owned(),
                format!("it has version {other}"),
            )),
        }
    }

    /// Makes the tables, and answers the version of the file.
    fn prepare(&self) -> Result<u64, redb::Error> {
        let write = self.database.begin_write()?;
        let version = {
            let mut about = write.open_table(ABOUT)?;
            let found = about.get("version")?.map(|version| version.value());
            if found.is_none() {
                about.insert("version", VERSION)?;
                write.open_table(METAS)?;
                write.open_table(BYTES)?;
            }
            found.unwrap_or(VERSION)
        };
        write.commit()?;
        Ok(version)
    }

    /// Makes all of these changes or none. When it returns, they outlive a loss of power.
    fn commit(&self, changes: &[Change]) -> Result<(), ArchiveError> {
        let write = self.database.begin_write().map_err(failed)?;
        {
            let mut metas = write.open_table(METAS).map_err(failed)?;
            let mut bytes = write.open_table(BYTES).map_err(failed)?;
            for change in changes {
                match change {
                    Change::Keep(meta, sealed) => {
                        let key = (meta.room.0, meta.number);
                        let source = match meta.source {
                            Source::P2p => 0,
                            Source::WebSocket => 1,
                        };
                        let about = (
                            meta.tag.0,
                            meta.id.0,
                            source,
                            meta.expires.0,
                            meta.bytes,
                            &*meta.label,
                        );
                        metas.insert(key, about).map_err(failed)?;
                        bytes.insert(key, &**sealed).map_err(failed)?;
                    }
                    Change::Drop(gone) => {
                        let key = (gone.room.0, gone.number);
                        metas.remove(key).map_err(failed)?;
                        bytes.remove(key).map_err(failed)?;
                    }
                }
            }
        }
        write.commit().map_err(failed)
    }
}

/// Makes the file before the database does, so that nobody else can read it at any moment.
#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options.open(path).map(drop)
}

#[cfg(not(unix))]
fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

fn failed(error: impl Into<redb::Error>) -> ArchiveError {
    let error = error.into();
    tracing::error!(%error, "the shelf's file");
    match error {
        redb::Error::Io(_) | redb::Error::PreviousIo | redb::Error::DatabaseClosed => {
            ArchiveError::Disk
        }
        _ => ArchiveError::Damaged,
    }
}

impl Archive for ShelfFile {
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError> {
        let read = self.database.begin_read().map_err(failed)?;
        let metas = match read.open_table(METAS) {
            Ok(metas) => metas,
            Err(TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut index = Vec::new();
        for entry in metas.iter().map_err(failed)? {
            let (key, meta) = entry.map_err(failed)?;
            let (room, number) = key.value();
            let (tag, id, source, expires, bytes, label) = meta.value();
            index.push(RecordMeta {
                room: RoomId(room),
                tag: RoomTag(tag),
                number,
                id: RecordId(id),
                label: label.into(),
                source: match source {
                    0 => Source::P2p,
                    _ => Source::WebSocket,
                },
                expires: Wall(expires),
                bytes,
            });
        }
        Ok(index)
    }

    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>> {
        let done = self.commit(changes);
        let number = |change: &Change| match change {
            Change::Keep(meta, _) => meta.number,
            Change::Drop(key) => key.number,
        };
        let numbers = changes.iter().map(number);
        numbers.map(|number| done.map(|()| number)).collect()
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let read = self.database.begin_read().map_err(failed)?;
        let bytes = read.open_table(BYTES).map_err(failed)?;
        let record = bytes.get((room.0, number)).map_err(failed)?;
        Ok(record.map(|record| record.value().to_vec()))
    }
}
