//! Negotiation steps on their way: sealed, signed, and refused when their carrier has tampered (R-LINK-8).

use super::Node;
use super::input::Candidate;
use super::links::fresh_conn;
use super::output::{Level, Phase};
use super::view::{Path, Tampering};
use crate::id::PeerId;
use crate::link::lan;
use crate::link::parts::message_limit;
use crate::seal::{self, End, Purpose};
use crate::time::Now;
use crate::wire::WireError;
use crate::wire::hub::{ClientFrame, Parcel};
use crate::wire::peer::PeerFrame;
use crate::wire::signal::Signal;

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

impl Node {
    pub(super) fn can_signal(&self, id: PeerId) -> bool {
        self.peers.get(&id).is_some_and(|peer| {
            let linked = matches!(peer.path, Path::Direct | Path::Peer);
            (self.hub.signals() && peer.on_hub) || linked
        })
    }

    pub(super) fn send_signal(&mut self, id: PeerId, signal: &Signal) {
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
                match signal {
                    Signal::Full => {
                        self.rest(now, id);
                        return;
                    }
                    Signal::Offer(..) | Signal::Ask { .. } if !self.has_room(now, id) => {
                        self.send_signal(id, &Signal::Full);
                        return;
                    }
                    _ => {}
                }
                let next_conn = &mut self.next_conn;
                if let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.avoided) {
                    let copy = match (&signal, peer.seen_at) {
                        (Signal::Candidate(round, hidden), Some(at)) => lan::unhidden(hidden, at)
                            .map(|candidate| Signal::Candidate(*round, candidate)),
                        _ => None,
                    };
                    let mut steps = Vec::new();
                    for signal in core::iter::once(signal).chain(copy) {
                        steps.extend(
                            peer.negotiation
                                .handle_signal(now.mono, signal, || fresh_conn(next_conn)),
                        );
                    }
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
        let signal = Signal::decode(step)?;
        if let Signal::Offer(_, sdp) | Signal::Answer(_, sdp) = &signal {
            message_limit(sdp)?;
        }
        Ok(Some(signal))
    }

    /// Whoever carried a negotiation step has tampered with it: nothing happens but that it is told.
    fn tampered(&mut self, id: PeerId, what: Tampering) {
        self.rejected += 1;
        self.changes.room = true;
        self.changes.links = true;
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.tampered = (peer.tampered.0 + 1, Some(what));
        }
        self.notice_refusal(id);
        self.log(
            Level::Warn,
            Phase::Handshake,
            Some(id),
            format!("refused: {}", what.as_str()),
        );
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
            Signal::Full => format!("no room for another link, {direction} peer"),
        };
        self.log(Level::Debug, Phase::Handshake, Some(id), text);
    }
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
