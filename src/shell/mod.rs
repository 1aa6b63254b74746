//! Runs the core in a browser tab: one [`Shell`] per open room.
//!
//! It owns the [`Node`], its inbox and the live adapters. It translates in both directions and decides nothing
//! about the protocol. Driven by [`crate::app`], which watches it as its [`Audience`].

mod boot;
mod device;
mod drive;
mod hub;
pub mod known;
mod perform;
pub mod route;
pub mod seat;
mod slots;

pub use boot::{BootError, Opening};

use crate::browser::lifecycle::Watch;
use crate::browser::rtc::Connection;
use crate::browser::timer::Timer;
use crate::browser::vault::Vault;
use core::time::Duration;
use corridor_core::capsule::Recorder;
use corridor_core::id::{ConnId, PeerId, Ticket, WriterId};
use corridor_core::node::{Changes, Command, CommandError, Done, Input, Lifecycle, LogLine, Node};
use corridor_core::time::Mono;
use hub::Way;
use known::Summary;
use seat::Seat;
use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::rc::{Rc, Weak};

/// Called once, with how a command ended.
pub type Answer = Box<dyn FnOnce(Result<Done, CommandError>)>;

/// Who hears what happens in a room. Calls come while the shell is at work: commands given from inside
/// them are carried out afterwards.
pub trait Audience {
    /// The room is open, as stored on this device.
    fn opened(&self, node: &Node);
    /// The view changed.
    fn changed(&self, node: &Node, changes: &Changes);
    /// A line for the log.
    fn log(&self, line: &LogLine);
    /// Another tab took over this one's slot: nothing is saved any more, and the page has to start anew.
    fn displaced(&self);
}

/// An open room. Dropping it says goodbye and ends everything.
#[derive(Debug)]
#[must_use = "the room is closed when this is dropped"]
pub struct Shell(Rc<Inner>);

/// Access to an open room for as long as it is open.
#[derive(Clone, Debug)]
pub struct Handle(Weak<Inner>);

struct Inner {
    me: WriterId,
    node: RefCell<Node>,
    /// Listens to the node from its creation on, for bug capsules.
    recorder: RefCell<Recorder>,
    inbox: RefCell<VecDeque<Input>>,
    /// A turn is under way: what arrives now waits in the inbox.
    busy: Cell<bool>,
    /// Once the inbox is empty everything ends.
    ending: Cell<bool>,
    seat: Seat,
    vault: Box<dyn Vault>,
    summary: RefCell<Option<Summary>>,
    way: RefCell<Option<Way>>,
    /// Looks for the hub while there is no way to it.
    looking: RefCell<Option<Connection>>,
    connections: RefCell<BTreeMap<ConnId, (PeerId, Connection)>>,
    wake: RefCell<Option<(Mono, Timer)>>,
    /// Frozen on purpose until this fires.
    frozen: RefCell<Option<Timer>>,
    lifecycle: RefCell<Option<Watch>>,
    next_ticket: Cell<u64>,
    answers: RefCell<BTreeMap<Ticket, Answer>>,
    audience: Rc<dyn Audience>,
}

impl core::fmt::Debug for Inner {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inner")
            .field("me", &self.me)
            .finish_non_exhaustive()
    }
}

impl Shell {
    /// Access that does not keep the room open.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle(Rc::downgrade(&self.0))
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.0.ending.set(true);
        self.0.push(Input::Lifecycle(Lifecycle::Closing));
    }
}

impl Handle {
    /// Gives a command. Its answer may come before this returns; a room that is closed answers
    /// [`CommandError::Left`].
    pub fn command(&self, command: Command, answer: Answer) {
        match self.0.upgrade() {
            Some(inner) if !inner.ending.get() => {
                let ticket = Ticket(inner.next_ticket.get());
                inner.next_ticket.set(ticket.0 + 1);
                inner.answers.borrow_mut().insert(ticket, answer);
                inner.push(Input::Command(ticket, command));
            }
            _ => answer(Err(CommandError::Left)),
        }
    }

    /// Does nothing for a while, as a browser does with a page it has suspended: what comes in waits.
    pub fn freeze(&self, span: Duration) {
        if let Some(inner) = self.0.upgrade() {
            inner.freeze(span);
        }
    }

    /// Looks at the node. `None` when the room is closed, or while the node is at work.
    pub fn look<T>(&self, look: impl FnOnce(&Node) -> T) -> Option<T> {
        let inner = self.0.upgrade()?;
        let node = inner.node.try_borrow().ok()?;
        Some(look(&node))
    }

    /// What was recorded of this room in this tab, without anything that people wrote (docs/DEBUGGING.md).
    #[must_use]
    pub fn capsule(&self) -> Option<Vec<u8>> {
        let inner = self.0.upgrade()?;
        let node = inner.node.try_borrow().ok()?;
        let recorder = inner.recorder.try_borrow().ok()?;
        Some(recorder.capsule(&node, env!("CARGO_PKG_VERSION")))
    }

    /// Looks at every live connection, oldest first.
    pub fn each_connection(&self, mut look: impl FnMut(PeerId, &Connection)) {
        let Some(inner) = self.0.upgrade() else {
            return;
        };
        let connections: Option<Ref<'_, _>> = inner.connections.try_borrow().ok();
        for (peer, connection) in connections.iter().flat_map(|all| all.values()) {
            look(*peer, connection);
        }
    }

    /// Other tabs of this browser in the same room.
    #[must_use]
    pub fn siblings(&self) -> usize {
        self.0.upgrade().map_or(0, |inner| inner.seat.siblings())
    }

    /// This tab's slot, for names of things kept per tab.
    #[must_use]
    pub fn slot(&self) -> Option<u16> {
        self.0.upgrade()?.seat.slot()
    }
}
