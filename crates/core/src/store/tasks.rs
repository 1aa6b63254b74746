//! Tasks folded from operations: per field the greatest rank wins, and a tombstone is for good.

use super::lost::{LostEdit, LostEdits, Witness};
use super::register::{Lww, Rank};
use crate::clock::Stamp;
use crate::id::{OpId, TaskId, WriterId};
use crate::model::{Assignee, Field, Priority, TaskChange, TaskStatus};
use crate::node::TaskView;
use crate::redact::Private;
use crate::time::Wall;
use std::collections::BTreeMap;

/// All tasks of a room, living and deleted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tasks {
    tasks: BTreeMap<TaskId, Task>,
    pub(crate) lost: LostEdits,
}

/// What a write did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Effect {
    /// Something on the screen changed.
    pub(crate) visible: bool,
    /// What is lost of one's own edits changed.
    pub(crate) lost: bool,
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
    /// Tombstones. What was written stays below them, for those whose edits they buried.
    deletions: Vec<Rank>,
    /// This replica's last write.
    mine: Option<Rank>,
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
            deletions: Vec::new(),
            mine: None,
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

    fn rank(&self, field: Field) -> Option<Rank> {
        match field {
            Field::Title => self.title.rank(),
            Field::Notes => self.notes.rank(),
            Field::Assignee => self.assignee.rank(),
            Field::Priority => self.priority.rank(),
            Field::Due => self.due.rank(),
            Field::Place => self.place.rank(),
            Field::Status => self.status.rank(),
            Field::Position => self.position.rank(),
        }
    }

    fn value(&self, field: Field) -> TaskChange {
        match field {
            Field::Title => TaskChange::Title(self.title.get().clone()),
            Field::Notes => TaskChange::Notes(self.notes.get().clone()),
            Field::Assignee => TaskChange::Assignee(self.assignee.get().clone()),
            Field::Priority => TaskChange::Priority(*self.priority.get()),
            Field::Due => TaskChange::Due(*self.due.get()),
            Field::Place => TaskChange::Place(self.place.get().clone()),
            Field::Status => TaskChange::Status(*self.status.get()),
            Field::Position => TaskChange::Position(self.position()),
        }
    }

    fn has(&self, change: &TaskChange) -> bool {
        self.value(change.field()) == *change
    }

    /// The fields that somebody has set, with the write that did.
    fn writes(&self) -> impl Iterator<Item = (Field, Rank)> {
        Field::ALL
            .into_iter()
            .filter_map(|field| Some((field, self.rank(field)?)))
    }

    /// The edit that loses when `change` is merged, if both were made without knowing of each other and it is
    /// this replica's own.
    fn loser(&self, change: &TaskChange, rank: Rank, witness: Witness<'_>) -> Option<LostEdit> {
        let field = change.field();
        // Where a row stands is nobody's word.
        let held = self.rank(field).filter(|_| field != Field::Position)?;
        if !witness.is_concurrent(rank, held) {
            return None;
        }
        let (mine, op, to) = if held < rank {
            (self.value(field), held, rank)
        } else {
            (change.clone(), rank, held)
        };
        (op.op.writer == witness.me).then_some(LostEdit { mine, op, to })
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

    /// Merges changes of one operation.
    pub(crate) fn change(
        &mut self,
        id: TaskId,
        changes: Vec<TaskChange>,
        rank: Rank,
        witness: Witness<'_>,
    ) -> Effect {
        let mut changed = !self.tasks.contains_key(&id);
        let mut lost = false;
        let task = self.tasks.entry(id).or_insert_with(|| Task::new(rank));
        for change in changes {
            lost |= self.lost.written(id, change.field(), rank, witness);
            if let Some(edit) = task.loser(&change, rank, witness) {
                self.lost.lose(id, edit);
                lost = true;
            }
            changed |= task.merge(change, rank);
        }
        if rank < task.created {
            task.created = rank;
            changed = true;
        }
        if changed {
            task.changed = task.changed.max(rank);
        }
        if rank.op.writer == witness.me {
            task.mine = Some(rank);
            for deletion in &task.deletions {
                if witness.is_concurrent(rank, *deletion) {
                    lost |= self.lost.bury(id, *deletion);
                }
            }
        }
        Effect {
            visible: changed && task.deletions.is_empty(),
            lost,
        }
    }

    /// Buries a task.
    pub(crate) fn delete(&mut self, id: TaskId, rank: Rank, witness: Witness<'_>) -> Effect {
        let task = self.tasks.entry(id).or_insert_with(|| Task::new(rank));
        let visible = task.deletions.is_empty();
        task.created = task.created.min(rank);
        task.deletions.push(rank);
        if rank.op.writer == witness.me {
            self.lost.accept(id);
            return Effect {
                visible,
                lost: true,
            };
        }
        let unaware = task
            .mine
            .is_some_and(|mine| witness.is_concurrent(rank, mine));
        Effect {
            visible,
            lost: unaware && self.lost.bury(id, rank),
        }
    }

    /// The operations from which the tasks as they stand follow.
    pub(crate) fn live(&self) -> impl Iterator<Item = OpId> {
        self.tasks.values().flat_map(|task| {
            let buried = task.deletions.iter().max();
            let alive = buried.is_none().then(|| {
                let writes = task.writes().map(|(_, rank)| rank.op);
                writes.chain([task.created.op])
            });
            let alive = alive.into_iter().flatten();
            buried.map(|rank| rank.op).into_iter().chain(alive)
        })
    }

    /// Forgets what stood in tasks that were buried before `wall`.
    pub(crate) fn forget_buried(&mut self, wall: Wall) {
        for task in self.tasks.values_mut() {
            let last = task.deletions.iter().max().copied();
            if let Some(last) = last.filter(|last| last.stamp.wall() < wall) {
                *task = Task {
                    created: task.created,
                    changed: task.changed,
                    deletions: vec![last],
                    ..Task::new(task.created)
                };
            }
        }
    }

    /// Tasks buried before `wall`, by the operation that buries them.
    pub(crate) fn graves(&self, wall: Wall) -> Vec<(OpId, Vec<TaskId>)> {
        let mut graves: BTreeMap<OpId, Vec<TaskId>> = BTreeMap::new();
        for (id, task) in &self.tasks {
            let last = task.deletions.iter().max();
            if let Some(last) = last.filter(|last| last.stamp.wall() < wall) {
                graves.entry(last.op).or_default().push(*id);
            }
        }
        graves.into_iter().collect()
    }

    /// Living tasks that are done and were not touched since `wall`.
    pub(crate) fn done_before(&self, wall: Wall) -> impl Iterator<Item = TaskId> {
        let tasks = self.tasks.iter().filter(move |(_, task)| {
            task.deletions.is_empty()
                && *task.status.get() == TaskStatus::Done
                && task.changed.stamp.wall() < wall
        });
        tasks.map(|(id, _)| *id)
    }

    pub(crate) fn is_alive(&self, id: TaskId) -> bool {
        self.tasks
            .get(&id)
            .is_some_and(|task| task.deletions.is_empty())
    }

    /// The values of these fields, and the writes that set them.
    pub(crate) fn values(&self, id: TaskId, fields: &[Field]) -> Vec<(TaskChange, Option<Rank>)> {
        let task = self.tasks.get(&id);
        fields
            .iter()
            .filter_map(|field| Some((task?.value(*field), task?.rank(*field))))
            .collect()
    }

    /// Everything that was set of a task, living or deleted: enough to add it again.
    pub(crate) fn all_values(&self, id: TaskId) -> Vec<TaskChange> {
        self.tasks.get(&id).map_or_else(Vec::new, |task| {
            let mut values: Vec<_> = task.writes().map(|(field, _)| task.value(field)).collect();
            if task.rank(Field::Position).is_none() {
                values.push(task.value(Field::Position));
            }
            values
        })
    }

    /// Everyone whose word stands in a task.
    pub(crate) fn writers(&self, id: TaskId) -> impl Iterator<Item = WriterId> {
        let task = self.tasks.get(&id);
        task.into_iter()
            .flat_map(Task::writes)
            .map(|(_, write)| write.op.writer)
    }

    /// The title of a task, living or deleted.
    pub(crate) fn title(&self, id: TaskId) -> Option<&Private> {
        self.tasks.get(&id).map(|task| task.title.get())
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
            .filter(|task| task.deletions.is_empty())
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
            .filter(|task| task.deletions.is_empty())
            .map(Task::position)
    }
}
