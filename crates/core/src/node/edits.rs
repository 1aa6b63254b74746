//! Planning changes of tasks and messages: what operations a command comes down to.

use super::Node;
use super::command::{CommandError, Done};
use super::commands::{Outcome, Plan};
use super::undo::Undo;
use super::view::UndoKind;
use crate::id::{OpId, Seq, TaskId, WriterId};
use crate::limits;
use crate::model::{Body, Field, Post, TaskChange};
use crate::store::between;
use crate::time::Now;
use std::collections::BTreeMap;

impl Node {
    pub(super) fn new_task(
        &mut self,
        now: Now,
        changes: Vec<TaskChange>,
    ) -> Result<(TaskId, Body), CommandError> {
        let titled = changes
            .iter()
            .any(|change| matches!(change, TaskChange::Title(title) if !title.expose().trim().is_empty()));
        if !titled {
            return Err(CommandError::Empty);
        }
        let id = TaskId(self.rng.uuid_v7(now.wall));
        Ok((id, Body::Task(id, changes)))
    }

    pub(super) fn edit(
        &self,
        id: TaskId,
        mut changes: Vec<TaskChange>,
        kind: UndoKind,
    ) -> Result<Plan, CommandError> {
        if !self.replica.tasks.is_alive(id) {
            return Err(CommandError::NoSuchTask);
        }
        if changes.iter().any(
            |change| matches!(change, TaskChange::Title(title) if title.expose().trim().is_empty()),
        ) {
            return Err(CommandError::Empty);
        }
        self.replica.tasks.retain_news(id, &mut changes);
        if changes.is_empty() {
            return Ok(Plan::Answer(Done::Ok));
        }
        let fields: Vec<Field> = changes.iter().map(TaskChange::field).collect();
        let before = self.replica.tasks.values(id, &fields);
        let undo = Undo::Edited {
            task: id,
            kind,
            before: before.into_iter().map(|(value, _)| value).collect(),
            op: None,
        };
        let body = Body::Task(id, changes);
        Ok(Plan::Write(vec![body], Outcome::Undoable(undo)))
    }

    pub(super) fn move_task(
        &self,
        task: TaskId,
        after: Option<TaskId>,
        before: Option<TaskId>,
    ) -> Result<Plan, CommandError> {
        let tasks = &self.replica.tasks;
        let place = |id: Option<TaskId>| {
            id.map(|id| tasks.position(id).ok_or(CommandError::NoSuchTask))
                .transpose()
        };
        let (low, high) = (place(after)?, place(before)?);
        let position = between(low.as_deref(), high.as_deref());
        self.edit(task, vec![TaskChange::Position(position)], UndoKind::Move)
    }

    pub(super) fn delete_task(&self, id: TaskId) -> Result<Plan, CommandError> {
        if !self.replica.tasks.is_alive(id) {
            return Err(CommandError::NoSuchTask);
        }
        let undo = Undo::Deleted(self.replica.tasks.all_values(id));
        let body = Body::DeleteTask(id);
        Ok(Plan::Write(vec![body], Outcome::Undoable(undo)))
    }

    pub(super) fn plan_post(
        &mut self,
        post: Post,
        to: Option<WriterId>,
    ) -> Result<Plan, CommandError> {
        if post.text.expose().trim().is_empty() {
            return Err(CommandError::Empty);
        }
        if let Some(answered) = post.reply_to {
            let question = self.replica.chat.get(answered);
            if question.is_none_or(|(_, message)| message.with != to) {
                return Err(CommandError::NoSuchMessage);
            }
        }
        let body = match to {
            None => Body::Post(post),
            Some(_) if post.text.expose().len() > limits::MAX_TEXT_BYTES => {
                return Err(CommandError::TooLong);
            }
            Some(to) => {
                let person = self.replica.roster.get(to);
                let here = person.is_some_and(|person| !person.is_gone());
                if !here || to == self.me {
                    return Err(CommandError::NoSuchPerson);
                }
                let sealed = self.replica.seal(to, &mut self.rng, &post);
                sealed.ok_or(CommandError::NoSuchPerson)?
            }
        };
        self.typing = false;
        Ok(Plan::Write(vec![body], Outcome::LastIsMessage))
    }

    pub(super) fn mark_read(&self, id: OpId) -> Result<Plan, CommandError> {
        let chat = &self.replica.chat;
        let (rank, message) = chat.get(id).ok_or(CommandError::NoSuchMessage)?;
        let private = message.with.is_some();
        let roster = &self.replica.roster;
        let mut through: BTreeMap<WriterId, Seq> = BTreeMap::new();
        for message in chat.through(message.with, rank) {
            let writer = message.writer;
            if writer != self.me && message.seq > roster.read_of(self.me, writer, private) {
                let seq = through.entry(writer).or_default();
                *seq = (*seq).max(message.seq);
            }
        }
        if through.is_empty() {
            return Ok(Plan::Answer(Done::Ok));
        }
        let through = through.into_iter().collect();
        let body = if private {
            Body::Read {
                room: Vec::new(),
                private: through,
            }
        } else {
            Body::Read {
                room: through,
                private: Vec::new(),
            }
        };
        Ok(Plan::Write(vec![body], Outcome::Ok))
    }
}
