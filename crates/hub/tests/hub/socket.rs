//! Rules H-*: the WebSocket from outside.

use super::client::{Client, Next, TAG, count, open, room};
use super::{hub, until};
use corridor_core::id::{RoomId, RoomTag};
use corridor_core::limits::{HUB_OUTBOX, HUB_PING, MAX_HUB_FRAME_BYTES, MAX_PACKET_BYTES};
use corridor_core::wire::hub::{ClientFrame, HubFrame, Parcel};
use corridor_core::wire::registry::refusal;
use std::time::Instant;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

#[tokio::test]
async fn h_relay_carries_sealed_bytes_between_two_members() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (mut a, joined) = Client::join(hub.address(), room, 1).await;
    assert_eq!(joined.members, []);
    assert_eq!(
        joined.ice,
        [format!("stun:?:{}", hub.stun().unwrap().port())]
    );
    let (mut b, joined) = Client::join(hub.address(), room, 2).await;
    assert_eq!(joined.members, [a.member()]);
    assert_eq!(a.next().await, Next::Frame(HubFrame::Arrived(b.member())));

    let longest = vec![0x5e; MAX_PACKET_BYTES];
    a.relay(b.peer(), &longest).await;
    let from_a = Parcel {
        peer: a.peer(),
        sealed: longest.into(),
    };
    assert_eq!(b.next().await, Next::Frame(HubFrame::Relayed(from_a)));
    let offer = Parcel {
        peer: a.peer(),
        sealed: b"offer".to_vec().into(),
    };
    b.send(&ClientFrame::Signal(offer)).await;
    let from_b = Parcel {
        peer: b.peer(),
        sealed: b"offer".to_vec().into(),
    };
    assert_eq!(a.next().await, Next::Frame(HubFrame::Signal(from_b)));

    drop(b);
    assert!(matches!(a.next().await, Next::Frame(HubFrame::Departed(_))));
}

#[tokio::test]
async fn h_join_is_refused_to_strangers() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (mut member, _) = Client::join(hub.address(), room, 1).await;
    let mut stranger = Client::connect(hub.address(), 2).await;
    let refused = |code| Next::Frame(HubFrame::Refused(code));

    stranger.relay(member.peer(), b"let me in").await;
    assert_eq!(stranger.next().await, refused(refusal::NOT_JOINED));
    let wrong_tag = stranger.proof(room, RoomTag([1; 16]));
    stranger.send(&ClientFrame::Join(wrong_tag)).await;
    assert_eq!(stranger.next().await, refused(refusal::WRONG_TAG));
    let no_room = stranger.proof(RoomId([1; 16]), TAG);
    stranger.send(&ClientFrame::Join(no_room)).await;
    assert_eq!(stranger.next().await, refused(refusal::UNKNOWN_ROOM));
    let mut forged = stranger.proof(room, TAG);
    forged.peer = member.peer();
    stranger.send(&ClientFrame::Join(forged)).await;
    assert_eq!(stranger.next().await, refused(refusal::BAD_PROOF));

    member.relay(stranger.peer(), b"to nobody").await;
    let undelivered = Next::Frame(HubFrame::Undelivered(stranger.peer()));
    assert_eq!(
        member.next().await,
        undelivered,
        "and nothing of the stranger came before"
    );
}

#[tokio::test]
async fn h_join_of_a_newer_run_replaces_the_older() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (mut older, _) = Client::join(hub.address(), room, 1).await;
    let (mut newer, joined) = Client::join(hub.address(), room, 1).await;
    assert_eq!(joined.members, [], "one does not meet oneself");
    assert_eq!(
        older.next().await,
        Next::Frame(HubFrame::Refused(refusal::REPLACED))
    );
    assert_eq!(older.next().await, Next::Closed(4000 + refusal::REPLACED));
    assert!(newer.is_heard().await);
}

#[tokio::test]
async fn bad_input_ends_its_own_socket_only() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (mut witness, _) = Client::join(hub.address(), room, 1).await;

    let mut malformed = Client::connect(hub.address(), 2).await;
    malformed.send_message(Message::binary(vec![0xff; 9])).await;
    assert_eq!(
        malformed.next().await,
        Next::Frame(HubFrame::Refused(refusal::MALFORMED))
    );
    assert_eq!(
        malformed.next().await,
        Next::Closed(4000 + refusal::MALFORMED)
    );

    let mut chatty = Client::connect(hub.address(), 2).await;
    chatty.send_message(Message::text("hello")).await;
    assert_eq!(chatty.next().await, Next::Closed(1003));

    let mut huge = Client::connect(hub.address(), 2).await;
    huge.send_message(Message::binary(vec![0; MAX_HUB_FRAME_BYTES + 1]))
        .await;
    assert_eq!(huge.next().await, Next::Closed(1009));

    assert!(witness.is_heard().await);
    until("only the witness being left", async || {
        count(hub.address(), "connections").await == 1
    })
    .await;
}

/// RFC 6455 §5.5.1: otherwise a browser reports an unclean end.
#[tokio::test]
async fn a_close_frame_is_answered() {
    let hub = hub().await;
    let mut client = Client::connect(hub.address(), 1).await;
    let normal = CloseFrame {
        code: CloseCode::Normal,
        reason: Utf8Bytes::default(),
    };
    client.send_message(Message::Close(Some(normal))).await;
    assert_eq!(client.next().await, Next::Closed(1000));
}

#[tokio::test]
async fn a_reader_that_stops_reading_is_dropped_at_the_stated_bound() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (slow, _) = Client::join(hub.address(), room, 1).await;
    let (mut sender, _) = Client::join(hub.address(), room, 2).await;
    let packet = vec![0; MAX_PACKET_BYTES];
    // What the hub keeps, and what the system's own socket buffers can hold at the very most.
    let enough = (HUB_OUTBOX.1 + 16 * 1024 * 1024) / packet.len();
    for _ in 0..enough {
        sender.relay(slow.peer(), &packet).await;
        if count(hub.address(), "members").await == 1 {
            break;
        }
    }
    assert!(sender.is_heard().await);
    assert_eq!(count(hub.address(), "members").await, 1);
    drop(slow);
}

#[tokio::test]
async fn pages_of_other_origins_are_turned_away() {
    let hub = hub().await;
    let own = format!("http://{}", hub.address());
    assert!(open(hub.address(), &[("origin", &own)]).await.is_ok());
    for origin in ["http://evil.example", "null"] {
        match open(hub.address(), &[("origin", origin)]).await {
            Err(Error::Http(response)) => assert_eq!(response.status(), 403),
            other => panic!("{origin}: {other:?}"),
        }
    }
    // As `trunk serve` forwards it.
    let proxied = [
        ("host", "127.0.0.1"),
        ("origin", "http://localhost:8080"),
        ("x-forwarded-host", "localhost:8080"),
    ];
    assert!(open(hub.address(), &proxied).await.is_ok());
}

#[tokio::test]
async fn r_hub_6_health_is_what_is_connected_now() {
    let hub = hub().await;
    let room = room(hub.address()).await;
    let (a, _) = Client::join(hub.address(), room, 1).await;
    let (mut b, _) = Client::join(hub.address(), room, 2).await;
    let c = Client::connect(hub.address(), 3).await;
    for (name, expected) in [("connections", 3), ("members", 2), ("rooms", 1)] {
        assert_eq!(count(hub.address(), name).await, expected, "{name}");
    }
    let start = Instant::now();
    drop(a);
    drop(c);
    b.send(&ClientFrame::Leave).await;
    until("everyone being gone", async || {
        count(hub.address(), "connections").await == 1 && count(hub.address(), "members").await == 0
    })
    .await;
    b.socket.close(None).await.unwrap();
    until("the last socket being gone", async || {
        count(hub.address(), "connections").await == 0
    })
    .await;
    let took = start.elapsed();
    assert!(
        took < HUB_PING,
        "noticed by its silence only, after {took:?}"
    );
}
