//! Toasts: short notes, at most three, some with a way back. Never the only place of an error that needs
//! action.

use super::icon::Icon;
use super::later::Later;
use super::react::{Entry, rows};
use crate::ui::words::w;
use corridor_core::id::WriterId;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long a plain note stays.
const NOTE: Duration = Duration::from_secs(6);
/// How long an offer stays.
const OFFER: Duration = Duration::from_secs(10);
/// A toast under the pointer or with the focus in it stays this much longer.
const HELD: Duration = Duration::from_secs(2);
/// More than this at once hide the work.
const MOST: usize = 3;

type Act = Arc<dyn Fn() + Send + Sync>;

/// What a toast is about; a newer one about the same takes its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum About {
    /// Nothing that could come again.
    Once,
    /// One's own last change of tasks.
    LastChange,
    /// Private messages of this person.
    From(WriterId),
}

#[derive(Clone)]
struct Toast {
    id: u64,
    about: About,
    text: String,
    action: Option<(&'static str, Act)>,
    stay: Duration,
}

/// The toasts. A handle.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Says something.
    pub(crate) fn say(self, text: impl Into<String>) {
        self.push(About::Once, text.into(), None, NOTE);
    }

    /// Says something and offers an action.
    pub(crate) fn offer(
        self,
        about: About,
        text: String,
        label: &'static str,
        action: impl Fn() + Send + Sync + 'static,
    ) {
        self.push(about, text, Some((label, Arc::new(action))), OFFER);
    }

    /// Takes back what was said about something.
    pub(crate) fn withdraw(self, about: About) {
        let is_there = |list: &Vec<Toast>| list.iter().any(|toast| toast.about == about);
        if self.list.with_untracked(is_there) {
            self.list
                .update(|list| list.retain(|toast| toast.about != about));
        }
    }

    /// Takes everything back.
    pub(crate) fn clear(self) {
        self.list.update(Vec::clear);
    }

    fn push(self, about: About, text: String, action: Option<(&'static str, Act)>, stay: Duration) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.retain(|toast| about == About::Once || toast.about != about);
            if list.len() == MOST {
                list.remove(0);
            }
            list.push(Toast {
                id,
                about,
                text,
                action,
                stay,
            });
        });
    }

    fn take(self, id: u64) -> Option<Toast> {
        self.list.try_update(|list| {
            let at = list.iter().position(|toast| toast.id == id)?;
            Some(list.remove(at))
        })?
    }

    fn act(self, id: u64) {
        if let Some((_, action)) = self.take(id).and_then(|toast| toast.action) {
            action();
        }
    }
}

fn dom_id(id: u64) -> String {
    let mut text = String::from("toast-");
    text.push_str(&id.to_string());
    text
}

/// Where toasts show.
#[component]
pub(crate) fn ToastList(toasts: Toasts) -> impl IntoView {
    view! {
        <div class="toasts" role="status">
            {rows(
                move || {
                    toasts.list.with(|list| list.iter().map(|toast| Entry::Toast(toast.id)).collect())
                },
                move |entry| match entry {
                    Entry::Toast(id) => view! { <ToastRow toasts id /> }.into_any(),
                    _ => ().into_any(),
                },
            )}
        </div>
    }
    .into_any()
}

fn expire(toasts: Toasts, later: Later, id: u64, stay: Duration) {
    later.after(stay, move || {
        let held = document()
            .get_element_by_id(&dom_id(id))
            .is_some_and(|toast| toast.matches(":hover, :focus-within").unwrap_or(false));
        if held {
            expire(toasts, later, id, HELD);
        } else {
            drop(toasts.take(id));
        }
    });
}

#[component]
fn ToastRow(toasts: Toasts, id: u64) -> impl IntoView {
    let found = toasts.list.with_untracked(|list| {
        let toast = list.iter().find(|toast| toast.id == id)?;
        let label = toast.action.as_ref().map(|(label, _)| *label);
        Some((toast.text.clone(), label, toast.stay))
    });
    let Some((text, label, stay)) = found else {
        return ().into_any();
    };
    expire(toasts, Later::new(), id, stay);
    view! {
        <div class="toast" id=dom_id(id)>
            <p>{text}</p>
            {label
                .map(|label| {
                    view! {
                        <button
                            type="button"
                            class="button on-toast"
                            on:click=move |_| toasts.act(id)
                        >
                            {label}
                        </button>
                    }
                })}
            <button
                type="button"
                class="button icon-only on-toast"
                aria-label=w().close
                on:click=move |_| drop(toasts.take(id))
            >
                <Icon name="#i-close" />
            </button>
        </div>
    }
    .into_any()
}
