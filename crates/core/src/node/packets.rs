//! Packets: frames coalesced per peer and route, sealed where the hub carries them.

use super::Node;
use super::frames::Direction;
use super::output::{Output, Phase, RtcOp};
use super::peer::Route;
use super::view::Path;
use crate::id::PeerId;
use crate::limits;
use crate::seal::{self, End, Purpose};
use crate::time::Now;
use crate::wire::hub::{ClientFrame, Parcel};
use crate::wire::peer::PeerFrame;
use crate::wire::{WireError, decode_frames};

impl Node {
    /// Queues a frame for the path in use.
    pub(super) fn send(&mut self, id: PeerId, frame: PeerFrame) {
        if let Some(peer) = self.peers.get_mut(&id) {
            let route = match peer.path {
                Path::Direct => Route::Direct,
                Path::Hub => Route::Hub,
                Path::None | Path::Peer => return,
            };
            peer.outgoing.push((route, frame));
        }
    }

    /// Sends all that is queued: what is due to one peer by one route leaves as one packet, up to its limit.
    pub(super) fn flush(&mut self, now: Now) {
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
                    Some((_, packet)) if packet.len() + bytes.len() <= limits::MAX_PACKET_BYTES => {
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
                    self.output(Output::Rtc {
                        conn,
                        peer: id,
                        op: RtcOp::Send(packet),
                    });
                }
            }
            Route::Hub => {
                let Some(session) = peer.session.filter(|_| self.hub.is_joined()) else {
                    return;
                };
                peer.sealed_out += 1;
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
                self.hub_send(&ClientFrame::Relay(Parcel {
                    peer: id,
                    sealed: sealed.into(),
                }));
            }
        }
    }

    /// A sealed packet that the hub handed over.
    pub(super) fn sealed_packet(&mut self, now: Now, id: PeerId, sealed: &[u8]) {
        let mine = self.end();
        let opened = (|| {
            let header = seal::header(sealed)?;
            let peer = self.peers.get(&id);
            let expected = peer.is_some_and(|peer| {
                peer.session == Some(header.from)
                    && header.to == mine.session
                    && header.counter > peer.sealed_in
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
                    peer.sealed_in = counter;
                }
                self.packet(now, id, Route::Hub, &packet);
            }
            // Another session's, or seen before.
            Ok(None) => {}
            Err(error) => self.reject(Phase::Link, Some(id), error),
        }
    }

    /// One packet of frames from a peer.
    pub(super) fn packet(&mut self, now: Now, id: PeerId, route: Route, packet: &[u8]) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        peer.bytes.1 += packet.len() as u64;
        peer.heard = Some(now.mono);
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
