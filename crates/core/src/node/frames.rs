//! The debug log of frames: a bounded ring of what passed, shown as envelopes (PRODUCT.md).
//!
//! Operations are named, not copied; their envelope is made from the log when somebody looks.

use super::Node;
use super::peer::Route;
use super::view::{Envelope, FrameView};
use crate::id::{OpId, PeerId, Seq, WriterId};
use crate::limits;
use crate::model::Body;
use crate::redact::Private;
use crate::time::{Now, Wall};
use crate::wire::VERSION;
use crate::wire::op as op_wire;
use crate::wire::peer::PeerFrame;
use std::collections::VecDeque;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Direction {
    In,
    Out,
}

#[derive(Debug, Default)]
pub(super) struct FrameLog {
    records: VecDeque<Record>,
    count: u64,
}

#[derive(Clone, Debug)]
struct Record {
    number: u64,
    at: Wall,
    direction: Direction,
    peer: PeerId,
    route: Route,
    /// The peers between.
    via: Vec<PeerId>,
    what: What,
    retry: u32,
}

#[derive(Clone, Debug)]
enum What {
    Op(OpId),
    Frame(&'static str),
}

impl FrameLog {
    fn push(&mut self, mut record: Record) {
        self.count += 1;
        record.number = self.count;
        if self.records.len() == limits::FRAME_LOG {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }
}

impl Node {
    pub(super) fn record(
        &mut self,
        now: Now,
        direction: Direction,
        peer: PeerId,
        route: Route,
        frame: &PeerFrame,
    ) {
        let retry = self
            .peers
            .get(&peer)
            .and_then(|peer| peer.sync.as_ref())
            .map_or(0, crate::link::sync::Sync::tries);
        let way = self.peers.get(&peer).and_then(|peer| peer.route.clone());
        let via = way.filter(|_| route == Route::Peer).unwrap_or_default();
        let record = |what| Record {
            number: 0,
            at: now.wall,
            direction,
            peer,
            route,
            via: via.clone(),
            what,
            retry,
        };
        if let PeerFrame::Ops(run) = frame {
            // Of a long run only the newest would stay anyway.
            let skip = run.items.len().saturating_sub(limits::FRAME_LOG);
            for seq in run.seqs().skip(skip) {
                self.frames.push(record(What::Op(OpId {
                    writer: run.writer,
                    seq,
                })));
            }
        } else {
            self.frames.push(record(What::Frame(kind(frame))));
        }
    }

    /// The newest frames, oldest first.
    #[must_use]
    pub fn frames(&self) -> Vec<FrameView> {
        self.frames_after(0)
    }

    /// Those of the newest frames that came after frame `number`, oldest first.
    #[must_use]
    pub fn frames_after(&self, number: u64) -> Vec<FrameView> {
        self.frames
            .records
            .iter()
            .filter(|record| record.number > number)
            .map(|record| FrameView {
                number: record.number,
                at: record.at,
                outgoing: record.direction == Direction::Out,
                peer: record.peer,
                envelope: self.envelope(record),
            })
            .collect()
    }

    fn envelope(&self, record: &Record) -> Envelope {
        let (from, to) = match record.direction {
            Direction::Out => (self.me, record.peer),
            Direction::In => (record.peer, self.me),
        };
        let mut envelope = Envelope {
            id: format!("{from}-{:x}-{}", self.session.0, record.number),
            kind: "heartbeat",
            version: VERSION,
            from,
            to: vec![to],
            route: match record.route {
                Route::Direct => vec!["direct".to_owned()],
                Route::Hub => vec!["hub".to_owned()],
                Route::Peer => record.via.iter().map(ToString::to_string).collect(),
            },
            hops: u8::try_from(record.via.len()).unwrap_or(u8::MAX),
            content: Vec::new(),
            timestamp: record.at,
            sequence: None,
            vector_clock: Vec::new(),
            requires_ack: false,
            ttl_ms: None,
            retry_count: 0,
            signature: None,
            encrypted: record.route != Route::Direct,
        };
        match &record.what {
            What::Frame(kind) => envelope.kind = kind,
            What::Op(id) => self.describe_op(*id, record.retry, &mut envelope),
        }
        envelope
    }

    fn describe_op(&self, id: OpId, retry: u32, envelope: &mut Envelope) {
        envelope.id = id.to_string();
        envelope.from = id.writer;
        envelope.sequence = Some(id.seq);
        envelope.requires_ack = true;
        envelope.retry_count = retry;
        let Some(entry) = self.replica.entry(id) else {
            return;
        };
        let op = op_wire::decode_signed(&entry.bytes);
        envelope.timestamp = op.stamp.wall();
        envelope.vector_clock = self.vector_clock(id);
        envelope.signature = entry.signature.as_ref().map(|signature| {
            signature
                .iter()
                .fold(String::with_capacity(128), |mut hex, byte| {
                    for nibble in [byte >> 4, byte & 15] {
                        hex.extend(char::from_digit(nibble.into(), 16));
                    }
                    hex
                })
        });
        let (kind, content) = describe(&op.body);
        envelope.kind = kind;
        envelope.content = content;
        match op.body {
            Body::Private { to, .. } => {
                envelope.to = vec![to];
                envelope.encrypted = true;
            }
            Body::Post(post) => envelope.ttl_ms = post.ttl_ms,
            _ => {}
        }
    }

    /// The clock of one operation: its writer's contexts so far.
    fn vector_clock(&self, id: OpId) -> Vec<(WriterId, Seq)> {
        let mut clock = crate::store::VersionVector::default();
        for seq in 1..=id.seq {
            let op = self.replica.op(OpId { seq, ..id });
            for (writer, seen) in op.into_iter().flat_map(|op| op.context) {
                clock.raise(writer, seen);
            }
        }
        clock.raise(id.writer, id.seq);
        clock.iter().collect()
    }
}

fn kind(frame: &PeerFrame) -> &'static str {
    match frame {
        PeerFrame::Hello(_) => "peer_introduction",
        PeerFrame::Ops(_) => "task_sync",
        PeerFrame::Have(_) => "message_ack",
        PeerFrame::Want(_) => "sync_request",
        PeerFrame::Ping(_) | PeerFrame::Pong(_) => "heartbeat",
        PeerFrame::Presence(presence) if presence.typing => "typing_indicator",
        PeerFrame::Presence(_) | PeerFrame::Bye | PeerFrame::Gone(_) => "presence_update",
        PeerFrame::Signal(_) => "connection_request",
        PeerFrame::Near(_) => "peer_introduction",
        PeerFrame::Forward(_) => "forward",
        PeerFrame::NoRoute(_) => "no_route",
        PeerFrame::Facts(_) => "diagnosis",
        PeerFrame::Link(_) => "link",
        PeerFrame::Part(_) => "part",
    }
}

fn describe(body: &Body) -> (&'static str, Vec<(&'static str, Private)>) {
    match body {
        Body::Genesis { .. } => ("peer_introduction", Vec::new()),
        Body::Profile(profile) => (
            "status_update",
            vec![
                ("name", profile.name.clone()),
                ("role", profile.role.clone()),
                ("status", profile.status.clone()),
            ],
        ),
        Body::Task(id, changes) => (
            "task_sync",
            vec![
                ("task", Private::new(id.to_string())),
                ("fields", Private::new(changes.len().to_string())),
            ],
        ),
        Body::DeleteTask(id) => ("task_sync", vec![("deleted", Private::new(id.to_string()))]),
        Body::DeleteTasks(ids) => (
            "task_sync",
            vec![("deleted", Private::new(ids.len().to_string()))],
        ),
        Body::Post(post) => ("group_message", vec![("text", post.text.clone())]),
        Body::Private { .. } => ("private_message", Vec::new()),
        Body::Read { .. } => ("message_read", Vec::new()),
        Body::Leave => ("status_update", vec![("left", Private::new("true"))]),
        Body::Unknown(_) => ("unknown", Vec::new()),
    }
}
