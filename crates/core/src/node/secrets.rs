//! What a capsule's redactor needs to open what the node could open (`crate::capsule`).

use super::Node;
use crate::id::{OpId, PeerId, RoomId, WriterId};
use crate::key::{DeviceKey, RoomKeys};
use crate::model::Body;

impl Node {
    pub(crate) fn me(&self) -> WriterId {
        self.me
    }

    pub(crate) fn rejected(&self) -> u64 {
        self.rejected
    }

    pub(crate) fn peer_ids(&self) -> Vec<PeerId> {
        self.peers.keys().copied().collect()
    }

    pub(crate) fn room_keys(&self) -> &RoomKeys {
        &self.keys
    }

    pub(crate) fn identity(&self) -> (RoomId, &DeviceKey) {
        (self.room, &self.device)
    }

    /// A writer's public key: its first operation says it.
    pub(crate) fn public_key_of(&self, writer: WriterId) -> Option<[u8; 32]> {
        match self.replica.op(OpId { writer, seq: 1 })?.body {
            Body::Genesis { public_key, .. } => Some(public_key),
            _ => None,
        }
    }

    /// Names records as the recorded node did.
    #[cfg(feature = "replay")]
    pub(crate) fn name_records_by(&mut self, key: [u8; 32]) {
        self.keys.records = key;
    }
}
