//! Limits on the command line.

use crate::limits::HubLimits;
use clap::Args;
use corridor_core::limits;

/// How many times a second's worth may come at once, as in the default rates.
const BURST: u32 = 4;

/// Limits; the defaults suit a clinic.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// How long a room lives after its last use, such as 8h or 90m
    #[arg(
        long,
        env = "CORRIDOR_ROOM_TTL",
        default_value = "8h",
        value_name = "TIME"
    )]
    pub room_ttl: humantime::Duration,

    /// How long a record stays on the shelf, such as 7days or 12h
    #[arg(
        long,
        env = "CORRIDOR_SHELF_TTL",
        default_value = "7days",
        value_name = "TIME"
    )]
    pub shelf_ttl: humantime::Duration,

    /// Bytes of one room on the shelf; each record counts for 1 KiB more than its length
    #[arg(long, env = "CORRIDOR_SHELF_ROOM_BYTES", default_value_t = limits::HUB_SHELF_ROOM_BYTES, value_name = "N")]
    pub shelf_room_bytes: u64,

    /// Bytes of all rooms on the shelf
    #[arg(long, env = "CORRIDOR_SHELF_BYTES", default_value_t = limits::HUB_SHELF_BYTES, value_name = "N")]
    pub shelf_bytes: u64,

    /// Rooms
    #[arg(long, env = "CORRIDOR_MAX_ROOMS", default_value_t = limits::HUB_MAX_ROOMS, value_name = "N")]
    pub max_rooms: usize,

    /// Members of one room
    #[arg(long, env = "CORRIDOR_MAX_MEMBERS", default_value_t = limits::HUB_MAX_MEMBERS, value_name = "N")]
    pub max_members: usize,

    /// WebSockets in all
    #[arg(long, env = "CORRIDOR_MAX_CONNECTIONS", default_value_t = limits::HUB_MAX_CONNECTIONS, value_name = "N")]
    pub max_connections: usize,

    /// WebSockets, and HTTP connections, from one address
    #[arg(long, env = "CORRIDOR_MAX_PER_ADDRESS", default_value_t = limits::HUB_MAX_PER_ADDRESS, value_name = "N")]
    pub max_per_address: usize,

    /// HTTP connections in all
    #[arg(long, env = "CORRIDOR_MAX_HTTP", default_value_t = limits::HUB_MAX_HTTP, value_name = "N")]
    pub max_http: usize,

    /// Messages per second from one WebSocket; four times as many at once
    #[arg(long, env = "CORRIDOR_FRAME_RATE", default_value_t = limits::HUB_FRAME_RATE.0, value_name = "N")]
    pub frame_rate: u32,

    /// Bytes per second from one WebSocket; four times as many at once
    #[arg(long, env = "CORRIDOR_BYTE_RATE", default_value_t = limits::HUB_BYTE_RATE.0, value_name = "N")]
    pub byte_rate: u32,

    /// HTTP requests per second that change something, from one address; ten times as many at once
    #[arg(long, env = "CORRIDOR_POST_RATE", default_value_t = limits::HUB_POST_RATE.0, value_name = "N")]
    pub post_rate: u32,

    /// STUN requests per second from one address; eight times as many at once
    #[arg(long, env = "CORRIDOR_STUN_RATE", default_value_t = limits::STUN_RATE.0, value_name = "N")]
    pub stun_rate: u32,
}

impl From<LimitArgs> for HubLimits {
    fn from(args: LimitArgs) -> Self {
        let mut limits = Self::default();
        limits.broker.room_ttl = args.room_ttl.into();
        limits.broker.shelf_ttl = args.shelf_ttl.into();
        limits.broker.shelf_room_bytes = args.shelf_room_bytes;
        limits.broker.shelf_bytes = args.shelf_bytes;
        limits.broker.rooms = args.max_rooms;
        limits.broker.members = args.max_members;
        limits.broker.connections = args.max_connections;
        limits.broker.per_address = args.max_per_address;
        limits.http = args.max_http;
        limits.frames = (args.frame_rate, args.frame_rate.saturating_mul(BURST));
        limits.bytes = (args.byte_rate, args.byte_rate.saturating_mul(BURST));
        limits.posts = (args.post_rate, args.post_rate.saturating_mul(10));
        limits.stun = (args.stun_rate, args.stun_rate.saturating_mul(8));
        limits
    }
}
