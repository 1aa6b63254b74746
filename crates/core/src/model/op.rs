//! An operation: the unit of everything durable.

use super::{Profile, TaskChange};
use crate::clock::Stamp;
use crate::id::{OpId, Seq, TaskId, WriterId};
use crate::redact::Private;

/// One durable act of one writer. Its bytes are immutable and covered by the writer's signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Op {
    /// When, by the writer's hybrid logical clock.
    pub stamp: Stamp,
    /// What the writer had applied of others since their previous operation: the part of the vector
    /// clock that changed. The whole clock is the union over the writer's operations so far.
    pub context: Vec<(WriterId, Seq)>,
    /// What was done.
    pub body: Body,
}

/// A message.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Post {
    /// The text.
    pub text: Private,
    /// The message it answers.
    pub reply_to: Option<OpId>,
    /// How long it matters, in milliseconds from its stamp; `None`: for good. Whoever has not got it by then is
    /// shown as not reached.
    pub ttl_ms: Option<u64>,
}

/// What was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    /// First of every writer: the key and slot from which the writer id is derived.
    Genesis {
        /// Ed25519 public key of the device.
        public_key: [u8; 32],
        /// Tab slot on the device.
        slot: u16,
    },
    /// The writer's profile, whole.
    Profile(Profile),
    /// New values for fields of a task; the first one creates it.
    Task(TaskId, Vec<TaskChange>),
    /// Deletes a task for good.
    DeleteTask(TaskId),
    /// The same of several tasks: stands for many deletions, and clears away what was done long ago.
    DeleteTasks(Vec<TaskId>),
    /// A message to the room.
    Post(Post),
    /// A message to one person: a [`Post`], sealed between the two devices.
    Private {
        /// The recipient.
        to: WriterId,
        /// Nonce, ciphertext and tag.
        sealed: Vec<u8>,
    },
    /// Of each writer named, every message up to this sequence was on screen.
    Read {
        /// Messages to the room.
        room: Vec<(WriterId, Seq)>,
        /// Private messages of these writers to the reader.
        private: Vec<(WriterId, Seq)>,
    },
    /// The writer has left the room.
    Leave,
    /// Of a newer version, or nonsense by its author: kept and passed on, shown nowhere.
    Unknown(u16),
}
