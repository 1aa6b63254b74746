//! JSON forms: what the debug object shows and takes (docs/DEBUGGING.md), and what the shell keeps as text.
//!
//! Names are camelCase. Ids are UUIDs or hexadecimal, stamps and sessions hexadecimal, because a u64 above 2^53
//! does not survive JavaScript; moments are milliseconds since the epoch.

mod command;
mod frame;
mod inspect;
mod outcome;
mod record;
mod task;
mod view;
mod write;

pub use command::{JsonError, command_from_json};
pub use frame::{frame_log_json, frames_json};
pub use inspect::inspect_json;
pub use outcome::{changes_json, done_json, timers_json};
pub use record::{
    LinkRecord, created_room_from_json, link_record_from_json, link_record_json, profile_from_json,
    profile_json,
};
pub use view::view_json;

use core::fmt::Display;
use serde::{Serialize, Serializer};

/// Writes whatever prints itself as a JSON string.
#[derive(Clone, Copy)]
struct Text<T>(T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// These forms hold nothing that can fail: no maps with odd keys, no I/O.
fn to_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}
