//! What may rest at the hub: only what looks sealed (law L2).

use crate::limits::SHELF_RECORD_BYTES;
use crate::wire::decode_frames;

/// Session, session, counter, nonce and tag (rules S-PACKET and S-SIGNAL): nothing sealed is shorter.
const LEAST: usize = 8 + 8 + 8 + 24 + 16;

/// False for what cannot be a sealed envelope of at most `most` bytes. The hub has no key, so it cannot check the
/// seal; but text, JSON or a session description in clear, sent by a client's mistake, is valid UTF-8, and 64 bytes of
/// ciphertext are that less than once in 10⁹ cases.
pub(super) fn may_rest(bytes: &[u8], most: usize) -> bool {
    (LEAST..=most).contains(&bytes.len()) && core::str::from_utf8(bytes).is_err()
}

/// What rests on the shelf begins with a nonce and ends with a tag (rule S-RECORD).
const LEAST_RECORD: usize = 24 + 16 + 64;
/// Printable bytes in a row that ciphertext has in less than one of 10⁹ records of the greatest size.
const WORDS: usize = 32;

/// As [`may_rest`] for a record of the shelf. Besides text it refuses frames in clear, and anything with words in it.
pub(super) fn may_be_shelved(bytes: &[u8]) -> bool {
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    (LEAST_RECORD..=SHELF_RECORD_BYTES).contains(&bytes.len())
        && core::str::from_utf8(bytes).is_err()
        && decode_frames(bytes, |_, _| Ok(())).is_err()
        && !bytes
            .windows(WORDS)
            .any(|window| window.iter().all(printable))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::rng::Rng;
    use crate::wire::peer::PeerFrame;

    /// Bytes as ciphertext has them.
    pub(in crate::broker) fn sealed(seed: u8, length: usize) -> Vec<u8> {
        let mut rng = Rng::new([seed; 32]);
        let mut bytes: Vec<u8> = Vec::new();
        while bytes.len() < length {
            bytes.extend(rng.bytes::<32>());
        }
        bytes.truncate(length);
        bytes
    }

    #[test]
    fn clear_frames_and_words_are_not_shelved() {
        for seed in 0..=255 {
            assert!(may_be_shelved(&sealed(seed, SHELF_RECORD_BYTES)));
        }
        let mut frame = Vec::new();
        PeerFrame::Signal(sealed(1, 200).into()).encode_into(&mut frame);
        assert!(core::str::from_utf8(&frame).is_err());
        assert!(!may_be_shelved(&frame), "a frame in clear");
        let mut words = sealed(2, 300);
        words.splice(100..100, *b"Mrs Example, chair 4, allergic to latex");
        assert!(!may_be_shelved(&words));
    }

    #[test]
    fn clear_text_does_not_rest_and_ciphertext_does() {
        for clear in [
            "",
            "short",
            "v=0\r\no=- 46117 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n",
            "Ärztin".repeat(20).as_str(),
        ] {
            assert!(!may_rest(clear.as_bytes(), 1000), "{clear}");
        }
        for seed in 0..=255 {
            assert!(may_rest(&sealed(seed, LEAST), LEAST));
        }
        assert!(!may_rest(&sealed(1, LEAST - 1), LEAST));
        assert!(!may_be_shelved(&sealed(1, LEAST_RECORD - 1)));
        assert!(!may_be_shelved(&sealed(1, SHELF_RECORD_BYTES + 1)));
        assert!(!may_rest(&sealed(1, LEAST + 1), LEAST));
    }
}
