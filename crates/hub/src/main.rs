//! The hub as a program: reads its arguments, starts, shows where it is, and stops when told to.

use clap::Parser as _;
use corridor_hub::admin::CredentialsError;
use corridor_hub::app::{App, AppError};
use corridor_hub::args::{Args, Command, PublicUrl};
use corridor_hub::check::Verdict;
use corridor_hub::fanout::Line;
use corridor_hub::shelf::Order;
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
    #[cfg(feature = "nats")]
    #[error(transparent)]
    Nats(#[from] corridor_hub::fanout::nats::NatsError),
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
    let given = corridor_hub::shelf::give(&args.shelf, &order).await;
    let _ = match &given {
        Ok(answer) => writeln!(io::stdout(), "{answer}"),
        Err(error) => writeln!(io::stderr(), "corridor-hub: {error}"),
    };
    given.is_ok()
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
        shelf: Some(args.shelf.clone()),
        stun_urls: args.stun_url.clone(),
        turn: TurnSecret::from_flags(&args.turn_url, args.turn_secret_file.as_deref())?,
        line: line(&args).await?,
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

/// To other hubs, if there are to be any.
#[cfg(feature = "nats")]
async fn line(args: &Args) -> Result<Option<Line>, Failure> {
    match args.nats.server()? {
        Some(server) => {
            let client = server.connect().await?;
            Ok(Some(corridor_hub::fanout::nats::join(client).await?))
        }
        None => Ok(None),
    }
}

#[cfg(not(feature = "nats"))]

async fn line(_: &Args) -> Result<Option<Line>, Failure> {
    Ok(None)
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
