//! One task list, held by four engines: Corridor's own, yrs, automerge and loro.
//!
//! Corridor is driven as a shell drives it, through [`corridor_core::node::Node`]: its figures hold stamps, signatures,
//! their checking, framing, acknowledgements and the fold. The others are used as their guides show: one document,
//! default settings, a map of maps (task id → fields), one transaction per change, and for a sync the receiver's
//! version one way and what it lacks the other. None of them signs anything. Nobody writes to a disk.

pub mod automerge;
pub mod corridor;
mod engine;
pub mod loro;
mod task;
pub mod yrs;

pub use automerge::Automerge;
pub use corridor::Corridor;
pub use engine::{Engine, Pair};
pub use loro::Loro;
pub use task::{Change, Edit, FIELDS, Task, Value, edits, tasks};
pub use yrs::Yrs;
