//! What every handler can reach.

use crate::admin::Admin;
use crate::app::App;
use crate::broker_task::BrokerHandle;
use crate::rate::{Rate, Sources};
use axum::http::HeaderMap;
use corridor_core::broker::{Layer, Layers};
use corridor_core::limits::{HUB_MAX_SOURCES, HUB_POST_RATE};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Handles only; the broker's task owns all that changes.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    broker: BrokerHandle,
    app: App,
    layers: Layers,
    admin: Option<Admin>,
    public_authority: Option<String>,
    stun_port: Option<u16>,
    started: Instant,
    posts: Mutex<Sources>,
    sockets: watch::Sender<()>,
}

/// Held by each socket's task for as long as it runs.
#[derive(Debug)]
pub(crate) struct SocketGuard {
    _open: watch::Receiver<()>,
}

impl State {
    /// State for [`crate::build`].
    #[must_use]
    pub fn new(
        broker: BrokerHandle,
        app: App,
        layers: Layers,
        admin: Option<Admin>,
        public_authority: Option<String>,
        stun_port: Option<u16>,
    ) -> Self {
        Self(Arc::new(Inner {
            broker,
            app,
            layers,
            admin,
            public_authority,
            stun_port,
            started: Instant::now(),
            posts: Mutex::new(Sources::new(Rate::new(HUB_POST_RATE), HUB_MAX_SOURCES)),
            sockets: watch::Sender::new(()),
        }))
    }

    pub(crate) fn broker(&self) -> &BrokerHandle {
        &self.0.broker
    }

    pub(crate) fn app(&self) -> &App {
        &self.0.app
    }

    pub(crate) fn has(&self, layer: Layer) -> bool {
        self.0.layers.has(layer)
    }

    /// The admin layer's door, if the layer is on.
    pub(crate) fn admin(&self) -> Option<&Admin> {
        self.0.admin.as_ref()
    }

    /// True when the browser speaks TLS, to a proxy in front.
    pub(crate) fn is_https(&self, headers: &HeaderMap) -> bool {
        headers
            .get("x-forwarded-proto")
            .is_some_and(|proto| proto == "https")
    }

    pub(crate) fn has_members(&self) -> bool {
        self.0.layers.has_members()
    }

    pub(crate) fn public_authority(&self) -> Option<&str> {
        self.0.public_authority.as_deref()
    }

    pub(crate) fn stun_port(&self) -> Option<u16> {
        self.0.stun_port
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// True when `address` may change one more thing now.
    pub(crate) fn may_post(&self, address: IpAddr) -> bool {
        let mut posts = self.0.posts.lock().unwrap_or_else(PoisonError::into_inner);
        posts.allow(address, Instant::now())
    }

    pub(crate) fn socket_guard(&self) -> SocketGuard {
        SocketGuard {
            _open: self.0.sockets.subscribe(),
        }
    }

    pub(crate) async fn all_sockets_ended(&self) {
        self.0.sockets.closed().await;
    }
}
