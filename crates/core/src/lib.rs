//! Corridor's engine: protocol, store, links' negotiation, routing, and the hub's [`broker`], without any I/O.
//!
//! This crate never reads a clock, draws ambient randomness, opens a socket or touches a browser. A shell
//! drives it: `src/shell` in the app, `crates/hub` for the broker, `crates/sim` for both by the thousand.
//!
//! # The drive contract
//! 1. Hand one [`node::Input`] and [`time::Now`] to [`node::Node::handle`].
//! 2. Carry out [`node::Node::poll_output`] until it answers `None`.
//! 3. Arm one timer for [`node::Node::next_wake`], and sleep until it or the next input.
//!
//! Inputs that arise while carrying out outputs (a synchronous save, say) wait in a queue until step 2 is done.

mod base64;
pub mod broker;
pub mod capsule;
pub mod clock;
pub mod diagnose;
pub mod id;
pub mod key;
pub mod limits;
mod link;
pub mod model;
pub mod node;
pub mod order;
mod overlay;
mod private;
pub mod redact;
pub mod rng;
mod seal;
mod stand_in;
pub mod store;
pub mod time;
pub mod timer;
pub mod wire;
