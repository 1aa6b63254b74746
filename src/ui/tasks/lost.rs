//! One's own edits that lost to a colleague's (R-TASK-3): below the list, where nothing moves when one comes
//! up, until each is put back or left at that.

use super::editor::status_word;
use super::meta::{assignee_words, priority_word};
use crate::state::RoomState;
use crate::state::select::chat::excerpt;
use crate::state::select::lost::{LostKey, key, news};
use crate::ui::ctx::{Ui, refusal, ui};
use crate::ui::parts::react::{Entry, effect, memo, rows, text, when};
use crate::ui::room::{Places, name_of, places};
use crate::ui::words::{fill, w};
use corridor_core::model::TaskChange;
use corridor_core::node::{Command, LostView};
use leptos::prelude::*;

/// Characters of a value.
const VALUE: usize = 90;

#[component]
pub(crate) fn Lost(room: RoomState) -> impl IntoView {
    let places = places();
    let count = memo(move || room.lost.with(Vec::len));
    when(
        move || count.get() > 0,
        move || {
            view! {
                <section class="lost" aria-label=w().lost tabindex="-1" node_ref=places.lost>
                    {when(
                        move || { count.get() > 1 },
                        move || {
                            view! { <h3>{text(move || w().lost_count.of(count.get()))}</h3> }
                                .into_any()
                        },
                    )}
                    <ul>
                        {rows(
                            move || room.lost.with(|all| all.iter().map(key).map(Entry::Lost).collect()),
                            move |entry| match entry {
                                Entry::Lost(key) => view! { <Row room lost=key /> }.into_any(),
                                _ => ().into_any(),
                            },
                        )}
                    </ul>
                </section>
            }
            .into_any()
        },
    )
}

#[component]
fn Row(room: RoomState, lost: LostKey) -> impl IntoView {
    let (ui, places) = (ui(), places());
    let (task, field) = lost;
    let read = move |read: fn(Ui, RoomState, &LostView) -> String| {
        text(move || {
            room.lost.with(|all| {
                let about = all.iter().find(|one| key(one) == lost);
                about.map(|one| read(ui, room, one)).unwrap_or_default()
            })
        })
    };
    let words = w();
    let put_back = if field.is_some() {
        words.put_back
    } else {
        words.add_again
    };
    view! {
        <li class="lost-edit">
            <div>
                <p>{read(sentence)}</p>
                <p class="hint said">{read(stands)}</p>
            </div>
            <div class="lost-actions">
                <button
                    type="button"
                    class="button primary"
                    on:click=move |_| settle(ui, places, Command::TakeBack(task, field))
                >
                    {put_back}
                </button>
                <button
                    type="button"
                    class="button"
                    on:click=move |_| settle(ui, places, Command::Dismiss(task, field))
                >
                    {read(leave)}
                </button>
            </div>
        </li>
    }
    .into_any()
}

/// Carries out what was decided, and keeps the focus where the next one waits.
fn settle(ui: Ui, places: Places, command: Command) {
    ui.send(command, move |result| {
        if let Err(why) = result {
            ui.toasts.say(refusal(why));
        }
        places.after_lost();
    });
}

/// Tells of lost edits as they come up, wherever on the page the person is.
#[component]
pub(crate) fn LostSaid(room: RoomState) -> impl IntoView {
    let ui = ui();
    let said = RwSignal::new(String::new());
    let say = move |mut text: String| {
        text.push(' ');
        text.push_str(w().lost_where);
        said.set(text);
    };
    let mut told: Vec<LostKey> = Vec::new();
    effect(move || {
        room.lost.with(|all| {
            match news(&told, all).as_slice() {
                // What is settled is not to be read any more.
                [] if all.is_empty() => said.set(String::new()),
                [] => {}
                [one] => say(untrack(|| sentence(ui, room, one))),
                more => say(w().lost_count.of(more.len())),
            }
            told = all.iter().map(key).collect();
        });
    });
    view! {
        <p class="visually-hidden" role="status">
            {said}
        </p>
    }
    .into_any()
}

fn sentence(ui: Ui, room: RoomState, lost: &LostView) -> String {
    let words = w();
    let by = name_of(room, lost.by);
    let title = excerpt(lost.title.expose(), VALUE);
    let Some(mine) = &lost.mine else {
        return fill(words.lost_task, &[&by, &title]);
    };
    let value = value(ui, room, mine);
    let field = match mine {
        TaskChange::Position(_) => return fill(words.lost_place, &[&by, &title]),
        TaskChange::Title(_) => return fill(words.lost_title, &[&by, &value]),
        TaskChange::Notes(_) => words.field_notes,
        TaskChange::Assignee(_) => words.field_assignee,
        TaskChange::Priority(_) => words.field_priority,
        TaskChange::Due(_) => words.field_due,
        TaskChange::Place(_) => words.field_place,
        TaskChange::Status(_) => words.field_status,
    };
    fill(words.lost_field, &[&by, field, &title, &value])
}

/// What stands there now.
fn stands(ui: Ui, room: RoomState, lost: &LostView) -> String {
    match &lost.theirs {
        None | Some(TaskChange::Position(_)) => String::new(),
        Some(theirs) => fill(w().lost_now, &[&value(ui, room, theirs)]),
    }
}

/// The words on the button that leaves it at that.
fn leave(_: Ui, room: RoomState, lost: &LostView) -> String {
    match lost.mine {
        Some(_) => fill(w().keep_theirs, &[&name_of(room, lost.by)]),
        None => String::from(w().leave_deleted),
    }
}

fn value(ui: Ui, room: RoomState, change: &TaskChange) -> String {
    let words = w();
    let value = match change {
        TaskChange::Title(text) | TaskChange::Notes(text) | TaskChange::Place(text) => {
            excerpt(text.expose(), VALUE)
        }
        TaskChange::Assignee(None) => String::from(words.anyone),
        TaskChange::Assignee(Some(assignee)) => assignee_words(room, assignee),
        TaskChange::Priority(priority) => String::from(priority_word(*priority)),
        TaskChange::Due(at) => at.map(|at| ui.when(at)).unwrap_or_default(),
        TaskChange::Status(status) => String::from(status_word(*status)),
        TaskChange::Position(_) => String::new(),
    };
    if value.is_empty() {
        String::from(words.no_text)
    } else {
        value
    }
}
