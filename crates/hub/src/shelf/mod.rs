//! The shelf's disk: one file, one thread that works on it, and a door for the command line.

mod control;
mod file;
mod thread;

pub(crate) use control::Control;
pub use control::{Answer, Order, OrderError, give};
pub use file::{OpenError, ShelfFile};
pub(crate) use thread::ArchiveThread;
