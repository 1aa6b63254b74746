//! What a person, or the debug object for them, can ask of a node.

use crate::id::{OpId, PeerId, TaskId, WriterId};
use crate::model::{Field, Profile, TaskChange};
use crate::redact::Private;

/// An intent. Each is answered by [`super::Output::Done`]: a durable one after it was saved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Say who one is; the first time, join the room.
    SetProfile(Profile),
    /// Add a task. A missing position puts it at the end of the list.
    AddTask(Vec<TaskChange>),
    /// Add many tasks at the end of the list.
    ImportTasks(Vec<Vec<TaskChange>>),
    /// Change fields of a task; fields that already have the value are left out.
    EditTask(TaskId, Vec<TaskChange>),
    /// Put a task between two others of the list (`None`: at the end on that side).
    MoveTask {
        /// The task to move.
        task: TaskId,
        /// Its new neighbour above.
        after: Option<TaskId>,
        /// Its new neighbour below.
        before: Option<TaskId>,
    },
    /// Delete a task for everyone, for good.
    DeleteTask(TaskId),
    /// Put back one's own value of a field that a concurrent edit replaced, or (`None`) add again a task that
    /// was deleted while it was edited here.
    TakeBack(TaskId, Option<Field>),
    /// Leave a lost edit at that.
    Dismiss(TaskId, Option<Field>),
    /// Undo one's own last change of tasks that is not undone yet.
    Undo,
    /// Say something.
    Post {
        /// The text.
        text: Private,
        /// The message it answers; of the same conversation.
        reply_to: Option<OpId>,
        /// The one person it is for; `None`: the room.
        to: Option<WriterId>,
        /// How long it matters, in milliseconds; `None`: for good.
        ttl_ms: Option<u64>,
    },
    /// This message, and all shown above it in its conversation, were on screen.
    MarkRead(OpId),
    /// The person is typing, or has stopped. Not saved.
    Typing(bool),
    /// Restart ICE with one peer, or with all.
    RestartIce(Option<PeerId>),
    /// Ping every present peer by its direct link and through the hub. Answered with
    /// [`Done::Probed`] when all have answered or their time is up.
    Probe,
    /// Ask both ends why this peer is not seen, or not directly (R-DBG-4). Answered with [`Done::Diagnosed`].
    Diagnose(PeerId),
    /// Make an invite for somebody who cannot be reached, to be handed over by copy and paste or QR code (R-LINK-6).
    /// An older invite of this node that was not taken ends. Answered with [`Done::Invite`].
    Invite,
    /// Take what somebody handed over, alone, in a link or with text around it: an invite, which is answered with
    /// [`Done::Reply`]; or the reply to one's own, which is answered with [`Done::Linked`] when it worked.
    TakeSlip(Private),
    /// Break something on purpose.
    Fault(Fault),
    /// Leave the room on this device: says goodbye and closes all links.
    Leave,
}

impl Command {
    /// Says `text` to the room, perhaps as an answer.
    #[must_use]
    pub fn say(text: impl Into<Private>, reply_to: Option<OpId>) -> Self {
        Self::Post {
            text: text.into(),
            reply_to,
            to: None,
            ttl_ms: None,
        }
    }
}

/// A fault on demand (R-DBG-2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Close the direct link with this peer; it dials again.
    DropLink(PeerId),
    /// Use the relay only, for all peers; `false` heals.
    RelayOnly(bool),
    /// Be without the hub; `false` heals.
    CutHub(bool),
    /// Have no direct link with this one peer; `false` heals.
    Avoid(PeerId, bool),
    /// Delay packets to this peer on the direct link by so many milliseconds; 0 heals.
    Delay(PeerId, u64),
    /// Lose so many percent of the packets on the direct link with this peer, each way; 0 heals.
    Loss(PeerId, u8),
}

/// What a command achieved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Done {
    /// Nothing to report.
    Ok,
    /// The new task.
    Task(TaskId),
    /// The new tasks.
    Tasks(Vec<TaskId>),
    /// The new message.
    Message(OpId),
    /// What each present peer answered.
    Probed(Vec<ProbeResult>),
    /// Why a peer is not seen, or not directly.
    Diagnosed(Box<super::Answer>),
    /// An invite, to be handed over.
    Invite(Private),
    /// The reply to a peer's invite, to be handed back to it.
    Reply(PeerId, Private),
    /// The link with this peer is up.
    Linked(PeerId),
}

/// One peer's answer to [`Command::Probe`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProbeResult {
    /// The peer.
    pub peer: PeerId,
    /// Round trip by the direct link, in milliseconds; `None` when it did not answer.
    pub direct_ms: Option<u64>,
    /// Round trip through the hub, in milliseconds; `None` when it did not answer.
    pub relay_ms: Option<u64>,
    /// Round trip through other peers, in milliseconds; `None` when there is no such way or it did not answer.
    pub via_peer_ms: Option<u64>,
    /// Bytes sent to and received from the peer so far, all paths.
    pub bytes: (u64, u64),
}

/// Why a command changed nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// The text is longer than the limit.
    #[error("the text is too long")]
    TooLong,
    /// There is nothing to say.
    #[error("the text is empty")]
    Empty,
    /// No such task, or it was deleted.
    #[error("there is no such task")]
    NoSuchTask,
    /// No such message.
    #[error("there is no such message")]
    NoSuchMessage,
    /// No such person or peer, or they have left.
    #[error("there is no such person here")]
    NoSuchPerson,
    /// No such lost edit: it was put back, dismissed, or is older than a day.
    #[error("there is nothing to put back")]
    NothingLost,
    /// There is nothing to undo.
    #[error("there is nothing to undo")]
    NothingToUndo,
    /// Somebody has changed it since: undoing would undo their work.
    #[error("somebody has changed it since")]
    Overtaken,
    /// One has to say who one is first.
    #[error("join the room first")]
    NotJoined,
    /// The device has no room left: nothing was changed.
    #[error("storage on this device is full")]
    StorageFull,
    /// The node has left the room.
    #[error("this room was left")]
    Left,
    /// An invite or reply does not lead to a link.
    #[error(transparent)]
    Invite(#[from] InviteError),
}

/// Why an invite, or the reply to one, does not lead to a link. Nothing else has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// There is neither an invite nor a reply in the text.
    #[error("this is neither an invite nor a reply")]
    NotOne,
    /// It was cut off, or changed on its way.
    #[error("it is damaged: copy all of it")]
    Damaged,
    /// It was made by a newer version of the program.
    #[error("it was made by a newer version")]
    Newer,
    /// It was sealed with another room's key.
    #[error("it belongs to another room")]
    OtherRoom,
    /// It is one's own invite.
    #[error("this is your own invite")]
    Own,
    /// It is too old, or one of the two clocks is wrong.
    #[error("it is too old")]
    Stale,
    /// It was taken before: each invite and each reply makes one link.
    #[error("it was used before")]
    Used,
    /// Whoever made it has come back in another run since.
    #[error("whoever made it has reloaded the page since")]
    Gone,
    /// The reply is to another invite than the one that is waited for.
    #[error("this reply belongs to another invite")]
    OtherInvite,
    /// There is a link with whoever made it already.
    #[error("you are connected with this peer already")]
    Linked,
    /// This browser finds no way to be reached.
    #[error("this browser finds no address to be reached at")]
    NoAddress,
    /// The two could not reach each other, or one holds as many links as it may.
    #[error("the other device cannot be reached directly")]
    NoWay,
}
