//! Undo of one's own last change of tasks: a button, Ctrl+Z, and what either says.

use crate::state::RoomState;
use crate::ui::ctx::{Ui, refusal, ui};
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{says, state};
use crate::ui::parts::toast::About;
use crate::ui::words::w;
use corridor_core::node::{Command, UndoKind};
use leptos::prelude::*;

/// Undoes the last change, and says what became of it.
pub(crate) fn undo(ui: Ui, room: RoomState) {
    let kind = room.room.with_untracked(|room| room.undo);
    ui.toasts.withdraw(About::LastChange);
    ui.send(Command::Undo, move |result| {
        ui.toasts.say(match (result, kind) {
            (Ok(_), Some(kind)) => undone(kind),
            (Ok(_), None) => return,
            (Err(why), _) => refusal(why),
        });
    });
}

/// The button. There is one for each width of the screen; the styles show the right one.
#[component]
pub(crate) fn UndoButton(room: RoomState) -> impl IntoView {
    let ui = ui();
    let kind = move || room.room.with(|room| room.undo);
    let label = says(move || kind().map_or(w().undo, names));
    view! {
        <button
            type="button"
            class="button quiet undo"
            aria-label=label
            title=label
            aria-disabled=state(move || kind().is_none())
            on:click=move |_| undo(ui, room)
        >
            <Icon name="#i-undo" />
            <span class="wide-only">{w().undo}</span>
        </button>
    }
    .into_any()
}

fn names(kind: UndoKind) -> &'static str {
    let words = w();
    match kind {
        UndoKind::Edit => words.undo_edit,
        UndoKind::Move => words.undo_move,
        UndoKind::Add => words.undo_add,
        UndoKind::Delete => words.undo_delete,
    }
}

fn undone(kind: UndoKind) -> &'static str {
    let words = w();
    match kind {
        UndoKind::Edit => words.undone_edit,
        UndoKind::Move => words.undone_move,
        UndoKind::Add => words.undone_add,
        UndoKind::Delete => words.undone_delete,
    }
}
