//! Adding a task: write, Enter.

use super::board::Board;
use crate::ui::ctx::refusal;
use crate::ui::parts::icon::Icon;
use crate::ui::room::{Focus as _, places};
use crate::ui::words::{fill, w};
use corridor_core::model::TaskChange;
use corridor_core::node::{Command, Done};
use leptos::prelude::*;

#[component]
pub(crate) fn AddTask(board: Board) -> impl IntoView {
    let words = w();
    let places = places();
    let title = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&'static str>);
    let busy = StoredValue::new(false);
    let add = move || {
        let text = String::from(title.get_untracked().trim());
        if text.is_empty() || busy.get_value() {
            places.new_task.focus();
            return;
        }
        busy.set_value(true);
        let command = Command::AddTask(vec![TaskChange::Title(text.as_str().into())]);
        board.change(command, move |result| {
            if busy.try_set_value(false).is_some() {
                return;
            }
            match result {
                Ok(done) => {
                    error.set(None);
                    title.set(String::new());
                    board.said.set(fill(words.added, &[&text]));
                    if let Done::Task(id) = done {
                        board.show_added(id);
                    }
                }
                Err(why) => error.set(Some(refusal(why))),
            }
        });
    };
    view! {
        <form
            class="add-task"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                add();
            }
        >
            <label class="field bare">
                <span class="visually-hidden">{words.new_task}</span>
                <input
                    type="text"
                    autocomplete="off"
                    enterkeyhint="done"
                    placeholder=words.new_task_hint
                    node_ref=places.new_task
                    bind:value=title
                />
            </label>
            <button type="submit" class="button primary" aria-label=words.add_task>
                <Icon name="#i-plus" />
                <span class="wide-only">{words.add_task}</span>
            </button>
            <p class="error" role="alert">
                {error}
            </p>
        </form>
    }
    .into_any()
}
