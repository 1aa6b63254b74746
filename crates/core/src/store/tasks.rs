//! Tasks folded from operations: per field the greatest rank wins, and a tombstone is for good.

use super::register::{Lww, Rank};
use crate::clock::Stamp;
use crate::id::TaskId;
use crate::model::{Assignee, Priority, TaskChange, TaskStatus};
use crate::node::TaskView;
use crate::redact::Private;
use crate::time::Wall;
use std::collections::BTreeMap;

/// All tasks of a room, living and deleted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tasks {
    tasks: BTreeMap<TaskId, Task>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Task {
    title: Lww<Private>,
    notes: Lww<Private>,
    assignee: Lww<Option<Assignee>>,
    priority: Lww<Priority>,
    due: Lww<Option<Wall>>,
    place: Lww<Private>,
    status: Lww<TaskStatus>,
    position: Lww<Vec<u8>>,
    created: Rank,
    changed: Rank,
    deleted: bool,
}

impl Task {
    fn new(rank: Rank) -> Self {
        Self {
            title: Lww::default(),
            notes: Lww::default(),
            assignee: Lww::default(),
            priority: Lww::default(),
            due: Lww::default(),
            place: Lww::default(),
            status: Lww::default(),
            position: Lww::default(),
            created: rank,
            changed: rank,
            deleted: false,
        }
    }

    fn merge(&mut self, change: TaskChange, rank: Rank) -> bool {
        match change {
            TaskChange::Title(v) => self.title.merge(v, rank),
            TaskChange::Notes(v) => self.notes.merge(v, rank),
            TaskChange::Assignee(v) => self.assignee.merge(v, rank),
            TaskChange::Priority(v) => self.priority.merge(v, rank),
            TaskChange::Due(v) => self.due.merge(v, rank),
            TaskChange::Place(v) => self.place.merge(v, rank),
            TaskChange::Status(v) => self.status.merge(v, rank),
            TaskChange::Position(v) => self.position.merge(v, rank),
        }
    }

    fn has(&self, change: &TaskChange) -> bool {
        match change {
            TaskChange::Title(v) => self.title.get() == v,
            TaskChange::Notes(v) => self.notes.get() == v,
            TaskChange::Assignee(v) => self.assignee.get() == v,
            TaskChange::Priority(v) => self.priority.get() == v,
            TaskChange::Due(v) => self.due.get() == v,
            TaskChange::Place(v) => self.place.get() == v,
            TaskChange::Status(v) => self.status.get() == v,
            TaskChange::Position(v) => self.position.get() == v,
        }
    }

    /// A task that nobody moved stands where it was created.
    fn position(&self) -> Vec<u8> {
        if self.position.is_set() {
            self.position.get().clone()
        } else {
            Tasks::position_of(self.created.stamp)
        }
    }
}

impl Tasks {
    /// The order key of a task created at `stamp` and never moved.
    pub(crate) fn position_of(stamp: Stamp) -> Vec<u8> {
        stamp.0.to_be_bytes().to_vec()
    }

    /// Merges changes of one operation; true when anything visible changed.
    pub(crate) fn change(&mut self, id: TaskId, changes: Vec<TaskChange>, rank: Rank) -> bool {
        let mut changed = !self.tasks.contains_key(&id);
        let task = self.tasks.entry(id).or_insert_with(|| Task::new(rank));
        for change in changes {
            changed |= task.merge(change, rank);
        }
        if rank < task.created {
            task.created = rank;
            changed = true;
        }
        if changed {
            task.changed = task.changed.max(rank);
        }
        changed && !task.deleted
    }

    /// Buries a task; true when it was alive.
    pub(crate) fn delete(&mut self, id: TaskId, rank: Rank) -> bool {
        let task = self.tasks.entry(id).or_insert_with(|| Task::new(rank));
        let alive = !task.deleted;
        *task = Task {
            deleted: true,
            ..Task::new(rank.min(task.created))
        };
        alive
    }

    pub(crate) fn is_alive(&self, id: TaskId) -> bool {
        self.tasks.get(&id).is_some_and(|task| !task.deleted)
    }

    /// Drops the changes that would change nothing.
    pub(crate) fn retain_news(&self, id: TaskId, changes: &mut Vec<TaskChange>) {
        if let Some(task) = self.tasks.get(&id) {
            changes.retain(|change| !task.has(change));
        }
    }

    pub(crate) fn view(&self, id: TaskId) -> Option<TaskView> {
        self.tasks
            .get(&id)
            .filter(|task| !task.deleted)
            .map(|task| TaskView {
                id,
                title: task.title.get().clone(),
                notes: task.notes.get().clone(),
                assignee: task.assignee.get().clone(),
                priority: *task.priority.get(),
                due: *task.due.get(),
                place: task.place.get().clone(),
                status: *task.status.get(),
                position: task.position(),
                created_by: task.created.op.writer,
                created: task.created.stamp.wall(),
                changed_by: task.changed.op.writer,
                changed: task.changed.stamp.wall(),
            })
    }

    pub(crate) fn views(&self) -> Vec<TaskView> {
        let mut views: Vec<_> = self.tasks.keys().filter_map(|id| self.view(*id)).collect();
        views.sort_by(|a, b| (&a.position, a.id).cmp(&(&b.position, b.id)));
        views
    }

    pub(crate) fn position(&self, id: TaskId) -> Option<Vec<u8>> {
        self.tasks
            .get(&id)
            .filter(|task| !task.deleted)
            .map(Task::position)
    }
}
