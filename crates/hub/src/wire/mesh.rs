//! JSON form of the operator's view. Ids are shortened: enough to tell apart, too little to enter a room.

use corridor_core::broker::{
    Activity, LinkCounts, LinkEnd, MemberStatus, MeshStatus, Pair, RoomStatus, Sample, Totals,
};
use corridor_core::id::RoomId;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// Body of `POST /admin/login`.
#[derive(Deserialize, ToSchema)]
pub struct Login {
    /// The operator's user.
    pub user: String,
    /// The operator's password.
    pub password: String,
}

/// Answer to `GET /admin/mesh-status`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct MeshReport {
    /// Milliseconds since the epoch, when this was computed.
    at: u64,
    totals: TotalsOut,
    /// Those with most members first, 200 at most.
    rooms: Vec<RoomOut>,
    /// Newest last.
    activity: Vec<ActivityOut>,
    /// One a minute over the last day while anybody was connected, oldest first.
    samples: Vec<SampleOut>,
}

#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
struct TotalsOut {
    /// Hubs that serve these rooms, this one included. All counts are over all of them.
    hubs: usize,
    connections: usize,
    rooms: usize,
    members: usize,
    users: UsersOut,
    links: LinksOut,
    /// Links whose ends name different ways.
    disagreeing: usize,
    /// Attempts at direct links between those who are connected now.
    attempts: u64,
    opened: u64,
    /// `opened / attempts`, or null without attempts.
    success_rate: Option<f64>,
    /// Links that have used the hub or a peer.
    relayed: usize,
    upgraded: usize,
    /// The share of `relayed` that is direct now, or null without any.
    upgrade_rate: Option<f64>,
    /// Offers and answers that wait.
    letters: usize,
    shelf: ShelfOut,
}

#[derive(Serialize, ToSchema, Debug)]
struct ShelfOut {
    /// Rooms with records.
    rooms: usize,
    /// Records whose contents reached those who were there between browsers.
    p2p: usize,
    /// Records whose contents reached those who were there through the hub.
    websocket: usize,
    /// Of all records.
    bytes: u64,
}

#[derive(Serialize, ToSchema, Debug)]
struct UsersOut {
    /// Members that reach all others they reach without the hub.
    p2p: usize,
    /// Members that reach somebody through the hub.
    websocket: usize,
    /// Members that reach nobody.
    alone: usize,
}

#[derive(Serialize, ToSchema, Debug)]
struct LinksOut {
    all: usize,
    direct: usize,
    hub: usize,
    peer: usize,
}

#[derive(Serialize, ToSchema, Debug)]
struct RoomOut {
    /// The last 12 digits of its id.
    room: String,
    members: Vec<MemberOut>,
    pairs: Vec<PairOut>,
}

#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
struct MemberOut {
    /// The first 8 digits of its id.
    peer: String,
    /// `p2p`, `websocket` or `nobody`.
    reach: &'static str,
    /// Milliseconds since its last report.
    age: Option<u64>,
}

#[derive(Serialize, ToSchema, Debug)]
struct PairOut {
    /// The two peers.
    peers: [String; 2],
    /// `none`, `direct`, `hub` or `peer`: the worse of what both say.
    path: &'static str,
    disagrees: bool,
    /// What each says, in the order of `peers`; null from one that is gone or has not reported.
    ends: [Option<EndOut>; 2],
}

#[derive(Serialize, ToSchema, Debug)]
struct EndOut {
    path: &'static str,
    /// As `RTCPeerConnectionState`.
    state: &'static str,
    /// Round-trip time in milliseconds.
    rtt: Option<u32>,
    /// Milliseconds since it was reported.
    age: u64,
}

#[derive(Serialize, ToSchema, Debug)]
struct ActivityOut {
    /// Milliseconds since the epoch.
    at: u64,
    kind: &'static str,
    room: Option<String>,
    peer: Option<String>,
}

#[derive(Serialize, ToSchema, Debug)]
struct SampleOut {
    /// Milliseconds since the epoch.
    at: u64,
    members: usize,
    rooms: usize,
    links: LinksOut,
    disagreeing: usize,
}

fn room_name(room: RoomId) -> String {
    // The first digits of a UUID version 7 are its time; the last ones are random.
    let text = room.to_string();
    text.rsplit('-').next().unwrap_or_default().to_owned()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Three digits are enough for a rate.
fn rate(part: u64, whole: u64) -> Option<f64> {
    let permille = u32::try_from((part * 1000).checked_div(whole)?).ok()?;
    Some(f64::from(permille) / 1000.0)
}

impl From<MeshStatus> for MeshReport {
    fn from(status: MeshStatus) -> Self {
        Self {
            at: status.at.0,
            totals: status.totals.into(),
            rooms: status.rooms.into_iter().map(RoomOut::from).collect(),
            activity: status.activity.into_iter().map(ActivityOut::from).collect(),
            samples: status.samples.into_iter().map(SampleOut::from).collect(),
        }
    }
}

impl From<Totals> for TotalsOut {
    fn from(totals: Totals) -> Self {
        let reached = totals.p2p + totals.websocket;
        Self {
            hubs: totals.hubs,
            connections: totals.connections,
            rooms: totals.rooms,
            members: totals.members,
            users: UsersOut {
                p2p: totals.p2p,
                websocket: totals.websocket,
                alone: totals.members.saturating_sub(reached),
            },
            links: totals.links.into(),
            disagreeing: totals.disagreeing,
            attempts: totals.attempts,
            opened: totals.opened,
            success_rate: rate(totals.opened, totals.attempts),
            relayed: totals.relayed,
            upgraded: totals.upgraded,
            upgrade_rate: rate(totals.upgraded as u64, totals.relayed as u64),
            letters: totals.letters,
            shelf: ShelfOut {
                rooms: totals.shelf.rooms,
                p2p: totals.shelf.p2p,
                websocket: totals.shelf.websocket,
                bytes: totals.shelf.bytes,
            },
        }
    }
}

impl From<LinkCounts> for LinksOut {
    fn from(links: LinkCounts) -> Self {
        Self {
            all: links.all(),
            direct: links.direct,
            hub: links.hub,
            peer: links.peer,
        }
    }
}

impl From<RoomStatus> for RoomOut {
    fn from(room: RoomStatus) -> Self {
        Self {
            room: room_name(room.room),
            members: room.members.into_iter().map(MemberOut::from).collect(),
            pairs: room.pairs.into_iter().map(PairOut::from).collect(),
        }
    }
}

impl From<MemberStatus> for MemberOut {
    fn from(member: MemberStatus) -> Self {
        Self {
            peer: member.peer.short(),
            reach: member.reach.name(),
            age: member.age.map(millis),
        }
    }
}

impl From<Pair> for PairOut {
    fn from(pair: Pair) -> Self {
        Self {
            peers: [pair.peers.0.short(), pair.peers.1.short()],
            path: pair.path().name(),
            disagrees: pair.disagrees(),
            ends: [pair.ends.0.map(EndOut::from), pair.ends.1.map(EndOut::from)],
        }
    }
}

impl From<LinkEnd> for EndOut {
    fn from(end: LinkEnd) -> Self {
        Self {
            path: end.path.name(),
            state: end.state,
            rtt: end.rtt_ms,
            age: millis(end.age),
        }
    }
}

impl From<Activity> for ActivityOut {
    fn from(line: Activity) -> Self {
        Self {
            at: line.at.0,
            kind: line.kind.name(),
            room: line.room.map(room_name),
            peer: line.peer.map(|peer| peer.short()),
        }
    }
}

impl From<Sample> for SampleOut {
    fn from(sample: Sample) -> Self {
        Self {
            at: sample.at.0,
            members: sample.members,
            rooms: sample.rooms,
            links: sample.links.into(),
            disagreeing: sample.disagreeing,
        }
    }
}
