//! Counts over the last day, for the operator's charts: one a minute while anybody is connected.

use super::{Broker, Layer, LinkCounts, Totals, WakeReason};
use crate::limits::{HUB_SAMPLE_EVERY, HUB_SAMPLES};
use crate::time::{Now, Wall};

/// The counts of one moment. They hold until the next sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sample {
    /// When.
    pub at: Wall,
    /// Connected members.
    pub members: usize,
    /// Rooms.
    pub rooms: usize,
    /// Links, each counted once.
    pub links: LinkCounts,
    /// Links whose ends tell different things.
    pub disagreeing: usize,
}

impl Broker {
    /// Plans the next sample. When the last connection ends, the empty hub is sampled at once, and then no more.
    pub(super) fn plan_sample(&mut self, now: Now) {
        if !self.config.layers.has(Layer::Admin) {
            return;
        }
        let planned = self.timers.is_set(WakeReason::Sample);
        match (self.connections.is_empty(), planned) {
            (true, true) => {
                self.timers.clear(WakeReason::Sample);
                self.take_sample(now);
            }
            (false, false) => self
                .timers
                .set(WakeReason::Sample, now.mono.plus(HUB_SAMPLE_EVERY)),
            _ => {}
        }
    }

    pub(super) fn take_sample(&mut self, now: Now) {
        let rooms = self.room_statuses(now.mono);
        let Totals {
            members,
            rooms,
            links,
            disagreeing,
            ..
        } = self.totals(now.mono, &rooms);
        if self.samples.len() >= HUB_SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(Sample {
            at: now.wall,
            members,
            rooms,
            links,
            disagreeing,
        });
    }
}
