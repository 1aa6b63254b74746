//! The people of the room: who is here, and how each is reached, by symbol and in words.

use super::header::LeaveButton;
use super::places::places;
use crate::state::RoomState;
use crate::ui::chat::Badge;
use crate::ui::join::AboutMe;
use crate::ui::parts::avatar::Avatar;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{Entry, memo, rows, says, text, when};
use crate::ui::words::{fill, w};
use corridor_core::id::WriterId;
use corridor_core::model::Presence;
use corridor_core::node::{Path, PersonView};
use leptos::prelude::*;

/// Where somebody is, as a symbol and words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    pub(crate) symbol: &'static str,
    pub(crate) words: &'static str,
    class: &'static str,
}

/// Where `person` is.
pub(crate) fn whereabouts(person: &PersonView) -> Whereabouts {
    let words = w();
    let (symbol, class, phrase) = match (person.presence, person.path) {
        _ if person.me => ("#i-here", "here", words.this_is_you),
        (Presence::Online, Path::Direct) => ("#i-here", "here", words.here_directly),
        (Presence::Online, Path::Hub) => ("#i-here", "here", words.here_hub),
        (Presence::Online, Path::Peer) => ("#i-here", "here", words.here_relay),
        (Presence::Online, Path::None) => ("#i-here", "here", words.here),
        (Presence::Away, Path::Direct) => ("#i-away", "away", words.away_directly),
        (Presence::Away, Path::Hub) => ("#i-away", "away", words.away_hub),
        (Presence::Away, Path::Peer) => ("#i-away", "away", words.away_relay),
        (Presence::Away, Path::None) => ("#i-away", "away", words.away),
        (Presence::Reconnecting, _) => ("#i-busy", "busy", words.reconnecting),
        (Presence::Offline, _) => ("#i-off", "off", words.offline),
    };
    Whereabouts {
        symbol,
        words: phrase,
        class,
    }
}

#[component]
pub(crate) fn People(room: RoomState, inviting: RwSignal<bool>) -> impl IntoView {
    let places = places();
    let about_me = RwSignal::new(false);
    let shown = memo(move || {
        let mut ids = Vec::new();
        room.people.each(|person| {
            if person.me || !person.left {
                ids.push(Entry::Person(person.id));
            }
        });
        ids
    });
    let alone = memo(move || shown.with(|ids| ids.len() < 2));
    view! {
        <section class="region people" aria-label=w().people tabindex="-1" node_ref=places.people>
            <h2 class="region-title">{w().people}</h2>
            <ul class="people-list">
                {rows(
                    move || shown.get(),
                    move |entry| match entry {
                        Entry::Person(id) => view! { <Person room id about_me /> }.into_any(),
                        _ => ().into_any(),
                    },
                )}
            </ul>
            {when(
                move || alone.get(),
                move || {
                    view! {
                        <div class="empty">
                            <p class="empty-title">{w().alone_title}</p>
                            <p>{w().alone_hint}</p>
                            <button
                                type="button"
                                class="button primary"
                                on:click=move |_| inviting.set(true)
                            >
                                <Icon name="#i-invite" />
                                {w().invite}
                            </button>
                        </div>
                    }
                        .into_any()
                },
            )}
            <div class="narrow-only leave">
                <LeaveButton />
            </div>
            <AboutMe room open=about_me />
        </section>
    }
    .into_any()
}

#[component]
fn Person(room: RoomState, id: WriterId, about_me: RwSignal<bool>) -> impl IntoView {
    let places = places();
    let Some(row) = room.people.get(id) else {
        return ().into_any();
    };
    let row = RwSignal::from(row);
    let me = row.with_untracked(|person| person.me);
    let name = memo(move || row.with(|p| String::from(p.profile.name.expose())));
    let role = text(move || row.with(|p| String::from(p.profile.role.expose())));
    let status = text(move || row.with(|p| String::from(p.profile.status.expose())));
    let at = memo(move || row.with(whereabouts));
    let news = memo(move || row.with(|person| person.unread));
    let write = text(move || {
        let says = fill(w().write_privately, &[&name.get()]);
        match news.get() {
            0 => says,
            news => fill(w().talk_unread, &[&says, &w().unread.of(news)]),
        }
    });
    view! {
        <li class="person" data-at=says(move || at.get().class)>
            <Avatar id name />
            <div class="person-text">
                <p class="person-name">
                    <strong>{name}</strong>
                    <span class="hint">{role}</span>
                </p>
                <p class="person-status">{status}</p>
                <p class="person-at">
                    <Icon name=says(move || at.get().symbol) />
                    <span>{says(move || at.get().words)}</span>
                </p>
            </div>
            {if me {
                view! {
                    <button
                        type="button"
                        class="button icon-only quiet"
                        aria-label=w().change_profile
                        title=w().change_profile
                        on:click=move |_| about_me.set(true)
                    >
                        <Icon name="#i-pencil" />
                    </button>
                }
                    .into_any()
            } else {
                view! {
                    <button
                        type="button"
                        class="button icon-only quiet write"
                        aria-label=write
                        title=write
                        on:click=move |_| places.open_talk(Some(id), places.composer)
                    >
                        <Icon name="#i-chat" />
                        <Badge news />
                    </button>
                }
                    .into_any()
            }}
        </li>
    }
    .into_any()
}
