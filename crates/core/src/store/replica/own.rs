//! Own operations: written, saved or taken back, and stamped anew while they are drafts.

use super::Replica;
use crate::clock::{Hlc, Stamp};
use crate::id::{OpId, Seq, WriterId};
use crate::model::{Body, Op, Post};
use crate::private::PairKey;
use crate::rng::Rng;
use crate::store::chat::Chat;
use crate::store::roster::Roster;
use crate::store::tasks::Tasks;
use crate::time::Wall;
use crate::wire::WireError;
use crate::wire::op as op_wire;

impl Replica {
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
        let id = self.log.append(&op)?;
        self.unapplied.push_back((id.seq, op));
        Ok(id)
    }

    /// The own operation at `seq`, if it was written just now.
    pub(super) fn take_written(&mut self, seq: Seq) -> Option<Op> {
        while let Some((written, op)) = self.unapplied.pop_front() {
            if written == seq {
                return Some(op);
            }
        }
        None
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
    pub(super) fn pair(&mut self, other: WriterId) -> Option<Result<PairKey, WireError>> {
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

    /// Own operations from `first` on.
    pub(crate) fn own_from(&self, first: Seq) -> Vec<Op> {
        let own = |seq| OpId {
            writer: self.me,
            seq,
        };
        (first..=self.log.have().get(self.me))
            .filter_map(|seq| self.log.op(own(seq)))
            .collect()
    }

    /// Own operations from `first` on with stamps moved by `shift` milliseconds, none later than `latest`, each above
    /// all that it depends on.
    pub(crate) fn restamped(&self, first: Seq, shift: i64, latest: Wall) -> Vec<Op> {
        let mut ops = self.own_from(first);
        let mut clock = Hlc::default();
        clock.observe(self.stamp_of(self.me, first.saturating_sub(1)));
        for op in &mut ops {
            for (writer, seq) in &op.context {
                clock.observe(self.stamp_of(*writer, *seq));
            }
            let wall = Wall(op.stamp.wall().0.saturating_add_signed(shift));
            op.stamp = clock.tick(wall.min(latest));
        }
        ops
    }

    fn stamp_of(&self, writer: WriterId, seq: Seq) -> Stamp {
        self.log
            .op(OpId { writer, seq })
            .map_or(Stamp::default(), |op| op.stamp)
    }

    /// Puts these in place of own operations from `first` on, and folds everything anew. Only for operations that
    /// nobody else can have.
    ///
    /// # Errors
    /// As [`Replica::write`]; what follows the operation that failed is gone.
    pub(crate) fn rewrite(&mut self, first: Seq, ops: Vec<Op>) -> Result<(), WireError> {
        self.unapplied.clear();
        self.log.truncate(self.me, first.saturating_sub(1));
        self.shown = core::mem::take(&mut self.applied);
        let kept = self.log.have().get(self.me);
        self.shown.set(self.me, kept);
        self.forget_state();
        for op in ops {
            self.log.append(&op)?;
            self.log.commit(self.me);
        }
        Ok(())
    }

    fn forget_state(&mut self) {
        self.clocks.clear();
        self.holed.clear();
        self.blocked.clear();
        self.gaps.clear();
        self.hlc = Hlc::default();
        self.tasks = Tasks::default();
        self.chat = Chat::default();
        self.roster = Roster::default();
    }

    /// Takes back own operations that were written and not saved.
    pub(crate) fn retract(&mut self) {
        self.written = None;
        self.unapplied.clear();
        self.log.retract(self.me);
    }
}
