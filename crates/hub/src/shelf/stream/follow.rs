//! Reads the stream in its order, from any place, and goes on there whatever happens to the connection.

use super::{StreamError, StreamShelf, message};
use async_nats::HeaderMap;
use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy};
use corridor_core::broker::{News, RecordMeta};
use corridor_core::id::{RecordId, RoomId};
use futures_util::StreamExt as _;
use futures_util::stream::ReadyChunks;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc;

/// Messages that the server sends at once, and that are handed on together: some hundred kilobytes of headers.
const TOGETHER: usize = 256;
/// The server is asked for more this often, and in between says this often that it is there.
const ASK: Duration = Duration::from_secs(20);
const BEAT: Duration = Duration::from_secs(1);
/// A reader that nobody reads with is forgotten by the server after this.
const UNUSED: Duration = Duration::from_secs(30);
/// Pause before the stream is read anew.
const RETRY: Duration = Duration::from_millis(250);

/// One reading, which ends with the connection.
struct Reader {
    messages: ReadyChunks<pull::Stream>,
    /// The number of the message read last, of all that this reader was sent.
    read: u64,
    /// Messages that the server has for it still.
    pending: u64,
}

impl Reader {
    async fn start(shelf: &StreamShelf, after: u64) -> Result<Self, StreamError> {
        let deliver_policy = match after {
            0 => DeliverPolicy::All,
            _ => DeliverPolicy::ByStartSequence {
                start_sequence: after + 1,
            },
        };
        let config = pull::Config {
            deliver_policy,
            ack_policy: AckPolicy::None,
            headers_only: true,
            inactive_threshold: UNUSED,
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = shelf.stream.create_consumer(config);
        let consumer = consumer.await.map_err(StreamError::broken)?;
        let pending = consumer.cached_info().num_pending;
        let messages = consumer.stream();
        let messages = messages
            .max_messages_per_batch(TOGETHER)
            .expires(ASK)
            .heartbeat(BEAT)
            .messages();
        let messages = messages.await.map_err(StreamError::broken)?;
        Ok(Self {
            messages: messages.ready_chunks(TOGETHER),
            read: 0,
            pending,
        })
    }

    /// What comes next, and through which number of the stream that is.
    async fn next(&mut self) -> Result<(Vec<News>, u64), StreamError> {
        let ended = || StreamError::Broken("no more messages".to_owned());
        let messages = self.messages.next().await.ok_or_else(ended)?;
        let (mut news, mut through) = (Vec::with_capacity(messages.len()), 0);
        let none = HeaderMap::new();
        for message in messages {
            let message = message.map_err(StreamError::broken)?;
            let info = message.info().map_err(StreamError::broken)?;
            if info.consumer_sequence != self.read + 1 {
                return Err(StreamError::Broken("a message was missed".to_owned()));
            }
            self.read += 1;
            self.pending = info.pending;
            through = info.stream_sequence;
            let headers = message.headers.as_ref().unwrap_or(&none);
            let length = message.payload.len();
            news.extend(message::read(&message.subject, headers, through, length));
        }
        Ok((news, through))
    }
}

/// All that is kept now, and through which number.
pub(super) async fn load(shelf: &StreamShelf) -> Result<(Vec<RecordMeta>, u64), StreamError> {
    let mut reader = Reader::start(shelf, 0).await?;
    let mut names: BTreeMap<(RoomId, RecordId), RecordMeta> = BTreeMap::new();
    let mut through = 0;
    while reader.pending > 0 {
        let (news, number) = reader.next().await?;
        through = number;
        for one in news {
            match one {
                News::Kept(meta) => {
                    names.insert((meta.room, meta.id), meta);
                }
                News::Gone(key) => {
                    names.remove(&(key.room, key.id));
                }
                News::Lost => {}
            }
        }
    }
    let mut metas: Vec<RecordMeta> = names.into_values().collect();
    metas.sort_by_key(|meta| (meta.room, meta.number));
    Ok((metas, through))
}

/// Tells what is new, for as long as anybody listens.
pub(super) struct Follower {
    pub(super) shelf: StreamShelf,
    /// What tells the stream from any other.
    pub(super) mark: String,
    /// Told through this number.
    pub(super) through: u64,
    pub(super) tell: mpsc::Sender<Vec<News>>,
}

impl Follower {
    pub(super) async fn run(mut self) {
        let tell = self.tell.clone();
        loop {
            tokio::select! {
                () = tell.closed() => return,
                Err(error) = self.follow() => tracing::debug!(%error, "the shelf's stream"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    async fn follow(&mut self) -> Result<(), StreamError> {
        self.look_for_losses().await?;
        let mut reader = Reader::start(&self.shelf, self.through).await?;
        loop {
            let (news, through) = reader.next().await?;
            self.say(news).await;
            self.through = through;
        }
    }

    /// A server that came back without its disk, or with an old one, begins to count anew.
    async fn look_for_losses(&mut self) -> Result<(), StreamError> {
        let (mark, last) = self.shelf.look().await?;
        if mark != self.mark || last < self.through {
            tracing::warn!("NATS has lost the shelf, or the newest of it: browsers store again");
            self.say(vec![News::Lost]).await;
            (self.mark, self.through) = (mark, 0);
        }
        Ok(())
    }

    async fn say(&self, news: Vec<News>) {
        if !news.is_empty() {
            // Nobody listens: `run` ends.
            let _ = self.tell.send(news).await;
        }
    }
}
