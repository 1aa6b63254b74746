//! The tasks of a room: add, find, tick, change, move, delete.

mod add;
mod assignee;
mod board;
mod editor;
mod filters;
mod list;
mod lost;
mod meta;
mod row;
mod undo;

pub(crate) use lost::LostSaid;
pub(crate) use undo::undo;

use super::ctx::ui;
use super::parts::react::text;
use super::room::places;
use super::words::w;
use crate::state::RoomState;
use board::Board;
use leptos::prelude::*;

#[component]
pub(crate) fn Tasks(room: RoomState) -> impl IntoView {
    let ui = ui();
    let places = places();
    let board = Board::new(room, ui);
    view! {
        <section class="region tasks" aria-label=w().tasks tabindex="-1" node_ref=places.tasks>
            <div class="region-head">
                <h2 class="region-title">{w().tasks}</h2>
                <p class="hint">
                    {text(move || board.shown.with(|shown| w().to_do.of(shown.to_do.len())))}
                </p>
                <undo::UndoButton room />
            </div>
            <add::AddTask board />
            <filters::Filters board />
            <list::List board />
            <lost::Lost room />
            <p class="visually-hidden" role="status">
                {board.said}
            </p>
        </section>
    }
    .into_any()
}
