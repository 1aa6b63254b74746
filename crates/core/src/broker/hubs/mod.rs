//! Other hubs that serve the same rooms (rules F-…): which there are, and what was missed of their words.
//!
//! Each hub tells all others what it knows, and numbers what it tells. Whoever misses a number asks for everything anew;
//! so a network between the hubs that loses, delays and repeats costs time and nothing else.

mod cross;
mod hear;
mod tell;

use super::guests::Moved;
use super::{Broker, BrokerCommand, Report, Subject, WakeReason};
use crate::id::{HubId, RoomId};
use crate::limits::{HUB_BEAT, HUB_BEATS_MISSED, HUB_MAX_OTHERS};
use crate::time::{Mono, Now};
use crate::wire::WireError;
use crate::wire::fanout::{Ask, Beat, FanoutFrame};
use std::collections::{BTreeMap, BTreeSet};
use tell::Telling;

/// Beats between two requests to tell everything anew: the first may be under way still.
const ASK_EVERY: u32 = 2;

/// What one hub knows of the others.
#[derive(Debug, Default)]
pub(super) struct Hubs {
    own: HubId,
    /// The number of what was told last.
    seq: u64,
    others: BTreeMap<HubId, Other>,
    listening: BTreeSet<RoomId>,
    telling: Option<Telling>,
    refused: u64,
}

#[derive(Debug, Default)]
struct Other {
    /// The number of what was heard last.
    heard: u64,
    /// Something up to this number was missed.
    missed: Option<u64>,
    /// Beats since it was asked for that, if it was.
    asked: Option<u32>,
    /// Beats since anything was heard.
    silent: u32,
    connections: usize,
}

impl Hubs {
    /// No others yet.
    pub(super) fn new(own: HubId) -> Self {
        Self {
            own,
            ..Self::default()
        }
    }

    /// How many others there are.
    pub(super) fn len(&self) -> usize {
        self.others.len()
    }

    /// The sockets of all others.
    pub(super) fn connections(&self) -> usize {
        self.others.values().map(|other| other.connections).sum()
    }

    fn next_seq(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }
}

impl Other {
    /// False for what was heard before.
    fn takes(&mut self, seq: u64) -> bool {
        if seq <= self.heard {
            return false;
        }
        if seq > self.heard + 1 {
            self.missed = Some(seq);
        }
        self.heard = seq;
        true
    }
}

impl Broker {
    /// Another hub published something.
    pub(super) fn heard(&mut self, now: Now, subject: Subject, bytes: &[u8]) {
        if !self.config.fanout {
            return;
        }
        let frame = match FanoutFrame::decode(bytes) {
            Ok(frame) => frame,
            Err(WireError::Unknown(_)) => {
                self.unknown_frames = self.unknown_frames.saturating_add(1);
                return;
            }
            Err(_) => {
                self.hubs.refused = self.hubs.refused.saturating_add(1);
                return;
            }
        };
        let hub = frame.hub();
        if hub == self.hubs.own || !self.greet(hub) {
            return;
        }
        let Some(other) = self.hubs.others.get_mut(&hub) else {
            return;
        };
        other.silent = 0;
        if frame.seq().is_some_and(|seq| !other.takes(seq)) {
            return;
        }
        match (subject, frame) {
            (Subject::Hubs, FanoutFrame::Beat(beat)) => {
                other.connections = usize::try_from(beat.connections).unwrap_or(usize::MAX);
                if beat.seq > other.heard {
                    (other.heard, other.missed) = (beat.seq, Some(beat.seq));
                }
            }
            (Subject::Hubs, FanoutFrame::Room(part)) => self.hear_room(now, part),
            (Subject::Hubs, FanoutFrame::Entry(entry)) => self.hear_entry(now.mono, entry),
            (Subject::Hubs, FanoutFrame::Letter(posted)) => self.hear_letter(now, posted),
            (Subject::Hubs, FanoutFrame::Report(report)) => self.hear_report(now.mono, report),
            (Subject::Hubs, FanoutFrame::Told(told)) => {
                if other.missed.is_some_and(|missed| missed <= told.first) {
                    other.missed = None;
                }
                self.end_of_telling(told);
            }
            (Subject::Hubs, FanoutFrame::Ask(ask)) if ask.of == self.hubs.own => {
                self.tell_everything(now.mono);
            }
            (Subject::Room(room), frame) => self.cross(now.mono, room, frame),
            (Subject::Hubs, _) => {}
        }
        self.ask_for_missed(hub);
    }

    /// True when `hub` is one of the others, from now on if need be.
    fn greet(&mut self, hub: HubId) -> bool {
        if self.hubs.others.contains_key(&hub) {
            return true;
        }
        if self.hubs.others.len() >= HUB_MAX_OTHERS {
            return false;
        }
        let other = Other {
            // All that it told before.
            missed: Some(0),
            ..Other::default()
        };
        self.hubs.others.insert(hub, other);
        self.report(Report::HubFound(hub));
        // So that it asks, and need not wait for the next one.
        self.publish_beat();
        true
    }

    fn ask_for_missed(&mut self, hub: HubId) {
        let Some(other) = self.hubs.others.get_mut(&hub) else {
            return;
        };
        if other.missed.is_none() {
            other.asked = None;
        } else if other.asked.is_none() {
            other.asked = Some(0);
            let (hub, of) = (self.hubs.own, hub);
            self.publish(Subject::Hubs, &FanoutFrame::Ask(Ask { hub, of }));
        }
    }

    /// Gives a sign of life, and counts who gave none: beats are counted rather than time, so that a hub that slept does not
    /// lose everybody on waking.
    pub(super) fn beat(&mut self, now: Mono) {
        if !self.config.fanout {
            return;
        }
        self.publish_beat();
        self.timers.set(WakeReason::Beat, now.plus(HUB_BEAT));
        let (mut lost, mut behind) = (Vec::new(), Vec::new());
        for (hub, other) in &mut self.hubs.others {
            other.silent += 1;
            if other.silent > HUB_BEATS_MISSED {
                lost.push(*hub);
            }
            other.asked = other.asked.map(|beats| beats + 1);
            if other.asked.is_some_and(|beats| beats >= ASK_EVERY) {
                other.asked = None;
                behind.push(*hub);
            }
        }
        behind.into_iter().for_each(|hub| self.ask_for_missed(hub));
        lost.into_iter().for_each(|hub| self.lose(hub));
    }

    /// A hub is gone, and so are its members, unless they have come elsewhere.
    fn lose(&mut self, hub: HubId) {
        self.hubs.others.remove(&hub);
        self.report(Report::HubLost(hub));
        self.drop_claims(|guests| guests.drop_hub(hub));
    }

    fn drop_claims(&mut self, drop: impl Fn(&mut super::guests::Guests) -> Moved) {
        let moved: Vec<(RoomId, Moved)> = self
            .rooms
            .iter_mut()
            .map(|(id, room)| (id, drop(room.guests_mut())))
            .filter(|(_, moved)| *moved != Moved::default())
            .collect();
        for (room, moved) in moved {
            self.tell_moved(room, moved);
        }
    }

    fn publish_beat(&mut self) {
        let beat = Beat {
            hub: self.hubs.own,
            seq: self.hubs.seq,
            connections: u32::try_from(self.connections.len()).unwrap_or(u32::MAX),
        };
        self.publish(Subject::Hubs, &FanoutFrame::Beat(beat));
    }

    fn publish(&mut self, subject: Subject, frame: &FanoutFrame) {
        let bytes = frame.encode().into();
        self.commands
            .push_back(BrokerCommand::Publish { subject, bytes });
    }
}
