//! Light, dark, or as the device says.

use crate::state::Setting;
use crate::ui::ctx::ui;
use crate::ui::words::w;
use leptos::prelude::*;

/// The choice of colours, kept on this device.
#[component]
pub(crate) fn ThemeChoice() -> impl IntoView {
    let ui = ui();
    let now = ui.host().setting(Setting::Theme).unwrap_or_default();
    let choices = [
        ("", w().colours_auto),
        ("light", w().colours_light),
        ("dark", w().colours_dark),
    ];
    view! {
        <label class="field inline">
            <span>{w().colours}</span>
            <select on:change=move |ev| {
                let choice = event_target_value(&ev);
                ui.host()
                    .set_setting(Setting::Theme, (!choice.is_empty()).then_some(&choice));
            }>
                {choices
                    .map(|(value, words)| {
                        let chosen = now == value;
                        view! { <option value=value prop:selected=chosen>{words}</option> }
                    })
                    .into_iter()
                    .collect_view()}
            </select>
        </label>
    }
    .into_any()
}
