//! What a replica knows: the operation log and the state folded from it.

mod key;

pub use key::Key;
