//! STUN and TURN servers that the hub tells of. Credentials end: they are renewed before, and connections take the new
//! ones at their next ICE restart.

use super::output::{IceConfig, IceServer, Output, RtcOp};
use super::{Node, Timer};
use crate::limits;
use crate::time::Now;
use crate::wire::hub::Joined;
use core::time::Duration;

impl Node {
    /// What the hub told when this node joined, for the first time or again.
    pub(super) fn take_servers(&mut self, now: Now, joined: &Joined) {
        let turn = joined.turn.iter().flat_map(|turn| {
            let credential = Some((turn.user.clone(), turn.credential.clone()));
            turn.urls.iter().map(move |url| (url, credential.clone()))
        });
        let servers: Vec<IceServer> = joined
            .ice
            .iter()
            .map(|url| (url, None))
            .chain(turn)
            .take(limits::MAX_ICE_SERVERS)
            .map(|(url, credential)| IceServer {
                // TURN over TCP says so behind a question mark of its own.
                url: url.replacen(":?", &format!(":{}", self.hub_host), 1),
                credential,
            })
            .collect();
        match &joined.turn {
            Some(turn) => {
                let lasts = Duration::from_secs(u64::from(turn.lasts_s));
                let renewed = (lasts * 3 / 4).max(limits::TURN_PAUSE);
                self.timers.set(Timer::Turn, now.mono.plus(renewed));
            }
            None => self.timers.clear(Timer::Turn),
        }
        if servers == self.ice {
            return;
        }
        self.ice = servers;
        for (conn, peer) in self.conns.clone() {
            let config = self.ice_config();
            let op = RtcOp::Configure(config);
            self.output(Output::Rtc { conn, peer, op });
        }
    }

    /// The settings of a connection that begins, or restarts ICE, now.
    pub(super) fn ice_config(&self) -> IceConfig {
        IceConfig {
            servers: self.ice.clone(),
        }
    }

    /// Credentials of TURN servers end before long. Without the hub it is tried again: whoever comes back to it joins,
    /// and has new ones.
    pub(super) fn renew_turn(&mut self, now: Now) {
        if self.hub.is_joined() {
            self.hub_join();
        }
        self.timers
            .set(Timer::Turn, now.mono.plus(limits::TURN_PAUSE));
    }
}
