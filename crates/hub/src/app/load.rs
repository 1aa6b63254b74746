//! Reads the app's files: from the binary, or from a folder.

use bytes::Bytes;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why there is no app to serve.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A file or folder does not read.
    #[error("cannot read {0}: {1}")]
    Read(PathBuf, #[source] io::Error),
    /// It is not an app.
    #[error("there is no index.html in it")]
    NoIndex,
}

#[cfg(feature = "embed-app")]
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
#[cfg(not(feature = "embed-app"))]
static EMBEDDED: &[(&str, &[u8])] = &[];

/// The files in the binary.
pub(super) fn embedded() -> &'static [(&'static str, &'static [u8])] {
    EMBEDDED
}

/// The files in `root` and its folders, by their paths with `/` inside it. Hidden ones are left out.
pub(super) fn folder(root: &Path) -> Result<Vec<(String, Bytes)>, AppError> {
    let mut files = Vec::new();
    let mut folders = vec![(root.to_path_buf(), String::new())];
    while let Some((folder, inside)) = folders.pop() {
        let unreadable = |error| AppError::Read(folder.clone(), error);
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let inside = format!("{inside}{name}");
            if path.is_dir() {
                folders.push((path, format!("{inside}/")));
            } else {
                let bytes = fs::read(&path).map_err(|error| AppError::Read(path, error))?;
                files.push((inside, Bytes::from(bytes)));
            }
        }
    }
    Ok(files)
}
