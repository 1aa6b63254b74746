//! Changing a task in place. Sends only the fields that were changed here, so a colleague's change of another
//! field stays.

use super::assignee;
use super::board::Board;
use super::meta::priority_word;
use crate::state::select::edit::changes;
use crate::ui::ctx::refusal;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{maybe, text};
use crate::ui::parts::toast::About;
use crate::ui::room::{Tab, places};
use crate::ui::words::{fill, w};
use corridor_core::model::{Priority, TaskChange, TaskStatus};
use corridor_core::node::{Command, CommandError, TaskView};
use leptos::html;
use leptos::prelude::*;

const PRIORITIES: [(Priority, &str); 4] = [
    (Priority::Urgent, "urgent"),
    (Priority::High, "high"),
    (Priority::Normal, "normal"),
    (Priority::Low, "low"),
];

/// A status's word.
pub(crate) fn status_word(status: TaskStatus) -> &'static str {
    let words = status_words();
    words
        .iter()
        .find(|(known, ..)| *known == status)
        .map_or("", |(_, _, says)| says)
}

fn status_words() -> [(TaskStatus, &'static str, &'static str); 3] {
    let words = w();
    [
        (TaskStatus::Open, "open", words.which_open),
        (TaskStatus::InProgress, "progress", words.in_progress),
        (TaskStatus::Done, "done", words.which_done),
    ]
}

/// What stands in the fields. A handle.
#[derive(Clone, Copy)]
struct Draft {
    /// The task as it was when the editor opened.
    opened: StoredValue<TaskView>,
    /// The due time as it was, in the field's own form (which has no seconds).
    opened_due: StoredValue<String>,
    title: RwSignal<String>,
    notes: RwSignal<String>,
    place: RwSignal<String>,
    due: RwSignal<String>,
    assignee: RwSignal<String>,
    priority: RwSignal<Priority>,
    status: RwSignal<TaskStatus>,
}

impl Draft {
    fn new(board: Board, task: TaskView) -> Self {
        let host = board.ui.host();
        let due = task.due.map(|at| host.to_local(at)).unwrap_or_default();
        let text =
            |text: &corridor_core::redact::Private| RwSignal::new(String::from(text.expose()));
        Self {
            title: text(&task.title),
            notes: text(&task.notes),
            place: text(&task.place),
            due: RwSignal::new(due.clone()),
            assignee: RwSignal::new(
                task.assignee
                    .as_ref()
                    .map(assignee::encode)
                    .unwrap_or_default(),
            ),
            priority: RwSignal::new(task.priority),
            status: RwSignal::new(task.status),
            opened: StoredValue::new(task),
            opened_due: StoredValue::new(due),
        }
    }

    /// The task as the fields say.
    fn edited(self, board: Board) -> TaskView {
        let opened = self.opened.get_value();
        let due = self.due.get_untracked();
        TaskView {
            title: self.title.get_untracked().into(),
            notes: self.notes.get_untracked().into(),
            place: self.place.get_untracked().into(),
            due: if due == self.opened_due.get_value() {
                opened.due
            } else {
                board.ui.host().parse_local(&due)
            },
            assignee: assignee::decode(&self.assignee.get_untracked()),
            priority: self.priority.get_untracked(),
            status: self.status.get_untracked(),
            ..opened
        }
    }

    fn changes(self, board: Board) -> Vec<TaskChange> {
        let edited = self.edited(board);
        self.opened.with_value(|opened| changes(opened, &edited))
    }
}

#[component]
pub(crate) fn Editor(
    board: Board,
    row: RwSignal<TaskView>,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let words = w();
    let places = places();
    let task = row.get_untracked();
    let id = task.id;
    let draft = Draft::new(board, task);
    let error = RwSignal::new(None::<&'static str>);
    let finished = StoredValue::new(false);
    let first = NodeRef::<html::Input>::new();
    first.on_load(|field| {
        let _ = field.focus();
    });

    let finish = move || {
        finished.set_value(true);
        close();
    };
    let save = move || {
        if draft.title.with_untracked(|title| title.trim().is_empty()) {
            error.set(Some(refusal(CommandError::Empty)));
            return;
        }
        let changes = draft.changes(board);
        if changes.is_empty() {
            finish();
            return;
        }
        let says = draft
            .title
            .with_untracked(|title| fill(words.changed, &[title.trim()]));
        board.change(Command::EditTask(id, changes), move |result| match result {
            Ok(_) => {
                finish();
                board.offer_undo(says);
            }
            Err(why) => {
                error.try_set(Some(refusal(why)));
            }
        });
    };
    on_cleanup(move || {
        let in_room = board.room.room.try_get_untracked().is_some();
        let deleted = in_room && board.room.tasks.get(id).is_none();
        if deleted && !finished.get_value() && !draft.changes(board).is_empty() {
            keep_typed(board, &draft.edited(board));
        }
    });

    view! {
        <form
            class="editor"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
            on:keydown=move |event| {
                if event.key() == "Escape" {
                    event.prevent_default();
                    finish();
                }
            }
        >
            <label class="field">
                <span>{words.title}</span>
                <input
                    type="text"
                    autocomplete="off"
                    required
                    aria-invalid=maybe(move || error.get().map(|_| "true"))
                    node_ref=first
                    bind:value=draft.title
                />
            </label>
            <label class="field">
                <span>{words.notes}</span>
                <textarea rows="2" bind:value=draft.notes></textarea>
            </label>
            <div class="editor-grid">
                <Selects board draft />
                <label class="field">
                    <span>{words.due}</span>
                    <input type="datetime-local" bind:value=draft.due />
                </label>
                <label class="field">
                    <span>{words.place}</span>
                    <input
                        type="text"
                        autocomplete="off"
                        placeholder=words.place_hint
                        bind:value=draft.place
                    />
                </label>
            </div>
            <p class="error" role="alert">
                {error}
            </p>
            <div class="editor-actions">
                <button type="submit" class="button primary">
                    {words.save}
                </button>
                <button type="button" class="button" on:click=move |_| finish()>
                    {words.cancel}
                </button>
                <button
                    type="button"
                    class="button danger quiet push"
                    aria-label=text(move || {
                        row.with(|task| fill(words.delete_label, &[task.title.expose()]))
                    })
                    on:click=move |_| {
                        finished.set_value(true);
                        row.with_untracked(|task| board.delete(id, task.title.expose()));
                        places.focus(Tab::Tasks, places.tasks);
                    }
                >
                    <Icon name="#i-trash" />
                    {words.delete}
                </button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn Selects(board: Board, draft: Draft) -> impl IntoView {
    let words = w();
    let chosen = draft.assignee.get_untracked();
    let people = untrack(|| assignee::options(board.room, &chosen));
    view! {
        <label class="field">
            <span>{words.assignee}</span>
            <select on:change=move |event| draft.assignee.set(event_target_value(&event))>
                {assignee::option("", words.anyone, &chosen)} {people}
            </select>
        </label>
        <label class="field">
            <span>{words.priority}</span>
            <select on:change=move |event| {
                let value = event_target_value(&event);
                if let Some((priority, _)) = PRIORITIES.iter().find(|(_, name)| *name == value) {
                    draft.priority.set(*priority);
                }
            }>
                {PRIORITIES
                    .map(|(priority, name)| {
                        let chosen = if priority == draft.priority.get_untracked() { name } else { "" };
                        assignee::option(name, priority_word(priority), chosen)
                    })
                    .into_iter()
                    .collect_view()}
            </select>
        </label>
        <label class="field">
            <span>{words.status}</span>
            <select on:change=move |event| {
                let value = event_target_value(&event);
                if let Some((status, ..)) = status_words().iter().find(|(_, name, _)| *name == value) {
                    draft.status.set(*status);
                }
            }>
                {status_words()
                    .map(|(status, name, says)| {
                        let chosen = if status == draft.status.get_untracked() { name } else { "" };
                        assignee::option(name, says, chosen)
                    })
                    .into_iter()
                    .collect_view()}
            </select>
        </label>
    }
    .into_any()
}

/// The task went away under the editor: what was typed can be kept as a new task.
fn keep_typed(board: Board, edited: &TaskView) {
    let blank = TaskView {
        title: Default::default(),
        notes: Default::default(),
        assignee: None,
        priority: Priority::default(),
        due: None,
        place: Default::default(),
        status: TaskStatus::default(),
        ..edited.clone()
    };
    let all = changes(&blank, edited);
    board.ui.toasts.offer(
        About::Once,
        fill(w().gone_while_editing, &[edited.title.expose()]),
        w().add_again,
        move || board.ui.ask(Command::AddTask(all.clone())),
    );
}
