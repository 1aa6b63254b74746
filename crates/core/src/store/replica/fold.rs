//! The fold: what one operation, when its turn has come, does to the state.

use super::retain::before;
use super::{Applied, Replica};
use crate::id::{OpId, Seq, WriterId};
use crate::limits;
use crate::model::{Body, Op, Post};
use crate::store::chat::Message;
use crate::store::lost::Witness;
use crate::store::register::Rank;
use crate::wire::op as op_wire;

impl Replica {
    /// `missing`: what it depends on and was not waited for any longer.
    pub(super) fn apply(
        &mut self,
        id: OpId,
        op: Op,
        missing: Vec<(WriterId, Seq)>,
        applied: &mut Applied,
    ) {
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
        let holed = self.holed.contains(&id.writer);
        let witness = Witness {
            knows: clock,
            forgotten: holed.then(|| before(op.stamp.wall(), limits::PACK_AGE)),
            me: self.me,
        };
        match op.body {
            Body::Genesis { .. } | Body::Unknown(_) => {}
            Body::Profile(profile) => {
                self.roster.set_profile(id.writer, profile, rank);
                applied.people = true;
            }
            Body::Task(task, changes) => {
                let effect = self.tasks.change(task, changes, rank, witness);
                if effect.visible {
                    applied.tasks.insert(task);
                }
                applied.lost |= effect.lost;
            }
            Body::DeleteTask(task) => {
                let effect = self.tasks.delete(task, rank, witness);
                if effect.visible {
                    applied.tasks.insert(task);
                }
                applied.lost |= effect.lost;
            }
            Body::DeleteTasks(tasks) => {
                for task in tasks {
                    let effect = self.tasks.delete(task, rank, witness);
                    if effect.visible {
                        applied.tasks.insert(task);
                    }
                    applied.lost |= effect.lost;
                }
            }
            Body::Post(post) => self.post(rank, post, None, missing, applied),
            Body::Private { to, sealed } => self.open(rank, to, &sealed, missing, applied),
            Body::Read { room, private } => {
                self.read(id.writer, room, false, applied);
                self.read(id.writer, private, true, applied);
            }
            Body::Leave => {
                self.roster.leave(id.writer, rank);
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
        if rank.stamp.wall() < self.expired {
            self.gaps.remove(&rank.op);
            return;
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
    pub(super) fn open(
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
