//! The hub's brain.
