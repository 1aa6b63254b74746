//! Holds one socket to its rates of messages and bytes.

use super::State;
use crate::metrics::{Hit, Metrics};
use crate::rate::{Bucket, Rate};
use std::time::Instant;
use tokio::time::sleep;

#[derive(Debug)]
pub(super) struct Pace {
    metrics: Metrics,
    frames: (Rate, Bucket),
    bytes: (Rate, Bucket),
}

impl Pace {
    pub(super) fn new(state: &State) -> Self {
        let (limits, now) = (state.limits(), Instant::now());
        Self {
            metrics: state.metrics().clone(),
            frames: (Rate::new(limits.frames), Bucket::new(now)),
            bytes: (Rate::new(limits.bytes), Bucket::new(now)),
        }
    }

    /// Waits as long as so many more messages and bytes have to.
    pub(super) async fn keep(&mut self, messages: u32, bytes: usize) {
        let now = Instant::now();
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let frames = self.frames.1.charge(self.frames.0, now, messages);
        let wait = frames.max(self.bytes.1.charge(self.bytes.0, now, bytes));
        if !wait.is_zero() {
            self.metrics.hit(Hit::Pace);
            sleep(wait).await;
        }
    }
}
