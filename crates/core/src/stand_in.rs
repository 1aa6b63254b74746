//! What stands in a capsule for keys, signatures and seals: as long as the real ones, and holding only whether the
//! real ones had held.
//!
//! Writing them is always possible; believing them only with the feature `replay`, which no product is built with.

use crate::wire;

const SIGNATURE: &[u8; 63] = b"corridor stand-in for a signature: the real one was checked and";
const GENUINE: u8 = 0x5a;
const HEADER: usize = 24;
pub(crate) const NONCE: usize = 24;
const TAG: usize = 16;
/// Public key, slot and signature before a handshake step.
const PROOF: usize = 32 + 2 + 64;

pub(crate) fn signature(genuine: bool) -> [u8; 64] {
    let mut out = [0; 64];
    for (to, from) in out.iter_mut().zip(SIGNATURE) {
        *to = *from;
    }
    if let (true, Some(last)) = (genuine, out.last_mut()) {
        *last = GENUINE;
    }
    out
}

/// In place of `real`: the same header, and `plain` for everybody to read.
pub(crate) fn sealed(real: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut out = real.get(..HEADER).unwrap_or_default().to_vec();
    out.resize(HEADER + NONCE, 0);
    out.extend_from_slice(plain);
    out.extend_from_slice(&[GENUINE; TAG]);
    out
}

/// In place of what did not open: its header and its length.
pub(crate) fn unopened(real: &[u8]) -> Vec<u8> {
    let mut out = real.get(..HEADER).unwrap_or(real).to_vec();
    out.resize(real.len(), 0);
    out
}

/// In place of a private message of `len` bytes, opened or not.
pub(crate) fn private(plain: Option<&[u8]>, len: usize) -> Vec<u8> {
    match plain {
        Some(plain) => [&[0; NONCE], plain, &[GENUINE; TAG]].concat(),
        None => vec![0; len],
    }
}

/// In place of the signed handshake step `real`, whose step is now `plain`.
pub(crate) fn step(real: &[u8], genuine: bool, plain: &[u8]) -> Vec<u8> {
    let whose = real.get(..PROOF - 64).unwrap_or_default();
    [whose, &signature(genuine), plain].concat()
}

/// In place of a frame of a newer version.
pub(crate) fn unknown_frame(out: &mut Vec<u8>, number: u16) {
    wire::capsule::put_empty_frame(out, number);
}

#[cfg(feature = "replay")]
mod believed {
    use super::{GENUINE, HEADER, NONCE, SIGNATURE, TAG};
    use crate::wire::WireError;

    /// The key of a room, or of a pair, in a replay.
    pub(crate) const KEY: [u8; 32] = *b"corridor stand-in for a real key";

    /// `None` for a real signature.
    pub(crate) fn verdict(signature: &[u8; 64]) -> Option<bool> {
        let (last, mark) = signature.split_last()?;
        (mark == SIGNATURE).then_some(*last == GENUINE)
    }

    pub(crate) fn open(sealed: &[u8]) -> Result<Vec<u8>, WireError> {
        sealed
            .get(HEADER..)
            .ok_or(WireError::Malformed)
            .and_then(open_private)
    }

    pub(crate) fn open_private(sealed: &[u8]) -> Result<Vec<u8>, WireError> {
        let body = sealed.get(NONCE..).ok_or(WireError::Seal)?;
        match body.split_last_chunk::<TAG>() {
            Some((plain, tag)) if *tag == [GENUINE; TAG] => Ok(plain.to_vec()),
            _ => Err(WireError::Seal),
        }
    }

    /// What would be ciphertext and tag.
    pub(crate) fn close(plain: &[u8]) -> Vec<u8> {
        [plain, &[GENUINE; TAG]].concat()
    }
}

#[cfg(feature = "replay")]
pub(crate) use believed::*;
