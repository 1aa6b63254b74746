//! Plain domain types. Nothing here knows bytes, peers or screens.

mod op;
mod person;
mod task;

pub use op::{Body, Op, Post};
pub use person::{Presence, Profile};
pub use task::{Assignee, Field, Priority, TaskChange, TaskStatus};
