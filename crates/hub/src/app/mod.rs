//! The built app in memory: one table from path to its encodings, loaded once at the start from the binary
//! or from a folder. What is served cannot change or be climbed out of while the hub runs.

mod csp;
mod load;
mod media;

pub use load::AppError;

use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The page that all others hang on.
pub const INDEX: &str = "/index.html";

/// A content encoding.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// gzip (RFC 1952).
    Gzip,
    /// Brotli (RFC 7932).
    Brotli,
}

/// One file of the app.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its name follows its content, so it never changes.
    pub immutable: bool,
    digest: String,
    identity: Bytes,
    gzip: Option<Bytes>,
    brotli: Option<Bytes>,
}

/// All files of the app. Empty when the hub has none.
#[derive(Clone, Default)]
pub struct App {
    assets: BTreeMap<String, Asset>,
    inline_scripts: Vec<String>,
}

impl App {
    /// The app in the binary, if it was built with the feature `embed-app`.
    ///
    /// # Errors
    /// [`AppError::NoIndex`].
    pub fn embedded() -> Result<Self, AppError> {
        match load::embedded() {
            [] => Ok(Self::default()),
            files => Self::new(
                files
                    .iter()
                    .map(|(path, bytes)| ((*path).to_owned(), Bytes::from_static(bytes))),
            ),
        }
    }

    /// The app in `folder`: what `cargo xtask build` or `trunk build` made.
    ///
    /// # Errors
    /// [`AppError`].
    pub fn from_folder(folder: &Path) -> Result<Self, AppError> {
        Self::new(load::folder(folder)?)
    }

    /// An app of these files, by their paths inside it. `x.br` and `x.gz` are encodings of `x`.
    fn new(files: impl IntoIterator<Item = (String, Bytes)>) -> Result<Self, AppError> {
        let files: BTreeMap<String, Bytes> = files
            .into_iter()
            .map(|(path, bytes)| (format!("/{path}"), bytes))
            .collect();
        let encoded = |path: &str, ending: &str| files.get(&format!("{path}{ending}")).cloned();
        let is_sibling = |path: &str| {
            [".br", ".gz"].iter().any(|ending| {
                path.strip_suffix(ending)
                    .is_some_and(|base| files.contains_key(base))
            })
        };
        let assets: BTreeMap<String, Asset> = files
            .iter()
            .filter(|(path, _)| !is_sibling(path))
            .map(|(path, bytes)| {
                let asset = Asset {
                    content_type: media::content_type(path),
                    immutable: media::is_named_after_content(path),
                    digest: digest(bytes),
                    identity: bytes.clone(),
                    gzip: encoded(path, ".gz"),
                    brotli: encoded(path, ".br"),
                };
                (path.clone(), asset)
            })
            .collect();
        let index = assets.get(INDEX).ok_or(AppError::NoIndex)?;
        let html = String::from_utf8_lossy(&index.identity);
        Ok(Self {
            inline_scripts: csp::inline_script_hashes(&html),
            assets,
        })
    }

    /// True when there is nothing to serve.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.assets.is_empty()
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.assets.len()
    }

    /// The file at `path`, which begins with `/`.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Asset> {
        self.assets.get(if path == "/" { INDEX } else { path })
    }

    /// The Content-Security-Policy for a page served under `authority` (host and port, as its browser names it).
    #[must_use]
    pub fn policy(&self, authority: Option<&str>) -> String {
        csp::policy(&self.inline_scripts, authority)
    }
}

impl Asset {
    /// The best of its encodings for this `Accept-Encoding`, with an entity tag of its own.
    #[must_use]
    pub fn negotiate(&self, accept: &str) -> (Encoding, Bytes, String) {
        let gzip = self.gzip.as_ref().map(|bytes| (Encoding::Gzip, bytes));
        let brotli = self.brotli.as_ref().map(|bytes| (Encoding::Brotli, bytes));
        let (encoding, bytes) = [gzip, brotli]
            .into_iter()
            .flatten()
            .filter_map(|(encoding, bytes)| {
                let weight = media::weight(accept, encoding.name());
                (weight > 0).then_some((weight, encoding, bytes))
            })
            .max_by_key(|(weight, encoding, _)| (*weight, *encoding))
            .map_or(
                (Encoding::Identity, &self.identity),
                |(_, encoding, bytes)| (encoding, bytes),
            );
        let tag = format!("\"{}-{}\"", self.digest, encoding.name());
        (encoding, bytes.clone(), tag)
    }
}

impl Encoding {
    /// Its name in `Content-Encoding`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "App({} files)", self.len())
    }
}

/// The first 16 hexadecimal digits of the SHA-256.
fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn app(files: &[(&str, &'static str)]) -> Result<App, AppError> {
        App::new(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), Bytes::from_static(text.as_bytes()))),
        )
    }

    fn sample() -> App {
        app(&[
            ("index.html", "<p>hi</p>"),
            ("assets/app-0123456789abcdef.js", "plain"),
            ("assets/app-0123456789abcdef.js.br", "brotli"),
            ("assets/app-0123456789abcdef.js.gz", "gzip"),
            ("lonely.gz", "an archive"),
        ])
        .unwrap()
    }

    #[test]
    fn encodings_follow_what_the_browser_accepts() {
        let app = sample();
        let script = app.get("/assets/app-0123456789abcdef.js").unwrap();
        for (accept, body) in [
            ("", "plain"),
            ("gzip, deflate, br, zstd", "brotli"),
            ("gzip", "gzip"),
            ("br;q=0.5, gzip;q=0.8", "gzip"),
            ("br;q=0, gzip;q=0", "plain"),
            ("*", "brotli"),
            ("BR", "brotli"),
            ("x-br", "plain"),
        ] {
            assert_eq!(script.negotiate(accept).1, body, "{accept}");
        }
        assert_ne!(script.negotiate("br").2, script.negotiate("gzip").2);
        assert!(script.immutable);
        assert!(!app.get("/").unwrap().immutable);
    }

    #[test]
    fn encodings_are_no_files_of_their_own() {
        let app = sample();
        assert!(app.get("/assets/app-0123456789abcdef.js.br").is_none());
        assert!(app.get("/lonely.gz").is_some());
        assert!(app.get("/../Cargo.toml").is_none());
        assert_eq!(app.len(), 3);
    }

    #[test]
    fn a_folder_without_a_page_is_no_app() {
        assert!(matches!(app(&[("app.js", "x")]), Err(AppError::NoIndex)));
    }
}
