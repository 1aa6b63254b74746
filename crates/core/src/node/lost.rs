//! Lost edits as a person meets them: listed for a day, put back, or left at that (R-TASK-3).

use super::Node;
use super::command::{CommandError, Done};
use super::commands::{Outcome, Plan};
use super::view::LostView;
use crate::id::{OpId, TaskId};
use crate::limits;
use crate::model::{Body, Field};
use crate::order::sorted;
use crate::time::{Now, Wall};

impl Node {
    /// One's own edits that lost to concurrent ones, oldest first.
    #[must_use]
    pub fn lost_edits(&self) -> Vec<LostView> {
        let tasks = &self.replica.tasks;
        let title = |task| tasks.title(task).cloned().unwrap_or_default();
        let is_recent =
            |at: Wall| self.wall.0.saturating_sub(at.0) < limits::LOST_TTL.as_millis() as u64;
        let is_open = |op, field| !self.memory.dismissed.contains(&(op, field));
        let fields = tasks.lost.fields().filter_map(|(task, lost)| {
            let (theirs, rank) = tasks.values(task, &[lost.mine.field()]).pop()?;
            let by = rank.map_or(lost.to.op.writer, |rank| rank.op.writer);
            let stands = tasks.is_alive(task)
                && theirs != lost.mine
                && by != self.me
                && is_open(lost.op.op, Some(lost.mine.field()));
            stands.then(|| LostView {
                task,
                title: title(task),
                mine: Some(lost.mine.clone()),
                theirs: Some(theirs),
                by,
                at: lost.to.stamp.wall(),
            })
        });
        let buried = tasks.lost.buried().filter(|(_, by)| is_open(by.op, None));
        let buried = buried.map(|(task, deletion)| LostView {
            task,
            title: title(task),
            mine: None,
            theirs: None,
            by: deletion.op.writer,
            at: deletion.stamp.wall(),
        });
        let lost = fields.chain(buried).filter(|lost| is_recent(lost.at));
        sorted(lost.collect(), |a, b| (a.at, a.task).cmp(&(b.at, b.task)))
    }

    pub(super) fn take_back(
        &mut self,
        now: Now,
        task: TaskId,
        field: Option<Field>,
    ) -> Result<Plan, CommandError> {
        self.check_lost(task, field)?;
        let Some(field) = field else {
            let deletion = self.lost_op(task, None)?;
            let id = TaskId(self.rng.uuid_v7(now.wall));
            let values = self.replica.tasks.all_values(task);
            return Ok(Plan::Write(
                vec![Body::Task(id, values)],
                Outcome::TakenBack(id, deletion),
            ));
        };
        let lost = self.replica.tasks.lost.get(task, field);
        let mine = lost.ok_or(CommandError::NothingLost)?.mine.clone();
        Ok(Plan::Write(vec![Body::Task(task, vec![mine])], Outcome::Ok))
    }

    pub(super) fn dismiss(
        &mut self,
        task: TaskId,
        field: Option<Field>,
    ) -> Result<Plan, CommandError> {
        self.check_lost(task, field)?;
        let op = self.lost_op(task, field)?;
        self.remember_dismissed(op, field);
        Ok(Plan::Answer(Done::Ok))
    }

    pub(super) fn remember_dismissed(&mut self, op: OpId, field: Option<Field>) {
        if self.memory.dismissed.len() >= limits::MAX_DISMISSED {
            let lost = &self.replica.tasks.lost;
            let known: Vec<OpId> = lost
                .fields()
                .map(|(_, lost)| lost.op.op)
                .chain(lost.buried().map(|(_, deletion)| deletion.op))
                .collect();
            self.memory.dismissed.retain(|(op, _)| known.contains(op));
        }
        self.memory.dismissed.insert((op, field));
        self.memory_dirty = true;
        self.changes.lost = true;
    }

    /// The operation by which a lost edit is known.
    fn lost_op(&self, task: TaskId, field: Option<Field>) -> Result<OpId, CommandError> {
        let lost = &self.replica.tasks.lost;
        match field {
            Some(field) => lost.get(task, field).map(|lost| lost.op.op),
            None => lost.deletion(task).map(|deletion| deletion.op),
        }
        .ok_or(CommandError::NothingLost)
    }

    fn check_lost(&self, task: TaskId, field: Option<Field>) -> Result<(), CommandError> {
        let known = self.lost_edits().iter().any(|lost| {
            lost.task == task && lost.mine.as_ref().map(crate::model::TaskChange::field) == field
        });
        known.then_some(()).ok_or(CommandError::NothingLost)
    }
}
