//! The reactive mirror of the core's view, and the one way to ask for something.
//!
//! State comes down by signals, intent goes up by [`Dispatch`]. No signal holds an event, and no
//! truth lives here: the core owns it.

mod host;
mod rows;
pub mod select;

pub use host::{CreateError, Host, KnownRoom, LinkError, Missing, Route, Setting, TimeStyle};
pub use rows::{Row, Rows};

use corridor_core::id::{OpId, TaskId, WriterId};
use corridor_core::node::{
    Changes, Command, CommandError, Done, LostView, MessageView, Node, PersonView, RoomView,
    TaskView,
};
use leptos::prelude::*;
use std::cmp::Ordering;
use std::rc::Rc;

/// Sends a command to the core; the answer comes once it is saved, or refused.
pub type Dispatch = Rc<dyn Fn(Command, Box<dyn FnOnce(Result<Done, CommandError>)>)>;

/// The open room. A handle: copies mean the same mirror, which lives as long as the reactive owner it
/// was made in.
#[derive(Clone, Copy, Debug)]
pub struct RoomState {
    /// The room as a whole.
    pub room: RwSignal<RoomView>,
    /// Oneself first, then by name.
    pub people: Rows<PersonView>,
    /// In list order.
    pub tasks: Rows<TaskView>,
    /// In the order they are shown.
    pub messages: Rows<MessageView>,
    /// One's own edits that lost to concurrent ones, oldest first.
    pub lost: RwSignal<Vec<LostView>>,
}

impl Row for PersonView {
    type Id = WriterId;
    fn id(&self) -> WriterId {
        self.id
    }
    /// The core orders people; they are only ever replaced as a whole.
    fn place(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

impl Row for TaskView {
    type Id = TaskId;
    fn id(&self) -> TaskId {
        self.id
    }
    fn place(&self, other: &Self) -> Ordering {
        (&self.position, self.id).cmp(&(&other.position, other.id))
    }
}

impl Row for MessageView {
    type Id = OpId;
    fn id(&self) -> OpId {
        self.id
    }
    fn place(&self, other: &Self) -> Ordering {
        (self.stamp, self.id).cmp(&(other.stamp, other.id))
    }
}

impl RoomState {
    /// A mirror of `node` as it is now. Call inside a reactive owner.
    #[must_use]
    pub fn new(node: &Node) -> Self {
        Self {
            room: RwSignal::new(node.room()),
            people: Rows::new(node.people()),
            tasks: Rows::new(node.tasks()),
            messages: Rows::new(node.messages()),
            lost: RwSignal::new(node.lost_edits()),
        }
    }

    /// Takes over what changed.
    pub fn apply(&self, node: &Node, changes: &Changes) {
        if changes.room {
            let room = node.room();
            if self.room.with_untracked(|old| *old != room) {
                self.room.set(room);
            }
        }
        let shows_lost = self.lost.with_untracked(|lost| !lost.is_empty());
        if changes.lost || (shows_lost && !changes.tasks.is_empty()) {
            let lost = node.lost_edits();
            if self.lost.with_untracked(|old| *old != lost) {
                self.lost.set(lost);
            }
        }
        if changes.people {
            self.people.replace(node.people());
        }
        self.tasks
            .patch(changes.tasks.iter().copied(), |id| node.task(id));
        self.messages
            .patch(changes.messages.iter().copied(), |id| node.message(id));
    }
}
