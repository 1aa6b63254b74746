//! One task of the list: its checkbox, its title, its small print, or its editor.

use super::board::Board;
use super::editor::Editor;
use super::meta::meta;
use crate::state::select::edit::Step;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::later::Later;
use crate::ui::parts::react::{either, memo, slot, text, when};
use crate::ui::words::{fill, w};
use corridor_core::id::TaskId;
use corridor_core::model::{Priority, TaskStatus};
use corridor_core::node::TaskView;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn TaskRow(board: Board, id: TaskId) -> impl IntoView {
    let words = w();
    let Some(row) = board.room.tasks.get(id) else {
        return ().into_any();
    };
    let row = RwSignal::from(row);
    let title = memo(move || row.with(|task| String::from(task.title.expose())));
    let done = memo(move || row.with(|task| task.status == TaskStatus::Done));
    let urgent = memo(move || row.with(|task| task.priority == Priority::Urgent));
    let editing = memo(move || board.editing.with(|ids| ids.contains(&id)));
    let checkbox = NodeRef::<html::Input>::new();
    let opener = NodeRef::<html::Button>::new();
    let later = Later::new();
    let dom_id = {
        let mut text = String::from("done-");
        text.push_str(&id.to_string());
        text
    };
    let tick_id = dom_id.clone();

    let back_to_title = move || {
        later.next_frame(move || {
            if let Some(opener) = opener.get_untracked() {
                let _ = opener.focus();
            }
        });
    };
    let close = move || {
        board.stop_editing(id);
        back_to_title();
    };
    let by_keyboard = move |event: leptos::ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowUp" => Step::Up,
            "ArrowDown" => Step::Down,
            _ => return,
        };
        if event.alt_key() && !editing.get_untracked() {
            event.prevent_default();
            title.with_untracked(|title| board.step(id, step, title));
            back_to_title();
        }
    };

    view! {
        <li class="task" class:done=done class:urgent=urgent class:open=editing on:keydown=by_keyboard>
            <span class="tick">
                <input
                    type="checkbox"
                    id=dom_id
                    aria-label=text(move || title.with(|title| fill(words.done_label, &[title])))
                    node_ref=checkbox
                    prop:checked=done
                    on:change=move |event| {
                        let wanted = event_target_checked(&event);
                        board
                            .tick(
                                id,
                                wanted,
                                tick_id.clone(),
                                later,
                                move || {
                                    if let Some(checkbox) = checkbox.get_untracked() {
                                        checkbox.set_checked(!wanted);
                                    }
                                },
                            );
                    }
                />
                <Icon name="#i-check" />
            </span>
            {either(
                move || editing.get(),
                move || view! { <Editor board row close /> }.into_any(),
                move || view! { <Reading board row title opener /> }.into_any(),
            )}
        </li>
    }
    .into_any()
}

/// The title, which opens the editor, and the small print.
#[component]
fn Reading(
    board: Board,
    row: RwSignal<TaskView>,
    title: Memo<String>,
    opener: NodeRef<html::Button>,
) -> impl IntoView {
    let id = row.with_untracked(|task| task.id);
    let movable = move || board.reorder.get() && row.with(|task| task.status != TaskStatus::Done);
    view! {
        <div class="task-body">
            <button
                type="button"
                class="task-title"
                aria-label=text(move || title.with(|title| fill(w().edit_label, &[title])))
                node_ref=opener
                on:click=move |_| board.start_editing(id)
            >
                {title}
            </button>
            {slot(move || row.with(|task| meta(board, task)))}
        </div>
        {when(
            movable,
            move || {
                view! {
                    <div class="movers">
                        <Mover board id title step=Step::Up />
                        <Mover board id title step=Step::Down />
                    </div>
                }
                    .into_any()
            },
        )}
    }
    .into_any()
}

/// Moves the task one step; keeps the focus.
#[component]
fn Mover(board: Board, id: TaskId, title: Memo<String>, step: Step) -> impl IntoView {
    let button = NodeRef::<html::Button>::new();
    let later = Later::new();
    let (label, icon) = match step {
        Step::Up => (w().move_up, "#i-up"),
        Step::Down => (w().move_down, "#i-down"),
    };
    view! {
        <button
            type="button"
            class="button icon-only quiet"
            aria-label=text(move || title.with(|title| fill(label, &[title])))
            node_ref=button
            on:click=move |_| {
                title.with_untracked(|title| board.step(id, step, title));
                later.next_frame(move || {
                    if let Some(button) = button.get_untracked() {
                        let _ = button.focus();
                    }
                });
            }
        >
            <Icon name=icon />
        </button>
    }
    .into_any()
}
