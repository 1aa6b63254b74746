//! All that a node keeps about one peer.

use super::evidence::{Change, Seen};
use super::faults::Line;
use super::routes::Reach;
use super::view::{LinkView, Path, Tampering};
use crate::id::{PeerId, SessionId, WriterId};
use crate::limits;
use crate::link::flow::Flow;
use crate::link::negotiate::Negotiation;
use crate::link::parts::Assembly;
use crate::link::path::PathHealth;
use crate::link::replay::ReplayWindow;
use crate::link::sync::Sync;
use crate::model::Presence;
use crate::time::Mono;
use crate::wire::peer::PeerFrame;
use core::net::IpAddr;
use std::collections::{BTreeMap, BTreeSet};

/// The ways a node can send to a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Route {
    Direct,
    Hub,
    /// Through other peers, by [`Peer::route`].
    Peer,
}

/// One peer: the newest session of one writer.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) session: Option<SessionId>,
    pub(super) on_hub: bool,
    /// Where the hub sees it, if in a local network.
    pub(super) seen_at: Option<IpAddr>,
    pub(super) negotiation: Negotiation,
    pub(super) direct: PathHealth,
    pub(super) hub: PathHealth,
    pub(super) via: PathHealth,
    /// The peers to go through, where there is no other way.
    pub(super) route: Option<Vec<PeerId>>,
    /// What that costs, in milliseconds.
    pub(super) route_cost: u64,
    /// A first hop that failed, and until when it is left alone.
    pub(super) resting: Option<(PeerId, Mono)>,
    /// Whom it reaches, in how many milliseconds.
    pub(super) near: BTreeMap<PeerId, (Reach, u32)>,
    /// What it was told of whom this node reaches.
    pub(super) told: BTreeMap<PeerId, Reach>,
    pub(super) path: Path,
    pub(super) sync: Option<Sync>,
    pub(super) outgoing: Vec<(Route, PeerFrame)>,
    /// Writers whose sequences are to be confirmed to this peer in this turn.
    pub(super) acks: BTreeSet<WriterId>,
    /// Attempts at a direct link before this session,
    pub(super) attempts_before: u32,
    /// and data channels that opened in it.
    pub(super) opened: u32,
    /// Packets of this session have gone another way than directly.
    pub(super) relayed: bool,
    /// When a late acknowledgement was followed by a ping last.
    pub(super) doubted: Option<Mono>,
    /// Frames are exchanged with it regularly; in a large room only with few ([`super::crowd`]).
    pub(super) neighbour: bool,
    /// When it asked for a sign of life last: only neighbours do.
    pub(super) asked_us: Option<Mono>,
    /// It needs the link; so it is unless it says otherwise.
    pub(super) needed: bool,
    /// What it was told of our need,
    pub(super) told_needed: Option<bool>,
    /// and since when neither side needs the link.
    pub(super) needless: Option<Mono>,
    /// A link with it is not tried until then.
    pub(super) rests_until: Option<Mono>,
    /// [`super::Fault::Avoid`].
    pub(super) avoided: bool,
    pub(super) away: bool,
    pub(super) typing_until: Option<Mono>,
    /// It said goodbye, and has not been heard of since.
    pub(super) gone: bool,
    pub(super) heard: Option<Mono>,
    /// Since when this session is known.
    pub(super) met: Mono,
    /// Its clock minus this device's, in milliseconds.
    pub(super) offset_ms: Option<i64>,
    /// When the version vectors were last compared in full.
    pub(super) compared: Option<Mono>,
    pub(super) sealed_out: u64,
    pub(super) sealed_in: ReplayWindow,
    pub(super) signals_in: ReplayWindow,
    /// Negotiation steps refused in this session, and why the last one was.
    pub(super) tampered: (u64, Option<Tampering>),
    pub(super) bytes: (u64, u64),
    pub(super) since: Mono,
    pub(super) reason: &'static str,
    /// What was seen of the link, for diagnoses.
    pub(super) seen: Seen,
    /// What waits in the data channel,
    pub(super) flow: Flow,
    /// the frame of which parts came by it,
    pub(super) parts: Assembly,
    /// and how many frames were cut into parts.
    pub(super) cut: u32,
    /// [`super::Fault::Delay`] and [`super::Fault::Loss`].
    pub(super) line: Line,
}

impl Peer {
    pub(super) fn new(now: Mono, offers: bool) -> Self {
        Self {
            session: None,
            on_hub: false,
            seen_at: None,
            negotiation: Negotiation::new(offers),
            direct: PathHealth::default(),
            hub: PathHealth::default(),
            via: PathHealth::default(),
            route: None,
            route_cost: 0,
            resting: None,
            near: BTreeMap::new(),
            told: BTreeMap::new(),
            path: Path::None,
            sync: None,
            outgoing: Vec::new(),
            acks: BTreeSet::new(),
            attempts_before: 0,
            opened: 0,
            relayed: false,
            doubted: None,
            neighbour: true,
            asked_us: None,
            needed: true,
            told_needed: None,
            needless: None,
            rests_until: None,
            avoided: false,
            away: false,
            typing_until: None,
            gone: false,
            heard: None,
            met: now,
            offset_ms: None,
            compared: None,
            sealed_out: 0,
            sealed_in: ReplayWindow::default(),
            signals_in: ReplayWindow::default(),
            tampered: (0, None),
            bytes: (0, 0),
            since: now,
            reason: "new",
            seen: Seen::default(),
            flow: Flow::default(),
            parts: Assembly::default(),
            cut: 0,
            line: Line::default(),
        }
    }

    /// A newer run of the peer: nothing learnt from the older one holds.
    pub(super) fn begin_session(&mut self, now: Mono, session: SessionId) {
        let offers = self.negotiation.offers();
        let (attempts, restarts) = (self.negotiation.attempts, self.negotiation.restarts);
        let (bytes, on_hub, avoided) = (self.bytes, self.on_hub, self.avoided);
        let history = std::mem::take(&mut self.seen.history);
        let line = std::mem::take(&mut self.line);
        // Counted on: should that session come back after a mistaken newer one, it must not see a number again.
        let sealed_out = self.sealed_out;
        *self = Self::new(now, offers);
        self.session = Some(session);
        self.sealed_out = sealed_out;
        self.attempts_before = attempts;
        self.negotiation.attempts = attempts;
        self.negotiation.restarts = restarts;
        self.bytes = bytes;
        self.on_hub = on_hub;
        self.avoided = avoided;
        self.seen.history = history;
        self.line = line;
        self.changed(now, "new session");
    }

    /// The way frames should take now. `hub`: the hub can relay; `direct`: direct links are allowed.
    pub(super) fn choose_path(&self, now: Mono, hub: bool, direct: bool) -> Path {
        match self.own_path(now, hub, direct) {
            Path::None if self.route.is_some() && !self.via.is_silent(now) => Path::Peer,
            own => own,
        }
    }

    /// The way that needs no other peer.
    pub(super) fn own_path(&self, now: Mono, hub: bool, direct: bool) -> Path {
        let direct = direct && self.negotiation.is_open() && self.direct.is_proven(now);
        let hub = hub
            && self.neighbour
            && self.on_hub
            && self.session.is_some()
            && !self.hub.is_silent(now);
        // A relay that may work serves better than a link that may not.
        let doubtful = self.direct.is_suspect(now) && !self.hub.is_suspect(now);
        match (direct, hub) {
            (true, true) if doubtful => Path::Hub,
            (true, _) => Path::Direct,
            (false, true) => Path::Hub,
            (false, false) => Path::None,
        }
    }

    /// When an unacknowledged operation calls for a ping.
    pub(super) fn doubt_at(&self) -> Option<Mono> {
        let since = self.sync.as_ref()?.unacked_since()?;
        let late = since.plus(limits::ACK_DOUBT);
        let rested = self.doubted.map(|at| at.plus(limits::DOUBT_PAUSE));
        (self.path != Path::None).then(|| rested.map_or(late, |rested| rested.max(late)))
    }

    /// The way in use, or the one that was until just now, answers neither pings nor otherwise.
    pub(super) fn is_suspect(&self, now: Mono) -> bool {
        let direct = self.direct.is_suspect(now) && !self.direct.is_silent(now);
        (self.negotiation.is_open() && direct)
            || (self.path == Path::Hub && self.hub.is_suspect(now))
    }

    /// Something came from it by this route.
    pub(super) fn heard(&mut self, now: Mono, route: Route) {
        self.heard = Some(now);
        match route {
            Route::Direct => self.direct.heard(now),
            Route::Hub => self.hub.heard(now),
            Route::Peer => self.via.heard(now),
        }
    }

    /// Whatever was asked before proves nothing any more.
    pub(super) fn forgive(&mut self) {
        for health in [&mut self.direct, &mut self.hub, &mut self.via] {
            health.forgive();
        }
    }

    /// Nothing has come in the session that is known, for so long that the session may be wrong.
    pub(super) fn is_unheard(&self, now: Mono) -> bool {
        self.heard.is_none() && now.since(self.met) >= limits::PEER_GONE
    }

    /// It is in the room, as far as is known.
    pub(super) fn is_here(&self, now: Mono) -> bool {
        // The hub may not have noticed yet that it is gone; before long others tell of whoever is there.
        let expected =
            self.on_hub && !self.hub.is_silent(now) && now.since(self.met) < limits::PEER_GONE;
        self.session.is_some() && !self.gone && (self.path != Path::None || expected)
    }

    /// Forgets the way through other peers.
    pub(super) fn drop_route(&mut self) {
        self.route = None;
        self.via.close();
    }

    /// The way through other peers failed: its first hop rests.
    pub(super) fn rest_route(&mut self, now: Mono) {
        if let Some(first) = self.route.as_ref().and_then(|route| route.first()) {
            self.resting = Some((*first, now.plus(limits::ROUTE_REST)));
        }
        self.drop_route();
    }

    /// The health of the path in use.
    pub(super) fn health(&self) -> &PathHealth {
        match self.path {
            Path::Direct => &self.direct,
            Path::Peer => &self.via,
            Path::Hub | Path::None => &self.hub,
        }
    }

    pub(super) fn presence(&self, now: Mono) -> Presence {
        match self.path {
            Path::None if self.gone || !self.neighbour => Presence::Offline,
            Path::None => match self.heard {
                Some(heard) if now.since(heard) < limits::PEER_GONE => Presence::Reconnecting,
                _ => Presence::Offline,
            },
            _ if self.away => Presence::Away,
            _ => Presence::Online,
        }
    }

    pub(super) fn is_typing(&self, now: Mono) -> bool {
        self.path != Path::None && self.typing_until.is_some_and(|until| until > now)
    }

    pub(super) fn changed(&mut self, now: Mono, reason: &'static str) {
        self.since = now;
        self.reason = reason;
        self.seen.note(Change {
            at: now,
            reason,
            path: self.path,
            rtc: self.negotiation.state(),
        });
    }

    /// `behind`: operations of `me` through `head` that it has not confirmed.
    pub(super) fn view(&self, peer: PeerId, me: WriterId, head: u64, behind: u64) -> LinkView {
        LinkView {
            peer,
            session: self.session,
            path: self.path,
            rtc: self.negotiation.state(),
            channel_open: self.negotiation.is_open(),
            on_hub: self.on_hub,
            route: self.route.clone().unwrap_or_default(),
            rtt_ms: self.health().rtt_ms(),
            bytes: self.bytes,
            retransmits: self.sync.as_ref().map_or(0, |sync| sync.retransmits),
            attempts: self.negotiation.attempts,
            restarts: self.negotiation.restarts,
            unacked: self
                .sync
                .as_ref()
                .map_or(behind, |sync| sync.unacked(me, head)),
            tampered: self.tampered,
            since: self.since,
            reason: self.reason,
        }
    }
}
