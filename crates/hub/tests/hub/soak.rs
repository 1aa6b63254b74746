//! A crowd that comes and goes: afterwards the hub holds no more than before. `cargo xtask soak` runs it for ten minutes
//! with 2,000 people; the suite for some seconds with few.
#![cfg(target_os = "linux")]

use super::client::{Client, TAG, count};
use super::process::start;
use super::until;
use corridor_core::id::{RoomId, SessionId};
use corridor_core::key::DeviceKey;
use corridor_core::rng::Rng;
use corridor_core::wire::hub::ClientFrame;
use futures_util::StreamExt as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// `SECONDS PEOPLE`.
const PLAN: &str = "CORRIDOR_SOAK";
const SHORT: (u64, usize) = (6, 200);
/// Members of a room.
const ROOM: usize = 10;
/// What an allocator keeps for itself may differ by this.
const SLACK: u64 = 4 * 1024 * 1024;
/// Limits out of the way of a crowd from one address. Nobody reads the log.
const ROOMY: [&str; 8] = [
    "--log",
    "error",
    "--max-per-address",
    "100000",
    "--max-http",
    "100000",
    "--room-ttl",
    "1s",
];

fn plan() -> (Duration, usize) {
    let plan = std::env::var(PLAN).unwrap_or_default();
    let (seconds, people) = plan
        .split_once(' ')
        .map_or(SHORT, |(a, b)| (a.parse().unwrap(), b.parse().unwrap()));
    (Duration::from_secs(seconds), people)
}

/// Resident memory in bytes.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_ascii_whitespace().nth(1));
    kilobytes.unwrap().parse::<u64>().unwrap() * 1024
}

#[derive(Default)]
struct Counts {
    visits: AtomicUsize,
    heard: AtomicUsize,
}

/// The more people, the longer they stay: some hundred come and go each second.
fn stay(rng: &mut Rng, people: usize) -> Duration {
    Duration::from_millis(100 + rng.below(20 * people as u64))
}

/// Somebody who comes, talks, and goes in one of the ways there are, until the time is over.
async fn person(
    at: SocketAddr,
    (number, people): (u64, usize),
    over: Instant,
    counts: Arc<Counts>,
) {
    let mut seed = [9; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    let mut rng = Rng::new(seed);
    let mut session = 0;
    while Instant::now() < over {
        session += 1;
        let device = DeviceKey::new(seed, 0);
        let mut client = Client::connect_with(at, device, SessionId(session)).await;
        let mut room = [3; 16];
        room[8..].copy_from_slice(&(number / ROOM as u64).to_be_bytes());
        // Rooms come and go as well.
        room[7] = u8::try_from(rng.below(4)).unwrap();
        let mut join = client.proof(RoomId(room), TAG);
        join.resume = true;
        client.send(&ClientFrame::Join(join)).await;
        let leaves = Instant::now() + stay(&mut rng, people);
        let other = client.peer();
        for _ in 0..rng.below(20) {
            client.relay(other, &[7; 200]).await;
        }
        let listening = async {
            while client.socket.next().await.is_some() {
                counts.heard.fetch_add(1, Ordering::Relaxed);
            }
        };
        let _ = timeout(leaves.min(over) - Instant::now(), listening).await;
        match rng.below(4) {
            0 => client.send(&ClientFrame::Leave).await,
            1 => client.send_message(Message::binary(vec![0xff; 50])).await,
            2 => {
                let _ = client.socket.close(None).await;
            }
            // Gone without a word.
            _ => {}
        }
        drop(client);
        counts.visits.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(rng.below(500))).await;
    }
}

/// Lets the crowd in for so long, and waits until the last has gone. Answers the greatest memory seen.
async fn crowd(
    (at, process): (SocketAddr, u32),
    people: usize,
    time: Duration,
    counts: &Arc<Counts>,
) -> u64 {
    let over = Instant::now() + time;
    let all: Vec<_> = (0..people as u64)
        .map(|number| tokio::spawn(person(at, (number, people), over, Arc::clone(counts))))
        .collect();
    let mut most = 0;
    while Instant::now() < over {
        most = most.max(memory(process));
        sleep(Duration::from_millis(200)).await;
    }
    for one in all {
        one.await.unwrap();
    }
    until("the last to be gone", async || {
        count(at, "connections").await == 0
    })
    .await;
    most
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_hub_7_a_crowd_that_came_and_went_leaves_nothing_behind() {
    let (time, people) = plan();
    let (child, at) = start(&ROOMY).await;
    let process = child.id().unwrap();
    assert_eq!(count(at, "connections").await, 0);
    let fresh = memory(process);
    let counts = Arc::<Counts>::default();
    // What the allocator keeps after the first crowd is no leak.
    crowd((at, process), people, time / 6, &counts).await;
    let base = memory(process);
    let most = crowd((at, process), people, time, &counts).await;
    let end = memory(process);
    let (visits, heard) = (
        counts.visits.load(Ordering::Relaxed),
        counts.heard.load(Ordering::Relaxed),
    );
    println!(
        "{people} people, {visits} visits, {heard} messages heard; kB: {} fresh, {} base, {} at most, {} in the end",
        fresh / 1024,
        base / 1024,
        most / 1024,
        end / 1024,
    );
    assert!(visits > people && heard > visits, "a crowd was there");
    assert!(most > fresh, "the measurement sees something");
    assert!(
        end <= base + (base - fresh) / 4 + SLACK,
        "{end} bytes in the end, {base} before"
    );
}
