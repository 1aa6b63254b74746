//! Finding tasks: three common views, search, and the rest behind "Filter".

use super::assignee;
use super::board::Board;
use super::undo::UndoButton;
use crate::state::select::people::same;
use crate::state::select::tasks::{Filter, Which, Who};
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{flag, memo, slot, state, text};
use crate::ui::room::places;
use crate::ui::words::w;
use corridor_core::model::Assignee;
use corridor_core::order::sorted;
use leptos::prelude::*;

#[component]
pub(crate) fn Filters(board: Board) -> impl IntoView {
    let words = w();
    view! {
        <div class="finder">
            <div class="segments" role="group" aria-label=words.filter>
                <Segment board label=words.show_all who=Who::Anyone which=Which::Current />
                <Segment board label=words.show_mine who=Who::Mine which=Which::Current />
                <Segment board label=words.show_done_today who=Who::Anyone which=Which::DoneToday />
            </div>
            <label class="field bare search">
                <span class="visually-hidden">{words.search_tasks}</span>
                <Icon name="#i-search" />
                <input
                    type="search"
                    autocomplete="off"
                    placeholder=words.search_tasks
                    node_ref=places().search
                    prop:value=text(move || board.filter.with(|filter| filter.text.clone()))
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        board.look(|filter| filter.text = text);
                    }
                />
            </label>
            <button
                type="button"
                class="button quiet toggle"
                aria-label=words.reorder
                aria-pressed=state(move || board.reorder.get())
                on:click=move |_| board.reorder.update(|on| *on = !*on)
            >
                <Icon name="#i-order" />
                <span class="wide-only">{words.reorder}</span>
            </button>
            <UndoButton room=board.room />
            <details class="more">
                <summary class="button quiet" aria-label=words.filter>
                    <Icon name="#i-filter" />
                    <span class="wide-only">{words.filter}</span>
                </summary>
                <div class="selects">
                    <WhoSelect board />
                    <PlaceSelect board />
                    <WhichSelect board />
                </div>
            </details>
        </div>
    }
    .into_any()
}

#[component]
fn Segment(board: Board, label: &'static str, who: Who, which: Which) -> impl IntoView {
    let filter = Filter {
        who,
        which,
        ..Filter::default()
    };
    let wanted = filter.clone();
    let pressed = memo(move || {
        board.filter.with(|now| {
            (&now.who, now.which, &now.place) == (&wanted.who, wanted.which, &wanted.place)
        })
    });
    view! {
        <button
            type="button"
            class="segment"
            aria-pressed=state(move || pressed.get())
            on:click=move |_| {
                let filter = filter.clone();
                board.look(|now| {
                    *now = Filter {
                        text: std::mem::take(&mut now.text),
                        ..filter
                    };
                });
            }
        >
            {label}
        </button>
    }
    .into_any()
}

#[component]
fn WhoSelect(board: Board) -> impl IntoView {
    let words = w();
    let chosen = memo(move || {
        board.filter.with(|filter| match &filter.who {
            Who::Anyone => String::new(),
            Who::Mine => String::from("mine"),
            Who::Nobody => String::from("nobody"),
            Who::Person(id) => assignee::encode(&Assignee::Person(*id)),
            Who::Role(role) => assignee::encode(&Assignee::Role(role.as_str().into())),
        })
    });
    let choose = move |value: String| {
        let who = match value.as_str() {
            "" => Who::Anyone,
            "mine" => Who::Mine,
            "nobody" => Who::Nobody,
            other => match assignee::decode(other) {
                Some(Assignee::Person(id)) => Who::Person(id),
                Some(Assignee::Role(role)) => Who::Role(String::from(role.expose())),
                None => Who::Anyone,
            },
        };
        board.look(|filter| filter.who = who);
    };
    view! {
        <label class="field">
            <span>{words.filter_who}</span>
            <select on:change=move |event| choose(event_target_value(&event))>
                {slot(move || {
                    let chosen = chosen.get();
                    vec![
                        assignee::option("", words.anyone, &chosen),
                        assignee::option("mine", words.mine, &chosen),
                        assignee::option("nobody", words.nobody, &chosen),
                        assignee::options(board.room, &chosen),
                    ]
                        .into_any()
                })}
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn PlaceSelect(board: Board) -> impl IntoView {
    let words = w();
    let places = memo(move || {
        let mut all: Vec<String> = Vec::new();
        board.room.tasks.each(|task| {
            let place = task.place.expose().trim();
            if !place.is_empty() && !all.iter().any(|known| same(known, place)) {
                all.push(String::from(place));
            }
        });
        sorted(all, String::cmp)
    });
    let chosen = move || board.filter.with(|f| f.place.clone().unwrap_or_default());
    view! {
        <label class="field">
            <span>{words.filter_place}</span>
            <select on:change=move |event| {
                let value = event_target_value(&event);
                board.look(|filter| filter.place = (!value.is_empty()).then_some(value));
            }>
                {slot(move || {
                    let chosen = chosen();
                    std::iter::once((String::new(), String::from(words.any_place)))
                        .chain(places.get().into_iter().map(|place| (place.clone(), place)))
                        .map(|(value, says)| assignee::option(value, says, &chosen))
                        .collect_view()
                        .into_any()
                })}
            </select>
        </label>
    }
    .into_any()
}

#[component]
fn WhichSelect(board: Board) -> impl IntoView {
    let words = w();
    let all = [
        (Which::Current, "", words.which_current),
        (Which::Open, "open", words.which_open),
        (Which::InProgress, "progress", words.which_progress),
        (Which::DoneToday, "today", words.which_done_today),
        (Which::Done, "done", words.which_done),
    ];
    view! {
        <label class="field">
            <span>{words.filter_which}</span>
            <select on:change=move |event| {
                let value = event_target_value(&event);
                let which = all
                    .iter()
                    .find(|(_, name, _)| *name == value)
                    .map(|(which, ..)| *which)
                    .unwrap_or_default();
                board.look(|filter| filter.which = which);
            }>
                {all
                    .map(|(which, name, says)| {
                        view! {
                            <option
                                value=name
                                prop:selected=flag(move || board.filter.with(|f| f.which == which))
                            >
                                {says}
                            </option>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </select>
        </label>
    }
    .into_any()
}
