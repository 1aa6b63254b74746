//! The one generator. Everything random in a node comes from the 32-byte seed it was given, so a
//! whole run replays; in the browser the seed comes from `getRandomValues`.

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// A cryptographically strong generator (ChaCha20).
pub struct Rng(ChaCha20Rng);

impl core::fmt::Debug for Rng {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Rng(..)")
    }
}

impl Rng {
    /// Starts from `seed`.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(ChaCha20Rng::from_seed(seed))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill_bytes(&mut out);
        out
    }

    /// A random number.
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`; zero when `bound` is zero. The bias of the modulo is below 2^-40
    /// for the small bounds used here (jitter).
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next_u64().checked_rem(bound).unwrap_or(0)
    }

    /// A UUID version 7 for `wall`.
    pub fn uuid_v7(&mut self, wall: crate::time::Wall) -> [u8; 16] {
        *uuid::Builder::from_unix_timestamp_millis(wall.0, &self.bytes())
            .into_uuid()
            .as_bytes()
    }
}
