//! Rooms too large for a full mesh (R-LINK-7): who links with whom, and along which links operations travel.
//!
//! Pure state; `node/crowd.rs` acts on it. Neither part can lose an operation: version vectors and heartbeat digests
//! repair whatever the tree misses, so the tree only has to be cheap.

mod rings;
#[cfg(test)]
mod tests;
mod tree;

pub(crate) use rings::neighbours;
pub(crate) use tree::Tree;
