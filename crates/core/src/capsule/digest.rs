//! A short digest of what a node asked for: which outputs, about whom, how long, when it wants to be woken, and
//! every log line. Not the texts and ciphertexts themselves, which differ in a replay.

use crate::id::{OpId, WriterId};
use crate::node::{Changes, Done, HubOp, Output, RtcOp, SdpKind, Wake};
use crate::store::Key;

/// FNV-1a, folded to 32 bits: it finds differences; nobody has a reason to forge one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    #[expect(clippy::cast_possible_truncation, reason = "folded on purpose")]
    pub(super) fn value(self) -> u32 {
        (self.0 ^ (self.0 >> 32)) as u32
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn number(&mut self, number: u64) {
        self.bytes(&number.to_le_bytes());
    }

    fn length(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
    }

    fn text(&mut self, text: &str) {
        self.length(text.as_bytes());
        self.bytes(text.as_bytes());
    }

    fn op(&mut self, id: OpId) {
        self.bytes(&id.writer.0);
        self.number(id.seq);
    }

    fn key(&mut self, key: &Key) {
        let (kind, writer, seq) = match key {
            Key::Op(_, writer, seq) => (1, writer, *seq),
            Key::Draft(_, writer, seq) => (2, writer, *seq),
            Key::Memory(_, writer) => (3, writer, 0),
            Key::Block(_, writer, first, last) => (4 + (*last << 8), writer, *first),
        };
        self.number(kind);
        self.op(OpId {
            writer: *writer,
            seq,
        });
    }

    pub(super) fn output(&mut self, output: &Output) {
        match output {
            Output::Save(ticket, records) => {
                self.number(1);
                self.number(ticket.0);
                for (key, bytes) in records {
                    self.key(key);
                    self.length(bytes);
                }
            }
            Output::Remove(keys) => {
                self.number(2);
                keys.iter().for_each(|key| self.key(key));
            }
            Output::Hub(HubOp::Open) => self.number(3),
            Output::Hub(HubOp::Close) => self.number(4),
            Output::Hub(HubOp::Send(bytes)) => {
                self.number(5);
                self.length(bytes);
            }
            Output::Rtc { conn, peer, op } => {
                self.number(6);
                self.number(conn.0);
                self.bytes(&peer.0);
                self.rtc(op);
            }
            Output::View(changes) => {
                self.number(7);
                self.changes(changes);
            }
            Output::Done(ticket, result) => {
                self.number(8);
                self.number(ticket.0);
                match result {
                    Ok(done) => self.done(done),
                    Err(error) => self.text(&error.to_string()),
                }
            }
            Output::Hub(HubOp::Look(servers)) => {
                self.number(10);
                servers
                    .servers
                    .iter()
                    .for_each(|server| self.text(&server.url));
            }
            Output::Log(line) => {
                self.number(9);
                self.bytes(&line.peer.unwrap_or_default().0);
                self.text(&line.text);
            }
        }
    }

    fn rtc(&mut self, op: &RtcOp) {
        match op {
            RtcOp::Create(config) => {
                self.number(1);
                config
                    .servers
                    .iter()
                    .for_each(|server| self.text(&server.url));
            }
            RtcOp::Configure(config) => {
                self.number(10);
                config
                    .servers
                    .iter()
                    .for_each(|server| self.text(&server.url));
            }
            RtcOp::Offer { restart } => self.number(2 + u64::from(*restart)),
            RtcOp::SetRemote(description) => {
                self.number(4 + u64::from(description.kind == SdpKind::Answer));
                self.length(description.sdp.as_bytes());
            }
            RtcOp::AddCandidate(candidate) => {
                self.number(6);
                self.text(&candidate.candidate);
            }
            RtcOp::Send(bytes) => {
                self.number(7);
                self.length(bytes);
            }
            RtcOp::Close => self.number(8),
            RtcOp::TellDrained => self.number(9),
        }
    }

    fn changes(&mut self, changes: &Changes) {
        for flag in [changes.room, changes.people, changes.links, changes.lost] {
            self.number(u64::from(flag));
        }
        changes.tasks.iter().for_each(|task| self.bytes(&task.0));
        changes.messages.iter().for_each(|id| self.op(*id));
    }

    fn done(&mut self, done: &Done) {
        match done {
            Done::Ok => self.number(1),
            Done::Task(id) => self.bytes(&id.0),
            Done::Tasks(ids) => ids.iter().for_each(|id| self.bytes(&id.0)),
            Done::Message(id) => self.op(*id),
            Done::Probed(results) => {
                for result in results {
                    let WriterId(peer) = result.peer;
                    self.bytes(&peer);
                    self.number(result.direct_ms.unwrap_or(u64::MAX));
                    self.number(result.relay_ms.unwrap_or(u64::MAX));
                }
            }
            Done::Invite(text) => self.length(text.expose().as_bytes()),
            Done::Reply(peer, text) => {
                self.bytes(&peer.0);
                self.length(text.expose().as_bytes());
            }
            Done::Linked(peer) => self.bytes(&peer.0),
            Done::Diagnosed(answer) => self.number(answer.diagnosis.cause as u64),
        }
    }

    pub(super) fn wake(&mut self, wake: Option<Wake>) {
        if let Some(wake) = wake {
            self.number(wake.at.0);
            self.text(&wake.reason);
        }
    }
}
