//! The one task that owns the [`Broker`]. Everyone else has a [`BrokerHandle`]: a bounded inbox.

use crate::StartError;
use crate::clock::Clock;
use crate::fanout::{Fanout, Heard, Line};
use crate::metrics::{Hit, Metrics};
use crate::outbox::{Outbox, OutboxReader, Outgoing, Overrun, outbox};
use crate::shelf::{ArchiveThread, Opened};
use bytes::Bytes;
use corridor_core::broker::{
    ArchiveError, ArchiveJob, Archived, Broker, BrokerCommand, BrokerConfig, BrokerInput,
    CloseReason, Mail, MailQuery, News, PollId, Refusal, Report, SocketId, Subject,
};
use corridor_core::limits;
use corridor_core::time::{Mono, Now};
use corridor_core::wire::registry::refusal;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// "Going away" (RFC 6455 §7.4.1): the hub stops.
const GOING_AWAY: u16 = 1001;
/// Requests that are taken before the writers are woken.
const BATCH: usize = 256;
/// Private close codes (RFC 6455 §7.4.2) are this plus a refusal code of the registry.
const PRIVATE: u16 = 4000;

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
        let task = BrokerTask {
            broker,
            archive,
            fanout,
            clock,
            sockets: BTreeMap::new(),
            touched: Vec::new(),
            polls: BTreeMap::new(),
            metrics,
            stopping: false,
        };
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

struct BrokerTask {
    broker: Broker,
    archive: Option<ArchiveThread>,
    fanout: Option<Box<dyn Fanout>>,
    clock: Clock,
    sockets: BTreeMap<SocketId, Outbox>,
    /// Sockets whose writers are to be woken.
    touched: Vec<SocketId>,
    polls: BTreeMap<PollId, MailReply>,
    metrics: Metrics,
    stopping: bool,
}

impl BrokerTask {
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let deadline = self.broker.next_wake().map(|(at, _)| at);
            tokio::select! {
                biased;
                count = requests.recv_many(&mut batch, 1) => if count == 0 { return },
                () = self.sleep(deadline) => self.drive(BrokerInput::Wake),
            }
            // Whoever has something to read now reads it first: what goes to one socket then leaves together.
            tokio::task::yield_now().await;
            while batch.len() < BATCH
                && let Ok(request) = requests.try_recv()
            {
                batch.push(request);
            }
            batch.drain(..).for_each(|request| self.take(request));
            self.wake_writers();
        }
    }

    fn wake_writers(&mut self) {
        for conn in self.touched.drain(..) {
            if let Some(outbox) = self.sockets.get(&conn) {
                outbox.wake();
            }
        }
    }

    async fn sleep(&self, deadline: Option<Mono>) {
        match deadline {
            Some(at) => tokio::time::sleep_until(self.clock.instant(at)).await,
            None => std::future::pending().await,
        }
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Connected(conn, address, outbox) => {
                if self.stopping {
                    outbox.close(GOING_AWAY);
                    return;
                }
                self.sockets.insert(conn, outbox);
                self.drive(BrokerInput::Connected { conn, address });
            }
            Request::Frames(conn, frames) => {
                for bytes in &frames {
                    self.metrics.received(bytes.len());
                    self.drive(BrokerInput::Frame { conn, bytes });
                }
            }
            Request::Alive(conn) => self.drive(BrokerInput::Alive { conn }),
            Request::Disconnected(conn) => {
                self.sockets.remove(&conn);
                self.drive(BrokerInput::Disconnected { conn });
            }
            Request::Poll(poll, address, query, wait, reply) => {
                if !self.stopping {
                    self.polls.insert(poll, reply);
                    self.drive(BrokerInput::Poll {
                        poll,
                        address,
                        query,
                        wait,
                    });
                }
            }
            Request::Abandoned(poll) => {
                if self.polls.remove(&poll).is_some() {
                    self.drive(BrokerInput::Abandoned { poll });
                }
            }
            Request::Archived(answers) => {
                answers.into_iter().for_each(|answer| self.archived(answer));
            }
            Request::News(news) => self.drive(BrokerInput::News(&news)),
            Request::Heard((subject, bytes)) => {
                self.metrics.heard(bytes.len());
                self.drive(BrokerInput::Heard {
                    subject,
                    bytes: &bytes,
                });
            }
            Request::Call(call) => {
                call(&mut self.broker, self.clock.now());
                self.carry_out();
            }
            Request::Settle(tell) => {
                if let Some(fanout) = &self.fanout {
                    let _ = tell.send(fanout.settle());
                }
            }
            Request::Stop => {
                self.stopping = true;
                self.polls.clear();
                for outbox in std::mem::take(&mut self.sockets).into_values() {
                    outbox.close(GOING_AWAY);
                }
            }
        }
    }

    fn archived(&mut self, (ticket, result): Archived) {
        let result = result.as_ref().map_err(|error| *error);
        self.drive(BrokerInput::Archived { ticket, result });
    }

    fn drive(&mut self, input: BrokerInput<'_>) {
        self.broker.handle(self.clock.now(), input);
        self.carry_out();
    }

    /// Drains the broker. A socket that takes no more is then reported as gone, which may ask for more.
    fn carry_out(&mut self) {
        let mut dropped = Vec::new();
        loop {
            while let Some(command) = self.broker.poll_command() {
                dropped.extend(self.perform(command));
            }
            let Some(conn) = dropped.pop() else { return };
            let gone = BrokerInput::Disconnected { conn };
            self.broker.handle(self.clock.now(), gone);
        }
    }

    /// What the archive takes no part in any more is answered here.
    fn ask_archive(&mut self, job: ArchiveJob) {
        let refused = match &self.archive {
            Some(archive) => archive.ask(job),
            None => Some((job.ticket, Err(ArchiveError::Disk))),
        };
        if let Some((ticket, result)) = refused {
            let result = result.as_ref().map_err(|error| *error);
            self.broker
                .handle(self.clock.now(), BrokerInput::Archived { ticket, result });
        }
    }

    /// Carries out one command. Answers a socket that had to be dropped.
    fn perform(&mut self, command: BrokerCommand) -> Option<SocketId> {
        match command {
            BrokerCommand::Send { conn, bytes } => {
                self.metrics.sent(bytes.len());
                return self.push(conn, Outgoing::Frame(Bytes::from_owner(bytes)));
            }
            BrokerCommand::Ping { conn } => return self.push(conn, Outgoing::Ping),
            BrokerCommand::Close { conn, reason } => {
                if let Some(outbox) = self.sockets.remove(&conn) {
                    outbox.close(close_code(reason));
                }
            }
            BrokerCommand::Answer { poll, mail } => {
                if let Some(reply) = self.polls.remove(&poll) {
                    let _ = reply.send(mail);
                }
            }
            BrokerCommand::Archive(job) => self.ask_archive(job),
            BrokerCommand::Publish { subject, bytes } => self.publish(subject, bytes),
            BrokerCommand::Listen { room, on } => {
                if let Some(fanout) = &self.fanout {
                    fanout.listen(room, on);
                }
            }
            BrokerCommand::Report(report) => log(report),
        }
        None
    }

    fn publish(&mut self, subject: Subject, bytes: Arc<[u8]>) {
        let Some(fanout) = &self.fanout else { return };
        self.metrics.told(bytes.len());
        if fanout.publish(subject, Bytes::from_owner(bytes)).is_err() {
            self.metrics.hit(Hit::Fanout);
        }
    }

    fn push(&mut self, conn: SocketId, outgoing: Outgoing) -> Option<SocketId> {
        match self.sockets.get(&conn)?.push(outgoing) {
            Ok(wake) => {
                if wake {
                    self.touched.push(conn);
                }
                return None;
            }
            Err(Overrun) => self.sockets.remove(&conn),
        };
        self.metrics.hit(Hit::SlowReader);
        tracing::warn!(%conn, "dropped: it reads too slowly");
        Some(conn)
    }
}

fn close_code(reason: CloseReason) -> u16 {
    match reason {
        CloseReason::Full => PRIVATE + refusal::FULL,
        CloseReason::Replaced => PRIVATE + refusal::REPLACED,
        CloseReason::Malformed => PRIVATE + refusal::MALFORMED,
        CloseReason::Silent => PRIVATE,
        CloseReason::LayerOff => PRIVATE + refusal::LAYER_OFF,
    }
}

fn log(report: Report) {
    match report {
        Report::RoomOpened(room) => tracing::info!(%room, "room opened"),
        Report::RoomEnded(room) => tracing::info!(%room, "room ended"),
        Report::Joined(room, peer) => tracing::info!(%room, peer = peer.short(), "joined"),
        Report::Left(room, peer) => tracing::info!(%room, peer = peer.short(), "left"),
        Report::Replaced(room, peer) => {
            tracing::info!(%room, peer = peer.short(), "replaced by a newer connection");
        }
        Report::HubFound(hub) => tracing::info!(hub = hub.0, "another hub serves these rooms"),
        Report::HubLost(hub) => tracing::warn!(hub = hub.0, "another hub is gone, or out of sight"),
        Report::Refused(conn, Refusal::Full) => {
            tracing::warn!(%conn, "refused: a limit is reached");
        }
        Report::Refused(conn, refusal) => tracing::debug!(%conn, %refusal, "refused"),
    }
}
