//! The hub: one process that serves the app, the phone book, the WebSocket with its blind relay, and STUN.
//!
//! All rules live in [`corridor_core::broker`]; this crate moves bytes between it and sockets, and never
//! looks into what it relays. [`Hub::start`] runs everything; [`build`] is the route table alone. Axum's types
//! stay in this file and in [`routes`].

pub mod address;
pub mod admin;
pub mod app;
pub mod args;
pub mod banner;
pub mod broker_task;
mod clock;
pub mod logs;
mod outbox;
mod rate;
pub mod routes;
pub mod stun;
pub mod wire;

use crate::admin::{Admin, Credentials};
use crate::app::App;
use crate::broker_task::BrokerHandle;
use crate::routes::State;
use crate::stun::StunServer;
use axum::Router;
use axum::serve::ListenerExt as _;
use corridor_core::broker::{BrokerConfig, Layer, Layers};
use corridor_core::limits::HUB_STOP;
use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Kept back from [`HUB_STOP`] for the process itself to end.
const STOP_RESERVE: Duration = Duration::from_millis(500);

/// What a hub is started with.
#[derive(Debug)]
pub struct Settings {
    /// Address and port of HTTP; STUN uses the same address.
    pub bind: SocketAddr,
    /// UDP port of STUN, `None` for no STUN, 0 for any free one.
    pub stun_port: Option<u16>,
    /// Host and port under which browsers know the hub, where a proxy in front changes the `Host` header.
    pub public_authority: Option<String>,
    /// What is on.
    pub layers: Layers,
    /// Who may see the operator's page; without them the admin layer is off.
    pub admin: Option<Credentials>,
    /// How long a room lives without use.
    pub room_ttl: Duration,
    /// What is served at `/`.
    pub app: App,
}

/// Why a hub could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The HTTP address is taken or not ours.
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, #[source] io::Error),
    /// No UDP port for STUN.
    #[error("cannot open a UDP port for STUN on {0}: {1}")]
    Stun(SocketAddr, #[source] io::Error),
    /// The operating system has no randomness to give.
    #[error("the system gives no randomness: {0}")]
    Random(#[source] getrandom::Error),
}

/// A running hub. Dropping it leaves its tasks running; [`Hub::stop`] ends them.
#[derive(Debug)]
pub struct Hub {
    address: SocketAddr,
    stun: Option<StunServer>,
    state: State,
    server: JoinHandle<io::Result<()>>,
    stop: oneshot::Sender<()>,
}

/// The route table.
pub fn build(state: State) -> Router {
    routes::table(state)
}

impl Hub {
    /// Opens the ports and starts serving.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn start(settings: Settings) -> Result<Self, StartError> {
        let Settings {
            bind,
            stun_port,
            public_authority,
            layers,
            admin,
            room_ttl,
            app,
        } = settings;
        let admin = admin.filter(|_| layers.has(Layer::Admin)).map(Admin::new);
        let layers = match admin {
            Some(_) => layers,
            None => layers.without(Layer::Admin),
        };
        let listener = TcpListener::bind(bind)
            .await
            .map_err(|error| StartError::Bind(bind, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Bind(bind, error))?;
        let stun = match stun_port {
            None => None,
            Some(port) => {
                let wanted = SocketAddr::new(bind.ip(), port);
                let started = StunServer::start(wanted).await;
                Some(started.map_err(|error| StartError::Stun(wanted, error))?)
            }
        };

        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(StartError::Random)?;
        // The client puts the host name of its page in place of the question mark.
        let ice = stun.iter().map(|stun| format!("stun:?:{}", stun.port()));
        let mut config = BrokerConfig::new(seed, ice.collect());
        config.layers = layers;
        config.limits.room_ttl = room_ttl;
        let broker = BrokerHandle::start(config);
        let state = State::new(
            broker,
            app,
            layers,
            admin,
            public_authority,
            stun.as_ref().map(StunServer::port),
        );

        let router = build(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let listener = listener.tap_io(|socket| {
            if let Err(error) = socket.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY was refused");
            }
        });
        let (stop, stopped) = oneshot::channel();
        let server = axum::serve(listener, router).with_graceful_shutdown(async {
            let _ = stopped.await;
        });
        Ok(Self {
            address,
            stun,
            state,
            server: tokio::spawn(server.into_future()),
            stop,
        })
    }

    /// Where HTTP is served, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The STUN server.
    #[must_use]
    pub fn stun(&self) -> Option<&StunServer> {
        self.stun.as_ref()
    }

    /// Tells every socket that the hub goes away (close code 1001), lets requests under way finish, and ends
    /// within [`HUB_STOP`]. True when nothing had to be cut off.
    pub async fn stop(self) -> bool {
        let _ = self.stop.send(());
        let all = async {
            self.state.broker().stop().await;
            let _ = self.server.await;
            self.state.all_sockets_ended().await;
        };
        let orderly = tokio::time::timeout(HUB_STOP.saturating_sub(STOP_RESERVE), all)
            .await
            .is_ok();
        if let Some(stun) = self.stun {
            stun.stop();
        }
        orderly
    }
}
