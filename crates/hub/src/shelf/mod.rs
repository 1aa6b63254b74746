//! Where the shelf lies: one file with a door for the command line, or a stream that hubs share; and one thread that waits
//! for either.

mod backup;
mod control;
mod file;
mod place;
#[cfg(feature = "nats")]
pub mod stream;
mod thread;

pub use backup::back_up;
pub(crate) use control::Control;
pub use control::{Answer, Order, OrderError, carry_out, give};
pub use file::{OpenError, ShelfFile};
pub use place::{Opened, Place};
pub(crate) use thread::ArchiveThread;
