//! The engine of one tab in one room: composes replica, links and hub, and decides everything.
//!
//! Driven by a shell as the crate documentation says. Right after [`Node::new`] hand it
//! [`Input::Wake`]: that is when it first reaches for the hub.

mod audit;
mod command;
mod commands;
mod crowd;
mod deadline;
mod delivery;
mod drafts;
mod edits;
mod evidence;
mod exchange;
mod faults;
mod forward;
mod frames;
mod handshake;
mod hub;
mod hub_recover;
mod input;
mod inspect;
mod links;
mod lost;
mod output;
mod packets;
mod peer;
mod presence;
mod probe;
mod project;
mod pump;
mod recover;
mod report;
mod retain;
mod routes;
mod saving;
mod secrets;
mod servers;
mod shelf;
pub(crate) mod slips;
mod spread;
mod start;
mod undo;
mod view;
mod wall_clock;

pub use command::{Command, CommandError, Done, Fault, InviteError, ProbeResult};
pub use evidence::{Answer, Change};
pub use input::{
    Candidate, Description, HubEvent, Input, Lifecycle, RtcEvent, RtcState, SaveError, SdpKind,
};
pub use inspect::{Difference, Inspection, LinkInspection};
pub use output::{HubOp, IceConfig, IceServer, Level, LogLine, Output, Phase, RtcOp, Wake};
pub use view::{
    Changes, Connection, Delivery, Envelope, FrameView, HubState, LinkView, LostView, MessageView,
    Path, PersonView, Refusal, RoomView, StorageState, Tampering, TaskView, UndoKind,
};

use crate::id::{ConnId, OpId, PeerId, RoomId, Seq, SessionId, Ticket, WriterId};
use crate::key::{DeviceKey, RoomKey, RoomKeys};
use crate::limits;
use crate::model::Op;
use crate::rng::Rng;
use crate::store::replica::Replica;
use crate::store::saved::Memory;
use crate::store::{Key, VersionVector};
use crate::time::{Mono, Now, Wall};
use crate::timer::Timers;
use crate::wire::hub::LinkState;
use commands::Pending;
use core::ops::RangeInclusive;
use crowd::Crowd;
use deadline::Timer;
use evidence::Evidence;
use frames::FrameLog;
use hub::HubLink;
use peer::Peer;
use probe::Probe;
use project::{Face, Unread};
use saving::Saving;
use shelf::ShelfLink;
use slips::Slips;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use undo::UndoStack;
use wall_clock::WallClock;

/// What a node is made from.
#[derive(Debug)]
pub struct Config {
    /// The room.
    pub room: RoomId,
    /// The key from the link's fragment.
    pub key: RoomKey,
    /// This device and tab.
    pub device: DeviceKey,
    /// 32 random bytes: the only source of randomness.
    pub seed: [u8; 32],
    /// False when the browser blocks storage: everything lives in memory.
    pub durable: bool,
    /// Host name the page was loaded from, for `stun:?:PORT`.
    pub hub_host: String,
}

/// The engine. See the crate documentation for how it is driven.
#[derive(Debug)]
pub struct Node {
    room: RoomId,
    keys: RoomKeys,
    device: DeviceKey,
    me: WriterId,
    session: SessionId,
    hub_host: String,
    durable: bool,
    now: Mono,
    /// The time by the device's clock,
    device_wall: Wall,
    /// and as corrected by the others'.
    wall: Wall,
    clock: WallClock,
    rng: Rng,

    replica: Replica,
    /// What is held and saved: more is never claimed to anyone (R-MSG-2).
    kept: VersionVector,
    memory: Memory,
    memory_dirty: bool,
    /// Own operations from here on are drafts: saved, shown, and not sent before the clock is measured.
    first_draft: Option<Seq>,
    /// Drafts are being saved as operations; these are the drafts.
    settling: Option<(Ticket, Vec<Op>)>,
    /// Records to remove: others hold the same since an earlier run.
    left_over: Vec<Key>,
    /// Until when that is not tried again.
    drafts_rest: Option<Mono>,
    /// Others' operations of this turn, to be saved at its end.
    fresh: Vec<(WriterId, RangeInclusive<Seq>)>,
    saving: BTreeMap<Ticket, Saving>,
    next_ticket: u64,
    storage: StorageState,
    unread: Unread,
    undo: UndoStack,
    /// Own messages that matter for a while only, and until when.
    expiring: BTreeSet<(Wall, OpId)>,

    peers: BTreeMap<PeerId, Peer>,
    conns: BTreeMap<ConnId, PeerId>,
    next_conn: u64,
    hub: HubLink,
    shelf: ShelfLink,
    slips: Slips,
    ice: Vec<IceServer>,
    relay_only: bool,
    hidden: bool,
    typing: bool,
    /// When it was told last whom this node reaches.
    told_near: Option<Mono>,
    /// What the hub was told last of how each peer is reached, and when.
    reported: Option<(Mono, Vec<LinkState>)>,
    /// Writers of whom more exists than is held, and since when that is known or when some of it came last.
    lacking: BTreeMap<WriterId, Mono>,
    /// Packets carried for others.
    forwarded: u64,
    /// The room is too large for a full mesh (R-LINK-7).
    crowd: Option<Crowd>,
    /// Operations that came as news, and copies of what was held.
    copies: (u64, u64),

    commands: VecDeque<(Ticket, Command)>,
    pending: Option<Pending>,
    probe: Option<Probe>,
    evidence: Evidence,
    left: bool,

    timers: Timers<Timer>,
    outputs: VecDeque<Output>,
    changes: Changes,
    shown: Option<(RoomView, Vec<Face>)>,
    frames: FrameLog,
    rejected: u64,
    unknown_frames: u64,
}

impl Node {
    /// Takes one input. Drain [`Node::poll_output`] to `None` before the next.
    pub fn handle(&mut self, now: Now, input: Input) {
        debug_assert!(
            self.outputs.is_empty(),
            "drain the outputs before the next input"
        );
        let now = self.read_clock(now);
        self.notice_lateness(now);
        match input {
            Input::Wake => {}
            Input::Command(ticket, command) => self.commands.push_back((ticket, command)),
            Input::Saved(ticket, result) => self.saved(now, ticket, result),
            Input::Hub(event) => self.hub_event(now, event),
            Input::Rtc(conn, event) => self.rtc_event(now, conn, event),
            Input::Lifecycle(event) => {
                self.notice_lifecycle(event);
                self.lifecycle(now, event);
            }
        }
        self.clear_left_over();
        self.settle_drafts(now);
        self.next_command(now);
        while let Some(timer) = self.timers.pop_due(now.mono) {
            self.fire(now, timer);
        }
        self.finish(now);
    }

    /// The next request to carry out.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When to call again at the latest, and why. Ask after draining.
    #[must_use]
    pub fn next_wake(&self) -> Option<Wake> {
        self.timers.next().map(|(at, timer)| Wake {
            at,
            reason: timer.to_string(),
        })
    }

    fn fire(&mut self, now: Now, timer: Timer) {
        match timer {
            Timer::HubRetry => self.hub_open(now),
            Timer::HubLook => self.hub_look(now),
            Timer::HubPing => self.hub_ping(now),
            Timer::Heartbeat(peer) => self.heartbeat(now, peer),
            Timer::Negotiation(peer) => self.negotiate(now, peer),
            Timer::Resend(peer) => self.resend(now, peer),
            Timer::Doubt(peer) => self.doubt(now, peer),
            Timer::Asked => self.review_asked(now),
            Timer::Links => self.tend_links(now),
            Timer::Tell => self.tell_held(),
            Timer::Unconfirmed => self.ask_confirmations(now),
            Timer::Probe => self.probe_finished(true),
            Timer::Pack => self.pack(now),
            Timer::Turn => self.renew_turn(now),
            Timer::Facts => self.facts_overdue(),
            Timer::Held(peer) => self.release_held(now, peer),
            // Looked at in `finish`, at every turn.
            Timer::Settle
            | Timer::Drafts
            | Timer::Near
            | Timer::Report
            | Timer::Shelf
            | Timer::Slips
            | Timer::Expiry
            | Timer::Typing(_)
            | Timer::Silence(_)
            | Timer::HubDoubt
            | Timer::Gone(_) => {}
        }
    }

    /// What every turn ends with: apply, save, choose paths, send, arm timers, report changes.
    fn finish(&mut self, now: Now) {
        if !self.left {
            self.settle(now);
            self.save_fresh();
            self.review_links(now);
            self.tend_slips(now);
            self.choose_links(now);
            self.choose_paths(now);
            self.tell_near(now);
            self.report_links(now);
            self.tend_shelf(now);
            self.pump(now);
            self.flush(now);
            self.save_memory();
            self.review_expiry();
            self.arm();
        }
        self.report();
    }

    /// Applies what can be applied and takes over what follows from it.
    fn settle(&mut self, now: Now) {
        let applied = self.replica.settle(now);
        if applied.count == 0 {
            self.arm_settle(now);
            return;
        }
        let recount = !applied.messages.is_empty() || !applied.read.is_empty();
        self.changes.people |= applied.people;
        self.changes.lost |= applied.lost;
        self.rejected += applied.refused;
        self.changes.tasks.extend(applied.tasks);
        self.watch_expiry(&applied.messages);
        self.changes.messages.extend(applied.messages);
        for (writer, from, to) in applied.read {
            self.mark_messages(writer, from, to);
        }
        for writer in applied.heard {
            // Whoever wrote after seeing ours has it, whatever became of the acknowledgement.
            let seq = self.replica.known_by(writer, self.me);
            self.confirmed_through(writer, seq);
        }
        if recount {
            self.unread = self.count_unread();
            self.changes.people = true;
        }
        if applied.people {
            // Who a message is meant for may have changed with it.
            let head = self.replica.have().get(self.me);
            self.mark_own(0, head);
        }
        self.arm_settle(now);
    }

    fn arm_settle(&mut self, now: Now) {
        let waiting = self.replica.waiting();
        if waiting != self.memory.waiting {
            self.memory.waiting = waiting;
            self.memory_dirty = true;
        }
        match self.replica.next_wake(now) {
            Some(at) => self.timers.set(Timer::Settle, at),
            None => self.timers.clear(Timer::Settle),
        }
    }

    fn arm(&mut self) {
        // Of the others nothing is due: `part` cleared it.
        let neighbours = self.peers.iter().filter(|(_, peer)| peer.neighbour);
        for (id, peer) in neighbours {
            match peer.negotiation.due() {
                Some((at, _)) => self.timers.set(Timer::Negotiation(*id), at),
                None => self.timers.clear(Timer::Negotiation(*id)),
            }
            match peer.sync.as_ref().and_then(|sync| sync.resend) {
                Some(at) if peer.path != Path::None => self.timers.set(Timer::Resend(*id), at),
                _ => self.timers.clear(Timer::Resend(*id)),
            }
            match peer.doubt_at() {
                Some(at) => self.timers.set(Timer::Doubt(*id), at),
                None => self.timers.clear(Timer::Doubt(*id)),
            }
            let silence = [
                peer.direct.suspect_at(),
                peer.direct.silent_at(),
                peer.hub.suspect_at(),
                peer.hub.silent_at(),
                peer.via.silent_at(),
            ];
            match silence
                .into_iter()
                .flatten()
                .filter(|at| *at > self.now)
                .min()
            {
                Some(at) => self.timers.set(Timer::Silence(*id), at),
                None => self.timers.clear(Timer::Silence(*id)),
            }
            match peer.heard {
                Some(heard) if peer.path == Path::None && !peer.gone => {
                    let at = heard.plus(limits::PEER_GONE);
                    if at > self.now {
                        self.timers.set(Timer::Gone(*id), at);
                    }
                }
                _ => self.timers.clear(Timer::Gone(*id)),
            }
        }
    }

    /// Compares what a screen shows of room and people with what it showed last.
    fn report(&mut self) {
        let shown = (self.room(), self.faces());
        if let Some((room, people)) = &self.shown {
            self.changes.room |= *room != shown.0;
            self.changes.people |= *people != shown.1;
        } else {
            self.changes.room = true;
            self.changes.people = true;
        }
        self.shown = Some(shown);
        if !self.changes.is_empty() {
            let changes = std::mem::take(&mut self.changes);
            self.output(Output::View(changes));
        }
    }

    fn output(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    fn log(&mut self, level: Level, phase: Phase, peer: Option<PeerId>, text: String) {
        self.output(Output::Log(LogLine {
            level,
            phase,
            peer,
            text,
        }));
    }

    /// Operations that came as news, and copies of what was held already, since the start.
    #[must_use]
    pub fn copies(&self) -> (u64, u64) {
        self.copies
    }

    /// The vector clock of a writer's newest operation applied here, for diagnostics and tests.
    #[must_use]
    pub fn clock_of(&self, writer: WriterId) -> Option<&VersionVector> {
        self.replica.clock(writer)
    }
}
