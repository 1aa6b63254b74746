//! The engine of one tab in one room.
mod command;
mod input;
mod output;
mod view;

pub use command::{Command, CommandError, Done, Fault, ProbeResult};
pub use input::{
    Candidate, Description, HubEvent, Input, Lifecycle, RtcEvent, RtcState, SaveError, SdpKind,
};
pub use output::{HubOp, IceConfig, IceServer, Level, LogLine, Output, Phase, RtcOp, Wake};
pub use view::{
    Changes, Connection, Delivery, Envelope, FrameView, HubState, LinkView, MessageView, Path,
    PersonView, Refusal, RoomView, StorageState, TaskView,
};

use crate::id::{OpId, RoomId, TaskId};
use crate::key::{DeviceKey, RoomKey};
use crate::store::Key;
use crate::time::{Mono, Now};

/// What a node is made from.
#[derive(Debug)]
pub struct Config {
    /// The room.
    pub room: RoomId,
    /// The key from the link's fragment.
    pub key: RoomKey,
    /// This device and tab.
    pub device: DeviceKey,
    /// 32 random bytes: the only source of randomness.
    pub seed: [u8; 32],
    /// False when the browser blocks storage: everything lives in memory.
    pub durable: bool,
    /// Host name the page was loaded from, for `stun:?:PORT`.
    pub hub_host: String,
}

/// The engine. See the crate documentation for how it is driven.
#[derive(Debug)]
pub struct Node {}

#[allow(unused_variables, clippy::todo, missing_docs)]
impl Node {
    /// Starts from what the vault holds. Records that do not read are skipped and counted.
    pub fn new(config: Config, now: Now, stored: impl IntoIterator<Item = (Key, Vec<u8>)>) -> Self {
        todo!()
    }
    /// Takes one input. Drain [`Node::poll_output`] to `None` before the next.
    pub fn handle(&mut self, now: Now, input: Input) {
        todo!()
    }
    /// The next request to carry out.
    #[must_use]
    pub fn poll_output(&mut self) -> Option<Output> {
        todo!()
    }
    /// When to call again at the latest, and why. Ask after draining.
    #[must_use]
    pub fn next_wake(&self) -> Option<Wake> {
        todo!()
    }
    /// The room as a whole.
    #[must_use]
    pub fn room(&self) -> RoomView {
        todo!()
    }
    /// Everyone, oneself first, then by name.
    #[must_use]
    pub fn people(&self) -> Vec<PersonView> {
        todo!()
    }
    /// All living tasks, in list order.
    #[must_use]
    pub fn tasks(&self) -> Vec<TaskView> {
        todo!()
    }
    /// One task, unless it was deleted.
    #[must_use]
    pub fn task(&self, id: TaskId) -> Option<TaskView> {
        todo!()
    }
    /// All messages, in the order they are shown.
    #[must_use]
    pub fn messages(&self) -> Vec<MessageView> {
        todo!()
    }
    /// One message.
    #[must_use]
    pub fn message(&self, id: OpId) -> Option<MessageView> {
        todo!()
    }
    /// All links, for the debug object and panel.
    #[must_use]
    pub fn links(&self) -> Vec<LinkView> {
        todo!()
    }
    /// The newest frames, oldest first.
    #[must_use]
    pub fn frames(&self) -> Vec<FrameView> {
        todo!()
    }
    /// All deadlines with their reasons.
    #[must_use]
    pub fn timers(&self) -> Vec<(String, Mono)> {
        todo!()
    }
}
