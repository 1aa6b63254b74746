//! A person's letters on a colour that is the same on every device.

use crate::state::select::people::{initials, tone};
use crate::ui::parts::react::text;
use corridor_core::id::WriterId;
use leptos::prelude::*;

const CLASSES: [&str; 6] = [
    "avatar tone-0",
    "avatar tone-1",
    "avatar tone-2",
    "avatar tone-3",
    "avatar tone-4",
    "avatar tone-5",
];

/// The avatar; decoration, the name stands beside it.
#[component]
pub(crate) fn Avatar(
    /// Picks the colour.
    id: WriterId,
    /// Gives the letters.
    #[prop(into)]
    name: Signal<String>,
) -> impl IntoView {
    let class = CLASSES
        .get(usize::from(tone(id)))
        .copied()
        .unwrap_or("avatar");
    view! {
        <span
            class=class
            aria-hidden="true"
            data-letters=text(move || name.with(|name| initials(name)))
        ></span>
    }
    .into_any()
}
