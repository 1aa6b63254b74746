//! Where a shelf lies: in a file of this hub's own, or with a server that several hubs share.

use super::{OpenError, ShelfFile};
use corridor_core::broker::{Archive, ArchiveError, News, RecordMeta};
use std::fmt;
use std::path::PathBuf;
use tokio::sync::mpsc;

/// Where a shelf lies.
#[derive(Debug)]
pub enum Place {
    /// In this file.
    File(PathBuf),
    /// With others.
    Shared(Opened),
}

/// A shelf that can be worked with.
pub struct Opened {
    /// What keeps it.
    pub archive: Box<dyn Archive>,
    /// What it keeps now.
    pub index: Vec<RecordMeta>,
    /// What a shared one tells from then on. Nothing is lost when this is read late: whoever tells waits.
    pub news: Option<mpsc::Receiver<Vec<News>>>,
}

impl Opened {
    pub(crate) fn alone(file: &ShelfFile) -> Result<Self, ArchiveError> {
        Ok(Self {
            index: file.index()?,
            archive: Box::new(file.clone()),
            news: None,
        })
    }
}

impl Place {
    /// The file, opened, if it is one.
    pub(crate) fn file(&self) -> Result<Option<(PathBuf, ShelfFile)>, OpenError> {
        match self {
            Self::File(path) => ShelfFile::open(path).map(|file| Some((path.clone(), file))),
            Self::Shared(_) => Ok(None),
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Opened({} records)", self.index.len())
    }
}
