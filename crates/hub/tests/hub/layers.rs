//! L2: a layer that is off takes its routes with it, and says so to whoever asks.

use super::client::{Client, Next, open};
use super::http::{get, post, send};
use super::settings;
use corridor_core::id::RoomId;
use corridor_core::wire::hub::{ClientFrame, HubFrame, Parcel};
use corridor_core::wire::registry::refusal;
use corridor_hub::{Hub, Settings};
use std::net::SocketAddr;
use tokio_tungstenite::tungstenite::Error;

async fn hub(layers: &str) -> Hub {
    let settings = Settings {
        layers: layers.parse().unwrap(),
        ..settings()
    };
    Hub::start(settings).await.unwrap()
}

/// The paths of `/openapi.json`.
async fn paths(hub: SocketAddr) -> Vec<String> {
    let document = get(hub, "/openapi.json").await.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap();
    paths.keys().cloned().collect()
}

async fn is_off(hub: SocketAddr, line: &str) {
    let answer = send(hub, line, &[], "").await;
    assert_eq!(answer.status, 404, "{line}");
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.json()["code"], refusal::LAYER_OFF, "{line}");
}

#[tokio::test]
async fn the_phone_book_alone_answers_r_hub_1_and_nothing_else() {
    let hub = hub("phonebook").await;
    let at = hub.address();
    assert_eq!(
        paths(at).await,
        [
            "/discovery/peers",
            "/discovery/register",
            "/health",
            "/rooms"
        ]
    );
    for line in ["GET /ws", "POST /webrtc/offer", "GET /webrtc/answer?room=x"] {
        is_off(at, line).await;
    }
    match open(at, &[]).await {
        Err(Error::Http(response)) => assert_eq!(response.status(), 404),
        other => panic!("{other:?}"),
    }
    let room = send(at, "POST /rooms", &[], "").await.json()["room"].clone();
    let tag = "7a".repeat(16);
    let entry = format!(r#"{{"room":{room},"tag":"{tag}","peer":"{tag}","address":"here"}}"#);
    assert_eq!(post(at, "/discovery/register", &entry).await.status, 200);
    let room = room.as_str().unwrap();
    let page = get(at, &format!("/discovery/peers?room={room}&tag={tag}")).await;
    assert_eq!(page.json()["peers"][0]["address"], "here");
}

#[tokio::test]
async fn without_the_phone_book_its_routes_are_gone() {
    let hub = hub("handshake,relay").await;
    let at = hub.address();
    assert_eq!(
        paths(at).await,
        [
            "/health",
            "/poll",
            "/poll/{socket}",
            "/webrtc/{kind}",
            "/ws"
        ]
    );
    for line in [
        "POST /rooms",
        "POST /discovery/register",
        "GET /discovery/peers?room=x&tag=y",
    ] {
        is_off(at, line).await;
    }
    let mut client = Client::connect(at, 1).await;
    assert!(client.is_heard().await);
}

#[tokio::test]
async fn without_the_relay_a_member_is_told() {
    let hub = hub("handshake").await;
    let mut client = Client::connect(hub.address(), 1).await;
    let mut join = client.proof(RoomId([9; 16]), super::client::TAG);
    join.resume = true;
    client.send(&ClientFrame::Join(join)).await;
    assert!(matches!(
        client.next().await,
        Next::Frame(HubFrame::Joined(_))
    ));
    let refused = Next::Frame(HubFrame::Refused(refusal::LAYER_OFF));
    client.relay(client.peer(), b"sealed").await;
    assert_eq!(client.next().await, refused);
    let nobody = Parcel {
        peer: Default::default(),
        sealed: vec![1].into(),
    };
    client.send(&ClientFrame::Signal(nobody.clone())).await;
    let undelivered = Next::Frame(HubFrame::Undelivered(nobody.peer));
    assert_eq!(client.next().await, undelivered);
}

/// The echo route is for WebSocket test suites; what is shipped has nothing there.
#[tokio::test]
async fn there_is_no_echo() {
    let hub = hub("phonebook,handshake,relay").await;
    let headers = [
        "upgrade: websocket",
        "connection: upgrade",
        "sec-websocket-version: 13",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let echo = send(hub.address(), "GET /echo", &headers, "").await;
    let nothing = send(hub.address(), "GET /nothing", &headers, "").await;
    assert_eq!(nothing.status, 404);
    assert_eq!((echo.status, echo.body), (nothing.status, nothing.body));
}
