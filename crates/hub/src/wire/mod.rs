//! JSON forms of the HTTP API. Frames of the WebSocket are in [`corridor_core::wire::hub`].

mod mail;
mod mesh;

pub use mail::{Kind, Letter, LetterKept, LetterQuery, Letters};
pub use mesh::{Login, MeshReport};

use corridor_core::broker::{Health, PhoneEntry, Refusal};
use corridor_core::id::{PeerId, RoomId, RoomTag};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Answer to `POST /rooms`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct RoomCreated {
    /// The room's UUID.
    room: String,
}

/// Body of `POST /discovery/register`.
#[derive(Deserialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Register {
    /// The room's UUID.
    room: String,
    /// The tag of the room's key: 32 hexadecimal digits. The first to come sets it.
    tag: String,
    /// Whose entry: 32 hexadecimal digits.
    peer: String,
    /// Where the peer is reached: a line of text that means nothing to the hub.
    address: String,
}

/// [`Register`] with its ids read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Registration {
    /// The room.
    pub room: RoomId,
    /// What proves that the caller holds the room's key.
    pub tag: RoomTag,
    /// Whose entry.
    pub peer: PeerId,
    /// Where the peer is reached; means nothing to the hub.
    pub address: String,
}

/// Answer to `POST /discovery/register`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct Registered {
    /// Seconds that the entry lives unless it is used.
    pub expires_in: u64,
}

/// Query of `GET /discovery/peers`.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// The room's UUID.
    room: String,
    /// The tag of the room's key: 32 hexadecimal digits.
    tag: String,
}

/// Answer to `GET /discovery/peers`.
#[derive(Serialize, ToSchema, Debug)]
pub struct Peers {
    peers: Vec<Peer>,
}

#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
struct Peer {
    peer: String,
    address: String,
    /// Seconds.
    expires_in: u64,
}

/// Answer to `GET /health`.
#[derive(Serialize, ToSchema, Debug)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    status: &'static str,
    version: &'static str,
    protocol: u16,
    uptime: u64,
    stun_port: Option<u16>,
    connections: usize,
    members: usize,
    rooms: usize,
    entries: usize,
    letters: usize,
    records: usize,
    waiting: usize,
    unknown_frames: u64,
}

/// What another hub's `/health` says, as far as it matters to [`crate::check`].
#[derive(Deserialize, Debug)]
#[serde(rename_all = "camelCase")]
pub struct HealthSeen {
    /// The hub's version.
    pub version: String,
    /// Its UDP port for STUN, if it answers any.
    pub stun_port: Option<u16>,
}

impl HealthSeen {
    /// Reads the answer's body. `None` when it is no hub's.
    #[must_use]
    pub fn read(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }
}

/// A problem (RFC 9457).
#[derive(Serialize, ToSchema, Debug)]
pub struct Problem {
    /// `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// One sentence for a person.
    pub detail: String,
    /// The hub's refusal code, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
}

impl From<RoomId> for RoomCreated {
    fn from(room: RoomId) -> Self {
        Self {
            room: room.to_string(),
        }
    }
}

impl Register {
    /// Reads the ids.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(self) -> Result<Registration, Refusal> {
        Ok(Registration {
            room: RoomId::parse(&self.room).ok_or(Refusal::Malformed)?,
            tag: RoomTag::parse(&self.tag).ok_or(Refusal::Malformed)?,
            peer: PeerId::parse(&self.peer).ok_or(Refusal::Malformed)?,
            address: self.address,
        })
    }
}

impl Page {
    /// Reads the ids.
    ///
    /// # Errors
    /// [`Refusal::Malformed`].
    pub fn read(&self) -> Result<(RoomId, RoomTag), Refusal> {
        let room = RoomId::parse(&self.room).ok_or(Refusal::Malformed)?;
        let tag = RoomTag::parse(&self.tag).ok_or(Refusal::Malformed)?;
        Ok((room, tag))
    }
}

impl From<Vec<PhoneEntry>> for Peers {
    fn from(entries: Vec<PhoneEntry>) -> Self {
        let peer = |entry: PhoneEntry| Peer {
            peer: entry.peer.to_string(),
            address: entry.address,
            expires_in: entry.expires_in.as_secs(),
        };
        Self {
            peers: entries.into_iter().map(peer).collect(),
        }
    }
}

impl HealthReport {
    /// The broker's counts and what the process knows of itself; `uptime` in seconds.
    #[must_use]
    pub fn new(health: Health, uptime: u64, stun_port: Option<u16>) -> Self {
        Self {
            status: "ok",
            version: env!("CARGO_PKG_VERSION"),
            protocol: corridor_core::wire::VERSION,
            uptime,
            stun_port,
            connections: health.connections,
            members: health.members,
            rooms: health.rooms,
            entries: health.entries,
            letters: health.letters,
            records: health.records,
            waiting: health.waiting,
            unknown_frames: health.unknown_frames,
        }
    }
}
