//! Probes: one ping by every way to every present peer, answered together.

use super::command::{Done, ProbeResult};
use super::commands::Plan;
use super::output::Output;
use super::peer::Route;
use super::view::Path;
use super::{Node, Timer};
use crate::id::{PeerId, Ticket};
use crate::limits;
use crate::time::{Mono, Now};
use crate::wire::peer::PeerFrame;
use std::collections::BTreeMap;

/// A probe under way.
#[derive(Debug)]
pub(super) struct Probe {
    ticket: Ticket,
    asked: BTreeMap<(PeerId, Route), (u64, Mono)>,
    results: BTreeMap<PeerId, ProbeResult>,
}

impl Node {
    pub(super) fn probe_all(&mut self, now: Now, ticket: Ticket) -> Plan {
        let mut probe = Probe {
            ticket,
            asked: BTreeMap::new(),
            results: BTreeMap::new(),
        };
        let hub = self.hub.relays();
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let nonce = self.rng.next_u64();
            let beat = self.beat(nonce);
            let Some(peer) = self
                .peers
                .get_mut(&id)
                .filter(|peer| peer.path != Path::None)
            else {
                continue;
            };
            let routes = [
                (Route::Direct, peer.negotiation.is_open()),
                (Route::Hub, hub && peer.on_hub),
                (Route::Peer, peer.route.is_some()),
            ];
            for (route, _) in routes.iter().filter(|(_, open)| *open) {
                peer.outgoing.push((*route, PeerFrame::Ping(beat)));
                probe.asked.insert((id, *route), (nonce, now.mono));
            }
            probe.results.insert(
                id,
                ProbeResult {
                    peer: id,
                    direct_ms: None,
                    relay_ms: None,
                    via_peer_ms: None,
                    bytes: peer.bytes,
                },
            );
        }
        if let Some(older) = self.probe.replace(probe) {
            self.output(Output::Done(
                older.ticket,
                Ok(Done::Probed(older.results.into_values().collect())),
            ));
        }
        self.timers
            .set(Timer::Probe, now.mono.plus(limits::ACK_PATIENCE));
        self.probe_finished(false);
        Plan::Later
    }

    pub(super) fn probe_answered(&mut self, now: Now, id: PeerId, route: Route, nonce: u64) {
        let Some(probe) = self.probe.as_mut() else {
            return;
        };
        let Some((_, sent)) = probe
            .asked
            .get(&(id, route))
            .filter(|(asked, _)| *asked == nonce)
            .copied()
        else {
            return;
        };
        probe.asked.remove(&(id, route));
        let took = u64::try_from(now.mono.since(sent).as_millis()).unwrap_or(u64::MAX);
        if let Some(result) = probe.results.get_mut(&id) {
            match route {
                Route::Direct => result.direct_ms = Some(took),
                Route::Hub => result.relay_ms = Some(took),
                Route::Peer => result.via_peer_ms = Some(took),
            }
            if let Some(peer) = self.peers.get(&id) {
                result.bytes = peer.bytes;
            }
        }
        self.probe_finished(false);
    }

    /// Answers the probe when all have answered, or when their time is up.
    pub(super) fn probe_finished(&mut self, time_is_up: bool) {
        let ready = self
            .probe
            .take_if(|probe| time_is_up || probe.asked.is_empty());
        if let Some(probe) = ready {
            self.timers.clear(Timer::Probe);
            let results = probe.results.into_values().collect();
            self.output(Output::Done(probe.ticket, Ok(Done::Probed(results))));
        }
    }
}
