//! What joins hubs that serve the same rooms: they publish, and hear what the others publish. What is said, and what
//! of it is believed, the broker decides ([`corridor_core::wire::fanout`]).
//!
//! A hub by itself has no fanout at all. [`Exchange`] joins hubs of one process, [`nats`] those of several machines. A
//! fanout may lose what it is given, when too much waits or the network fails; what it hands on it hands on once, to all
//! others, and in the order of each sender.

mod exchange;
#[cfg(feature = "nats")]
pub mod nats;

pub use exchange::Exchange;

use bytes::Bytes;
use corridor_core::broker::Subject;
use corridor_core::id::RoomId;
use futures_util::future::BoxFuture;
use std::fmt;
use tokio::sync::mpsc;

/// What another hub published.
pub type Heard = (Subject, Bytes);

/// Too much waits, or the others cannot be reached: this was lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("too much waits for the other hubs")]
pub struct Lost;

/// Publishes. Nothing here waits.
pub trait Fanout: Send + Sync {
    /// Hands `bytes` to all others that listen to `subject`; never back to the sender.
    ///
    /// # Errors
    /// [`Lost`].
    fn publish(&self, subject: Subject, bytes: Bytes) -> Result<(), Lost>;

    /// Listens to a room, or no more. To [`Subject::Hubs`] one always listens. What is published later, by anybody who
    /// heard from this hub after it began to listen, is heard.
    fn listen(&self, room: RoomId, on: bool);

    /// Ends when all that was published before is out of this process's hands: it reaches the others even if the process
    /// dies at once. May never end while they cannot be reached.
    fn settle(&self) -> BoxFuture<'static, ()>;

    /// True while the others can be reached, as far as is known.
    fn is_up(&self) -> bool;
}

/// A hub's end: what it says with, and what it hears.
pub struct Line {
    /// Says.
    pub fanout: Box<dyn Fanout>,
    /// Hears. When this is not read, what comes is lost.
    pub heard: mpsc::Receiver<Heard>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}
