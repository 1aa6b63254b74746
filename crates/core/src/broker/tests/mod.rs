//! The broker's rules under virtual time.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::needless_pass_by_value
)]

mod forward;
mod hubs;
mod join;
mod layers;
mod liveness;
mod mail;
mod mesh;
mod phone_book;
mod seen;
mod shared_shelf;
mod shelf;
mod world;
