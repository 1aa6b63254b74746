//! A hub that may be gone, and one that may be back: doubted with the peers, looked for by STUN (H-DOUBT, H-LOOK).

use super::output::{HubOp, IceConfig, IceServer, Output};
use super::{Node, Timer};
use crate::limits;
use crate::time::Now;

impl Node {
    /// While there is no socket: is there a way to the hub at all?
    pub(super) fn hub_look(&mut self, now: Now) {
        // Others answer while it is away.
        let own = format!("stun:{}:", self.hub_host);
        let servers: Vec<IceServer> = self
            .ice
            .iter()
            .filter(|server| server.url.starts_with(&own))
            .cloned()
            .collect();
        let idle = self.hub.is_away() && !self.hub.cut && !self.hub.is_final();
        // A hidden page may be throttled to one look a minute: its retries will do.
        if idle && !self.left && !self.hidden && !servers.is_empty() {
            self.output(Output::Hub(HubOp::Look(IceConfig { servers })));
            self.timers
                .set(Timer::HubLook, now.mono.plus(limits::HUB_LOOK));
        }
    }

    pub(super) fn hub_seen(&mut self, now: Now) {
        let rested = self
            .hub
            .seen
            .is_none_or(|at| now.mono.since(at) >= limits::HUB_SEEN_PAUSE);
        if self.hub.is_away() && rested {
            self.hub.seen = Some(now.mono);
            self.hub_reopen(now, "the hub is there again");
        }
    }

    /// A new socket in place of one that is of no use any more.
    pub(super) fn hub_reopen(&mut self, now: Now, reason: &str) {
        if !self.hub.is_final() && !self.hub.cut {
            self.hub_close(now, reason);
            self.timers.set(Timer::HubRetry, now.mono);
        }
    }

    /// Asks whether the hub is there, unless that is being asked.
    pub(super) fn hub_wonder(&mut self, now: Now) {
        let rested = self
            .hub
            .pinged
            .is_none_or(|at| now.mono.since(at) >= limits::DOUBT_PAUSE);
        if self.hub.is_joined() && self.hub.asked.is_none() && rested {
            self.hub_ask(now);
        }
    }

    /// Somebody does not answer. If the hub does not either, then it is the network that has changed.
    pub(super) fn hub_doubt(&mut self, now: Now) {
        if !self.hub.is_joined() {
            return;
        }
        self.hub_wonder(now);
        let Some(asked) = self.hub.asked else {
            return;
        };
        let due = asked.plus(limits::HUB_SUSPICION);
        if now.mono < due {
            self.timers.set(Timer::HubDoubt, due);
            return;
        }
        let rested = self
            .hub
            .suspected
            .is_none_or(|at| now.mono.since(at) >= limits::HUB_SUSPICION_PAUSE);
        if rested {
            self.hub.suspected = Some(now.mono);
            self.hub_reopen(now, "neither the hub nor a peer answers");
        }
    }
}
