//! The list: what is to do, then what was done. Only a window of it is mounted.

use super::board::Board;
use super::row::TaskRow;
use crate::state::select::tasks::{Filter, Which};
use crate::ui::parts::react::{Entry, memo, rows, says, slot, text, when};
use crate::ui::words::w;
use leptos::prelude::*;

#[component]
pub(crate) fn List(board: Board) -> impl IntoView {
    let items = memo(move || {
        board.shown.with(|shown| {
            let head = (!shown.done.is_empty()).then_some(Entry::DoneHead);
            shown
                .to_do
                .iter()
                .copied()
                .map(Entry::Task)
                .chain(head)
                .chain(shown.done.iter().copied().map(Entry::Task))
                .take(board.limit.get())
                .collect::<Vec<_>>()
        })
    });
    let hidden = memo(move || {
        board
            .shown
            .with(|shown| (shown.to_do.len() + shown.done.len()).saturating_sub(board.limit.get()))
    });
    view! {
        <div class="task-scroll">
            <ul class="task-list">
                {rows(
                    move || items.get(),
                    move |entry| match entry {
                        Entry::Task(id) => view! { <TaskRow board id /> }.into_any(),
                        _ => view! { <DoneHead board /> }.into_any(),
                    },
                )}
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
    let any = memo(move || board.room.tasks.order().with(|order| !order.is_empty()));
    let plain = memo(move || board.filter.with(Filter::is_plain));
    let counts = memo(move || {
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
