//! An open room: who one is first, then tasks, messages and people; side by side where there is space, behind
//! tabs where there is not.

mod by_hand;
mod connection;
mod header;
mod invite;
pub(crate) mod notices;
mod people;
mod places;
mod tabs;

pub(crate) use places::{Focus, Places, Tab, places};

use super::chat::{Messages, tell_private};
use super::ctx::ui;
use super::join::Join;
use super::keys;
use super::parts::react::{either, memo, says, slot};
use super::tasks::{LostSaid, Tasks};
use super::words::w;
use crate::state::RoomState;
use corridor_core::id::WriterId;
use leptos::prelude::*;

/// A person's name; tracked.
pub(crate) fn name_of(room: RoomState, id: WriterId) -> String {
    room.people
        .read(id, |person| String::from(person.profile.name.expose()))
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| String::from(w().someone))
}

/// A room, from opening to leaving.
#[component]
pub(crate) fn RoomPage(room: Signal<Option<RoomState>>) -> impl IntoView {
    slot(move || match room.get() {
        Some(room) => view! { <Opened room /> }.into_any(),
        None => view! {
            <div class="sheet narrow">
                <h1 class="waiting" role="status">
                    {w().opening}
                </h1>
            </div>
        }
        .into_any(),
    })
}

#[component]
fn Opened(room: RoomState) -> impl IntoView {
    let joined = memo(move || room.room.with(|room| room.profile.is_some()));
    either(
        move || joined.get(),
        move || view! { <Inside room /> }.into_any(),
        move || view! { <Join room /> }.into_any(),
    )
}

#[component]
fn Inside(room: RoomState) -> impl IntoView {
    let places = Places::new();
    provide_context(places);
    let ui = ui();
    keys::room_keys(ui, room, places);
    tell_private(ui, room, places);
    on_cleanup(move || ui.toasts.clear());
    let inviting = RwSignal::new(false);
    let by_hand = RwSignal::new(false);
    view! {
        <div class="room" data-tab=says(move || places.tab.get().name())>
            <header::Header room inviting />
            <notices::Notices room by_hand />
            <div class="regions">
                <people::People room inviting />
                <Tasks room />
                <Messages room />
            </div>
            <tabs::Tabs room />
        </div>
        <LostSaid room />
        <invite::Invite open=inviting by_hand />
        <by_hand::ByHand room open=by_hand />
    }
    .into_any()
}
