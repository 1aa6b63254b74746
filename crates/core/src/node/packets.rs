//! Packets: frames coalesced per peer and route, sealed where the hub carries them.

use super::Node;
use super::frames::Direction;
use super::output::{Level, Output, Phase, RtcOp};
use super::peer::{Peer, Route};
use super::view::Path;
use crate::id::{ConnId, PeerId};
use crate::limits;
use crate::link::parts;
use crate::seal::{self, End, Purpose};
use crate::time::Now;
use crate::wire::hub::{ClientFrame, Parcel};
use crate::wire::peer::{Forward, Part, PeerFrame};
use crate::wire::{WireError, decode_frames};

/// The longest packet to a peer by a route.
fn limit(peer: &Peer, route: Route) -> usize {
    match route {
        Route::Direct => peer.negotiation.message_limit(),
        Route::Hub => limits::MAX_PACKET_BYTES,
        Route::Peer => limits::MAX_PACKET_BYTES - limits::WAY_BYTES,
    }
}

/// Appends a frame to the packet of its route, or begins a new one.
fn join(packets: &mut Vec<(Route, Vec<u8>)>, route: Route, bytes: Vec<u8>, limit: usize) {
    match packets.iter_mut().rev().find(|(r, _)| *r == route) {
        Some((_, packet)) if packet.len() + bytes.len() <= limit => {
            packet.extend_from_slice(&bytes);
        }
        _ => packets.push((route, bytes)),
    }
}

impl Node {
    /// Queues a frame for the path in use.
    pub(super) fn send(&mut self, id: PeerId, frame: PeerFrame) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let route = match peer.path {
                Path::Direct => Route::Direct,
                Path::Hub => Route::Hub,
                Path::Peer => Route::Peer,
                Path::None => return,
            };
            peer.outgoing.push((route, frame));
        }
    }

    /// Sends all that is queued: what is due to one peer by one route leaves as one packet, up to its limit.
    pub(super) fn flush(&mut self, now: Now) {
        // What goes through other peers becomes frames to them: a second round takes those.
        for _ in 0..2 {
            self.flush_once(now);
        }
    }

    fn flush_once(&mut self, now: Now) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for id in ids {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            let queued = std::mem::take(&mut peer.outgoing);
            let mut packets: Vec<(Route, Vec<u8>)> = Vec::new();
            for (route, frame) in queued {
                let mut bytes = Vec::new();
                frame.encode_into(&mut bytes);
                self.record(now, Direction::Out, id, route, &frame);
                let Some(peer) = self.peers.get_mut(&id) else {
                    continue;
                };
                let limit = limit(peer, route);
                if route == Route::Direct && bytes.len() > limit {
                    peer.cut = peer.cut.wrapping_add(1);
                    for part in parts::split(peer.cut, &bytes, limit) {
                        let mut bytes = Vec::new();
                        part.encode_into(&mut bytes);
                        packets.push((route, bytes));
                    }
                } else {
                    join(&mut packets, route, bytes, limit);
                }
            }
            for (route, packet) in packets {
                self.transmit(id, route, packet);
            }
        }
    }

    fn transmit(&mut self, id: PeerId, route: Route, packet: Vec<u8>) {
        let mine = self.end();
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.bytes.0 += packet.len() as u64;
        match route {
            Route::Direct => {
                if let Some(conn) = peer
                    .negotiation
                    .conn()
                    .filter(|_| peer.negotiation.is_open())
                {
                    self.send_direct(id, conn, packet);
                }
            }
            Route::Hub | Route::Peer => {
                let usable = match route {
                    Route::Hub => self.hub.relays(),
                    _ => peer.route.is_some(),
                };
                let way = peer.route.clone();
                let Some(session) = peer.session.filter(|_| usable) else {
                    return;
                };
                peer.sealed_out += 1;
                peer.relayed = true;
                let ends = (mine, End { peer: id, session });
                let counter = peer.sealed_out;
                let sealed = seal::seal(
                    &self.keys,
                    Purpose::Packet,
                    ends,
                    counter,
                    &mut self.rng,
                    &packet,
                );
                match way.filter(|_| route == Route::Peer) {
                    None => self.hub_send(&ClientFrame::Relay(Parcel {
                        peer: id,
                        sealed: sealed.into(),
                    })),
                    Some(way) => self.send_through(id, way, sealed),
                }
            }
        }
    }

    /// Hands a message to a data channel, which may be full.
    pub(super) fn put_on_channel(&mut self, id: PeerId, conn: ConnId, packet: Vec<u8>) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let rtc = |op| Output::Rtc { conn, peer: id, op };
        match peer.flow.sends(packet.len()) {
            Ok(ask) => {
                self.output(rtc(RtcOp::Send(packet)));
                if ask {
                    self.output(rtc(RtcOp::TellDrained));
                }
            }
            // Operations stay unacknowledged and are sent again; anything else is told anew by itself.
            Err(overflow) => {
                let text = format!("not sent: {overflow}");
                self.log(Level::Warn, Phase::Link, Some(id), text);
            }
        }
    }

    fn send_through(&mut self, id: PeerId, route: Vec<PeerId>, sealed: Vec<u8>) {
        if let Some(first) = route.first().copied() {
            let forward = Forward {
                from: self.me,
                to: id,
                route,
                at: 0,
                sealed: sealed.into(),
            };
            self.send(first, PeerFrame::Forward(forward));
        }
    }

    /// A sealed packet that the hub or another peer handed over. True when it opened.
    pub(super) fn sealed_packet(
        &mut self,
        now: Now,
        id: PeerId,
        route: Route,
        sealed: &[u8],
    ) -> bool {
        let mine = self.end();
        let opened = (|| {
            let header = seal::header(sealed)?;
            let peer = self.peers.get(&id);
            let expected = peer.is_some_and(|peer| {
                peer.session == Some(header.from)
                    && header.to == mine.session
                    && peer.sealed_in.is_fresh(header.counter)
            });
            if !expected {
                return Ok(None);
            }
            let packet = seal::open(&self.keys, Purpose::Packet, (id, mine.peer), sealed)?;
            Ok(Some((header.counter, packet)))
        })();
        match opened {
            Ok(Some((counter, packet))) => {
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.sealed_in.take(counter);
                }
                self.packet(now, id, route, &packet);
                true
            }
            // Another session's, or seen before.
            Ok(None) => false,
            Err(error) => {
                self.reject(Phase::Link, Some(id), error);
                false
            }
        }
    }

    /// One packet of frames from a peer.
    pub(super) fn packet(&mut self, now: Now, id: PeerId, route: Route, packet: &[u8]) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if route == Route::Direct && peer.line.loses(&mut self.rng) {
            return;
        }
        peer.bytes.1 += packet.len() as u64;
        peer.heard(now.mono, route);
        peer.gone = false;
        match self.read_frames(packet) {
            Ok(frames) => self.take_frames(now, id, route, frames),
            Err(error) => self.reject(Phase::Link, Some(id), error),
        }
    }

    fn read_frames(&mut self, packet: &[u8]) -> Result<Vec<PeerFrame>, WireError> {
        let mut frames = Vec::new();
        let mut unknown = 0;
        let read = decode_frames(packet, |number, fields| {
            match PeerFrame::decode(number, fields) {
                Ok(frame) => frames.push(frame),
                Err(WireError::Unknown(_)) => unknown += 1,
                Err(error) => return Err(error),
            }
            Ok(())
        });
        self.unknown_frames += unknown;
        read.map(|()| frames)
    }

    /// A part of a frame. Only direct links cut frames, and a part is never cut again.
    pub(super) fn part_received(&mut self, now: Now, id: PeerId, route: Route, part: &Part) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        let whole = if route == Route::Direct {
            peer.parts.take(part)
        } else {
            Err(WireError::Malformed)
        };
        let read =
            whole.and_then(|whole| whole.map_or(Ok(Vec::new()), |whole| self.read_frames(&whole)));
        let cut_again = |frame: &PeerFrame| matches!(frame, PeerFrame::Part(_));
        match read {
            Ok(frames) if frames.iter().any(cut_again) => {
                self.reject(Phase::Link, Some(id), WireError::Malformed);
            }
            Ok(frames) => self.take_frames(now, id, route, frames),
            Err(error) => self.reject(Phase::Link, Some(id), error),
        }
    }

    fn take_frames(&mut self, now: Now, id: PeerId, route: Route, frames: Vec<PeerFrame>) {
        for frame in frames {
            // The frame that it is part of is recorded when it is whole.
            if !matches!(frame, PeerFrame::Part(_)) {
                self.record(now, Direction::In, id, route, &frame);
            }
            self.frame(now, id, route, frame);
        }
    }
}
