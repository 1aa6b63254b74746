//! Inviting: the link to copy, and the same as a QR code.

use crate::ui::ctx::ui;
use crate::ui::parts::dialog::Dialog;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::qr::qr;
use crate::ui::words::w;
use leptos::html;
use leptos::prelude::*;

#[component]
pub(crate) fn Invite(open: RwSignal<bool>, by_hand: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title=w().invite_title>
            <Content />
            <div class="aside">
                <p class="hint">{w().without_hub_hint}</p>
                <button
                    type="button"
                    class="button"
                    on:click=move |_| {
                        open.set(false);
                        by_hand.set(true);
                    }
                >
                    {w().without_hub}
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}

#[component]
fn Content() -> impl IntoView {
    let ui = ui();
    let words = w();
    let link = ui.host().room_link().unwrap_or_default();
    let said = RwSignal::new(None::<&'static str>);
    let field = NodeRef::<html::Input>::new();
    let copy = {
        let link = link.clone();
        move |_| {
            let copied = ui.host().copy(&link);
            if !copied && let Some(field) = field.get_untracked() {
                field.select();
            }
            said.set(Some(if copied {
                words.copied
            } else {
                words.copy_by_hand
            }));
        }
    };
    view! {
        <p>{words.invite_lead}</p>
        <div class="field-row">
            <label class="field">
                <span>{words.room_link}</span>
                <input type="text" readonly node_ref=field prop:value=link.clone() />
            </label>
            <button type="button" class="button primary" on:click=copy>
                <Icon name="#i-copy" />
                {words.copy_link}
            </button>
        </div>
        <p class="hint said" role="status">
            {said}
        </p>
        <p class="hint">{words.qr_hint}</p>
        {qr(&link, words.qr_label)}
    }
    .into_any()
}
