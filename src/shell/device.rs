//! The device's signing key: 32 random bytes at `corridor/1/device`, shared by all tabs of the browser.

use super::boot::BootError;
use crate::browser::random;
use crate::browser::storage::{PREFIX, Texts, from_text, to_text};

/// The device's secret, made at first use, and whether it will still be there next time.
pub(super) fn secret(local: Option<&Texts>) -> Result<([u8; 32], bool), BootError> {
    let name = format!("{PREFIX}device");
    let read = |texts: &Texts| <[u8; 32]>::try_from(from_text(&texts.get(&name)?)?).ok();
    if let Some(secret) = local.and_then(read) {
        return Ok((secret, true));
    }
    let fresh: [u8; 32] = random::bytes().ok_or(BootError::NoRandomness)?;
    let Some(local) = local else {
        return Ok((fresh, false));
    };
    let kept = local.keep(&name, &to_text(&fresh)).is_ok();
    // Two tabs may start at once on a new device: both use what is there in the end.
    Ok((read(local).unwrap_or(fresh), kept))
}
