//! What a node does for one peer: negotiate a direct connection, watch paths, sync.
//!
//! These are state machines without outputs of their own: the node drains them inside its handlers.

pub(crate) mod backoff;
pub(crate) mod flow;
pub(crate) mod half;
pub(crate) mod lan;
pub(crate) mod negotiate;
pub(crate) mod parts;
pub(crate) mod path;
pub(crate) mod replay;
pub(crate) mod sync;
