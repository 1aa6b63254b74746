//! The connection pill: how colleagues are reached, in plain words, and more of them on demand.

use super::people::whereabouts;
use crate::state::RoomState;
use crate::state::select::connection::{Mood, Pill, pill};
use crate::ui::ctx::ui;
use crate::ui::parts::dialog::Dialog;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{memo, says, slot, text};
use crate::ui::words::{fill, w};
use corridor_core::node::{HubState, Path};
use leptos::prelude::*;

#[component]
pub(crate) fn Connection(room: RoomState) -> impl IntoView {
    let here = ui();
    let open = RwSignal::new(false);
    let through_people = memo(move || {
        let mut count = 0;
        room.people
            .each(|person| count += usize::from(person.path == Path::Peer));
        count
    });
    let state = memo(move || room.room.with(|room| pill(room, through_people.get())));
    let line = memo(move || sentence(state.get()));
    let mood = memo(move || state.get().mood());
    view! {
        <button
            type="button"
            class="pill"
            data-mood=says(move || mood_name(mood.get()))
            aria-haspopup="dialog"
            aria-label=text(move || fill(w().connection, &[&line.get()]))
            on:click=move |_| open.set(true)
        >
            <Icon name=says(move || symbol(mood.get())) />
            <span class="pill-text">{line}</span>
        </button>
        <Dialog open title=w().about_connection>
            <p class="lead">{line}</p>
            <p>{says(move || explain(state.get()))}</p>
            <p class="hint">{says(move || hub(room.room.with(|room| room.hub)))}</p>
            <p class="hint said">
                {text(move || match room.room.with(|room| room.waiting) {
                    0 => String::new(),
                    waiting => w().waiting.of(waiting),
                })}
            </p>
            <Ways room />
            <button
                type="button"
                class="button quiet"
                on:click=move |_| {
                    open.set(false);
                    here.host().show_panel();
                }
            >
                {w().key_panel}
            </button>
        </Dialog>
    }
    .into_any()
}

/// How each colleague is reached.
#[component]
fn Ways(room: RoomState) -> impl IntoView {
    let others = memo(move || {
        let mut all = Vec::new();
        room.people.each(|person| {
            if !person.me && !person.left {
                all.push((
                    String::from(person.profile.name.expose()),
                    whereabouts(person),
                ));
            }
        });
        all
    });
    slot(move || {
        let all = others.get();
        if all.is_empty() {
            return view! { <p class="hint">{w().nobody_else}</p> }.into_any();
        }
        let rows = all
            .into_iter()
            .map(|(name, at)| {
                view! {
                    <li>
                        <Icon name=at.symbol />
                        <strong>{name}</strong>
                        <span>{at.words}</span>
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="ways">{rows}</ul> }.into_any()
    })
}

fn sentence(pill: Pill) -> String {
    let words = w();
    let plain = match pill {
        Pill::Connecting => words.pill_connecting,
        Pill::Hub(_) => words.pill_hub,
        Pill::Relay { direct: 0, .. } => words.pill_relay,
        Pill::Reconnecting => words.pill_reconnecting,
        Pill::Alone { .. } => words.pill_alone,
        Pill::Offline { waiting: 0 } => words.pill_offline,
        Pill::Direct(people) => return words.direct_to.of(people),
        Pill::Mixed { direct, relayed } => {
            return fill(
                words.pill_mixed,
                &[&direct.to_string(), &relayed.to_string()],
            );
        }
        Pill::Relay { direct, relayed } => {
            return fill(
                words.pill_mixed_relay,
                &[&direct.to_string(), &relayed.to_string()],
            );
        }
        Pill::Offline { waiting } => return words.offline_kept.of(waiting),
    };
    String::from(plain)
}

fn explain(pill: Pill) -> &'static str {
    let words = w();
    match pill {
        Pill::Connecting => words.explain_connecting,
        Pill::Direct(_) => words.explain_direct,
        Pill::Hub(_) | Pill::Mixed { .. } => words.explain_hub,
        Pill::Relay { .. } => words.explain_relay,
        Pill::Reconnecting => words.explain_reconnecting,
        Pill::Alone { .. } => words.explain_alone,
        Pill::Offline { .. } => words.explain_offline,
    }
}

fn hub(state: HubState) -> &'static str {
    match state {
        HubState::Joined => w().hub_joined,
        _ => w().hub_away,
    }
}

fn symbol(mood: Mood) -> &'static str {
    match mood {
        Mood::Good => "#i-direct",
        Mood::Detour => "#i-hub",
        Mood::Busy => "#i-busy",
        Mood::Off => "#i-off",
    }
}

fn mood_name(mood: Mood) -> &'static str {
    match mood {
        Mood::Good => "good",
        Mood::Detour => "detour",
        Mood::Busy => "busy",
        Mood::Off => "off",
    }
}
