//! Packets: frames coalesced per peer and route, sealed where the hub carries them.

use super::Node;
use super::frames::Direction;
use super::output::Phase;
use super::peer::Route;
use super::view::Path;
use crate::id::PeerId;
use crate::limits;
use crate::seal::{self, End, Purpose};
use crate::time::Now;
use crate::wire::hub::{ClientFrame, Parcel};
use crate::wire::peer::{Forward, PeerFrame};
use crate::wire::{WireError, decode_frames};

/// The longest packet by a route.
fn limit(route: Route) -> usize {
    match route {
        Route::Direct | Route::Hub => limits::MAX_PACKET_BYTES,
        Route::Peer => limits::MAX_PACKET_BYTES - limits::WAY_BYTES,
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
                let joins = packets.iter_mut().rev().find(|(r, _)| *r == route);
                match joins {
                    Some((_, packet)) if packet.len() + bytes.len() <= limit(route) => {
                        packet.extend_from_slice(&bytes);
                    }
                    _ => packets.push((route, bytes)),
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
        if let Err(error) = read {
            self.reject(Phase::Link, Some(id), error);
            return;
        }
        for frame in frames {
            self.record(now, Direction::In, id, route, &frame);
            self.frame(now, id, route, frame);
        }
    }
}
