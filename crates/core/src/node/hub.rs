//! The node's side of the hub: reach it, enter the room, notice when it is gone.

use super::input::HubEvent;
use super::output::{HubOp, Level, Output, Phase};
use super::peer::Route;
use super::view::{HubState, Refusal};
use super::{Node, Timer};
use crate::id::PeerId;
use crate::key::join_message;
use crate::limits;
use crate::link::backoff::backoff;
use crate::time::{Mono, Now, Wall};
use crate::wire::hub::{ClientFrame, HubFrame, Join, Joined, Member, Parcel, Sighting};
use crate::wire::registry::{layer, refusal};
use crate::wire::{self, WireError};

/// The WebSocket and what was said on it.
#[derive(Debug, Default)]
pub(super) struct HubLink {
    socket: Socket,
    pub(super) state: HubState,
    failures: u32,
    /// Pings sent and not answered.
    missed: u32,
    /// Since when a ping is unanswered,
    pub(super) asked: Option<Mono>,
    /// and when the last one was sent.
    pub(super) pinged: Option<Mono>,
    /// When a socket was opened because it was seen last.
    pub(super) seen: Option<Mono>,
    /// When it was given up on suspicion last.
    pub(super) suspected: Option<Mono>,
    ping: u64,
    /// What this socket asked to be signed.
    nonce: [u8; 32],
    /// What it offers: bits of [`layer`].
    layers: u32,
    /// [`super::Fault::CutHub`].
    pub(super) cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Socket {
    #[default]
    Closed,
    Opening,
    /// Open; the challenge or the answer to the join is awaited.
    Entering,
    Joined,
}

impl HubLink {
    pub(super) fn is_joined(&self) -> bool {
        self.socket == Socket::Joined
    }

    pub(super) fn is_away(&self) -> bool {
        matches!(self.socket, Socket::Closed | Socket::Opening)
    }

    /// It carries negotiation steps.
    pub(super) fn signals(&self) -> bool {
        self.offers(layer::HANDSHAKE)
    }

    /// It carries sealed packets.
    pub(super) fn relays(&self) -> bool {
        self.offers(layer::RELAY)
    }

    /// It wants to hear of links.
    pub(super) fn takes_reports(&self) -> bool {
        self.offers(layer::ADMIN)
    }

    /// It keeps sealed records.
    pub(super) fn shelves(&self) -> bool {
        self.offers(layer::SHELF)
    }

    /// What it offers: bits of [`layer`]; nothing while it is away.
    pub(super) fn layers(&self) -> u32 {
        if self.is_joined() { self.layers } else { 0 }
    }

    fn offers(&self, layer: u32) -> bool {
        self.is_joined() && self.layers & layer != 0
    }

    /// Not tried again: the hub said no, and asking again would not help.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self.state,
            HubState::Refused(
                Refusal::Ended | Refusal::WrongKey | Refusal::Replaced | Refusal::Version
            )
        )
    }
}

impl Node {
    pub(super) fn hub_open(&mut self, now: Now) {
        if self.hub.cut || self.left || self.hub.is_final() || self.hub.socket != Socket::Closed {
            return;
        }
        self.hub.socket = Socket::Opening;
        // A way that appears meanwhile is taken at once, not when the system repeats its request.
        self.timers
            .set(Timer::HubLook, now.mono.plus(limits::HUB_LOOK_LATE));
        self.hub_answered();
        self.timers
            .set(Timer::HubPing, now.mono.plus(limits::HUB_OPEN_PATIENCE));
        self.output(Output::Hub(HubOp::Open));
    }

    pub(super) fn hub_send(&mut self, frame: &ClientFrame) {
        self.output(Output::Hub(HubOp::Send(frame.encode())));
    }

    fn hub_answered(&mut self) {
        self.hub.missed = 0;
        self.hub.asked = None;
    }

    /// Tries again at once, or asks whether the hub is still there.
    pub(super) fn hub_nudge(&mut self, now: Now) {
        self.hub.failures = 0;
        match self.hub.socket {
            Socket::Closed => self.timers.set(Timer::HubRetry, now.mono),
            Socket::Opening => {}
            Socket::Entering | Socket::Joined => self.timers.set(Timer::HubPing, now.mono),
        }
    }

    pub(super) fn hub_event(&mut self, now: Now, event: HubEvent) {
        match event {
            HubEvent::Opened => {
                if self.hub.socket == Socket::Opening {
                    self.hub.socket = Socket::Entering;
                    self.timers.clear(Timer::HubLook);
                    self.hub_answered();
                    self.timers
                        .set(Timer::HubPing, now.mono.plus(limits::HUB_PING));
                }
            }
            HubEvent::Frame(bytes) => match HubFrame::decode(&bytes) {
                Ok(frame) => {
                    self.hub_answered();
                    self.hub_frame(now, frame);
                }
                Err(error) => self.reject(Phase::Discovery, None, error),
            },
            HubEvent::Closed => self.hub_lost(now, "the hub's socket closed"),
            HubEvent::Seen => self.hub_seen(now),
        }
    }

    /// Closes the socket, if any, and plans the next try.
    pub(super) fn hub_lost(&mut self, now: Now, reason: &str) {
        if self.hub.socket == Socket::Closed {
            return;
        }
        let was_joined = self.hub.is_joined();
        self.hub.socket = Socket::Closed;
        self.timers.clear(Timer::HubPing);
        for peer in self.peers.values_mut() {
            peer.on_hub = false;
        }
        if !matches!(self.hub.state, HubState::Refused(_)) {
            self.hub.state = HubState::Unreachable;
        }
        if was_joined {
            self.hub.failures = 0;
        }
        self.log(Level::Info, Phase::Discovery, None, reason.to_owned());
        if !self.hub.is_final() && !self.hub.cut {
            let pause = backoff(limits::HUB_BACKOFF, self.hub.failures, &mut self.rng);
            self.hub.failures = self.hub.failures.saturating_add(1);
            self.timers.set(Timer::HubRetry, now.mono.plus(pause));
            self.timers.set(Timer::HubLook, now.mono);
        }
    }

    /// Closes the socket from this side.
    pub(super) fn hub_close(&mut self, now: Now, reason: &str) {
        if self.hub.socket != Socket::Closed {
            self.output(Output::Hub(HubOp::Close));
            self.hub_lost(now, reason);
        }
    }

    pub(super) fn hub_ask(&mut self, now: Now) {
        self.hub.ping = self.hub.ping.wrapping_add(1);
        let ping = self.hub.ping;
        self.hub_send(&ClientFrame::Ping(ping));
        self.hub.asked.get_or_insert(now.mono);
        self.hub.pinged = Some(now.mono);
        self.timers
            .set(Timer::HubDoubt, now.mono.plus(limits::HUB_SUSPICION));
    }

    pub(super) fn hub_ping(&mut self, now: Now) {
        if self.hub.socket == Socket::Opening {
            self.hub_close(now, "the hub cannot be reached");
            return;
        }
        if self.hub.missed >= 2 {
            self.hub_close(now, "the hub does not answer");
            return;
        }
        self.hub.missed += 1;
        self.hub_ask(now);
        self.timers
            .set(Timer::HubPing, now.mono.plus(limits::HUB_PING));
    }

    fn hub_frame(&mut self, now: Now, frame: HubFrame) {
        match frame {
            HubFrame::Challenge(nonce) => {
                self.hub.nonce = nonce;
                self.hub_join();
            }
            HubFrame::Joined(joined) => self.hub_joined(now, joined),
            HubFrame::Arrived(member) => self.member_arrived(now, member),
            HubFrame::Departed(member) => self.member_departed(now, member),
            HubFrame::Signal(parcel) => self.hub_parcel(now, &parcel, true),
            HubFrame::Relayed(parcel) => self.hub_parcel(now, &parcel, false),
            HubFrame::Refused(code) => self.hub_refused(now, code),
            HubFrame::Undelivered(peer) => self.undelivered(peer),
            HubFrame::ShelfStored(stored) => self.shelf_stored(stored),
            HubFrame::ShelfError(error) => self.shelf_refused(now, error),
            HubFrame::ShelfListed(listed) => self.shelf_listed(now, listed),
            HubFrame::ShelfRecord(record) => self.shelf_record(&record),
            HubFrame::Seen(members) => self.members_seen(members),
            HubFrame::Pong { wall, .. } => self.hub_time(Wall(wall)),
        }
    }

    /// Enters the room; again on the same socket, for new credentials of TURN servers.
    pub(super) fn hub_join(&mut self) {
        let message = join_message(&self.hub.nonce, self.room, self.keys.tag, self.session);
        let join = Join {
            version: wire::VERSION,
            room: self.room,
            tag: self.keys.tag,
            peer: self.me,
            session: self.session,
            public_key: self.device.public(),
            slot: self.device.slot(),
            proof: self.device.sign(&message),
            resume: self.memory.admitted,
        };
        self.hub_send(&ClientFrame::Join(join));
    }

    fn hub_joined(&mut self, now: Now, joined: Joined) {
        self.hub.socket = Socket::Joined;
        self.hub.state = HubState::Joined;
        self.hub.failures = 0;
        // One that does not say offers what hubs have always offered.
        self.hub.layers = joined.layers.unwrap_or(layer::HANDSHAKE | layer::RELAY);
        self.reported = None;
        self.shelf.joined(now.mono);
        self.hub_time(Wall(joined.wall));
        if !self.memory.admitted {
            self.memory.admitted = true;
            self.memory_dirty = true;
        }
        self.take_servers(now, &joined);
        let count = joined.members.len();
        self.log(
            Level::Info,
            Phase::Discovery,
            None,
            format!("in the room on the hub, {count} others"),
        );
        for peer in self.peers.values_mut() {
            peer.on_hub = false;
        }
        for member in &joined.members {
            self.member_known(now, *member);
        }
        self.choose_links(now);
        for member in joined.members {
            self.reach(now, member.peer);
        }
    }

    fn member_arrived(&mut self, now: Now, member: Member) {
        self.member_known(now, member);
        self.reach(now, member.peer);
    }

    fn member_known(&mut self, now: Now, member: Member) {
        if member.peer == self.me || self.left {
            return;
        }
        self.meet(now, member.peer, member.session);
        if let Some(peer) = self.peers.get_mut(&member.peer) {
            peer.on_hub = true;
            peer.seen_at = None;
            peer.hub.close();
        }
    }

    /// Their `.local` names are tried as these addresses too (rule H-SEEN).
    fn members_seen(&mut self, members: Vec<Sighting>) {
        for seen in members.into_iter().filter(Sighting::is_local) {
            if let Some(peer) = self.peers.get_mut(&seen.peer) {
                peer.seen_at = Some(seen.at);
            }
        }
    }

    fn member_departed(&mut self, now: Now, member: Member) {
        // The hub forgets with a member what was told of it (rule H-REPORT). Who is still reached is told again.
        if let Some((_, told)) = &mut self.reported {
            told.retain(|link| link.peer != member.peer);
        }
        let Some(peer) = self.peers.get_mut(&member.peer) else {
            return;
        };
        if peer.session == Some(member.session) {
            peer.on_hub = false;
            peer.hub.close();
            // Its tab may be gone, or only its way to the hub: the direct link knows.
            self.ping(now, member.peer);
        }
    }

    fn hub_parcel(&mut self, now: Now, parcel: &Parcel, signal: bool) {
        if parcel.peer == self.me || !self.peers.contains_key(&parcel.peer) {
            return;
        }
        if signal {
            self.sealed_signal(now, parcel.peer, &parcel.sealed);
        } else {
            self.sealed_packet(now, parcel.peer, Route::Hub, &parcel.sealed);
        }
    }

    fn undelivered(&mut self, peer: PeerId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.on_hub = false;
        }
    }

    fn hub_refused(&mut self, now: Now, code: u16) {
        if self.hub.is_joined() && code != refusal::REPLACED && code != refusal::ENDED {
            self.reject(Phase::Discovery, None, WireError::Unknown(code));
            return;
        }
        let why = match code {
            refusal::UNKNOWN_ROOM => Refusal::UnknownRoom,
            refusal::ENDED => Refusal::Ended,
            refusal::WRONG_TAG => Refusal::WrongKey,
            refusal::REPLACED => Refusal::Replaced,
            refusal::FULL => Refusal::Full,
            refusal::VERSION => Refusal::Version,
            other => Refusal::Other(other),
        };
        self.hub.state = HubState::Refused(why);
        self.log(
            Level::Warn,
            Phase::Discovery,
            None,
            format!("the hub refuses: {why:?}"),
        );
        self.hub_close(now, "refused");
    }
}
