//! Randomness from the browser: `crypto.getRandomValues`, which plain http pages have too.

/// `N` bytes nobody can guess. `None` when the browser has no source of randomness.
#[must_use]
pub fn bytes<const N: usize>() -> Option<[u8; N]> {
    let mut out = [0; N];
    getrandom::fill(&mut out).ok()?;
    Some(out)
}
