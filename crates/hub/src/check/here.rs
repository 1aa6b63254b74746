//! What a hub needs of the machine it runs on.

use super::{Finding, probe};
use crate::address::own_addresses;
use crate::app::App;
use crate::args::{Args, ShelfAt};
use crate::limits::HubLimits;
#[cfg(feature = "nats")]
use crate::shelf::stream::StreamShelf;
use crate::shelf::{OpenError, ShelfFile};
use crate::stun::StunServer;
use corridor_core::broker::Layer;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tokio::process::Command;

/// 1 November 2026, before the first release: no clock that is right shows an earlier time.
const EARLIEST: Duration = Duration::from_secs(1_793_491_200);
/// Files a hub opens beside its connections.
const SPARE_FILES: u64 = 64;

pub(super) async fn http(args: &Args) -> Finding {
    let bind = args.bind;
    match TcpListener::bind(bind).await {
        Ok(_) => Finding::good("http", format!("TCP {bind} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            match probe::health(reachable(bind)).await {
                Ok(health) => Finding::good(
                    "http",
                    format!("a hub, version {}, runs on {bind} already", health.version),
                ),
                Err(_) => Finding::bad(
                    "http",
                    format!(
                        "another program has TCP {bind}: stop it, or choose another port with --bind"
                    ),
                ),
            }
        }
        Err(error) => Finding::bad("http", format!("cannot listen on TCP {bind}: {error}")),
    }
}

pub(super) async fn stun(args: &Args) -> Finding {
    let Some(port) = args.stun() else {
        return Finding::poor("stun", "off: direct links may fail where mDNS is blocked");
    };
    let wanted = SocketAddr::new(args.bind.ip(), port);
    let own = StunServer::start_at(wanted).await;
    let address = own.as_ref().map_or(wanted, StunServer::address);
    // By a LAN address where there is one: a local firewall may treat loopback differently.
    let seen = probe::stun(reachable(address)).await;
    let is_free = own.is_ok();
    if let Ok(server) = own {
        server.stop();
    }
    match (seen, is_free) {
        (Ok(_), true) => Finding::good("stun", format!("UDP {address} is free and answers")),
        (Ok(_), false) => Finding::good(
            "stun",
            format!("a STUN server runs on UDP {address} already"),
        ),
        (Err(_), true) => Finding::poor(
            "stun",
            format!("UDP {address} gets no answer out: a firewall on this machine stops it"),
        ),
        (Err(_), false) => Finding::poor(
            "stun",
            format!(
                "another program has UDP {address}: the hub will take another port, which firewalls may not know"
            ),
        ),
    }
}

/// An address by which this machine reaches a socket bound to `bound`.
fn reachable(bound: SocketAddr) -> SocketAddr {
    if !bound.ip().is_unspecified() {
        return bound;
    }
    let own = own_addresses().into_iter().find(IpAddr::is_ipv4);
    SocketAddr::new(own.unwrap_or(Ipv4Addr::LOCALHOST.into()), bound.port())
}

pub(super) async fn clock() -> Finding {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    if now.unwrap_or_default() < EARLIEST {
        return Finding::bad(
            "clock",
            "the clock is wrong: browsers would be told a time in the past",
        );
    }
    let asked = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .output()
        .await;
    match asked {
        Ok(output) if output.stdout.starts_with(b"yes") => {
            Finding::good("clock", "set by the network")
        }
        Ok(output) if output.stdout.starts_with(b"no") => Finding::poor(
            "clock",
            "not set by the network: turn on NTP, since browsers correct themselves by the hub",
        ),
        _ => Finding::good(
            "clock",
            "plausible; whether the network sets it cannot be told here",
        ),
    }
}

/// Linux tells how many connections the system lets a process have.
pub(super) fn open_files(args: &Args) -> Option<Finding> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits
        .lines()
        .find(|line| line.starts_with("Max open files"))?;
    let allowed: u64 = line.split_ascii_whitespace().nth(3)?.parse().ok()?;
    let limits = HubLimits::from(args.limits);
    let wanted = (limits.broker.connections + limits.http) as u64 + SPARE_FILES;
    Some(if allowed >= wanted {
        Finding::good(
            "files",
            format!("{allowed} may be open, {wanted} are needed at most"),
        )
    } else {
        Finding::poor(
            "files",
            format!(
                "{allowed} may be open; all the connections that are allowed need {wanted} (`ulimit -n`, or LimitNOFILE)"
            ),
        )
    })
}

pub(super) fn disk(args: &Args) -> Vec<Finding> {
    let app = match &args.app_dir {
        Some(folder) => App::from_folder(folder),
        None => App::embedded(),
    };
    let app = match app {
        Ok(app) if app.is_empty() => {
            Finding::poor("app", "none: the page at / will say how to build one")
        }
        Ok(app) => Finding::good("app", format!("{} files", app.len())),
        Err(error) => Finding::bad("app", format!("cannot be served: {error}")),
    };
    let admin = match args.admin() {
        Ok(Some(_)) => Finding::good("admin", "credentials are there"),
        Ok(None) => Finding::good("admin", "off: there are no credentials"),
        Err(error) => Finding::bad("admin", error.to_string()),
    };
    vec![app, admin, shelf(args)]
}

fn shelf(args: &Args) -> Finding {
    if !args.layers.has(Layer::Shelf) {
        return Finding::good("disk", "the hub writes nothing");
    }
    match args.shelf_at() {
        ShelfAt::File(file) => match ShelfFile::open(&file) {
            Ok(_) => Finding::good("disk", format!("{} can be written", file.display())),
            Err(error @ OpenError::InUse(_)) => Finding::good("disk", error.to_string()),
            Err(error) => Finding::bad("disk", error.to_string()),
        },
        #[cfg(feature = "nats")]
        ShelfAt::Nats => Finding::good("disk", "the hub writes nothing here: NATS keeps the shelf"),
    }
}

#[cfg(feature = "nats")]
pub(super) async fn nats(args: &Args) -> Option<Finding> {
    let connected = match args.nats.server() {
        Ok(None) => return None,
        Ok(Some(server)) => server.connect().await,
        Err(error) => Err(error),
    };
    let client = match connected {
        Ok(client) => client,
        Err(error) => return Some(Finding::bad("nats", error.to_string())),
    };
    let shares = args.layers.has(Layer::Shelf) && args.shelf_at() == ShelfAt::Nats;
    Some(if !shares {
        Finding::good("nats", "the server lets this hub in")
    } else {
        match StreamShelf::check(client).await {
            Ok(()) => Finding::good(
                "nats",
                "the server lets this hub in, and can keep the shelf",
            ),
            Err(error) => Finding::bad("nats", error.to_string()),
        }
    })
}
