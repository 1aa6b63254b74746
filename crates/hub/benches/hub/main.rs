//! The hub beside a plain axum broadcast, in one run on loopback: `cargo xtask bench hub`.
//!
//! Both are this program, started again with `serve`. The load is the same: members of rooms of ten who send
//! 200 bytes to the nine others. Costs are read from `/proc`, so this needs Linux.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod load;
mod plain;
mod probe;

use corridor_core::broker::Layers;
use corridor_hub::app::App;
use corridor_hub::limits::HubLimits;
use corridor_hub::{Hub, Settings};
use load::Kind;
use std::net::SocketAddr;

/// Rooms of the fan-out.
const ROOMS: usize = 50;
/// Rounds in which each member sends to all others of its room.
const ROUNDS: usize = 40;
/// Idle connections.
const IDLE: [usize; 2] = [1_000, 10_000];
/// Clients that come back after a restart.
const RECONNECTING: usize = 5_000;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let words: Vec<String> = std::env::args().collect();
    let serve = words.iter().position(|word| word == "serve");
    let rest = serve.and_then(|at| words.get(at + 1..));
    match rest {
        Some([kind, port]) if kind == "corridor" => {
            runtime.block_on(corridor(port.parse().unwrap()));
        }
        Some([_, port]) => runtime.block_on(plain::serve(port.parse().unwrap())),
        // Words choose rows by name; `--bench` is cargo's.
        _ => runtime.block_on(compare(
            words.iter().skip(1).find(|word| !word.starts_with('-')),
        )),
    }
}

/// The hub, until its standard input ends.
async fn corridor(port: u16) {
    let mut limits = HubLimits::default();
    limits.broker.connections = 1_000_000;
    limits.broker.per_address = 1_000_000;
    limits.broker.rooms = 1_000_000;
    limits.http = 1_000_000;
    limits.frames = (u32::MAX, u32::MAX);
    limits.bytes = (u32::MAX, u32::MAX);
    let hub = Hub::start(Settings {
        bind: SocketAddr::from(([127, 0, 0, 1], port)),
        stun_port: None,
        public_authority: None,
        layers: "phonebook,handshake,relay".parse::<Layers>().unwrap(),
        admin: None,
        tls: None,
        name: None,
        stun_urls: Vec::new(),
        turn: None,
        shelf: None,
        line: None,
        limits,
        app: App::default(),
    })
    .await
    .unwrap();
    println!("{}", hub.address().port());
    probe::orphaned().await;
}

async fn compare(only: Option<&String>) {
    let mut rows: Vec<(String, [f64; 2])> = Vec::new();
    let mut both = async |row: &str, measure: &dyn Fn(Kind) -> Measure| {
        if only.is_some_and(|only| !row.contains(only.as_str())) {
            return;
        }
        let mut figures = [0.0; 2];
        for (figure, kind) in figures.iter_mut().zip([Kind::Corridor, Kind::Plain]) {
            *figure = measure(kind).await;
        }
        println!("{row}: corridor {:.3}, plain {:.3}", figures[0], figures[1]);
        rows.push((row.to_owned(), figures));
    };
    both("fan-out: deliveries per second", &|kind| {
        Box::pin(fan_out(kind, true))
    })
    .await;
    both("fan-out: CPU per delivery in µs", &|kind| {
        Box::pin(fan_out(kind, false))
    })
    .await;
    for count in IDLE {
        let row = format!("memory per idle connection in kB, {count} connections");
        both(&row, &move |kind| Box::pin(idle(kind, count))).await;
    }
    let row = format!("seconds until {RECONNECTING} clients are back after a restart");
    both(&row, &|kind| Box::pin(reconnect(kind, true))).await;
    both("reconnect: CPU per client that comes back in µs", &|kind| {
        Box::pin(reconnect(kind, false))
    })
    .await;
    println!("\n| | corridor / plain |\n|---|---|");
    for (row, [ours, theirs]) in rows {
        println!("| {row} | {:.2} |", ours / theirs);
    }
}

type Measure = std::pin::Pin<Box<dyn Future<Output = f64>>>;

async fn fan_out(kind: Kind, speed: bool) -> f64 {
    let server = probe::Server::start(kind, 0).await;
    let rooms = load::enter_all(kind, server.address(), &load::people(ROOMS)).await;
    // Once to warm up.
    let (rooms, _, _) = load::everybody_sends(rooms, 2).await;
    let before = server.cpu();
    let (_rooms, deliveries, took) = load::everybody_sends(rooms, ROUNDS).await;
    let spent = server.cpu() - before;
    let deliveries = deliveries as f64;
    if speed {
        deliveries / took.as_secs_f64()
    } else {
        spent.as_secs_f64() * 1e6 / deliveries
    }
}

async fn idle(kind: Kind, count: usize) -> f64 {
    let server = probe::Server::start(kind, 0).await;
    let _few = load::enter_all(kind, server.address(), &load::people(1)).await;
    let before = server.memory();
    let _many = load::enter_all(kind, server.address(), &load::people(count / load::MEMBERS)).await;
    (server.memory() - before) as f64 / 1024.0 / count as f64
}

async fn reconnect(kind: Kind, time: bool) -> f64 {
    let people = load::people(RECONNECTING / load::MEMBERS);
    let server = probe::Server::start(kind, 0).await;
    let before = load::enter_all(kind, server.address(), &people).await;
    let port = server.address().port();
    drop(server);
    drop(before);
    let server = probe::Server::start(kind, port).await;
    let (start, before) = (std::time::Instant::now(), server.cpu());
    let _back = load::enter_all(kind, server.address(), &people).await;
    let (took, spent) = (start.elapsed(), server.cpu() - before);
    if time {
        took.as_secs_f64()
    } else {
        spent.as_secs_f64() * 1e6 / RECONNECTING as f64
    }
}
