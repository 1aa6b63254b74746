//! `GET /ws`: one WebSocket. Bytes go to the broker and come from it; nothing is read into them here.

use super::State;
use super::pace::Pace;
use super::problem::PROBLEM_JSON;
use crate::broker_task::Stopped;
use crate::metrics::Hit;
use crate::outbox::{OutboxReader, Outgoing};
use crate::wire;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{self, ConnectInfo};
use axum::response::Response;
use corridor_core::broker::SocketId;
use corridor_core::limits::{HUB_WRITE_PATIENCE, MAX_HUB_FRAME_BYTES};
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

/// What an idle socket holds ready for reading. A longer message grows it for as long as it takes; the default of 128 KiB
/// would be held by each of thousands of sockets.
const READ_BYTES: usize = 8 * 1024;
/// How long the other side may take to answer a close frame.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// Opens the WebSocket of handshake and relay: binary messages, one frame each.
#[utoipa::path(
    get, path = "/ws", tag = "members",
    responses(
        (status = 101, description = "Frames follow"),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn open(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .read_buffer_size(READ_BYTES)
        .max_message_size(MAX_HUB_FRAME_BYTES)
        .max_frame_size(MAX_HUB_FRAME_BYTES)
        .on_upgrade(move |socket| run(socket, state, source.ip().to_canonical()))
}

async fn run(socket: WebSocket, state: State, address: IpAddr) {
    let _guard = state.socket_guard();
    let broker = state.broker();
    let Ok((conn, outbox)) = broker.connected(address).await else {
        return;
    };
    tracing::debug!(%conn, "connected");
    let (sink, stream) = socket.split();
    relay(sink, stream, &state, conn, outbox).await;
    broker.disconnected(conn).await;
    tracing::debug!(%conn, "disconnected");
}

/// Moves messages both ways until one of the sides has enough.
async fn relay<S, R>(sink: S, stream: R, state: &State, conn: SocketId, outbox: OutboxReader)
where
    S: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let (mut sink, mut stream) = (sink, stream);
    let end = {
        let mut writing = pin!(write(&mut sink, outbox));
        tokio::select! {
            end = read(&mut stream, state, conn) => end,
            () = &mut writing => ReadEnd::Hub,
        }
    };
    let code = match end {
        ReadEnd::Hub => None,
        ReadEnd::Closed => return,
        ReadEnd::Text => Some(close_code::UNSUPPORTED),
        ReadEnd::TooLong => {
            state.metrics().hit(Hit::MessageSize);
            Some(close_code::SIZE)
        }
        ReadEnd::Broken => Some(close_code::PROTOCOL),
    };
    // The close frame, and what came before it, only arrives for certain if the other side's last bytes are
    // read: closing a socket with unread bytes resets it.
    let farewell = async {
        if let Some(code) = code {
            let _ = sink.send(close(code)).await;
        }
        while let Some(Ok(_)) = stream.next().await {}
    };
    let _ = timeout(CLOSE_PATIENCE, farewell).await;
}

/// Why no more is read.
enum ReadEnd {
    /// The hub has said its last word.
    Hub,
    /// The other side closed.
    Closed,
    /// A text message came; frames are binary.
    Text,
    /// A message beyond [`MAX_HUB_FRAME_BYTES`] came.
    TooLong,
    /// The connection broke, or it does not speak the protocol.
    Broken,
}

async fn read<R>(stream: &mut R, state: &State, conn: SocketId) -> ReadEnd
where
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let broker = state.broker();
    let mut pace = Pace::new(state);
    loop {
        let heard = match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                // Not reading on is what slows the sender down: TCP tells it.
                pace.keep(bytes.len()).await;
                broker.frame(conn, bytes).await
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                pace.keep(0).await;
                broker.alive(conn).await
            }
            Some(Ok(Message::Text(_))) => return ReadEnd::Text,
            Some(Ok(Message::Close(_))) | None => return ReadEnd::Closed,
            Some(Err(error)) => return broken(error),
        };
        if heard == Err(Stopped) {
            return ReadEnd::Hub;
        }
    }
}

fn broken(error: axum::Error) -> ReadEnd {
    match error.into_inner().downcast_ref() {
        Some(tungstenite::Error::Capacity(_)) => ReadEnd::TooLong,
        _ => ReadEnd::Broken,
    }
}

async fn write<S: Sink<Message> + Unpin>(sink: &mut S, mut outbox: OutboxReader) {
    let mut batch = Vec::new();
    while outbox.take(&mut batch).await {
        for outgoing in batch.drain(..) {
            let last = matches!(outgoing, Outgoing::Close(_));
            if !in_time(sink.feed(message(outgoing))).await {
                return;
            }
            if last {
                in_time(sink.flush()).await;
                return;
            }
        }
        if !in_time(sink.flush()).await {
            return;
        }
    }
    // The broker dropped this socket without a word: it was too slow to take one.
    in_time(sink.send(close(close_code::POLICY))).await;
}

async fn in_time<E>(step: impl Future<Output = Result<(), E>>) -> bool {
    matches!(timeout(HUB_WRITE_PATIENCE, step).await, Ok(Ok(())))
}

fn message(outgoing: Outgoing) -> Message {
    match outgoing {
        Outgoing::Frame(bytes) => Message::Binary(bytes),
        Outgoing::Ping => Message::Ping(Bytes::new()),
        Outgoing::Close(code) => close(code),
    }
}

fn close(code: u16) -> Message {
    Message::Close(Some(CloseFrame {
        code,
        reason: Utf8Bytes::default(),
    }))
}
