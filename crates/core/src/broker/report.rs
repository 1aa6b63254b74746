//! Rule H-REPORT: members tell how they reach each other, so that the operator sees links from both ends (R-HUB-5).

use super::connection::Reported;
use super::{ActivityKind, Broker, Layer, LinkPath, Refusal, SocketId};
use crate::id::PeerId;
use crate::limits::HUB_REPORT_TTL;
use crate::time::Mono;
use crate::wire::hub::LinkState;

impl Broker {
    /// Takes the place of whatever `conn` reported before.
    pub(super) fn take_report(&mut self, now: Mono, conn: SocketId, links: Vec<LinkState>) {
        if let Err(refusal) = self.require(Layer::Admin) {
            self.refuse(conn, refusal);
            return;
        }
        let Some(seat) = self.seat(conn) else {
            self.refuse(conn, Refusal::NotJoined);
            return;
        };
        let own = seat.member.peer;
        let links = links
            .into_iter()
            .filter(|link| link.peer != own)
            .map(|link| (link.peer, link));
        let report = Reported {
            at: now,
            links: links.collect(),
        };
        let before = self
            .connections
            .get_mut(&conn)
            .and_then(|connection| connection.report.replace(report));
        self.note_changes(conn, before.as_ref());
        self.tell_report(&seat);
    }

    /// Notes in the activity log which links have moved.
    fn note_changes(&mut self, conn: SocketId, before: Option<&Reported>) {
        let Some(connection) = self.connections.get(&conn) else {
            return;
        };
        let (Some(seat), Some(report)) = (connection.seat, &connection.report) else {
            return;
        };
        let path_before = |peer: &PeerId| {
            let links = before.map(|report| &report.links);
            links
                .and_then(|links| links.get(peer))
                .map_or(LinkPath::None, |link| LinkPath::of(link.path))
        };
        let moved: Vec<ActivityKind> = report
            .links
            .values()
            .map(|link| (path_before(&link.peer), LinkPath::of(link.path)))
            .filter(|(before, after)| before != after)
            .map(|(_, after)| ActivityKind::from_path(after))
            .collect();
        for kind in moved {
            self.note(kind, seat.room, Some(seat.member.peer));
        }
    }

    /// A member has gone: what it said of others went with its connection, what others said of it goes now. Whoever
    /// still reaches it says so again.
    pub(super) fn clean_reports(&mut self, seat: &super::connection::Seat) {
        let Some(room) = self.rooms.get_mut(seat.room) else {
            return;
        };
        let gone = seat.member.peer;
        let others: Vec<SocketId> = room.others(gone).map(|(_, conn)| conn).collect();
        let mut cleaned = false;
        for report in room.guests_mut().reports().flatten() {
            cleaned |= report.links.remove(&gone).is_some();
        }
        for conn in others {
            let report = self
                .connections
                .get_mut(&conn)
                .and_then(|connection| connection.report.as_mut());
            cleaned |= report.is_some_and(|report| report.links.remove(&gone).is_some());
        }
        if cleaned {
            self.note(ActivityKind::P2pCleanup, seat.room, Some(gone));
        }
    }

    /// Drops reports that nobody renewed.
    pub(super) fn forget_stale_reports(&mut self, now: Mono) {
        let mut stale = Vec::new();
        let is_stale =
            |report: &Reported| now.since(report.at) >= HUB_REPORT_TTL && !report.links.is_empty();
        for (_, room) in self.rooms.iter_mut() {
            for report in room.guests_mut().reports() {
                report.take_if(|report| is_stale(report));
            }
        }
        for connection in self.connections.values_mut() {
            if connection.report.as_ref().is_some_and(is_stale) {
                connection.report = None;
                stale.extend(connection.seat);
            }
        }
        for seat in stale {
            self.note(ActivityKind::P2pCleanup, seat.room, Some(seat.member.peer));
        }
    }
}
