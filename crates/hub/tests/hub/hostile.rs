//! Hostile clients, all at once: each ends in a typed refusal, and another room does not notice.

use super::client::{Client, Next, TAG, room};
use super::{http, hub, soon};
use corridor_core::id::{RoomId, WriterId};
use corridor_core::limits::MAX_HUB_FRAME_BYTES;
use corridor_core::wire::hub::{ClientFrame, HubFrame, Parcel};
use corridor_core::wire::registry::refusal;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

/// Messages whose way is timed.
pub(super) const TIMED: usize = 200;
/// "Flat", on a machine that does other things too: nobody at a screen notices.
pub(super) const FLAT: Duration = Duration::from_millis(250);

#[derive(Clone, Default)]
struct Attack {
    over: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Attack {
    /// Runs `once` again and again until the attack is over.
    fn wave<F: Future<Output = ()> + Send>(
        &self,
        once: impl Fn(u8) -> F + Send + 'static,
    ) -> tokio::task::JoinHandle<usize> {
        let attack = self.clone();
        tokio::spawn(async move {
            let mut times: u8 = 0;
            while !attack.over.load(Ordering::Relaxed) {
                // Secrets below 100 belong to honest people.
                once(100 + times % 100).await;
                times = times.wrapping_add(1);
                attack.done.fetch_add(1, Ordering::Relaxed);
            }
            usize::from(times)
        })
    }
}

async fn refused(client: &mut Client, code: u16) {
    let answer = client.next().await;
    assert_eq!(answer, Next::Frame(HubFrame::Refused(code)));
}

async fn bad_upgrade(at: SocketAddr) {
    let answer = http::get(at, "/ws").await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    let half = ["upgrade: websocket", "connection: upgrade"];
    assert!((400..500).contains(&http::send(at, "GET /ws", &half, "").await.status));
}

async fn oversize(at: SocketAddr, secret: u8) {
    let mut client = Client::connect(at, secret).await;
    let long = vec![0; MAX_HUB_FRAME_BYTES + 1];
    client.send_message(Message::binary(long)).await;
    assert_eq!(client.next().await, Next::Closed(1009));
}

async fn wrong_room(at: SocketAddr, secret: u8) {
    let mut client = Client::connect(at, secret).await;
    let join = client.proof(RoomId([secret; 16]), TAG);
    client.send(&ClientFrame::Join(join)).await;
    refused(&mut client, refusal::UNKNOWN_ROOM).await;
}

/// What one socket let in lets no other in.
async fn replayed_join(at: SocketAddr, room: RoomId, secret: u8) {
    let mut client = Client::connect(at, secret).await;
    let join = client.proof(room, TAG);
    let mut thief = Client::connect(at, secret).await;
    thief.send(&ClientFrame::Join(join.clone())).await;
    refused(&mut thief, refusal::BAD_PROOF).await;
    client.send(&ClientFrame::Join(join)).await;
    assert!(matches!(
        client.next().await,
        Next::Frame(HubFrame::Joined(_))
    ));
}

/// Whoever is not in the room neither sends to it nor hears of it.
async fn stranger(at: SocketAddr, victim: WriterId, secret: u8) {
    let mut client = Client::connect(at, secret).await;
    let parcel = || Parcel {
        peer: victim,
        sealed: vec![0xee; 64].into(),
    };
    for frame in [ClientFrame::Relay(parcel()), ClientFrame::Signal(parcel())] {
        client.send(&frame).await;
        refused(&mut client, refusal::NOT_JOINED).await;
    }
}

async fn clear_letter(at: SocketAddr, room: RoomId) {
    let body = format!(
        r#"{{"room":"{room}","tag":"{TAG}","from":"{TAG}","to":"{TAG}","sealed":"aGVsbG8="}}"#
    );
    let status = http::post(at, "/webrtc/offer", &body).await.status;
    // Too many from one address is a refusal as well.
    assert!([400, 429].contains(&status), "{status}");
}

/// A member of a room of its own who never stops asking.
async fn flood(at: SocketAddr, room: RoomId, secret: u8) {
    let (mut client, _) = Client::join(at, room, secret).await;
    for number in 0..2_000 {
        client.send(&ClientFrame::Ping(number)).await;
    }
    assert!(client.is_heard().await, "paced, not cut off");
}

/// A request that never ends, a byte at a time.
async fn slowloris(at: SocketAddr) {
    let mut socket = TcpStream::connect(at).await.unwrap();
    for byte in b"GET /health HTTP/1.1\r\nx: " {
        if socket.write_all(&[*byte]).await.is_err() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The times that messages from `a` to `b` take, the shortest first.
pub(super) async fn timed(a: &mut Client, b: &mut Client) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in 0..TIMED {
        let text = number.to_be_bytes();
        let start = Instant::now();
        a.relay(b.peer(), &text).await;
        let Next::Frame(HubFrame::Relayed(got)) = b.next().await else {
            panic!("something else came");
        };
        assert_eq!(
            got.sealed.as_slice(),
            text,
            "nothing injected, nothing lost"
        );
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_hub_7_hostile_clients_are_refused_and_another_room_does_not_notice() {
    let hub = hub().await;
    let at = hub.address();
    let (clinic, theirs, own) = (room(at).await, room(at).await, room(at).await);
    let (mut a, _) = Client::join(at, clinic, 1).await;
    let (mut b, _) = Client::join(at, clinic, 2).await;
    let (victim, _) = (b.peer(), b.is_heard().await);
    let (quiet, _) = (timed(&mut a, &mut b).await, ());

    let attack = Attack::default();
    let waves = [
        attack.wave(move |_| bad_upgrade(at)),
        attack.wave(move |secret| oversize(at, secret)),
        attack.wave(move |secret| wrong_room(at, secret)),
        attack.wave(move |secret| replayed_join(at, theirs, secret)),
        attack.wave(move |secret| stranger(at, victim, secret)),
        attack.wave(move |_| clear_letter(at, own)),
        attack.wave(move |secret| flood(at, own, secret)),
        attack.wave(move |_| slowloris(at)),
    ];
    // Under full attack.
    super::until("the attack has begun", async || {
        attack.done.load(Ordering::Relaxed) > 40
    })
    .await;
    let under_attack = timed(&mut a, &mut b).await;
    attack.over.store(true, Ordering::Relaxed);
    for wave in waves {
        let times = soon("the end of a wave", wave).await;
        assert!(times.unwrap() > 0, "every kind of attack has happened");
    }
    let late = under_attack[TIMED * 95 / 100];
    assert!(
        late < FLAT,
        "95 of 100 within {late:?}; before: {:?}",
        quiet[TIMED / 2]
    );
}
