//! The hub over real sockets: a real server on a free port of 127.0.0.1, a real WebSocket client.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod admin;
mod app;
mod archive;
mod check;
mod client;
mod fanout;
mod folder;
mod hostile;
mod http;
mod http_api;
mod hubs;
mod layers;
mod limits;
mod mail;
#[cfg(all(unix, feature = "nats"))]
mod over_nats;
mod polls;
mod process;
mod shelf;
mod slow;
mod soak;
mod socket;
mod stop;
mod stun;
mod tls;

use corridor_core::broker::Layers;
use corridor_hub::app::App;
use corridor_hub::limits::HubLimits;
use corridor_hub::{Hub, Settings};
use std::net::SocketAddr;
use std::time::Duration;

/// No step of a test takes this long unless something is broken.
const DEADLINE: Duration = Duration::from_secs(30);

/// Free ports, STUN, the layers that are on by default, and no app.
fn settings() -> Settings {
    Settings {
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        stun_port: Some(0),
        public_authority: None,
        layers: Layers::default(),
        stun_urls: Vec::new(),
        turn: None,
        admin: None,
        shelf: None,
        line: None,
        tls: None,
        name: None,
        limits: HubLimits::default(),
        app: App::default(),
    }
}

async fn hub_with(app: App) -> Hub {
    let settings = Settings { app, ..settings() };
    Hub::start(settings).await.unwrap()
}

async fn hub() -> Hub {
    Hub::start(settings()).await.unwrap()
}

/// Waits for `step`, for as long as a test may take at most.
async fn soon<T>(what: &str, step: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, step).await {
        Ok(done) => done,
        Err(_) => panic!("waited {DEADLINE:?} for {what}"),
    }
}

/// Asks again and again until `condition` holds.
async fn until<F: Future<Output = bool>>(what: &str, mut condition: impl FnMut() -> F) {
    soon(what, async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}
