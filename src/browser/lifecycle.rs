//! What happens to the page and the device, in the words of [`Lifecycle`].

use super::listener::Listener;
use super::{document, window};
use corridor_core::node::Lifecycle;
use wasm_bindgen::JsCast as _;
use web_sys::{Event, EventTarget, PageTransitionEvent};

/// Listens as long as it lives.
#[derive(Debug)]
#[must_use = "nothing is heard once this is dropped"]
pub struct Watch {
    _listeners: Vec<Listener>,
}

/// Calls `happened` for every change of the page or the network.
pub fn watch(happened: impl Fn(Lifecycle) + Clone + 'static) -> Watch {
    let mut listeners = Vec::new();
    let mut hear = |target: &EventTarget, event, read: fn(&Event) -> Option<Lifecycle>| {
        let happened = happened.clone();
        listeners.push(Listener::new(target, event, move |event| {
            if let Some(change) = read(&event) {
                happened(change);
            }
        }));
    };
    if let Some(document) = document() {
        hear(&document, "visibilitychange", |_| {
            Some(if hidden() {
                Lifecycle::Hidden
            } else {
                Lifecycle::Visible
            })
        });
    }
    if let Some(window) = window() {
        hear(&window, "online", |_| Some(Lifecycle::Online));
        hear(&window, "offline", |_| Some(Lifecycle::Offline));
        hear(&window, "pagehide", |_| Some(Lifecycle::Closing));
        hear(&window, "pageshow", |event| {
            event
                .dyn_ref::<PageTransitionEvent>()
                .is_some_and(PageTransitionEvent::persisted)
                .then_some(Lifecycle::Resumed)
        });
    }
    Watch {
        _listeners: listeners,
    }
}

/// True when the page is in the background.
#[must_use]
pub fn hidden() -> bool {
    document().is_some_and(|document| document.hidden())
}

/// True when the page is visible and its window has the focus.
#[must_use]
pub fn attended() -> bool {
    document().is_some_and(|document| !document.hidden() && document.has_focus().unwrap_or(false))
}

/// Calls `changed` when [`attended`] may have changed.
pub fn watch_attention(changed: impl Fn() + Clone + 'static) -> Watch {
    let mut listeners = Vec::new();
    let mut hear = |target: &EventTarget, event| {
        let changed = changed.clone();
        listeners.push(Listener::new(target, event, move |_| changed()));
    };
    if let (Some(window), Some(document)) = (window(), document()) {
        hear(&window, "focus");
        hear(&window, "blur");
        hear(&document, "visibilitychange");
    }
    Watch {
        _listeners: listeners,
    }
}
