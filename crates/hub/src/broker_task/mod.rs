//! The one task that owns the [`Broker`]. Everyone else has a [`BrokerHandle`]: a bounded inbox.

mod task;

use crate::StartError;
use crate::clock::Clock;
use crate::fanout::{Heard, Line};
use crate::metrics::Metrics;
use crate::outbox::{Outbox, OutboxReader, outbox};
use crate::shelf::{ArchiveThread, Opened};
use bytes::Bytes;
use corridor_core::broker::{
    Archived, Broker, BrokerConfig, Mail, MailQuery, News, PollId, Refusal, SocketId,
};
use corridor_core::limits;
use corridor_core::time::Now;
use futures_util::future::BoxFuture;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use task::BrokerTask;
use tokio::sync::{mpsc, oneshot};

/// A question to the broker, run where the broker lives.
type Call = Box<dyn FnOnce(&mut Broker, Now) + Send>;
/// Takes the answer to a request for mail.
type MailReply = oneshot::Sender<Result<Vec<Mail>, Refusal>>;

enum Request {
    Connected(SocketId, IpAddr, Outbox),
    Frames(SocketId, Vec<Bytes>),
    Alive(SocketId),
    Disconnected(SocketId),
    Poll(PollId, IpAddr, MailQuery, Duration, MailReply),
    Abandoned(PollId),
    Archived(Vec<Archived>),
    News(Vec<News>),
    Heard(Heard),
    Call(Call),
    Settle(oneshot::Sender<BoxFuture<'static, ()>>),
    Stop,
}

/// The broker is gone: the hub is stopping.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the hub is stopping")]
pub struct Stopped;

/// Talks to the broker's task.
#[derive(Clone, Debug)]
pub struct BrokerHandle {
    inbox: mpsc::Sender<Request>,
    /// The next id of a socket or a poll.
    ids: Arc<AtomicU64>,
}

impl BrokerHandle {
    /// Starts the task. It ends when the last handle is dropped. Hubs at the other ends of `line` serve the same rooms.
    ///
    /// # Errors
    /// When the system starts no thread for the shelf.
    pub(crate) fn start(
        config: BrokerConfig,
        metrics: Metrics,
        shelf: Option<Opened>,
        line: Option<Line>,
    ) -> Result<Self, StartError> {
        let (inbox, requests) = mpsc::channel(limits::HUB_INBOX);
        let clock = Clock::start();
        let mut broker = Broker::new(config);
        let archive = match shelf {
            Some(shelf) => {
                broker.adopt_shelf(clock.now(), shelf.index);
                if let Some(news) = shelf.news {
                    tokio::spawn(pass_on(news, inbox.downgrade(), Request::News));
                }
                // Weak: the thread must not keep the task alive.
                let inbox = inbox.downgrade();
                let done = move |answers| {
                    let inbox = inbox.upgrade();
                    inbox.is_some_and(|inbox| {
                        inbox.blocking_send(Request::Archived(answers)).is_ok()
                    })
                };
                Some(ArchiveThread::start(shelf.archive, done).map_err(StartError::ShelfTask)?)
            }
            None => None,
        };
        let fanout = line.map(|Line { fanout, heard }| {
            tokio::spawn(pass_on(heard, inbox.downgrade(), Request::Heard));
            fanout
        });
        let task = BrokerTask::new(broker, (archive, fanout), clock, metrics);
        tokio::spawn(task.run(requests));
        Ok(Self {
            inbox,
            ids: Arc::default(),
        })
    }

    /// Asks the broker something.
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Broker, Now) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Call(Box::new(move |broker, now| {
            let _ = reply.send(question(broker, now));
        })))
        .await?;
        answer.await.map_err(|_| Stopped)
    }

    /// As [`BrokerHandle::ask`] for what other hubs are told of: when it answers, the server between the hubs has that, so
    /// that it outlives this process. A server that is away is waited for no longer than [`limits::HUB_SETTLE`].
    ///
    /// # Errors
    /// [`Stopped`].
    pub async fn change<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Broker, Now) -> T + Send + 'static,
    ) -> Result<T, Stopped> {
        let answer = self.ask(question).await?;
        let (tell, told) = oneshot::channel();
        self.send(Request::Settle(tell)).await?;
        if let Ok(settled) = told.await {
            let _ = tokio::time::timeout(limits::HUB_SETTLE, settled).await;
        }
        Ok(answer)
    }

    /// Asks for mail and waits for it. A caller that goes away while waiting is forgotten.
    pub(crate) async fn mail(
        &self,
        address: IpAddr,
        query: MailQuery,
        wait: Duration,
    ) -> Result<Result<Vec<Mail>, Refusal>, Stopped> {
        let poll = PollId(self.ids.fetch_add(1, Ordering::Relaxed));
        let (reply, answer) = oneshot::channel();
        let waiting = Waiting { broker: self, poll };
        self.send(Request::Poll(poll, address, query, wait, reply))
            .await?;
        let mail = answer.await.map_err(|_| Stopped)?;
        std::mem::drop(waiting);
        Ok(mail)
    }

    /// Closes every socket and takes no more.
    pub async fn stop(&self) {
        let _ = self.send(Request::Stop).await;
    }

    pub(crate) async fn connected(
        &self,
        address: IpAddr,
    ) -> Result<(SocketId, OutboxReader), Stopped> {
        let conn = SocketId(self.ids.fetch_add(1, Ordering::Relaxed));
        let (sender, reader) = outbox(limits::HUB_OUTBOX);
        self.send(Request::Connected(conn, address, sender)).await?;
        Ok((conn, reader))
    }

    /// Hands over messages that came together, in their order.
    pub(crate) async fn frames(&self, conn: SocketId, frames: Vec<Bytes>) -> Result<(), Stopped> {
        self.send(Request::Frames(conn, frames)).await
    }

    pub(crate) async fn alive(&self, conn: SocketId) -> Result<(), Stopped> {
        self.send(Request::Alive(conn)).await
    }

    pub(crate) async fn disconnected(&self, conn: SocketId) {
        let _ = self.send(Request::Disconnected(conn)).await;
    }

    async fn send(&self, request: Request) -> Result<(), Stopped> {
        self.inbox.send(request).await.map_err(|_| Stopped)
    }
}

/// Tells the broker when whoever waits for mail is gone.
struct Waiting<'a> {
    broker: &'a BrokerHandle,
    poll: PollId,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // With a full inbox the poll stays until its time is over, which is soon.
        let _ = self.broker.inbox.try_send(Request::Abandoned(self.poll));
    }
}

/// What other hubs say, and what a shared shelf tells, goes the way of everything else. Weak: this must not keep the task
/// alive.
async fn pass_on<T>(
    mut told: mpsc::Receiver<T>,
    inbox: mpsc::WeakSender<Request>,
    request: fn(T) -> Request,
) {
    while let Some(one) = told.recv().await {
        let Some(inbox) = inbox.upgrade() else { return };
        if inbox.send(request(one)).await.is_err() {
            return;
        }
    }
}
