//! Seeded chance. Every part of a run draws from its own stream, so that a change in one part does not
//! reshuffle the others.

use corridor_core::rng::Rng;

/// One stream of chance.
pub struct Dice(Rng);

impl core::fmt::Debug for Dice {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Dice")
    }
}

/// 32 bytes for part `stream` number `index` of run `seed`.
#[must_use]
pub fn seed_of(seed: u64, stream: u64, index: u64) -> [u8; 32] {
    let mut out = [0; 32];
    let words = [seed, stream, index, 0x636f_7272_6964_6f72];
    for (slot, word) in out.chunks_mut(8).zip(words) {
        slot.copy_from_slice(&word.to_le_bytes());
    }
    out
}

impl Dice {
    /// The stream `stream` of run `seed`.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self(Rng::new(seed_of(seed, stream, 0)))
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self
            .0
            .below(high.saturating_sub(low).saturating_add(1).max(1))
    }

    /// A position below `len`; zero when there is none.
    pub fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.0.below(len as u64)).unwrap_or(0)
    }

    /// True `permille` times in a thousand.
    pub fn chance(&mut self, permille: u64) -> bool {
        self.0.below(1000) < permille
    }

    /// One of `items`.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.index(items.len()))
    }

    /// Random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        self.0.bytes()
    }
}
