//! The page for a link that leads nowhere.

use super::ctx::ui;
use super::parts::icon::Icon;
use super::words::w;
use crate::state::LinkError;
use leptos::prelude::*;

/// Why a link cannot be followed, for a person.
pub(crate) fn sentence(why: LinkError) -> &'static str {
    match why {
        LinkError::KeyMissing => w().link_key_missing,
        LinkError::NotARoom => w().link_not_room,
    }
}

#[component]
pub(crate) fn BadLink(why: LinkError) -> impl IntoView {
    let ui = ui();
    view! {
        <div class="sheet narrow">
            <Icon name="#i-warn" />
            <h1>{w().bad_link}</h1>
            <p class="lead">{sentence(why)}</p>
            <button type="button" class="button primary" on:click=move |_| ui.host().go_home()>
                {w().go_home}
            </button>
        </div>
    }
    .into_any()
}
