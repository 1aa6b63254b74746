//! Limits over real sockets: each is what the operator set, and is counted when it is reached.

use super::client::{Client, Next, room};
use super::http::{get, send};
use super::{settings, soon, until};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::wire::registry::refusal;
use corridor_hub::limits::HubLimits;
use corridor_hub::{Hub, Settings};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn hub(change: impl FnOnce(&mut HubLimits)) -> Hub {
    let mut limits = HubLimits::default();
    change(&mut limits);
    let settings = Settings {
        admin: Some("ops:correct horse".parse().unwrap()),
        limits,
        ..settings()
    };
    Hub::start(settings).await.unwrap()
}

async fn metrics(hub: SocketAddr) -> String {
    let basic = format!(
        "authorization: Basic {}",
        STANDARD.encode("ops:correct horse")
    );
    let answer = send(hub, "GET /metrics", &[&basic], "").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    answer.text().to_owned()
}

/// The value of one line of the metrics.
async fn value(hub: SocketAddr, name: &str) -> u64 {
    let text = metrics(hub).await;
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    let line = line.unwrap_or_else(|| panic!("no {name} in\n{text}"));
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn hits(hub: SocketAddr, limit: &str) -> u64 {
    value(
        hub,
        &format!("corridor_limit_hits_total{{name=\"{limit}\"}}"),
    )
    .await
}

/// Waits until the other side has closed, and returns how long that took.
async fn closed(mut socket: TcpStream, start: Instant) -> Duration {
    let mut bytes = Vec::new();
    let _ = soon("the end of the connection", socket.read_to_end(&mut bytes)).await;
    start.elapsed()
}

#[tokio::test]
async fn r_hub_7_metrics_are_for_the_operator_and_true() {
    let hub = hub(|_| {}).await;
    let at = hub.address();
    assert_eq!(get(at, "/metrics").await.status, 401);
    let room = room(at).await;
    let (mut a, _) = Client::join(at, room, 1).await;
    let (mut b, _) = Client::join(at, room, 2).await;
    assert!(a.is_heard().await);
    let before = value(at, "corridor_bytes_total{name=\"out\"}").await;
    a.relay(b.peer(), &[7; 5_000]).await;
    assert!(matches!(b.next().await, Next::Frame(_)));
    assert!(value(at, "corridor_bytes_total{name=\"out\"}").await >= before + 5_000);
    for (name, expected) in [
        ("corridor_members", 2),
        ("corridor_rooms", 1),
        ("corridor_links{name=\"direct\"}", 0),
    ] {
        assert_eq!(value(at, name).await, expected, "{name}");
    }
    let text = metrics(at).await;
    assert!(text.ends_with("# EOF\n"));
    assert!(!text.contains(&room.to_string()) && !text.contains(&a.peer().short()));
}

#[tokio::test]
async fn headers_that_never_end_and_idle_connections_are_closed() {
    let patience = Duration::from_millis(300);
    let hub = hub(|limits| limits.header_patience = patience).await;
    let at = hub.address();
    let mut member = Client::connect(at, 1).await;
    let start = Instant::now();
    let mut sockets = Vec::new();
    for begin in [
        "",
        "GET /health HTTP/1.1\r\nhost: a\r\nx-slow: ",
        "GET /health HTTP/1.1\r\nhost: a\r\n\r\n",
    ] {
        let mut socket = TcpStream::connect(at).await.unwrap();
        socket.write_all(begin.as_bytes()).await.unwrap();
        sockets.push(socket);
    }
    for socket in sockets {
        let took = closed(socket, start).await;
        assert!(took >= patience, "closed after {took:?}");
    }
    assert!(member.is_heard().await, "a WebSocket may be quiet");
}

/// A connection that asked for something, and whether it was answered.
async fn ask(hub: SocketAddr, connection: &str) -> (TcpStream, bool) {
    let mut socket = TcpStream::connect(hub).await.unwrap();
    let request = format!("GET /health HTTP/1.1\r\nhost: a\r\nconnection: {connection}\r\n\r\n");
    // A connection that is turned away may be reset while this is sent.
    let _ = socket.write_all(request.as_bytes()).await;
    let mut byte = [0];
    let answered = matches!(soon("an answer", socket.read(&mut byte)).await, Ok(1));
    (socket, answered)
}

#[tokio::test]
async fn connections_beyond_the_limit_are_turned_away_and_counted() {
    let hub = hub(|limits| limits.http = 2).await;
    let at = hub.address();
    let (first, second) = (ask(at, "keep-alive").await, ask(at, "keep-alive").await);
    assert!(first.1 && second.1);
    let (_third, answered) = ask(at, "close").await;
    assert!(!answered, "there were two places");
    drop((first, second));
    until("places to be given back", async || ask(at, "close").await.1).await;
    until("both to be free", async || {
        ask(at, "close").await.1 && ask(at, "close").await.1
    })
    .await;
    assert!(hits(at, "http").await > 0);
}

#[tokio::test]
async fn websockets_beyond_the_limit_are_told_and_counted() {
    let hub = hub(|limits| limits.broker.connections = 1).await;
    let at = hub.address();
    let mut first = Client::connect(at, 1).await;
    let mut second = super::client::open(at, &[]).await.unwrap();
    let code = soon("the refusal", async {
        use futures_util::StreamExt as _;
        while let Some(Ok(message)) = second.next().await {
            if let tokio_tungstenite::tungstenite::Message::Close(Some(frame)) = message {
                return u16::from(frame.code);
            }
        }
        0
    })
    .await;
    assert_eq!(code, 4000 + refusal::FULL);
    assert!(first.is_heard().await);
    assert_eq!(hits(at, "connections").await, 1);
}

#[tokio::test]
async fn whoever_sends_too_fast_is_read_more_slowly_and_counted() {
    let hub = hub(|limits| limits.frames = (20, 5)).await;
    let at = hub.address();
    let mut fast = Client::connect(at, 1).await;
    let start = Instant::now();
    for _ in 0..15 {
        assert!(fast.is_heard().await);
    }
    // Five at once, then one each 50 ms.
    assert!(
        start.elapsed() >= Duration::from_millis(9 * 50),
        "{:?}",
        start.elapsed()
    );
    assert!(hits(at, "pace").await > 0);
}
