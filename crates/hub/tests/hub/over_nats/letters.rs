//! What a hub has answered over HTTP, the others have, although it dies at that moment.

use super::super::client::{TAG, room};
use super::super::{http, soon, until};
use super::{Nats, hubs_seen};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use tokio::process::Child;

/// Posts, and kills the hub as soon as its first bytes are there.
fn post_and_kill(hub: &mut Child, at: SocketAddr, path: &str, body: &str) {
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {at}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let mut socket = TcpStream::connect(at).unwrap();
    socket.set_nodelay(true).unwrap();
    socket.write_all(request.as_bytes()).unwrap();
    let mut status = [0; 12];
    socket.read_exact(&mut status).unwrap();
    hub.start_kill().unwrap();
    assert!(
        [b"HTTP/1.1 201", b"HTTP/1.1 200"].contains(&&status),
        "{status:?}"
    );
}

#[tokio::test]
#[ignore = "needs nats-server"]
async fn what_was_answered_outlives_a_hub_that_dies_at_once() {
    let nats = Nats::start().await;
    let (_other, other_at) = nats.hub().await;
    for round in 0..50_u32 {
        // Dead hubs are remembered for ten seconds, and only so many are listened to.
        until("the dead to be forgotten", async || {
            hubs_seen(other_at).await < 12
        })
        .await;
        let (mut hub, at) = nats.hub().await;
        let room = room(at).await;
        let (path, body, page, shows) = if round % 2 == 0 {
            let sealed = "gICA".repeat(30);
            let letter = format!(
                r#"{{"room":"{room}","tag":"{TAG}","from":"{TAG}","to":"{TAG}","sealed":"{sealed}"}}"#
            );
            let page = format!("/webrtc/offer?room={room}&tag={TAG}&to={TAG}");
            ("/webrtc/offer", letter, page, sealed)
        } else {
            let address = format!("http://192.0.2.7/{round}");
            let entry = format!(
                r#"{{"room":"{room}","tag":"{TAG}","peer":"{TAG}","address":"{address}"}}"#
            );
            let page = format!("/discovery/peers?room={room}&tag={TAG}");
            ("/discovery/register", entry, page, address)
        };
        post_and_kill(&mut hub, at, path, &body);
        soon("the end", hub.wait()).await.unwrap();
        until(&format!("round {round} elsewhere"), async || {
            http::get(other_at, &page).await.text().contains(&shows)
        })
        .await;
    }
}
