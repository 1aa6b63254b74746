//! Packets on their way through peers: sealed end to end, along the way their sender wrote into them.

use super::Node;
use super::output::{Level, Phase};
use super::peer::Route;
use super::routes::LEARNT;
use super::view::Path;
use crate::id::PeerId;
use crate::limits;
use crate::order::gathered;
use crate::time::Now;
use crate::wire::WireError;
use crate::wire::peer::{Forward, NoRoute, PeerFrame};
use std::collections::BTreeSet;

impl Node {
    /// A packet from `carrier`: for this node, or to be handed on.
    pub(super) fn forward_received(&mut self, now: Now, carrier: PeerId, forward: Forward) {
        if let Err(error) = self.check_way(carrier, &forward) {
            self.reject(Phase::Link, Some(carrier), error);
            return;
        }
        if forward.to == self.me {
            if self.sealed_packet(now, forward.from, Route::Peer, &forward.sealed) {
                self.learn_way_back(forward.from, forward.route);
            }
            return;
        }
        let at = usize::from(forward.at) + 1;
        let next = forward.route.get(at).copied().unwrap_or(forward.to);
        let reached = self
            .peers
            .get(&next)
            .is_some_and(|peer| matches!(peer.path, Path::Direct | Path::Hub));
        if reached {
            self.forwarded += 1;
            let at = forward.at + 1;
            self.send(next, PeerFrame::Forward(Forward { at, ..forward }));
        } else {
            let back = NoRoute {
                from: forward.from,
                to: forward.to,
                route: forward.route,
                at: forward.at,
            };
            self.send(carrier, PeerFrame::NoRoute(back));
        }
    }

    /// The way is short, without repetition, and this node is where it says.
    fn check_way(&self, carrier: PeerId, forward: &Forward) -> Result<(), WireError> {
        let (route, at) = (&forward.route, usize::from(forward.at));
        if route.is_empty() || route.len() > limits::MAX_RELAYS {
            return Err(WireError::TooLarge);
        }
        let before = match at.checked_sub(1) {
            None => forward.from,
            Some(before) => *route.get(before).ok_or(WireError::Malformed)?,
        };
        let here = route.get(at).copied().unwrap_or(forward.to);
        let ends = [forward.from, forward.to];
        let all: BTreeSet<PeerId> = gathered(route.iter().chain(&ends).copied());
        let distinct = all.len() == route.len() + 2;
        if before == carrier && here == self.me && distinct {
            Ok(())
        } else {
            Err(WireError::Malformed)
        }
    }

    /// Whoever reached us through others is reached the same way back, until something better is known.
    fn learn_way_back(&mut self, from: PeerId, mut route: Vec<PeerId>) {
        route.reverse();
        if let Some(peer) = self.peers.get_mut(&from)
            && peer.route.is_none()
            && peer.path == Path::None
        {
            peer.route = Some(route);
            peer.route_cost = LEARNT;
        }
    }

    /// A packet of ours, or of somebody before us on its way, could not go on.
    pub(super) fn no_route_received(&mut self, now: Now, carrier: PeerId, lost: NoRoute) {
        let at = usize::from(lost.at);
        if lost.from != self.me {
            // One step back, if this node did hand it on.
            let before = at.checked_sub(1);
            let here = before.and_then(|before| lost.route.get(before));
            if here != Some(&self.me) || lost.route.get(at) != Some(&carrier) {
                return;
            }
            let back = before.and_then(|before| before.checked_sub(1));
            let target = match back {
                Some(back) => lost.route.get(back).copied(),
                None => Some(lost.from),
            };
            if let (Some(target), Ok(at)) = (target, u8::try_from(before.unwrap_or(0))) {
                self.send(target, PeerFrame::NoRoute(NoRoute { at, ..lost }));
            }
            return;
        }
        let Some(peer) = self.peers.get_mut(&lost.to) else {
            return;
        };
        if peer.route.as_deref() == Some(lost.route.as_slice()) {
            peer.rest_route(now.mono);
            self.routes_changed();
            self.log(
                Level::Info,
                Phase::Link,
                Some(lost.to),
                "no route: the way through other peers ended".into(),
            );
        }
    }
}
