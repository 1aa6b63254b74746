//! Hubs of several machines, joined by [NATS](https://nats.io): one subject for what all hear, and one for each room,
//! subscribed while the room has members here.

use super::{Fanout, Heard, Line, Lost};
use crate::admin::{CredentialsError, read_secret};
use async_nats::{Client, ConnectOptions, Event, Message, Subscriber};
use bytes::Bytes;
use corridor_core::broker::Subject;
use corridor_core::id::RoomId;
use corridor_core::limits::{HUB_FANOUT_QUEUE, HUB_OUTBOX};
use futures_util::future::BoxFuture;
use futures_util::stream::{self, BoxStream, SelectAll};
use futures_util::{FutureExt as _, StreamExt as _};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// What all hubs hear, and with the room's 32 hexadecimal digits behind it, what those of a room do.
const HUBS: &str = "corridor.hubs";
const ROOM: &str = "corridor.room.";
/// Nobody listens to this one.
const READY: &str = "corridor.ready";
/// Messages that the client takes before the queue before it fills: that one counts bytes too.
const CLIENT_QUEUE: usize = 64;
/// Silence after which the server is asked, and taken for gone when it does not answer the second time.
const PING: Duration = Duration::from_secs(2);
/// Longest pause between attempts to reach it again: less than other hubs are patient
/// ([`corridor_core::limits::HUB_BEATS_MISSED`]).
const RETRY: Duration = Duration::from_secs(1);
/// Time to connect.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the server is, and what it asks for. `Debug` does not show secrets.
#[derive(Clone)]
pub struct Server {
    url: String,
    login: Option<Login>,
}

#[derive(Clone)]
enum Login {
    User(String, String),
    Token(String),
}

/// Why NATS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NatsError {
    /// No credentials.
    #[error("no login for NATS: {0}")]
    Login(#[from] CredentialsError),
    /// They belong into a file or the environment, where not everybody on the machine reads them.
    #[error(
        "credentials for NATS do not belong into its URL: give them in a file or in CORRIDOR_NATS_LOGIN"
    )]
    InUrl,
    /// No connection.
    #[error("cannot reach NATS at {0}: {1}")]
    Connect(String, #[source] async_nats::ConnectError),
    /// No subscription.
    #[error("cannot listen to NATS: {0}")]
    Subscribe(#[source] async_nats::SubscribeError),
}

impl Server {
    /// The server at `url`; `login` is `user:password` or a token.
    ///
    /// # Errors
    /// [`NatsError::InUrl`].
    pub fn new(url: &str, login: Option<&str>) -> Result<Self, NatsError> {
        if url.contains('@') {
            return Err(NatsError::InUrl);
        }
        let login = login.map(str::trim).filter(|login| !login.is_empty());
        let login = login.map(|login| match login.split_once(':') {
            Some((user, password)) => Login::User(user.to_owned(), password.to_owned()),
            None => Login::Token(login.to_owned()),
        });
        let url = url.to_owned();
        Ok(Self { url, login })
    }

    /// With what stands in the first line of a file, which not everybody may read.
    ///
    /// # Errors
    /// [`NatsError`].
    pub fn with_login_from(url: &str, file: &Path) -> Result<Self, NatsError> {
        Self::new(url, read_secret(file)?.lines().next())
    }

    /// A connection, which is made anew whenever it breaks.
    ///
    /// # Errors
    /// [`NatsError::Connect`], when the server is not there now.
    pub async fn connect(&self) -> Result<Client, NatsError> {
        let options = ConnectOptions::new()
            .name("corridor-hub")
            .no_echo()
            .ping_interval(PING)
            .connection_timeout(PATIENCE)
            .client_capacity(CLIENT_QUEUE)
            .subscription_capacity(HUB_FANOUT_QUEUE)
            .max_reconnects(None)
            .reconnect_delay_callback(|attempts| {
                let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
                Duration::from_millis(50)
                    .saturating_mul(attempts)
                    .min(RETRY)
            })
            .event_callback(|event| async move { log(&event) });
        let options = match &self.login {
            Some(Login::User(user, password)) => {
                options.user_and_password(user.clone(), password.clone())
            }
            Some(Login::Token(token)) => options.token(token.clone()),
            None => options,
        };
        options
            .connect(&self.url)
            .await
            .map_err(|error| NatsError::Connect(self.url.clone(), error))
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Server({})", self.url)
    }
}

fn log(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        Event::Disconnected => {
            tracing::warn!("NATS cannot be reached: other hubs are out of sight");
        }
        other => tracing::warn!(event = %other, "NATS"),
    }
}

/// A line to all hubs at the same server, or cluster of servers.
///
/// # Errors
/// [`NatsError::Subscribe`].
pub async fn join(client: Client) -> Result<Line, NatsError> {
    let all = client.subscribe(HUBS).await.map_err(NatsError::Subscribe)?;
    round_trip(&client).await;
    let (deliver, heard) = mpsc::channel(HUB_FANOUT_QUEUE);
    let (queue, orders) = mpsc::channel(HUB_FANOUT_QUEUE);
    let shared = Arc::new(Shared::default());
    let worker = Worker {
        client: client.clone(),
        shared: Arc::clone(&shared),
        deliver,
        incoming: stream::select_all([all.boxed()]),
        rooms: BTreeMap::new(),
    };
    tokio::spawn(worker.run(orders));
    let fanout = Box::new(Nats {
        client,
        queue,
        shared,
    });
    Ok(Line { fanout, heard })
}

/// The server takes what comes by one connection in its order: it answers, that nobody answers, after it has taken all
/// subscriptions and messages before.
async fn round_trip(client: &Client) {
    let _ = client.request(READY, Bytes::new()).await;
}

struct Nats {
    client: Client,
    queue: mpsc::Sender<Order>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Bytes in the queue.
    waiting: AtomicUsize,
    /// Rooms to listen to, or no more: one entry per room, so it is bounded as rooms are, and cannot be lost.
    changes: Mutex<BTreeMap<RoomId, bool>>,
}

enum Order {
    Publish(Subject, Bytes),
    /// Tell when the server has all before.
    Settle(oneshot::Sender<()>),
    /// Look what has changed.
    Listen,
}

impl Fanout for Nats {
    fn publish(&self, subject: Subject, bytes: Bytes) -> Result<(), Lost> {
        let weight = bytes.len();
        let before = self.shared.waiting.fetch_add(weight, Ordering::Relaxed);
        let (_, most) = HUB_OUTBOX;
        let order = Order::Publish(subject, bytes);
        if before.saturating_add(weight) > most || self.queue.try_send(order).is_err() {
            self.shared.waiting.fetch_sub(weight, Ordering::Relaxed);
            return Err(Lost);
        }
        Ok(())
    }

    fn listen(&self, room: RoomId, on: bool) {
        let mut changes = self.shared.lock();
        changes.insert(room, on);
        drop(changes);
        // In a full queue something else comes by, before which the changes are looked at too.
        let _ = self.queue.try_send(Order::Listen);
    }

    fn settle(&self) -> BoxFuture<'static, ()> {
        let (tell, told) = oneshot::channel();
        // From a full queue what was published is lost already.
        let _ = self.queue.try_send(Order::Settle(tell));
        told.map(|_| ()).boxed()
    }

    fn is_up(&self) -> bool {
        self.client.connection_state() == async_nats::connection::State::Connected
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<RoomId, bool>> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Owns the subscriptions: what comes in is handed on in the order in which it came, whatever its subject.
struct Worker {
    client: Client,
    shared: Arc<Shared>,
    deliver: mpsc::Sender<Heard>,
    incoming: SelectAll<BoxStream<'static, Message>>,
    /// Dropped, it ends the subscription.
    rooms: BTreeMap<RoomId, oneshot::Sender<()>>,
}

impl Worker {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.carry_out(order).await,
                    // The hub is gone, and takes its place at the server along.
                    None => return,
                },
                Some(message) = self.incoming.next() => {
                    if let Some(subject) = subject_of(&message.subject) {
                        // A broker that does not keep up misses something, and asks for it.
                        let _ = self.deliver.try_send((subject, message.payload));
                    }
                }
            }
        }
    }

    async fn carry_out(&mut self, order: Order) {
        let changes = std::mem::take(&mut *self.shared.lock());
        for (room, on) in changes {
            if !on {
                self.rooms.remove(&room);
            } else if !self.rooms.contains_key(&room) {
                match self.client.subscribe(name_of(Subject::Room(room))).await {
                    Ok(subscriber) => self.listen(room, subscriber),
                    Err(error) => tracing::error!(%error, "a subscription"),
                }
            }
        }
        match order {
            Order::Publish(subject, bytes) => {
                self.shared
                    .waiting
                    .fetch_sub(bytes.len(), Ordering::Relaxed);
                if let Err(error) = self.client.publish(name_of(subject), bytes).await {
                    tracing::debug!(%error, "not published");
                }
            }
            Order::Settle(tell) => {
                let client = self.client.clone();
                tokio::spawn(async move {
                    round_trip(&client).await;
                    let _ = tell.send(());
                });
            }
            Order::Listen => {}
        }
    }

    fn listen(&mut self, room: RoomId, subscriber: Subscriber) {
        let (end, ended) = oneshot::channel();
        self.rooms.insert(room, end);
        let until = ended.map(|_| ());
        self.incoming.push(subscriber.take_until(until).boxed());
    }
}

fn name_of(subject: Subject) -> String {
    match subject {
        Subject::Hubs => HUBS.to_owned(),
        Subject::Room(room) => format!("{ROOM}{}", room.to_string().replace('-', "")),
    }
}

fn subject_of(name: &str) -> Option<Subject> {
    if name == HUBS {
        return Some(Subject::Hubs);
    }
    RoomId::parse(name.strip_prefix(ROOM)?).map(Subject::Room)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn subjects_read_what_they_write() {
        for subject in [Subject::Hubs, Subject::Room(RoomId([0xab; 16]))] {
            assert_eq!(subject_of(&name_of(subject)), Some(subject));
        }
        assert_eq!(subject_of("corridor.room.>"), None);
        assert_eq!(subject_of("other"), None);
    }

    #[test]
    fn secrets_stay_out_of_urls_and_logs() {
        assert!(matches!(
            Server::new("nats://user:MARKER@host", None),
            Err(NatsError::InUrl)
        ));
        let server = Server::new("nats://host", Some("user:MARKER\n")).unwrap();
        assert!(!format!("{server:?}").contains("MARKER"));
        assert!(matches!(&server.login, Some(Login::User(_, password)) if password == "MARKER"));
        let token = Server::new("nats://host", Some("MARKER")).unwrap();
        assert!(matches!(token.login, Some(Login::Token(_))));
    }
}
