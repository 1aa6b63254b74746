//! The loop: what came in goes to the broker, and what the broker commands is carried out.

use super::{MailReply, Request};
use crate::clock::Clock;
use crate::fanout::Fanout;
use crate::metrics::{Hit, Metrics};
use crate::outbox::{Outbox, Outgoing, Overrun};
use crate::shelf::ArchiveThread;
use bytes::Bytes;
use corridor_core::broker::{
    ArchiveError, ArchiveJob, Archived, Broker, BrokerCommand, BrokerInput, CloseReason, PollId,
    Refusal, Report, SocketId, Subject,
};
use corridor_core::time::Mono;
use corridor_core::wire::registry::refusal;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// "Going away" (RFC 6455 §7.4.1): the hub stops.
const GOING_AWAY: u16 = 1001;
/// Requests that are taken before the writers are woken.
const BATCH: usize = 256;
/// Private close codes (RFC 6455 §7.4.2) are this plus a refusal code of the registry.
const PRIVATE: u16 = 4000;

/// The broker, and what its commands are carried out with.
pub(super) struct BrokerTask {
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
    /// A task for `broker`, with what keeps its shelf and joins it to other hubs, if anything does.
    pub(super) fn new(
        broker: Broker,
        (archive, fanout): (Option<ArchiveThread>, Option<Box<dyn Fanout>>),
        clock: Clock,
        metrics: Metrics,
    ) -> Self {
        Self {
            broker,
            archive,
            fanout,
            clock,
            sockets: BTreeMap::new(),
            touched: Vec::new(),
            polls: BTreeMap::new(),
            metrics,
            stopping: false,
        }
    }

    /// Takes requests until nobody is left to make any.
    pub(super) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
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
