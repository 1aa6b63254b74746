//! The hub: one process that serves the app, the phone book, the WebSocket with its blind relay, and STUN.
//!
//! All rules live in [`corridor_core::broker`]; this crate moves bytes between it and sockets, and never
//! looks into what it relays. [`Hub::start`] runs everything. Axum's types stay in `server` and [`routes`].

pub mod address;
pub mod admin;
pub mod app;
pub mod args;
pub mod banner;
pub mod broker_task;
pub mod check;
mod clock;
pub mod fanout;
pub mod limits;
pub mod logs;
mod metrics;
mod names;
mod outbox;
mod qr;
mod rate;
pub mod routes;
mod server;
pub mod shelf;
pub mod stun;
pub mod tls;
pub mod turn;
pub mod wire;

use crate::admin::{Admin, Credentials};
use crate::app::App;
use crate::broker_task::BrokerHandle;
use crate::fanout::Line;
use crate::limits::HubLimits;
use crate::metrics::Metrics;
use crate::names::Announcement;
use crate::routes::{Parts, State};
use crate::shelf::{Control, OpenError, Opened, Place};
use crate::stun::StunServer;
use crate::tls::{Live, TlsError, TlsSource};
use corridor_core::broker::{ArchiveError, BrokerConfig, Layer, Layers};
use corridor_core::limits::HUB_STOP;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
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
    /// Where the shelf lies; without one the shelf layer is off.
    pub shelf: Option<Place>,
    /// To other hubs that serve the same rooms; without one this hub is alone.
    pub line: Option<Line>,
    /// The certificate for HTTPS, on the port of HTTP; without one there is HTTP only.
    pub tls: Option<TlsSource>,
    /// The hub's name on the LAN, such as `corridor.local`: announced, and in certificates of a local authority.
    pub name: Option<String>,
    /// URLs of other STUN servers to tell members of. Without them and TURN servers nothing leaves the local network.
    pub stun_urls: Vec<String>,
    /// TURN servers to tell members of.
    pub turn: Option<turn::TurnSecret>,
    /// Bounds.
    pub limits: HubLimits,
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
    /// The shelf's file cannot be used.
    #[error("cannot use the shelf: {0}")]
    Shelf(#[from] OpenError),
    /// The shelf's file cannot be read.
    #[error("cannot read the shelf: {0}")]
    Archive(#[from] ArchiveError),
    /// No thread or socket for the shelf.
    #[error("cannot work on the shelf: {0}")]
    ShelfTask(#[source] io::Error),
    /// No certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The name cannot be announced.
    #[error("cannot announce the hub's name: {0}")]
    Name(#[from] mdns_sd::Error),
    /// The operating system has no randomness to give.
    #[error("the system gives no randomness: {0}")]
    Random(#[source] getrandom::Error),
}

/// A running hub. Dropping it leaves its tasks running; [`Hub::stop`] ends them.
#[derive(Debug)]
pub struct Hub {
    address: SocketAddr,
    stun: Option<StunServer>,
    control: Option<Control>,
    tls: Option<Live>,
    announcement: Option<Announcement>,
    state: State,
    server: JoinHandle<()>,
    stop: oneshot::Sender<()>,
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
            shelf,
            line,
            tls,
            name,
            stun_urls,
            turn,
            limits,
            app,
        } = settings;
        let admin = admin.filter(|_| layers.has(Layer::Admin)).map(Admin::new);
        let layers = match admin {
            Some(_) => layers,
            None => layers.without(Layer::Admin),
        };
        let shelf = shelf.filter(|_| layers.has(Layer::Shelf));
        let layers = match shelf {
            Some(_) => layers,
            None => layers.without(Layer::Shelf),
        };
        let listener = server::listen(bind).map_err(|error| StartError::Bind(bind, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| StartError::Bind(bind, error))?;
        let announced = name
            .as_deref()
            .map(|name| Announcement::start(name, address));
        let announcement = announced.transpose()?.flatten();
        let tls = tls.map(|source| Live::start(source, name)).transpose()?;
        let metrics = Metrics::default();
        let stun = match stun_port {
            None => None,
            Some(port) => {
                let wanted = SocketAddr::new(bind.ip(), port);
                let started = StunServer::start(wanted, limits.stun, metrics.clone()).await;
                Some(started.map_err(|error| StartError::Stun(wanted, error))?)
            }
        };

        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(StartError::Random)?;
        // The client puts the host name of its page in place of the question mark.
        let ice = stun.iter().map(|stun| format!("stun:?:{}", stun.port()));
        let mut config = BrokerConfig::new(seed, ice.chain(stun_urls).collect());
        config.layers = layers;
        config.limits = limits.broker;
        config.turn = turn.map(turn::TurnSecret::grants);
        config.fanout = line.is_some();
        let file = shelf.as_ref().map(Place::file).transpose()?.flatten();
        let opened = match (shelf, &file) {
            (_, Some((_, file))) => Some(Opened::alone(file)?),
            (Some(Place::Shared(opened)), None) => Some(opened),
            _ => None,
        };
        config.shared_shelf = opened.as_ref().is_some_and(|shelf| shelf.news.is_some());
        let broker = BrokerHandle::start(config, metrics.clone(), opened, line)?;
        let control = file.map(|(path, file)| Control::start(&path, &file, &broker));
        let control = control.transpose().map_err(StartError::ShelfTask)?;
        let state = State::new(Parts {
            broker,
            app,
            layers,
            admin,
            authority: tls.as_ref().and_then(Live::authority),
            limits,
            metrics: metrics.clone(),
            public_authority,
            stun_port: stun.as_ref().map(StunServer::port),
        });

        let (stop, stopped) = oneshot::channel();
        let server = server::serve(
            listener,
            routes::table(state.clone()),
            limits,
            metrics,
            tls.as_ref().map(Live::acceptor),
            stopped,
        );
        Ok(Self {
            address,
            stun,
            control,
            tls,
            announcement,
            state,
            server: tokio::spawn(server),
            stop,
        })
    }

    /// Where HTTP is served, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The local authority's fingerprint, if there is one.
    #[must_use]
    pub fn fingerprint(&self) -> Option<String> {
        let authority = self.tls.as_ref().and_then(Live::authority);
        authority.map(|authority| authority.fingerprint())
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
        drop((self.control, self.tls, self.announcement));
        if let Some(stun) = self.stun {
            stun.stop();
        }
        orderly
    }
}
