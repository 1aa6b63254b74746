//! The list: what is to do, then what was done. Only a window of it is mounted.

use super::board::Board;
use super::row::TaskRow;
use crate::state::select::tasks::{Filter, Which};
use crate::ui::parts::react::{says, slot, text, when};
use crate::ui::words::w;
use corridor_core::id::TaskId;
use leptos::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Item {
    Task(TaskId),
    /// Stands above what is done.
    DoneHead,
}

#[component]
pub(crate) fn List(board: Board) -> impl IntoView {
    let items = Memo::new(move |_| {
        board.shown.with(|shown| {
            let head = (!shown.done.is_empty()).then_some(Item::DoneHead);
            shown
                .to_do
                .iter()
                .copied()
                .map(Item::Task)
                .chain(head)
                .chain(shown.done.iter().copied().map(Item::Task))
                .take(board.limit.get())
                .collect::<Vec<_>>()
        })
    });
    let hidden = Memo::new(move |_| {
        board
            .shown
            .with(|shown| (shown.to_do.len() + shown.done.len()).saturating_sub(board.limit.get()))
    });
    view! {
        <div class="task-scroll">
            <ul class="task-list">
                <For each=move || items.get() key=|item| *item let:item>
                    {match item {
                        Item::Task(id) => view! { <TaskRow board id /> }.into_any(),
                        Item::DoneHead => view! { <DoneHead board /> }.into_any(),
                    }}
                </For>
            </ul>
            {when(
                move || { hidden.get() > 0 },
                move || {
                    view! {
                        <button type="button" class="button" on:click=move |_| board.show_more()>
                            {text(move || w().show_more.of(hidden.get()))}
                        </button>
                    }
                        .into_any()
                },
            )}
            <Empty board />
        </div>
    }
    .into_any()
}

#[component]
fn DoneHead(board: Board) -> impl IntoView {
    view! {
        <li class="done-head" role="presentation">
            <h3>
                {says(move || {
                    let which = board.filter.with(|filter| filter.which);
                    if which == Which::Done { w().which_done } else { w().which_done_today }
                })}
            </h3>
        </li>
    }
    .into_any()
}

/// What stands where no task does.
#[component]
fn Empty(board: Board) -> impl IntoView {
    let words = w();
    let any = Memo::new(move |_| board.room.tasks.order().with(|order| !order.is_empty()));
    let plain = Memo::new(move |_| board.filter.with(Filter::is_plain));
    let counts = Memo::new(move |_| {
        board
            .shown
            .with(|shown| (shown.to_do.len(), shown.done.len()))
    });
    slot(move || match (counts.get(), plain.get(), any.get()) {
        ((0, 0), false, _) => view! {
            <div class="empty">
                <p class="empty-title">{words.nothing_found}</p>
                <button
                    type="button"
                    class="button"
                    on:click=move |_| board.look(|filter| *filter = Filter::default())
                >
                    {words.clear_filters}
                </button>
            </div>
        }
        .into_any(),
        ((0, 0), true, false) => view! {
            <div class="empty">
                <p class="empty-title">{words.no_tasks}</p>
                <p>{words.no_tasks_hint}</p>
            </div>
        }
        .into_any(),
        ((0, 0), true, true) => view! {
            <div class="empty">
                <p class="empty-title">{words.all_done}</p>
            </div>
        }
        .into_any(),
        _ => ().into_any(),
    })
}
