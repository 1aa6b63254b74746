//! What the operator sees (R-HUB-5): every number is computed from what is connected and reported now.

use super::connection::Reported;
use super::{Activity, Broker, Layer, Refusal, Sample, ShelfStats};
use crate::id::{PeerId, RoomId};
use crate::limits::HUB_ADMIN_ROOMS;
use crate::time::{Mono, Now, Wall};
use crate::wire::hub::LinkState;
use crate::wire::registry::{link_path, link_state};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// By which way one end says it reaches the other.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub enum LinkPath {
    /// Not at all.
    #[default]
    None,
    /// Over a data channel.
    Direct,
    /// Through the hub.
    Hub,
    /// Through a third peer.
    Peer,
}

/// What one end says of a link.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkEnd {
    /// By which way it sends.
    pub path: LinkPath,
    /// The name of its connection's state.
    pub state: &'static str,
    /// Round-trip time in milliseconds on that way.
    pub rtt_ms: Option<u32>,
    /// How long ago it said so.
    pub age: Duration,
}

/// Two peers, counted once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    /// The smaller id and the greater.
    pub peers: (PeerId, PeerId),
    /// What each says, `None` from one that is not here or has reported nothing.
    pub ends: (Option<LinkEnd>, Option<LinkEnd>),
    attempts: u32,
    opened: u32,
    relayed: bool,
}

/// How a member reaches the others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// All it reaches without the hub.
    P2p,
    /// Somebody through the hub's WebSocket.
    WebSocket,
    /// Nobody.
    Nobody,
}

/// A connected member.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MemberStatus {
    /// The peer.
    pub peer: PeerId,
    /// How it reaches the others.
    pub reach: Reach,
    /// How old its last report is.
    pub age: Option<Duration>,
}

/// One room.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoomStatus {
    /// The room.
    pub room: RoomId,
    /// Who is connected.
    pub members: Vec<MemberStatus>,
    /// Pairs of which somebody has reported something.
    pub pairs: Vec<Pair>,
}

/// Counts over all rooms.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// Hubs that serve these rooms, this one included.
    pub hubs: usize,
    /// Open sockets.
    pub connections: usize,
    /// Rooms that have not ended.
    pub rooms: usize,
    /// Connected members.
    pub members: usize,
    /// Members that reach all others they reach without the hub.
    pub p2p: usize,
    /// Members that reach somebody through the hub.
    pub websocket: usize,
    /// Pairs by the way they use, each counted once: direct, through the hub, through a peer.
    pub links: LinkCounts,
    /// Pairs whose ends tell different things.
    pub disagreeing: usize,
    /// Attempts at a direct link between the pairs of now.
    pub attempts: u64,
    /// How many of them opened.
    pub opened: u64,
    /// Pairs that have used the hub or a peer.
    pub relayed: usize,
    /// Those of them that are direct now.
    pub upgraded: usize,
    /// Offers and answers that wait.
    pub letters: usize,
    /// What is on the shelf.
    pub shelf: ShelfStats,
}

/// Pairs by the way they use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LinkCounts {
    /// Over a data channel.
    pub direct: usize,
    /// Through the hub.
    pub hub: usize,
    /// Through a third peer.
    pub peer: usize,
}

/// Everything the admin page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MeshStatus {
    /// When this was computed.
    pub at: Wall,
    /// Over all rooms.
    pub totals: Totals,
    /// The rooms with most members.
    pub rooms: Vec<RoomStatus>,
    /// Newest last.
    pub activity: Vec<Activity>,
    /// The last day, oldest first.
    pub samples: Vec<Sample>,
}

impl LinkPath {
    /// The path of a number of the registry. A newer version's is none that is known here.
    #[must_use]
    pub fn of(number: u8) -> Self {
        match number {
            link_path::DIRECT => Self::Direct,
            link_path::HUB => Self::Hub,
            link_path::PEER => Self::Peer,
            _ => Self::None,
        }
    }

    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Direct => "direct",
            Self::Hub => "hub",
            Self::Peer => "peer",
        }
    }
}

impl LinkCounts {
    /// All of them.
    #[must_use]
    pub fn all(self) -> usize {
        self.direct + self.hub + self.peer
    }
}

impl Reach {
    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::P2p => "p2p",
            Self::WebSocket => "websocket",
            Self::Nobody => "nobody",
        }
    }
}

impl Pair {
    /// The way the pair uses: the worse of what its ends say, since traffic needs both directions.
    #[must_use]
    pub fn path(&self) -> LinkPath {
        match self.ends {
            (Some(a), Some(b)) if a.path == LinkPath::None || b.path == LinkPath::None => {
                LinkPath::None
            }
            (a, b) => {
                let paths = a.iter().chain(b.iter()).map(|end| end.path);
                paths
                    .max_by_key(|path| match path {
                        LinkPath::None => 0,
                        LinkPath::Direct => 1,
                        LinkPath::Peer => 2,
                        LinkPath::Hub => 3,
                    })
                    .unwrap_or_default()
            }
        }
    }

    /// True when both ends have spoken and name different ways.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        matches!(self.ends, (Some(a), Some(b)) if a.path != b.path)
    }
}

impl Broker {
    /// The state of all links, as their ends see them.
    ///
    /// # Errors
    /// [`Refusal::LayerOff`].
    pub fn mesh_status(&self, now: Now) -> Result<MeshStatus, Refusal> {
        self.require(Layer::Admin)?;
        let mut rooms = self.room_statuses(now.mono);
        let totals = self.totals(now.mono, &rooms);
        rooms.sort_by_key(|room| core::cmp::Reverse(room.members.len()));
        rooms.truncate(HUB_ADMIN_ROOMS);
        Ok(MeshStatus {
            at: now.wall,
            totals,
            rooms,
            activity: self.activity.iter().copied().collect(),
            samples: self.samples.iter().copied().collect(),
        })
    }

    pub(super) fn room_statuses(&self, now: Mono) -> Vec<RoomStatus> {
        let elsewhere = |id| -> Vec<Present<'_>> {
            let room = self.rooms.get(id);
            let guests = room.into_iter().flat_map(|room| room.guests().iter());
            guests
                .map(|(member, report)| (member.peer, report))
                .collect()
        };
        let living = self.rooms.living_ids(now);
        let mut all: BTreeMap<RoomId, Vec<Present<'_>>> =
            living.map(|room| (room, elsewhere(room))).collect();
        for connection in self.connections.values() {
            if let Some(seat) = connection.seat {
                let room = all.entry(seat.room).or_default();
                room.push((seat.member.peer, connection.report.as_ref()));
            }
        }
        all.into_iter()
            .map(|(room, members)| room_status(now, room, &members))
            .collect()
    }

    pub(super) fn totals(&self, now: Mono, rooms: &[RoomStatus]) -> Totals {
        let mut totals = Totals {
            hubs: 1 + self.hubs.len(),
            connections: self.connections.len() + self.hubs.connections(),
            rooms: self.rooms.living(now).count(),
            letters: self.mailbox.len(),
            shelf: self.shelf_stats(),
            ..Totals::default()
        };
        for room in rooms {
            totals.members += room.members.len();
            for member in &room.members {
                match member.reach {
                    Reach::P2p => totals.p2p += 1,
                    Reach::WebSocket => totals.websocket += 1,
                    Reach::Nobody => {}
                }
            }
            for pair in &room.pairs {
                totals.add(pair);
            }
        }
        totals
    }
}

impl Totals {
    fn add(&mut self, pair: &Pair) {
        let path = pair.path();
        match path {
            LinkPath::None => {}
            LinkPath::Direct => self.links.direct += 1,
            LinkPath::Hub => self.links.hub += 1,
            LinkPath::Peer => self.links.peer += 1,
        }
        self.disagreeing += usize::from(pair.disagrees());
        self.attempts += u64::from(pair.attempts);
        self.opened += u64::from(pair.opened);
        self.relayed += usize::from(pair.relayed);
        self.upgraded += usize::from(pair.relayed && path == LinkPath::Direct);
    }
}

/// A member, and what it reported last.
type Present<'a> = (PeerId, Option<&'a Reported>);

fn room_status(now: Mono, room: RoomId, members: &[Present<'_>]) -> RoomStatus {
    let reports: BTreeMap<PeerId, &Reported> = members
        .iter()
        .filter_map(|(peer, report)| Some((*peer, (*report)?)))
        .collect();
    let named: BTreeSet<(PeerId, PeerId)> = reports
        .iter()
        .flat_map(|(own, report)| report.links.keys().map(|peer| ordered(*own, *peer)))
        .collect();
    let pairs: Vec<Pair> = named
        .into_iter()
        .map(|peers| pair(now, peers, &reports))
        .collect();
    let members = members
        .iter()
        .map(|(peer, report)| MemberStatus {
            peer: *peer,
            reach: reach(*peer, &pairs),
            age: report.map(|report| now.since(report.at)),
        })
        .collect();
    RoomStatus {
        room,
        members,
        pairs,
    }
}

fn ordered(a: PeerId, b: PeerId) -> (PeerId, PeerId) {
    (a.min(b), a.max(b))
}

fn pair(now: Mono, peers: (PeerId, PeerId), reports: &BTreeMap<PeerId, &Reported>) -> Pair {
    let link =
        |own: PeerId, other: PeerId| -> Option<&LinkState> { reports.get(&own)?.links.get(&other) };
    // Whoever has reported and does not name the other does not reach it.
    let end = |own: PeerId, other: PeerId| {
        let report = reports.get(&own)?;
        let link = report.links.get(&other);
        Some(LinkEnd {
            path: link.map_or(LinkPath::None, |link| LinkPath::of(link.path)),
            state: link.map_or("new", |link| state_name(link.state)),
            rtt_ms: link.and_then(|link| link.rtt_ms),
            age: now.since(report.at),
        })
    };
    let (a, b) = peers;
    let told = || link(a, b).into_iter().chain(link(b, a));
    // Both ends count the attempts at the one link between them.
    let most = |number: fn(&LinkState) -> u32| told().map(number).max().unwrap_or(0);
    let attempts = most(|link| link.attempts);
    Pair {
        peers,
        ends: (end(a, b), end(b, a)),
        attempts,
        opened: most(|link| link.opened).min(attempts),
        relayed: told().any(|link| link.relayed),
    }
}

fn reach(peer: PeerId, pairs: &[Pair]) -> Reach {
    let paths = pairs
        .iter()
        .filter(|pair| pair.peers.0 == peer || pair.peers.1 == peer)
        .map(Pair::path);
    paths.fold(Reach::Nobody, |reach, path| match (reach, path) {
        (Reach::WebSocket, _) | (_, LinkPath::Hub) => Reach::WebSocket,
        (_, LinkPath::Direct | LinkPath::Peer) => Reach::P2p,
        (reach, LinkPath::None) => reach,
    })
}

/// As RTCPeerConnectionState is written (W3C WebRTC §4.3.3).
fn state_name(number: u8) -> &'static str {
    match number {
        link_state::CONNECTING => "connecting",
        link_state::CONNECTED => "connected",
        link_state::DISCONNECTED => "disconnected",
        link_state::FAILED => "failed",
        link_state::CLOSED => "closed",
        _ => "new",
    }
}
