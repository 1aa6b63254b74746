//! The WebSocket's frames over plain requests, for networks whose proxy strips upgrades (rule H-POLL).
//!
//! To the broker it is a socket like any other. One task per socket holds what waits to be fetched; whoever
//! lets an answer go unread, or does not come for a while, has lost the socket, as with TCP.

use super::State;
use super::pace::Pace;
use super::problem::{PROBLEM_JSON, Problem};
use crate::outbox::{OutboxReader, Outgoing};
use crate::wire;
use axum::body::Bytes;
use axum::extract::{self, ConnectInfo, Path, Query};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use corridor_core::broker::SocketId;
use corridor_core::limits::{HUB_MAIL_WAIT, HUB_SILENCE};
use corridor_core::wire::batch;
use serde::Deserialize;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as TurnMutex, mpsc, oneshot};
use tokio::time::sleep;
use utoipa::IntoParams;

type Ask = oneshot::Sender<Vec<u8>>;

/// All such sockets, by the secret that whoever opened one holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Polls(Arc<Mutex<BTreeMap<Secret, Poll>>>);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Secret([u8; 16]);

#[derive(Clone, Debug)]
struct Poll {
    conn: SocketId,
    asks: mpsc::Sender<Ask>,
    /// Held while frames are handed over: they keep their order, and their pace.
    turn: Arc<TurnMutex<Pace>>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    fn parse(text: &str) -> Option<Self> {
        // Any 16 bytes read like an id.
        corridor_core::id::RecordId::parse(text).map(|id| Self(id.0))
    }
}

impl Polls {
    fn find(&self, secret: &str) -> Result<Poll, Problem> {
        let polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let poll = Secret::parse(secret).and_then(|secret| polls.get(&secret).cloned());
        poll.ok_or(Problem::SOCKET_GONE)
    }

    fn insert(&self, secret: Secret, poll: Poll) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        polls.insert(secret, poll);
    }

    fn remove(&self, secret: Secret) {
        let mut polls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        polls.remove(&secret);
    }
}

/// Query of `POST /poll/{socket}`.
#[derive(Deserialize, IntoParams, Debug)]
#[into_params(parameter_in = Query)]
pub(super) struct Sending {
    /// Nothing follows: the socket ends.
    #[serde(default)]
    last: bool,
}

/// Opens a socket whose frames travel in requests and answers.
#[utoipa::path(
    post, path = "/poll", tag = "members",
    responses(
        (status = 201, description = "Its address is in `Location`: a secret"),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn open(
    extract::State(state): extract::State<State>,
    ConnectInfo(source): ConnectInfo<SocketAddr>,
) -> Result<(StatusCode, [(HeaderName, String); 1]), Problem> {
    let mut secret = Secret([0; 16]);
    getrandom::fill(&mut secret.0).map_err(|_| Problem::NO_RANDOMNESS)?;
    let address = source.ip().to_canonical();
    let (conn, outbox) = state.broker().connected(address).await?;
    let (asks, asked) = mpsc::channel(1);
    let turn = Arc::new(TurnMutex::new(Pace::new(&state)));
    state.polls().insert(secret, Poll { conn, asks, turn });
    tracing::debug!(%conn, "connected by requests");
    let text = corridor_core::id::RecordId(secret.0).to_string();
    tokio::spawn(async move {
        let _guard = state.socket_guard();
        hold(conn, outbox, asked).await;
        state.polls().remove(secret);
        state.broker().disconnected(conn).await;
        tracing::debug!(%conn, "disconnected");
    });
    Ok((StatusCode::CREATED, [(LOCATION, format!("/poll/{text}"))]))
}

/// Hands over frames: each after its length in four bytes.
#[utoipa::path(
    post, path = "/poll/{socket}", tag = "members", params(("socket" = String, Path), Sending),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 204, description = "Taken"),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn send(
    extract::State(state): extract::State<State>,
    Path(socket): Path<String>,
    Query(sending): Query<Sending>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let poll = state.polls().find(&socket)?;
    let frames = batch::split(&body).map_err(|_| Problem::BAD_BODY)?;
    let mut pace = poll.turn.lock().await;
    for frame in frames {
        pace.keep(1, frame.len()).await;
        let frame = body.slice_ref(frame);
        state.broker().frames(poll.conn, vec![frame]).await?;
    }
    drop(pace);
    if sending.last {
        let secret = Secret::parse(&socket).ok_or(Problem::SOCKET_GONE)?;
        state.polls().remove(secret);
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Fetches frames, and waits for them. An empty answer is a question for a sign of life: ask again.
#[utoipa::path(
    get, path = "/poll/{socket}", tag = "members", params(("socket" = String, Path)),
    responses(
        (status = 200, description = "Frames, each after its length in four bytes", content_type = "application/octet-stream"),
        (status = "default", description = "Refused", body = wire::Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn fetch(
    extract::State(state): extract::State<State>,
    Path(socket): Path<String>,
) -> Result<([(HeaderName, &'static str); 1], Vec<u8>), Problem> {
    let poll = state.polls().find(&socket)?;
    state.broker().alive(poll.conn).await?;
    let (ask, answer) = oneshot::channel();
    // One at a time: a second one at once is no browser of ours.
    poll.asks.try_send(ask).map_err(|_| Problem::SOCKET_GONE)?;
    drop(poll);
    let body = answer.await.map_err(|_| Problem::SOCKET_GONE)?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], body))
}

/// Holds what waits until somebody asks for it, and who asks until there is something.
async fn hold(conn: SocketId, mut outbox: OutboxReader, mut asked: mpsc::Receiver<Ask>) {
    let mut batch = VecDeque::new();
    let mut waiting: Option<Ask> = None;
    let mut ended = false;
    loop {
        let patience = match waiting {
            Some(_) => HUB_MAIL_WAIT,
            None => HUB_SILENCE,
        };
        tokio::select! {
            more = outbox.take(&mut batch), if batch.is_empty() && !ended => ended = !more,
            ask = asked.recv() => match ask {
                Some(ask) => waiting = Some(ask),
                // Nobody can ask any more.
                None => return,
            },
            () = sleep(patience) => match waiting.take() {
                Some(ask) => if ask.send(Vec::new()).is_err() { return },
                None => return,
            },
        }
        if ended && batch.is_empty() {
            return;
        }
        if batch.is_empty() {
            continue;
        }
        if let Some(ask) = waiting.take() {
            let body = body_of(&mut batch, &mut ended);
            if ask.send(body).is_err() {
                tracing::debug!(%conn, "an answer was not waited for");
                return;
            }
        }
    }
}

fn body_of(batch: &mut VecDeque<Outgoing>, ended: &mut bool) -> Vec<u8> {
    let mut body = Vec::new();
    for outgoing in batch.drain(..) {
        match outgoing {
            Outgoing::Frame(frame) => batch::put(&mut body, &frame),
            // Whoever is answered asks again: a sign of life.
            Outgoing::Ping => {}
            Outgoing::Close(_) => *ended = true,
        }
    }
    body
}
