//! Undo of one's own changes of tasks, newest first (R-TASK-4). Kept in memory: it ends with the tab.
//!
//! An undo is a new operation like any other. It never takes back what somebody else has changed since.

use super::Node;
use super::command::CommandError;
use super::commands::{Outcome, Plan};
use super::view::UndoKind;
use crate::id::{OpId, TaskId};
use crate::limits;
use crate::model::{Body, Field, TaskChange};
use crate::time::Now;
use std::collections::VecDeque;

/// What would take one change back.
#[derive(Clone, Debug)]
pub(super) enum Undo {
    /// These values stood before `op` replaced them.
    Edited {
        task: TaskId,
        kind: UndoKind,
        before: Vec<TaskChange>,
        op: Option<OpId>,
    },
    /// These tasks were added.
    Added(Vec<TaskId>),
    /// A task with these values was deleted.
    Deleted(Vec<TaskChange>),
}

impl Undo {
    /// Names the operation that made the change.
    pub(super) fn written_by(mut self, last: Option<&OpId>) -> Self {
        if let Self::Edited { op, .. } = &mut self {
            *op = last.copied();
        }
        self
    }

    fn kind(&self) -> UndoKind {
        match self {
            Self::Edited { kind, .. } => *kind,
            Self::Added(_) => UndoKind::Add,
            Self::Deleted(_) => UndoKind::Delete,
        }
    }
}

/// The changes that can be undone.
#[derive(Debug, Default)]
pub(super) struct UndoStack(VecDeque<Undo>);

impl UndoStack {
    pub(super) fn remember(&mut self, undo: Undo) {
        if self.0.len() == limits::MAX_UNDO {
            self.0.pop_front();
        }
        self.0.push_back(undo);
    }

    pub(super) fn pop(&mut self) {
        self.0.pop_back();
    }

    pub(super) fn newest(&self) -> Option<UndoKind> {
        self.0.back().map(Undo::kind)
    }
}

impl Node {
    pub(super) fn plan_undo(&mut self, now: Now) -> Result<Plan, CommandError> {
        let undo = self
            .undo
            .0
            .back()
            .cloned()
            .ok_or(CommandError::NothingToUndo)?;
        let bodies = match undo {
            Undo::Edited {
                task, before, op, ..
            } => self.edit_back(task, before, op),
            Undo::Added(tasks) => tasks
                .into_iter()
                .filter(|task| self.replica.tasks.is_alive(*task) && self.is_all_mine(*task))
                .map(Body::DeleteTask)
                .collect(),
            Undo::Deleted(values) => {
                let id = TaskId(self.rng.uuid_v7(now.wall));
                vec![Body::Task(id, values)]
            }
        };
        if bodies.is_empty() {
            self.undo.pop();
            return Err(CommandError::Overtaken);
        }
        Ok(Plan::Write(bodies, Outcome::Undone))
    }

    /// The values to set again: those of fields that still say what `op` wrote.
    fn edit_back(&self, task: TaskId, before: Vec<TaskChange>, op: Option<OpId>) -> Vec<Body> {
        let fields: Vec<Field> = before.iter().map(TaskChange::field).collect();
        let now = self.replica.tasks.values(task, &fields);
        let back: Vec<TaskChange> = before
            .into_iter()
            .zip(now)
            .filter(|(_, (_, rank))| rank.map(|rank| rank.op) == op)
            .map(|(value, _)| value)
            .collect();
        if back.is_empty() || !self.replica.tasks.is_alive(task) {
            return Vec::new();
        }
        vec![Body::Task(task, back)]
    }

    fn is_all_mine(&self, task: TaskId) -> bool {
        self.replica
            .tasks
            .writers(task)
            .all(|writer| writer == self.me)
    }
}
