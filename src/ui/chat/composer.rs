//! The box to write in. The text stays in it until it is saved, and a draft survives a reload.

use super::talk::Talk;
use crate::state::select::chat::excerpt;
use crate::state::{RoomState, Setting};
use crate::ui::ctx::{Ui, refusal, ui};
use crate::ui::parts::icon::Icon;
use crate::ui::parts::later::Later;
use crate::ui::parts::react::{self, slot};
use crate::ui::room::{Focus as _, name_of, places};
use crate::ui::words::{fill, w};
use corridor_core::node::Command;
use leptos::prelude::*;
use std::time::Duration;

/// Typing is said again this often while it goes on, well within `limits::PRESENCE_TTL`.
const SAY_AGAIN: Duration = Duration::from_secs(4);

#[component]
pub(crate) fn Composer(talk: Talk) -> impl IntoView {
    let ui = ui();
    let words = w();
    let places = places();
    let Talk {
        room,
        with,
        replying,
        ..
    } = talk;
    let draft = Setting::Draft(with);
    let text = RwSignal::new(ui.host().setting(draft).unwrap_or_default());
    let (label, hint) = match with {
        None => (words.message, words.message_hint),
        Some(_) => (words.private_message, words.private_hint),
    };
    let label = react::text(move || fill(label, &[&talk.name()]));
    let hint = react::text(move || fill(hint, &[&talk.name()]));
    let error = RwSignal::new(None::<&'static str>);
    let busy = StoredValue::new(false);
    // Who writes to whom in private is nobody else's business, and typing is told to all.
    let typing = Typing::new(ui, with.is_none());

    let send = move || {
        let typed = text.get_untracked();
        let body = typed.trim();
        if body.is_empty() || busy.get_value() {
            return;
        }
        busy.set_value(true);
        let command = Command::Post {
            text: body.into(),
            reply_to: replying.get_untracked(),
            to: with,
            ttl_ms: None,
        };
        ui.send(command, move |result| {
            if busy.try_set_value(false).is_some() {
                // Another conversation shows by now: this one's draft is said.
                if result.is_ok() && ui.host().setting(draft) == Some(typed) {
                    ui.host().set_setting(draft, None);
                }
                return;
            }
            match result {
                Ok(_) => {
                    error.set(None);
                    replying.set(None);
                    typing.stop();
                    // What was typed while it was being saved stays.
                    if text.with_untracked(|now| *now == typed) {
                        text.set(String::new());
                        ui.host().set_setting(draft, None);
                    }
                }
                Err(why) => error.set(Some(refusal(why))),
            }
        });
    };

    view! {
        <form
            class="composer"
            class:private=with.is_some()
            novalidate
            on:submit=move |event| {
                event.prevent_default();
                send();
                places.composer.focus();
            }
        >
            {with
                .is_none()
                .then(|| {
                    view! {
                        <p class="typing" aria-live="off">
                            {react::text(move || who_types(room))}
                        </p>
                    }
                })}
            <Reply talk />
            <p class="error" role="alert">
                {error}
            </p>
            <div class="composer-row">
                <label class="field bare">
                    <span class="visually-hidden">{label}</span>
                    <textarea
                        rows="1"
                        placeholder=hint
                        aria-describedby="care"
                        node_ref=places.composer
                        prop:value=text
                        on:input=move |event| {
                            let value = event_target_value(&event);
                            ui.host()
                                .set_setting(draft, (!value.is_empty()).then_some(&value));
                            if value.is_empty() { typing.stop() } else { typing.go_on() }
                            text.set(value);
                        }
                        on:keydown=move |event| {
                            let key = event.key();
                            if key == "Enter" && !event.shift_key() && !event.is_composing() {
                                event.prevent_default();
                                send();
                            } else if key == "Escape" {
                                replying.set(None);
                            }
                        }
                    ></textarea>
                </label>
                <button type="submit" class="button primary" aria-label=words.send>
                    <Icon name="#i-send" />
                    <span class="wide-only">{words.send}</span>
                </button>
            </div>
            <p class="hint care" id="care">
                {words.care}
            </p>
        </form>
    }
    .into_any()
}

/// Which message will be answered.
#[component]
fn Reply(talk: Talk) -> impl IntoView {
    let places = places();
    let Talk { room, replying, .. } = talk;
    slot(move || match replying.get() {
        None => ().into_any(),
        Some(id) => {
            let who = fill(w().replying, &[&name_of(room, id.writer)]);
            let what = room
                .messages
                .read(id, |message| excerpt(message.text.expose(), 80));
            view! {
                <div class="replying">
                    <Icon name="#i-reply" />
                    <p>
                        <strong>{who}</strong>
                        <span>{what}</span>
                    </p>
                    <button
                        type="button"
                        class="button icon-only quiet"
                        aria-label=w().stop_reply
                        on:click=move |_| {
                            replying.set(None);
                            places.composer.focus();
                        }
                    >
                        <Icon name="#i-close" />
                    </button>
                </div>
            }
            .into_any()
        }
    })
}

fn who_types(room: RoomState) -> String {
    let mut names = Vec::new();
    room.people.each(|person| {
        if person.typing && !person.me {
            names.push(String::from(person.profile.name.expose()));
        }
    });
    let words = w();
    match names.as_slice() {
        [] => String::from("\u{a0}"),
        [one] => fill(words.one_types, &[one]),
        [one, two] => fill(words.two_type, &[one, two]),
        _ => String::from(words.many_type),
    }
}

/// Tells the others that one is typing, sparingly. A handle.
#[derive(Clone, Copy)]
struct Typing {
    ui: Ui,
    told: bool,
    later: Later,
    touched: StoredValue<bool>,
}

impl Typing {
    fn new(ui: Ui, told: bool) -> Self {
        Self {
            ui,
            told,
            later: Later::new(),
            touched: StoredValue::new(false),
        }
    }

    /// A key was pressed.
    fn go_on(self) {
        self.touched.set_value(true);
        if self.told && !self.later.waits() {
            self.say();
        }
    }

    fn say(self) {
        self.touched.set_value(false);
        self.ui.send(Command::Typing(true), |_| ());
        self.later.after(SAY_AGAIN, move || {
            if self.touched.get_value() {
                self.say();
            } else {
                self.ui.send(Command::Typing(false), |_| ());
            }
        });
    }

    fn stop(self) {
        if self.later.waits() {
            self.later.cancel_timer();
            self.ui.send(Command::Typing(false), |_| ());
        }
    }
}
