//! Sealing: what passes through the hub is opaque to it, and bound to who sent it to whom.
//!
//! XChaCha20-Poly1305 with random 192-bit nonces (draft-irtf-cfrg-xchacha). The associated data are
//! both peer ids and both sessions, so a sealed packet cannot be turned to another recipient, another
//! sender, or a later run.
//!
//! Layout: sender session, recipient session, counter (8 bytes each, big-endian), nonce (24), ciphertext and tag.

use crate::id::{PeerId, RecordId, RoomId, SessionId};
use crate::key::{DeviceKey, RoomKeys, verify, writer_id};
use crate::rng::Rng;
use crate::wire::WireError;
use crate::wire::slip::SlipKind;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};

/// One end of one direction: who, in which run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct End {
    pub(crate) peer: PeerId,
    pub(crate) session: SessionId,
}

/// What a seal says in clear, checked against the associated data when it opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) from: SessionId,
    pub(crate) to: SessionId,
    pub(crate) counter: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// Packets of frames.
    Packet,
    /// Offers, answers and candidates; these are signed by the device besides (R-LINK-8).
    Handshake,
}

/// What is sealed for whoever has the room's key: it rests on the hub's shelf, or people carry it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Resting {
    /// A run of operations, under this name.
    Record(RecordId),
    /// What such a record holds.
    Label,
    /// An offer, or the answer to one, that people hand over (rule S-SLIP).
    Slip(SlipKind),
}

const HEADER: usize = 24;
const NONCE: usize = 24;
const PROOF: usize = 32 + 2 + 64;

pub(crate) fn header(sealed: &[u8]) -> Result<Header, WireError> {
    let number = |at: usize| -> Result<u64, WireError> {
        let bytes = sealed.get(at..at + 8).ok_or(WireError::Malformed)?;
        Ok(u64::from_be_bytes(
            bytes.try_into().map_err(|_| WireError::Malformed)?,
        ))
    };
    Ok(Header {
        from: SessionId(number(0)?),
        to: SessionId(number(8)?),
        counter: number(16)?,
    })
}

pub(crate) fn seal(
    keys: &RoomKeys,
    purpose: Purpose,
    (from, to): (End, End),
    counter: u64,
    rng: &mut Rng,
    plain: &[u8],
) -> Vec<u8> {
    let head = Header {
        from: from.session,
        to: to.session,
        counter,
    };
    let nonce: [u8; NONCE] = rng.bytes();
    let sealed = encrypt(
        keys,
        purpose,
        nonce,
        plain,
        &associated(purpose, from, to, head),
    );
    let mut out = Vec::with_capacity(HEADER + NONCE + sealed.len());
    out.extend_from_slice(&head.from.0.to_be_bytes());
    out.extend_from_slice(&head.to.0.to_be_bytes());
    out.extend_from_slice(&counter.to_be_bytes());
    out.extend_from_slice(&nonce);
    out.extend_from_slice(&sealed);
    out
}

fn encrypt(
    keys: &RoomKeys,
    purpose: Purpose,
    nonce: [u8; NONCE],
    msg: &[u8],
    aad: &[u8],
) -> Vec<u8> {
    #[cfg(feature = "replay")]
    if keys.sealing == crate::stand_in::KEY {
        return crate::stand_in::close(msg);
    }
    cipher(keys, purpose)
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .unwrap_or_default()
}

pub(crate) fn open(
    keys: &RoomKeys,
    purpose: Purpose,
    (from, to): (PeerId, PeerId),
    sealed: &[u8],
) -> Result<Vec<u8>, WireError> {
    #[cfg(feature = "replay")]
    if keys.sealing == crate::stand_in::KEY {
        return crate::stand_in::open(sealed);
    }
    let head = header(sealed)?;
    let nonce = sealed
        .get(HEADER..HEADER + NONCE)
        .ok_or(WireError::Malformed)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| WireError::Malformed)?;
    let body = sealed.get(HEADER + NONCE..).ok_or(WireError::Malformed)?;
    let from = End {
        peer: from,
        session: head.from,
    };
    let to = End {
        peer: to,
        session: head.to,
    };
    let aad = associated(purpose, from, to, head);
    cipher(keys, purpose)
        .decrypt(
            &XNonce::from(nonce),
            Payload {
                msg: body,
                aad: &aad,
            },
        )
        .map_err(|_| WireError::Seal)
}

impl Resting {
    fn purpose(self) -> Purpose {
        match self {
            Self::Record(_) | Self::Label => Purpose::Packet,
            Self::Slip(_) => Purpose::Handshake,
        }
    }
}

/// Seals what rests (rule S-RECORD): nonce, ciphertext and tag, bound to room, purpose and record.
pub(crate) fn lay_down(
    keys: &RoomKeys,
    bound: (RoomId, Resting),
    rng: &mut Rng,
    plain: &[u8],
) -> Vec<u8> {
    let nonce: [u8; NONCE] = rng.bytes();
    let sealed = encrypt(keys, bound.1.purpose(), nonce, plain, &resting(bound));
    [nonce.as_slice(), &sealed].concat()
}

/// Opens what [`lay_down`] sealed.
pub(crate) fn take_up(
    keys: &RoomKeys,
    bound: (RoomId, Resting),
    sealed: &[u8],
) -> Result<Vec<u8>, WireError> {
    #[cfg(feature = "replay")]
    if keys.sealing == crate::stand_in::KEY {
        return crate::stand_in::open_private(sealed);
    }
    let (nonce, body) = sealed
        .split_first_chunk::<NONCE>()
        .ok_or(WireError::Malformed)?;
    let payload = Payload {
        msg: body,
        aad: &resting(bound),
    };
    cipher(keys, bound.1.purpose())
        .decrypt(&XNonce::from(*nonce), payload)
        .map_err(|_| WireError::Seal)
}

fn resting((room, what): (RoomId, Resting)) -> Vec<u8> {
    match what {
        Resting::Record(id) => [&[3], room.0.as_slice(), &id.0].concat(),
        Resting::Label => [&[4], room.0.as_slice()].concat(),
        Resting::Slip(SlipKind::Invite) => [&[5], room.0.as_slice()].concat(),
        Resting::Slip(SlipKind::Reply) => [&[6], room.0.as_slice()].concat(),
    }
}

/// Puts the device's proof before a handshake step: public key, slot, signature.
pub(crate) fn sign_step(device: &DeviceKey, ends: (End, End), step: &[u8]) -> Vec<u8> {
    let signature = device.sign(&step_message(ends, step));
    let mut out = Vec::with_capacity(PROOF + step.len());
    out.extend_from_slice(&device.public());
    out.extend_from_slice(&device.slot().to_be_bytes());
    out.extend_from_slice(&signature);
    out.extend_from_slice(step);
    out
}

/// A signed step taken apart.
struct Signed<'s> {
    key: [u8; 32],
    slot: u16,
    signature: [u8; 64],
    step: &'s [u8],
}

impl<'s> Signed<'s> {
    fn split(signed: &'s [u8]) -> Result<Self, WireError> {
        let (key, rest) = signed.split_first_chunk().ok_or(WireError::Malformed)?;
        let (slot, rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let (signature, step) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        Ok(Self {
            key: *key,
            slot: u16::from_be_bytes(*slot),
            signature: *signature,
            step,
        })
    }
}

/// Whose proof stands before a step, unchecked, and the step.
pub(crate) fn claimed(signed: &[u8]) -> Result<(PeerId, &[u8]), WireError> {
    let signed = Signed::split(signed)?;
    Ok((writer_id(&signed.key, signed.slot), signed.step))
}

/// Checks the proof against the sender's peer id and hands out the step.
pub(crate) fn verify_step(ends: (End, End), signed: &[u8]) -> Result<&[u8], WireError> {
    let Signed {
        key,
        slot,
        signature,
        step,
    } = Signed::split(signed)?;
    let genuine =
        writer_id(&key, slot) == ends.0.peer && verify(&key, &step_message(ends, step), &signature);
    if genuine {
        Ok(step)
    } else {
        Err(WireError::Signature)
    }
}

fn step_message((from, to): (End, End), step: &[u8]) -> Vec<u8> {
    let mut message = b"corridor v1 handshake step".to_vec();
    for end in [from, to] {
        message.extend_from_slice(&end.peer.0);
        message.extend_from_slice(&end.session.0.to_be_bytes());
    }
    message.extend_from_slice(step);
    message
}

fn cipher(keys: &RoomKeys, purpose: Purpose) -> XChaCha20Poly1305 {
    let key = match purpose {
        Purpose::Packet => &keys.sealing,
        Purpose::Handshake => &keys.handshake,
    };
    XChaCha20Poly1305::new(key.into())
}

fn associated(purpose: Purpose, from: End, to: End, head: Header) -> Vec<u8> {
    let mut aad = Vec::with_capacity(57);
    aad.push(match purpose {
        Purpose::Packet => 1,
        Purpose::Handshake => 2,
    });
    aad.extend_from_slice(&from.peer.0);
    aad.extend_from_slice(&to.peer.0);
    for number in [head.from.0, head.to.0, head.counter] {
        aad.extend_from_slice(&number.to_be_bytes());
    }
    aad
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::RoomKey;

    fn ends() -> (End, End) {
        let device = DeviceKey::new([1; 32], 0);
        let from = End {
            peer: device.writer(),
            session: SessionId(7),
        };
        let to = End {
            peer: PeerId::default(),
            session: SessionId(9),
        };
        (from, to)
    }

    #[test]
    fn a_seal_opens_only_for_its_ends_purpose_and_key() {
        let keys = RoomKey::new([5; 32]).derive(RoomId([1; 16]));
        let (from, to) = ends();
        let sealed = seal(
            &keys,
            Purpose::Packet,
            (from, to),
            1,
            &mut Rng::new([0; 32]),
            b"text",
        );
        let open_as = |keys: &RoomKeys, purpose, from, to, sealed: &[u8]| {
            open(keys, purpose, (from, to), sealed)
        };
        assert_eq!(
            open_as(&keys, Purpose::Packet, from.peer, to.peer, &sealed).as_deref(),
            Ok(b"text".as_slice())
        );
        assert_eq!(
            open_as(&keys, Purpose::Handshake, from.peer, to.peer, &sealed),
            Err(WireError::Seal)
        );
        assert_eq!(
            open_as(&keys, Purpose::Packet, to.peer, from.peer, &sealed),
            Err(WireError::Seal)
        );
        let other = RoomKey::new([6; 32]).derive(RoomId([1; 16]));
        assert_eq!(
            open_as(&other, Purpose::Packet, from.peer, to.peer, &sealed),
            Err(WireError::Seal)
        );
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert!(
                open_as(&keys, Purpose::Packet, from.peer, to.peer, &bent).is_err(),
                "byte {at}"
            );
            assert!(open_as(&keys, Purpose::Packet, from.peer, to.peer, &sealed[..at]).is_err());
        }
    }

    #[test]
    fn a_step_is_bound_to_its_sender_and_sessions() {
        let device = DeviceKey::new([1; 32], 0);
        let signed = sign_step(&device, ends(), b"offer");
        assert_eq!(verify_step(ends(), &signed), Ok(b"offer".as_slice()));
        let (from, to) = ends();
        let later = End {
            session: SessionId(8),
            ..from
        };
        assert_eq!(verify_step((later, to), &signed), Err(WireError::Signature));
        let forged = sign_step(&DeviceKey::new([2; 32], 0), ends(), b"offer");
        assert_eq!(verify_step(ends(), &forged), Err(WireError::Signature));
    }
}
