//! Rules F-SIGNAL, F-RELAY and F-UNDELIVERED: sealed bytes from a member of one hub to a member of another.

use super::super::connection::Seat;
use super::super::{Broker, Layer, Subject};
use crate::id::{HubId, RoomId};
use crate::time::Mono;
use crate::wire::fanout::{Crossing, FanoutFrame, Missed};
use crate::wire::hub::{HubFrame, Parcel};

impl Broker {
    /// Publishes a parcel of `seat` for a member of `hub`.
    pub(in crate::broker) fn send_across(
        &mut self,
        seat: Seat,
        hub: HubId,
        layer: Layer,
        parcel: Parcel,
    ) {
        let crossing = Crossing {
            hub: self.hubs.own,
            to_hub: hub,
            from: seat.member.peer,
            to: parcel.peer,
            sealed: parcel.sealed,
        };
        let frame = match layer {
            Layer::Handshake => FanoutFrame::Signal(crossing),
            _ => FanoutFrame::Relay(crossing),
        };
        self.publish(Subject::Room(seat.room), &frame);
    }

    /// Something for one hub, published under a room.
    pub(super) fn cross(&mut self, now: Mono, room: RoomId, frame: FanoutFrame) {
        match frame {
            FanoutFrame::Signal(crossing) => {
                self.take_in(now, room, Layer::Handshake, crossing, HubFrame::Signal);
            }
            FanoutFrame::Relay(crossing) => {
                self.take_in(now, room, Layer::Relay, crossing, HubFrame::Relayed);
            }
            FanoutFrame::Undelivered(missed) if missed.to_hub == self.hubs.own => {
                let room = self.rooms.get(room);
                if let Some(conn) = room.and_then(|room| room.socket_of(missed.from)) {
                    self.send(conn, &HubFrame::Undelivered(missed.to));
                }
            }
            _ => {}
        }
    }

    fn take_in(
        &mut self,
        now: Mono,
        room: RoomId,
        layer: Layer,
        crossing: Crossing,
        kind: fn(Parcel) -> HubFrame,
    ) {
        if crossing.to_hub != self.hubs.own {
            return;
        }
        let recipient = self.rooms.get_mut(room).and_then(|room| {
            room.touch(now);
            room.socket_of(crossing.to)
        });
        match recipient.filter(|_| self.config.layers.has(layer)) {
            Some(conn) => {
                let parcel = Parcel {
                    peer: crossing.from,
                    sealed: crossing.sealed,
                };
                self.send(conn, &kind(parcel));
            }
            None => {
                let missed = Missed {
                    hub: self.hubs.own,
                    to_hub: crossing.hub,
                    from: crossing.from,
                    to: crossing.to,
                };
                self.publish(Subject::Room(room), &FanoutFrame::Undelivered(missed));
            }
        }
    }
}
