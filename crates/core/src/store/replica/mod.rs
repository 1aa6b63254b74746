//! A replica: the log, and the state folded from it in causal order.
//!
//! An operation is applied when it is the next of its writer and all it causally depends on is
//! applied (Birman et al., causal broadcast). Otherwise it waits in the log. After
//! [`limits::GAP_PATIENCE`] it is applied all the same and marked.

mod fold;
mod load;
mod own;
mod retain;

#[cfg(test)]
pub(crate) use load::Loaded;
pub(crate) use load::Records;

use crate::clock::Hlc;
use crate::id::{OpId, RoomId, Seq, TaskId, WriterId};
use crate::key::DeviceKey;
use crate::limits;
use crate::model::{Body, Op};
use crate::private::PairKey;
use crate::store::chain::{Entry, Piece, Stored};
use crate::store::chat::Chat;
use crate::store::log::{Log, Received};
use crate::store::register::Rank;
use crate::store::roster::Roster;
use crate::store::tasks::Tasks;
use crate::store::vector::VersionVector;
use crate::time::{Mono, Now, Wall};
use crate::wire::WireError;
use crate::wire::op as op_wire;
use crate::wire::run::Run;
use core::ops::RangeInclusive;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// Writers of whom something was dropped: their vector clocks here may lack what only that said.
    holed: BTreeSet<WriterId>,
    /// The vector clock of each writer's last applied operation.
    clocks: BTreeMap<WriterId, VersionVector>,
    /// Operations through these sequences were shown before: their stamps are not doubted again, whatever the clock says.
    shown: VersionVector,
    /// The own vector clock, with operations that are written and not yet saved.
    written: Option<VersionVector>,
    /// Own operations that are not applied yet, so that they need not be decoded.
    unapplied: VecDeque<(Seq, Op)>,
    blocked: BTreeMap<WriterId, Blocked>,
    /// Messages shown before something they depend on, and what that is: their mark goes when it comes.
    gaps: BTreeMap<OpId, Vec<(WriterId, Seq)>>,
    hlc: Hlc,
    /// Messages stamped before this are not kept.
    expired: Wall,
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
            device: device.clone(),
            pairs: BTreeMap::new(),
            unopened: BTreeSet::new(),
            log: Log::new(room, device),
            holed: BTreeSet::new(),
            applied: VersionVector::default(),
            clocks: BTreeMap::new(),
            shown: VersionVector::default(),
            written: None,
            unapplied: VecDeque::new(),
            blocked: BTreeMap::new(),
            gaps: BTreeMap::new(),
            hlc: Hlc::default(),
            expired: Wall(0),
            tasks: Tasks::default(),
            chat: Chat::default(),
            roster: Roster::default(),
        }
    }

    /// From where on writers' operations wait for their time.
    pub(crate) fn waiting(&self) -> Vec<OpId> {
        self.blocked
            .iter()
            .filter(|(_, blocked)| matches!(blocked, Blocked::Future { .. }))
            .map(|(writer, _)| OpId {
                writer: *writer,
                seq: self.applied.get(*writer) + 1,
            })
            .collect()
    }

    pub(crate) fn have(&self) -> &VersionVector {
        self.log.have()
    }

    pub(crate) fn entry(&self, id: OpId) -> Option<&Entry> {
        self.log.entry(id)
    }

    pub(crate) fn op(&self, id: OpId) -> Option<Op> {
        self.log.op(id)
    }

    /// Records of operations that are not in a packed block yet.
    pub(crate) fn records(
        &mut self,
        writer: WriterId,
        seqs: RangeInclusive<Seq>,
    ) -> Vec<(Stored, Vec<u8>)> {
        self.log.records(writer, seqs)
    }

    /// Records of own operations from `first` on, one each.
    pub(crate) fn own_records(&self, first: Seq) -> Vec<(Seq, Vec<u8>)> {
        self.log.singles(self.me, first)
    }

    pub(crate) fn run(
        &mut self,
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

    /// Takes a run from outside into the log. Call [`Replica::settle`] afterwards.
    ///
    /// # Errors
    /// As [`Log::receive`].
    pub(crate) fn receive(&mut self, run: &Run) -> Result<Received, WireError> {
        self.log.receive(run)
    }

    /// True when `run`, of operations that are held, says what is held; false when that cannot be told.
    ///
    /// # Errors
    /// [`WireError::Signature`] when it says something else.
    pub(crate) fn confirms(&self, run: &Run) -> Result<bool, WireError> {
        self.log.confirms(run)
    }

    /// True when nothing waits to be applied and no mark waits to go.
    #[cfg(test)]
    pub(crate) fn is_at_rest(&self) -> bool {
        self.blocked.is_empty()
            && self.gaps.is_empty()
            && self.unopened.is_empty()
            && self.applied == *self.log.have()
    }

    /// Applies all that can be applied.
    pub(crate) fn settle(&mut self, now: Now) -> Applied {
        let mut applied = Applied::default();
        self.expired = retain::before(now.wall, limits::RETENTION);
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
                let Some(op) = self.log.op(id) else {
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
            let written = (writer == self.me)
                .then(|| self.take_written(seq))
                .flatten();
            let op = match self.log.piece(id) {
                Some(_) if let Some(op) = written => op,
                None => return progress,
                Some((first, hole @ Piece::Hole(_))) => {
                    seq = first.saturating_add(hole.span());
                    self.skip(writer, seq - 1);
                    applied.count += 1;
                    progress = true;
                    continue;
                }
                Some((_, Piece::Op(entry))) => op_wire::decode_signed(&entry.bytes),
            };
            let forced = match self.readiness(id, &op, now) {
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

    /// Operations through `last` were dropped by whoever sent them: what they did was done again since.
    fn skip(&mut self, writer: WriterId, last: Seq) {
        self.clocks.entry(writer).or_default().raise(writer, last);
        self.applied.raise(writer, last);
        self.holed.insert(writer);
        self.blocked.remove(&writer);
    }

    /// `Ok(false)` when all causes are there, `Ok(true)` when patience with them has ended.
    fn readiness(&self, id: OpId, op: &Op, now: Now) -> Result<bool, Blocked> {
        let writer = id.writer;
        let until = Wall(op.stamp.wall().0.saturating_sub(millis(limits::MAX_FUTURE)));
        if until > now.wall && id.seq > self.shown.get(writer) {
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
}

fn millis(duration: core::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
