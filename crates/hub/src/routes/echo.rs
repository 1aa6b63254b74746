//! `GET /echo`, with the feature `echo` only: says back what it hears, so that WebSocket test suites can be pointed at
//! the hub's own way of reading and writing, with its bounds.

use super::State;
use super::socket::{Listener, bounded, relay};
use crate::broker_task::Stopped;
use crate::outbox::{Outbox, Outgoing, outbox};
use axum::body::Bytes;
use axum::extract;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use corridor_core::limits::HUB_OUTBOX;
use futures_util::{SinkExt as _, StreamExt as _};
use std::future::ready;

/// The hub refuses text. Here it passes as binary, with its kind behind the last byte.
const TEXT: u8 = b't';
const BINARY: u8 = b'b';

pub(super) async fn open(
    extract::State(state): extract::State<State>,
    upgrade: WebSocketUpgrade,
) -> Response {
    bounded(upgrade).on_upgrade(move |socket| run(socket, state))
}

async fn run(socket: WebSocket, state: State) {
    let (outbox, reader) = outbox(HUB_OUTBOX);
    let (sink, stream) = socket.split();
    let sink = sink.with(|message| ready(Ok::<_, axum::Error>(unmarked(message))));
    let stream = stream.map(|message| message.map(marked));
    relay(sink, stream, &state, &Echo(outbox), reader).await;
}

struct Echo(Outbox);

impl Listener for Echo {
    async fn frames(&self, frames: Vec<Bytes>) -> Result<(), Stopped> {
        for frame in frames {
            self.0.push(Outgoing::Frame(frame)).map_err(|_| Stopped)?;
        }
        self.0.wake();
        Ok(())
    }

    async fn alive(&self) -> Result<(), Stopped> {
        Ok(())
    }
}

fn marked(message: Message) -> Message {
    let mark = |bytes: &[u8], kind| Message::Binary([bytes, &[kind]].concat().into());
    match message {
        Message::Text(text) => mark(text.as_bytes(), TEXT),
        Message::Binary(bytes) => mark(&bytes, BINARY),
        other => other,
    }
}

fn unmarked(message: Message) -> Message {
    let Message::Binary(mut bytes) = message else {
        return message;
    };
    let kind = bytes.split_off(bytes.len().saturating_sub(1));
    match Utf8Bytes::try_from(bytes.clone()) {
        Ok(text) if kind.as_ref() == [TEXT] => Message::Text(text),
        _ => Message::Binary(bytes),
    }
}
