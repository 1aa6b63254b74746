//! Notices: one plain sentence about what is wrong, and what to do.

use crate::state::RoomState;
use crate::state::select::connection::{Notice, RefusalKind, Span, notices, span};
use crate::ui::ctx::ui;
use crate::ui::parts::icon::Icon;
use crate::ui::parts::react::{effect, memo, slot};
use crate::ui::words::{fill, w};
use leptos::prelude::*;

#[component]
pub(crate) fn Notices(
    room: RoomState,
    /// Opens the way to connect without the hub, where there is one.
    #[prop(optional)]
    by_hand: Option<RwSignal<bool>>,
) -> impl IntoView {
    let missing = ui().host().missing();
    // Dismissed until the clock is right again.
    let clock_seen = RwSignal::new(false);
    let all = memo(move || {
        let mut all = room.room.with(|room| notices(room, &missing));
        all.retain(|notice| !(clock_seen.get() && matches!(notice, Notice::ClockAhead(_))));
        all
    });
    let right = memo(move || room.room.with(|room| room.clock_ahead_ms.is_none()));
    effect(move || {
        if right.get() {
            clock_seen.set(false);
        }
    });
    view! {
        <div class="notices" role="status">
            {slot(move || {
                all.get()
                    .into_iter()
                    .map(|notice| view! { <Line notice clock_seen by_hand /> }.into_any())
                    .collect_view()
                    .into_any()
            })}
        </div>
    }
    .into_any()
}

#[component]
fn Line(
    notice: Notice,
    clock_seen: RwSignal<bool>,
    by_hand: Option<RwSignal<bool>>,
) -> impl IntoView {
    let ui = ui();
    let calm = matches!(
        notice,
        Notice::HubAwayLinked | Notice::NoDirect | Notice::FutureChanges(_)
    );
    view! {
        <div class="notice" class:calm=calm>
            <Icon name=if calm { "#i-info" } else { "#i-warn" } />
            <p>{sentence(notice)}</p>
            {action(notice, by_hand)
                .map(|action| {
                    let label = match action {
                        Action::Reload => w().reload,
                        Action::Home => w().go_home,
                        Action::Close => w().close,
                        Action::ByHand(_) => w().without_hub,
                    };
                    view! {
                        <button
                            type="button"
                            class="button small"
                            on:click=move |_| match action {
                                Action::Reload => ui.host().reload(),
                                Action::Home => ui.host().go_home(),
                                Action::Close => clock_seen.set(true),
                                Action::ByHand(open) => open.set(true),
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
    Close,
    ByHand(RwSignal<bool>),
}

fn action(notice: Notice, by_hand: Option<RwSignal<bool>>) -> Option<Action> {
    match notice {
        Notice::Refused(RefusalKind::Replaced | RefusalKind::Version) => Some(Action::Reload),
        Notice::StorageFull
        | Notice::Refused(RefusalKind::UnknownRoom | RefusalKind::Ended | RefusalKind::WrongKey) => {
            Some(Action::Home)
        }
        Notice::ClockAhead(_) => Some(Action::Close),
        Notice::HubAwayAlone => by_hand.map(Action::ByHand),
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
        Notice::ClockAhead(seconds) => {
            let says = if seconds < 0 {
                words.clock_behind
            } else {
                words.clock_ahead
            };
            return fill(says, &[&how_long(seconds.unsigned_abs())]);
        }
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

fn how_long(seconds: u64) -> String {
    let words = w();
    let (says, one, two) = match span(seconds) {
        Span::Seconds(s) => (words.span_s, s, 0),
        Span::Minutes(min) => (words.span_min, min, 0),
        Span::Hours(h, min) => (words.span_h, h, min),
        Span::Days(d, h) => (words.span_d, d, h),
    };
    fill(says, &[&one.to_string(), &two.to_string()])
}
