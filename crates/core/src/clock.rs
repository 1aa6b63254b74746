//! Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014).

use crate::time::Wall;
use core::fmt;

const COUNTER_BITS: u32 = 16;

/// 48 bits of milliseconds since the epoch, then a 16-bit counter. Ordered with the writer id as
/// tie-break, so no two operations compare equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Stamp(pub u64);

impl Stamp {
    /// A stamp at `wall` with a counter of zero.
    #[must_use]
    pub fn at(wall: Wall) -> Self {
        Self(wall.0.min(u64::MAX >> COUNTER_BITS) << COUNTER_BITS)
    }

    /// The physical part.
    #[must_use]
    pub fn wall(self) -> Wall {
        Wall(self.0 >> COUNTER_BITS)
    }
}

impl fmt::Display for Stamp {
    /// Fixed-width hexadecimal: a u64 above 2^53 does not survive JavaScript numbers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Issues stamps greater than every stamp issued or observed.
#[derive(Clone, Debug, Default)]
pub struct Hlc {
    last: Stamp,
}

impl Hlc {
    /// The stamp of a new local operation. Never repeats and never goes back, whatever `wall` does.
    pub fn tick(&mut self, wall: Wall) -> Stamp {
        let next = Stamp(self.last.0.saturating_add(1));
        self.last = next.max(Stamp::at(wall));
        self.last
    }

    /// Takes over a stamp that was seen. The caller quarantines stamps from the far future first.
    pub fn observe(&mut self, seen: Stamp) {
        self.last = self.last.max(seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_grow_when_the_wall_jumps_back() {
        let mut clock = Hlc::default();
        let first = clock.tick(Wall(10_000));
        let second = clock.tick(Wall(5_000));
        assert!(second > first);
        clock.observe(Stamp::at(Wall(20_000)));
        assert!(clock.tick(Wall(6_000)) > Stamp::at(Wall(20_000)));
    }
}
