//! The keyboard: single keys outside text fields, F6 between regions, and what happens when a page goes away.

use super::ctx::Ui;
use super::room::{Places, Tab};
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
pub(crate) fn room_keys(ui: Ui, places: Places) {
    listen(move |event| {
        let key = event.key();
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

/// Deletions that still wait for an undo are carried out before the page may go away.
pub(crate) fn settle_on_leave(ui: Ui) {
    for event in ["pagehide", "visibilitychange", "popstate"] {
        let listener = window_event_listener_untyped(event, move |_| ui.toasts.settle());
        on_cleanup(move || listener.remove());
    }
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
    let typing = document().active_element().is_some_and(|element| {
        element
            .matches("input:not([type=checkbox], [type=radio]), textarea, select")
            .unwrap_or(true)
    });
    ui.keys.get_untracked() && !modified && !typing && !dialog_open()
}
