//! `localStorage` and `sessionStorage`: small texts by name, and the [`Vault`] over `localStorage`.
//! The only place that touches either.
//!
//! A record's bytes are kept as a string with one character per byte (U+0000 to U+00FF): engines store such
//! strings in one byte per character, and none of it needs an encoding.

use super::js_error::JsError;
use super::vault::{Vault, room_of};
use super::window;
use corridor_core::id::RoomId;
use corridor_core::node::SaveError;
use corridor_core::store::Key;
use web_sys::Storage;

/// Every name this app uses starts with it; the number is the layout's version.
pub const PREFIX: &str = "corridor/1/";
/// A text that does nothing but take up room. Records never use that room, so on a full device there is
/// still space for what is small and matters: a draft, a lease, a profile.
const RESERVE: &str = "corridor/1/reserve";
const RESERVE_CHARS: usize = 64 * 1024;

/// Texts by name.
#[derive(Clone, Debug)]
pub struct Texts(Storage);

impl Texts {
    /// What all tabs of this browser share. `None` when the browser refuses storage.
    #[must_use]
    pub fn local() -> Option<Self> {
        window()?.local_storage().ok()?.map(Self)
    }

    /// What this tab keeps over a reload. A duplicated tab starts with a copy.
    #[must_use]
    pub fn session() -> Option<Self> {
        window()?.session_storage().ok()?.map(Self)
    }

    /// Reads one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.0.get_item(name).ok()?
    }

    /// Writes one.
    ///
    /// # Errors
    /// [`SaveError::Full`] when the quota of this origin is used up, else [`SaveError::Blocked`].
    pub fn set(&self, name: &str, text: &str) -> Result<(), SaveError> {
        self.0
            .set_item(name, text)
            .map_err(|error| match JsError::from(error).name.as_str() {
                // The second is what Firefox calls it.
                "QuotaExceededError" | "NS_ERROR_DOM_QUOTA_REACHED" => SaveError::Full,
                _ => SaveError::Blocked,
            })
    }

    /// Writes a small one: on a full device into the room set aside for these.
    ///
    /// # Errors
    /// As [`Texts::set`].
    pub fn keep(&self, name: &str, text: &str) -> Result<(), SaveError> {
        match self.set(name, text) {
            Err(SaveError::Full) if self.has_reserve() => {
                self.remove(RESERVE);
                self.set(name, text)
            }
            outcome => outcome,
        }
    }

    /// Forgets one.
    pub fn remove(&self, name: &str) {
        let _ = self.0.remove_item(name);
    }

    /// All names that start with `prefix`.
    #[must_use]
    pub fn names(&self, prefix: &str) -> Vec<String> {
        js_sys::Object::keys(&self.0)
            .iter()
            .filter_map(|name| name.as_string())
            .filter(|name| name.starts_with(prefix))
            .collect()
    }
}

impl Texts {
    /// Asked of the property rather than by reading the text: that is asked before every write.
    fn has_reserve(&self) -> bool {
        js_sys::Reflect::has(&self.0, &RESERVE.into()).unwrap_or(false)
    }

    fn set_reserve_aside(&self) -> Result<(), SaveError> {
        if self.has_reserve() {
            return Ok(());
        }
        self.set(RESERVE, &" ".repeat(RESERVE_CHARS))
    }
}

/// The vault over `localStorage`.
#[derive(Debug)]
pub struct LocalVault(Texts);

impl LocalVault {
    /// The vault over `texts`.
    #[must_use]
    pub fn new(texts: Texts) -> Self {
        Self(texts)
    }

    fn write(&self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        let mut fresh: Vec<String> = Vec::new();
        for (key, bytes) in records {
            let name = key.to_string();
            let known = self.0.get(&name).is_some();
            if let Err(error) = self.0.set(&name, &to_text(bytes)) {
                for name in &fresh {
                    self.0.remove(name);
                }
                return Err(error);
            }
            if !known {
                fresh.push(name);
            }
        }
        Ok(())
    }
}

impl Vault for LocalVault {
    fn load(&self, room: RoomId) -> Vec<(Key, Vec<u8>)> {
        let names = self.0.names(PREFIX);
        names
            .iter()
            .filter_map(|name| {
                let key = Key::parse(name).filter(|key| room_of(key) == room)?;
                Some((key, from_text(&self.0.get(name)?)?))
            })
            .collect()
    }

    fn save(&self, records: &[(Key, Vec<u8>)]) -> Result<(), SaveError> {
        self.0.set_reserve_aside()?;
        self.write(records)
    }

    fn remove(&self, keys: &[Key]) {
        for key in keys {
            self.0.remove(&key.to_string());
        }
    }
}

pub(crate) fn to_text(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

pub(crate) fn from_text(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_one_character_and_comes_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let text = to_text(&bytes);
        assert_eq!(text.chars().count(), 256);
        assert_eq!(from_text(&text), Some(bytes));
        assert_eq!(from_text("€"), None);
    }
}
