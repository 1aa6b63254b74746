//! Ways through other peers (R-LINK-4): who reaches whom, and the best way among them.
//!
//! Each node tells those it reaches itself whom else it reaches and through whom: a path vector, so a way that
//! leads through oneself is seen and left alone, and counting to infinity cannot happen. The sender of a packet
//! writes the whole way into it; nobody on the way decides anything, and no loop is possible.

use super::Node;
use super::Timer;
use super::output::{Level, Phase};
use super::view::Path;
use crate::id::{PeerId, SessionId};
use crate::limits;
use crate::order::gathered;
use crate::time::{Mono, Now};
use crate::wire::peer::{Near, Neighbor, PeerFrame};
use std::collections::BTreeMap;

/// What a neighbour has told of one peer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Reach {
    pub(super) session: SessionId,
    pub(super) via: Vec<PeerId>,
    pub(super) away: bool,
}

/// The cost of a way that is only known from a packet that came by it: anything told is better.
pub(super) const LEARNT: u64 = u64::MAX;
/// What a hop costs beside its time, in milliseconds: of two ways that are equally fast, the shorter is taken.
const HOP_COST: u64 = 20;

impl Node {
    /// Chooses, for each peer that cannot be reached otherwise, whom to go through.
    pub(super) fn choose_routes(&mut self, now: Now) {
        if !self.routes_due(now.mono) {
            return;
        }
        self.learn_away();
        let mut changed = false;
        let (hub, direct) = (self.hub.relays(), !self.relay_only);
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let best = self.best_route(now.mono, id);
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            let own = peer.own_path(now.mono, hub, direct) != Path::None;
            if own || peer.gone || peer.session.is_none() {
                peer.drop_route();
                continue;
            }
            if peer.via.is_silent(now.mono) {
                peer.rest_route(now.mono);
            }
            let route = match (best, peer.route.as_ref()) {
                // Learnt from a packet that came that way: nobody has told of it yet.
                (None, Some(_)) if peer.route_cost == LEARNT => continue,
                (None, _) => None,
                (Some(best), Some(held)) if best.cost >= peer.route_cost / 2 && best.has(held) => {
                    continue;
                }
                (Some(best), _) => Some((best.route, best.cost)),
            };
            let chosen = route.as_ref().map(|(route, _)| route);
            if chosen == peer.route.as_ref() {
                continue;
            }
            peer.drop_route();
            changed = true;
            if let Some((route, cost)) = route {
                let hops = route.len();
                peer.route = Some(route);
                peer.route_cost = cost;
                if !peer.neighbour {
                    // One of many in a large room.
                    continue;
                }
                self.log(
                    Level::Info,
                    Phase::Link,
                    Some(id),
                    format!("a way through {hops} other peers"),
                );
            }
        }
        if changed {
            self.reach_changed();
        }
    }

    /// Of those who are no neighbours, whoever is first on the way to them tells whether their page is in view.
    fn learn_away(&mut self) {
        let mut heard = Vec::new();
        for (id, peer) in self.peers.iter().filter(|(_, peer)| !peer.neighbour) {
            let first = peer.route.as_ref().and_then(|route| route.first());
            let teller = first.and_then(|first| self.peers.get(first));
            heard.extend(
                teller
                    .and_then(|t| t.near.get(id))
                    .map(|(reach, _)| (*id, reach.away)),
            );
        }
        for (id, away) in heard {
            self.seen_away(id, away);
        }
    }

    /// The cheapest way to a peer through one that is reached directly or through the hub.
    fn best_route(&self, now: Mono, id: PeerId) -> Option<Candidate> {
        let target = self.peers.get(&id)?;
        let session = target.session?;
        let mut valid = Vec::new();
        for (first, neighbour) in &self.peers {
            let usable = *first != id && matches!(neighbour.path, Path::Direct | Path::Hub);
            let rests = target
                .resting
                .is_some_and(|(resting, until)| resting == *first && until > now);
            let Some((reach, rtt)) = neighbour.near.get(&id).filter(|_| usable && !rests) else {
                continue;
            };
            let leads_back = reach.via.contains(&self.me) || reach.via.contains(first);
            if reach.session != session || leads_back || reach.via.len() >= limits::MAX_RELAYS {
                continue;
            }
            let mut route = vec![*first];
            route.extend_from_slice(&reach.via);
            let health = neighbour.health();
            let time = health.rtt_ms().unwrap_or(0) + u64::from(*rtt);
            let cost = (time + HOP_COST * route.len() as u64) * (1000 + 4 * health.loss_permille());
            valid.push((cost / 1000, route));
        }
        let (cost, route) = valid.iter().min().cloned()?;
        Some(Candidate {
            cost,
            route,
            valid: valid.into_iter().map(|(_, route)| route).collect(),
        })
    }

    /// Tells everyone reached directly or through the hub what changed in whom this node reaches. Not more often than
    /// once in [`limits::NEAR_PAUSE`], so that a storm of changes makes one frame.
    pub(super) fn tell_near(&mut self, now: Now) {
        if !self.near_due() {
            return;
        }
        let mine = self.near(now.mono);
        let pending = self.peers.iter().any(|(id, peer)| {
            matches!(peer.path, Path::Direct | Path::Hub) && !told_all(&peer.told, &mine, *id)
        });
        if !pending {
            self.near_told();
            return;
        }
        let due = self
            .told_near
            .map_or(now.mono, |at| at.plus(limits::NEAR_PAUSE));
        if due > now.mono {
            self.timers.set_earliest(Timer::Near, due);
            return;
        }
        self.told_near = Some(now.mono);
        self.near_told();
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            if !matches!(peer.path, Path::Direct | Path::Hub) || told_all(&peer.told, &mine, id) {
                continue;
            }
            let full = peer.told.is_empty();
            let up = mine
                .iter()
                .filter(|(other, (reach, _))| **other != id && peer.told.get(other) != Some(reach))
                .map(|(other, (reach, rtt))| Neighbor {
                    peer: *other,
                    session: reach.session,
                    via: reach.via.clone(),
                    rtt_ms: *rtt,
                    away: reach.away,
                })
                .collect();
            let down = peer
                .told
                .keys()
                .filter(|other| !mine.contains_key(other))
                .copied()
                .collect();
            let others = mine.iter().filter(|(other, _)| **other != id);
            peer.told = gathered(others.map(|(other, (reach, _))| (*other, reach.clone())));
            self.send(id, PeerFrame::Near(Near { full, up, down }));
        }
    }

    /// Whom this node reaches, and how.
    fn near(&self, now: Mono) -> BTreeMap<PeerId, (Reach, u32)> {
        let large = self.crowd.is_some();
        gathered(self.peers.iter().filter_map(|(id, peer)| {
            // A neighbour that fell silent may be gone. Many would be told, and tell it back.
            if large && peer.neighbour && !peer.health().is_proven(now) {
                return None;
            }
            let via = match peer.path {
                Path::Direct | Path::Hub => Vec::new(),
                Path::Peer => peer
                    .route
                    .clone()
                    .filter(|route| route.len() < limits::MAX_RELAYS)?,
                Path::None => return None,
            };
            let session = peer.session?;
            let rtt = match peer.path {
                Path::Peer if !peer.neighbour => peer.route_cost,
                _ => peer.health().rtt_ms().unwrap_or(0),
            };
            let away = peer.away;
            let reach = Reach { session, via, away };
            Some((*id, (reach, u32::try_from(rtt).unwrap_or(u32::MAX))))
        }))
    }

    /// A neighbour tells whom it reaches. Peers that nobody had told of are met that way (R-LINK-6).
    pub(super) fn near_received(&mut self, now: Now, id: PeerId, near: Near) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if near.full {
            peer.near.clear();
        }
        for other in near.down {
            peer.near.remove(&other);
        }
        let mut introduced = Vec::new();
        for entry in near.up {
            let fits = entry.via.len() < limits::MAX_RELAYS && peer.near.len() < limits::MAX_PEERS;
            if !fits || entry.peer == self.me || entry.peer == id {
                continue;
            }
            introduced.push((entry.peer, entry.session));
            let reach = Reach {
                session: entry.session,
                via: entry.via,
                away: entry.away,
            };
            peer.near.insert(entry.peer, (reach, entry.rtt_ms));
        }
        self.routes_changed();
        for (other, session) in introduced {
            self.introduced(now, other, session);
        }
    }

    /// Somebody knows a peer in this session. What is known at first hand counts more.
    fn introduced(&mut self, now: Now, id: PeerId, session: SessionId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            // A page that was left may be shown again.
            peer.gone &= peer.neighbour || peer.session != Some(session);
        }
        let known = self.peers.get(&id);
        if known.is_none() && self.peers.len() >= limits::MAX_PEERS {
            return;
        }
        let open = known.is_none_or(|peer| {
            let doubtful = !peer.on_hub || peer.is_unheard(now.mono);
            peer.session != Some(session) && peer.path == Path::None && doubtful
        });
        if open {
            self.meet(now, id, session);
        }
    }
}

impl Node {
    /// A peer that was never heard of in the session we know may have another: somebody who reaches it knows.
    pub(super) fn reconsider_session(&mut self, now: Now, id: PeerId) {
        let unheard = self
            .peers
            .get(&id)
            .is_some_and(|peer| peer.is_unheard(now.mono) || !peer.neighbour);
        let told = self
            .peers
            .values()
            .filter(|peer| matches!(peer.path, Path::Direct | Path::Hub))
            .find_map(|peer| peer.near.get(&id))
            .map(|(reach, _)| reach.session);
        if let Some(session) = told.filter(|_| unheard) {
            self.introduced(now, id, session);
        }
    }
}

fn told_all(
    told: &BTreeMap<PeerId, Reach>,
    mine: &BTreeMap<PeerId, (Reach, u32)>,
    recipient: PeerId,
) -> bool {
    let news = mine
        .iter()
        .filter(|(id, _)| **id != recipient)
        .any(|(id, (reach, _))| told.get(id) != Some(reach));
    !news && told.keys().all(|id| mine.contains_key(id))
}

struct Candidate {
    cost: u64,
    route: Vec<PeerId>,
    valid: Vec<Vec<PeerId>>,
}

impl Candidate {
    /// True when the way in use is still one of those on offer.
    fn has(&self, route: &[PeerId]) -> bool {
        self.valid.iter().any(|valid| valid == route)
    }
}
