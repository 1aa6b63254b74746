//! What the screen shows, worked out from the core's views by pure functions. No signals, no browser,
//! no words: a screen asks, and puts the answer into words.

pub mod chat;
pub mod connection;
pub mod edit;
pub mod lost;
pub mod people;
pub mod tasks;
