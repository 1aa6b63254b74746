//! Bug capsules: what one tab's node was told, from its first input on, in a form that can leave the device.
//!
//! A [`Recorder`] listens at [`Node::handle`]. It keeps the inputs as they came and a short digest of what followed from
//! each; only [`Recorder::capsule`] rewrites them (module `redact`): every text becomes noise of its length, what
//! was sealed or signed is opened and left open, and no key goes along. Replaying (feature `replay`) runs the same node
//! with stand-ins for keys, and must come to the same digests to the last output. docs/DEBUGGING.md has the reasons.

mod digest;
mod noise;
mod redact;
#[cfg(feature = "replay")]
mod replay;

#[cfg(feature = "replay")]
pub use replay::{Replay, ReplayError, Step};

use crate::id::{RoomId, WriterId};
use crate::limits;
use crate::node::{Config, HubEvent, Input, Node, Output, RtcEvent};
use crate::store::{Key, VersionVector};
use crate::time::Now;
use crate::wire::capsule::{Header, Stored, Writing};
use digest::Digest;
use noise::Noise;
use redact::Redactor;

/// Listens to one node, from its creation on.
#[derive(Debug)]
pub struct Recorder {
    start: Start,
    inputs: Vec<Recorded>,
    digests: Vec<u32>,
    digest: Digest,
    /// Bytes held, about.
    weight: usize,
    full: bool,
    refused: u64,
}

/// How the node began.
#[derive(Debug)]
struct Start {
    room: RoomId,
    seed: [u8; 32],
    durable: bool,
    hub_host: String,
    slot: u16,
    now: Now,
    stored: Vec<(Key, Vec<u8>)>,
    /// What of `stored` proved genuine.
    held: VersionVector,
    salt: [u8; 32],
}

#[derive(Debug)]
enum Recorded {
    /// As it came.
    Raw(Now, Input),
    /// Rewritten at once, because only then was known what the node refused of it.
    Redacted(Now, Input),
}

impl Recorder {
    /// A recorder for the node that is about to be made from these. `salt`: 32 random bytes that stay here.
    #[must_use]
    pub fn new(config: &Config, now: Now, stored: Vec<(Key, Vec<u8>)>, salt: [u8; 32]) -> Self {
        let weight = stored.iter().map(|(_, bytes)| 64 + bytes.len()).sum();
        Self {
            start: Start {
                room: config.room,
                seed: config.seed,
                durable: config.durable,
                hub_host: config.hub_host.clone(),
                slot: config.device.slot(),
                now,
                stored,
                held: VersionVector::default(),
                salt,
            },
            inputs: Vec::new(),
            digests: Vec::new(),
            digest: Digest::default(),
            weight,
            full: weight > limits::CAPSULE_BYTES,
            refused: 0,
        }
    }

    /// The node was made, and has had no input yet.
    pub fn begin(&mut self, node: &Node) {
        self.start.held = node.version_vector().clone();
        self.refused = node.rejected();
    }

    /// The node is about to be given this.
    pub fn input(&mut self, now: Now, input: &Input) {
        self.weight = self.weight.saturating_add(weight(input));
        self.full |= self.weight > limits::CAPSULE_BYTES;
        if !self.full {
            self.digest = Digest::default();
            self.inputs.push(Recorded::Raw(now, input.clone()));
        }
    }

    /// The node asked for this.
    pub fn output(&mut self, output: &Output) {
        if !self.full {
            self.digest.output(output);
        }
    }

    /// All outputs of the input were taken.
    pub fn turned(&mut self, node: &Node) {
        if self.full {
            return;
        }
        self.digest.wake(node.next_wake());
        self.digests.push(self.digest.value());
        let refused = node.rejected();
        if refused != self.refused {
            self.refused = refused;
            if let Some(Recorded::Raw(now, input)) = self.inputs.pop() {
                let noise = Noise::new(self.start.salt);
                let input = Redactor::new(node, noise, true).input(input);
                self.inputs.push(Recorded::Redacted(now, input));
            }
        }
    }

    /// True when there was more than a capsule holds: it then ends before the present.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The capsule: no text, no names, no keys.
    #[must_use]
    pub fn capsule(&self, node: &Node, version: &str) -> Vec<u8> {
        let noise = Noise::new(self.start.salt);
        let redactor = Redactor::new(node, noise, false);
        let header = Header {
            version: version.to_owned(),
            public_key: node.identity().1.public(),
            record_key: node.room_keys().records,
            slot: self.start.slot,
            seed: self.start.seed,
            durable: self.start.durable,
            hub_host: self.start.hub_host.clone(),
            now: self.start.now,
            full: self.full,
        };
        let mut out = Writing::begin(&header);
        let of_room = self
            .start
            .stored
            .iter()
            .filter(|(key, _)| room_of(key) == self.start.room);
        let records = of_room.map(|(key, bytes)| {
            let genuine = |writer: WriterId, seq| self.start.held.get(writer) >= seq;
            stored(key, redactor.record(key, bytes, genuine))
        });
        out.stored(&records.collect::<Vec<_>>());
        // A turn that panicked has no digest: it is left out.
        for (recorded, digest) in self.inputs.iter().zip(&self.digests) {
            match recorded {
                Recorded::Raw(now, input) => {
                    out.step(*now, &redactor.input(input.clone()), *digest);
                }
                Recorded::Redacted(now, input) => out.step(*now, input, *digest),
            }
        }
        out.end()
    }
}

fn room_of(key: &Key) -> RoomId {
    match key {
        Key::Op(room, ..) | Key::Block(room, ..) | Key::Draft(room, ..) | Key::Memory(room, _) => {
            *room
        }
    }
}

/// A key without its room: the id is as good as a ticket to the hub, so it stays here.
fn stored(key: &Key, bytes: Vec<u8>) -> Stored {
    let (kind, writer, first, last) = match *key {
        Key::Op(_, writer, seq) => (0, writer, seq, seq),
        Key::Draft(_, writer, seq) => (1, writer, seq, seq),
        Key::Memory(_, writer) => (2, writer, 0, 0),
        Key::Block(_, writer, first, last) => (3, writer, first, last),
    };
    Stored {
        kind,
        writer,
        first,
        last,
        bytes,
    }
}

/// What an input takes in memory, about.
fn weight(input: &Input) -> usize {
    let own = size_of::<Recorded>() + size_of::<u32>();
    own + match input {
        Input::Hub(HubEvent::Frame(bytes)) | Input::Rtc(_, RtcEvent::Packet(bytes)) => bytes.len(),
        Input::Rtc(_, RtcEvent::LocalDescription(description)) => description.sdp.len(),
        Input::Rtc(_, RtcEvent::Candidate(candidate)) => candidate.candidate.len(),
        Input::Command(..) => 256,
        _ => 0,
    }
}
