//! The switcher: the room's conversation, and those with one person. There once there is a private one.

use super::talk::unread;
use crate::state::RoomState;
use crate::state::select::chat::Talks;
use crate::ui::parts::avatar::Avatar;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{Entry, maybe, memo, rows, text, when};
use crate::ui::room::{name_of, places};
use crate::ui::words::{fill, w};
use corridor_core::id::WriterId;
use leptos::prelude::*;

#[component]
pub(crate) fn Switch(room: RoomState, talks: Memo<Talks>) -> impl IntoView {
    let places = places();
    let people = memo(move || {
        let people = talks.with(|talks| talks.people(places.talk.get()));
        people.into_iter().map(Entry::Person).collect::<Vec<_>>()
    });
    when(
        move || people.with(|people| !people.is_empty()),
        move || {
            view! {
                <nav class="talks" aria-label=w().talks>
                    <Choice room with=None />
                    {rows(
                        move || people.get(),
                        move |entry| match entry {
                            Entry::Person(id) => view! { <Choice room with=Some(id) /> }.into_any(),
                            _ => ().into_any(),
                        },
                    )}
                </nav>
            }
            .into_any()
        },
    )
}

#[component]
fn Choice(room: RoomState, with: Option<WriterId>) -> impl IntoView {
    let places = places();
    let name = memo(move || match with {
        Some(with) => name_of(room, with),
        None => String::from(w().everyone),
    });
    let news = memo(move || unread(room, with));
    let label = text(move || match news.get() {
        0 => name.get(),
        news => fill(w().talk_unread, &[&name.get(), &w().unread.of(news)]),
    });
    let symbol = match with {
        Some(id) => view! { <Avatar id name /> }.into_any(),
        None => view! { <Icon name="#i-people" /> }.into_any(),
    };
    view! {
        <button
            type="button"
            class="talk"
            aria-label=label
            aria-current=maybe(move || (places.talk.get() == with).then_some("true"))
            on:click=move |_| places.talk.set(with)
        >
            {symbol}
            <span class="talk-name">{name}</span>
            <Badge news />
        </button>
    }
    .into_any()
}

/// How many wait; decoration, a name beside it says so, too.
#[component]
pub(crate) fn Badge(news: Memo<usize>) -> impl IntoView {
    when(
        move || news.get() > 0,
        move || {
            view! {
                <span
                    class="badge"
                    aria-hidden="true"
                    data-letters=text(move || news.get().to_string())
                ></span>
            }
            .into_any()
        },
    )
}
