//! What a screen needs to know, as plain values. The shell asks for a row when [`Changes`] names it.

use crate::clock::Stamp;
use crate::id::{OpId, PeerId, RoomId, SessionId, TaskId, WriterId};
use crate::model::{Assignee, Presence, Priority, Profile, TaskChange, TaskStatus};
use crate::redact::Private;
use crate::time::{Mono, Wall};
use std::collections::BTreeSet;

use super::input::RtcState;

/// Which parts of the view changed in one drain.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// [`RoomView`] changed.
    pub room: bool,
    /// People, presence or typing changed.
    pub people: bool,
    /// Links changed.
    pub links: bool,
    /// Tasks added, changed or deleted.
    pub tasks: BTreeSet<TaskId>,
    /// What was lost of one's own edits changed.
    pub lost: bool,
    /// Messages added, or their delivery changed.
    pub messages: BTreeSet<OpId>,
}

impl Changes {
    /// True when nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The room as a whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RoomView {
    /// The room.
    pub room: RoomId,
    /// This tab.
    pub me: WriterId,
    /// This run of it.
    pub session: SessionId,
    /// One's own profile once joined.
    pub profile: Option<Profile>,
    /// The hub as seen from here.
    pub hub: HubState,
    /// How colleagues are reached.
    pub connection: Connection,
    /// Own changes that no other device has confirmed.
    pub waiting: usize,
    /// Messages of others to the room, not yet read here.
    pub unread: usize,
    /// Private messages not yet read here.
    pub unread_private: usize,
    /// What [`super::Command::Undo`] would undo.
    pub undo: Option<UndoKind>,
    /// By how many milliseconds this device's clock is ahead of the others' (negative: behind), where that is
    /// enough to matter. Stamps are corrected by it.
    pub clock_ahead_ms: Option<i64>,
    /// This device's storage.
    pub storage: StorageState,
    /// Operations whose stamp lies too far in the future to be shown yet.
    pub quarantined: usize,
    /// Input that was refused since the start: bytes no honest peer sends.
    pub rejected: u64,
}

/// A change of tasks that can be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UndoKind {
    /// Fields were edited.
    Edit,
    /// A task was moved.
    Move,
    /// Tasks were added.
    Add,
    /// A task was deleted.
    Delete,
}

/// One's own edit that lost to somebody's concurrent one, for a day (R-TASK-3).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LostView {
    /// The task.
    pub task: TaskId,
    /// Its title.
    pub title: Private,
    /// One's own value; `None`: the task was deleted.
    pub mine: Option<TaskChange>,
    /// What the field says now.
    pub theirs: Option<TaskChange>,
    /// Whose change it is.
    pub by: WriterId,
    /// When that change was made.
    pub at: Wall,
}

/// The hub as seen from a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum HubState {
    /// Trying, and nothing has failed yet.
    #[default]
    Connecting,
    /// In the room on the hub.
    Joined,
    /// Cannot be reached; tried again by itself.
    Unreachable,
    /// The hub answered and refused. Not tried again unless that can help.
    Refused(Refusal),
}

/// Why the hub refuses a join.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The hub has no such room, and this device has no history of it that would bring it back.
    UnknownRoom,
    /// The room has ended.
    Ended,
    /// The key in the link does not belong to this room.
    WrongKey,
    /// A newer run of this same tab has taken over.
    Replaced,
    /// The hub, or the room, is full.
    Full,
    /// Hub and app do not speak the same protocol version.
    Version,
    /// Anything else, as a number of the registry.
    Other(u16),
}

/// How colleagues who are present are reached, in one line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Connection {
    /// Peers reached directly.
    pub direct: usize,
    /// Peers reached through the hub.
    pub relayed: usize,
    /// Peers that were reached moments ago and are being reconnected.
    pub reconnecting: usize,
}

/// This device's storage.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum StorageState {
    /// Everything is saved.
    #[default]
    Fine,
    /// Full: what others write is kept in memory only, and own changes are refused.
    Full,
    /// Not available: everything lives in memory until the page is closed.
    Blocked,
}

/// A task.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TaskView {
    /// Its id.
    pub id: TaskId,
    /// What is to be done.
    pub title: Private,
    /// Anything more.
    pub notes: Private,
    /// Who should do it.
    pub assignee: Option<Assignee>,
    /// How soon it matters.
    pub priority: Priority,
    /// When it should be done.
    pub due: Option<Wall>,
    /// Chair or room.
    pub place: Private,
    /// Where it stands.
    pub status: TaskStatus,
    /// Order key; the list is sorted by (position, id).
    pub position: Vec<u8>,
    /// Who added it.
    pub created_by: WriterId,
    /// When it was added.
    pub created: Wall,
    /// Who changed it last.
    pub changed_by: WriterId,
    /// When it was changed last.
    pub changed: Wall,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MessageView {
    /// Its id.
    pub id: OpId,
    /// Where it belongs: messages are shown by (stamp, writer).
    pub stamp: Stamp,
    /// The text.
    pub text: Private,
    /// The message it answers.
    pub reply_to: Option<OpId>,
    /// Private: the other person of the conversation. `None`: to the room.
    pub with: Option<WriterId>,
    /// Until when it matters; `None`: for good.
    pub expires: Option<Wall>,
    /// Written here.
    pub mine: bool,
    /// Shown although something it depends on never came.
    pub gap: bool,
    /// Read by the person here; always true for one's own.
    pub read: bool,
    /// For one's own: how far it got, per recipient. Empty for others' messages.
    pub delivery: Vec<(WriterId, Delivery)>,
}

/// The delivery ladder of R-MSG-2.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Delivery {
    /// Not confirmed by the time it mattered. It is still delivered when the recipient comes back.
    Expired,
    /// Saved on this device.
    Saved,
    /// Handed to a path that leads to the recipient.
    Sent,
    /// The recipient's device has confirmed it.
    Delivered,
    /// The recipient has seen it.
    Read,
}

/// A person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PersonView {
    /// The writer behind the name.
    pub id: WriterId,
    /// This is oneself.
    pub me: bool,
    /// What they say about themselves.
    pub profile: Profile,
    /// Whether they can be reached now.
    pub presence: Presence,
    /// By which path.
    pub path: Path,
    /// Typing at this moment.
    pub typing: bool,
    /// They left the room.
    pub left: bool,
    /// Private messages of theirs not yet read here.
    pub unread: usize,
}

/// The way frames take to a peer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Path {
    /// No way: kept here until there is one.
    #[default]
    None,
    /// The data channel.
    Direct,
    /// Sealed, over the hub's WebSocket.
    Hub,
    /// Sealed, through another peer.
    Peer,
}

/// A link, for the debug object and panel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LinkView {
    /// The peer.
    pub peer: PeerId,
    /// Its newest session.
    pub session: Option<SessionId>,
    /// The path in use.
    pub path: Path,
    /// The connection's state, when there is one.
    pub rtc: Option<RtcState>,
    /// The data channel is open.
    pub channel_open: bool,
    /// The hub says the peer is there.
    pub on_hub: bool,
    /// The peers it goes through, in order; empty on the other paths.
    pub route: Vec<PeerId>,
    /// Smoothed round-trip time of the path in use, in milliseconds.
    pub rtt_ms: Option<u64>,
    /// Bytes sent and received, all paths.
    pub bytes: (u64, u64),
    /// Operation batches sent again.
    pub retransmits: u64,
    /// Connections made with this peer since the start.
    pub attempts: u32,
    /// ICE restarts since the start.
    pub restarts: u32,
    /// Operations the peer has not confirmed.
    pub unacked: u64,
    /// Negotiation steps refused because whoever carried them had tampered, and the last reason.
    pub tampered: (u64, Option<Tampering>),
    /// When the state last changed.
    pub since: Mono,
    /// Why it last changed.
    pub reason: &'static str,
}

/// What a hub, or a peer on the way, did to a negotiation step (R-LINK-8). Such a step is refused, and nothing else
/// happens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tampering {
    /// It was changed on the way, or comes from somebody without the room's key.
    Altered,
    /// It is another peer's, or was meant for another peer.
    Swapped,
    /// It was handed over before.
    Replayed,
}

impl Tampering {
    /// In words, for logs and the debug panel.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Altered => "a negotiation step was altered on its way",
            Self::Swapped => "a negotiation step was passed off as another peer's",
            Self::Replayed => "a negotiation step was handed over again",
        }
    }
}

/// One frame of the debug log, without its text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameView {
    /// Counts frames of this node.
    pub number: u64,
    /// When it was sent or received.
    pub at: Wall,
    /// Sent by us.
    pub outgoing: bool,
    /// To whom, or from whom, it was handed over.
    pub peer: PeerId,
    /// The envelope (PRODUCT.md, "Message envelope").
    pub envelope: Envelope,
}

/// What a frame between peers carries or implies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Envelope {
    /// Names the frame: an operation's id, or sender, session and frame number.
    pub id: String,
    /// One of the types of PRODUCT.md.
    pub kind: &'static str,
    /// Protocol version.
    pub version: u16,
    /// The author.
    pub from: WriterId,
    /// The recipients.
    pub to: Vec<WriterId>,
    /// The peers it went through, and the path.
    pub route: Vec<String>,
    /// How many peers forwarded it.
    pub hops: u8,
    /// What it holds; personal text stays redacted unless asked for.
    pub content: Vec<(&'static str, Private)>,
    /// Wall time of its stamp.
    pub timestamp: Wall,
    /// The author's sequence, for operations.
    pub sequence: Option<u64>,
    /// The causal context, for operations.
    pub vector_clock: Vec<(WriterId, u64)>,
    /// The recipient must confirm it.
    pub requires_ack: bool,
    /// How long it is kept for absent recipients, in milliseconds; `None`: while the room lives.
    pub ttl_ms: Option<u64>,
    /// How often it was sent again.
    pub retry_count: u32,
    /// Hexadecimal signature, for operations.
    pub signature: Option<String>,
    /// Sealed under the room key besides the channel's own encryption.
    pub encrypted: bool,
}
