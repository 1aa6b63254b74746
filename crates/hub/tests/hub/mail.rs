//! R-HUB-2 over HTTP (rule H-MAIL).

use super::client::room;
use super::http::{Answer, get, post};
use super::{hub, until};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use corridor_core::limits::MAX_SEALED_SIGNAL_BYTES;
use corridor_core::wire::registry::refusal;
use serde_json::json;
use std::fmt::Display;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const TAG: &str = "7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a";
const A: &str = "000102030405060708090a0b0c0d0e0f";
const B: &str = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

/// Bytes that are no text.
fn sealed(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + 128) as u8).collect()
}

async fn send(hub: SocketAddr, kind: &str, room: impl Display, bytes: &[u8]) -> Answer {
    let letter = json!({
        "room": room.to_string(), "tag": TAG, "from": A, "to": B,
        "sealed": STANDARD.encode(bytes),
    });
    post(hub, &format!("/webrtc/{kind}"), &letter.to_string()).await
}

fn path(kind: &str, room: impl Display, more: &str) -> String {
    format!("/webrtc/{kind}?room={room}&tag={TAG}&to={B}{more}")
}

#[tokio::test]
async fn r_hub_2_offers_and_answers_wait_for_their_recipient() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    for kind in ["offer", "answer"] {
        let longest = sealed(MAX_SEALED_SIGNAL_BYTES);
        let kept = send(at, kind, room, &longest).await;
        assert_eq!(kept.status, 201, "{}", kept.text());
        assert_eq!(kept.json()["expiresIn"], 30 * 60);
        let answer = get(at, &path(kind, room, "")).await.json();
        let letters = answer["letters"].as_array().unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0]["from"], A);
        assert_eq!(letters[0]["sealed"], STANDARD.encode(&longest));
        let after = format!("&after={}", letters[0]["number"]);
        let later = get(at, &path(kind, room, &after)).await.json();
        assert_eq!(later["letters"], json!([]));
    }
    assert_eq!(get(at, "/health").await.json()["letters"], 2);
}

#[tokio::test]
async fn r_hub_2_a_request_that_waits_is_answered_when_the_letter_comes() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let start = Instant::now();
    let waiting = tokio::spawn(async move { get(at, &path("offer", room, "&wait=20")).await });
    until("the request to wait", async || {
        get(at, "/health").await.json()["waiting"] == 1
    })
    .await;
    send(at, "offer", room, &sealed(80)).await;
    let answer = waiting.await.unwrap();
    assert_eq!(answer.json()["letters"][0]["from"], A);
    assert!(start.elapsed() < Duration::from_secs(15), "waited it out");

    let nothing = get(at, &path("answer", room, "&wait=1")).await;
    assert_eq!(
        (nothing.status, nothing.json()["letters"].clone()),
        (200, json!([]))
    );
}

#[tokio::test]
async fn whoever_stops_waiting_is_forgotten_and_a_stop_does_not_wait() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let request = format!(
        "GET {} HTTP/1.1\r\nhost: {at}\r\n\r\n",
        path("offer", room, "&wait=25")
    );
    let mut socket = TcpStream::connect(at).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let waiting = async |count| {
        until("the number of those who wait", async || {
            get(at, "/health").await.json()["waiting"] == count
        })
        .await;
    };
    waiting(1).await;
    drop(socket);
    waiting(0).await;

    let late = tokio::spawn(async move { get(at, &path("offer", room, "&wait=25")).await });
    waiting(1).await;
    assert!(hub.stop().await, "something was cut off");
    assert_eq!(late.await.unwrap().status, 503);
}

#[tokio::test]
async fn letters_in_clear_and_bad_requests_are_problems() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let refused = |answer: Answer, status: u16, code: Option<u16>| {
        assert_eq!(answer.status, status, "{}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.json()["code"].as_u64(), code.map(u64::from));
    };
    let clear = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\n".repeat(9);
    refused(
        send(at, "offer", room, clear.as_bytes()).await,
        400,
        Some(refusal::MALFORMED),
    );
    let too_long = sealed(MAX_SEALED_SIGNAL_BYTES + 1);
    refused(
        send(at, "offer", room, &too_long).await,
        400,
        Some(refusal::MALFORMED),
    );
    refused(send(at, "offer", room, &vec![200; 60_000]).await, 413, None);
    refused(send(at, "pranswer", room, &sealed(80)).await, 404, None);
    refused(get(at, "/webrtc/offer?room=x").await, 400, None);
    let other_tag = path("offer", room, "").replace("tag=7a", "tag=8b");
    send(at, "offer", room, &sealed(80)).await;
    refused(get(at, &other_tag).await, 403, Some(refusal::WRONG_TAG));
}
