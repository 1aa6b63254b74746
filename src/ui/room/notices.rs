//! Notices: one plain sentence about what is wrong, and what to do.

use crate::state::RoomState;
use crate::state::select::connection::{Notice, RefusalKind, notices};
use crate::ui::ctx::ui;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{memo, slot};
use crate::ui::words::{fill, w};
use leptos::prelude::*;

#[component]
pub(crate) fn Notices(room: RoomState) -> impl IntoView {
    let missing = ui().host().missing();
    let all = memo(move || room.room.with(|room| notices(room, &missing)));
    view! {
        <div class="notices" role="status">
            {slot(move || {
                all.get()
                    .into_iter()
                    .map(|notice| view! { <Line notice /> }.into_any())
                    .collect_view()
                    .into_any()
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Line(notice: Notice) -> impl IntoView {
    let ui = ui();
    let calm = matches!(
        notice,
        Notice::HubAwayLinked | Notice::NoDirect | Notice::FutureChanges(_)
    );
    view! {
        <div class="notice" class:calm=calm>
            <Icon name=if calm { "#i-info" } else { "#i-warn" } />
            <p>{sentence(notice)}</p>
            {action(notice)
                .map(|action| {
                    let label = match action {
                        Action::Reload => w().reload,
                        Action::Home => w().go_home,
                    };
                    view! {
                        <button
                            type="button"
                            class="button small"
                            on:click=move |_| match action {
                                Action::Reload => ui.host().reload(),
                                Action::Home => {
                                    ui.toasts.settle();
                                    ui.host().go_home();
                                }
                            }
                        >
                            {label}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

#[derive(Clone, Copy)]
enum Action {
    Reload,
    Home,
}

fn action(notice: Notice) -> Option<Action> {
    match notice {
        Notice::Refused(RefusalKind::Replaced | RefusalKind::Version) => Some(Action::Reload),
        Notice::StorageFull
        | Notice::Refused(RefusalKind::UnknownRoom | RefusalKind::Ended | RefusalKind::WrongKey) => {
            Some(Action::Home)
        }
        _ => None,
    }
}

fn sentence(notice: Notice) -> String {
    let words = w();
    let text = match notice {
        Notice::StorageFull => words.storage_full,
        Notice::StorageBlocked => words.storage_blocked,
        Notice::HubAwayLinked => words.hub_away_linked,
        Notice::HubAwayAlone => words.hub_away_alone,
        Notice::NoDirect => words.no_direct,
        Notice::FutureChanges(count) => return words.future.of(count),
        Notice::Refused(why) => match why {
            RefusalKind::UnknownRoom => words.unknown_room,
            RefusalKind::Ended => words.ended,
            RefusalKind::WrongKey => words.wrong_key,
            RefusalKind::Replaced => words.replaced,
            RefusalKind::Full => words.full,
            RefusalKind::Version => words.version,
            RefusalKind::Other(code) => return fill(words.refused, &[&code.to_string()]),
        },
    };
    String::from(text)
}
