//! The room key, what is derived from it, and the device's signing key (DESIGN §3).

use crate::base64;
use crate::id::{RecordId, RoomId, RoomTag, SessionId, WriterId};
use core::fmt;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use x25519_dalek::{PublicKey, StaticSecret};

/// 32 random bytes in the link's fragment. Never sent, never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct RoomKey([u8; 32]);

/// What a node uses instead of the room key itself: HKDF-SHA256 outputs (RFC 5869), salted by the room id.
#[derive(Clone)]
pub struct RoomKeys {
    /// All that the hub may see.
    pub tag: RoomTag,
    /// Seals relayed and stored packets.
    pub(crate) sealing: [u8; 32],
    /// Seals offers, answers and candidates.
    pub(crate) handshake: [u8; 32],
    /// Names records on the hub's shelf.
    pub(crate) records: [u8; 32],
}

impl fmt::Debug for RoomKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RoomKey(..)")
    }
}

impl fmt::Debug for RoomKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RoomKeys")
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}

/// Characters of a room key in a link: 32 bytes in base64url without padding (RFC 4648 §5).
pub const KEY_CHARS: usize = 43;

impl RoomKey {
    /// A key from 32 random bytes.
    #[must_use]
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Stands for a room's key in a replay.
    #[cfg(feature = "replay")]
    pub(crate) fn stand_in() -> Self {
        Self(crate::stand_in::KEY)
    }

    /// The form used in links: base64url without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(KEY_CHARS);
        base64::write(&mut text, &self.0);
        text
    }

    /// Reads [`RoomKey::to_text`]. `None` when it is not exactly such a text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        base64::read(text)?.try_into().ok().map(Self)
    }

    /// Everything a node needs, for `room`.
    #[must_use]
    pub fn derive(&self, room: RoomId) -> RoomKeys {
        #[cfg(feature = "replay")]
        if *self == Self::stand_in() {
            return RoomKeys {
                tag: RoomTag::default(),
                sealing: self.0,
                handshake: self.0,
                records: self.0,
            };
        }
        let hkdf = Hkdf::<Sha256>::new(Some(&room.0), &self.0);
        RoomKeys {
            tag: RoomTag(expand(&hkdf, b"corridor v1 room tag")),
            sealing: expand(&hkdf, b"corridor v1 packets"),
            handshake: expand(&hkdf, b"corridor v1 handshake"),
            records: expand(&hkdf, b"corridor v1 records"),
        }
    }
}

impl RoomKeys {
    /// The name of the record whose label says `span`: the same for everybody who has the room's key, and
    /// meaningless to everybody else.
    pub(crate) fn record_id(&self, span: &[u8]) -> RecordId {
        RecordId(expand(&Hkdf::new(None, &self.records), span))
    }
}

fn expand<const N: usize>(hkdf: &Hkdf<Sha256>, info: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    let fits = hkdf.expand(info, &mut out).is_ok();
    debug_assert!(fits, "HKDF-SHA256 yields up to 8160 bytes");
    out
}

/// A device's Ed25519 key (RFC 8032) together with the slot of this tab: a writer.
#[derive(Clone)]
pub struct DeviceKey {
    signing: SigningKey,
    slot: u16,
    /// The public half of the key it stands for in a replay.
    #[cfg(feature = "replay")]
    stands_for: Option<[u8; 32]>,
}

impl fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceKey")
            .field("writer", &self.writer())
            .finish_non_exhaustive()
    }
}

impl DeviceKey {
    /// The key with this 32-byte secret seed, for the tab in `slot`.
    #[must_use]
    pub fn new(secret: [u8; 32], slot: u16) -> Self {
        Self {
            signing: SigningKey::from_bytes(&secret),
            slot,
            #[cfg(feature = "replay")]
            stands_for: None,
        }
    }

    /// Stands in a replay for the key with this public half.
    #[cfg(feature = "replay")]
    pub(crate) fn stand_in(public: [u8; 32], slot: u16) -> Self {
        Self {
            stands_for: Some(public),
            ..Self::new([0; 32], slot)
        }
    }

    #[cfg(feature = "replay")]
    pub(crate) fn is_stand_in(&self) -> bool {
        self.stands_for.is_some()
    }

    /// The tab's slot.
    #[must_use]
    pub fn slot(&self) -> u16 {
        self.slot
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        #[cfg(feature = "replay")]
        if let Some(public) = self.stands_for {
            return public;
        }
        self.signing.verifying_key().to_bytes()
    }

    /// The writer this key and slot make.
    #[must_use]
    pub fn writer(&self) -> WriterId {
        writer_id(&self.public(), self.slot)
    }

    /// The shared secret with another device (X25519); `None` when `theirs` is no public key, or one of small order.
    pub(crate) fn agree(&self, theirs: &[u8; 32]) -> Option<[u8; 32]> {
        let theirs = VerifyingKey::from_bytes(theirs).ok()?;
        let theirs = PublicKey::from(theirs.to_montgomery().to_bytes());
        let shared = StaticSecret::from(self.signing.to_scalar_bytes()).diffie_hellman(&theirs);
        shared.was_contributory().then(|| shared.to_bytes())
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        #[cfg(feature = "replay")]
        if self.is_stand_in() {
            return crate::stand_in::signature(true);
        }
        self.signing.sign(message).to_bytes()
    }
}

/// The writer that a public key and a slot make.
#[must_use]
pub fn writer_id(public_key: &[u8; 32], slot: u16) -> WriterId {
    let digest = Sha256::new()
        .chain_update(b"corridor v1 writer")
        .chain_update(public_key)
        .chain_update(slot.to_be_bytes())
        .finalize();
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    WriterId(id)
}

/// True when `signature` over `message` is by `public_key`. Strict: no malleable or small-order keys.
#[must_use]
pub fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    #[cfg(feature = "replay")]
    if let Some(verdict) = crate::stand_in::verdict(signature) {
        return verdict;
    }
    VerifyingKey::from_bytes(public_key).is_ok_and(|key| {
        key.verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

/// What a client signs to enter a room: it proves the peer id and is good for one socket only.
#[must_use]
pub fn join_message(nonce: &[u8; 32], room: RoomId, tag: RoomTag, session: SessionId) -> Vec<u8> {
    let mut message = b"corridor v1 join".to_vec();
    message.extend_from_slice(nonce);
    message.extend_from_slice(&room.0);
    message.extend_from_slice(&tag.0);
    message.extend_from_slice(&session.0.to_be_bytes());
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_key_reads_what_it_writes_and_nothing_else() {
        let key = RoomKey::new([0xf7; 32]);
        let text = key.to_text();
        assert_eq!(text.len(), KEY_CHARS);
        assert_eq!(RoomKey::parse(&text), Some(key));
        assert_eq!(RoomKey::parse(&text[1..]), None);
        assert_eq!(RoomKey::parse(&format!("{text}A")), None);
        assert_eq!(RoomKey::parse(&text.replace('9', "+")), None);
    }

    #[test]
    fn keys_print_nothing() {
        let key = RoomKey::new([1; 32]);
        assert_eq!(format!("{key:?}"), "RoomKey(..)");
        assert!(!format!("{:?}", DeviceKey::new([1; 32], 0)).contains("0101"));
    }

    #[test]
    fn signatures_bind_the_message() {
        let device = DeviceKey::new([3; 32], 1);
        let signature = device.sign(b"hello");
        assert!(verify(&device.public(), b"hello", &signature));
        assert!(!verify(&device.public(), b"hullo", &signature));
    }
}
