//! `GET /ws`: one WebSocket. Bytes go to the broker and come from it; nothing is read into them here.

use super::State;
use super::pace::Pace;
use super::problem::PROBLEM_JSON;
use crate::broker_task::{BrokerHandle, Stopped};
use crate::metrics::Hit;
use crate::outbox::{OutboxReader, Outgoing};
use crate::wire;
use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{self, ConnectInfo};
use axum::response::Response;
use corridor_core::broker::SocketId;
use corridor_core::limits::{HUB_WRITE_PATIENCE, MAX_HUB_FRAME_BYTES};
use futures_util::{FutureExt as _, Sink, SinkExt as _, Stream, StreamExt as _};
use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite;

/// What an idle socket holds ready for reading. A longer message grows it for as long as it takes; the default of 128 KiB
/// would be held by each of thousands of sockets.
const READ_BYTES: usize = 8 * 1024;
/// What is written at once at most, and held for it by a socket that was busy.
const WRITE_BYTES: usize = 16 * 1024;
/// Messages that go to the broker as one.
const TOGETHER: u32 = 32;
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
    bounded(upgrade).on_upgrade(move |socket| run(socket, state, source.ip().to_canonical()))
}

/// With the hub's bounds.
pub(super) fn bounded(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(READ_BYTES)
        .write_buffer_size(WRITE_BYTES)
        .max_message_size(MAX_HUB_FRAME_BYTES)
        .max_frame_size(MAX_HUB_FRAME_BYTES)
}

/// Who is told what a socket says.
pub(super) trait Listener {
    /// Messages that came together, in their order.
    async fn frames(&self, frames: Vec<Bytes>) -> Result<(), Stopped>;
    /// A ping or pong came.
    async fn alive(&self) -> Result<(), Stopped>;
}

struct Connection<'a>(&'a BrokerHandle, SocketId);

impl Listener for Connection<'_> {
    async fn frames(&self, frames: Vec<Bytes>) -> Result<(), Stopped> {
        self.0.frames(self.1, frames).await
    }

    async fn alive(&self) -> Result<(), Stopped> {
        self.0.alive(self.1).await
    }
}

async fn run(socket: WebSocket, state: State, address: IpAddr) {
    let _guard = state.socket_guard();
    let broker = state.broker();
    let Ok((conn, outbox)) = broker.connected(address).await else {
        return;
    };
    tracing::debug!(%conn, "connected");
    let (sink, stream) = socket.split();
    let listener = Connection(broker, conn);
    relay(sink, stream, &state, &listener, outbox).await;
    broker.disconnected(conn).await;
    tracing::debug!(%conn, "disconnected");
}

/// Moves messages both ways until one of the sides has enough.
pub(super) async fn relay<S, R>(
    sink: S,
    stream: R,
    state: &State,
    listener: &impl Listener,
    outbox: OutboxReader,
) where
    S: Sink<Message> + Unpin,
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let (mut sink, mut stream) = (sink, stream);
    let end = {
        let mut writing = pin!(write(&mut sink, outbox));
        tokio::select! {
            end = read(&mut stream, state, listener) => end,
            () = &mut writing => ReadEnd::Hub,
        }
    };
    let code = match end {
        ReadEnd::Hub | ReadEnd::Closed => None,
        ReadEnd::Text => Some(close_code::UNSUPPORTED),
        ReadEnd::TooLong => {
            state.metrics().hit(Hit::MessageSize);
            Some(close_code::SIZE)
        }
        ReadEnd::NotUtf8 => Some(close_code::INVALID),
        ReadEnd::Broken => Some(close_code::PROTOCOL),
    };
    // The close frame, and what came before it, only arrives for certain if the other side's last bytes are
    // read: closing a socket with unread bytes resets it.
    let farewell = async {
        let _ = match code {
            Some(code) => sink.send(close(code)).await,
            // Where the other side closed, the answer waits to be sent.
            None => sink.flush().await,
        };
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
    /// A text message came that is none.
    NotUtf8,
    /// The connection broke, or it does not speak the protocol.
    Broken,
}

async fn read<R>(stream: &mut R, state: &State, listener: &impl Listener) -> ReadEnd
where
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let mut pace = Pace::new(state);
    loop {
        let (heard, end) = hear(stream).await;
        // Not reading on is what slows the sender down: TCP tells it.
        pace.keep(heard.messages, heard.bytes).await;
        let told = if !heard.frames.is_empty() {
            listener.frames(heard.frames).await
        } else if heard.messages > 0 {
            listener.alive().await
        } else {
            Ok(())
        };
        match (told, end) {
            (Err(Stopped), _) => return ReadEnd::Hub,
            (Ok(()), Some(end)) => return end,
            (Ok(()), None) => {}
        }
    }
}

/// Messages that came together.
#[derive(Default)]
struct Heard {
    frames: Vec<Bytes>,
    /// Frames, pings and pongs.
    messages: u32,
    /// Of the frames.
    bytes: usize,
}

/// Waits for a message, and takes those that are there with it: they go to the broker as one.
async fn hear<R>(stream: &mut R) -> (Heard, Option<ReadEnd>)
where
    R: Stream<Item = Result<Message, axum::Error>> + Unpin,
{
    let mut heard = Heard::default();
    let mut next = stream.next().await;
    loop {
        match next {
            Some(Ok(Message::Binary(bytes))) => {
                heard.bytes += bytes.len();
                heard.frames.push(bytes);
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            Some(Ok(Message::Text(_))) => return (heard, Some(ReadEnd::Text)),
            Some(Ok(Message::Close(_))) | None => return (heard, Some(ReadEnd::Closed)),
            Some(Err(error)) => return (heard, Some(broken(error))),
        }
        heard.messages += 1;
        if heard.messages >= TOGETHER || heard.bytes >= MAX_HUB_FRAME_BYTES {
            return (heard, None);
        }
        match stream.next().now_or_never() {
            Some(more) => next = more,
            None => return (heard, None),
        }
    }
}

fn broken(error: axum::Error) -> ReadEnd {
    match error.into_inner().downcast_ref() {
        Some(tungstenite::Error::Capacity(_)) => ReadEnd::TooLong,
        Some(tungstenite::Error::Utf8(_)) => ReadEnd::NotUtf8,
        _ => ReadEnd::Broken,
    }
}

/// Writes what waits together: one call of the system, unless it is more than [`WRITE_BYTES`].
async fn write<S: Sink<Message> + Unpin>(sink: &mut S, mut outbox: OutboxReader) {
    let mut batch = VecDeque::new();
    while outbox.take(&mut batch).await {
        for outgoing in std::mem::take(&mut batch) {
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

/// Most steps end at once and need no timer.
async fn in_time<E>(step: impl Future<Output = Result<(), E>>) -> bool {
    let mut step = pin!(step);
    match step.as_mut().now_or_never() {
        Some(done) => done.is_ok(),
        None => matches!(timeout(HUB_WRITE_PATIENCE, step).await, Ok(Ok(()))),
    }
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
