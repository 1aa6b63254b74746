//! One socket as the broker sees it.

use super::network_of;
use crate::id::{PeerId, RoomId};
use crate::limits::{HUB_PING, HUB_SILENCE};
use crate::time::Mono;
use crate::wire::hub::{LinkState, Member};
use core::net::IpAddr;
use std::collections::BTreeMap;

/// Questions a quiet connection may leave unanswered.
const PATIENCE: u64 = HUB_SILENCE.as_secs() / HUB_PING.as_secs() - 1;

/// A place in a room.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Seat {
    pub(super) room: RoomId,
    pub(super) member: Member,
}

/// How a member said it reaches the others.
#[derive(Clone, Debug)]
pub(super) struct Reported {
    pub(super) at: Mono,
    pub(super) links: BTreeMap<PeerId, LinkState>,
}

/// A connected socket.
#[derive(Clone, Debug)]
pub(super) struct Connection {
    /// Where it comes from,
    pub(super) address: IpAddr,
    /// and as the limit per address counts.
    pub(super) network: IpAddr,
    /// What a join on this socket signs.
    pub(super) nonce: [u8; 32],
    /// Its room, once joined,
    pub(super) seat: Option<Seat>,
    /// and the public key of its device.
    pub(super) device: Option<[u8; 32]>,
    /// What its member last reported from this seat.
    pub(super) report: Option<Reported>,
    /// When to look at it again.
    pub(super) check_at: Mono,
    /// Records on their way to it from the shelf.
    pub(super) reading: usize,
    unanswered: u64,
}

/// What a look at a connection found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// It spoke lately.
    Fine,
    /// It is quiet: ask it.
    Ask,
    /// It answered nothing for [`HUB_SILENCE`].
    Silent,
}

impl Connection {
    pub(super) fn new(address: IpAddr, nonce: [u8; 32], now: Mono) -> Self {
        Self {
            address: address.to_canonical(),
            network: network_of(address),
            nonce,
            seat: None,
            device: None,
            report: None,
            check_at: now.plus(HUB_PING),
            reading: 0,
            unanswered: 0,
        }
    }

    /// It gave a sign of life.
    pub(super) fn heard(&mut self, now: Mono) {
        self.unanswered = 0;
        self.check_at = now.plus(HUB_PING);
    }

    /// Counts unanswered questions rather than time, so that a hub that slept does not close everyone on waking.
    pub(super) fn check(&mut self, now: Mono) -> Verdict {
        if now < self.check_at {
            return Verdict::Fine;
        }
        if self.unanswered >= PATIENCE {
            return Verdict::Silent;
        }
        self.unanswered += 1;
        self.check_at = now.plus(HUB_PING);
        Verdict::Ask
    }
}
