//! Help and settings: always the same dialog, from every page.

use super::ctx::ui;
use super::parts::dialog::Dialog;
use super::parts::theme::ThemeChoice;
use super::words::w;
use crate::state::Setting;
use leptos::prelude::*;

#[component]
pub(crate) fn Help() -> impl IntoView {
    let ui = ui();
    let words = w();
    let shortcuts = [
        ("/", words.key_search),
        ("c", words.key_task),
        ("m", words.key_message),
        ("?", words.key_help),
        ("F6", words.key_regions),
        ("Alt + ↑ ↓", words.key_move),
        ("Ctrl + Z", words.key_undo),
        ("Ctrl + Alt + D", words.key_panel),
        ("Esc", words.key_escape),
    ];
    view! {
        <Dialog open=ui.help title=words.help>
            <p>{words.help_about}</p>
            <p>{words.no_patients}</p>
            <p>{words.no_emergency}</p>
            <ThemeChoice />
            <h3>{words.shortcuts}</h3>
            <dl class="shortcuts">
                {shortcuts
                    .map(|(key, says)| {
                        view! {
                            <div>
                                <dt>
                                    <kbd>{key}</kbd>
                                </dt>
                                <dd>{says}</dd>
                            </div>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </dl>
            <label class="switch">
                <input
                    type="checkbox"
                    prop:checked=move || ui.keys.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        ui.keys.set(on);
                        ui.host().set_setting(Setting::Keys, (!on).then_some("off"));
                    }
                />
                <span>{words.shortcuts_single}</span>
            </label>
        </Dialog>
    }
    .into_any()
}
