//! The archive that hubs share: a stream of [NATS JetStream](https://docs.nats.io/nats-concepts/jetstream). A record's
//! number is that of its message, so all hubs hear of records in the order of their numbers.

mod error;
mod follow;
mod message;

pub use error::StreamError;

use super::Opened;
use async_nats::jetstream::Context;
use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::context::{
    ContextBuilder, CreateStreamErrorKind, GetStreamErrorKind, PublishAckFuture, PublishError,
    PublishErrorKind, RequestError, RequestErrorKind,
};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, LastRawMessageErrorKind, StorageType, Stream,
};
use async_nats::{Client, header};
use bytes::Bytes;
use corridor_core::broker::{Archive, ArchiveError, BrokerLimits, Change, News, RecordMeta};
use corridor_core::id::{RecordId, RoomId};
use corridor_core::limits::SHELF_PATIENCE;
use error::is_off;
use follow::Follower;
use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

const NAME: &str = "corridor-shelf";
/// News that wait for the broker, each some hundred: beyond, the server keeps them.
const WAITING: usize = 4;
/// Time for the server to do what waited together: browsers ask again after a second more.
const PATIENCE: Duration = SHELF_PATIENCE.saturating_sub(Duration::from_secs(1));
/// Hubs that replace one record at the same moment: one of them wins, and the others see its record.
const TRIES: usize = 4;

/// The stream. Clones use the same one.
#[derive(Clone)]
pub struct StreamShelf {
    client: Client,
    context: Context,
    stream: Stream<()>,
    /// How to make the stream again, for who may.
    config: Option<Config>,
    runtime: Handle,
}

impl fmt::Debug for StreamShelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StreamShelf")
    }
}

impl StreamShelf {
    /// The stream of the server, made if need be, with these bounds, and so many copies among servers of a cluster.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn open(
        client: Client,
        replicas: usize,
        limits: &BrokerLimits,
    ) -> Result<Self, StreamError> {
        let config = Config {
            name: NAME.to_owned(),
            subjects: vec![message::SUBJECTS.to_owned()],
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            max_messages_per_subject: 1,
            max_messages: -1,
            max_consumers: -1,
            max_bytes: i64::try_from(limits.shelf_bytes).unwrap_or(i64::MAX),
            max_age: limits.shelf_ttl,
            num_replicas: replicas,
            ..Config::default()
        };
        let shelf = Self::with(client, Some(config)).await?;
        shelf.make().await?;
        Ok(shelf)
    }

    /// The stream that hubs have made.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn find(client: Client) -> Result<Self, StreamError> {
        let shelf = Self::with(client, None).await?;
        let found = shelf.found().await?;
        found.map(|_| shelf).ok_or(StreamError::NoShelf)
    }

    /// Whether the server could keep a shelf.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn check(client: Client) -> Result<(), StreamError> {
        let shelf = Self::with(client, None).await?;
        shelf.found().await.map(|_| ())
    }

    async fn with(client: Client, config: Option<Config>) -> Result<Self, StreamError> {
        let context = ContextBuilder::new()
            .timeout(PATIENCE)
            .build(client.clone());
        let stream = context.get_stream_no_info(NAME).await;
        Ok(Self {
            stream: stream.map_err(StreamError::broken)?,
            client,
            context,
            config,
            runtime: Handle::current(),
        })
    }

    /// Makes the stream, or gives the one that is there these bounds. Its description tells it from any made later: when it
    /// was made, some servers tell anew after each start.
    async fn make(&self) -> Result<(), StreamError> {
        let Some(mut config) = self.config.clone() else {
            return Err(StreamError::NoShelf);
        };
        let mut mark = [0; 16];
        getrandom::fill(&mut mark).map_err(StreamError::broken)?;
        let mark = format!("sealed records of Corridor, {}", RecordId(mark));
        loop {
            let there = self.found().await?;
            let is_there = there.is_some();
            config.description = Some(there.map_or_else(|| mark.clone(), |(mark, _)| mark));
            let made = self.context.create_or_update_stream(config.clone()).await;
            return match made.map_err(|error| error.kind()) {
                Ok(_) => Ok(()),
                Err(CreateStreamErrorKind::JetStream(why)) => {
                    // Another hub made it meanwhile.
                    if !is_there && self.found().await?.is_some() {
                        continue;
                    }
                    Err(StreamError::Refused(why.to_string()))
                }
                Err(other) => Err(StreamError::broken(other)),
            };
        }
    }

    /// What tells the stream from any other, and its last number, if there is one.
    async fn found(&self) -> Result<Option<(String, u64)>, StreamError> {
        let error = match self.context.get_stream(NAME).await {
            Ok(found) => {
                let info = found.cached_info();
                let mark = info.config.description.clone().unwrap_or_default();
                return Ok(Some((mark, info.state.last_sequence)));
            }
            Err(error) => error,
        };
        let request = error.source().and_then(<dyn Error>::downcast_ref);
        let unheard = request.map(RequestError::kind) == Some(RequestErrorKind::NoResponders);
        match error.kind() {
            GetStreamErrorKind::JetStream(why) => match why.error_code() {
                ErrorCode::STREAM_NOT_FOUND => Ok(None),
                code if is_off(code) => Err(StreamError::NoJetStream),
                _ => Err(StreamError::Refused(why.to_string())),
            },
            _ if unheard => Err(StreamError::NoJetStream),
            _ => Err(StreamError::broken(error)),
        }
    }

    /// The same. A stream that is not there any more is made again.
    async fn look(&self) -> Result<(String, u64), StreamError> {
        match self.found().await? {
            Some(found) => Ok(found),
            None => {
                self.make().await?;
                Err(StreamError::Broken("the stream was gone".to_owned()))
            }
        }
    }

    /// What is kept now, and what is told from then on.
    ///
    /// # Errors
    /// [`StreamError`].
    pub async fn follow(self) -> Result<Opened, StreamError> {
        let (mark, _) = self.look().await?;
        let (index, through) = follow::load(&self).await?;
        let (tell, news) = mpsc::channel(WAITING);
        let follower = Follower {
            shelf: self.clone(),
            mark,
            through,
            tell,
        };
        self.runtime.spawn(follower.run());
        Ok(Opened {
            archive: Box::new(self),
            index,
            news: Some(news),
        })
    }

    fn is_up(&self) -> Result<(), ArchiveError> {
        let up = self.client.connection_state() == async_nats::connection::State::Connected;
        up.then_some(()).ok_or(ArchiveError::Away)
    }

    /// Runs `work` where the connection is served, and waits for it. Not to be called from there.
    fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, ArchiveError>> + Send + 'static,
    ) -> Result<T, ArchiveError> {
        let (reply, answer) = oneshot::channel();
        self.runtime.spawn(async move {
            let _ = reply.send(work.await);
        });
        // A runtime that ends drops what it runs.
        answer.blocking_recv().unwrap_or(Err(ArchiveError::Away))
    }

    /// Sends all, then waits for all: the server works on them together.
    async fn make_changes(
        &self,
        changes: &[Change],
    ) -> Result<Vec<Result<u64, ArchiveError>>, ArchiveError> {
        self.is_up()?;
        let until = Instant::now() + PATIENCE;
        let mut sent = Vec::with_capacity(changes.len());
        for change in changes {
            let first = match change {
                Change::Keep(..) => 0,
                Change::Drop(key) => key.number,
            };
            sent.push(timeout_at(until, self.send(change, first)).await);
        }
        let mut answers = Vec::with_capacity(changes.len());
        for (change, ack) in changes.iter().zip(sent) {
            let done = async {
                let ack = ack.map_err(|_| ArchiveError::Away)?;
                self.finish(change, ack).await
            };
            let done = timeout_at(until, done).await;
            answers.push(done.unwrap_or(Err(ArchiveError::Away)));
        }
        Ok(answers)
    }

    /// Sends a change, for when the last message of its subject has the number `after`, or there is none for 0.
    async fn send(&self, change: &Change, after: u64) -> Result<PublishAckFuture, PublishError> {
        let (subject, mut headers, bytes) = match change {
            Change::Keep(meta, sealed) => (
                message::subject(meta.room, meta.id),
                message::about(meta),
                Bytes::from_owner(std::sync::Arc::clone(sealed)),
            ),
            Change::Drop(key) => (
                message::subject(key.room, key.id),
                message::gone(),
                Bytes::new(),
            ),
        };
        headers.insert(
            header::NATS_EXPECTED_LAST_SUBJECT_SEQUENCE,
            after.to_string(),
        );
        self.context
            .publish_with_headers(subject, headers, bytes)
            .await
    }

    /// Waits for the answer to a change, and finds out what is there when it is not what was expected.
    async fn finish(
        &self,
        change: &Change,
        sent: Result<PublishAckFuture, PublishError>,
    ) -> Result<u64, ArchiveError> {
        let mut sent = sent;
        for _ in 0..TRIES {
            let acknowledged = match sent {
                Ok(ack) => ack.await,
                Err(error) => Err(error),
            };
            match (acknowledged, change) {
                (Ok(_), Change::Drop(key)) => return Ok(key.number),
                (Ok(ack), Change::Keep(..)) => return Ok(ack.sequence),
                (Err(error), _) if error.kind() != PublishErrorKind::WrongLastSequence => {
                    return Err(why(&error));
                }
                // It is gone already, or something newer is in its place.
                (Err(_), Change::Drop(key)) => return Ok(key.number),
                (Err(_), Change::Keep(meta, _)) => match self.last(meta).await? {
                    Last::Record(number) => return Ok(number),
                    Last::Other(number) => sent = self.send(change, number).await,
                },
            }
        }
        Err(ArchiveError::Busy)
    }

    /// What the stream has in a record's place.
    async fn last(&self, meta: &RecordMeta) -> Result<Last, ArchiveError> {
        let subject = message::subject(meta.room, meta.id);
        match self.stream.get_last_raw_message_by_subject(&subject).await {
            Ok(found) => {
                let (number, length) = (found.sequence, found.payload.len());
                Ok(
                    match message::read(&subject, &found.headers, number, length) {
                        Some(News::Kept(kept)) if kept.expires.0 > now() => Last::Record(number),
                        _ => Last::Other(number),
                    },
                )
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => {
                Ok(Last::Other(0))
            }
            Err(_) => Err(ArchiveError::Away),
        }
    }

    async fn fetch(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        self.is_up()?;
        match self.stream.get_raw_message(number).await {
            Ok(found) => {
                let length = found.payload.len();
                let news = message::read(&found.subject, &found.headers, number, length);
                let is_it = matches!(news, Some(News::Kept(meta)) if meta.room == room);
                Ok(is_it.then(|| found.payload.to_vec()))
            }
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(_) => Err(ArchiveError::Away),
        }
    }
}

/// See [`StreamShelf::last`].
enum Last {
    /// A record that is not too old.
    Record(u64),
    /// Something else with this number, or nothing.
    Other(u64),
}

impl Archive for StreamShelf {
    fn index(&self) -> Result<Vec<RecordMeta>, ArchiveError> {
        let shelf = self.clone();
        self.wait(async move {
            let loaded = follow::load(&shelf).await;
            loaded.map(|(metas, _)| metas).map_err(|error| {
                tracing::warn!(%error, "the shelf cannot be listed");
                ArchiveError::Away
            })
        })
    }

    fn apply(&mut self, changes: &[Change]) -> Vec<Result<u64, ArchiveError>> {
        let (shelf, wanted) = (self.clone(), changes.to_vec());
        let made = self.wait(async move { shelf.make_changes(&wanted).await });
        made.unwrap_or_else(|error| vec![Err(error); changes.len()])
    }

    fn read(&self, room: RoomId, number: u64) -> Result<Option<Vec<u8>>, ArchiveError> {
        let shelf = self.clone();
        self.wait(async move { shelf.fetch(room, number).await })
    }
}

/// A stream that is full says so in its answer; all else is no answer.
fn why(error: &PublishError) -> ArchiveError {
    tracing::warn!(%error, "a record is not with NATS");
    match error.kind() {
        PublishErrorKind::Other | PublishErrorKind::MaxPayloadExceeded => ArchiveError::Disk,
        _ => ArchiveError::Away,
    }
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
