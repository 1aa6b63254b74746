//! The window objects `NativeWebRTCDebug` and `corridor` (docs/DEBUGGING.md) and the log behind them.
//!
//! They read the open room and give it commands like the screen does; nothing depends on them. Installed at
//! the start, removed on drop.

mod connections;
mod js;
mod log;
mod object;

pub use log::Log;
pub use object::{Current, DebugObject};
