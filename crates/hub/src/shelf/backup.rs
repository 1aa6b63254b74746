//! A copy of a shelf, wherever that lies, in a new file.

use super::{OpenError, OrderError, ShelfFile};
use corridor_core::broker::{Archive, Change};
use std::io;
use std::path::Path;

/// Records written in one go: some megabytes.
const TOGETHER: usize = 128;

/// Writes all that is kept to a new file, also while hubs store more, and answers how many records. What goes away
/// meanwhile is left out.
///
/// # Errors
/// [`OrderError`]; an existing file is left alone.
pub fn back_up(archive: &dyn Archive, to: &Path) -> Result<usize, OrderError> {
    let disk = |error| OpenError::Disk(to.to_owned(), error);
    if to.exists() {
        return Err(disk(io::ErrorKind::AlreadyExists.into()).into());
    }
    let unfinished = to.with_extension("unfinished");
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(disk(error).into()),
        _ => {}
    }
    let mut copy = ShelfFile::open(&unfinished)?;
    let mut count = 0;
    for metas in archive.index()?.chunks(TOGETHER) {
        let mut changes = Vec::with_capacity(metas.len());
        for meta in metas {
            if let Some(sealed) = archive.read(meta.room, meta.number)? {
                changes.push(Change::Keep(meta.clone(), sealed.into()));
            }
        }
        count += changes.len();
        for kept in copy.apply(&changes) {
            kept?;
        }
    }
    drop(copy);
    std::fs::rename(&unfinished, to).map_err(disk)?;
    Ok(count)
}
