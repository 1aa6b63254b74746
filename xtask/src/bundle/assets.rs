//! The files of a bundle in memory, named after their content so that browsers may keep them for ever.

use crate::failure::{Outcome, While as _};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Files by their path inside the bundle.
#[derive(Debug, Default)]
pub(super) struct Assets(BTreeMap<String, Vec<u8>>);

impl Assets {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a file under exactly this path.
    pub(super) fn put(&mut self, path: impl Into<String>, bytes: Vec<u8>) {
        self.0.insert(path.into(), bytes);
    }

    /// Adds `assets/<stem>-<hash>.<extension>` and returns that path.
    pub(super) fn put_hashed(&mut self, stem: &str, extension: &str, bytes: Vec<u8>) -> String {
        let mut hash = digest([bytes.as_slice()]);
        hash.truncate(16);
        let path = format!("assets/{stem}-{hash}.{extension}");
        self.put(path.clone(), bytes);
        path
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Replaces `folder` by these files. A hub that is running sees the old bundle or the new one.
    pub(super) fn write(&self, folder: &Path) -> Outcome {
        let fresh = folder.with_extension("new");
        let old = folder.with_extension("old");
        remove(&fresh)?;
        for (path, bytes) in self.iter() {
            let file = fresh.join(path);
            if let Some(parent) = file.parent() {
                fs::create_dir_all(parent)
                    .during(|| format!("could not create {}", parent.display()))?;
            }
            fs::write(&file, bytes).during(|| format!("could not write {}", file.display()))?;
        }
        remove(&old)?;
        if folder.exists() {
            fs::rename(folder, &old)
                .during(|| format!("could not move {} away", folder.display()))?;
        }
        fs::rename(&fresh, folder)
            .during(|| format!("could not move the bundle to {}", folder.display()))?;
        remove(&old)
    }
}

fn remove(folder: &Path) -> Outcome {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).during(|| format!("could not remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}

/// SHA-256 over the parts and their lengths, in hexadecimal.
pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_content() {
        let mut assets = Assets::new();
        let a = assets.put_hashed("style", "css", b"a{}".to_vec());
        let b = assets.put_hashed("style", "css", b"b{}".to_vec());
        assert_ne!(a, b);
        assert!(a.starts_with("assets/style-") && a.ends_with(".css"));
        assert_eq!(a, assets.put_hashed("style", "css", b"a{}".to_vec()));
    }

    #[test]
    fn the_boundary_between_parts_counts() {
        assert_ne!(
            digest([b"ab".as_slice(), b"c"]),
            digest([b"a".as_slice(), b"bc"])
        );
    }
}
