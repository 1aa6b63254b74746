//! The keyboard: single keys and undo outside text fields, F6 between regions.

use super::ctx::Ui;
use super::room::{Places, Tab};
use super::tasks::undo;
use crate::state::RoomState;
use leptos::ev::{self, KeyboardEvent};
use leptos::prelude::*;

/// `?` opens the help, everywhere.
pub(crate) fn help_key(ui: Ui) {
    listen(move |event| {
        if event.key() == "?" && single_key(ui, event) {
            event.prevent_default();
            ui.help.set(true);
        }
    });
}

/// The keys of a room.
pub(crate) fn room_keys(ui: Ui, room: RoomState, places: Places) {
    listen(move |event| {
        let key = event.key();
        if is_undo(event) && !typing() && !dialog_open() {
            event.prevent_default();
            undo(ui, room);
            return;
        }
        if key == "F6" && !dialog_open() {
            event.prevent_default();
            places.next_region(event.shift_key());
            return;
        }
        let target = match key.as_str() {
            "/" => Target::Search,
            "c" => Target::NewTask,
            "m" => Target::Message,
            _ => return,
        };
        if !single_key(ui, event) {
            return;
        }
        event.prevent_default();
        match target {
            Target::Search => places.focus(Tab::Tasks, places.search),
            Target::NewTask => places.focus(Tab::Tasks, places.new_task),
            Target::Message => places.focus(Tab::Messages, places.composer),
        }
    });
}

enum Target {
    Search,
    NewTask,
    Message,
}

fn listen(run: impl Fn(&KeyboardEvent) + 'static) {
    let listener = window_event_listener(ev::keydown, move |event| run(&event));
    on_cleanup(move || listener.remove());
}

fn dialog_open() -> bool {
    matches!(document().query_selector("dialog[open]"), Ok(Some(_)))
}

/// True when a key means a shortcut: no modifier, no text field, no dialog, not switched off.
fn single_key(ui: Ui, event: &KeyboardEvent) -> bool {
    let modified = event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing();
    ui.keys.get_untracked() && !modified && !typing() && !dialog_open()
}

fn is_undo(event: &KeyboardEvent) -> bool {
    (event.ctrl_key() ^ event.meta_key())
        && !event.alt_key()
        && !event.shift_key()
        && event.key().eq_ignore_ascii_case("z")
}

/// True while the focus is where keys write text.
fn typing() -> bool {
    document().active_element().is_some_and(|element| {
        element
            .matches("input:not([type=checkbox], [type=radio]), textarea, select")
            .unwrap_or(true)
    })
}
