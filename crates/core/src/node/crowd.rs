//! A room too large for a full mesh: whom this node links with (R-LINK-7).

use super::view::Path;
use super::{Node, Timer};
use crate::id::{PeerId, Seq, WriterId};
use crate::limits;
use crate::order::gathered;
use crate::overlay::{self, Tree};
use crate::time::{Mono, Now};
use crate::wire::peer::{Gone, Link, PeerFrame};
use std::collections::BTreeSet;

/// What a node keeps about a large room; there is none in a small one.
#[derive(Debug, Default)]
pub(super) struct Crowd {
    members: BTreeSet<PeerId>,
    wanted: BTreeSet<PeerId>,
    pub(super) tree: Tree,
    stale: Stale,
    /// Own operations through this sequence were pushed.
    pub(super) pushed: Seq,
    /// Authors without a link here, whose operations came and were not confirmed to them.
    pub(super) owed: BTreeSet<WriterId>,
}

/// What is not worth doing at every turn in a large room: when it was done last, unless it is due again.
#[derive(Debug, Default)]
struct Stale {
    routes: Option<Mono>,
    told: bool,
}

impl Node {
    /// Ways through others may have changed, or who is reached.
    pub(super) fn routes_changed(&mut self) {
        if let Some(crowd) = self.crowd.as_mut() {
            crowd.stale = Stale::default();
        }
    }

    /// True when ways through others are to be chosen anew; in a small room at every turn.
    pub(super) fn routes_due(&mut self, now: Mono) -> bool {
        let Some(crowd) = self.crowd.as_mut() else {
            return true;
        };
        let last = crowd.stale.routes;
        let due = last.is_none_or(|at| now.since(at) >= limits::NEAR_PAUSE);
        if due {
            crowd.stale.routes = Some(now);
        }
        due
    }

    /// True when others may have to be told whom this node reaches.
    pub(super) fn near_due(&self) -> bool {
        self.crowd.as_ref().is_none_or(|crowd| !crowd.stale.told)
    }

    /// What others are told of whom this node reaches may have changed.
    pub(super) fn reach_changed(&mut self) {
        if let Some(crowd) = self.crowd.as_mut() {
            crowd.stale.told = false;
        }
    }

    pub(super) fn near_told(&mut self) {
        if let Some(crowd) = self.crowd.as_mut() {
            crowd.stale.told = true;
        }
    }

    /// A link with this peer is wanted: in a small room with everyone.
    pub(super) fn wants(&self, id: PeerId) -> bool {
        self.crowd
            .as_ref()
            .is_none_or(|crowd| crowd.wanted.contains(&id))
    }

    /// Frames are exchanged with this peer regularly; what the others have to say comes through those.
    pub(super) fn is_neighbour(&self, id: PeerId) -> bool {
        self.peers.get(&id).is_some_and(|peer| peer.neighbour)
    }

    /// Decides by who is there whether the room is large, and whom to link with then.
    pub(super) fn choose_links(&mut self, now: Now) {
        let here = self.peers.iter().filter(|(_, peer)| peer.is_here(now.mono));
        let here = here.map(|(id, _)| id);
        if here.clone().count() <= limits::MAX_LINKS {
            let members = gathered(here.copied());
            if self.crowd.take().is_some() {
                self.timers.clear(Timer::Links);
                for peer in self.peers.values_mut() {
                    peer.neighbour = true;
                }
                self.link_with(now, members);
            }
            return;
        }
        let crowd = self.crowd.get_or_insert_default();
        if crowd.members.iter().ne(here.clone()) {
            crowd.members = gathered(here.copied());
            let later = now.mono.plus(limits::LINK_CARE);
            self.timers.set_earliest(Timer::Links, later);
            let rests = |id: &PeerId| {
                let peer = self.peers.get(id);
                peer.is_some_and(|peer| peer.rests_until.is_some_and(|until| until > now.mono))
            };
            let open = crowd.members.iter().filter(|id| !rests(id)).copied();
            let open: BTreeSet<PeerId> = gathered(open);
            // When most do not link, the fault is here.
            let few = 2 * open.len() < crowd.members.len();
            let candidates = if few { &crowd.members } else { &open };
            let wanted = overlay::neighbours(self.me, candidates);
            let new = gathered(wanted.difference(&crowd.wanted).copied());
            crowd.wanted = wanted;
            self.link_with(now, new);
        }
        self.part(now);
    }

    fn link_with(&mut self, now: Now, ids: BTreeSet<PeerId>) {
        for id in ids {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.neighbour = true;
            }
            self.timers
                .set_earliest(Timer::Heartbeat(id), now.mono.plus(limits::HEARTBEAT));
            if self.can_signal(id) {
                self.reach(now, id);
            }
        }
    }

    /// Whoever is no neighbour any more is left to the tree; those who still are hear what this node makes of the link.
    fn part(&mut self, now: Now) {
        let Some(crowd) = self.crowd.as_mut() else {
            return;
        };
        let linked = |id: &&PeerId| self.peers.get(id).is_some_and(|p| p.path == Path::Direct);
        let direct = crowd.wanted.iter().filter(linked).count();
        // Where most wanted links do not come about, those there are may be all that holds the room together.
        let sound = 2 * direct > crowd.wanted.len();
        let mut tell = Vec::new();
        for (id, peer) in &mut self.peers {
            let wanted = crowd.wanted.contains(id);
            let needed = wanted || !sound;
            let was = peer.neighbour || peer.sync.is_some();
            let asked = peer.asked_us.map(|at| now.mono.since(at));
            let asks = asked.is_some_and(|since| since < limits::PING_PATIENCE);
            peer.neighbour = wanted || asks || peer.negotiation.conn().is_some();
            if !peer.neighbour && was {
                peer.sync = None;
                peer.told.clear();
                for timer in [
                    Timer::Negotiation,
                    Timer::Resend,
                    Timer::Doubt,
                    Timer::Silence,
                    Timer::Gone,
                ] {
                    self.timers.clear(timer(*id));
                }
            }
            if peer.sync.is_none() {
                crowd.tree.forget(*id);
                peer.told_needed = None;
            } else if peer.path != Path::None && peer.told_needed != Some(needed) {
                peer.told_needed = Some(needed);
                tell.push((*id, needed, crowd.tree.is_branch(*id)));
            }
            let idle = !peer.needed || !peer.is_here(now.mono);
            let needless = !needed && peer.neighbour && idle;
            peer.needless = needless.then(|| peer.needless.unwrap_or(now.mono));
        }
        for (id, needed, branch) in tell {
            self.send(id, PeerFrame::Link(Link { needed, branch }));
        }
    }

    pub(super) fn link_received(&mut self, id: PeerId, link: Link) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.needed = link.needed;
        if let Some(crowd) = self.crowd.as_mut().filter(|_| !link.branch) {
            crowd.tree.prune(id);
        }
    }

    /// Somebody said goodbye to a neighbour. Whoever hears from that peer itself knows better.
    pub(super) fn gone_received(&mut self, now: Now, from: PeerId, gone: Gone) {
        let known = self.peers.get(&gone.peer).is_some_and(|peer| {
            let heard = matches!(peer.path, Path::Direct | Path::Hub);
            peer.session == Some(gone.session) && !peer.gone && !heard
        });
        if known {
            self.bye(now, gone.peer);
            self.pass_on_bye(gone.peer, from);
        }
    }

    /// Tells the neighbours in a large room that a peer said goodbye.
    pub(super) fn pass_on_bye(&mut self, gone: PeerId, from: PeerId) {
        let session = self.peers.get(&gone).and_then(|peer| peer.session);
        let (Some(session), true) = (session, self.crowd.is_some()) else {
            return;
        };
        let neighbours = self.peers.iter().filter(|(_, peer)| peer.sync.is_some());
        let others = neighbours.map(|(id, _)| *id);
        let others: Vec<PeerId> = others.filter(|id| ![gone, from].contains(id)).collect();
        for id in others {
            let peer = gone;
            self.send(id, PeerFrame::Gone(Gone { peer, session }));
        }
    }

    /// Looks after the links of a large room, every [`limits::LINK_CARE`].
    pub(super) fn tend_links(&mut self, now: Now) {
        self.timers
            .set(Timer::Links, now.mono.plus(limits::LINK_CARE));
        self.rethink_links();
        let Some(wanted) = self.crowd.as_ref().map(|crowd| crowd.wanted.clone()) else {
            return;
        };
        let old = |peer: &super::Peer| {
            let since = peer.needless;
            since.is_some_and(|since| now.mono.since(since) >= limits::LINK_GRACE)
        };
        let ids = self.peers.iter().filter(|(_, peer)| old(peer));
        let ids: Vec<PeerId> = ids.map(|(id, _)| *id).collect();
        for id in ids {
            self.unlink(now, id);
        }
        for id in wanted {
            let idle = self.peers.get(&id).is_some_and(|peer| {
                peer.negotiation.conn().is_none() && peer.negotiation.due().is_none()
            });
            let failed = self.peers.get(&id).is_some_and(|peer| {
                peer.negotiation.conn().is_none() && peer.negotiation.failures() > 1
            });
            if failed {
                self.rest(now, id);
            } else if idle && self.can_signal(id) {
                self.reach(now, id);
            }
        }
        let lost = self.peers.iter().filter(|(_, p)| p.path == Path::None);
        let lost: Vec<PeerId> = lost.map(|(id, _)| *id).collect();
        for id in lost {
            self.reconsider_session(now, id);
        }
    }

    /// There is no way to a link with this peer, or it has no room: another will do for a while.
    pub(super) fn rest(&mut self, now: Now, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.rests_until = Some(now.mono.plus(limits::LINK_REST));
        }
        self.unlink(now, id);
        self.rethink_links();
    }

    /// At the end of this turn, chooses anew whom to link with.
    pub(super) fn rethink_links(&mut self) {
        if let Some(crowd) = self.crowd.as_mut() {
            crowd.members.clear();
            crowd.stale = Stale::default();
        }
    }

    fn unlink(&mut self, now: Now, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let steps = peer.negotiation.reset();
            self.perform(now, id, steps);
        }
    }

    /// True when there is a connection with this peer, or room for one. A link that is of no use makes room.
    pub(super) fn has_room(&mut self, now: Now, id: PeerId) -> bool {
        let linked = |peer: &super::Peer| peer.negotiation.conn().is_some();
        if self.peers.get(&id).is_some_and(linked) {
            return true;
        }
        let all = self.peers.iter().filter(|(_, peer)| linked(peer));
        let links: Vec<PeerId> = all.map(|(id, _)| *id).collect();
        if links.len() < limits::MAX_LINKS {
            return true;
        }
        let useless = |id: &&PeerId| {
            let peer = self.peers.get(id);
            peer.is_some_and(|peer| peer.needless.is_some() || !peer.is_here(now.mono))
        };
        let Some(useless) = links.iter().find(useless).copied() else {
            return false;
        };
        self.unlink(now, useless);
        true
    }
}
