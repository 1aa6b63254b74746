//! The tabs at the lower edge of a narrow screen, within reach of a thumb.

use super::places::{Tab, places};
use crate::state::RoomState;
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
    let unread = memo(move || room.room.with(|room| room.unread));
    let here = memo(move || {
        let mut count = 0usize;
        room.people
            .each(|person| count += usize::from(is_here(person)));
        count
    });
    view! {
        <nav class="tabs" aria-label=words.parts>
            <TabButton tab=Tab::Tasks icon="#i-tasks" label=words.tasks count=to_do says=&words.tab_tasks />
            <TabButton
                tab=Tab::Messages
                icon="#i-chat"
                label=words.messages
                count=unread
                says=&words.tab_unread
            />
            <TabButton tab=Tab::People icon="#i-people" label=words.people count=here says=&words.tab_people />
        </nav>
    }
    .into_any()
}

#[component]
fn TabButton(
    tab: Tab,
    icon: &'static str,
    label: &'static str,
    count: Memo<usize>,
    says: &'static Counted,
) -> impl IntoView {
    let places = places();
    view! {
        <button
            type="button"
            class="tab"
            class:pressing=flag(move || tab == Tab::Messages && count.get() > 0)
            aria-current=maybe(move || (places.tab.get() == tab).then_some("true"))
            on:click=move |_| places.tab.set(tab)
        >
            <Icon name=icon />
            <span class="tab-label">{label}</span>
            <span class="tab-count">
                {text(move || match count.get() {
                    0 => String::from("\u{a0}"),
                    count => says.of(count),
                })}
            </span>
        </button>
    }
    .into_any()
}
