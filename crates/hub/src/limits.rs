//! Bounds that an operator can set. The defaults, with their reasons, are in [`corridor_core::limits`].

use corridor_core::broker::BrokerLimits;
use corridor_core::limits;
use std::time::Duration;

/// Bounds of one hub. Rates are `(per second, at once)`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HubLimits {
    /// Rooms, members, WebSockets.
    pub broker: BrokerLimits,
    /// HTTP connections at once; those that became WebSockets do not count.
    pub http: usize,
    /// How long a connection may take to send the headers of a request, or stay idle between two.
    pub header_patience: Duration,
    /// How long a request may take, from its headers to its answer. Longer than anybody waits for mail.
    pub request_patience: Duration,
    /// Messages from one WebSocket.
    pub frames: (u32, u32),
    /// Bytes from one WebSocket.
    pub bytes: (u32, u32),
    /// HTTP requests that change something, from one address.
    pub posts: (u32, u32),
    /// STUN requests from one address.
    pub stun: (u32, u32),
}

impl Default for HubLimits {
    fn default() -> Self {
        Self {
            broker: BrokerLimits::default(),
            http: limits::HUB_MAX_HTTP,
            header_patience: limits::HUB_HEADER_PATIENCE,
            request_patience: limits::HUB_REQUEST_PATIENCE,
            frames: limits::HUB_FRAME_RATE,
            bytes: limits::HUB_BYTE_RATE,
            posts: limits::HUB_POST_RATE,
            stun: limits::STUN_RATE,
        }
    }
}
