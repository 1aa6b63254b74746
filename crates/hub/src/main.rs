//! The hub as a program: reads its arguments, starts, shows where it is, and stops when told to.

#[cfg(feature = "nats")]
use async_nats::Client;
use clap::Parser as _;
#[cfg(feature = "nats")]
use corridor_core::broker::Layer;
use corridor_hub::admin::CredentialsError;
use corridor_hub::app::{App, AppError};
use corridor_hub::args::{Args, Command, PublicUrl, ShelfAt};
use corridor_hub::check::Verdict;
use corridor_hub::fanout::Line;
#[cfg(feature = "nats")]
use corridor_hub::limits::HubLimits;
#[cfg(feature = "nats")]
use corridor_hub::shelf::stream::{StreamError, StreamShelf};
use corridor_hub::shelf::{Order, OrderError, Place};
use corridor_hub::turn::{TurnError, TurnSecret};
use corridor_hub::{Hub, Settings, StartError, banner, logs};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::process::ExitCode;

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("cannot serve the app: {0}")]
    App(#[from] AppError),
    #[error(transparent)]
    Admin(#[from] CredentialsError),
    #[error(transparent)]
    Turn(#[from] TurnError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[cfg(feature = "nats")]
    #[error(transparent)]
    Nats(#[from] corridor_hub::fanout::nats::NatsError),
    #[cfg(feature = "nats")]
    #[error(transparent)]
    Stream(#[from] StreamError),
    #[error("cannot watch for signals: {0}")]
    Signal(#[source] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    if let Err(error) = logs::start(args.log.clone(), args.log_json) {
        let _ = writeln!(io::stderr(), "corridor-hub: no log: {error}");
    }
    match &args.command {
        Some(Command::Check { hub }) => return exit_code(check(&args, *hub).await),
        Some(Command::Shelf(order)) => {
            return exit_code(shelf(&args, order.clone().into()).await);
        }
        None => {}
    }
    match run(args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let _ = writeln!(io::stderr(), "corridor-hub: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn exit_code(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Has an order carried out. False when it was not.
async fn shelf(args: &Args, order: Order) -> bool {
    let given = match args.shelf_at() {
        ShelfAt::File(file) => {
            let given = corridor_hub::shelf::give(&file, &order).await;
            given.map_err(Failure::from)
        }
        #[cfg(feature = "nats")]
        ShelfAt::Nats => give_shared(args, order).await,
    };
    let _ = match &given {
        Ok(answer) => writeln!(io::stdout(), "{answer}"),
        Err(error) => writeln!(io::stderr(), "corridor-hub: {error}"),
    };
    given.is_ok()
}

/// The same on the shelf that hubs share.
#[cfg(feature = "nats")]
async fn give_shared(args: &Args, order: Order) -> Result<String, Failure> {
    let Some(server) = args.nats.server()? else {
        return Err(StreamError::NoShelf.into());
    };
    let mut shelf = StreamShelf::find(server.connect().await?).await?;
    let work = move || corridor_hub::shelf::carry_out(&mut shelf, &order);
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| StreamError::Broken(error.to_string()))?;
    Ok(done?.to_string())
}

/// Writes what the look finds. False when something will not work.
async fn check(args: &Args, hub: Option<SocketAddr>) -> bool {
    let findings = match hub {
        Some(hub) => corridor_hub::check::other_machine(hub).await,
        None => corridor_hub::check::this_machine(args).await,
    };
    for finding in &findings {
        let _ = writeln!(io::stdout(), "{finding}");
    }
    findings
        .iter()
        .all(|finding| finding.verdict != Verdict::Bad)
}

async fn run(args: Args) -> Result<(), Failure> {
    let app = match &args.app_dir {
        Some(folder) => App::from_folder(folder)?,
        None => App::embedded()?,
    };
    let has_app = !app.is_empty();
    let stopped = signal().map_err(Failure::Signal)?;
    let (line, shelf) = joined(&args).await?;
    let hub = Hub::start(Settings {
        bind: args.bind,
        stun_port: args.stun(),
        public_authority: args
            .public_url
            .as_ref()
            .map(|url| url.authority().to_owned()),
        layers: args.layers,
        admin: args.admin()?,
        tls: args.tls(),
        name: args.name.clone(),
        shelf,
        stun_urls: args.stun_url.clone(),
        turn: TurnSecret::from_flags(&args.turn_url, args.turn_secret_file.as_deref())?,
        line,
        limits: args.limits.into(),
        app,
    })
    .await?;

    let public = args.public_url.as_ref().map(PublicUrl::as_str);
    let stun = hub.stun().map(corridor_hub::stun::StunServer::address);
    let secure = banner::Secure {
        is_on: args.tls().is_some(),
        name: args.name.as_deref(),
        fingerprint: hub.fingerprint(),
    };
    let text = banner::text(hub.address(), public, stun, has_app, &secure);
    // Nobody may be reading; that is no reason to stop.
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();

    stopped.await;
    tracing::info!("stopping");
    if !hub.stop().await {
        tracing::warn!("some connections were cut off");
    }
    Ok(())
}

/// The line to other hubs, if there are to be any.
#[cfg(feature = "nats")]
async fn line(client: Option<&Client>) -> Result<Option<Line>, Failure> {
    match client {
        Some(client) => Ok(Some(
            corridor_hub::fanout::nats::join(client.clone()).await?,
        )),
        None => Ok(None),
    }
}

/// Where the shelf lies.
#[cfg(feature = "nats")]
async fn place(args: &Args, client: Option<&Client>) -> Result<Option<Place>, Failure> {
    match (args.shelf_at(), client) {
        (ShelfAt::File(file), _) => Ok(Some(Place::File(file))),
        (ShelfAt::Nats, Some(client)) if args.layers.has(Layer::Shelf) => {
            let limits = HubLimits::from(args.limits).broker;
            let replicas = args.nats.nats_replicas.into();
            let shelf = StreamShelf::open(client.clone(), replicas, &limits).await?;
            Ok(Some(Place::Shared(shelf.follow().await?)))
        }
        (ShelfAt::Nats, _) => Ok(None),
    }
}

/// The line to other hubs, if there are to be any, and where the shelf lies.
#[cfg(feature = "nats")]
async fn joined(args: &Args) -> Result<(Option<Line>, Option<Place>), Failure> {
    let client = match args.nats.server()? {
        Some(server) => Some(server.connect().await?),
        None => None,
    };
    let client = client.as_ref();
    Ok((line(client).await?, place(args, client).await?))
}

#[cfg(not(feature = "nats"))]
async fn joined(args: &Args) -> Result<(Option<Line>, Option<Place>), Failure> {
    let ShelfAt::File(file) = args.shelf_at();
    Ok((None, Some(Place::File(file))))
}

/// Ends when the process is asked to stop: Ctrl-C, or SIGTERM.
#[cfg(unix)]
fn signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
