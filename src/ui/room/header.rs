//! The top of a room: the way home, the connection, inviting, leaving, help.

use super::connection::Connection;
use crate::state::RoomState;
use crate::ui::ctx::ui;
use crate::ui::home::HelpButton;
use crate::ui::parts::icon::Icon;
use crate::ui::words::w;
use corridor_core::node::Command;
use leptos::prelude::*;

#[component]
pub(crate) fn Header(room: RoomState, inviting: RwSignal<bool>) -> impl IntoView {
    let ui = ui();
    let words = w();
    let home = move |_| ui.host().go_home();
    view! {
        <header class="bar">
            <button type="button" class="brand-home" aria-label=words.home title=words.home on:click=home>
                <Icon name="#i-logo" />
                <span class="wide-only">{words.app}</span>
            </button>
            <h1 class="visually-hidden">{words.app}</h1>
            <Connection room />
            <div class="bar-actions">
                <button
                    type="button"
                    class="button"
                    aria-label=words.invite_title
                    on:click=move |_| inviting.set(true)
                >
                    <Icon name="#i-invite" />
                    <span class="wide-only">{words.invite}</span>
                </button>
                <div class="wide-only">
                    <LeaveButton />
                </div>
                <HelpButton />
            </div>
        </header>
    }
    .into_any()
}

/// Says goodbye and goes to the start page.
#[component]
pub(crate) fn LeaveButton() -> impl IntoView {
    let ui = ui();
    let leave = move |_| {
        // Whatever the answer: who wants to leave, leaves.
        ui.send(Command::Leave, move |_| ui.host().go_home());
    };
    view! {
        <button
            type="button"
            class="button quiet"
            aria-label=w().leave_room
            title=w().leave_room
            on:click=leave
        >
            <Icon name="#i-leave" />
            {w().leave}
        </button>
    }
    .into_any()
}
