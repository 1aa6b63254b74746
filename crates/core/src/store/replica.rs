//! A replica: the log, and the state folded from it in causal order.
//!
//! An operation is applied when it is the next of its writer and all it causally depends on is
//! applied (Birman et al., causal broadcast). Otherwise it waits in the log. After
//! [`limits::GAP_PATIENCE`] it is applied all the same and marked.

use super::chat::{Chat, Message};
use super::log::{Entry, Log, Received, Record};
use super::lost::Witness;
use super::register::Rank;
use super::roster::Roster;
use super::tasks::Tasks;
use super::vector::VersionVector;
use crate::clock::Hlc;
use crate::id::{OpId, RoomId, Seq, TaskId, WriterId};
use crate::key::DeviceKey;
use crate::limits;
use crate::model::{Body, Op, Post};
use crate::private::PairKey;
use crate::rng::Rng;
use crate::time::{Mono, Now, Wall};
use crate::wire::op as op_wire;
use crate::wire::peer::Run;
use crate::wire::{WireError, snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// What changed while operations were applied.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Applied {
    pub(crate) tasks: BTreeSet<TaskId>,
    pub(crate) messages: BTreeSet<OpId>,
    pub(crate) people: bool,
    /// Writers whose operations show that they have more of one's own.
    pub(crate) heard: BTreeSet<WriterId>,
    /// What is lost of one's own edits changed.
    pub(crate) lost: bool,
    /// Private messages to this replica that do not open.
    pub(crate) refused: u64,
    /// Messages of this writer, after the first sequence through the second, were read by somebody.
    pub(crate) read: Vec<(WriterId, Seq, Seq)>,
    pub(crate) count: u64,
}

#[derive(Debug)]
pub(crate) struct Replica {
    room: RoomId,
    device: DeviceKey,
    me: WriterId,
    /// Keys of private conversations, once needed.
    pairs: BTreeMap<WriterId, PairKey>,
    /// Own private messages whose recipient's key is not there: it was lost with a damaged record.
    unopened: BTreeSet<OpId>,
    log: Log,
    applied: VersionVector,
    /// The vector clock of each writer's last applied operation.
    clocks: BTreeMap<WriterId, VersionVector>,
    /// The own vector clock, with operations that are written and not yet saved.
    written: Option<VersionVector>,
    blocked: BTreeMap<WriterId, Blocked>,
    /// Messages shown before something they depend on, and what that is: their mark goes when it comes.
    gaps: BTreeMap<OpId, Vec<(WriterId, Seq)>>,
    hlc: Hlc,
    pub(crate) tasks: Tasks,
    pub(crate) chat: Chat,
    pub(crate) roster: Roster,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Blocked {
    /// Waits for what it depends on.
    Cause { since: Mono },
    /// Its stamp lies too far ahead.
    Future { until: Wall },
}

impl Replica {
    pub(crate) fn new(room: RoomId, device: DeviceKey) -> Self {
        Self {
            room,
            me: device.writer(),
            device,
            pairs: BTreeMap::new(),
            unopened: BTreeSet::new(),
            log: Log::new(room),
            applied: VersionVector::default(),
            clocks: BTreeMap::new(),
            written: None,
            blocked: BTreeMap::new(),
            gaps: BTreeMap::new(),
            hlc: Hlc::default(),
            tasks: Tasks::default(),
            chat: Chat::default(),
            roster: Roster::default(),
        }
    }

    /// Takes over what the vault kept. Answers how many writers' records were damaged and left out.
    pub(crate) fn load(&mut self, records: BTreeMap<OpId, Vec<u8>>) -> u64 {
        let mut chains: BTreeMap<WriterId, Vec<Record>> = BTreeMap::new();
        let mut damaged = BTreeSet::new();
        for (id, record) in records {
            let chain = chains.entry(id.writer).or_default();
            // Whatever follows a gap or a damaged record is fetched from peers again.
            if damaged.contains(&id.writer) || id.seq != chain.len() as u64 + 1 {
                continue;
            }
            match snapshot::decode_op(&record) {
                Ok(record) => chain.push(record),
                Err(_) => {
                    damaged.insert(id.writer);
                }
            }
        }
        for (writer, chain) in chains {
            if self.log.load(writer, chain).is_err() {
                damaged.insert(writer);
            }
        }
        damaged.len() as u64
    }

    pub(crate) fn have(&self) -> &VersionVector {
        self.log.have()
    }

    pub(crate) fn entry(&self, id: OpId) -> Option<&Entry> {
        self.log.entry(id)
    }

    pub(crate) fn run(
        &self,
        writer: WriterId,
        first: Seq,
        last: Seq,
        budget: usize,
    ) -> Option<Run> {
        self.log.run(writer, first, last, budget)
    }

    /// What `writer` had applied of `of` at their last operation applied here.
    pub(crate) fn known_by(&self, writer: WriterId, of: WriterId) -> Seq {
        self.clocks.get(&writer).map_or(0, |clock| clock.get(of))
    }

    /// The vector clock of a writer's last applied operation.
    pub(crate) fn clock(&self, writer: WriterId) -> Option<&VersionVector> {
        self.clocks.get(&writer)
    }

    /// Operations held and not yet shown because of their stamp.
    pub(crate) fn quarantined(&self) -> usize {
        self.blocked
            .iter()
            .filter(|(_, blocked)| matches!(blocked, Blocked::Future { .. }))
            .map(|(writer, _)| self.log.have().get(*writer) - self.applied.get(*writer))
            .fold(0, |sum, count| {
                sum.saturating_add(usize::try_from(count).unwrap_or(usize::MAX))
            })
    }

    /// Writes an own operation: stamped, with its causal context, signed. It is not yet held: the caller
    /// saves it first, then calls [`Replica::commit`] and [`Replica::settle`], or [`Replica::retract`].
    ///
    /// # Errors
    /// [`WireError::TooLarge`]; nothing changes.
    pub(crate) fn write(&mut self, wall: Wall, body: Body) -> Result<OpId, WireError> {
        let me = self.me;
        let mut said = self
            .written
            .take()
            .or_else(|| self.clocks.get(&me).cloned())
            .unwrap_or_default();
        let mut context = self.applied.ahead_of(&said);
        context.retain(|(writer, _)| *writer != me);
        for (writer, seq) in &context {
            said.raise(*writer, *seq);
        }
        self.written = Some(said);
        let op = Op {
            stamp: self.hlc.tick(wall),
            context,
            body,
        };
        self.log.append(&self.device, op)
    }

    /// Seals a message to one person. `None` when nothing is known of them.
    pub(crate) fn seal(&mut self, to: WriterId, rng: &mut Rng, post: &Post) -> Option<Body> {
        let sealed = self
            .pair(to)?
            .ok()?
            .seal((self.me, to), rng, &op_wire::encode_post(post));
        Some(Body::Private { to, sealed })
    }

    /// The key with another writer; `None` while nothing of theirs is held.
    fn pair(&mut self, other: WriterId) -> Option<Result<PairKey, WireError>> {
        if let Some(key) = self.pairs.get(&other) {
            return Some(Ok(*key));
        }
        let agreed = PairKey::agree(self.room, &self.device, self.log.public_key(other)?);
        if let Ok(key) = agreed {
            self.pairs.insert(other, key);
        }
        Some(agreed)
    }

    /// Own operations were saved.
    pub(crate) fn commit(&mut self) {
        self.written = None;
        self.log.commit(self.me);
    }

    /// Takes back own operations that were written and not saved.
    pub(crate) fn retract(&mut self) {
        self.written = None;
        self.log.retract(self.me);
    }

    /// Takes a run from outside into the log. Call [`Replica::settle`] afterwards.
    ///
    /// # Errors
    /// As [`Log::receive`].
    pub(crate) fn receive(&mut self, run: &Run) -> Result<Received, WireError> {
        self.log.receive(run)
    }

    /// Applies all that can be applied.
    pub(crate) fn settle(&mut self, now: Now) -> Applied {
        let mut applied = Applied::default();
        loop {
            let behind = self.log.have().ahead_of(&self.applied);
            let mut progress = false;
            for (writer, last) in behind {
                progress |= self.advance(writer, last, now, &mut applied);
            }
            if !progress {
                break;
            }
        }
        if applied.count > 0 {
            self.close_gaps(&mut applied);
            for id in std::mem::take(&mut self.unopened) {
                let Some(op) = self.log.entry(id).map(|entry| entry.op.clone()) else {
                    continue;
                };
                if let Body::Private { to, sealed } = op.body {
                    let stamp = op.stamp;
                    let rank = Rank { stamp, op: id };
                    self.open(rank, to, &sealed, Vec::new(), &mut applied);
                }
            }
        }
        applied
    }

    /// What was missing may have come after all.
    fn close_gaps(&mut self, applied: &mut Applied) {
        let closed: Vec<OpId> = self
            .gaps
            .iter()
            .filter(|(_, missing)| self.missing(missing.iter().copied()).is_empty())
            .map(|(id, _)| *id)
            .collect();
        for id in closed {
            self.gaps.remove(&id);
            self.chat.close_gap(id);
            applied.messages.insert(id);
        }
    }

    /// Those of `causes` that are not applied.
    fn missing(&self, causes: impl Iterator<Item = (WriterId, Seq)>) -> Vec<(WriterId, Seq)> {
        causes
            .filter(|(cause, seq)| self.applied.get(*cause) < *seq)
            .collect()
    }

    /// True when all that `op` depends on, beyond what its writer's earlier operations do, is applied.
    fn has_causes(&self, writer: WriterId, op: &Op) -> bool {
        op.context
            .iter()
            .all(|(cause, seq)| *cause == writer || self.applied.get(*cause) >= *seq)
    }

    /// When a waiting operation is due to be looked at again.
    pub(crate) fn next_wake(&self, now: Now) -> Option<Mono> {
        self.blocked
            .values()
            .map(|blocked| match blocked {
                Blocked::Cause { since } => since.plus(limits::GAP_PATIENCE),
                Blocked::Future { until } => Mono(
                    now.mono
                        .0
                        .saturating_add(until.0.saturating_sub(now.wall.0)),
                ),
            })
            .min()
    }

    fn advance(&mut self, writer: WriterId, last: Seq, now: Now, applied: &mut Applied) -> bool {
        let mut progress = false;
        let mut seq = self.applied.get(writer) + 1;
        while seq <= last {
            let id = OpId { writer, seq };
            let Some(op) = self.log.entry(id).map(|entry| entry.op.clone()) else {
                return progress;
            };
            let forced = match self.readiness(writer, &op, now) {
                Ok(forced) => forced,
                Err(blocked) => {
                    self.blocked.insert(writer, blocked);
                    return progress;
                }
            };
            self.blocked.remove(&writer);
            let missing = if forced {
                self.missing(op.context.iter().copied())
            } else {
                Vec::new()
            };
            self.apply(id, op, missing, applied);
            progress = true;
            seq += 1;
        }
        progress
    }

    /// `Ok(false)` when all causes are there, `Ok(true)` when patience with them has ended.
    fn readiness(&self, writer: WriterId, op: &Op, now: Now) -> Result<bool, Blocked> {
        let until = Wall(op.stamp.wall().0.saturating_sub(millis(limits::MAX_FUTURE)));
        if until > now.wall {
            return Err(Blocked::Future { until });
        }
        if self.has_causes(writer, op) {
            return Ok(false);
        }
        let since = match self.blocked.get(&writer) {
            Some(Blocked::Cause { since }) => *since,
            _ => now.mono,
        };
        if now.mono.since(since) >= limits::GAP_PATIENCE {
            return Ok(true);
        }
        Err(Blocked::Cause { since })
    }

    /// `missing`: what it depends on and was not waited for any longer.
    fn apply(&mut self, id: OpId, op: Op, missing: Vec<(WriterId, Seq)>, applied: &mut Applied) {
        self.hlc.observe(op.stamp);
        let rank = Rank {
            stamp: op.stamp,
            op: id,
        };
        let clock = self.clocks.entry(id.writer).or_default();
        for (writer, seq) in &op.context {
            clock.raise(*writer, *seq);
        }
        clock.raise(id.writer, id.seq);
        self.applied.raise(id.writer, id.seq);
        applied.count += 1;
        applied.heard.insert(id.writer);
        match op.body {
            Body::Genesis { .. } | Body::Unknown(_) => {}
            Body::Profile(profile) => {
                self.roster.set_profile(id.writer, profile, rank);
                applied.people = true;
            }
            Body::Task(task, changes) => {
                let witness = Witness {
                    knows: clock,
                    me: self.me,
                };
                let effect = self.tasks.change(task, changes, rank, witness);
                if effect.visible {
                    applied.tasks.insert(task);
                }
                applied.lost |= effect.lost;
            }
            Body::DeleteTask(task) => {
                let witness = Witness {
                    knows: clock,
                    me: self.me,
                };
                let effect = self.tasks.delete(task, rank, witness);
                if effect.visible {
                    applied.tasks.insert(task);
                }
                applied.lost |= effect.lost;
            }
            Body::Post(post) => self.post(rank, post, None, missing, applied),
            Body::Private { to, sealed } => self.open(rank, to, &sealed, missing, applied),
            Body::Read { room, private } => {
                self.read(id.writer, room, false, applied);
                self.read(id.writer, private, true, applied);
            }
            Body::Leave => {
                self.roster.leave(id.writer, op.stamp);
                applied.people = true;
            }
        }
    }

    fn post(
        &mut self,
        rank: Rank,
        post: Post,
        with: Option<WriterId>,
        mut missing: Vec<(WriterId, Seq)>,
        applied: &mut Applied,
    ) {
        // An answer names its question itself: an earlier operation of its writer may have stopped waiting for it.
        let question = post.reply_to.map(|id| (id.writer, id.seq));
        missing.extend(self.missing(question.into_iter()));
        let gap = !missing.is_empty();
        if gap {
            self.gaps.insert(rank.op, missing);
        }
        applied.messages.insert(rank.op);
        let message = Message {
            text: post.text,
            reply_to: post.reply_to,
            ttl_ms: post.ttl_ms,
            gap,
            with,
        };
        self.chat.post(rank, message);
    }

    /// A private message: shown at its two ends only.
    fn open(
        &mut self,
        rank: Rank,
        to: WriterId,
        sealed: &[u8],
        missing: Vec<(WriterId, Seq)>,
        applied: &mut Applied,
    ) {
        let from = rank.op.writer;
        let other = match (from == self.me, to == self.me) {
            (true, false) => to,
            (false, true) => from,
            _ => return,
        };
        let Some(key) = self.pair(other) else {
            self.unopened.insert(rank.op);
            return;
        };
        let opened = key
            .and_then(|key| key.open((from, to), sealed))
            .and_then(|plain| op_wire::decode_post(&plain));
        match opened {
            Ok(post) => self.post(rank, post, Some(other), missing, applied),
            Err(_) => applied.refused += 1,
        }
    }

    fn read(
        &mut self,
        reader: WriterId,
        through: Vec<(WriterId, Seq)>,
        private: bool,
        applied: &mut Applied,
    ) {
        for (writer, seq) in through {
            // A claim beyond what is held would cost a walk over nothing.
            let seq = seq.min(self.log.have().get(writer));
            let before = self.roster.read_of(reader, writer, private);
            if seq > before {
                self.roster.read(reader, writer, seq, private);
                applied.read.push((writer, before, seq));
            }
        }
    }
}

fn millis(duration: core::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
