//! The one reader of the system's clocks.

use corridor_core::time::{Mono, Now, Wall};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::Instant;

/// Reads time for the broker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Now {
        Now {
            mono: Mono(millis(self.start.elapsed())),
            wall: Wall(millis(
                SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or_default(),
            )),
        }
    }

    /// The instant of a deadline. Rounded up, so that a wake never comes just before it.
    pub(crate) fn instant(&self, at: Mono) -> Instant {
        self.start + Duration::from_millis(at.0.saturating_add(1))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
