//! How far an own message got: a symbol and words, and per person on demand (R-MSG-2).

use crate::state::RoomState;
use crate::state::select::chat::{Progress, progress};
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{flag, memo, says, slot, state, text};
use crate::ui::room::name_of;
use crate::ui::words::{fill, w};
use corridor_core::node::{Delivery, MessageView};
use leptos::prelude::*;

/// The symbol and the words; a press shows each person.
#[component]
pub(crate) fn Rung(
    row: RwSignal<MessageView>,
    /// Each person shows.
    open: RwSignal<bool>,
    /// To one person only.
    private: bool,
    /// The symbol only; the words are for assistive technology.
    brief: bool,
) -> impl IntoView {
    let at = memo(move || row.with(|message| progress(&message.delivery)));
    view! {
        <button
            type="button"
            class="rung"
            class:far=flag(move || matches!(at.get(), Progress::Read { .. } | Progress::ReadByAll))
            aria-expanded=state(move || open.get())
            on:click=move |_| open.update(|open| *open = !*open)
        >
            <Icon name=says(move || symbol(at.get())) />
            <span class:visually-hidden=brief>{text(move || sentence(at.get(), private))}</span>
        </button>
    }
    .into_any()
}

/// How far it got to each person.
#[component]
pub(crate) fn Detail(room: RoomState, row: RwSignal<MessageView>) -> impl IntoView {
    let rows = move || {
        let all = row.with(|message| message.delivery.clone());
        if all.is_empty() {
            return view! { <p>{w().no_recipients}</p> }.into_any();
        }
        let rows = all
            .into_iter()
            .map(|(person, at)| {
                let (icon, words) = step_words(at);
                view! {
                    <li>
                        <Icon name=icon />
                        {fill(w().at_rung, &[&name_of(room, person), words])}
                    </li>
                }
            })
            .collect_view();
        view! { <ul>{rows}</ul> }.into_any()
    };
    view! { <div class="delivery">{slot(rows)}</div> }.into_any()
}

fn step_words(at: Delivery) -> (&'static str, &'static str) {
    let words = w();
    match at {
        Delivery::Expired => ("#i-clock", words.expired),
        Delivery::Saved => ("#i-disk", words.saved_here),
        Delivery::Sent => ("#i-arrow", words.on_its_way),
        Delivery::Delivered => ("#i-check", words.delivered),
        Delivery::Read => ("#i-checks", words.read),
    }
}

fn symbol(at: Progress) -> &'static str {
    match at {
        Progress::Saved => "#i-disk",
        Progress::Expired => "#i-clock",
        Progress::OnItsWay => "#i-arrow",
        Progress::Delivered { .. } => "#i-check",
        Progress::Read { .. } | Progress::ReadByAll => "#i-checks",
    }
}

fn sentence(at: Progress, private: bool) -> String {
    let words = w();
    match at {
        Progress::Delivered { .. } if private => String::from(words.delivered),
        Progress::ReadByAll if private => String::from(words.read),
        Progress::Expired => String::from(words.expired),
        Progress::Saved => String::from(words.saved_here),
        Progress::OnItsWay => String::from(words.on_its_way),
        Progress::Delivered { by, of } => {
            fill(words.delivered_to, &[&by.to_string(), &of.to_string()])
        }
        Progress::Read { by, of } => fill(words.read_by, &[&by.to_string(), &of.to_string()]),
        Progress::ReadByAll => String::from(words.read_by_all),
    }
}
