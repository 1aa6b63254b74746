//! Rule H-JOIN: who may enter a room, and who has to make way.

use super::connection::Seat;
use super::room::Room;
use super::{Broker, CloseReason, HubLimit, Refusal, Report, SocketId};
use crate::key;
use crate::time::Now;
use crate::wire;
use crate::wire::hub::{HubFrame, Join, Joined, Member};

impl Broker {
    /// Gives `conn` a seat, or says why not and leaves everything as it was.
    pub(super) fn join(&mut self, now: Now, conn: SocketId, join: &Join) -> Result<(), Refusal> {
        if join.version != wire::VERSION {
            return Err(Refusal::Version);
        }
        self.check_proof(conn, join)?;
        self.check_room(now, join)?;

        let seat = Seat {
            room: join.room,
            member: Member {
                peer: join.peer,
                session: join.session,
            },
        };
        let before = self.seat(conn);
        if before.is_some_and(|old| (old.room, old.member.peer) != (join.room, join.peer)) {
            self.vacate(now.mono, conn);
        }
        let room = self.rooms.visit(now.mono, join.room)?;
        room.claim(join.tag);
        let older = room.enter(now, seat.member, conn);
        let members = room.all_others(join.peer).collect();
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.seat = Some(seat);
            connection.device = Some(join.public_key);
            if before != Some(seat) {
                connection.report = None;
            }
        }
        if let Some(older) = older.filter(|older| *older != conn) {
            self.fence(older, &seat);
        }
        let joined = HubFrame::Joined(Joined {
            wall: now.wall.0,
            members,
            ice: self.config.ice.clone(),
            layers: Some(self.config.layers.bits()),
            turn: self.config.turn.as_ref().map(|grant| grant(now.wall)),
        });
        self.send(conn, &joined);
        if before != Some(seat) {
            self.report(Report::Joined(join.room, join.peer));
            self.tell_others(&seat, &HubFrame::Arrived(seat.member));
        }
        self.tell_seen(&seat, before != Some(seat));
        self.tell_room(now.mono, join.room);
        Ok(())
    }

    /// The joiner holds the key that its peer id is made of, and signed this socket's challenge.
    fn check_proof(&self, conn: SocketId, join: &Join) -> Result<(), Refusal> {
        let connection = self.connections.get(&conn).ok_or(Refusal::BadProof)?;
        let message = key::join_message(&connection.nonce, join.room, join.tag, join.session);
        let holds = key::writer_id(&join.public_key, join.slot) == join.peer
            && key::verify(&join.public_key, &message, &join.proof);
        holds.then_some(()).ok_or(Refusal::BadProof)
    }

    /// The room is there (a hub that forgot it opens it again for whoever has its history, or when the shelf has it), the tag is
    /// the room's, and there is a place.
    fn check_room(&mut self, now: Now, join: &Join) -> Result<(), Refusal> {
        let limit = self.config.limits.members;
        let shelved = self.shelf.tag(join.room);
        let room = match self.rooms.visit(now.mono, join.room) {
            Err(Refusal::UnknownRoom | Refusal::Ended)
                if shelved.is_some_and(|tag| tag != join.tag) =>
            {
                return Err(Refusal::WrongTag);
            }
            Err(absent @ (Refusal::UnknownRoom | Refusal::Ended))
                if shelved.is_some() || (join.resume && absent == Refusal::UnknownRoom) =>
            {
                let room = Room::new(Some(join.tag), now.mono, self.config.limits.room_ttl);
                let opened = self.rooms.open(now.mono, join.room, room).map(|_| ());
                self.count(HubLimit::Rooms, opened)?;
                self.report(Report::RoomOpened(join.room));
                self.arm_sweep(now.mono);
                return Ok(());
            }
            other => other?,
        };
        room.check_tag(join.tag)?;
        let fits = room.is_connected(join.peer) || room.len() < limit;
        self.count(HubLimit::Members, fits.then_some(()).ok_or(Refusal::Full))
    }

    /// The newest arrival of a peer wins: its older socket is told and closed, and never announces a departure.
    fn fence(&mut self, older: SocketId, seat: &Seat) {
        self.drop_connection(older);
        self.clean_reports(seat);
        self.report(Report::Replaced(seat.room, seat.member.peer));
        self.refuse(older, Refusal::Replaced);
        self.close(older, CloseReason::Replaced);
    }
}
