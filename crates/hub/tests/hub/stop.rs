//! The end of a hub.

use super::client::{Client, Next, room};
use super::{hub, soon};
use corridor_core::limits::HUB_STOP;
use std::time::Instant;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

#[tokio::test]
async fn stopping_closes_sockets_as_going_away() {
    let hub = hub().await;
    let at = hub.address();
    let room = room(at).await;
    let (mut joined, _) = Client::join(at, room, 1).await;
    let mut connected = Client::connect(at, 2).await;

    let stopping = tokio::spawn(hub.stop());
    assert_eq!(joined.next().await, Next::Closed(1001));
    assert_eq!(connected.next().await, Next::Closed(1001));
    assert!(
        soon("the end", stopping).await.unwrap(),
        "something was cut off"
    );
    assert!(
        TcpStream::connect(at).await.is_err(),
        "nobody listens any more"
    );
}

#[tokio::test]
async fn stopping_does_not_wait_for_those_who_never_finish() {
    let hub = hub().await;
    let at = hub.address();
    let mut half = TcpStream::connect(at).await.unwrap();
    half.write_all(b"POST /rooms HTTP/1.1\r\nhost: a\r\ncontent-le")
        .await
        .unwrap();
    let mut deaf = Client::connect(at, 1).await;
    assert!(deaf.is_heard().await);

    let start = Instant::now();
    soon("the end", hub.stop()).await;
    assert!(start.elapsed() < HUB_STOP);
    drop((half, deaf));
}
