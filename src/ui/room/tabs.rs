//! The tabs at the lower edge of a narrow screen, within reach of a thumb.

use super::places::{Tab, places};
use crate::state::RoomState;
use crate::state::select::chat::all_unread;
use crate::state::select::people::is_here;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{flag, maybe, memo, text};
use crate::ui::words::{Counted, w};
use corridor_core::model::TaskStatus;
use leptos::prelude::*;

#[component]
pub(crate) fn Tabs(room: RoomState) -> impl IntoView {
    let words = w();
    let to_do = memo(move || {
        let mut count = 0usize;
        room.tasks
            .each(|task| count += usize::from(task.status != TaskStatus::Done));
        count
    });
    let unread = memo(move || room.room.with(all_unread));
    let lost = memo(move || room.lost.with(Vec::len));
    let here = memo(move || {
        let mut count = 0usize;
        room.people
            .each(|person| count += usize::from(is_here(person)));
        count
    });
    view! {
        <nav class="tabs" aria-label=words.parts>
            <TabButton
                tab=Tab::Tasks
                icon="#i-tasks"
                label=words.tasks
                presses=flag(move || { lost.get() > 0 })
                note=text(move || match lost.get() {
                    0 => note(&words.tab_tasks, to_do.get()),
                    lost => words.tab_lost.of(lost),
                })
            />
            <TabButton
                tab=Tab::Messages
                icon="#i-chat"
                label=words.messages
                presses=flag(move || { unread.get() > 0 })
                note=text(move || note(&words.tab_unread, unread.get()))
            />
            <TabButton
                tab=Tab::People
                icon="#i-people"
                label=words.people
                presses=flag(|| false)
                note=text(move || note(&words.tab_people, here.get()))
            />
        </nav>
    }
    .into_any()
}

fn note(says: &Counted, count: usize) -> String {
    match count {
        0 => String::from("\u{a0}"),
        count => says.of(count),
    }
}

#[component]
fn TabButton(
    tab: Tab,
    icon: &'static str,
    label: &'static str,
    /// Something waits there for the person.
    presses: Signal<bool>,
    /// What is there.
    note: Signal<String>,
) -> impl IntoView {
    let places = places();
    view! {
        <button
            type="button"
            class="tab"
            class:pressing=presses
            aria-current=maybe(move || (places.tab.get() == tab).then_some("true"))
            on:click=move |_| places.tab.set(tab)
        >
            <Icon name=icon />
            <span class="tab-label">{label}</span>
            <span class="tab-count">{note}</span>
        </button>
    }
    .into_any()
}
