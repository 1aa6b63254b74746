//! What a replica knows: the operation log and the state folded from it.

mod chain;
mod chat;
mod key;
#[cfg(test)]
mod laws;
mod log;
mod lost;
mod position;
mod register;
pub(crate) mod replica;
mod roster;
pub(crate) mod saved;
mod tasks;
mod tree;
mod vector;

pub(crate) use chat::Message;
pub use key::Key;
pub(crate) use log::Received;
pub(crate) use position::between;
pub(crate) use register::Rank;
pub(crate) use roster::Person;
pub use vector::VersionVector;
