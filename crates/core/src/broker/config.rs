//! What a broker is made from.

use super::Layers;
use crate::limits;
use crate::time::Wall;
use crate::wire::hub::Turn;
use core::time::Duration;
use std::sync::Arc;

/// Credentials of TURN servers, for whoever joins at a time.
pub type TurnGrants = Arc<dyn Fn(Wall) -> Turn + Send + Sync>;

/// Settings of one broker. Not `Debug`: the seed foretells every challenge.
#[derive(Clone)]
pub struct BrokerConfig {
    /// 32 random bytes: the only source of randomness.
    pub seed: [u8; 32],
    /// What [`crate::wire::hub::Joined::ice`] tells clients.
    pub ice: Vec<String>,
    /// Makes what [`crate::wire::hub::Joined::turn`] tells a client that joins at this time.
    pub turn: Option<TurnGrants>,
    /// What is on.
    pub layers: Layers,
    /// Other hubs may serve the same rooms: they are told, and heard (rules F-…).
    pub fanout: bool,
    /// The shelf's archive is one that several hubs share: it numbers the records, and what is listed comes by
    /// [`super::BrokerInput::News`].
    pub shared_shelf: bool,
    /// Bounds.
    pub limits: BrokerLimits,
}

/// Bounds of one broker. The defaults are those of [`limits`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BrokerLimits {
    /// Rooms.
    pub rooms: usize,
    /// Members of one room, and entries of its phone book.
    pub members: usize,
    /// Connections in all.
    pub connections: usize,
    /// Connections from one address, as [`super::network_of`] groups them.
    pub per_address: usize,
    /// How long a room, or an entry of its phone book, lives without use.
    pub room_ttl: Duration,
    /// How long a record is kept.
    pub shelf_ttl: Duration,
    /// Bytes of records of one room,
    pub shelf_room_bytes: u64,
    /// and of all.
    pub shelf_bytes: u64,
}

impl Default for BrokerLimits {
    fn default() -> Self {
        Self {
            rooms: limits::HUB_MAX_ROOMS,
            members: limits::HUB_MAX_MEMBERS,
            connections: limits::HUB_MAX_CONNECTIONS,
            per_address: limits::HUB_MAX_PER_ADDRESS,
            room_ttl: limits::ROOM_TTL,
            shelf_ttl: limits::HUB_SHELF_TTL,
            shelf_room_bytes: limits::HUB_SHELF_ROOM_BYTES,
            shelf_bytes: limits::HUB_SHELF_BYTES,
        }
    }
}

impl BrokerConfig {
    /// The default layers and bounds.
    #[must_use]
    pub fn new(seed: [u8; 32], ice: Vec<String>) -> Self {
        Self {
            seed,
            ice,
            turn: None,
            layers: Layers::default(),
            fanout: false,
            shared_shelf: false,
            limits: BrokerLimits::default(),
        }
    }
}
