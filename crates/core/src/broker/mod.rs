//! The hub's brain: rooms, phone book, presence, handshake and blind relay (PRODUCT, "The hub").
//!
//! Sans-IO: no socket, clock or task lives here, and nothing sealed is ever opened. `crates/hub` drives it with
//! real sockets, `crates/sim` with virtual ones, by the same contract as [`crate::node::Node`]: hand in one
//! [`BrokerInput`], drain [`Broker::poll_command`], sleep until [`Broker::next_wake`].

mod activity;
mod archive;
mod command;
mod config;
mod connection;
mod crowd;
mod forward;
mod guests;
mod health;
mod hits;
mod hubs;
mod input;
mod join;
mod layers;
mod mail;
mod mailbox;
mod mesh;
mod phone_book;
mod refusal;
mod report;
mod room;
mod rooms;
mod samples;
mod sealed;
mod seen;
mod shelf;
#[cfg(test)]
mod tests;

pub use activity::{Activity, ActivityKind};
pub use archive::{
    Archive, ArchiveError, ArchiveJob, Archived, Change, Done, MemoryArchive, News, RecordKey,
    RecordMeta, SharedMemory, Source, Work, carry_out,
};
pub use command::{BrokerCommand, CloseReason, Report, Subject};
pub use config::{BrokerConfig, BrokerLimits, TurnGrants};
pub use health::Health;
pub use hits::HubLimit;
pub use input::{BrokerInput, SocketId, network_of};
pub use layers::{Layer, Layers, UnknownLayer};
pub use mail::{MailQuery, PollId, Posted, Posting};
pub use mailbox::{Mail, MailKind};
pub use mesh::{
    LinkCounts, LinkEnd, LinkPath, MemberStatus, MeshStatus, Pair, Reach, RoomStatus, Totals,
};
pub use phone_book::PhoneEntry;
pub use refusal::Refusal;
pub use samples::Sample;
pub use shelf::{Purge, ShelfStats};

use crate::id::HubId;
use crate::limits;
use crate::rng::Rng;
use crate::time::{Mono, Now, Wall};
use crate::timer::Timers;
use crate::wire::WireError;
use crate::wire::hub::{ClientFrame, HubFrame};
use connection::{Connection, Seat, Verdict};
use core::net::IpAddr;
use crowd::Crowd;
use hubs::Hubs;
use mail::Poll;
use mailbox::Mailbox;
use rooms::Rooms;
use shelf::Shelf;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// Why the broker wants to be called again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WakeReason {
    /// The other hubs are due a sign of life, and owe one.
    Beat,
    /// More is to be told to a hub that missed something.
    Tell,
    /// Some connection has been quiet and is to be asked for a sign of life, or given up.
    Silence,
    /// The operator's charts get a point.
    Sample,
    /// Somebody has waited long enough for mail.
    Poll,
    /// Rooms, phone-book entries and mail grow old.
    Sweep,
}

/// The state of one hub.
pub struct Broker {
    config: BrokerConfig,
    rng: Rng,
    connections: BTreeMap<SocketId, Connection>,
    crowd: Crowd,
    rooms: Rooms,
    mailbox: Mailbox,
    hubs: Hubs,
    shelf: Shelf,
    polls: BTreeMap<PollId, Poll>,
    commands: VecDeque<BrokerCommand>,
    timers: Timers<WakeReason>,
    unknown_frames: u64,
    hits: BTreeMap<HubLimit, u64>,
    activity: VecDeque<Activity>,
    samples: VecDeque<Sample>,
    /// The time of the last input, for the activity log.
    wall: Wall,
}

impl Broker {
    /// A hub without rooms.
    #[must_use]
    pub fn new(config: BrokerConfig) -> Self {
        let mut rng = Rng::new(config.seed);
        let shelf = Shelf::new(rng.next_u64());
        let mut timers = Timers::default();
        let own = if config.fanout {
            timers.set(WakeReason::Beat, Mono::default());
            HubId(rng.next_u64())
        } else {
            HubId::default()
        };
        Self {
            shelf,
            hubs: Hubs::new(own),
            rng,
            rooms: Rooms::new(config.limits.rooms, config.layers.has_members()),
            config,
            mailbox: Mailbox::default(),
            polls: BTreeMap::new(),
            connections: BTreeMap::new(),
            crowd: Crowd::default(),
            commands: VecDeque::new(),
            timers,
            unknown_frames: 0,
            hits: BTreeMap::new(),
            activity: VecDeque::new(),
            samples: VecDeque::new(),
            wall: Wall::default(),
        }
    }

    /// Takes one input. Drain [`Broker::poll_command`] to `None` before the next.
    pub fn handle(&mut self, now: Now, input: BrokerInput<'_>) {
        self.wall = now.wall;
        match input {
            BrokerInput::Connected { conn, address } => self.connected(now.mono, conn, address),
            BrokerInput::Frame { conn, bytes } => self.frame(now, conn, bytes),
            BrokerInput::Alive { conn } => {
                if let Some(connection) = self.connections.get_mut(&conn) {
                    connection.heard(now.mono);
                }
            }
            BrokerInput::Disconnected { conn } => self.forget(now.mono, conn),
            BrokerInput::Poll {
                poll,
                address,
                query,
                wait,
            } => self.poll_mail(now, poll, address, query, wait),
            BrokerInput::Abandoned { poll } => self.drop_poll(poll),
            BrokerInput::Archived { ticket, result } => self.archived(ticket, result),
            BrokerInput::News(news) => self.shelf_news(now, news),
            BrokerInput::Heard { subject, bytes } => self.heard(now, subject, bytes),
            BrokerInput::Wake => {}
        }
        while let Some(reason) = self.timers.pop_due(now.mono) {
            match reason {
                WakeReason::Beat => self.beat(now.mono),
                WakeReason::Tell => self.tell_more(now.mono),
                WakeReason::Silence => self.check_silence(now.mono),
                WakeReason::Sample => self.take_sample(now),
                WakeReason::Poll => self.end_polls(now.mono),
                WakeReason::Sweep => self.sweep(now),
            }
        }
        self.plan_sample(now);
    }

    /// The next request to carry out.
    #[must_use]
    pub fn poll_command(&mut self) -> Option<BrokerCommand> {
        self.commands.pop_front()
    }

    /// When to call again at the latest, and why. Ask after draining.
    #[must_use]
    pub fn next_wake(&self) -> Option<(Mono, WakeReason)> {
        self.timers.next()
    }

    fn connected(&mut self, now: Mono, conn: SocketId, address: IpAddr) {
        if !self.config.layers.has_members() {
            self.refuse(conn, Refusal::LayerOff);
            self.close(conn, CloseReason::LayerOff);
            return;
        }
        if let Err(refusal) = self.has_place(network_of(address)) {
            self.refuse(conn, refusal);
            self.close(conn, CloseReason::Full);
            return;
        }
        let connection = Connection::new(address, self.rng.bytes(), now);
        let challenge = HubFrame::Challenge(connection.nonce);
        self.timers
            .set_earliest(WakeReason::Silence, connection.check_at);
        self.seat_connection(conn, connection);
        self.send(conn, &challenge);
    }

    fn frame(&mut self, now: Now, conn: SocketId, bytes: &[u8]) {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return;
        };
        connection.heard(now.mono);
        match ClientFrame::decode(bytes) {
            Ok(ClientFrame::Join(join)) => {
                if let Err(refusal) = self.join(now, conn, &join) {
                    self.refuse(conn, refusal);
                }
            }
            Ok(ClientFrame::Signal(parcel)) => {
                self.forward(now.mono, conn, Layer::Handshake, parcel, HubFrame::Signal);
            }
            Ok(ClientFrame::Relay(parcel)) => {
                self.forward(now.mono, conn, Layer::Relay, parcel, HubFrame::Relayed);
            }
            Ok(ClientFrame::Leave) => {
                if !self.vacate(now.mono, conn) {
                    self.refuse(conn, Refusal::NotJoined);
                }
            }
            Ok(ClientFrame::LinkReport(links)) => self.take_report(now.mono, conn, links),
            Ok(ClientFrame::ShelfStore(store)) => self.shelf_store(now, conn, store),
            Ok(ClientFrame::ShelfList(after)) => self.shelf_list(now, conn, after),
            Ok(ClientFrame::ShelfFetch(numbers)) => self.shelf_fetch(now, conn, numbers),
            Ok(ClientFrame::Ping(number)) => self.send(
                conn,
                &HubFrame::Pong {
                    number,
                    wall: now.wall.0,
                },
            ),
            Err(WireError::Unknown(_)) => {
                self.unknown_frames = self.unknown_frames.saturating_add(1);
            }
            Err(_) => {
                self.refuse(conn, Refusal::Malformed);
                self.close(conn, CloseReason::Malformed);
                self.forget(now.mono, conn);
            }
        }
    }

    /// Frees the seat of `conn` and tells the room. False when it had none.
    fn vacate(&mut self, now: Mono, conn: SocketId) -> bool {
        let Some(connection) = self.connections.get_mut(&conn) else {
            return false;
        };
        connection.report = None;
        let Some(seat) = connection.seat.take() else {
            return false;
        };
        if let Some(room) = self.rooms.get_mut(seat.room) {
            room.leave(now, seat.member.peer);
        }
        self.clean_reports(&seat);
        self.report(Report::Left(seat.room, seat.member.peer));
        self.tell_others(&seat, &HubFrame::Departed(seat.member));
        self.tell_room(now, seat.room);
        true
    }

    /// Nothing of `conn` stays.
    fn forget(&mut self, now: Mono, conn: SocketId) {
        self.vacate(now, conn);
        self.drop_connection(conn);
    }

    /// Asks quiet connections for a sign of life and gives up those that left all questions unanswered.
    fn check_silence(&mut self, now: Mono) {
        let mut silent = Vec::new();
        for (conn, connection) in &mut self.connections {
            match connection.check(now) {
                Verdict::Fine => {}
                Verdict::Ask => self.commands.push_back(BrokerCommand::Ping { conn: *conn }),
                Verdict::Silent => silent.push(*conn),
            }
        }
        for conn in silent {
            self.close(conn, CloseReason::Silent);
            self.forget(now, conn);
        }
        if let Some(at) = self.connections.values().map(|c| c.check_at).min() {
            self.timers.set(WakeReason::Silence, at);
        }
    }

    fn sweep(&mut self, now: Now) {
        self.sweep_shelf(now.wall);
        let now = now.mono;
        for room in self.rooms.sweep(now) {
            self.report(Report::RoomEnded(room));
        }
        let rooms = &self.rooms;
        self.mailbox
            .forget_stale(now, |room| rooms.get(room).is_some());
        self.forget_stale_reports(now);
        self.tell_uses(now);
        self.arm_sweep(now);
    }

    /// Sweeps go on while there is anything that can grow old.
    fn arm_sweep(&mut self, now: Mono) {
        if !self.rooms.is_empty() || !self.mailbox.is_empty() || !self.shelf.is_empty() {
            self.timers
                .set_earliest(WakeReason::Sweep, now.plus(limits::HUB_SWEEP));
        }
    }

    /// Refuses what needs a layer that is off.
    fn require(&self, layer: Layer) -> Result<(), Refusal> {
        let on = self.config.layers.has(layer);
        on.then_some(()).ok_or(Refusal::LayerOff)
    }

    fn seat(&self, conn: SocketId) -> Option<Seat> {
        self.connections.get(&conn)?.seat
    }

    /// Sends `frame`, encoded once, to every member of the seat's room but the seat's peer.
    fn tell_others(&mut self, seat: &Seat, frame: &HubFrame) {
        let Some(room) = self.rooms.get(seat.room) else {
            return;
        };
        let bytes: Arc<[u8]> = frame.encode().into();
        let others = room
            .others(seat.member.peer)
            .map(|(_, conn)| BrokerCommand::Send {
                conn,
                bytes: Arc::clone(&bytes),
            });
        self.commands.extend(others);
    }

    fn send(&mut self, conn: SocketId, frame: &HubFrame) {
        let bytes = frame.encode().into();
        self.commands.push_back(BrokerCommand::Send { conn, bytes });
    }

    fn refuse(&mut self, conn: SocketId, refusal: Refusal) {
        self.report(Report::Refused(conn, refusal));
        self.send(conn, &HubFrame::Refused(refusal.code()));
    }

    fn close(&mut self, conn: SocketId, reason: CloseReason) {
        self.commands
            .push_back(BrokerCommand::Close { conn, reason });
    }

    fn report(&mut self, report: Report) {
        self.note_report(report);
        self.commands.push_back(BrokerCommand::Report(report));
    }
}
