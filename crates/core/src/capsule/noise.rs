//! Noise in place of what people wrote: as long, and the same for the same text, so that whatever compares texts
//! decides as before. Nobody can find a text by trying, because the salt stays on the device.

use crate::redact::Private;
use sha2::{Digest as _, Sha256};

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

#[derive(Clone, Copy)]
pub(super) struct Noise {
    salt: [u8; 32],
}

impl core::fmt::Debug for Noise {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Noise(..)")
    }
}

impl Noise {
    pub(super) fn new(salt: [u8; 32]) -> Self {
        Self { salt }
    }

    /// As many bytes of noise as `text` has. What is only blank stays: the node treats it as nothing.
    pub(super) fn of(&self, text: &str) -> String {
        if text.trim().is_empty() {
            return text.to_owned();
        }
        let mut noise = String::with_capacity(text.len());
        let mut block = Sha256::new()
            .chain_update(self.salt)
            .chain_update(text)
            .finalize();
        loop {
            for byte in block {
                if noise.len() == text.len() {
                    return noise;
                }
                let letter = LETTERS.get(usize::from(byte % 32)).copied();
                noise.push(char::from(letter.unwrap_or(b'a')));
            }
            block = Sha256::digest(block);
        }
    }

    /// Stands for a hash, from which a short text could be found by trying.
    pub(super) fn of_hash(&self, hash: &[u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update(self.salt)
            .chain_update(hash)
            .finalize()
            .into()
    }

    pub(super) fn hide(&self, text: &mut Private) {
        *text = Private::new(self.of(text.expose()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_as_long_and_the_same_for_the_same_text_only() {
        let noise = Noise::new([7; 32]);
        for text in ["a", "Mrs. Doe", "naïve — 漢字", &"long ".repeat(100)] {
            let hidden = noise.of(text);
            assert_eq!(hidden.len(), text.len());
            assert_eq!(hidden, noise.of(text));
            assert_ne!(hidden, text);
        }
        assert_ne!(noise.of("Mrs. Doe"), noise.of("Mrs. Roe"));
        assert_ne!(noise.of("Mrs. Doe"), Noise::new([8; 32]).of("Mrs. Doe"));
        assert_eq!(noise.of("  "), "  ");
    }
}
