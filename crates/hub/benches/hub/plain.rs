//! What the hub is compared with: a chat server as axum's examples write it, a broadcast channel per room.

use axum::Router;
use axum::body::Bytes;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::routing::any;
use axum::serve::ListenerExt as _;
use futures_util::{SinkExt as _, StreamExt as _};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::broadcast;

type Said = (u64, Bytes);

#[derive(Clone, Default)]
struct Rooms {
    rooms: Arc<Mutex<HashMap<u64, broadcast::Sender<Said>>>>,
    next: Arc<AtomicU64>,
}

/// Serves until standard input ends.
pub(crate) async fn serve(port: u16) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let router = Router::new()
        .route("/room/{room}", any(open))
        .with_state(Rooms::default());
    tokio::select! {
        served = async { axum::serve(listener.tap_io(|tcp| tcp.set_nodelay(true).unwrap()), router).await } => served.unwrap(),
        () = super::probe::orphaned() => {}
    }
}

async fn open(
    upgrade: WebSocketUpgrade,
    Path(room): Path<u64>,
    State(rooms): State<Rooms>,
) -> axum::response::Response {
    upgrade.on_upgrade(move |socket| chat(socket, room, rooms))
}

async fn chat(socket: WebSocket, room: u64, rooms: Rooms) {
    let me = rooms.next.fetch_add(1, Ordering::Relaxed);
    let sender = {
        let mut rooms = rooms.rooms.lock().unwrap();
        let room = rooms.entry(room);
        room.or_insert_with(|| broadcast::channel(1024).0).clone()
    };
    let mut receiver = sender.subscribe();
    let (mut sink, mut stream) = socket.split();
    let mut sending = tokio::spawn(async move {
        while let Ok((from, bytes)) = receiver.recv().await {
            if from != me && sink.send(Message::Binary(bytes)).await.is_err() {
                break;
            }
        }
    });
    let mut receiving = tokio::spawn(async move {
        while let Some(Ok(message)) = stream.next().await {
            if let Message::Binary(bytes) = message {
                let _ = sender.send((me, bytes));
            }
        }
    });
    tokio::select! {
        _ = &mut sending => receiving.abort(),
        _ = &mut receiving => sending.abort(),
    }
}
