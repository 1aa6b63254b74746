//! Peers and the ways to them: meet, reach, negotiate, ping, choose.

use super::input::{Candidate, RtcEvent};
use super::output::{IceConfig, Level, Output, Phase, RtcOp};
use super::peer::{Peer, Route};
use super::view::{HubState, Path, Tampering};
use super::{Node, Timer};
use crate::id::{ConnId, PeerId, SessionId};
use crate::limits;
use crate::link::negotiate::Step;
use crate::seal::{self, End, Purpose};
use crate::time::Now;
use crate::wire::WireError;
use crate::wire::hub::{ClientFrame, Parcel};
use crate::wire::peer::{Beat, PeerFrame};
use crate::wire::signal::Signal;

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
            self.timers
                .set(Timer::Heartbeat(id), now.mono.plus(limits::HEARTBEAT));
        }
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.gone = false;
        }
    }

    /// Dials, or repairs what does not work, as far as links are allowed.
    pub(super) fn reach(&mut self, now: Now, id: PeerId) {
        let linked = self
            .peers
            .values()
            .filter(|peer| peer.negotiation.conn().is_some())
            .count();
        if self.relay_only || self.left || linked >= limits::MAX_PEERS {
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
                    let config = IceConfig {
                        servers: self.ice.clone(),
                    };
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

    pub(super) fn can_signal(&self, id: PeerId) -> bool {
        self.peers.get(&id).is_some_and(|peer| {
            let linked = matches!(peer.path, Path::Direct | Path::Peer);
            (self.hub.signals() && peer.on_hub) || linked
        })
    }

    fn send_signal(&mut self, id: PeerId, signal: &Signal) {
        self.log_signal(id, signal, "to");
        let mine = self.end();
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let Some(session) = peer.session else {
            return;
        };
        let ends = (mine, End { peer: id, session });
        let signed = seal::sign_step(&self.device, ends, &signal.encode());
        peer.sealed_out += 1;
        let counter = peer.sealed_out;
        let sealed = seal::seal(
            &self.keys,
            Purpose::Handshake,
            ends,
            counter,
            &mut self.rng,
            &signed,
        );
        if self.hub.signals() && peer.on_hub {
            self.hub_send(&ClientFrame::Signal(Parcel {
                peer: id,
                sealed: sealed.into(),
            }));
        } else {
            self.send(id, PeerFrame::Signal(sealed.into()));
        }
    }

    /// A negotiation step, from the hub or over a link.
    pub(super) fn sealed_signal(&mut self, now: Now, id: PeerId, sealed: &[u8]) {
        match self.open_signal(id, sealed) {
            Ok(Some(signal)) => {
                self.log_signal(id, &signal, "from");
                if self.relay_only || self.left {
                    return;
                }
                let next_conn = &mut self.next_conn;
                if let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.avoided) {
                    let steps = peer
                        .negotiation
                        .handle_signal(now.mono, signal, || fresh_conn(next_conn));
                    self.perform(now, id, steps);
                }
            }
            Ok(None) => {}
            Err(Refused::Tampered(what)) => self.tampered(id, what),
            Err(Refused::Malformed(error)) => self.reject(Phase::Handshake, Some(id), error),
        }
    }

    /// `None` for steps of an earlier session, which are late and nobody's fault.
    fn open_signal(&mut self, id: PeerId, sealed: &[u8]) -> Result<Option<Signal>, Refused> {
        let header = seal::header(sealed).map_err(|_| Tampering::Altered)?;
        let mine = self.end();
        let known = |session| {
            mine.session == session
                || self
                    .peers
                    .values()
                    .any(|other| other.session == Some(session))
        };
        let theirs = self.peers.get(&id).and_then(|peer| peer.session);
        if theirs != Some(header.from) || header.to != mine.session {
            let swapped = (theirs != Some(header.from) && known(header.from))
                || (header.to != mine.session && known(header.to));
            return if swapped {
                Err(Tampering::Swapped.into())
            } else {
                Ok(None)
            };
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return Ok(None);
        };
        // Opened first: only a genuine step can have been seen before.
        let signed = seal::open(&self.keys, Purpose::Handshake, (id, mine.peer), sealed)
            .map_err(|_| Tampering::Altered)?;
        let from = End {
            peer: id,
            session: header.from,
        };
        let step = seal::verify_step((from, mine), &signed).map_err(|_| Tampering::Altered)?;
        if !peer.signals_in.is_fresh(header.counter) {
            return Err(Tampering::Replayed.into());
        }
        peer.signals_in.take(header.counter);
        Ok(Some(Signal::decode(step)?))
    }

    /// Whoever carried a negotiation step has tampered with it: nothing happens but that it is told.
    fn tampered(&mut self, id: PeerId, what: Tampering) {
        self.rejected += 1;
        self.changes.room = true;
        self.changes.links = true;
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.tampered = (peer.tampered.0 + 1, Some(what));
        }
        self.log(
            Level::Warn,
            Phase::Handshake,
            Some(id),
            format!("refused: {}", what.as_str()),
        );
    }

    pub(super) fn rtc_event(&mut self, now: Now, conn: ConnId, event: RtcEvent) {
        let Some(id) = self.conns.get(&conn).copied() else {
            return;
        };
        if let RtcEvent::Packet(packet) = &event {
            self.packet(now, id, Route::Direct, packet);
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
        let signalable = self.can_signal(id) && !self.relay_only;
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
        let Some(peer) = self.peers.get_mut(&id) else {
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
        let Some(peer) = self.peers.get_mut(&id) else {
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
        self.choose_routes(now);
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
            let reason = match path {
                Path::Direct => "direct",
                Path::Hub => "through the hub",
                Path::Peer => "through another peer",
                _ => "no path",
            };
            peer.path = path;
            peer.told.clear();
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
            }
            if path == Path::Peer {
                // Now there is somebody to carry the handshake.
                self.reach(now, id);
            }
        }
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
            self.send(*id, PeerFrame::Bye);
        }
        self.flush(now);
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
    }

    /// [`super::Fault::RelayOnly`].
    pub(super) fn set_relay_only(&mut self, now: Now, on: bool) {
        self.relay_only = on;
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

    pub(super) fn end(&self) -> End {
        End {
            peer: self.me,
            session: self.session,
        }
    }

    fn log_signal(&mut self, id: PeerId, signal: &Signal, direction: &str) {
        self.notice_signal(id, signal, direction == "from");
        let text = match signal {
            Signal::Offer(round, _) => format!(
                "offer {direction} peer, attempt {} round {}",
                round.attempt, round.round
            ),
            Signal::Answer(round, _) => format!(
                "answer {direction} peer, attempt {} round {}",
                round.attempt, round.round
            ),
            Signal::Candidate(_, candidate) => {
                format!("candidate {direction} peer: {}", describe(candidate))
            }
            Signal::Ask { restart: true } => format!("ICE restart asked {direction} peer"),
            Signal::Ask { restart: false } => format!("offer asked {direction} peer"),
        };
        self.log(Level::Debug, Phase::Handshake, Some(id), text);
    }
}

/// Why a negotiation step is not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Refused {
    Tampered(Tampering),
    Malformed(WireError),
}

impl From<Tampering> for Refused {
    fn from(what: Tampering) -> Self {
        Self::Tampered(what)
    }
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self::Malformed(error)
    }
}

fn fresh_conn(next: &mut u64) -> ConnId {
    *next += 1;
    ConnId(*next)
}

/// Type, protocol and address of a candidate line: `candidate:foundation component protocol priority
/// address port typ type …` (RFC 8839 §5.1).
fn describe(candidate: &Candidate) -> String {
    let mut words = candidate.candidate.split(' ').skip(2);
    let protocol = words.next().unwrap_or("?");
    let address = words.nth(1).unwrap_or("?");
    let port = words.next().unwrap_or("?");
    let kind = words.nth(1).unwrap_or("?");
    format!("{kind} {protocol} {address}:{port}")
}
