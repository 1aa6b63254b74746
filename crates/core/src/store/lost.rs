//! Own edits that lost a concurrent race: kept so that their author is told and can put them back (R-TASK-3).
//!
//! An edit is overwritten knowingly, and nobody is told, when the winner's vector clock covers it. Otherwise the
//! two were concurrent, and the one of lower rank is lost.

use super::register::Rank;
use super::vector::VersionVector;
use crate::id::{TaskId, WriterId};
use crate::model::{Field, TaskChange};
use crate::time::Wall;
use std::collections::{BTreeMap, BTreeSet};

/// One's own lost edits. At most one per field: the newest.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct LostEdits {
    fields: BTreeMap<(TaskId, Field), LostEdit>,
    /// Tasks that somebody deleted while they were edited here, and the first such deletion.
    buried: BTreeMap<TaskId, Rank>,
    /// Tasks that were deleted here too.
    accepted: BTreeSet<TaskId>,
}

/// A value that somebody's concurrent edit replaced.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct LostEdit {
    pub(crate) mine: TaskChange,
    /// The write that set it.
    pub(crate) op: Rank,
    /// The greatest write it lost to without either knowing of the other.
    pub(crate) to: Rank,
}

impl LostEdits {
    pub(crate) fn lose(&mut self, task: TaskId, edit: LostEdit) {
        self.fields.insert((task, edit.mine.field()), edit);
    }

    /// A further write of the field is applied. It ends an older loss that its writer made good, or that was no
    /// loss to begin with because this write had overwritten it knowingly before. True when anything changed.
    pub(crate) fn written(
        &mut self,
        task: TaskId,
        field: Field,
        write: Rank,
        witness: Witness<'_>,
    ) -> bool {
        let Some(lost) = self.fields.get_mut(&(task, field)) else {
            return false;
        };
        if witness.is_concurrent(write, lost.op) {
            let greater = write > lost.to;
            lost.to = lost.to.max(write);
            return greater;
        }
        let covers = |rank: Rank| witness.covers(rank);
        let own = write.op.writer == lost.op.op.writer && write > lost.op;
        let ended = own || (covers(lost.op) && !covers(lost.to));
        ended && self.fields.remove(&(task, field)).is_some()
    }

    /// Somebody deleted a task without knowing of an edit made here.
    pub(crate) fn bury(&mut self, task: TaskId, deletion: Rank) -> bool {
        if self.accepted.contains(&task) {
            return false;
        }
        let first = self.buried.entry(task).or_insert(deletion);
        *first = deletion.min(*first);
        true
    }

    /// One deleted it oneself too: nothing is lost.
    pub(crate) fn accept(&mut self, task: TaskId) {
        self.accepted.insert(task);
        self.buried.remove(&task);
    }

    pub(crate) fn get(&self, task: TaskId, field: Field) -> Option<&LostEdit> {
        self.fields.get(&(task, field))
    }

    pub(crate) fn fields(&self) -> impl Iterator<Item = (TaskId, &LostEdit)> {
        self.fields.iter().map(|((task, _), lost)| (*task, lost))
    }

    pub(crate) fn buried(&self) -> impl Iterator<Item = (TaskId, Rank)> {
        self.buried.iter().map(|(task, rank)| (*task, *rank))
    }

    pub(crate) fn deletion(&self, task: TaskId) -> Option<Rank> {
        self.buried.get(&task).copied()
    }
}

/// What is known when a write is applied.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Witness<'a> {
    /// The vector clock of the write.
    pub(crate) knows: &'a VersionVector,
    /// What is older counts as known: operations that may have named it were dropped.
    pub(crate) forgotten: Option<Wall>,
    /// Whose losses are kept: this replica's writer.
    pub(crate) me: WriterId,
}

impl Witness<'_> {
    fn covers(&self, other: Rank) -> bool {
        let forgotten = self.forgotten.is_some_and(|wall| other.stamp.wall() < wall);
        forgotten || self.knows.get(other.op.writer) >= other.op.seq
    }

    /// True when the write was made without knowing of `other`, by somebody else.
    pub(crate) fn is_concurrent(&self, write: Rank, other: Rank) -> bool {
        write.op.writer != other.op.writer && !self.covers(other)
    }
}
