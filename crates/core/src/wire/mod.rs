//! Bytes. The only place, beside [`crate::snapshot`], where domain types meet an encoding (CBOR, RFC 8949).
//!
//! Every frame is an array `[number, fields]`, and `fields` is an array too. A reader skips what it
//! does not know: unknown numbers are [`WireError::UnknownFrame`], which callers count and ignore,
//! and further fields at the end of an array are skipped.

pub mod batch;
pub(crate) mod capsule;
mod codec;
pub mod facts;
pub mod fanout;
mod fields;
pub mod hub;
#[cfg(feature = "json")]
pub mod json;
pub mod op;
pub mod peer;
pub mod registry;
pub mod run;
pub mod shelf;
pub mod signal;
pub mod slip;
pub(crate) mod snapshot;

pub use codec::{WireError, decode_frames};

/// The protocol version this build speaks. Raised when an old reader would misunderstand.
pub const VERSION: u16 = 1;
