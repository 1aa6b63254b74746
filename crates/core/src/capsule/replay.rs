//! Runs the recorded node again, natively, and compares.

use super::digest::Digest;
use crate::id::RoomId;
use crate::key::{DeviceKey, RoomKey};
use crate::node::{Config, Input, LogLine, Node, Output};
use crate::store::Key;
use crate::time::Now;
use crate::wire::WireError;
use crate::wire::capsule::{Header, Reading, Stored};

/// A capsule that is being replayed.
#[derive(Debug)]
pub struct Replay<'b> {
    reading: Reading<'b>,
    header: Header,
    stored: usize,
    node: Node,
    steps: u64,
    outputs: u64,
}

/// One input, and what followed.
#[derive(Debug)]
pub struct Step {
    /// Counts inputs from 1.
    pub number: u64,
    /// When it came.
    pub now: Now,
    /// The input; texts are noise.
    pub input: Input,
    /// What the node logged.
    pub log: Vec<LogLine>,
}

/// Why a replay ended before its end.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ReplayError {
    /// Not a capsule, or of another version.
    #[error("this is no capsule that this version reads: {0}")]
    Unreadable(#[from] WireError),
    /// The node did something else than when it was recorded.
    #[error("input {0} was followed by something else than in the recording")]
    Diverged(u64),
}

impl<'b> Replay<'b> {
    /// Makes the node that was recorded.
    ///
    /// # Errors
    /// [`ReplayError::Unreadable`].
    pub fn begin(bytes: &'b [u8]) -> Result<Self, ReplayError> {
        let (reading, header, stored) = Reading::begin(bytes)?;
        let config = Config {
            room: RoomId::default(),
            key: RoomKey::stand_in(),
            device: DeviceKey::stand_in(header.public_key, header.slot),
            seed: header.seed,
            durable: header.durable,
            hub_host: header.hub_host.clone(),
        };
        let count = stored.len();
        let records: Result<Vec<_>, WireError> = stored.into_iter().map(record).collect();
        let mut node = Node::new(config, header.now, records?);
        node.name_records_by(header.record_key);
        Ok(Self {
            reading,
            node,
            header,
            stored: count,
            steps: 0,
            outputs: 0,
        })
    }

    /// Hands the node its next input; `None` after the last.
    ///
    /// # Errors
    /// [`ReplayError`].
    pub fn step(&mut self) -> Result<Option<Step>, ReplayError> {
        let Some((now, input, recorded)) = self.reading.step()? else {
            return Ok(None);
        };
        self.steps += 1;
        let mut digest = Digest::default();
        let mut log = Vec::new();
        self.node.handle(now, input.clone());
        while let Some(output) = self.node.poll_output() {
            self.outputs += 1;
            digest.output(&output);
            if let Output::Log(line) = output {
                log.push(line);
            }
        }
        digest.wake(self.node.next_wake());
        if digest.value() != recorded {
            return Err(ReplayError::Diverged(self.steps));
        }
        Ok(Some(Step {
            number: self.steps,
            now,
            input,
            log,
        }))
    }

    /// The node as it is now.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// The version of the program that recorded.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.header.version
    }

    /// There was more than the capsule holds.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.header.full
    }

    /// Records at the start, inputs so far, outputs so far.
    #[must_use]
    pub fn counts(&self) -> (usize, u64, u64) {
        (self.stored, self.steps, self.outputs)
    }
}

fn record(stored: Stored) -> Result<(Key, Vec<u8>), WireError> {
    let (room, writer, first) = (RoomId::default(), stored.writer, stored.first);
    let key = match stored.kind {
        0 => Key::Op(room, writer, first),
        1 => Key::Draft(room, writer, first),
        2 => Key::Memory(room, writer),
        3 => Key::Block(room, writer, first, stored.last),
        _ => return Err(WireError::Malformed),
    };
    Ok((key, stored.bytes))
}
