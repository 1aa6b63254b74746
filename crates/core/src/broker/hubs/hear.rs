//! What other hubs tell becomes part of the rooms here.

use super::super::connection::{Reported, Seat};
use super::super::guests::Moved;
use super::super::mailbox::{MailKind, Slot, Waiting};
use super::super::room::{Ceded, Room};
use super::super::{Broker, CloseReason, HubLimit, Layer, Refusal, Report, SocketId, sealed};
use crate::id::{RoomId, RoomTag, SessionId};
use crate::limits::{HUB_MAX_ADDRESS_BYTES, MAX_SEALED_SIGNAL_BYTES};
use crate::time::{Mono, Now};
use crate::wire::fanout::{BookEntry, PeerReport, Posted, RoomPart, Told};
use crate::wire::hub::{HubFrame, Member};
use crate::wire::registry::letter;
use core::time::Duration;

impl Broker {
    /// Rule F-ROOM.
    pub(super) fn hear_room(&mut self, now: Now, part: RoomPart) {
        let (id, limit) = (part.room, self.config.limits.members);
        let idle = Duration::from_secs(part.idle.into());
        let Some(room) = self.shared_room(now.mono, id, part.tag, idle) else {
            return;
        };
        room.heard_of_use(now.mono, idle);
        let (mut claims, mut freed) = (Vec::new(), Vec::new());
        for claim in part.members.into_iter().take(limit) {
            match room.cede(&claim) {
                Ceded::Kept => continue,
                Ceded::Never => {}
                Ceded::Freed(conn, session) => freed.push((conn, session, claim)),
            }
            claims.push(claim);
        }
        let moved = room.guests_mut().replace(part.hub, part.seq, claims);
        for (conn, session, claim) in &freed {
            let member = Member {
                peer: claim.peer,
                session: *session,
            };
            self.cede_seat(*conn, Seat { room: id, member }, claim.session);
        }
        self.tell_moved(id, moved);
        if !freed.is_empty() {
            self.tell_room(now.mono, id);
        }
    }

    /// The room, opened here if it is not, unless it is over or has another tag.
    fn shared_room(
        &mut self,
        now: Mono,
        id: RoomId,
        tag: Option<RoomTag>,
        idle: Duration,
    ) -> Option<&mut Room> {
        let ttl = self.config.limits.room_ttl;
        if self.rooms.get(id).is_none() {
            if idle >= ttl {
                return None;
            }
            let millis = u64::try_from(idle.as_millis()).unwrap_or(u64::MAX);
            let room = Room::new(tag, Mono(now.0.saturating_sub(millis)), ttl);
            let opened = self.rooms.open(now, id, room).map(|_| ());
            self.count(HubLimit::Rooms, opened).ok()?;
            self.report(Report::RoomOpened(id));
            self.arm_sweep(now);
        }
        let room = self.rooms.get_mut(id)?;
        if let Some(tag) = tag {
            room.check_tag(tag).ok()?;
            room.claim(tag);
        }
        Some(room)
    }

    /// The peer has arrived at another hub: its socket here is closed, and nobody hears of a departure. Only an older
    /// run is told why: the same one may have lost its way and come back.
    fn cede_seat(&mut self, conn: SocketId, seat: Seat, session: SessionId) {
        self.drop_connection(conn);
        self.report(Report::Replaced(seat.room, seat.member.peer));
        if session != seat.member.session {
            self.clean_reports(&seat);
            self.refuse(conn, Refusal::Replaced);
        }
        self.close(conn, CloseReason::Replaced);
    }

    /// Tells the members who are connected here.
    pub(super) fn tell_moved(&mut self, room: RoomId, moved: Moved) {
        for member in moved.gone {
            let seat = Seat { room, member };
            self.clean_reports(&seat);
            self.tell_others(&seat, &HubFrame::Departed(member));
        }
        for member in moved.come {
            let seat = Seat { room, member };
            self.tell_others(&seat, &HubFrame::Arrived(member));
        }
    }

    /// Rule F-ENTRY.
    pub(super) fn hear_entry(&mut self, now: Mono, entry: BookEntry) {
        let address = &entry.address;
        let fits = !address.is_empty() && address.len() <= HUB_MAX_ADDRESS_BYTES;
        let refused = !fits || address.chars().any(char::is_control);
        if refused || self.require(Layer::PhoneBook).is_err() {
            return;
        }
        let limit = self.config.limits.members;
        let idle = Duration::from_secs(entry.idle.into());
        if let Some(room) = self.shared_room(now, entry.room, Some(entry.tag), idle) {
            room.heard_of_use(now, idle);
            room.heard_of_entry(now, entry.peer, (entry.address, idle), limit);
        }
    }

    /// Rule F-LETTER.
    pub(super) fn hear_letter(&mut self, now: Now, posted: Posted) {
        let kind = match posted.kind {
            letter::OFFER => MailKind::Offer,
            letter::ANSWER => MailKind::Answer,
            _ => return,
        };
        let may_rest = sealed::may_rest(&posted.sealed, MAX_SEALED_SIGNAL_BYTES);
        if !may_rest || self.require(Layer::Handshake).is_err() {
            return;
        }
        let age = Duration::from_secs(posted.age.into());
        if self
            .shared_room(now.mono, posted.room, Some(posted.tag), age)
            .is_none()
        {
            return;
        }
        let slot = Slot {
            room: posted.room,
            kind,
            to: posted.to,
        };
        let waiting = Waiting {
            slot,
            from: posted.from,
            number: posted.number,
            age,
            sealed: Vec::from(posted.sealed).into(),
        };
        let kept = self.mailbox.take_over((now.mono, now.wall), waiting);
        if self.count(HubLimit::Mail, kept).is_ok_and(|is_new| is_new) {
            self.answer_polls(now.mono, |poll| poll.slot() == slot);
        }
    }

    /// Rule F-REPORT.
    pub(super) fn hear_report(&mut self, now: Mono, report: PeerReport) {
        if self.require(Layer::Admin).is_err() {
            return;
        }
        let links = report.links.into_iter();
        let reported = Reported {
            at: now,
            links: links
                .filter(|link| link.peer != report.peer)
                .map(|link| (link.peer, link))
                .collect(),
        };
        if let Some(room) = self.rooms.get_mut(report.room) {
            room.guests_mut()
                .set_report(report.hub, report.peer, reported);
        }
    }

    /// Rule F-TOLD: what was not told again is over.
    pub(super) fn end_of_telling(&mut self, told: Told) {
        self.drop_claims(|guests| guests.drop_older(told.hub, told.first));
    }
}
