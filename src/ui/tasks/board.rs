//! What the tasks' components share: the filter, which rows are held in place, and the acts.

use super::undo::undo;
use crate::state::RoomState;
use crate::state::select::edit::{Step, neighbours};
use crate::state::select::tasks::{Around, Exceptions, Filter, Shown, Sieve};
use crate::ui::ctx::{Ui, refusal};
use crate::ui::parts::later::Later;
use crate::ui::parts::react::memo;
use crate::ui::parts::toast::About;
use crate::ui::words::{fill, w};
use corridor_core::id::TaskId;
use corridor_core::model::{TaskChange, TaskStatus};
use corridor_core::node::{Command, CommandError, Done};
use leptos::prelude::*;
use std::time::Duration;

/// Rows mounted at first, and more with each "Show more". Browsers stay quick below some 500.
const WINDOW: usize = 100;
/// A ticked task stays where it is for a moment, so that a slip can be taken back.
const LINGER: Duration = Duration::from_secs(4);

/// The tasks' shared state. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Board {
    pub(crate) room: RoomState,
    pub(crate) ui: Ui,
    pub(crate) filter: RwSignal<Filter>,
    /// Rows mounted at most.
    pub(crate) limit: RwSignal<usize>,
    /// The buttons for moving show.
    pub(crate) reorder: RwSignal<bool>,
    /// The last act, for assistive technology.
    pub(crate) said: RwSignal<String>,
    /// Open in an editor.
    pub(crate) editing: RwSignal<Vec<TaskId>>,
    /// What the list shows.
    pub(crate) shown: Memo<Shown>,
    /// Added here, so shown whatever the filter says.
    added: RwSignal<Vec<TaskId>>,
    /// Just ticked here, so kept in place.
    lingering: RwSignal<Vec<TaskId>>,
}

impl Board {
    pub(crate) fn new(room: RoomState, ui: Ui) -> Self {
        let filter = RwSignal::new(Filter::default());
        let lingering = RwSignal::new(Vec::new());
        let added = RwSignal::new(Vec::new());
        let editing = RwSignal::new(Vec::new());
        let around = memo(move || {
            room.room.with(|view| Around {
                me: view.me,
                profile: view.profile.clone(),
                midnight: ui.today.get(),
            })
        });
        let shown = memo(move || {
            let exceptions = Exceptions {
                added: added.get(),
                in_place: [lingering.get(), editing.get()].concat(),
            };
            filter.with(|filter| {
                around.with(|around| {
                    let mut sieve = Sieve::new(filter, around, &exceptions);
                    room.tasks.each(|task| sieve.offer(task));
                    sieve.finish()
                })
            })
        });
        Self {
            room,
            ui,
            filter,
            limit: RwSignal::new(WINDOW),
            reorder: RwSignal::new(false),
            said: RwSignal::new(String::new()),
            editing,
            shown,
            added,
            lingering,
        }
    }

    /// Shows other tasks from now on.
    pub(crate) fn look(self, change: impl FnOnce(&mut Filter)) {
        self.added.update(Vec::clear);
        self.lingering.update(Vec::clear);
        self.limit.set(WINDOW);
        self.filter.update(change);
    }

    pub(crate) fn show_more(self) {
        self.limit.update(|limit| *limit += WINDOW);
    }

    /// Shows a new task whatever the filter says, until the filter changes.
    pub(crate) fn show_added(self, task: TaskId) {
        self.added.update(|added| added.push(task));
    }

    /// Sends a change of tasks. What could be undone before it is not the last change any more.
    pub(crate) fn change(
        self,
        command: Command,
        done: impl FnOnce(Result<Done, CommandError>) + 'static,
    ) {
        self.ui.toasts.withdraw(About::LastChange);
        self.ui.send(command, done);
    }

    /// Tells of a change that was made, and offers to undo it.
    pub(crate) fn offer_undo(self, says: String) {
        self.ui
            .toasts
            .offer(About::LastChange, says, w().undo, move || {
                undo(self.ui, self.room);
            });
    }

    /// Marks a task as done, or opens it again; `refused` puts the checkbox back.
    pub(crate) fn tick(
        self,
        task: TaskId,
        done: bool,
        checkbox: String,
        later: Later,
        refused: impl FnOnce() + 'static,
    ) {
        let status = if done {
            TaskStatus::Done
        } else {
            TaskStatus::Open
        };
        self.lingering.update(|held| held.push(task));
        self.let_go(task, checkbox, later);
        let command = Command::EditTask(task, vec![TaskChange::Status(status)]);
        self.change(command, move |result| {
            if let Err(error) = result {
                refused();
                self.ui.toasts.say(refusal(error));
            }
        });
    }

    /// A row that moves takes the keyboard's focus with it, so it waits until the focus is elsewhere.
    fn let_go(self, task: TaskId, checkbox: String, later: Later) {
        later.after(LINGER, move || {
            let focused = document()
                .get_element_by_id(&checkbox)
                .is_some_and(|node| node.matches(":focus-visible").unwrap_or(false));
            if focused {
                self.let_go(task, checkbox, later);
            } else {
                self.lingering.update(|held| remove(held, task));
            }
        });
    }

    /// Deletes a task for everyone.
    pub(crate) fn delete(self, task: TaskId, title: &str) {
        self.stop_editing(task);
        let says = fill(w().deleted, &[title]);
        self.change(Command::DeleteTask(task), move |result| match result {
            Ok(_) => self.offer_undo(says),
            // A colleague was faster.
            Err(CommandError::NoSuchTask) => {}
            Err(error) => self.ui.toasts.say(refusal(error)),
        });
    }

    /// Moves a task past the one shown next to it. False at the end of the list.
    pub(crate) fn step(self, task: TaskId, step: Step, title: &str) -> bool {
        let order = self.room.tasks.order().get_untracked();
        let to = self
            .shown
            .with_untracked(|shown| neighbours(&order, &shown.to_do, task, step));
        let Some((after, before)) = to else {
            return false;
        };
        let command = Command::MoveTask {
            task,
            after,
            before,
        };
        self.change(command, move |result| {
            if let Err(error) = result {
                self.ui.toasts.say(refusal(error));
            }
        });
        let words = match step {
            Step::Up => w().moved_up,
            Step::Down => w().moved_down,
        };
        self.said.set(fill(words, &[title]));
        true
    }

    pub(crate) fn start_editing(self, task: TaskId) {
        self.editing.update(|editing| editing.push(task));
    }

    pub(crate) fn stop_editing(self, task: TaskId) {
        self.editing.update(|editing| remove(editing, task));
    }
}

fn remove(list: &mut Vec<TaskId>, task: TaskId) {
    list.retain(|id| *id != task);
}
