//! A private message that comes while something else is open: said and shown, and the focus stays where it is.

use crate::state::RoomState;
use crate::ui::ctx::Ui;
use crate::ui::parts::react::effect;
use crate::ui::parts::toast::About;
use crate::ui::room::{Places, name_of};
use crate::ui::words::{fill, w};
use corridor_core::id::WriterId;
use leptos::prelude::*;

/// Tells of private messages from now on.
pub(crate) fn tell_private(ui: Ui, room: RoomState, places: Places) {
    let mut before: Option<Vec<(WriterId, usize)>> = None;
    effect(move || {
        let mut unread = Vec::new();
        room.people.each(|person| {
            if person.unread > 0 {
                unread.push((person.id, person.unread));
            }
        });
        // What waited when the room was opened shows by its badge.
        let told = before.get_or_insert_with(|| unread.clone());
        for (id, count) in &unread {
            let fewer = told
                .iter()
                .all(|(known, before)| known != id || before < count);
            if fewer && !places.shows_talk(*id) {
                untrack(|| tell(ui, room, places, *id));
            }
        }
        *told = unread;
    });
    // Whoever opens the conversation has found it.
    effect(move || {
        if let Some(with) = places.talk.get() {
            ui.toasts.withdraw(About::From(with));
        }
    });
}

fn tell(ui: Ui, room: RoomState, places: Places, from: WriterId) {
    ui.toasts.offer(
        About::From(from),
        fill(w().private_news, &[&name_of(room, from)]),
        w().open_talk,
        move || places.open_talk(Some(from), places.messages),
    );
}
