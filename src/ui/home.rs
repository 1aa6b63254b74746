//! The start page: create a room, open one by its link, the rooms this device knows, and this device.

use super::bad_link;
use super::ctx::ui;
use super::parts::dialog::Confirm;
use super::parts::icon::Icon;
use super::parts::react::{maybe, says, slot};
use super::parts::theme::ThemeChoice;
use super::words::{fill, w};
use crate::state::{CreateError, KnownRoom, TimeStyle};
use corridor_core::id::RoomId;
use leptos::prelude::*;

/// Names shown on a room's card.
const NAMES: usize = 3;

#[component]
pub(crate) fn Home() -> impl IntoView {
    let words = w();
    view! {
        <div class="home">
            <header class="brand">
                <Icon name="#i-logo" />
                <span>{words.app}</span>
                <HelpButton />
            </header>
            <h1>{words.home_title}</h1>
            <p class="lead">{words.home_lead}</p>
            <div class="home-start">
                <Create />
                <OpenLink />
            </div>
            <KnownRooms />
            <section class="home-care">
                <p>
                    <Icon name="#i-info" />
                    <span>{words.no_patients}</span>
                </p>
                <p>
                    <Icon name="#i-info" />
                    <span>{words.no_emergency}</span>
                </p>
            </section>
            <Device />
        </div>
    }
    .into_any()
}

/// Opens help and settings.
#[component]
pub(crate) fn HelpButton() -> impl IntoView {
    let ui = ui();
    view! {
        <button
            type="button"
            class="button icon-only quiet"
            aria-label=w().help
            title=w().help
            on:click=move |_| ui.help.set(true)
        >
            <Icon name="#i-help" />
        </button>
    }
    .into_any()
}

#[component]
fn Create() -> impl IntoView {
    let ui = ui();
    let busy = RwSignal::new(false);
    let error = RwSignal::new(None::<&'static str>);
    let create = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        error.set(None);
        let host = ui.host();
        host.create_room(Box::new(move |result| {
            let said = match result {
                Ok(link) => ui.host().open_link(&link).err().map(bad_link::sentence),
                Err(CreateError::Unreachable) => Some(w().create_unreachable),
                Err(CreateError::Full) => Some(w().create_full),
            };
            // The page may be gone by now.
            error.try_set(said);
            busy.try_set(false);
        }));
    };
    view! {
        <section class="card start">
            <h2>{w().start_room}</h2>
            <p class="hint" role="status">
                {says(move || if busy.get() { w().creating } else { w().create_hint })}
            </p>
            <button
                type="button"
                class="button primary large"
                aria-disabled=maybe(move || busy.get().then_some("true"))
                on:click=create
            >
                <Icon name="#i-plus" />
                {w().create_room}
            </button>
            <p class="error" role="alert">
                {error}
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn OpenLink() -> impl IntoView {
    let ui = ui();
    let link = RwSignal::new(String::new());
    let error = RwSignal::new(None::<&'static str>);
    view! {
        <form
            class="card start"
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                let text = link.get_untracked();
                error.set(ui.host().open_link(text.trim()).err().map(bad_link::sentence));
            }
        >
            <h2>{w().join_room}</h2>
            <p class="hint" id="room-link-hint">
                {w().room_link_hint}
            </p>
            <div class="field-row">
                <label class="field">
                    <span>{w().room_link}</span>
                    <input
                        type="url"
                        autocomplete="off"
                        spellcheck="false"
                        aria-describedby="room-link-hint"
                        bind:value=link
                    />
                </label>
                <button type="submit" class="button">
                    {w().open_room}
                </button>
            </div>
            <p class="error" role="alert">
                {error}
            </p>
        </form>
    }
    .into_any()
}

#[component]
fn KnownRooms() -> impl IntoView {
    let ui = ui();
    let rooms = RwSignal::new(ui.host().known_rooms());
    let forgetting = RwSignal::new(None::<RoomId>);
    view! {
        {slot(move || {
            let all = rooms.get();
            if all.is_empty() {
                return ().into_any();
            }
            let cards = all
                .into_iter()
                .map(|room| view! { <RoomCard room forgetting /> }.into_any())
                .collect_view();
            view! {
                <section class="known" aria-labelledby="known-title">
                    <h2 id="known-title">{w().your_rooms}</h2>
                    <ul class="room-list">{cards}</ul>
                </section>
            }
                .into_any()
        })}
        <Confirm
            about=forgetting
            title=w().forget_title
            text=w().forget_text
            yes=w().forget_yes
            run=move |room| {
                ui.host().forget_room(room);
                rooms.set(ui.host().known_rooms());
            }
        />
    }
    .into_any()
}

#[component]
fn RoomCard(room: KnownRoom, forgetting: RwSignal<Option<RoomId>>) -> impl IntoView {
    let ui = ui();
    let id = room.room;
    let name = room_name(&room.people);
    let opened = fill(
        w().opened_at,
        &[&ui.host().format(room.opened, TimeStyle::Full)],
    );
    view! {
        <li class="room-card">
            <a class="room-open" href=room.link>
                <span class="room-name">{name.clone()}</span>
                <span class="hint">{opened}</span>
                <span class="counts">
                    {(room.unread > 0)
                        .then(|| view! { <span class="badge">{w().unread.of(room.unread)}</span> })}
                    {(room.open_tasks > 0)
                        .then(|| {
                            view! { <span class="badge plain">{w().open_tasks.of(room.open_tasks)}</span> }
                        })}
                </span>
            </a>
            <button
                type="button"
                class="button quiet"
                aria-label=fill(w().forget_room, &[&name])
                on:click=move |_| forgetting.set(Some(id))
            >
                {w().forget}
            </button>
        </li>
    }
    .into_any()
}

fn room_name(people: &[String]) -> String {
    if people.is_empty() {
        return String::from(w().room_unnamed);
    }
    let shown: Vec<&str> = people.iter().take(NAMES).map(String::as_str).collect();
    let mut name = fill(w().room_with, &[&shown.join(", ")]);
    let others = people.len().saturating_sub(NAMES);
    if others > 0 {
        name.push(' ');
        name.push_str(&w().and_others.of(others));
    }
    name
}

#[component]
fn Device() -> impl IntoView {
    let ui = ui();
    let wiping = RwSignal::new(None::<()>);
    view! {
        <section class="device" aria-labelledby="device-title">
            <h2 id="device-title">{w().device}</h2>
            <div class="card settings">
                <ThemeChoice />
                <div class="setting">
                    <p class="hint" id="wipe-hint">
                        {w().wipe_hint}
                    </p>
                <button
                    type="button"
                    class="button danger quiet"
                    aria-describedby="wipe-hint"
                    on:click=move |_| wiping.set(Some(()))
                >
                    <Icon name="#i-trash" />
                    {w().wipe}
                </button>
                </div>
            </div>
        </section>
        <Confirm
            about=wiping
            title=w().wipe_title
            text=w().wipe_text
            yes=w().wipe_yes
            run=move |()| ui.host().wipe_device()
        />
    }
    .into_any()
}
