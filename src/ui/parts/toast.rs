//! Toasts: short notes, at most three, some with a way back. Never the only place of an error that needs
//! action.

use super::icon::Icon;
use super::later::Later;
use super::react::{Entry, rows};
use crate::ui::words::w;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// How long a plain note stays.
const NOTE: Duration = Duration::from_secs(6);
/// How long something can be undone.
pub(crate) const UNDO: Duration = Duration::from_secs(10);
/// A toast under the pointer or with the focus in it stays this much longer.
const HELD: Duration = Duration::from_secs(2);
/// More than this at once hide the work.
const MOST: usize = 3;

type Act = Arc<dyn Fn() + Send + Sync>;

#[derive(Clone)]
struct Toast {
    id: u64,
    text: String,
    action: Option<(&'static str, Act)>,
    /// Runs when the toast goes without its action having been used.
    unused: Option<Act>,
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
        self.push(text.into(), None, None, NOTE);
    }

    /// Says something and offers an action.
    pub(crate) fn offer(
        self,
        text: String,
        label: &'static str,
        action: impl Fn() + Send + Sync + 'static,
    ) {
        self.push(text, Some((label, Arc::new(action))), None, UNDO);
    }

    /// Says something that can be undone for a while; `unused` runs when it was not.
    pub(crate) fn undoable(
        self,
        text: String,
        undo: impl Fn() + Send + Sync + 'static,
        unused: impl Fn() + Send + Sync + 'static,
    ) {
        self.push(
            text,
            Some((w().undo, Arc::new(undo))),
            Some(Arc::new(unused)),
            UNDO,
        );
    }

    /// Sends away everything that still waits for an undo.
    pub(crate) fn settle(self) {
        let waiting: Vec<u64> = self.list.with_untracked(|list| {
            list.iter()
                .filter(|toast| toast.unused.is_some())
                .map(|toast| toast.id)
                .collect()
        });
        for id in waiting {
            self.dismiss(id);
        }
    }

    fn push(
        self,
        text: String,
        action: Option<(&'static str, Act)>,
        unused: Option<Act>,
        stay: Duration,
    ) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.list.update(|list| {
            list.push(Toast {
                id,
                text,
                action,
                unused,
                stay,
            });
        });
        let oldest = self
            .list
            .with_untracked(|list| list.first().filter(|_| list.len() > MOST).map(|t| t.id));
        if let Some(oldest) = oldest {
            self.dismiss(oldest);
        }
    }

    fn take(self, id: u64) -> Option<Toast> {
        self.list.try_update(|list| {
            let at = list.iter().position(|toast| toast.id == id)?;
            Some(list.remove(at))
        })?
    }

    fn dismiss(self, id: u64) {
        if let Some(unused) = self.take(id).and_then(|toast| toast.unused) {
            unused();
        }
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
            toasts.dismiss(id);
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
                on:click=move |_| toasts.dismiss(id)
            >
                <Icon name="#i-close" />
            </button>
        </div>
    }
    .into_any()
}
