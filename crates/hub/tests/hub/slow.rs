//! Clients that hold connections open and say next to nothing, many at once: each ends in a stated time, and another
//! room does not notice.

use super::client::{Client, room};
use super::hostile::{FLAT, TIMED, timed};
use super::soon;
use corridor_core::limits::HUB_SILENCE;
use corridor_hub::limits::HubLimits;
use corridor_hub::{Hub, Settings};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Of each kind.
const MANY: usize = 50;
/// How often another byte comes.
const DRIP: Duration = Duration::from_millis(100);
/// Times as slow as without them is what a busy machine may make of it.
const NOT_FELT: u32 = 25;

const HEADERS: Duration = Duration::from_secs(2);
const REQUEST: Duration = Duration::from_secs(4);
/// How long a close frame may go unanswered.
const FAREWELL: Duration = Duration::from_secs(2);

/// A way to be slow: what comes at once, what drips, after how long the hub ends it, and by which words if by any.
struct Kind {
    name: &'static str,
    begin: &'static str,
    drip: u8,
    patience: Duration,
    answer: &'static [u8],
}

const UPGRADE: &str = "GET /ws HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
    sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/// What answers a text message: a close frame with code 1003 (RFC 6455 §7.4.1).
const UNSUPPORTED: &[u8] = b"\x88\x02\x03\xeb";

fn kinds() -> [Kind; 6] {
    let kind = |name, begin, drip, patience, answer| Kind {
        name,
        begin,
        drip,
        patience,
        answer,
    };
    [
        kind(
            "headers",
            "GET /health HTTP/1.1\r\nhost: a\r\nx: ",
            b'x',
            HEADERS,
            b"",
        ),
        kind(
            "a body",
            "POST /discovery/register HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n\
             content-length: 1000\r\n\r\n",
            b' ',
            REQUEST,
            b"HTTP/1.1 408",
        ),
        kind("a handshake", UPGRADE, b'x', HEADERS, b""),
        kind(
            "nothing more",
            "GET /health HTTP/1.1\r\nhost: a\r\n\r\n",
            0,
            HEADERS,
            b"HTTP/1.1 200",
        ),
        // Opened and, below, followed by a masked frame of 1,000 bytes that never ends.
        kind("a frame", UPGRADE, b'x', HUB_SILENCE, b"HTTP/1.1 101"),
        // A text message, which the hub answers by a close frame; nothing answers that.
        kind("a close", UPGRADE, 0, FAREWELL, b"HTTP/1.1 101"),
    ]
}

/// Holds a connection in this way; answers how long the hub let it, and what it said.
async fn hold(at: SocketAddr, kind: &Kind) -> (Duration, Vec<u8>) {
    // Before the hub can: whoever is held up between the two clocks would find it impatient.
    let start = Instant::now();
    let mut socket = TcpStream::connect(at).await.unwrap();
    let mut begin = kind.begin.as_bytes().to_vec();
    match kind.name {
        "a frame" => begin.extend(b"\r\n\x82\xfe\x03\xe8mask"),
        "a close" => begin.extend(b"\r\n\x81\x82mask\x05\x08"),
        "a handshake" => begin.extend(b"x: "),
        _ => {}
    }
    socket.write_all(&begin).await.unwrap();
    let mut said = Vec::new();
    let mut some = [0; 1024];
    loop {
        match timeout(DRIP, socket.read(&mut some)).await {
            Ok(Ok(0) | Err(_)) => {
                let closed = said.ends_with(UNSUPPORTED);
                assert_eq!(closed, kind.name == "a close", "{}", kind.name);
                return (start.elapsed(), said);
            }
            Ok(Ok(count)) => said.extend(&some[..count]),
            Err(_) if kind.drip == 0 => {}
            Err(_) => {
                if socket.write_all(&[kind.drip]).await.is_err() {
                    return (start.elapsed(), said);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_hub_7_slow_clients_end_in_a_stated_time_and_another_room_does_not_notice() {
    let limits = HubLimits {
        header_patience: HEADERS,
        request_patience: REQUEST,
        ..HubLimits::default()
    };
    let settings = Settings {
        limits,
        ..super::settings()
    };
    let hub = Hub::start(settings).await.unwrap();
    let at = hub.address();
    let clinic = room(at).await;
    let (mut a, _) = Client::join(at, clinic, 1).await;
    let (mut b, _) = Client::join(at, clinic, 2).await;
    assert!(b.is_heard().await);
    let before = timed(&mut a, &mut b).await;

    let held: Vec<(Kind, Vec<JoinHandle<_>>)> = kinds()
        .into_iter()
        .zip(0..)
        .map(|(kind, number)| {
            let one = |_| tokio::spawn(async move { hold(at, &kinds()[number]).await });
            (kind, (0..MANY).map(one).collect())
        })
        .collect();
    let during = timed(&mut a, &mut b).await;
    let late = TIMED * 95 / 100;
    let most = (before[late] * NOT_FELT).max(FLAT);
    assert!(
        during[late] < most,
        "95 of 100 within {:?}; before: {:?}",
        during[late],
        before[late]
    );

    for (kind, many) in held {
        for one in many {
            let (took, said) = soon(kind.name, one).await.unwrap();
            // The machine is busy.
            let stated = kind.patience - DRIP * 10..kind.patience + Duration::from_secs(10);
            assert!(
                stated.contains(&took),
                "{}: ended after {took:?}, after saying {:?}",
                kind.name,
                String::from_utf8_lossy(&said)
            );
            assert!(
                said.starts_with(kind.answer),
                "{}: {}",
                kind.name,
                String::from_utf8_lossy(&said)
            );
        }
    }
    let (mut c, _) = Client::join(at, clinic, 3).await;
    assert!(c.is_heard().await, "there is room for others");
}
