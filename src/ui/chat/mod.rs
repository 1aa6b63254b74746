//! The messages of a room: what was said, how far one's own words got, and the box to write in.

mod composer;
mod delivery;
mod log;
mod message;
mod scroll;

use super::room::places;
use super::words::w;
use crate::state::RoomState;
use corridor_core::id::OpId;
use leptos::prelude::*;

#[component]
pub(crate) fn Messages(room: RoomState) -> impl IntoView {
    let replying = RwSignal::new(None::<OpId>);
    view! {
        <section
            class="region messages"
            aria-label=w().messages
            tabindex="-1"
            node_ref=places().messages
        >
            <h2 class="region-title">{w().messages}</h2>
            <log::Log room replying />
            <composer::Composer room replying />
        </section>
    }
    .into_any()
}
