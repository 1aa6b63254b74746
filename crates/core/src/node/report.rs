//! Reports of links to a hub whose operator wants to see them (R-HUB-5): ids, paths and times, never names.

use super::Node;
use super::deadline::Timer;
use super::peer::Peer;
use super::view::Path;
use crate::id::PeerId;
use crate::limits;
use crate::time::Now;
use crate::wire::hub::{ClientFrame, LinkState};
use crate::wire::registry::link_path;

impl Node {
    /// Tells the hub how each peer is reached: at once when that changed, at most once a second, and every 10 s.
    pub(super) fn report_links(&mut self, now: Now) {
        if !self.hub.takes_reports() {
            self.timers.clear(Timer::Report);
            return;
        }
        let known = self.peers.iter().filter(|(_, peer)| peer.session.is_some());
        let links: Vec<LinkState> = known
            .take(limits::HUB_MAX_MEMBERS)
            .map(|(id, peer)| state_of(*id, peer))
            .collect();
        let (soon, late) = limits::REPORT_PAUSE;
        let due = self.reported.as_ref().map_or(now.mono, |(at, told)| {
            let same = told.iter().map(essence).eq(links.iter().map(essence));
            at.plus(if same { late } else { soon })
        });
        if due > now.mono {
            self.timers.set(Timer::Report, due);
            return;
        }
        self.hub_send(&ClientFrame::LinkReport(links.clone()));
        self.reported = Some((now.mono, links));
        self.timers.set(Timer::Report, now.mono.plus(late));
    }
}

/// What makes a report worth sending before its time.
fn essence(link: &LinkState) -> (PeerId, u8, u8, u32, bool) {
    (link.peer, link.path, link.state, link.opened, link.relayed)
}

fn state_of(id: PeerId, peer: &Peer) -> LinkState {
    LinkState {
        peer: id,
        path: match peer.path {
            Path::None => link_path::NONE,
            Path::Direct => link_path::DIRECT,
            Path::Hub => link_path::HUB,
            Path::Peer => link_path::PEER,
        },
        state: super::evidence::state_number(peer.negotiation.state()),
        rtt_ms: peer
            .health()
            .rtt_ms()
            .map(|rtt| u32::try_from(rtt).unwrap_or(u32::MAX)),
        attempts: peer
            .negotiation
            .attempts
            .saturating_sub(peer.attempts_before),
        opened: peer.opened,
        relayed: peer.relayed,
    }
}
