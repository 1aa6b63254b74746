//! What the other hubs are told: at once when it changes, and all of it when one of them asks.

use super::super::connection::Seat;
use super::super::mailbox::{MailKind, Waiting};
use super::super::{Broker, BrokerCommand, Layer, Subject, WakeReason};
use crate::id::{PeerId, RoomId, RoomTag};
use crate::limits::{HUB_MAX_CLAIMS, HUB_TELL_PAUSE, HUB_TELL_ROOMS};
use crate::time::Mono;
use crate::wire::fanout::{BookEntry, FanoutFrame, PeerReport, Posted, RoomPart, Told};
use crate::wire::registry::letter;
use core::time::Duration;

/// Everything is being told anew, room by room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Telling {
    /// The number it began with.
    first: u64,
    /// The room told last.
    after: Option<RoomId>,
    /// Somebody asked since it began: they may have missed its beginning.
    again: bool,
}

impl Broker {
    /// Tells the other hubs who of `room` is connected here, and listens to them while somebody is.
    pub(in crate::broker) fn tell_room(&mut self, now: Mono, room: RoomId) {
        if !self.config.fanout {
            return;
        }
        let Some(found) = self.rooms.get(room) else {
            return;
        };
        let part = RoomPart {
            hub: self.hubs.own,
            seq: self.hubs.seq + 1,
            room,
            tag: found.tag(),
            idle: seconds(found.idle(now)),
            members: found.claims().take(HUB_MAX_CLAIMS).collect(),
        };
        let on = found.is_served();
        let changed = if on {
            self.hubs.listening.insert(room)
        } else {
            self.hubs.listening.remove(&room)
        };
        if changed {
            self.commands.push_back(BrokerCommand::Listen { room, on });
        }
        self.tell(&FanoutFrame::Room(part));
    }

    /// Tells of an entry of the phone book.
    pub(in crate::broker) fn tell_entry(
        &mut self,
        room: RoomId,
        tag: RoomTag,
        peer: PeerId,
        (address, idle): (&str, Duration),
    ) {
        if self.config.fanout {
            let entry = BookEntry {
                hub: self.hubs.own,
                seq: self.hubs.seq + 1,
                room,
                tag,
                peer,
                address: address.to_owned(),
                idle: seconds(idle),
            };
            self.tell(&FanoutFrame::Entry(entry));
        }
    }

    /// Tells of an offer or answer that waits.
    pub(in crate::broker) fn tell_letter(&mut self, tag: RoomTag, waiting: &Waiting) {
        if self.config.fanout {
            let posted = Posted {
                hub: self.hubs.own,
                seq: self.hubs.seq + 1,
                room: waiting.slot.room,
                tag,
                kind: match waiting.slot.kind {
                    MailKind::Offer => letter::OFFER,
                    MailKind::Answer => letter::ANSWER,
                },
                to: waiting.slot.to,
                from: waiting.from,
                number: waiting.number,
                age: seconds(waiting.age),
                sealed: waiting.sealed.to_vec().into(),
            };
            self.tell(&FanoutFrame::Letter(posted));
        }
    }

    /// Tells how a member reaches the others.
    pub(in crate::broker) fn tell_report(&mut self, seat: &Seat) {
        let room = self.rooms.get(seat.room);
        let conn = room.and_then(|room| room.socket_of(seat.member.peer));
        let connection = conn.and_then(|conn| self.connections.get(&conn));
        let Some(report) = connection.and_then(|connection| connection.report.as_ref()) else {
            return;
        };
        if self.config.fanout {
            let report = PeerReport {
                hub: self.hubs.own,
                seq: self.hubs.seq + 1,
                room: seat.room,
                peer: seat.member.peer,
                links: report.links.values().copied().collect(),
            };
            self.tell(&FanoutFrame::Report(report));
        }
    }

    /// Rooms without members that were used: the others would end them too early.
    pub(in crate::broker) fn tell_uses(&mut self, now: Mono) {
        if !self.config.fanout {
            return;
        }
        let used = self.rooms.iter_mut();
        let used: Vec<RoomId> = used
            .filter_map(|(id, room)| room.tell_use().then_some(id))
            .collect();
        used.into_iter().for_each(|room| self.tell_room(now, room));
    }

    /// Somebody missed something.
    pub(super) fn tell_everything(&mut self, now: Mono) {
        match self.hubs.telling.as_mut() {
            Some(telling) => telling.again = true,
            None => {
                self.hubs.telling = Some(Telling {
                    first: self.hubs.seq + 1,
                    after: None,
                    again: false,
                });
                self.tell_more(now);
            }
        }
    }

    /// The next rooms of a telling, or its end.
    pub(in crate::broker) fn tell_more(&mut self, now: Mono) {
        let Some(mut telling) = self.hubs.telling.take() else {
            return;
        };
        let budget = self.hubs.seq + HUB_TELL_ROOMS as u64;
        while let Some(room) = self.rooms.id_after(telling.after) {
            if self.hubs.seq >= budget {
                self.hubs.telling = Some(telling);
                self.timers.set(WakeReason::Tell, now.plus(HUB_TELL_PAUSE));
                return;
            }
            telling.after = Some(room);
            self.tell_all_of(now, room);
        }
        let told = Told {
            hub: self.hubs.own,
            seq: self.hubs.seq + 1,
            first: telling.first,
        };
        self.tell(&FanoutFrame::Told(told));
        if telling.again {
            self.tell_everything(now);
        }
    }

    fn tell_all_of(&mut self, now: Mono, room: RoomId) {
        self.tell_room(now, room);
        let Some(found) = self.rooms.get(room) else {
            return;
        };
        let members: Vec<Seat> = found
            .claims()
            .map(|claim| Seat {
                room,
                member: crate::wire::hub::Member {
                    peer: claim.peer,
                    session: claim.session,
                },
            })
            .collect();
        if let Some(tag) = found.tag() {
            let entries: Vec<(PeerId, String, Duration)> = found
                .entries(now)
                .map(|(peer, address, used)| (peer, address.to_owned(), now.since(used)))
                .collect();
            for (peer, address, idle) in entries {
                self.tell_entry(room, tag, peer, (&address, idle));
            }
            for waiting in self.mailbox.all_of(now, room) {
                self.tell_letter(tag, &waiting);
            }
        }
        if self.config.layers.has(Layer::Admin) {
            members.iter().for_each(|seat| self.tell_report(seat));
        }
    }

    /// Publishes what has the next number.
    fn tell(&mut self, frame: &FanoutFrame) {
        let seq = self.hubs.next_seq();
        debug_assert_eq!(frame.seq(), Some(seq));
        self.publish(Subject::Hubs, frame);
    }
}

fn seconds(duration: Duration) -> u32 {
    u32::try_from(duration.as_secs()).unwrap_or(u32::MAX)
}
