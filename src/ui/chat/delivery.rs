//! How far an own message got: a symbol and words, and per person on demand (R-MSG-2).

use crate::state::RoomState;
use crate::state::select::chat::{Progress, progress};
use crate::ui::parts::icon::Icon;
use crate::ui::room::name_of;
use crate::ui::words::{fill, w};
use corridor_core::node::{Delivery as Rung, MessageView};
use leptos::prelude::*;

#[component]
pub(crate) fn Delivery(
    room: RoomState,
    row: RwSignal<MessageView>,
    /// The last of its group: shows words; the others show the symbol only.
    last: bool,
) -> impl IntoView {
    let at = Memo::new(move |_| row.with(|message| progress(&message.delivery)));
    let open = RwSignal::new(false);
    view! {
        <details
            class="delivery"
            class:brief=!last
            data-rung=move || symbol(at.get()).trim_start_matches("#i-")
            on:toggle=move |_| open.update(|open| *open = !*open)
        >
            <summary>
                <Icon name=Signal::derive(move || symbol(at.get())) />
                <span class:visually-hidden=!last>{move || says(at.get())}</span>
            </summary>
            <Show when=move || open.get()>
                <Detail room row />
            </Show>
        </details>
    }
    .into_any()
}

#[component]
fn Detail(room: RoomState, row: RwSignal<MessageView>) -> impl IntoView {
    move || {
        let all = row.with(|message| message.delivery.clone());
        if all.is_empty() {
            return view! { <p>{w().no_recipients}</p> }.into_any();
        }
        let rows = all
            .into_iter()
            .map(|(person, rung)| {
                let (icon, words) = rung_words(rung);
                view! {
                    <li>
                        <Icon name=icon />
                        {fill(w().at_rung, &[&name_of(room, person), words])}
                    </li>
                }
            })
            .collect_view();
        view! { <ul>{rows}</ul> }.into_any()
    }
}

fn rung_words(rung: Rung) -> (&'static str, &'static str) {
    let words = w();
    match rung {
        Rung::Saved => ("#i-disk", words.saved_here),
        Rung::Sent => ("#i-arrow", words.on_its_way),
        Rung::Delivered => ("#i-check", words.delivered),
        Rung::Read => ("#i-checks", words.read),
    }
}

fn symbol(at: Progress) -> &'static str {
    match at {
        Progress::Saved => "#i-disk",
        Progress::OnItsWay => "#i-arrow",
        Progress::Delivered { .. } => "#i-check",
        Progress::Read { .. } | Progress::ReadByAll => "#i-checks",
    }
}

fn says(at: Progress) -> String {
    let words = w();
    match at {
        Progress::Saved => String::from(words.saved_here),
        Progress::OnItsWay => String::from(words.on_its_way),
        Progress::Delivered { by, of } => {
            fill(words.delivered_to, &[&by.to_string(), &of.to_string()])
        }
        Progress::Read { by, of } => fill(words.read_by, &[&by.to_string(), &of.to_string()]),
        Progress::ReadByAll => String::from(words.read_by_all),
    }
}
