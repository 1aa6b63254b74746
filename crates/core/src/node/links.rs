//! Peers and the ways to them: meet, reach, negotiate, ping, choose.

use super::command::InviteError;
use super::input::RtcEvent;
use super::output::{Level, Output, Phase, RtcOp};
use super::peer::{Peer, Route};
use super::view::{HubState, Path};
use super::{Node, Timer};
use crate::id::{ConnId, PeerId, SessionId};
use crate::limits;
use crate::link::negotiate::Step;
use crate::link::parts::Assembly;
use crate::seal::End;
use crate::time::Now;
use crate::wire::hub::ClientFrame;
use crate::wire::peer::{Beat, PeerFrame};
use crate::wire::slip::SlipKind;

impl Node {
    /// A session of a peer is known: a new one replaces the old one and all that hung on it.
    pub(super) fn meet(&mut self, now: Now, id: PeerId, session: SessionId) {
        let offers = self.me > id;
        let peer = self
            .peers
            .entry(id)
            .or_insert_with(|| Peer::new(now.mono, offers));
        if peer.session != Some(session) {
            let steps = peer.negotiation.reset();
            peer.begin_session(now.mono, session);
            self.perform(now, id, steps);
            self.routes_changed();
            self.timers
                .set(Timer::Heartbeat(id), now.mono.plus(limits::HEARTBEAT));
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.gone = false;
        }
    }

    /// Dials, or repairs what does not work, as far as links are allowed.
    pub(super) fn reach(&mut self, now: Now, id: PeerId) {
        if self.relay_only || self.left || !self.wants(id) || !self.has_room(now, id) {
            return;
        }
        let next_conn = &mut self.next_conn;
        if let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.avoided) {
            let steps = peer.negotiation.reach(now.mono, || fresh_conn(next_conn));
            self.perform(now, id, steps);
        }
    }

    /// Carries out what a negotiation asks for.
    pub(super) fn perform(&mut self, now: Now, id: PeerId, steps: Vec<Step>) {
        for step in steps {
            match step {
                Step::Signal(signal) => self.send_signal(id, &signal),
                Step::Create(conn) => {
                    self.conns.insert(conn, id);
                    let config = self.ice_config();
                    self.output(Output::Rtc {
                        conn,
                        peer: id,
                        op: RtcOp::Create(config),
                    });
                }
                Step::Rtc(conn, op) => {
                    if op == RtcOp::Close {
                        self.conns.remove(&conn);
                        if let Some(peer) = self.peers.get_mut(&id) {
                            peer.direct.close();
                            peer.flow.reset();
                            peer.parts = Assembly::default();
                        }
                    }
                    self.output(Output::Rtc { conn, peer: id, op });
                }
                Step::Changed(reason) => {
                    if let Some(peer) = self.peers.get_mut(&id) {
                        peer.changed(now.mono, reason);
                    }
                    self.changes.links = true;
                    self.log(Level::Info, Phase::Link, Some(id), reason.to_owned());
                }
            }
        }
    }

    pub(super) fn rtc_event(&mut self, now: Now, conn: ConnId, event: RtcEvent) {
        if self.slip_event(conn, &event) {
            return;
        }
        let Some(id) = self.conns.get(&conn).copied() else {
            return;
        };
        if let RtcEvent::Packet(packet) = &event {
            self.packet(now, id, Route::Direct, packet);
            return;
        }
        if matches!(event, RtcEvent::Drained) {
            // More is handed out at the end of this turn.
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.flow.drained();
            }
            return;
        }
        if let RtcEvent::Failed(step) | RtcEvent::CandidateRefused(step) = &event {
            self.log(Level::Warn, Phase::Handshake, Some(id), step.clone());
        }
        self.notice_event(&event);
        let opened = matches!(event, RtcEvent::ChannelOpen);
        let signalable = self.can_signal(id);
        if let Some(peer) = self.peers.get_mut(&id) {
            let steps =
                peer.negotiation
                    .handle_event(now.mono, conn, event, signalable, &mut self.rng);
            self.perform(now, id, steps);
        }
        if opened {
            if let Some(peer) = self.peers.get_mut(&id) {
                peer.opened += 1;
            }
            self.ping(now, id);
        }
    }

    /// The negotiation's own deadline.
    pub(super) fn negotiate(&mut self, now: Now, id: PeerId) {
        let signalable =
            self.can_signal(id) && !self.relay_only && self.wants(id) && self.has_room(now, id);
        let next_conn = &mut self.next_conn;
        if let Some(peer) = self.peers.get_mut(&id) {
            let steps = peer
                .negotiation
                .wake(now.mono, signalable, &mut self.rng, || {
                    fresh_conn(next_conn)
                });
            self.perform(now, id, steps);
        }
    }

    /// Asks for a sign of life: on the direct channel when there is one, and through the hub while
    /// the direct channel is not in use.
    pub(super) fn ping(&mut self, now: Now, id: PeerId) {
        let nonce = self.rng.next_u64();
        let beat = self.beat(nonce);
        let hub = self.hub.relays();
        // Two who only answer each other would never stop.
        let wanted = self.wants(id);
        let asks = |peer: &&mut Peer| wanted || peer.negotiation.conn().is_some();
        let Some(peer) = self.peers.get_mut(&id).filter(asks) else {
            return;
        };
        if peer.negotiation.is_open() {
            peer.direct.pinged(now.mono, nonce);
            peer.outgoing.push((Route::Direct, PeerFrame::Ping(beat)));
        }
        if peer.path != Path::Direct && hub && peer.on_hub {
            peer.hub.pinged(now.mono, nonce);
            peer.outgoing.push((Route::Hub, PeerFrame::Ping(beat)));
        } else if peer.path != Path::Direct && peer.route.is_some() {
            peer.via.pinged(now.mono, nonce);
            peer.outgoing.push((Route::Peer, PeerFrame::Ping(beat)));
        }
    }

    pub(super) fn beat(&self, nonce: u64) -> Beat {
        Beat {
            nonce,
            digest: self.kept.digest(),
            away: self.hidden,
            wall: self.wall,
        }
    }

    /// The regular sign of life. A peer that nothing leads to any more needs none.
    pub(super) fn heartbeat(&mut self, now: Now, id: PeerId) {
        self.ping(now, id);
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.neighbour) else {
            return;
        };
        let lost = peer.path == Path::None
            && !peer.on_hub
            && peer.route.is_none()
            && !peer.negotiation.is_open();
        let shown = peer.presence(now.mono) != crate::model::Presence::Offline;
        if !lost || shown {
            self.timers
                .set(Timer::Heartbeat(id), now.mono.plus(limits::HEARTBEAT));
        }
        self.greet(id, true);
        self.reconsider_session(now, id);
    }

    /// Chooses each peer's path anew. What was in flight on the old one is sent again on the new one.
    pub(super) fn choose_paths(&mut self, now: Now) {
        // When a path ends, so may ways that led through that peer.
        for _ in 0..=limits::MAX_RELAYS {
            if !self.choose_paths_once(now) || self.crowd.is_none() {
                break;
            }
            self.routes_changed();
        }
    }

    /// True when a path changed.
    fn choose_paths_once(&mut self, now: Now) -> bool {
        self.choose_routes(now);
        let mut changed = false;
        let (hub, direct) = (self.hub.relays(), !self.relay_only);
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            let path = peer.choose_path(now.mono, hub, direct);
            if path == peer.path {
                continue;
            }
            changed = true;
            let reason = match path {
                Path::Direct => "direct",
                Path::Hub => "through the hub",
                Path::Peer => "through another peer",
                _ => "no path",
            };
            peer.path = path;
            peer.told.clear();
            peer.told_needed = None;
            peer.changed(now.mono, reason);
            self.changes.links = true;
            if let Some(sync) = peer.sync.as_mut() {
                sync.restart();
            }
            self.mark_unconfirmed(id);
            self.log(Level::Info, Phase::Link, Some(id), reason.to_owned());
            if path != Path::None {
                self.timers
                    .set_earliest(Timer::Heartbeat(id), now.mono.plus(limits::HEARTBEAT));
                self.greet(id, false);
                let later = now.mono.plus(limits::ACK_PATIENCE);
                self.timers.set_earliest(Timer::Unconfirmed, later);
                if self.crowd.is_some() && path != Path::Direct {
                    // Whoever waits for this answer is waited for by many.
                    self.ping(now, id);
                }
            }
            if path == Path::Peer {
                // Now there is somebody to carry the handshake.
                self.reach(now, id);
            }
        }
        changed
    }

    /// The peer said goodbye.
    pub(super) fn bye(&mut self, now: Now, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let steps = peer.negotiation.reset();
            peer.gone = true;
            peer.on_hub = false;
            peer.hub.close();
            peer.drop_route();
            peer.sync = None;
            self.perform(now, id, steps);
        }
    }

    /// Says goodbye to everyone and closes everything, in this turn.
    pub(super) fn close_all(&mut self, now: Now) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in &ids {
            // Others hear from these that we are gone.
            if self.is_neighbour(*id) {
                self.send(*id, PeerFrame::Bye);
            }
        }
        self.flush(now);
        self.drop_slip(now, SlipKind::Invite, InviteError::Gone);
        for id in ids {
            if let Some(peer) = self.peers.get_mut(&id) {
                let steps = peer.negotiation.reset();
                self.perform(now, id, steps);
            }
        }
        if self.hub.is_joined() {
            self.shelve_now(now);
            self.hub_send(&ClientFrame::Leave);
        }
        self.hub_close(now, "leaving");
        self.timers.clear(Timer::HubRetry);
        self.timers.clear(Timer::HubLook);
        self.timers.clear(Timer::Turn);
    }

    /// [`super::Fault::RelayOnly`].
    pub(super) fn set_relay_only(&mut self, now: Now, on: bool) {
        self.relay_only = on;
        self.drop_slip(now, SlipKind::Invite, InviteError::NoAddress);
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            if on {
                if let Some(peer) = self.peers.get_mut(&id) {
                    let steps = peer.negotiation.reset();
                    self.perform(now, id, steps);
                }
            } else if self.can_signal(id) {
                self.reach(now, id);
            }
        }
    }

    /// [`super::Fault::CutHub`].
    pub(super) fn set_cut_hub(&mut self, now: Now, on: bool) {
        self.hub.cut = on;
        if on {
            self.hub_close(now, "cut on purpose");
            self.hub.state = HubState::Unreachable;
            self.timers.clear(Timer::HubRetry);
            self.timers.clear(Timer::HubLook);
        } else {
            self.hub_nudge(now);
        }
    }

    pub(crate) fn end(&self) -> End {
        End {
            peer: self.me,
            session: self.session,
        }
    }
}

pub(super) fn fresh_conn(next: &mut u64) -> ConnId {
    *next += 1;
    ConnId(*next)
}
