//! Rules H-SIGNAL, H-RELAY and H-UNDELIVERED: sealed bytes from one member to another, unopened.

use super::{Broker, Layer, Refusal, SocketId};
use crate::time::Mono;
use crate::wire::hub::{HubFrame, Parcel};

impl Broker {
    /// Hands `parcel` on to its recipient, with the sender in its place, if `layer` is on.
    pub(super) fn forward(
        &mut self,
        now: Mono,
        conn: SocketId,
        layer: Layer,
        parcel: Parcel,
        kind: fn(Parcel) -> HubFrame,
    ) {
        if let Err(refusal) = self.require(layer) {
            self.refuse(conn, refusal);
            return;
        }
        let Some(seat) = self.seat(conn) else {
            self.refuse(conn, Refusal::NotJoined);
            return;
        };
        let Some(room) = self.rooms.get_mut(seat.room) else {
            return;
        };
        room.touch(now);
        let elsewhere = room.guests().find(parcel.peer);
        match (room.socket_of(parcel.peer), elsewhere) {
            (Some(recipient), _) => {
                let frame = kind(Parcel {
                    peer: seat.member.peer,
                    sealed: parcel.sealed,
                });
                self.send(recipient, &frame);
            }
            (None, Some((hub, _))) => self.send_across(seat, hub, layer, parcel),
            (None, None) => self.send(conn, &HubFrame::Undelivered(parcel.peer)),
        }
    }
}
