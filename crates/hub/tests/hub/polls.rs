//! Frames over plain requests (rule H-POLL).

use super::client::{Client, Next, TAG, count, room};
use super::{DEADLINE, http, hub, until};
use corridor_core::id::{RoomId, SessionId};
use corridor_core::key::{self, DeviceKey};
use corridor_core::wire;
use corridor_core::wire::batch;
use corridor_core::wire::hub::{ClientFrame, HubFrame, Join, Parcel};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Instant;

/// A member without a WebSocket.
struct Poller {
    hub: SocketAddr,
    path: String,
    got: VecDeque<HubFrame>,
    device: DeviceKey,
}

impl Poller {
    async fn connect(hub: SocketAddr, secret: u8) -> Self {
        let answer = http::send(hub, "POST /poll", &[], "").await;
        assert_eq!(answer.status, 201);
        Self {
            hub,
            path: answer.header("location").to_owned(),
            got: VecDeque::new(),
            device: DeviceKey::new([secret; 32], 0),
        }
    }

    async fn join(hub: SocketAddr, room: RoomId, secret: u8) -> Self {
        let mut poller = Self::connect(hub, secret).await;
        let HubFrame::Challenge(nonce) = poller.next().await else {
            panic!("not challenged");
        };
        let session = SessionId(u64::from(secret));
        let join = Join {
            version: wire::VERSION,
            room,
            tag: TAG,
            peer: poller.device.writer(),
            session,
            public_key: poller.device.public(),
            slot: 0,
            proof: poller
                .device
                .sign(&key::join_message(&nonce, room, TAG, session)),
            resume: false,
        };
        assert_eq!(poller.send(&[ClientFrame::Join(join)], "").await, 204);
        assert!(matches!(poller.next().await, HubFrame::Joined(_)));
        poller
    }

    async fn send(&self, frames: &[ClientFrame], query: &str) -> u16 {
        let mut body = Vec::new();
        for frame in frames {
            batch::put(&mut body, &frame.encode());
        }
        let line = format!("POST {}{query}", self.path);
        http::send_bytes(self.hub, &line, &[], &body).await.status
    }

    async fn next(&mut self) -> HubFrame {
        let start = Instant::now();
        loop {
            if let Some(frame) = self.got.pop_front() {
                return frame;
            }
            assert!(start.elapsed() < DEADLINE, "no frame");
            let answer = http::get(self.hub, &self.path).await;
            assert_eq!(answer.status, 200);
            for frame in batch::split(&answer.body).unwrap() {
                self.got.push_back(HubFrame::decode(frame).unwrap());
            }
        }
    }
}

fn parcel(to: &DeviceKey, sealed: &[u8]) -> ClientFrame {
    ClientFrame::Relay(Parcel {
        peer: to.writer(),
        sealed: sealed.to_vec().into(),
    })
}

#[tokio::test]
async fn r_hub_3_a_member_without_a_websocket_gets_and_sends_like_one_with() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let mut a = Poller::join(at, room, 1).await;
    let (mut b, joined) = Client::join(at, room, 2).await;
    assert_eq!(joined.members.len(), 1);
    assert!(matches!(a.next().await, HubFrame::Arrived(member) if member == b.member()));

    b.relay(a.device.writer(), b"sealed for a").await;
    let HubFrame::Relayed(got) = a.next().await else {
        panic!("not relayed");
    };
    assert_eq!(
        (got.peer, got.sealed.as_slice()),
        (b.peer(), &b"sealed for a"[..])
    );
    // Several in one request arrive one by one and in order.
    let to = DeviceKey::new([2; 32], 0);
    let frames = [
        parcel(&to, b"one"),
        parcel(&to, b"two"),
        parcel(&to, b"three"),
    ];
    assert_eq!(a.send(&frames, "").await, 204);
    for text in ["one", "two", "three"] {
        let Next::Frame(HubFrame::Relayed(got)) = b.next().await else {
            panic!("not relayed");
        };
        assert_eq!(got.sealed.as_slice(), text.as_bytes());
    }

    // The last word counts, and then the seat is free.
    assert_eq!(a.send(&[parcel(&to, b"goodbye")], "?last=true").await, 204);
    assert!(matches!(b.next().await, Next::Frame(HubFrame::Relayed(_))));
    assert!(matches!(b.next().await, Next::Frame(HubFrame::Departed(_))));
    assert_eq!(http::get(at, &a.path).await.status, 410);
    assert_eq!(a.send(&[], "").await, 410);
}

#[tokio::test]
async fn whoever_does_not_come_for_its_frames_is_given_up() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let _a = Poller::join(at, room, 1).await;
    let (mut b, _) = Client::join(at, room, 2).await;
    assert!(matches!(b.next().await, Next::Frame(HubFrame::Departed(_))));
    until("one connection", async || {
        count(at, "connections").await == 1
    })
    .await;
}

#[tokio::test]
async fn bad_requests_are_problems_and_strangers_get_nothing() {
    let hub = hub().await;
    let at = hub.address();
    let a = Poller::connect(at, 1).await;
    let post = format!("POST {}", a.path);
    assert_eq!(
        http::send_bytes(at, &post, &[], &[0, 0, 0, 9, 1])
            .await
            .status,
        400
    );
    let long = vec![0; corridor_core::limits::HUB_POLL_BODY_BYTES + 1];
    assert_eq!(http::send_bytes(at, &post, &[], &long).await.status, 413);
    let foreign = ["origin: http://evil.example"];
    assert_eq!(http::send_bytes(at, &post, &foreign, &[]).await.status, 403);
    for path in ["/poll/00000000000000000000000000000000", "/poll/x"] {
        assert_eq!(http::get(at, path).await.status, 410, "{path}");
    }
    // What is no frame ends its own socket, as on a WebSocket.
    let mut garbage = Vec::new();
    batch::put(&mut garbage, b"garbage");
    assert_eq!(http::send_bytes(at, &post, &[], &garbage).await.status, 204);
    let gone = async || {
        let status = http::get(at, &a.path).await.status;
        assert!([200, 410].contains(&status), "{status}");
        status == 410
    };
    until("the end", gone).await;
}
