//! The small print of a task: how urgent, for whom, where, when, and who changed it last.

use super::board::Board;
use crate::state::RoomState;
use crate::state::select::chat::excerpt;
use crate::state::select::tasks::{Due, due};
use crate::ui::parts::icon::Icon;
use crate::ui::room::name_of;
use crate::ui::words::{fill, w};
use corridor_core::model::{Assignee, Priority, TaskStatus};
use corridor_core::node::TaskView;
use corridor_core::redact::Private;
use leptos::prelude::*;

/// Characters of the notes shown in the list.
const NOTES: usize = 90;

/// A priority's word.
pub(crate) fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => w().low,
        Priority::Normal => w().normal,
        Priority::High => w().high,
        Priority::Urgent => w().urgent,
    }
}

/// Who a task is for; tracks the person.
pub(crate) fn assignee_words(room: RoomState, assignee: &Assignee) -> String {
    match assignee {
        Assignee::Person(id) => name_of(room, *id),
        Assignee::Role(role) => String::from(role.expose()),
    }
}

/// All of it; tracks the people and the time it names.
pub(crate) fn meta(board: Board, task: &TaskView) -> AnyView {
    let words = w();
    let priority = match task.priority {
        Priority::Normal => None,
        Priority::Low => Some(chip("chip low", "#i-low", words.low)),
        Priority::High => Some(chip("chip high", "#i-high", words.high)),
        Priority::Urgent => Some(chip("chip urgent", "#i-urgent", words.urgent)),
    };
    let progress = (task.status == TaskStatus::InProgress)
        .then(|| chip("chip progress", "#i-busy", words.in_progress));
    let assignee = task
        .assignee
        .as_ref()
        .map(|assignee| chip("chip", "#i-person", assignee_words(board.room, assignee)));
    let place = some(&task.place).map(|place| chip("chip", "#i-pin", place));
    let due = task.due.map(|at| {
        let when = board.ui.when(at);
        let over = task.status != TaskStatus::Done
            && due(at, board.ui.clock.get(), |at| board.ui.day(at)) == Due::Over;
        if over {
            chip("chip over", "#i-warn", fill(words.due_over, &[&when]))
        } else {
            chip("chip", "#i-clock", fill(words.due_at, &[&when]))
        }
    });
    let notes = some(&task.notes)
        .map(|notes| view! { <p class="task-notes">{excerpt(&notes, NOTES)}</p> }.into_any());
    let changed = fill(
        if task.changed == task.created {
            words.added_by
        } else {
            words.changed_by
        },
        &[
            &name_of(board.room, task.changed_by),
            &board.ui.when(task.changed),
        ],
    );
    view! {
        {notes}
        <p class="task-meta">
            {priority}
            {progress}
            {assignee}
            {place}
            {due}
            <span class="changed">{changed}</span>
        </p>
    }
    .into_any()
}

fn some(text: &Private) -> Option<String> {
    (!text.is_empty()).then(|| String::from(text.expose()))
}

fn chip(class: &'static str, icon: &'static str, says: impl Into<String>) -> AnyView {
    let says = says.into();
    view! {
        <span class=class>
            <Icon name=icon />
            {says}
        </span>
    }
    .into_any()
}
