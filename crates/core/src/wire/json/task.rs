//! Tasks, and lost edits of them, as JSON.

use super::Text;
use crate::id::{TaskId, WriterId};
use crate::model::{Assignee, Priority, TaskChange, TaskStatus};
use crate::node::{LostView, TaskView};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaskJson<'a> {
    id: Text<TaskId>,
    title: &'a str,
    notes: &'a str,
    assignee: Option<AssigneeJson<'a>>,
    priority: &'static str,
    due: Option<u64>,
    place: &'a str,
    status: &'static str,
    position: String,
    created_by: Text<WriterId>,
    created: u64,
    changed_by: Text<WriterId>,
    changed: u64,
}

#[derive(Serialize)]
pub(super) struct LostJson<'a> {
    task: Text<TaskId>,
    title: &'a str,
    /// `null` when the task was deleted.
    field: Option<&'static str>,
    mine: Option<ValueJson<'a>>,
    theirs: Option<ValueJson<'a>>,
    by: Text<WriterId>,
    at: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ValueJson<'a> {
    Text(&'a str),
    Assignee(Option<AssigneeJson<'a>>),
    Due(Option<u64>),
    Position(String),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum AssigneeJson<'a> {
    Person(Text<WriterId>),
    Role(&'a str),
}

impl<'a> TaskJson<'a> {
    pub(super) fn of(view: &'a TaskView) -> Self {
        Self {
            id: Text(view.id),
            title: view.title.expose(),
            notes: view.notes.expose(),
            assignee: view.assignee.as_ref().map(AssigneeJson::of),
            priority: priority(view.priority),
            due: view.due.map(|due| due.0),
            place: view.place.expose(),
            status: status(view.status),
            position: super::frame::hex(&view.position),
            created_by: Text(view.created_by),
            created: view.created.0,
            changed_by: Text(view.changed_by),
            changed: view.changed.0,
        }
    }
}

impl<'a> AssigneeJson<'a> {
    fn of(assignee: &'a Assignee) -> Self {
        match assignee {
            Assignee::Person(person) => Self::Person(Text(*person)),
            Assignee::Role(role) => Self::Role(role.expose()),
        }
    }
}

impl<'a> LostJson<'a> {
    pub(super) fn of(view: &'a LostView) -> Self {
        Self {
            task: Text(view.task),
            title: view.title.expose(),
            field: view.mine.as_ref().map(field),
            mine: view.mine.as_ref().map(ValueJson::of),
            theirs: view.theirs.as_ref().map(ValueJson::of),
            by: Text(view.by),
            at: view.at.0,
        }
    }
}

impl<'a> ValueJson<'a> {
    fn of(value: &'a TaskChange) -> Self {
        match value {
            TaskChange::Title(text) | TaskChange::Notes(text) | TaskChange::Place(text) => {
                Self::Text(text.expose())
            }
            TaskChange::Assignee(assignee) => {
                Self::Assignee(assignee.as_ref().map(AssigneeJson::of))
            }
            TaskChange::Priority(value) => Self::Text(priority(*value)),
            TaskChange::Due(due) => Self::Due(due.map(|due| due.0)),
            TaskChange::Status(value) => Self::Text(status(*value)),
            TaskChange::Position(position) => Self::Position(super::frame::hex(position)),
        }
    }
}

fn field(change: &TaskChange) -> &'static str {
    match change {
        TaskChange::Title(_) => "title",
        TaskChange::Notes(_) => "notes",
        TaskChange::Assignee(_) => "assignee",
        TaskChange::Priority(_) => "priority",
        TaskChange::Due(_) => "due",
        TaskChange::Place(_) => "place",
        TaskChange::Status(_) => "status",
        TaskChange::Position(_) => "position",
    }
}

fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "low",
        Priority::Normal => "normal",
        Priority::High => "high",
        Priority::Urgent => "urgent",
    }
}

fn status(status: TaskStatus) -> &'static str {
    match status {
        TaskStatus::Open => "open",
        TaskStatus::InProgress => "inProgress",
        TaskStatus::Done => "done",
    }
}
