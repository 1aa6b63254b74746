//! The hub with its echo route, for WebSocket test suites: `cargo xtask echo-hub`.
#![allow(clippy::print_stdout)]

use corridor_core::broker::Layers;
use corridor_hub::app::App;
use corridor_hub::limits::HubLimits;
use corridor_hub::{Hub, Settings, StartError};
use std::net::SocketAddr;

/// Serves on the port named, or on any free one, until it is killed.
#[tokio::main]
async fn main() -> Result<(), StartError> {
    let port = std::env::args().nth(1).and_then(|port| port.parse().ok());
    let hub = Hub::start(Settings {
        bind: SocketAddr::from(([127, 0, 0, 1], port.unwrap_or(0))),
        stun_port: None,
        public_authority: None,
        layers: Layers::default(),
        admin: None,
        stun_urls: Vec::new(),
        turn: None,
        shelf: None,
        line: None,
        tls: None,
        name: None,
        limits: HubLimits::default(),
        app: App::default(),
    })
    .await?;
    println!("ws://{}/echo", hub.address());
    std::future::pending().await
}
