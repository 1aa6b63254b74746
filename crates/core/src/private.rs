//! Private messages: sealed between two devices, so that members who carry or keep one cannot read it (R-MSG-1).
//!
//! Static Diffie-Hellman of the two device keys (X25519, RFC 7748; an Ed25519 key serves as X25519 key through
//! the birational map, jointly secure by Thormarker, ePrint 2021/509), HKDF-SHA256 salted by the room,
//! XChaCha20-Poly1305 under a random nonce. Both ends derive the same key, so an author can read their own
//! words again after a reload. There is no forward secrecy: who gets a device key reads its old messages.

use crate::id::{RoomId, WriterId};
use crate::key::DeviceKey;
use crate::rng::Rng;
use crate::wire::WireError;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use hkdf::Hkdf;
use sha2::Sha256;

const NONCE: usize = 24;
/// Lengths are rounded up to this, so that a short answer does not tell itself by its size.
const PAD: usize = 64;

/// The key between two devices in one room.
#[derive(Clone, Copy)]
pub(crate) struct PairKey([u8; 32]);

impl core::fmt::Debug for PairKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("PairKey(..)")
    }
}

impl PairKey {
    /// The key between `mine` and the device with the Ed25519 public key `theirs`.
    ///
    /// # Errors
    /// [`WireError::Malformed`] when that is no public key.
    pub(crate) fn agree(
        room: RoomId,
        mine: &DeviceKey,
        theirs: &[u8; 32],
    ) -> Result<Self, WireError> {
        #[cfg(feature = "replay")]
        if mine.is_stand_in() {
            return Ok(Self(crate::stand_in::KEY));
        }
        let shared = mine.agree(theirs).ok_or(WireError::Malformed)?;
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(&room.0), &shared)
            .expand(b"corridor v1 private message", &mut key)
            .map_err(|_| WireError::Malformed)?;
        Ok(Self(key))
    }

    /// Seals `plain` from one writer to another; the length is padded.
    pub(crate) fn seal(&self, ends: (WriterId, WriterId), rng: &mut Rng, plain: &[u8]) -> Vec<u8> {
        let mut padded = plain.to_vec();
        padded.resize(plain.len().next_multiple_of(PAD), 0);
        let nonce: [u8; NONCE] = rng.bytes();
        #[cfg(feature = "replay")]
        if self.0 == crate::stand_in::KEY {
            return [nonce.to_vec(), crate::stand_in::close(&padded)].concat();
        }
        let payload = Payload {
            msg: &padded,
            aad: &associated(ends),
        };
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload)
            .unwrap_or_default();
        let mut out = nonce.to_vec();
        out.extend_from_slice(&sealed);
        out
    }

    /// Opens what [`PairKey::seal`] made; the padding stays behind the text.
    ///
    /// # Errors
    /// [`WireError::Seal`] for another pair, another direction, or altered bytes.
    pub(crate) fn open(
        &self,
        ends: (WriterId, WriterId),
        sealed: &[u8],
    ) -> Result<Vec<u8>, WireError> {
        #[cfg(feature = "replay")]
        if self.0 == crate::stand_in::KEY {
            return crate::stand_in::open_private(sealed);
        }
        let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(WireError::Seal)?;
        let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| WireError::Seal)?;
        let payload = Payload {
            msg: body,
            aad: &associated(ends),
        };
        self.cipher()
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| WireError::Seal)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&self.0).into())
    }
}

fn associated((from, to): (WriterId, WriterId)) -> [u8; 32] {
    let mut aad = [0; 32];
    let (first, second) = aad.split_at_mut(16);
    first.copy_from_slice(&from.0);
    second.copy_from_slice(&to.0);
    aad
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId([1; 16]);

    fn pair(a: u8, b: u8) -> PairKey {
        let (mine, theirs) = (
            DeviceKey::new([a; 32], 0),
            DeviceKey::new([b; 32], 3).public(),
        );
        PairKey::agree(ROOM, &mine, &theirs).unwrap_or(PairKey([0; 32]))
    }

    #[test]
    fn both_ends_open_and_nobody_else() {
        let ends = (WriterId([1; 16]), WriterId([2; 16]));
        let mut rng = Rng::new([0; 32]);
        let sealed = pair(1, 2).seal(ends, &mut rng, b"between us");
        for key in [pair(1, 2), pair(2, 1)] {
            let opened = key.open(ends, &sealed).unwrap_or_default();
            assert!(opened.starts_with(b"between us"));
        }
        assert_eq!(pair(1, 3).open(ends, &sealed), Err(WireError::Seal));
        assert_eq!(pair(3, 2).open(ends, &sealed), Err(WireError::Seal));
        assert_eq!(
            pair(1, 2).open((ends.1, ends.0), &sealed),
            Err(WireError::Seal),
            "bound to its direction"
        );
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            if let Some(byte) = bent.get_mut(at) {
                *byte ^= 1;
            }
            assert_eq!(pair(1, 2).open(ends, &bent), Err(WireError::Seal));
        }
    }

    #[test]
    fn lengths_are_padded_and_rooms_have_keys_of_their_own() {
        let ends = (WriterId([1; 16]), WriterId([2; 16]));
        let mut rng = Rng::new([0; 32]);
        let yes = pair(1, 2).seal(ends, &mut rng, b"yes");
        let no = pair(1, 2).seal(ends, &mut rng, b"certainly not");
        assert_eq!(yes.len(), no.len());
        let elsewhere = PairKey::agree(
            RoomId([2; 16]),
            &DeviceKey::new([1; 32], 0),
            &DeviceKey::new([2; 32], 0).public(),
        );
        let opened = elsewhere.and_then(|key| key.open(ends, &yes));
        assert_eq!(opened, Err(WireError::Seal));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let mine = DeviceKey::new([1; 32], 0);
        // Half of all numbers are the y of no point.
        let y = |low: u8| core::array::from_fn(|at| if at == 0 { low } else { 0 });
        assert!((2..10).any(|low| PairKey::agree(ROOM, &mine, &y(low)).is_err()));
        // The neutral element has order one: everybody would know the shared secret.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        assert!(PairKey::agree(ROOM, &mine, &neutral).is_err());
    }
}
