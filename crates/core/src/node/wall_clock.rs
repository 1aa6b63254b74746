//! The clock guard (DESIGN §4): by how much this device's wall clock is off, and the corrected time.
//!
//! The hub's time is the reference where it is known. Without a hub it is the lower median of all clocks
//! present, one's own among them: an odd one out gives way, and of two the one ahead does, at both ends alike.

use super::Node;
use super::view::Path;
use crate::limits;
use crate::order::sorted;
use crate::time::{Mono, Now, Wall};

/// What is known about one's own wall clock.
#[derive(Debug, Default)]
pub(super) struct WallClock {
    /// The clocks as read together last.
    last: Option<Now>,
    /// Hub time minus own time, in milliseconds.
    hub: Option<i64>,
    /// What is added to the device's time.
    pub(super) correction: i64,
}

impl WallClock {
    /// The time this node goes by.
    fn correct(&self, device: Wall) -> Wall {
        Wall(device.0.saturating_add_signed(self.correction))
    }

    /// By how much the device is ahead, where that matters.
    pub(super) fn ahead_ms(&self) -> Option<i64> {
        (self.correction != 0).then(|| -self.correction)
    }

    /// True when the device's clock was set since the last look. A sleep in which the monotonic clock stood still looks
    /// the same, and costs the same: measuring again.
    fn was_set(&mut self, now: Now) -> bool {
        let Some(last) = self.last.replace(now) else {
            return false;
        };
        let expected = last
            .wall
            .0
            .saturating_add(now.mono.0.saturating_sub(last.mono.0));
        let moved = now.wall.0.abs_diff(expected);
        u128::from(moved) > limits::CLOCK_JUMP.as_millis()
    }
}

impl Node {
    /// Reads the device's clocks for one input and answers the time to go by.
    pub(super) fn read_clock(&mut self, device: Now) -> Now {
        // A monotonic clock that goes back is a shell's bug; time stands still then.
        self.now = self.now.max(device.mono);
        let device = Now {
            mono: self.now,
            ..device
        };
        if self.clock.was_set(device) {
            self.clock.hub = None;
            for peer in self.peers.values_mut() {
                peer.offset_ms = None;
            }
            self.hub_nudge(device);
        }
        self.device_wall = device.wall;
        self.correct_clock();
        Now {
            wall: self.wall,
            ..device
        }
    }

    /// The hub says what time it is.
    pub(super) fn hub_time(&mut self, wall: Wall) {
        self.evidence.hub_heard = Some(self.now);
        self.clock.hub = Some(difference(wall, self.device_wall));
        self.correct_clock();
    }

    /// A peer's time, `rtt` milliseconds after it was asked.
    pub(super) fn peer_time(&mut self, id: crate::id::PeerId, wall: Wall, asked: Mono) {
        let half = self.now.since(asked) / 2;
        let offset = difference(wall.plus(half), self.device_wall);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.offset_ms = Some(offset);
        }
        self.correct_clock();
    }

    fn correct_clock(&mut self) {
        let offset = self.clock.hub.unwrap_or_else(|| self.median_offset());
        let matters = u128::from(offset.unsigned_abs()) >= limits::CLOCK_TOLERANCE.as_millis();
        let correction = if matters { offset } else { 0 };
        // Measurements differ by milliseconds; time must not tremble with them.
        let steady = correction != 0
            && u128::from(correction.abs_diff(self.clock.correction))
                < limits::CLOCK_JUMP.as_millis();
        if !steady && correction != self.clock.correction {
            self.clock.correction = correction;
            self.changes.room = true;
        }
        self.wall = self.clock.correct(self.device_wall);
    }

    /// Somebody else's time was compared with this device's since it was last set.
    pub(super) fn is_clock_measured(&self) -> bool {
        self.clock.hub.is_some() || self.peers.values().any(|peer| peer.offset_ms.is_some())
    }

    fn median_offset(&self) -> i64 {
        let present = self
            .peers
            .values()
            .filter(|peer| peer.path != Path::None)
            .filter_map(|peer| peer.offset_ms);
        let offsets = sorted(present.chain([0]).collect(), i64::cmp);
        offsets
            .get((offsets.len() - 1) / 2)
            .copied()
            .unwrap_or_default()
    }
}

/// `a - b` in milliseconds.
fn difference(a: Wall, b: Wall) -> i64 {
    let away = i64::try_from(a.0.abs_diff(b.0)).unwrap_or(i64::MAX);
    if a >= b { away } else { -away }
}
