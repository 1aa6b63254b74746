//! What happened lately, for the operator: ids and times, the newest entries only.

use super::{Broker, Layer, LinkPath, Refusal, Report};
use crate::id::{PeerId, RoomId};
use crate::limits::HUB_ACTIVITY;
use crate::time::Wall;

/// One line of the activity log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Activity {
    /// When.
    pub at: Wall,
    /// What.
    pub kind: ActivityKind,
    /// In which room, if in one.
    pub room: Option<RoomId>,
    /// Whose doing.
    pub peer: Option<PeerId>,
}

/// What happened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ActivityKind {
    /// A room was created, or opened again after a restart.
    RoomOpened,
    /// A room ended for lack of use.
    RoomEnded,
    /// A peer entered.
    Joined,
    /// A peer left, or its socket ended.
    Left,
    /// A newer connection of a peer took its seat.
    Replaced,
    /// A limit was reached.
    LimitReached,
    /// A peer reaches another directly.
    P2pDirect,
    /// A peer reaches another through the hub.
    P2pThroughHub,
    /// A peer reaches another through a third.
    P2pThroughPeer,
    /// A peer reaches another no more.
    P2pLost,
    /// Reports about a peer that is gone, or that nobody renewed, were dropped.
    P2pCleanup,
    /// A record is on the shelf.
    P2pMessageStored,
    /// A record was refused, or could not be written.
    P2pMessageStoreError,
    /// Another hub serves the same rooms.
    HubFound,
    /// Another hub gives no sign of life any more.
    HubLost,
}

impl ActivityKind {
    /// Its name for programs.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RoomOpened => "room-opened",
            Self::RoomEnded => "room-ended",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Replaced => "replaced",
            Self::LimitReached => "limit-reached",
            Self::P2pDirect => "p2p-direct",
            Self::P2pThroughHub => "p2p-through-hub",
            Self::P2pThroughPeer => "p2p-through-peer",
            Self::P2pLost => "p2p-lost",
            Self::P2pCleanup => "p2p-cleanup",
            Self::P2pMessageStored => "p2p-message-stored",
            Self::P2pMessageStoreError => "p2p-message-store-error",
            Self::HubFound => "hub-found",
            Self::HubLost => "hub-lost",
        }
    }

    pub(super) fn from_path(path: LinkPath) -> Self {
        match path {
            LinkPath::None => Self::P2pLost,
            LinkPath::Direct => Self::P2pDirect,
            LinkPath::Hub => Self::P2pThroughHub,
            LinkPath::Peer => Self::P2pThroughPeer,
        }
    }
}

impl Broker {
    /// Writes a line, with the admin layer on.
    pub(super) fn note(&mut self, kind: ActivityKind, room: RoomId, peer: Option<PeerId>) {
        self.write_line(kind, Some(room), peer);
    }

    /// Writes a line about what the log of the process is told too.
    pub(super) fn note_report(&mut self, report: Report) {
        let (kind, room, peer) = match report {
            Report::RoomOpened(room) => (ActivityKind::RoomOpened, Some(room), None),
            Report::RoomEnded(room) => (ActivityKind::RoomEnded, Some(room), None),
            Report::Joined(room, peer) => (ActivityKind::Joined, Some(room), Some(peer)),
            Report::Left(room, peer) => (ActivityKind::Left, Some(room), Some(peer)),
            Report::Replaced(room, peer) => (ActivityKind::Replaced, Some(room), Some(peer)),
            Report::Refused(_, Refusal::Full) => (ActivityKind::LimitReached, None, None),
            Report::HubFound(_) => (ActivityKind::HubFound, None, None),
            Report::HubLost(_) => (ActivityKind::HubLost, None, None),
            Report::Refused(..) => return,
        };
        self.write_line(kind, room, peer);
    }

    fn write_line(&mut self, kind: ActivityKind, room: Option<RoomId>, peer: Option<PeerId>) {
        if !self.config.layers.has(Layer::Admin) {
            return;
        }
        if self.activity.len() >= HUB_ACTIVITY {
            self.activity.pop_front();
        }
        self.activity.push_back(Activity {
            at: self.wall,
            kind,
            room,
            peer,
        });
    }
}
