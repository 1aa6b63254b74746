//! Tasks folded from operations: per field the greatest rank wins, and a tombstone is for good.

use super::lost::{LostEdit, LostEdits, Witness};
use super::register::Rank;
use crate::clock::Stamp;
use crate::id::{OpId, TaskId, WriterId};
use crate::model::{Field, Priority, TaskChange, TaskStatus};
use crate::node::TaskView;
use crate::order::sorted;
use crate::redact::Private;
use crate::time::Wall;
use std::collections::BTreeMap;

/// All tasks of a room, living and deleted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tasks {
    /// Boxed: ids come in rising order, which leaves the map's nodes half empty.
    tasks: BTreeMap<TaskId, Box<Task>>,
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
    created: Rank,
    /// The operations whose word stands, and in which fields: each field once.
    writes: Vec<Write>,
    /// Tombstones. What was written stays below them, for those whose edits they buried.
    deletions: Vec<Rank>,
    /// This replica's last write.
    mine: Option<Rank>,
}

/// Where one operation is the last writer. A task is mostly written whole, and by few.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Write {
    rank: Rank,
    changes: Vec<TaskChange>,
}

impl Task {
    fn new(rank: Rank) -> Self {
        Self {
            created: rank,
            writes: Vec::new(),
            deletions: Vec::new(),
            mine: None,
        }
    }

    /// Takes over `change` if its write ranks above the present one; true when it did.
    fn merge(&mut self, change: TaskChange, rank: Rank) -> bool {
        let field = change.field();
        if self.rank(field).is_some_and(|held| held >= rank) {
            return false;
        }
        for write in &mut self.writes {
            write.changes.retain(|held| held.field() != field);
        }
        self.writes.retain(|write| !write.changes.is_empty());
        match self.writes.iter_mut().find(|write| write.rank == rank) {
            Some(write) => write.changes.push(change),
            None => self.writes.push(Write {
                rank,
                changes: vec![change],
            }),
        }
        true
    }

    fn changes(&self) -> impl Iterator<Item = (&TaskChange, Rank)> {
        let writes = self.writes.iter();
        writes.flat_map(|write| write.changes.iter().map(|change| (change, write.rank)))
    }

    fn change(&self, field: Field) -> Option<(&TaskChange, Rank)> {
        self.changes().find(|(change, _)| change.field() == field)
    }

    fn rank(&self, field: Field) -> Option<Rank> {
        self.change(field).map(|(_, rank)| rank)
    }

    fn value(&self, field: Field) -> TaskChange {
        match self.change(field) {
            Some((change, _)) => change.clone(),
            None if field == Field::Position => TaskChange::Position(self.position()),
            None => TaskChange::unset(field),
        }
    }

    fn has(&self, change: &TaskChange) -> bool {
        self.value(change.field()) == *change
    }

    /// The fields that somebody has set, with the write that did.
    fn writes(&self) -> impl Iterator<Item = (Field, Rank)> {
        self.changes().map(|(change, rank)| (change.field(), rank))
    }

    /// The last write of what is shown.
    fn changed(&self) -> Rank {
        let ranks = self.writes.iter().map(|write| write.rank);
        ranks.fold(self.created, Rank::max)
    }

    fn is_done(&self) -> bool {
        let status = self.change(Field::Status);
        matches!(status, Some((TaskChange::Status(TaskStatus::Done), _)))
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
        match self.change(Field::Position) {
            Some((TaskChange::Position(position), _)) => position.clone(),
            _ => Tasks::position_of(self.created.stamp),
        }
    }

    fn view(&self, id: TaskId) -> TaskView {
        let changed = self.changed();
        let mut view = TaskView {
            id,
            title: Private::default(),
            notes: Private::default(),
            assignee: None,
            priority: Priority::default(),
            due: None,
            place: Private::default(),
            status: TaskStatus::default(),
            position: self.position(),
            created_by: self.created.op.writer,
            created: self.created.stamp.wall(),
            changed_by: changed.op.writer,
            changed: changed.stamp.wall(),
        };
        for (change, _) in self.changes() {
            match change {
                TaskChange::Title(title) => view.title.clone_from(title),
                TaskChange::Notes(notes) => view.notes.clone_from(notes),
                TaskChange::Assignee(assignee) => view.assignee.clone_from(assignee),
                TaskChange::Priority(priority) => view.priority = *priority,
                TaskChange::Due(due) => view.due = *due,
                TaskChange::Place(place) => view.place.clone_from(place),
                TaskChange::Status(status) => view.status = *status,
                TaskChange::Position(_) => {}
            }
        }
        view
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
        let task = self
            .tasks
            .entry(id)
            .or_insert_with(|| Box::new(Task::new(rank)));
        for change in changes {
            lost |= self.lost.written(id, change.field(), rank, witness);
            if let Some(edit) = task.loser(&change, rank, witness) {
                self.lost.lose(id, edit);
                lost = true;
            }
            changed |= task.merge(change, rank);
        }
        if let Some(write) = task.writes.last_mut() {
            write.changes.shrink_to_fit();
        }
        task.writes.shrink_to_fit();
        if rank < task.created {
            task.created = rank;
            changed = true;
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
        let task = self
            .tasks
            .entry(id)
            .or_insert_with(|| Box::new(Task::new(rank)));
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
                **task = Task {
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
            task.deletions.is_empty() && task.is_done() && task.changed().stamp.wall() < wall
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
            .flat_map(|task| task.writes())
            .map(|(_, write)| write.op.writer)
    }

    /// The title of a task, living or deleted.
    pub(crate) fn title(&self, id: TaskId) -> Option<&Private> {
        match self.tasks.get(&id)?.change(Field::Title)? {
            (TaskChange::Title(title), _) => Some(title),
            _ => None,
        }
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
            .map(|task| task.view(id))
    }

    pub(crate) fn views(&self) -> Vec<TaskView> {
        let views = self.tasks.keys().filter_map(|id| self.view(*id));
        let by_place = |a: &TaskView, b: &TaskView| (&a.position, a.id).cmp(&(&b.position, b.id));
        sorted(views.collect(), by_place)
    }

    pub(crate) fn position(&self, id: TaskId) -> Option<Vec<u8>> {
        self.tasks
            .get(&id)
            .filter(|task| task.deletions.is_empty())
            .map(|task| task.position())
    }
}
