//! What every handler can reach.

use super::polls::Polls;
use crate::admin::Admin;
use crate::app::App;
use crate::broker_task::BrokerHandle;
use crate::limits::HubLimits;
use crate::metrics::{Hit, Metrics};
use crate::rate::{Rate, Sources};
use crate::server::FORWARDED_PROTO;
use crate::tls::Authority;
use axum::http::HeaderMap;
use corridor_core::broker::{Layer, Layers};
use corridor_core::limits::HUB_MAX_SOURCES;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Handles only; the broker's task owns all that changes.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

/// What a state is made from.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) broker: BrokerHandle,
    pub(crate) app: App,
    pub(crate) layers: Layers,
    pub(crate) admin: Option<Admin>,
    pub(crate) authority: Option<Arc<Authority>>,
    pub(crate) limits: HubLimits,
    pub(crate) metrics: Metrics,
    pub(crate) public_authority: Option<String>,
    pub(crate) stun_port: Option<u16>,
}

#[derive(Debug)]
struct Inner {
    parts: Parts,
    started: Instant,
    posts: Mutex<Sources>,
    sockets: watch::Sender<()>,
    polls: Polls,
}

/// Held by each socket's task for as long as it runs.
#[derive(Debug)]
pub(crate) struct SocketGuard {
    _open: watch::Receiver<()>,
}

impl State {
    /// The state of one hub.
    #[must_use]
    pub(crate) fn new(parts: Parts) -> Self {
        let rate = Rate::new(parts.limits.posts);
        Self(Arc::new(Inner {
            parts,
            started: Instant::now(),
            posts: Mutex::new(Sources::new(rate, HUB_MAX_SOURCES)),
            sockets: watch::Sender::new(()),
            polls: Polls::default(),
        }))
    }

    pub(crate) fn limits(&self) -> &HubLimits {
        &self.0.parts.limits
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.parts.metrics
    }

    pub(crate) fn broker(&self) -> &BrokerHandle {
        &self.0.parts.broker
    }

    pub(super) fn polls(&self) -> &Polls {
        &self.0.polls
    }

    pub(crate) fn app(&self) -> &App {
        &self.0.parts.app
    }

    pub(crate) fn has(&self, layer: Layer) -> bool {
        self.0.parts.layers.has(layer)
    }

    /// The admin layer's door, if the layer is on.
    pub(crate) fn admin(&self) -> Option<&Admin> {
        self.0.parts.admin.as_ref()
    }

    /// The local authority, if there is one.
    pub(crate) fn authority(&self) -> Option<&Arc<Authority>> {
        self.0.parts.authority.as_ref()
    }

    /// True when the browser speaks TLS, to this hub or a proxy in front.
    pub(crate) fn is_https(&self, headers: &HeaderMap) -> bool {
        headers
            .get(FORWARDED_PROTO)
            .is_some_and(|proto| proto == "https")
    }

    pub(crate) fn has_members(&self) -> bool {
        self.0.parts.layers.has_members()
    }

    pub(crate) fn public_authority(&self) -> Option<&str> {
        self.0.parts.public_authority.as_deref()
    }

    pub(crate) fn stun_port(&self) -> Option<u16> {
        self.0.parts.stun_port
    }

    pub(crate) fn uptime(&self) -> Duration {
        self.0.started.elapsed()
    }

    /// True when `address` may change one more thing now.
    pub(crate) fn may_post(&self, address: IpAddr) -> bool {
        let mut posts = self.0.posts.lock().unwrap_or_else(PoisonError::into_inner);
        let may = posts.allow(address, Instant::now());
        if !may {
            self.metrics().hit(Hit::Posts);
        }
        may
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
