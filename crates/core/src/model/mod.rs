//! Plain domain types. Nothing here knows bytes, peers or screens.

mod person;
mod task;

pub use person::{Presence, Profile};
pub use task::{Assignee, Priority, TaskChange, TaskStatus};
