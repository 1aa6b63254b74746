//! Changing tasks: what an editor sends, and the neighbours that a move asks for.

use corridor_core::id::TaskId;
use corridor_core::model::TaskChange;
use corridor_core::node::TaskView;
use corridor_core::redact::Private;

/// One step up or down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// Towards the start of the list.
    Up,
    /// Towards its end.
    Down,
}

/// The neighbours in `all` that put `task` past the one shown next to it: (above, below). `None` at the end.
#[must_use]
pub fn neighbours(
    all: &[TaskId],
    shown: &[TaskId],
    task: TaskId,
    step: Step,
) -> Option<(Option<TaskId>, Option<TaskId>)> {
    let at = shown.iter().position(|id| *id == task)?;
    let other = *match step {
        Step::Up => shown.get(at.checked_sub(1)?)?,
        Step::Down => shown.get(at + 1)?,
    };
    let mut rest = all.iter().copied().filter(|id| *id != task);
    let mut before = None;
    loop {
        let id = rest.next()?;
        if id == other {
            return Some(match step {
                Step::Up => (before, Some(other)),
                Step::Down => (Some(other), rest.next()),
            });
        }
        before = Some(id);
    }
}

/// What somebody has changed in an editor: only fields that differ from what was there when it was opened,
/// so that a colleague's change of another field stays.
#[must_use]
pub fn changes(opened: &TaskView, edited: &TaskView) -> Vec<TaskChange> {
    let mut all = Vec::new();
    let trimmed = |text: &Private| Private::new(text.expose().trim());
    if !edited.title.expose().trim().is_empty() && trimmed(&edited.title) != opened.title {
        all.push(TaskChange::Title(trimmed(&edited.title)));
    }
    if trimmed(&edited.notes) != opened.notes {
        all.push(TaskChange::Notes(trimmed(&edited.notes)));
    }
    if edited.assignee != opened.assignee {
        all.push(TaskChange::Assignee(edited.assignee.clone()));
    }
    if edited.priority != opened.priority {
        all.push(TaskChange::Priority(edited.priority));
    }
    if edited.due != opened.due {
        all.push(TaskChange::Due(edited.due));
    }
    if trimmed(&edited.place) != opened.place {
        all.push(TaskChange::Place(trimmed(&edited.place)));
    }
    if edited.status != opened.status {
        all.push(TaskChange::Status(edited.status));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use corridor_core::id::WriterId;
    use corridor_core::model::{Priority, TaskStatus};
    use corridor_core::time::Wall;

    fn id(n: u8) -> TaskId {
        TaskId([n; 16])
    }

    #[test]
    fn a_move_asks_for_neighbours_in_the_whole_list() {
        let all = [1, 2, 3, 4, 5].map(id);
        let shown = [1, 3, 5].map(id);
        let step = |task, step| neighbours(&all, &shown, id(task), step);
        assert_eq!(step(5, Step::Up), Some((Some(id(2)), Some(id(3)))));
        assert_eq!(step(3, Step::Up), Some((None, Some(id(1)))));
        assert_eq!(step(1, Step::Down), Some((Some(id(3)), Some(id(4)))));
        assert_eq!(step(3, Step::Down), Some((Some(id(5)), None)));
        assert_eq!(step(1, Step::Up), None);
        assert_eq!(step(5, Step::Down), None);
    }

    #[test]
    fn an_editor_sends_only_what_was_edited() {
        let opened = TaskView {
            id: id(1),
            title: "Restock Chair".into(),
            notes: "".into(),
            assignee: None,
            priority: Priority::Normal,
            due: None,
            place: "Room 2".into(),
            status: TaskStatus::Open,
            position: vec![1],
            created_by: WriterId([9; 16]),
            created: Wall(0),
            changed_by: WriterId([9; 16]),
            changed: Wall(100),
        };
        let mut edited = opened.clone();
        assert!(changes(&opened, &edited).is_empty());
        edited.title = "  ".into();
        assert!(changes(&opened, &edited).is_empty());
        edited.title = " Restock ".into();
        edited.due = Some(Wall(5));
        assert_eq!(
            changes(&opened, &edited),
            [
                TaskChange::Title("Restock".into()),
                TaskChange::Due(Some(Wall(5)))
            ]
        );
    }
}
