//! Faults on demand (R-DBG-2): what is broken on purpose, and how it is healed.

use super::command::{CommandError, Done, Fault};
use super::commands::Plan;
use super::{Node, Timer};
use crate::id::{ConnId, PeerId};
use crate::limits;
use crate::rng::Rng;
use crate::time::{Mono, Now};
use core::time::Duration;
use std::collections::VecDeque;

/// A direct link that delays and loses packets on purpose.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Added to every packet on its way out, in milliseconds.
    pub(super) delay_ms: u64,
    /// Packets lost out of a hundred, each way.
    pub(super) loss_percent: u8,
    held: VecDeque<(Mono, ConnId, Vec<u8>)>,
}

impl Line {
    pub(super) fn is_bad(&self) -> bool {
        self.delay_ms > 0 || self.loss_percent > 0
    }

    /// True when this packet is to be lost. Draws chance only where it matters, so that a node without faults
    /// runs as if there were none.
    pub(super) fn loses(&self, rng: &mut Rng) -> bool {
        self.loss_percent > 0 && rng.below(100) < u64::from(self.loss_percent)
    }
}

impl Node {
    /// [`super::Command::Fault`].
    pub(super) fn fault(&mut self, now: Now, fault: Fault) -> Result<Plan, CommandError> {
        match fault {
            Fault::DropLink(id) => {
                let peer = self.peers.get_mut(&id).ok_or(CommandError::NoSuchPerson)?;
                let steps = peer.negotiation.reset();
                self.perform(now, id, steps);
                if self.can_signal(id) {
                    self.reach(now, id);
                }
            }
            Fault::RelayOnly(on) => self.set_relay_only(now, on),
            Fault::CutHub(on) => self.set_cut_hub(now, on),
            Fault::Avoid(id, on) => {
                let peer = self.peers.get_mut(&id).ok_or(CommandError::NoSuchPerson)?;
                peer.avoided = on;
                if on {
                    let steps = peer.negotiation.reset();
                    self.perform(now, id, steps);
                } else if self.can_signal(id) {
                    self.reach(now, id);
                }
            }
            Fault::Delay(id, delay_ms) => {
                let longest = u64::try_from(limits::MAX_LINE_DELAY.as_millis()).unwrap_or(u64::MAX);
                let peer = self.peers.get_mut(&id).ok_or(CommandError::NoSuchPerson)?;
                peer.line.delay_ms = delay_ms.min(longest);
            }
            Fault::Loss(id, percent) => {
                let peer = self.peers.get_mut(&id).ok_or(CommandError::NoSuchPerson)?;
                peer.line.loss_percent = percent.min(100);
            }
        }
        self.changes.links = true;
        Ok(Plan::Answer(Done::Ok))
    }

    /// Sends a packet on the direct link, as well as the faults put on it let it.
    pub(super) fn send_direct(&mut self, id: PeerId, conn: ConnId, packet: Vec<u8>) {
        let due = self.now;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let line = &mut peer.line;
        if line.loses(&mut self.rng) {
            return;
        }
        if line.delay_ms > 0 || !line.held.is_empty() {
            // Behind the ones before it, also when the delay was shortened meanwhile: the channel is ordered.
            let last = line.held.back().map_or(due, |(at, ..)| *at);
            let at = due.plus(Duration::from_millis(line.delay_ms)).max(last);
            if line.held.len() == limits::HELD_PACKETS {
                line.held.pop_front();
            }
            line.held.push_back((at, conn, packet));
            self.timers.set_earliest(Timer::Held(id), at);
            return;
        }
        self.put_on_channel(id, conn, packet);
    }

    /// Sends what was held back long enough, unless its connection is gone.
    pub(super) fn release_held(&mut self, now: Now, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let open = peer
            .negotiation
            .conn()
            .filter(|_| peer.negotiation.is_open());
        let mut ready = Vec::new();
        while let Some((_, conn, packet)) = peer.line.held.pop_front_if(|(at, ..)| *at <= now.mono)
        {
            if open == Some(conn) {
                ready.push((conn, packet));
            }
        }
        if let Some((at, ..)) = peer.line.held.front() {
            self.timers.set(Timer::Held(id), *at);
        }
        for (conn, packet) in ready {
            self.put_on_channel(id, conn, packet);
        }
    }
}
